"""What every command of LaTeX is: one record each, with its kind, its arguments and its meaning.

A command that stands in no table is an error where it is used; one that is known and not read says what
to write instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto

from derivcheck.language.notation.relations import RELATIONS, UNREAD_RELATIONS
from derivcheck.spec.spelling import GREEK, SPELLED_CAPITALS


class CommandKind(Enum):
    """What a command does to the formula."""

    LETTER = auto()  # a letter by its name
    SIGN = auto()  # a sign by its name
    FUNCTION = auto()  # a function by its name
    SPACE = auto()  # space
    SIZE = auto()  # how large or in which style what follows is set
    DROPPED = auto()  # it and its arguments say nothing
    WRAPPER = auto()  # the last of its arguments is what it says
    STACK = auto()  # its first argument below or above the second
    FONT = auto()  # the letters of its argument in a style
    TEXT = auto()  # its argument is words
    ACCENT = auto()  # something above or below its argument
    FRACTION = auto()
    ROOT = auto()
    DELIMITER = auto()  # `\left`, `\right`
    ENVIRONMENT = auto()  # `\begin`, `\end`
    NEGATION = auto()
    QUANTIFIER = auto()
    UNREAD = auto()  # known, and refused by name


@dataclass(frozen=True, slots=True)
class Command:
    """One command: `meaning` is the letter, sign, function, style or accent, or what to write instead.

    `arity` counts its arguments; the script `remark`, `_` or `^`, that follows it is a remark.
    """

    kind: CommandKind
    meaning: str = ""
    arity: int = 0
    remark: str = ""


class RowLayout(Enum):
    """What the rows of an environment are."""

    MATRIX = auto()
    CASES = auto()
    LINES = auto()


@dataclass(frozen=True, slots=True)
class Environment:
    """An environment; with `columns`, an argument says how its columns stand."""

    layout: RowLayout
    columns: bool = False


def listed(names: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(names.split())


def _each(names: str, command: Command) -> dict[str, Command]:
    return dict.fromkeys(names.split(), command)


def _same(names: str, kind: CommandKind, arity: int = 0) -> dict[str, Command]:
    """Commands that mean what they are called."""
    return {name: Command(kind, name, arity) for name in names.split()}


def _meaning(meaning: str, names: str, kind: CommandKind, arity: int = 0) -> dict[str, Command]:
    return _each(names, Command(kind, meaning, arity))


def _environments(names: str, layout: RowLayout, columns: bool = False) -> dict[str, Environment]:
    return dict.fromkeys(names.split(), Environment(layout, columns))


LETTERS = {
    **{word: Command(CommandKind.LETTER, word) for word in (*GREEK.values(), *SPELLED_CAPITALS)},
    **_meaning("epsilon", "varepsilon", CommandKind.LETTER),
    **_meaning("theta", "vartheta", CommandKind.LETTER),
    **_meaning("phi", "varphi", CommandKind.LETTER),
    **_meaning("sigma", "varsigma", CommandKind.LETTER),
    **_meaning("rho", "varrho", CommandKind.LETTER),
    **_meaning("pi", "varpi", CommandKind.LETTER),
    **_meaning("l", "ell", CommandKind.LETTER),
    **_meaning("i", "imath", CommandKind.LETTER),
    **_meaning("j", "jmath", CommandKind.LETTER),
}
FUNCTIONS = {
    **_same("log exp sin cos tan sec csc cot sinh cosh tanh sech csch coth det max min", CommandKind.FUNCTION),
    **_meaning("log", "ln", CommandKind.FUNCTION),
    **_meaning("tan", "tg", CommandKind.FUNCTION),
    **_meaning("cot", "ctg cotg", CommandKind.FUNCTION),
    **_meaning("atan", "arctan arctg", CommandKind.FUNCTION),
    **_meaning("asin", "arcsin", CommandKind.FUNCTION),
    **_meaning("acos", "arccos", CommandKind.FUNCTION),
}
SIGNS = {
    **{name: Command(CommandKind.SIGN, one.name) for one in RELATIONS for name in one.commands.split()},
    **{name: Command(CommandKind.SIGN, one.sign) for one in UNREAD_RELATIONS for name in one.commands.split()},
    **_meaning("·", "cdot cdotp", CommandKind.SIGN),
    **_meaning("×", "times", CommandKind.SIGN),
    **_meaning("⊙", "ast odot circ", CommandKind.SIGN),
    **_meaning("⊗", "otimes", CommandKind.SIGN),
    **_meaning("/", "div", CommandKind.SIGN),
    **_meaning("∂", "partial", CommandKind.SIGN),
    **_meaning("∇", "nabla", CommandKind.SIGN),
    **_meaning("Σ", "sum", CommandKind.SIGN),
    **_meaning("Π", "prod", CommandKind.SIGN),
    **_meaning("⊤", "top intercal transp", CommandKind.SIGN),
    **_meaning("'", "prime", CommandKind.SIGN),
    **_meaning("∞", "infty", CommandKind.SIGN),
    **_meaning(":", "colon vcentcolon", CommandKind.SIGN),
    **_meaning("‖", "lVert rVert Vert |", CommandKind.SIGN),
    **_meaning("|", "lvert rvert vert", CommandKind.SIGN),
    **_meaning("⟨", "langle lang", CommandKind.SIGN),
    **_meaning("⟩", "rangle rang", CommandKind.SIGN),
    **_meaning("⌊", "lfloor", CommandKind.SIGN),
    **_meaning("⌋", "rfloor", CommandKind.SIGN),
    **_meaning("⌈", "lceil", CommandKind.SIGN),
    **_meaning("⌉", "rceil", CommandKind.SIGN),
    **_meaning("%", "bmod mod", CommandKind.SIGN),
    **_meaning("\\{", "{ lbrace", CommandKind.SIGN),
    **_meaning("\\}", "} rbrace", CommandKind.SIGN),
    **_meaning("[", "lbrack", CommandKind.SIGN),
    **_meaning("]", "rbrack", CommandKind.SIGN),
    **_meaning("(", "lparen", CommandKind.SIGN),
    **_meaning(")", "rparen", CommandKind.SIGN),
    **_meaning("…", "dots ldots cdots dotsc dotsb dotsm dotso hdots vdots ddots iddots adots", CommandKind.SIGN),
    **_meaning("\\\\", "\\ cr", CommandKind.SIGN),
    **_meaning("&", "&", CommandKind.SIGN),
    **_meaning("∈", "in", CommandKind.SIGN),
    **_meaning("∉", "notin", CommandKind.SIGN),
    **_meaning("⊂", "subset", CommandKind.SIGN),
    **_meaning("→", "to rightarrow longrightarrow", CommandKind.SIGN),
    **_meaning("⇒", "Rightarrow Longrightarrow implies", CommandKind.SIGN),
    **_meaning("⇔", "iff Leftrightarrow", CommandKind.SIGN),
    **_meaning("↦", "mapsto", CommandKind.SIGN),
    **_meaning("←", "leftarrow gets", CommandKind.SIGN),
    **_meaning("⇐", "Leftarrow", CommandKind.SIGN),
    **_meaning("∧", "land wedge", CommandKind.SIGN),
    **_meaning("∨", "lor vee", CommandKind.SIGN),
    **_meaning("∴", "therefore", CommandKind.SIGN),
    **_meaning("∵", "because", CommandKind.SIGN),
    **_meaning("•", "bullet", CommandKind.SIGN),
    **_meaning("⋆", "star", CommandKind.SIGN),
}
# What only looks: space, sizes, what is dropped, what is unwrapped.
LOOKS = {
    **_each(
        ", ; : ! > / space thinspace medspace thickspace negthinspace nobreakspace allowbreak newline",
        Command(CommandKind.SPACE),
    ),
    " ": Command(CommandKind.SPACE),
    **_meaning("wide", "quad qquad enspace enskip hfill hfil", CommandKind.SPACE),
    **_meaning(
        "delimiter",
        "big Big bigg Bigg bigl Bigl biggl Biggl bigr Bigr biggr Biggr bigm Bigm biggm Biggm",
        CommandKind.SIZE,
    ),
    **_each(
        "tiny scriptsize footnotesize small normalsize large Large LARGE huge Huge displaystyle textstyle scriptstyle "
        "scriptscriptstyle limits nolimits displaylimits nonumber notag hline centering noindent strut mathstrut "
        "boldmath bf bfseries rm it sf tt cal relax middle par",
        Command(CommandKind.SIZE),
    ),
    **_meaning("length", "hskip kern mskip mkern", CommandKind.SPACE),
    **_meaning("wide", "hspace mspace", CommandKind.DROPPED, 1),
    **_each(
        "color label vspace phantom hphantom vphantom tag pagecolor require", Command(CommandKind.DROPPED, arity=1)
    ),
    **_each(
        "bbox boxed fbox mathop mathrel mathbin mathord mathopen mathclose ensuremath smash mathclap",
        Command(CommandKind.WRAPPER, arity=1),
    ),
    **_each(
        "textcolor colorbox class style cssId htmlClass",
        Command(CommandKind.WRAPPER, arity=2),
    ),
    "fcolorbox": Command(CommandKind.WRAPPER, arity=3),
    "mathchoice": Command(CommandKind.WRAPPER, arity=4),
    **_each("underbrace underbracket", Command(CommandKind.WRAPPER, arity=1, remark="_")),
    **_each("overbrace overbracket", Command(CommandKind.WRAPPER, arity=1, remark="^")),
    **_meaning("_", "underset", CommandKind.STACK, 2),
    **_meaning("^", "overset stackrel", CommandKind.STACK, 2),
    "substack": Command(CommandKind.WRAPPER, "list", 1),
}
# Which letters look alike: two of one style are one, of two styles they may be two.
FONTS = {
    **_meaning("bold", "mathbf boldsymbol bm pmb bold textbf symbf symbfit symbfup mathbfit", CommandKind.FONT, 1),
    **_meaning("", "mathit mathnormal", CommandKind.FONT, 1),
    **_meaning("script", "mathcal mathscr", CommandKind.FONT, 1),
    **_meaning("fraktur", "mathfrak frak", CommandKind.FONT, 1),
    **_meaning("blackboard", "mathbb Bbb mathds mathbbm", CommandKind.FONT, 1),
    **_meaning("sans", "mathsf", CommandKind.FONT, 1),
    **_meaning("typewriter", "mathtt", CommandKind.FONT, 1),
    **_meaning("arrow", "vec overrightarrow", CommandKind.FONT, 1),
}
# In a `sentence` a formula may stand between dollars, elsewhere letters are what is in another font.
TEXTS = {
    **_meaning("sentence", "text mbox hbox intertext shortintertext", CommandKind.TEXT, 1),
    **_each(
        "textrm textnormal mathrm operatorname texttt textsf textit textup textsc", Command(CommandKind.TEXT, arity=1)
    ),
}
ACCENTS = {
    **_meaning("hat", "hat widehat", CommandKind.ACCENT, 1),
    **_meaning("tilde", "tilde widetilde", CommandKind.ACCENT, 1),
    **_meaning("bar", "bar overline", CommandKind.ACCENT, 1),
    **_meaning("ring", "mathring", CommandKind.ACCENT, 1),
    **_same("dot ddot check breve acute grave underline", CommandKind.ACCENT, 1),
}
STRUCTURES = {
    **_each("frac dfrac tfrac cfrac nicefrac sfrac", Command(CommandKind.FRACTION, arity=2)),
    "sqrt": Command(CommandKind.ROOT, arity=1),
    **_each("left right", Command(CommandKind.DELIMITER)),
    **_each("begin end", Command(CommandKind.ENVIRONMENT)),
    "not": Command(CommandKind.NEGATION),
    "forall": Command(CommandKind.QUANTIFIER),
}
UNREAD = {
    name: Command(CommandKind.UNREAD, instead)
    for name, instead in {
        "over": r"\frac{..}{..}",
        "lg": r"\log_{10}(x) or \log_2(x)",
        "int": "write the derivation without the integral",
        "lim": "state the limit's value",
        "arg": "an index that is attained has no derivative",
        "argmax": "an index that is attained has no derivative",
        "argmin": "an index that is attained has no derivative",
        "sup": r"\max",
        "inf": r"\min",
        "pm": "write two equations",
        "mp": "write two equations",
        **dict.fromkeys(("binom", "choose"), "write the number out"),
        "mid": "conditional quantities are not read",
        "_": "a name with an underscore stands in \\mathrm{..}",
        "dagger": r"^{\top}",
        "cancel": "leave out what cancels",
        "pmod": r"a \bmod n = b \bmod n",
        **dict.fromkeys(
            listed("if ifx ifnum ifdim ifodd ifmmode iftrue iffalse else fi unless ifdefined"),
            "a choice that TeX makes: write out the branch that is meant",
        ),
    }.items()
}
COMMANDS: Mapping[str, Command] = {
    **LETTERS,
    **FUNCTIONS,
    **SIGNS,
    **LOOKS,
    **FONTS,
    **TEXTS,
    **ACCENTS,
    **STRUCTURES,
    **UNREAD,
}
ENVIRONMENTS: Mapping[str, Environment] = {
    **_environments(
        "matrix pmatrix bmatrix Bmatrix smallmatrix psmallmatrix bsmallmatrix vmatrix Vmatrix", RowLayout.MATRIX
    ),
    **_environments("array", RowLayout.MATRIX, columns=True),
    **_environments("cases dcases rcases", RowLayout.CASES),
    **_environments(
        "aligned align align* gathered gather gather* split equation equation* multline multline* multlined eqnarray "
        "eqnarray* dmath dmath* displaymath math flalign flalign* subequations",
        RowLayout.LINES,
    ),
    **_environments("alignat alignat* alignedat IEEEeqnarray IEEEeqnarray*", RowLayout.LINES, columns=True),
}
# Words of authors for functions of the language; what a spec declares goes first.
FUNCTION_WORDS: Mapping[str, str] = {
    author: name
    for name, authors in {
        "log": "ln",
        "asin": "arcsin",
        "acos": "arccos",
        "atan": "arctan",
        "asinh": "arcsinh arsinh",
        "acosh": "arccosh arcosh",
        "atanh": "arctanh artanh",
        "trace": "tr Tr Trace",
        "diag": "Diag",
        "relu": "ReLU RELU Relu",
        "leaky_relu": "LeakyReLU",
        "gelu": "GELU",
        "elu": "ELU",
        "silu": "SiLU",
        "softmax": "Softmax SoftMax softMax",
        "sigmoid": "Sigmoid sigma",
        "tanh": "Tanh",
        "sign": "sgn",
        "vec": "Vec",
        "gamma": "Gamma",
        "logsumexp": "LogSumExp LSE",
        "cross_entropy": "CrossEntropy",
        "mse": "MSE",
        "softplus": "Softplus",
    }.items()
    for author in authors.split()
}
# The signs that stand in a text by themselves.
CHARACTERS: Mapping[str, str] = {
    **{sign: one.name for one in RELATIONS for sign in one.characters},
    **{sign: sign for sign in "+-*/.,;:!|'()[]^_&∂∇⊙⊗·×Σ Π⊤‖…→∈⟨⟩⌊⌋⌈⌉".replace(" ", "")},
    "−": "-",
    "∘": "⊙",
    "⋅": "·",
    "∑": "Σ",
    "∏": "Π",
    "ᵀ": "⊤",
    "′": "'",
    "’": "'",
    "⋯": "…",
    "⋮": "…",
    "⋱": "…",
}


def is_kind(name: str, *kinds: CommandKind) -> bool:
    """Whether a command is known and of one of these kinds."""
    command = COMMANDS.get(name)
    return command is not None and command.kind in kinds


def layout_of(environment: str) -> RowLayout | None:
    """What the rows of an environment are, None for one that is not known."""
    known = ENVIRONMENTS.get(environment)
    return None if known is None else known.layout
