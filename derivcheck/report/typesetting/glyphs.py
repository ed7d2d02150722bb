"""The characters that commands stand for, and the letters of fonts."""

from __future__ import annotations

from collections.abc import Mapping

from derivcheck.spec.spelling import GREEK


def listed(names: str) -> list[str]:
    """Names with blanks between them."""
    return names.split()


LETTERS: Mapping[str, str] = {
    **{name: letter for letter, name in GREEK.items() if letter not in "ςϕ"},
    "Sigma": "Σ",
    "Pi": "Π",
    "Upsilon": "Υ",
    "epsilon": "ϵ",
    "varepsilon": "ε",
    "phi": "ϕ",
    "varphi": "φ",
    "vartheta": "ϑ",
    "varrho": "ϱ",
    "varpi": "ϖ",
    "varsigma": "ς",
    "ell": "ℓ",
    "imath": "ı",
    "jmath": "ȷ",
    "hbar": "ℏ",
    "Re": "ℜ",
    "Im": "ℑ",
    "infty": "∞",
    "emptyset": "∅",
    "varnothing": "∅",
    "aleph": "ℵ",
}
SIGNS: Mapping[str, str] = {
    "partial": "∂",
    "nabla": "∇",
    "cdot": "⋅",
    "cdotp": "⋅",
    "times": "×",
    "div": "÷",
    "ast": "∗",
    "star": "⋆",
    "circ": "∘",
    "bullet": "•",
    "odot": "⊙",
    "otimes": "⊗",
    "oplus": "⊕",
    "ominus": "⊖",
    "pm": "±",
    "mp": "∓",
    "le": "≤",
    "leq": "≤",
    "leqslant": "≤",
    "ge": "≥",
    "geq": "≥",
    "geqslant": "≥",
    "ll": "≪",
    "gg": "≫",
    "ne": "≠",
    "neq": "≠",
    "approx": "≈",
    "sim": "∼",
    "simeq": "≃",
    "cong": "≅",
    "equiv": "≡",
    "propto": "∝",
    "triangleq": "≜",
    "coloneqq": "≔",
    "doteq": "≐",
    "in": "∈",
    "ni": "∋",
    "notin": "∉",
    "subset": "⊂",
    "subseteq": "⊆",
    "supset": "⊃",
    "cup": "∪",
    "cap": "∩",
    "setminus": "∖",
    "to": "→",
    "rightarrow": "→",
    "longrightarrow": "⟶",
    "leftarrow": "←",
    "longleftarrow": "⟵",
    "gets": "←",
    "leftrightarrow": "↔",
    "mapsto": "↦",
    "Rightarrow": "⇒",
    "Longrightarrow": "⟹",
    "implies": "⟹",
    "Leftarrow": "⇐",
    "impliedby": "⟸",
    "Leftrightarrow": "⇔",
    "iff": "⟺",
    "uparrow": "↑",
    "downarrow": "↓",
    "leftharpoonup": "↼",
    "rightharpoonup": "⇀",
    "dots": "…",
    "ldots": "…",
    "dotsc": "…",
    "dotso": "…",
    "hdots": "…",
    "cdots": "⋯",
    "dotsb": "⋯",
    "dotsm": "⋯",
    "vdots": "⋮",
    "ddots": "⋱",
    "iddots": "⋰",
    "forall": "∀",
    "exists": "∃",
    "neg": "¬",
    "lnot": "¬",
    "land": "∧",
    "wedge": "∧",
    "lor": "∨",
    "vee": "∨",
    "therefore": "∴",
    "because": "∵",
    "top": "⊤",
    "intercal": "⊺",
    "bot": "⊥",
    "perp": "⊥",
    "parallel": "∥",
    "mid": "∣",
    "dagger": "†",
    "prime": "′",
    "colon": ":",
    "vcentcolon": ":",
    "square": "□",
    "blacksquare": "■",
    "angle": "∠",
    "checkmark": "✓",
    "%": "%",
    "#": "#",
    "&": "&",
    "$": "$",
    "_": "_",
}
# Signs that grow with what stands beside them behind `\left` and `\right`.
FENCES: Mapping[str, str] = {
    "{": "{",
    "}": "}",
    "lbrace": "{",
    "rbrace": "}",
    "lbrack": "[",
    "rbrack": "]",
    "lparen": "(",
    "rparen": ")",
    "langle": "⟨",
    "rangle": "⟩",
    "lvert": "|",
    "rvert": "|",
    "vert": "|",
    "lVert": "‖",
    "rVert": "‖",
    "Vert": "‖",
    "|": "‖",
    "lfloor": "⌊",
    "rfloor": "⌋",
    "lceil": "⌈",
    "rceil": "⌉",
    "backslash": "\\",
}
# Limits stand below these.
LARGE: Mapping[str, str] = {
    "sum": "∑",
    "prod": "∏",
    "coprod": "∐",
    "bigcup": "⋃",
    "bigcap": "⋂",
    "bigoplus": "⨁",
    "bigotimes": "⨂",
    "bigodot": "⨀",
}
INTEGRALS: Mapping[str, str] = {"int": "∫", "iint": "∬", "oint": "∮"}
LIMITS: Mapping[str, str] = {
    **{name: name for name in listed("lim max min sup inf det argmax argmin Pr gcd")},
    "limsup": "lim sup",
    "liminf": "lim inf",
}
FUNCTIONS = frozenset(
    listed("log ln exp sin cos tan sec csc cot sinh cosh tanh coth arcsin arccos arctan ker dim deg arg hom lg tr diag")
)
ACCENTS: Mapping[str, str] = {
    "hat": "^",
    "widehat": "^",
    "tilde": "~",
    "widetilde": "~",
    "bar": "¯",
    "overline": "¯",
    "vec": "→",
    "overrightarrow": "→",
    "overleftarrow": "←",
    "dot": "˙",
    "ddot": "¨",
    "check": "ˇ",
    "breve": "˘",
    "acute": "´",
    "grave": "`",
    "mathring": "˚",
    "overbrace": "⏞",
    "overbracket": "⎴",
}
BELOW: Mapping[str, str] = {"underline": "_", "underbar": "_", "underbrace": "⏟", "underbracket": "⎵"}
SPACES: Mapping[str, str] = {  # in em
    ",": "0.17",
    "thinspace": "0.17",
    ":": "0.22",
    ">": "0.22",
    "medspace": "0.22",
    ";": "0.28",
    "thickspace": "0.28",
    " ": "0.3",
    "space": "0.3",
    "nobreakspace": "0.3",
    "enspace": "0.5",
    "quad": "1",
    "qquad": "2",
    "hfill": "2",
}
# What is written for itself, and seen by nobody.
DROPPED = frozenset(
    listed(
        "displaystyle textstyle scriptstyle scriptscriptstyle limits nolimits nonumber notag hline centering noindent "
        "strut mathstrut qty boldmath cal bf it tt sf par newline allowbreak relax middle ! negthinspace smallskip "
        "medskip tiny scriptsize footnotesize small normalsize large Large LARGE huge Huge"
    )
)
SIZES: Mapping[str, str] = {
    f"{name}{side}": size
    for name, size in {"big": "1.2em", "Big": "1.8em", "bigg": "2.4em", "Bigg": "3em"}.items()
    for side in ("", "l", "r", "m")
}
RAW: Mapping[str, int] = {  # how many arguments go with them
    **dict.fromkeys(listed("label vspace hspace color require mspace"), 1),
    "hskip": 0,
}
INSIDE: Mapping[str, int] = {  # what is seen of them is the last of so many arguments
    **dict.fromkeys(listed("bbox fbox mathop mathrel mathbin mathord mathopen mathclose ensuremath smash mathclap"), 1),
    **dict.fromkeys(listed("cancel bcancel"), 1),
    **dict.fromkeys(listed("textcolor colorbox class style cssId htmlClass"), 2),
}
TEXTS = frozenset(listed("text mbox hbox intertext shortintertext textnormal"))
BRACKETED: Mapping[str, tuple[str, str]] = {
    "pmatrix": ("(", ")"),
    "bmatrix": ("[", "]"),
    "Bmatrix": ("{", "}"),
    "vmatrix": ("|", "|"),
    "Vmatrix": ("‖", "‖"),
    "cases": ("{", ""),
    "dcases": ("{", ""),
    "rcases": ("", "}"),
    "psmallmatrix": ("(", ")"),
    "bsmallmatrix": ("[", "]"),
}
WITH_COLUMNS = frozenset(listed("array alignat alignedat IEEEeqnarray tabular"))
CENTRED = frozenset(listed("gather gathered multline multlined equation displaymath"))
# Each font: where its capitals, its small letters, its digits and its Greek begin; 0 where it has none.
FONTS: Mapping[str, tuple[int, int, int, int, int]] = {
    "bold": (0x1D400, 0x1D41A, 0x1D7CE, 0x1D6A8, 0x1D6C2),
    "bolditalic": (0x1D468, 0x1D482, 0x1D7CE, 0x1D71C, 0x1D736),
    "script": (0x1D49C, 0x1D4B6, 0, 0, 0),
    "fraktur": (0x1D504, 0x1D51E, 0, 0, 0),
    "blackboard": (0x1D538, 0x1D552, 0x1D7D8, 0, 0),
    "sans": (0x1D5A0, 0x1D5BA, 0x1D7E2, 0, 0),
    "typewriter": (0x1D670, 0x1D68A, 0x1D7F6, 0, 0),
}
STYLES: Mapping[str, str] = {
    **dict.fromkeys(listed("mathbf textbf bold symbf mathbfup"), "bold"),
    **dict.fromkeys(listed("boldsymbol bm pmb symbfit mathbfit vb"), "bolditalic"),
    **dict.fromkeys(listed("mathcal mathscr"), "script"),
    "mathfrak": "fraktur",
    **dict.fromkeys(listed("mathbb Bbb mathds mathbbm"), "blackboard"),
    **dict.fromkeys(listed("mathsf textsf"), "sans"),
    **dict.fromkeys(listed("mathtt texttt"), "typewriter"),
    **dict.fromkeys(listed("mathrm textrm textnormal operatorname mathup textup rm"), "roman"),
    **dict.fromkeys(listed("mathit mathnormal textit"), ""),
}
# Letters that stood in Unicode before the fonts did.
ELSEWHERE: Mapping[str, str] = {
    **{f"script{a}": b for a, b in zip("BEFHILMRego", "ℬℰℱℋℐℒℳℛℯℊℴ", strict=True)},
    **{f"fraktur{a}": b for a, b in zip("CHIRZ", "ℭℌℑℜℨ", strict=True)},
    **{f"blackboard{a}": b for a, b in zip("CHNPQRZ", "ℂℍℕℙℚℝℤ", strict=True)},
}
CAPITALS, SMALL = "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡ\0ΣΤΥΦΧΨΩ", "αβγδεζηθικλμνξοπρςστυφχψω"
VARIANTS = str.maketrans("ϵϑϕϱϖ", "εθφρπ")


def lettered(character: str, font: str) -> str:
    """A letter or a digit in a font; itself where the font has none."""
    if f"{font}{character}" in ELSEWHERE:
        return ELSEWHERE[f"{font}{character}"]
    capitals, small, digits, greek_capitals, greek_small = FONTS.get(font, (0, 0, 0, 0, 0))
    greek = character.translate(VARIANTS)
    for start, position in (
        (capitals, ord(character) - ord("A") if "A" <= character <= "Z" else -1),
        (small, ord(character) - ord("a") if "a" <= character <= "z" else -1),
        (digits, ord(character) - ord("0") if "0" <= character <= "9" else -1),
        (greek_capitals, CAPITALS.find(greek)),
        (greek_small, SMALL.find(greek)),
    ):
        if start and position >= 0:
            return chr(start + position)
    return character
