"""``verifier rules``: what a proof can use, one entry or all of them."""

from __future__ import annotations

import click

from verifier.commands.codes import CommandError
from verifier.commands.files import writable, write
from verifier.verdict.codes import EXPECTED


@click.command()
@click.argument("names", nargs=-1)
@click.option("--markdown", "as_markdown", is_flag=True, help="The whole page, as in docs/rules.md.")
@click.option("-o", "--output", metavar="FILE", help="Write there instead of printing.")
def rules(names: tuple[str, ...], as_markdown: bool, output: str | None) -> int:
    """The primitives, tactics, symbols and rows of the kernel's theory; with NAMES, these in full.

    A row is what a proof starts from; its mark says whether it defines, is a theorem, is argued or cited.
    """
    from verifier.claims.catalogue import entries, entry, lines, markdown

    if as_markdown and names:
        raise click.UsageError("--markdown writes the whole page; leave the names out")
    if output is not None:
        writable(output)
    if as_markdown:
        text = markdown()
    elif names:
        try:
            text = "\n\n".join("\n".join(lines(entry(name))) for name in names) + "\n"
        except KeyError as error:
            raise CommandError(error.args[0]) from None
    else:
        found = entries()
        width = max(len(e.name) for e in found)
        text = "".join(f"{e.name:<{width}}  {e.mark or e.kind:<10}  {_short(e.conclusion or e.why)}\n" for e in found)
    if output is None:
        click.echo(text, nl=False)
    else:
        write(output, text)
    return EXPECTED


def _short(text: str, most: int = 60) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
