"""Formulas as MathML, so that pages read without a network and without a script."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.application import Sphinx

#: what a notebook's HTML output holds between dollars, for a browser with a script that reads it
DOLLARS = re.compile(r"\$\$(.+?)\$\$|\$(.+?)\$", re.DOTALL)
SAVED = re.compile(r'(?<=<a class="reference download internal" )download="" (?=href="[^"]*\.(?:html|json)")')


def mathml(latex: str, display: str = "inline") -> str:
    return convert(latex, display=display)


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


def opened(app: Sphinx, name: str, template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    """A page that a page links to, such as a report, is opened and not saved."""
    context["body"] = SAVED.sub("", context.get("body", ""))


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_html_math_renderer("mathml", (inline, None), (block, None))
    app.connect("doctree-resolved", outputs)
    app.connect("html-page-context", opened)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
