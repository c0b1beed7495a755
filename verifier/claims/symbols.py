"""How the symbols of the theory are printed, as text and as LaTeX (:mod:`verifier.claims.notation`)."""

from __future__ import annotations

from verifier.claims.notation import notation, seal

_PAIR = "x y z w"
_FLOW = "phi L H x y zi wi xp zp"
for _head in ("prod", "cprod", "lprod"):
    notation(_head, "lo hi F", "Π_({lo}<={F_1}<={hi}) {F}", r"\prod_{{{F_1}={lo}}}^{{{hi}}}{F}", F="k")
for _head in ("sum", "csum", "lsum"):
    notation(_head, "lo hi F", "Σ_({lo}<={F_1}<={hi}) {F}", r"\sum_{{{F_1}={lo}}}^{{{hi}}}{F}", F="k")
for _head in ("pieces", "lpieces"):
    notation(_head, "a b c X", "step({a}, {b}, {c})({X})", r"\mathrm{{step}}_{{{a},{b},{c}}}({X})")
notation("K", f"phi m H L r {_PAIR}", "K^({r})", r"\mathcal K^{{({r})}}")
notation("S", "phi L r x y", "T^{r}", r"T^{{{r}}}")
notation("a", "phi m H L d k x y w", "⟨∇^{k} f_i^{d}, (∇h_j)^⊗{k}⟩",
         r"\langle\nabla^{{({k})}}f_i^{{{d}}},(\nabla h_j)^{{\otimes {k}}}\rangle")  # fmt: skip
notation("T", "phi L d ls es x y", "T^({ls},{d})_({es})", r"\mathcal T^{{{ls},{d}}}_{{{es}}}")
notation("order", "omega X p", "{X} ~ n^{{{p}}}", r"{X}\sim n^{{{p}}}")
notation("upper", "omega X p", "{X} = O_p(n^{{{p}}})", r"{X}=O_p(n^{{{p}}})")
notation("vanishes", "omega X p", "n^{{-({p})}} ({X}) → 0", r"n^{{-({p})}}({X})\to0")
notation("plim", "omega X c", "{X} → {c}", r"{X}\to {c}")
notation("atom", "omega X p c", "P[lim n^{{-({p})}} {X} = 0] = {c}", r"P[\lim n^{{-({p})}}{X}=0]={c}")
notation("mean", "X", "E {X}", r"\mathbb E\,{X}")
notation("nonzero", "c", "{c} ≠ 0", r"{c}\ne0")
notation("pos", "c", "{c} > 0", r"{c}>0")
notation("dot", "x y", "{x}·{y}/n_0", r"{x}^\top {y}/n_0")
notation("Theta", "phi L x y", "Θ({x}, {y})", r"\Theta({x},{y})")
notation("relu", "phi", "{phi} is the ReLU", r"{phi}\text{{ is the ReLU}}")
notation("nonzero_input", "x", "{x} ≠ 0", r"{x}\ne0")
notation("antiparallel", "x y", "{y} is a negative multiple of {x}", r"{y}\text{{ is a negative multiple of }}{x}")
notation("proportional", "omega L", "n_l/n → γ_l in (0, ∞)", r"n_l/n\to\gamma_l\in(0,\infty)")
notation("scaled", "omega L", "n = min n_l → ∞", r"n=\min n_l\to\infty")
notation("grows", "omega L", "n_1, …, n_(L-1) → ∞", r"n_1,\dots,n_{{L-1}}\to\infty")
notation("D", "phi m H L x z", "Π_(d<H) σ'(g_i^d)", r"\prod_{{d<H}}\dot\sigma(g_i^d)")
notation("hj", "phi m H L y w e", "∂h_j/∂f_j^({e})", r"\partial h_j/\partial f_j^{{{e}}}")
notation("comps", "H r m B", "Σ_(α_1+…+α_{H}={r}, α<={m}) Π_({B_1}<={H}) {B}",
         r"\sum_{{\alpha_1+\dots+\alpha_{H}={r},\ \alpha\le {m}}}\ \prod_{{{B_1}\le {H}}}{B}",
         B="d alpha_d")  # fmt: skip
notation("invfact", "k", "1/{k}!", r"\tfrac1{{{k}!}}")
notation("entry", "s i", "{s}_({i})", r"{s}_{{{i}}}")
notation("delta", "i j", "δ({i}, {j})", r"\delta_{{{i},{j}}}")
notation("Q", "phi layer x y", "q·q'/n_({layer} - 1)", r"q^\top q'/n_{{{layer}-1}}")
notation("C", "phi v u i j x y", "(P^({u}→{v}) P'^({u}→{v})ᵀ)_({i}{j})",
         r"(P^{{{u}\to {v}}}P'^{{{u}\to {v}\top}})_{{{i}{j}}}")  # fmt: skip
notation("Ntk", "phi L i j x y", "∂f^{i}/∂w·∂f'^{j}/∂w", r"\partial_wf^{{{i}}}\cdot\partial_wf'^{{{j}}}")
notation("Sig", "phi l x y", "Σ^({l})({x}, {y})", r"\Sigma^{{{l}}}({x},{y})")
notation("Dot", "phi L l x y", "Π_({l}<=t<{L}) Σ̇^t({x}, {y})", r"\prod_{{t={l}}}^{{{L}-1}}\dot\Sigma^t({x},{y})")
notation("f", "phi L x d", "f^({d})({x})", r"f^{{{d}}}({x})")
notation("gauss", "omega X kappa", "{X} → independent Gaussian processes of covariance {kappa}",
         r"{X}\to_d\text{{independent Gaussian processes of covariance }}{kappa}",
         X="i x zi", kappa="x zi y wi")  # fmt: skip
notation("dual", "phi a b c", "2 E[σ(a)σ(b)] at variances {a}, {c} and covariance {b}",
         r"2E_{{{a},{b},{c}}}[\sigma\sigma]")  # fmt: skip
notation("dual_slope", "phi a b c", "2 E[σ'(a)σ'(b)] at variances {a}, {c} and covariance {b}",
         r"2E_{{{a},{b},{c}}}[\dot\sigma\dot\sigma]")  # fmt: skip
notation("pi", "", "π", r"\pi")
notation("grows_g", "omega H", "m_1, …, m_(H-1) → ∞", r"m_1,\dots,m_{{H-1}}\to\infty")
notation("K_same", f"phi m H L r {_PAIR}", "K_same^({r})", r"\mathcal K_{{\mathrm{{same}}}}^{{({r})}}")
notation("exact_rms", "X p", "√E ({X})² is of exact order n^{{{p}}}", r"\sqrt{{\mathbb E({X})^2}}\asymp n^{{{p}}}")
notation("overlap", f"phi m H L {_PAIR}", "P[D_i D_j = 1] > 0", r"P[D_iD_j=1]>0")
notation("homogeneous", "phi", "{phi} is linear on either side of 0", r"{phi}\text{{ is linear on either side of }}0")
notation("tuples", "k hi F", "Σ_({F_1} in [{hi}]^{k}) {F}", r"\sum_{{{F_1}\in[{hi}]^{{{k}}}}}{F}", F="s")
notation("sC", "r", "s_C(T^{r})", r"s_C(T^{{{r}}})")
notation("half", "k", "⌊{k}/2⌋", r"\lfloor {k}/2\rfloor")
notation(
    "tight",
    "omega X p",
    "n^{{-({p})}} {X} and its inverse are tight",
    r"n^{{-({p})}}{X}\text{{ and its inverse are tight}}",
)
notation(
    "returned", "code k", "number {k} of the program {code}", r"\text{{number }}{k}\text{{ of the program }}{code}"
)
notation("level", "omega", "n_1 = … = n_(L-1) = n → ∞", r"n_1=\dots=n_{{L-1}}=n\to\infty")
notation("binomial_widths", "phi L x", "all correlation functions at {x} have the law of those of linear networks of "
         "widths Binomial(n_l, 1/2), times Π (2B_l/n_l)^(m/2)",
         r"X(n_1,\dots)\overset d=\prod_l(2B_l/n_l)^{{m/2}}X_{{\rm lin}}(B_1,\dots)")  # fmt: skip
notation("null", "X", "P[{X} = 0]", r"P[{X}=0]")
notation("rms", "X p", "√E ({X})² = O(n^{{{p}}})", r"\sqrt{{\mathbb E({X})^2}}=O(n^{{{p}}})")
notation("corr", "phi L m es x", "C({m}; {es})", r"C({m};{es})")
notation("cluster_exponent", "m es", "s_C({m}; {es})", r"s_C({m};{es})")
notation("multigraph", "m es", "{es} are the ends of edges of a graph of {m} factors",
         r"{es}\text{{ are the ends of edges of a graph of }}{m}\text{{ factors}}")  # fmt: skip
notation("law", "omega X Y", "{X} → {Y} in law", r"{X}\to_d {Y}")
notation("never0", "Y", "P[{Y} = 0] = 0", r"P[{Y}=0]=0")
notation("chance", "X", "P[{X} > 0]", r"P[{X}>0]")
notation("lchance", "Y", "P[{Y} > 0]", r"P[{Y}>0]")
notation("Sigdot", "phi l x y", "Σ̇^({l})({x}, {y})", r"\dot\Sigma^{{{l}}}({x},{y})")
notation("Kh", "phi L H x y zi wi", "K^h", r"K^h")
notation("ThetaH", "phi L H x y zi wi", "Θ^h", r"\Theta^h")
notation("flow_first", _FLOW, "(first term of ∂_t K^h)", r"(\partial_tK^h)_1")
notation("flow_second", _FLOW, "(second term of ∂_t K^h)", r"(\partial_tK^h)_2")
notation("powers", "omega L H a b", "n_l ~ n^{{{a}}}, m_l ~ n^{{{b}}}", r"n_l\sim n^{{{a}}},\ m_l\sim n^{{{b}}}")
notation("kink", "phi x y", "(f({y}) minus its Taylor polynomial after a unit step at {x})",
         r"\bigl(f({y})-\text{{its Taylor polynomial after a unit step at }}{x}\bigr)")  # fmt: skip
notation("collinear", "x y", "{y} is collinear with {x}", r"{y}\parallel {x}")
notation("tangent", "phi c11 c12 c22 l s11 s12 s22",
         "Θ^g(S = ({c11}, {c12}, {c22}), H = {l}, Σ^0 = ({s11}, {s12}, {s22}))",
         r"\Theta^g_{{S=({c11},{c12},{c22}),H={l},\Sigma^0=({s11},{s12},{s22})}}")  # fmt: skip
notation("feature_gram", "zi wi", "Σ^0(p({zi}), p({wi}))", r"\Sigma^0(p({zi}),p({wi}))")
notation("Lam_features", "phi L H x y zi wi", "Λ^({H})", r"\Lambda^{{{H}}}")
notation("distance2", "zi wi", "|{zi}-{wi}|²", r"\|{zi}-{wi}\|^2")
notation("exp", "c", "exp({c})", r"\exp({c})")
notation("many_features", "omega", "k → ∞", r"k\to\infty")
notation("G", "phi L l x zi a", "g^({l})_({a})({x}, {zi})", r"g^{{{l}}}_{{{a}}}({x},{zi})")
notation("GQ", "phi L l x y zi wi", "a·a'/m_({l} - 1)", r"a^\top a'/m_{{{l}-1}}")
notation("Lam", "phi L l x y zi wi", "Λ^({l})", r"\Lambda^{{{l}}}")
notation("GSig", "phi L l x y zi wi", "Σ^({l})", r"\Sigma^{{{l}}}")
notation("GC", "phi L v u i j x y zi wi", "(P_g^({u}→{v}) P_g'^({u}→{v})ᵀ)_({i}{j})",
         r"(P_g^{{{u}\to {v}}}P_g'^{{{u}\to {v}\top}})_{{{i}{j}}}")  # fmt: skip
notation("GDot", "phi L v u x y zi wi", "Π_({u}<=t<{v}) S^({L} - 1) Σ̇^t",
         r"\prod_{{t={u}}}^{{{v}-1}}S^{{{L}-1}}\dot\Sigma^t")  # fmt: skip
notation("GNtk", "phi L H i j x y zi wi", "∂_v h^({i})·∂_v h'^({j})", r"\partial_vh^{{{i}}}\cdot\partial_vh'^{{{j}}}")
notation("GTheta", "phi L H x y zi wi", "Θ^g(S = Σ^({L} - 1))", r"\Theta^g_{{S=\Sigma^{{{L}-1}}}}")
notation("flat", "X n", "{X} at width {n}", r"{X}\ (n={n})")
notation("power", "c k", "({c})^{{{k}}}", r"({c})^{{{k}}}")
notation("sqrt", "x", "√({x})", r"\sqrt{{{x}}}")
notation("even_clusters", "m es", "n_e({m}; {es})", r"n_e({m};{es})")
notation("odd_clusters", "m es", "n_o({m}; {es})", r"n_o({m};{es})")
notation("sign_law", "ls", "the laws of (f, T^1, T^2) on all sign patterns at sizes {ls} are those of random widths",
         r"\text{{the laws of }}(f,T^1,T^2)\text{{ at sizes }}{ls}")  # fmt: skip
notation("A", "phi L v u e x y", "A^({v},{u})_({e})({x}, {y})", r"A^{{{v},{u}}}_{{{e}}}({x},{y})")
notation("A_printed", "phi L above below e x y", "A_printed({above}, {below}, {e})",
         r"A^{{\mathrm{{printed}}}}({above},{below},{e})")  # fmt: skip
notation("len", "s", "|{s}|", r"|{s}|")
notation("first", "s", "first({s})", r"\mathrm{{first}}({s})")
notation("last", "s", "last({s})", r"\mathrm{{last}}({s})")
notation("increasing", "s low high", "{low} <= {s} <= {high}, strictly increasing",
         r"{low}\le {s}\le {high}\text{{, strictly increasing}}")  # fmt: skip
notation("outputs", "s", "entries of {s} are at least 1", r"\text{{entries of }}{s}\text{{ are at least }}1")
notation("coupled", "omega phi L x y", "a coupling", r"\text{{a coupling}}")
notation("joint", "b phi L x y", "on {b}: f, Q(l), C(l, d, e), n A(l', l, e) and, for d ≠ e, √n C(l, d, e) converge",
         r"\text{{on }}{b}\text{{: }}f,\ Q(l),\ C(l,d,e),\ nA(l',l,e)\text{{ and, for }}d\ne e,\ \sqrt n\,C(l,d,e)"
         r"\text{{ converge}}")  # fmt: skip
notation("inv_width", "l", "1/n_({l})", r"\tfrac1{{n_{{{l}}}}}")
notation("sizes", "N", "{N}(1), {N}(2), … are widths", r"{N}(1),{N}(2),\dots\text{{ are widths}}")
notation("at", "X N", "({X} at widths {N})", r"({X}\text{{ at widths }}{N})")
seal()
