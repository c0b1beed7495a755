"""LaTeX that may stand in a report: signs, letters and fences by an allow-list; nothing that reads, writes or defines.

Formulas come from statements, and so from anybody; a document that is compiled must not open files, and a page must
not carry links.  What is not on the list is shown as the text that it is.
"""

from __future__ import annotations

import re

#: Commands by name.  ``operatorname``, ``text`` and the alphabets take letters; none takes a file, a link or a name.
COMMANDS = frozenset((
    "alpha", "beta", "gamma", "delta", "epsilon", "varepsilon", "zeta", "eta", "theta", "vartheta", "iota", "kappa",
    "lambda", "mu", "nu", "xi", "pi", "varpi", "rho", "varrho", "sigma", "varsigma", "tau", "upsilon", "phi",
    "varphi", "chi", "psi", "omega", "Gamma", "Delta", "Theta", "Lambda", "Xi", "Pi", "Sigma", "Upsilon", "Phi",
    "Psi", "Omega", "mathbb", "mathbf", "mathcal", "mathfrak", "mathit", "mathrm", "mathsf", "mathtt", "boldsymbol",
    "rm", "bf", "it", "text", "textit", "textbf", "textrm", "operatorname", "hat", "bar", "tilde", "dot", "ddot",
    "vec", "widehat", "widetilde", "overline", "underline", "overset", "underset", "stackrel", "overbrace",
    "underbrace", "frac", "tfrac", "dfrac", "binom", "sqrt", "surd", "sum", "prod", "coprod", "int", "iint", "oint",
    "bigcup", "bigcap", "bigoplus", "bigotimes", "lim", "limsup", "liminf", "sup", "inf", "max", "min", "arg",
    "argmax", "argmin", "log", "ln", "exp", "sin", "cos", "tan", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh",
    "det", "dim", "ker", "tr", "rank", "Pr", "gcd", "deg", "hom", "sgn", "le", "leq", "leqslant", "ge", "geq",
    "geqslant", "lt", "gt", "ne", "neq", "equiv", "approx", "sim", "simeq", "cong", "asymp", "propto", "ll", "gg",
    "prec", "succ", "in", "notin", "ni", "subset", "subseteq", "supset", "supseteq", "cup", "cap", "setminus",
    "emptyset", "varnothing", "forall", "exists", "neg", "lnot", "land", "lor", "wedge", "vee", "implies", "iff",
    "to", "mapsto", "leftarrow", "rightarrow", "longrightarrow", "Leftarrow", "Rightarrow", "Longrightarrow",
    "leftrightarrow", "Leftrightarrow", "uparrow", "downarrow", "pm", "mp", "times", "div", "cdot", "ast", "star",
    "circ", "bullet", "odot", "oplus", "ominus", "otimes", "partial", "nabla", "infty", "ell", "hbar", "Re", "Im",
    "aleph", "prime", "top", "bot", "perp", "parallel", "mid", "nmid", "angle", "triangle", "langle", "rangle",
    "lfloor", "rfloor", "lceil", "rceil", "lvert", "rvert", "lVert", "rVert", "vert", "Vert", "left", "right",
    "middle", "big", "Big", "bigg", "Bigg", "bigl", "bigr", "Bigl", "Bigr", "biggl", "biggr", "quad", "qquad", "dots",
    "ldots", "cdots", "vdots", "ddots", "colon", "nonumber", "limits", "nolimits", "displaystyle", "textstyle",
    "scriptstyle", "begin", "end", "therefore", "because",
))  # fmt: skip
ENVIRONMENTS = frozenset(("cases", "matrix", "pmatrix", "bmatrix", "vmatrix", "aligned", "gathered", "array", "split"))
#: Commands of one sign.
_SIGNS = frozenset(",;:!>{}|%#&_ \\")
_COMMAND = re.compile(r"\\([A-Za-z]+|.)", re.DOTALL)
_ENVIRONMENT = re.compile(r"\\(?:begin|end)(?:\s*\{([^{}]*)\})?")
#: Signs that TeX takes for more than themselves: the end of a formula, a comment, a parameter, a character by number.
_TAKEN = re.compile(r"(?<!\\)[$%#~]|\^\^")


def allowed(latex: str) -> bool:
    r"""Whether ``latex`` is a formula of the list, with balanced braces.

    >>> allowed(r"\sqrt{n}\,K^{(r)} \sim 1"), allowed(r"\input{/etc/passwd}"), allowed("^^5cinput x")
    (True, False, False)
    """
    if len(latex) > 20_000 or _TAKEN.search(latex):
        return False
    for command in _COMMAND.findall(latex):
        if command not in _SIGNS and command not in COMMANDS:
            return False
    if any(name not in ENVIRONMENTS for name in _ENVIRONMENT.findall(latex)):
        return False
    depth = 0
    for brace in re.findall(r"\\.|[{}]", latex, re.DOTALL):
        depth += {"{": 1, "}": -1}.get(brace, 0)
        if depth < 0:
            return False
    return depth == 0 and not latex.endswith("\\")
