"""The field's notation for the kernel's symbols: LaTeX, for readers."""

from __future__ import annotations

#: Symbols with a notation of their own: LaTeX with {0}, {1}, … for the arguments.
NOTATION = {
    "K": r"\mathcal K^{{({0})}}", "Ks": r"\mathcal K^{{({0})}}_{{\mathrm{{same}}}}",
    "T": r"\mathcal T^{{{1},{0}}}_{{{2}}}", "f": r"f^{{{1}}}(x_{{{0}}})",
    "D": r"D_{{{0}}}", "z": r"z_{{{0}}}", "F": r"F^{{{1}}}_{{{0}}}", "Q": r"Q_{{{0}}}", "C": r"C_{{{0}}}^{{{1},{2}}}",
    "A": r"A_{{{0},{1}}}^{{{2}}}", "Sig": r"\Sigma^{{{0}}}", "Dot": r"\Phi_{{{0}}}",
    "Gam": r"\Gamma_{{{0},{1}}}^{{{2}}}", "kron": r"\delta_{{{0},{1}}}", "hj": r"h_j^{{{0}}}",
    "S": r"S^{{{0}}}", "Sigma": r"\Sigma^{{{1}}}", "Gx": r"S^{{0}}", "Gz": r"\Sigma^{{0}}", "star": r"T^{{{0}}}",
    "entry": r"\left({0}\right)_{{{1}{2}}}", "n": r"n_{{{0}}}",
    "dual_step": r"\dot\Sigma\left({0}\right)", "dual_relu": r"\Sigma\left({0}\right)",
    "pi": r"\pi", "invpi": r"\pi^{{-1}}", "corr": "C_{{{1}}}", "ne": "n_e({0})", "no": "n_o({0})",
    "factors": "m({0})", "sC": "s_{{{0}}}",
    "sqrt": r"\sqrt{{{0}}}", "acos": r"\arccos {0}", "exp": r"\exp\left({0}\right)",
    "a": r"\langle\nabla^{{{1}}}f_i^{{{0}}},(\nabla h_j)^{{\otimes {1}}}\rangle",
    "as": r"\langle\nabla^{{{1}}}f_i^{{{0}}},(\nabla h_j)^{{\otimes {1}}}\rangle_{{\mathrm{{same}}}}",
    "fact": r"{0}!", "step": r"\mathbb 1[{0}>0]", "len": r"|{0}|", "first": r"{0}_1", "last": r"{0}_k",
    "increasing": r"[{0}_1<\dots<{0}_k]",
    # units of f and of g, their normalised inner products and Jacobians, and the tangent kernels these make up
    "Y": r"y^{{{0}}}", "G": r"g^{{{1}}}",
    "FGram": r"\frac{{a^{{{0}}}\cdot a'^{{{0}}}}}{{n_{{{0}}}}}",
    "GGram": r"\frac{{a^{{{1}}}\cdot a'^{{{1}}}}}{{m_{{{1}}}}}",
    "FMask": r"\frac{{2}}{{n_{{{0}}}}}\,\sigma'(y^{{{0}}})\cdot\sigma'(y'^{{{0}}})",
    "GMask": r"\frac{{2}}{{m_{{{1}}}}}\,\sigma'(g^{{{1}}})\cdot\sigma'(g'^{{{1}}})",
    "FChain": r"\left(P^{{{0}\to {1}}}P'^{{{0}\to {1}\top}}\right)_{{{2},{3}}}",
    "GChain": r"\left(P^{{{1}\to {2}}}P'^{{{1}\to {2}\top}}\right)_{{{3},{4}}}",
    "FNtk": r"\partial_w f^{{{1}}}\cdot\partial_w f'^{{{2}}}",
    "GNtk": r"\partial_v h^{{{2}}}\cdot\partial_v h'^{{{3}}}",
    "Kh": "K^h(u,u)", "HyperNtk": "K^h(u,u')", "ThetaH": r"\Theta^h(u,u')",
    "dK": r"\left(\partial_t K^h\right)_{{{0}}}", "kink": r"R_{{{0}}}",
    # 2 E of two standard normals ξ, η of a given correlation
    "E_relu": r"2\,\mathbb E_{{{0}}}\left[\sigma({1}\xi)\,\sigma({2}\eta)\right]",
    "E_step": r"2\,\mathbb E_{{{0}}}\left[\sigma'(\xi)\,\sigma'(\eta)\right]",
}  # fmt: skip
#: Variables with names of Greek letters.
GREEK = {"alpha", "beta", "gamma", "rho", "theta", "mu"}


def norm(first: int, second: int) -> str:
    """|c z + c' z'|² of the two inputs of a Fourier feature."""
    return rf"\left|{_combined(first, second, '')}\right|^2"


def random_features(index: str, *numbers: int) -> str:
    """cos(W·(c z + c' z') + b) for two triples (c, c', multiple of b)."""
    weight = rf"W{index}\cdot "
    return "".join(
        rf"\cos\left({_combined(c1, c2, weight)}{_signed(phase, f'b{index}')}\right)"
        for c1, c2, phase in (numbers[:3], numbers[3:])
    )


def _combined(first: int, second: int, before: str) -> str:
    return (_signed(first, f"{before}z") + _signed(second, f"{before}z'")).removeprefix("+") or "0"


def _signed(number: int, name: str) -> str:
    if not number:
        return ""
    return ("-" if number < 0 else "+") + ("" if abs(number) == 1 else str(abs(number))) + name
