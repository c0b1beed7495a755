"""The ``verifier`` command: what all of its subcommands share.

Nothing heavy is imported here.  A subcommand's module is imported when it is run, and imports what it
computes with inside its functions, so that ``verifier --help`` answers at once.
"""

from __future__ import annotations

import gc
import signal
import sys
from typing import Any

import click

from verifier import __version__
from verifier.commands.codes import CommandError
from verifier.commands.terminal import outlets, speak_utf8
from verifier.verdict.codes import EXPECTED, INTERNAL, UNDECIDED, USAGE

_COMMANDS = {
    "list": ("verifier.commands.inspect", "list_", "The statements that are known, one a line."),
    "show": ("verifier.commands.inspect", "show", "A statement in full: claims, hypotheses, proof, errata."),
    "check": ("verifier.commands.check", "check", "Re-check proofs and measure exponents; the main command."),
    "prove": ("verifier.commands.proofs", "prove", "Write a statement's proof, with all it rests on, as JSON."),
    "verify": ("verifier.commands.proofs", "verify", "Re-check a proof file with nothing but the kernel."),
    "axioms": ("verifier.commands.proofs", "axioms", "Everything that a statement's proof rests on."),
    "rules": ("verifier.commands.rules", "rules", "What a proof can use: primitives, tactics, symbols, rows."),
    "report": ("verifier.commands.report", "report", "The results of the last check as HTML, Markdown, TeX or JSON."),
    "history": ("verifier.commands.history", "history", "Verdicts and exponents over the stored runs and commits."),
    "store": ("verifier.commands.store", "store", "What is stored: samples, runs; copies; making it smaller."),
    "graph": ("verifier.commands.graph", "graph", "Which statements rest on which, as SVG or dot."),
    "hunt": ("verifier.commands.hunt", "hunt", "The smallest instance that breaks a claim, and what excludes it."),
    "gate": ("verifier.commands.gate", "gate", "Red where a verdict is not the recorded one; for CI."),
    "fit": ("verifier.commands.fit", "fit", "Decide a claim about samples in a file, from anywhere."),
    "measure": ("verifier.commands.programs", "measure", "Decide a claim about a JAX program, sampled at any width."),
    "derive": ("verifier.commands.programs", "derive", "The exponents of a JAX program by theory, nothing sampled."),
    "scan": ("verifier.commands.programs", "scan", "Every intermediate of a JAX program: exponent, line, verdict."),
    "sample": ("verifier.commands.sample", "sample", "Write raw samples of a correlation function."),
    "exact": ("verifier.commands.exact", "exact", "An exact finite-width moment, as a polynomial in 1/n."),
    "conjecture": ("verifier.commands.exact", "conjecture", "The Dyer-Gur-Ari conjecture, graph by graph."),
    "limit-kernel": ("verifier.commands.sample", "limit_kernel", "Infinite-width kernels to 15 digits."),
    "calibrate": ("verifier.commands.calibrate", "calibrate", "Measure how often the gate itself is wrong."),
    "doctor": ("verifier.commands.doctor", "doctor", "Whether this installation works, with a small trial."),
    "new": ("verifier.commands.new", "new", "A small project of one's own, with a worked example."),
}


#: Characters of a message.
LONGEST_MESSAGE = 3000


class Commands(click.Group):
    """Subcommands that are imported on demand; errors end in one line and a documented exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module, attribute, _ = _COMMANDS[cmd_name]
        __import__(module)
        command: click.Command = getattr(sys.modules[module], attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, _, text) in _COMMANDS.items()])

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        name = args[0] if args else ""
        if name and not name.startswith("-") and name not in _COMMANDS:
            raise click.UsageError(f"unknown command {name!r}; {_nearest(name)}")
        return super().resolve_command(ctx, args)

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run, and turn every way of failing into one line on stderr and an exit code."""
        with outlets() as (stdout, _):
            code = self._run(*args, **kwargs)
            stdout.flush()
            if stdout.failed is not None:
                code = _fail(f"standard output cannot be written: {stdout.failed.strerror}", USAGE)
        sys.exit(code)

    def _run(self, *args: Any, **kwargs: Any) -> int:
        kwargs["standalone_mode"] = False
        try:
            code: Any = super().main(*args, **kwargs)
        except click.exceptions.Exit as error:
            code = error.exit_code
        except click.exceptions.Abort:
            code = _fail("interrupted", UNDECIDED)
        except KeyboardInterrupt:
            code = _fail("interrupted", UNDECIDED)
        except click.ClickException as error:
            code = _fail(" ".join(error.format_message().split()), USAGE)
        except CommandError as error:
            code = _fail(str(error), error.code)
        except Exception as error:
            if _wants_traceback(args, kwargs):
                import traceback

                traceback.print_exc()
            code = _failed(error)
        return code if isinstance(code, int) else EXPECTED


def _fail(message: str, code: int) -> int:
    click.echo(f"verifier: {in_short(message)}", err=True)
    return code


def in_short(message: str) -> str:
    """A sentence that repeats a value as it was given, which may be of any length: its beginning and its end."""
    return message if len(message) <= LONGEST_MESSAGE else f"{message[:2000]} … {message[-800:]}"


def _failed(error: Exception) -> int:
    """What a project's file raised is told with file and line; everything else is an error of this program."""
    from verifier.inputs.fields import FieldError
    from verifier.inputs.files import Unreadable
    from verifier.projects.loading import owner

    if (told := owner(error)) is not None:
        return _fail(str(told), USAGE)
    if isinstance(error, FieldError | Unreadable):
        return _fail(str(error), USAGE)
    if isinstance(error, OSError):  # of the machine: a full disk, a name that is too long
        named = f"{str(error.filename)[:200]}: " if error.filename else ""
        hint = "; set TMPDIR to a folder with a shorter name, or say --jobs 1" if "AF_UNIX" in str(error) else ""
        return _fail(f"{named}{error.strerror or error}{hint}", USAGE)
    if isinstance(error, MemoryError):
        return _fail("there is not enough memory for this", UNDECIDED)
    message = " ".join(str(error).split())
    return _fail(f"internal error: {type(error).__name__}: {message} (-v shows where)", INTERNAL)


def _wants_traceback(args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    given = kwargs.get("args") or (args[0] if args else None) or sys.argv[1:]
    return any(word == "--verbose" or (word.startswith("-v") and set(word[1:]) == {"v"}) for word in given)


def _nearest(name: str) -> str:
    import difflib

    near = difflib.get_close_matches(name, list(_COMMANDS), n=2)
    return f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(_COMMANDS)}"


def _short_help() -> str:
    """What to type first, a line each."""
    first = [
        ("list", "the statements that are known"), ("check NAME", "re-check a proof and measure what is claimed"),
        ("show NAME", "claims, hypotheses, proof and errata in full"),
        ("fit FILE", "decide a claim about measurements of your own"),
        ("gate", "red where a verdict is not the recorded one; for CI"),
        ("new DIR", "a project of your own, with a worked example"), ("doctor", "whether this installation works"),
    ]  # fmt: skip
    lines = [f"  verifier {words:<12}{text}" for words, text in first]
    return "\n".join(["usage: verifier COMMAND …", "", *lines, "", "verifier --help lists all commands."])


# "color": what looks like a colour is not taken out of a text, but shown as what it is.
@click.group(
    cls=Commands,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100, "color": True},
    epilog="Exit codes: 0 as expected; 1 an unexpected refutation, contradiction or change; 2 usage or "
    "unreadable input; 3 inconclusive, invalid, interrupted or a gap; 4 internal error; 5 nothing selected.",
)
@click.version_option(__version__, message="%(prog)s %(version)s")
@click.pass_context
def cli(context: click.Context) -> int:
    """Prove, certify or measure asymptotic claims about wide neural networks, and never confuse the three."""
    if context.invoked_subcommand is not None:
        return EXPECTED
    click.echo(_short_help())
    return USAGE


def unwind_when_terminated() -> None:
    """SIGTERM, and a terminal that is closed, end a command as Ctrl-C does: what was done is kept."""

    def stop(number: int, frame: object) -> None:
        raise KeyboardInterrupt("terminated")

    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:  # nohup stays as it is
            signal.signal(number, stop)


def main() -> None:
    """The console script."""
    speak_utf8()
    unwind_when_terminated()
    try:
        cli(prog_name="verifier")
    finally:
        gc.freeze()  # the process ends, which frees all: no need to search what it holds for garbage


if __name__ == "__main__":
    main()
