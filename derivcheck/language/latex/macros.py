"""What LaTeX's macros mean here: tables, no code. A macro in none of them is an error where it stands."""

from __future__ import annotations

from collections.abc import Mapping

from derivcheck.language.notation.tokens import GREEK

GREEK_LETTERS: Mapping[str, str] = {
    **{word: word for word in GREEK.values()},
    "varepsilon": "epsilon", "vartheta": "theta", "varphi": "phi", "varsigma": "sigma", "varrho": "rho",
    "varpi": "pi", "ell": "l", "imath": "i", "jmath": "j",
}  # fmt: skip

# Dropped with nothing else.
SPACING = frozenset({
    ",", ";", ":", "!", ">", " ", "/", "quad", "qquad", "space", "enspace", "enskip", "thinspace", "medspace",
    "thickspace", "negthinspace", "hfill", "hfil", "nobreakspace", "allowbreak", "newline",
})  # fmt: skip
WIDE = frozenset({"quad", "qquad"})
SIZES = frozenset({
    "big", "Big", "bigg", "Bigg", "bigl", "Bigl", "biggl", "Biggl", "bigr", "Bigr", "biggr", "Biggr", "bigm", "Bigm",
    "biggm", "Biggm", "tiny", "scriptsize", "footnotesize", "small", "normalsize", "large", "Large", "LARGE", "huge",
    "Huge", "displaystyle", "textstyle", "scriptstyle", "scriptscriptstyle", "limits", "nolimits", "displaylimits",
    "nonumber", "notag", "hline", "centering", "noindent", "strut", "mathstrut", "boldmath", "bf", "bfseries", "rm",
    "it", "sf", "tt", "cal", "relax", "middle", "par",
})  # fmt: skip
# Dropped with so many arguments.
DROPPED: Mapping[str, int] = {
    "color": 1, "label": 1, "hspace": 1, "vspace": 1, "phantom": 1, "hphantom": 1, "vphantom": 1, "tag": 1,
    "hskip": 0, "pagecolor": 1, "require": 1,
}  # fmt: skip
# What remains is the last of so many arguments.
WRAPPERS: Mapping[str, int] = {
    "textcolor": 2, "colorbox": 2, "fcolorbox": 3, "bbox": 1, "boxed": 1, "fbox": 1, "mathop": 1,
    "mathrel": 1, "mathbin": 1, "mathord": 1, "mathopen": 1, "mathclose": 1, "ensuremath": 1, "smash": 1, "mathclap": 1,
    "underset": 2, "overset": 2, "stackrel": 2, "class": 2, "style": 2, "cssId": 2, "htmlClass": 2, "mathchoice": 4,
    "underbrace": 1, "overbrace": 1, "underbracket": 1, "overbracket": 1, "substack": 1,
}  # fmt: skip
# The script that follows these is a remark.
BRACED_BELOW: Mapping[str, str] = {"underbrace": "_", "underbracket": "_", "overbrace": "^", "overbracket": "^"}
# Which letters look alike: two of one style are one, of two styles they may be two.
FONTS: Mapping[str, str] = {
    **dict.fromkeys(("mathbf", "boldsymbol", "bm", "pmb", "bold", "textbf", "symbf", "symbfit", "symbfup", "mathbfit"),
                    "bold"),
    "mathit": "", "mathnormal": "", "mathcal": "script", "mathscr": "script", "mathfrak": "fraktur",
    "mathbb": "blackboard", "Bbb": "blackboard", "mathsf": "sans", "mathtt": "typewriter",
    "vec": "arrow", "overrightarrow": "arrow",
}  # fmt: skip
TEXTS = frozenset({
    "text", "textrm", "textnormal", "mathrm", "operatorname", "mbox", "hbox", "texttt", "textsf", "textit", "textup",
    "intertext", "shortintertext", "textsc",
})  # fmt: skip
ACCENTS: Mapping[str, str] = {
    "hat": "hat", "widehat": "hat", "tilde": "tilde", "widetilde": "tilde", "bar": "bar", "overline": "bar",
    "dot": "dot", "ddot": "ddot", "check": "check", "breve": "breve", "mathring": "ring", "acute": "acute",
    "grave": "grave", "underline": "underline",
}  # fmt: skip
COMBINING: Mapping[str, str] = {"hat": "\u0302", "tilde": "\u0303", "bar": "\u0304", "dot": "\u0307"}

FUNCTIONS: Mapping[str, str] = {
    "log": "log", "ln": "log", "exp": "exp", "sin": "sin", "cos": "cos", "tan": "tan", "sinh": "sinh", "cosh": "cosh",
    "tanh": "tanh", "arctan": "atan", "det": "det", "max": "max", "min": "min", "arcsin": "arcsin", "arccos": "arccos",
}  # fmt: skip
# Words of authors for functions of the language; what a spec declares goes first.
FUNCTION_WORDS: Mapping[str, str] = {
    "ln": "log", "tr": "trace", "Tr": "trace", "Trace": "trace", "Diag": "diag", "ReLU": "relu", "RELU": "relu",
    "Relu": "relu", "LeakyReLU": "leaky_relu", "GELU": "gelu", "ELU": "elu", "SiLU": "silu", "Softmax": "softmax",
    "SoftMax": "softmax", "softMax": "softmax", "Sigmoid": "sigmoid", "Tanh": "tanh", "sgn": "sign", "sigma": "sigmoid",
    "Vec": "vec", "logit": "logit", "arctan": "atan", "LogSumExp": "logsumexp", "LSE": "logsumexp",
    "CrossEntropy": "cross_entropy", "MSE": "mse", "softplus": "softplus", "Softplus": "softplus",
}  # fmt: skip
# Read without parentheses too: `\log p_k`.
PREFIX_FUNCTIONS = frozenset({
    "log", "exp", "sin", "cos", "tan", "sinh", "cosh", "tanh", "atan", "det", "trace", "diag", "vec", "softmax",
    "relu", "sigmoid",
})  # fmt: skip
POWERED_FUNCTIONS = frozenset({"log", "exp", "sin", "cos", "tan", "sinh", "cosh", "tanh"})

SIGNS: Mapping[str, str] = {
    "cdot": "·", "cdotp": "·", "times": "×", "ast": "⊙", "odot": "⊙", "circ": "⊙", "otimes": "⊗", "div": "/",
    "partial": "∂", "nabla": "∇", "sum": "Σ", "prod": "Π", "top": "⊤", "intercal": "⊤", "transp": "⊤",
    "prime": "'", "forall": "∀", "infty": "∞", "colon": ":", "vcentcolon": ":",
    "ne": "!=", "neq": "!=", "le": "<=", "leq": "<=", "leqslant": "<=", "ge": ">=", "geq": ">=", "geqslant": ">=",
    "lt": "<", "gt": ">", "equiv": "=", "coloneqq": "=", "coloneq": "=", "triangleq": "=", "doteq": "=", "eqdef": "=",
    "defeq": "=", "eqqcolon": "=", "eqcolon": "=", "Coloneqq": "=",
    "lVert": "‖", "rVert": "‖", "Vert": "‖", "|": "‖", "lvert": "|", "rvert": "|", "vert": "|",
    "langle": "⟨", "rangle": "⟩", "{": "\\{", "}": "\\}", "lbrace": "\\{", "rbrace": "\\}",
    "lbrack": "[", "rbrack": "]", "lparen": "(", "rparen": ")",
    "dots": "…", "ldots": "…", "cdots": "…", "dotsc": "…", "dotsb": "…", "dotsm": "…", "dotso": "…", "hdots": "…",
    "vdots": "…", "ddots": "…", "iddots": "…", "adots": "…",
    "\\": "\\\\", "cr": "\\\\", "&": "&",
    "approx": "≈", "simeq": "≃", "sim": "∼", "cong": "≅", "propto": "∝", "in": "∈", "notin": "∉", "subset": "⊂",
    "to": "→", "rightarrow": "→", "longrightarrow": "→", "Rightarrow": "⇒", "Longrightarrow": "⇒", "implies": "⇒",
    "iff": "⇔", "Leftrightarrow": "⇔", "mapsto": "↦", "leftarrow": "←", "Leftarrow": "⇐", "gets": "←", "land": "∧",
    "wedge": "∧", "lor": "∨", "vee": "∨", "therefore": "∴", "because": "∵", "bullet": "•",
}  # fmt: skip
CHARACTERS: Mapping[str, str] = {
    "−": "-", "∂": "∂", "∇": "∇", "⊙": "⊙", "∘": "⊙", "⊗": "⊗", "·": "·", "⋅": "·", "×": "×", "≠": "!=", "≤": "<=",
    "≥": ">=", "∑": "Σ", "∏": "Π", "Σ": "Σ", "Π": "Π", "⊤": "⊤", "ᵀ": "⊤", "′": "'", "’": "'", "‖": "‖", "≡": "=",
    "≔": "=", "…": "…", "⋯": "…", "⋮": "…", "⋱": "…", "≈": "≈", "∝": "∝", "→": "→", "∈": "∈", "⟨": "⟨", "⟩": "⟩",
    **{sign: sign for sign in "+-*/.,;:=<>!|'()[]^_&"},
}  # fmt: skip

FRACTIONS = frozenset({"frac", "dfrac", "tfrac", "cfrac", "nicefrac", "sfrac"})
ARGUMENTS: Mapping[str, int] = {**dict.fromkeys(FRACTIONS, 2), "sqrt": 1}
MATRICES = frozenset({
    "matrix", "pmatrix", "bmatrix", "Bmatrix", "smallmatrix", "psmallmatrix", "bsmallmatrix", "array", "vmatrix",
    "Vmatrix",
})  # fmt: skip
CASES = frozenset({"cases", "dcases", "rcases"})
LINES = frozenset({
    "aligned", "align", "align*", "alignat", "alignat*", "alignedat", "gathered", "gather", "gather*", "split",
    "equation", "equation*", "multline", "multline*", "multlined", "eqnarray", "eqnarray*",
    "IEEEeqnarray", "IEEEeqnarray*", "dmath", "dmath*", "displaymath", "math",
    "flalign", "flalign*", "subequations",
})  # fmt: skip
WITH_COLUMNS = frozenset({"array", "IEEEeqnarray", "IEEEeqnarray*", "alignat", "alignat*", "alignedat"})

# Refused by name, with what to do instead.
NOT_READ: Mapping[str, str] = {
    "over": r"\frac{..}{..}", "int": "write the derivation without the integral", "lim": "state the limit's value",
    "arg": "an index that is attained has no derivative", "argmax": "an index that is attained has no derivative",
    "argmin": "an index that is attained has no derivative", "sup": r"\max", "inf": r"\min",
    "pm": "write two equations",
    "mp": "write two equations", "binom": "write the number out", "mid": "conditional quantities are not read",
    "_": "a name with an underscore stands in \\mathrm{..}", "dagger": r"^{\top}", "cancel": "leave out what cancels",
    "left": "", "right": "",
}  # fmt: skip

KEYWORDS: Mapping[str, str] = {
    "if": "if", "when": "if", "whenever": "if", "where": "if", "for": "for", "with": "if", "and": "and", "or": "or",
    "otherwise": "otherwise", "else": "otherwise", "elsewhere": "otherwise",
}  # fmt: skip
FILLERS = frozenset({"all", "every", "each", "any", "only", "both"})
CONDITIONAL_WORDS = frozenset({
    "if", "when", "whenever", "unless", "assuming", "provided", "given", "except", "for", "only", "almost",
    "approximately", "up", "not",
})  # fmt: skip
REMARKS = frozenset({
    "since", "thus", "hence", "so", "then", "therefore", "because", "note", "recall", "now", "finally", "similarly",
    "likewise", "where", "with", "using", "by", "which", "as", "also", "next", "first", "second", "i.e.", "e.g.",
})  # fmt: skip
