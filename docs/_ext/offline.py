"""What the site needs beside Sphinx: formulas as MathML, so that pages read without a network and without a script;
names in docstrings that no page describes, as code where they exist."""

from __future__ import annotations

import re
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import Enum
from html import escape, unescape
from importlib import import_module
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging

from verifier.report.mathtext import mathml as convert

#: of a page whose table of contents shows them all
MOST_HEADINGS = 60
LOGGER = logging.getLogger(__name__)
#: what is followed by indented lines of its own in a docstring
MARKUP = ("* ", "- ", "..", ":", ">>>")
#: what a notebook's HTML output holds between dollars, for a browser with a script that reads it
DOLLARS = re.compile(r"\$\$(.+?)\$\$|\$(.+?)\$", re.DOTALL)
SAVED = re.compile(r'(?<=<a class="reference download internal" )download="" (?=href="[^"]*\.(?:html|json)")')


def mathml(latex: str, display: str = "inline") -> str:
    """As reports have it; what cannot be converted is a warning, which is an error of the site."""
    found = convert(latex, display)
    if found is None:
        LOGGER.warning("no MathML for the formula %s", latex)
    return found or f"<code>{escape(latex)}</code>"


def inline(self: Any, node: nodes.Element) -> None:
    self.body.append(mathml(node.astext()))
    raise nodes.SkipNode


def block(self: Any, node: nodes.Element) -> None:
    self.body.append(self.starttag(node, "div", CLASS="math"))
    self.body.append(mathml(node.astext(), "block") + "</div>\n")
    raise nodes.SkipNode


def in_html(html: str) -> str:
    """HTML in which formulas between dollars are MathML."""
    return DOLLARS.sub(lambda m: mathml(unescape(m[1] or m[2]), "block" if m[1] else "inline"), html)


def outputs(app: Sphinx, doctree: nodes.document, name: str) -> None:
    """The HTML that a notebook's objects show themselves with."""
    for node in doctree.findall(nodes.raw):
        if "html" in node.get("format", "") and "$" in node.astext():
            node.children = [nodes.Text(in_html(node.astext()))]


def shallow(app: Sphinx, doctree: nodes.document) -> None:
    """Hundreds of headings are found by the search, not in a margin."""
    if sum(1 for _ in doctree.findall(nodes.section)) > MOST_HEADINGS:
        app.env.metadata[app.env.docname]["tocdepth"] = 2


def opened(app: Sphinx, name: str, template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    """A page that a page links to, such as a report, is opened and not saved."""
    context["body"] = SAVED.sub("", context.get("body", ""))


def named(app: Sphinx, env: Any, node: nodes.Element, shown: nodes.Element) -> nodes.Element | None:
    """A name that no page describes is code if it exists; if not, it stays a broken reference, which is an error.

    Types in signatures are as the annotation has them; those of other packages are not looked for.
    """
    target = str(node.get("reftarget", ""))
    if node.get("refdomain") != "py":
        return None
    if node.get("reftype") == "class" and not target.startswith("verifier."):
        return shown
    return shown if exists(target) or exists(f"{node.get('py:module')}.{target}") else None


def exists(name: str) -> bool:
    """Whether this is a module, or what a module holds."""
    module, rest = name, ""
    while module:
        try:
            found: Any = import_module(module)
        except ImportError:
            module, _, last = module.rpartition(".")
            rest = f"{last}.{rest}" if rest else last
            continue
        return all((found := getattr(found, part, None)) is not None for part in rest.split(".") if part)
    return False


def docstring(app: Sphinx, what: str, name: str, found: Any, options: Any, lines: list[str]) -> None:
    """Formulas that are set apart by indentation keep their lines; a bar is an absolute value."""
    written: list[str] = []
    apart, before = False, ""
    for line in lines:
        indented = line.startswith(" ")
        if indented and not apart and written and not written[-1].strip() and not before.startswith(MARKUP):
            written += [".. code-block:: text", ""]
            apart = True
        apart = apart and (indented or not line.strip())
        written.append(line if apart or line.startswith(">>> ") else plain(line))
        before = line if line.strip() and not indented else before
    lines[:] = written


def described(app: Sphinx, command: Any, lines: list[str]) -> None:
    """The same for what a command says of itself."""
    lines[:] = [plain(line, r"([|*])") for line in lines]


def signature(
    app: Sphinx, what: str, name: str, found: Any, options: Any, given: str | None, returns: str | None
) -> tuple[str, None] | None:
    """A data class by its fields as its author wrote them."""
    if what != "class" or not is_dataclass(found):
        return None
    shown = [field for field in fields(found) if field.init and not field.name.startswith("_")]
    return "(" + ", ".join(f"{field.name}: {field.type}{default(field)}" for field in shown) + ")", None


def default(field: Field[Any]) -> str:
    """`` = …`` where a field has a default."""
    if field.default_factory is not MISSING:
        return f" = {getattr(field.default_factory, '__name__', 'factory')}()"
    if field.default is MISSING:
        return ""
    if isinstance(field.default, Enum):
        return f" = {type(field.default).__name__}.{field.default.name}"
    return f" = {getattr(field.default, '__name__', None) or repr(field.default)}"


def plain(line: str, marks: str = r"(\|)") -> str:
    """A line without substitutions: bars are escaped outside of code, and other marks where none is meant."""
    return "``".join(part if k % 2 else re.sub(marks, r"\\\1", part) for k, part in enumerate(line.split("``")))


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_html_math_renderer("mathml", (inline, None), (block, None))
    app.connect("doctree-read", shallow, priority=1)  # before tables of contents are made
    app.connect("doctree-resolved", outputs)
    app.connect("missing-reference", named)
    app.connect("autodoc-process-docstring", docstring)
    app.connect("autodoc-process-signature", signature)
    for part in ("description", "usage", "options", "arguments", "epilog"):
        app.connect(f"sphinx-click-process-{part}", described)
    app.connect("html-page-context", opened)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
