"""What every command of LaTeX is: one record each, with its kind, its arguments and its meaning.

A command that stands in no table is an error where it is used; one that is known and not read says what
to write instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto

from derivcheck.language.notation.relations import RELATIONS, UNREAD_RELATIONS
from derivcheck.spec.spelling import GREEK


class Kind(Enum):
    """What a command does to the formula."""

    LETTER = auto()  # a letter by its name
    SIGN = auto()  # a sign by its name
    FUNCTION = auto()  # a function by its name
    SPACE = auto()  # space
    SIZE = auto()  # how large or in which style what follows is set
    DROPPED = auto()  # it and its arguments say nothing
    WRAPPER = auto()  # the last of its arguments is what it says
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

    kind: Kind
    meaning: str = ""
    arity: int = 0
    remark: str = ""


class Layout(Enum):
    """What the rows of an environment are."""

    MATRIX = auto()
    CASES = auto()
    LINES = auto()


@dataclass(frozen=True, slots=True)
class Environment:
    """An environment; with `columns`, an argument says how its columns stand."""

    layout: Layout
    columns: bool = False


def _each(names: str, command: Command) -> dict[str, Command]:
    return dict.fromkeys(names.split(), command)


def _same(names: str, kind: Kind, arity: int = 0) -> dict[str, Command]:
    """Commands that mean what they are called."""
    return {name: Command(kind, name, arity) for name in names.split()}


def _meaning(meaning: str, names: str, kind: Kind, arity: int = 0) -> dict[str, Command]:
    return _each(names, Command(kind, meaning, arity))


def _environments(names: str, layout: Layout, columns: bool = False) -> dict[str, Environment]:
    return dict.fromkeys(names.split(), Environment(layout, columns))


LETTERS = {
    **{word: Command(Kind.LETTER, word) for word in GREEK.values()},
    **_meaning("epsilon", "varepsilon", Kind.LETTER),
    **_meaning("theta", "vartheta", Kind.LETTER),
    **_meaning("phi", "varphi", Kind.LETTER),
    **_meaning("sigma", "varsigma", Kind.LETTER),
    **_meaning("rho", "varrho", Kind.LETTER),
    **_meaning("pi", "varpi", Kind.LETTER),
    **_meaning("l", "ell", Kind.LETTER),
    **_meaning("i", "imath", Kind.LETTER),
    **_meaning("j", "jmath", Kind.LETTER),
}
FUNCTIONS = {
    **_same("log exp sin cos tan sinh cosh tanh det max min arcsin arccos", Kind.FUNCTION),
    **_meaning("log", "ln", Kind.FUNCTION),
    **_meaning("atan", "arctan", Kind.FUNCTION),
}
SIGNS = {
    **{name: Command(Kind.SIGN, one.name) for one in RELATIONS for name in one.commands.split()},
    **{name: Command(Kind.SIGN, one.sign) for one in UNREAD_RELATIONS for name in one.commands.split()},
    **_meaning("·", "cdot cdotp", Kind.SIGN),
    **_meaning("×", "times", Kind.SIGN),
    **_meaning("⊙", "ast odot circ", Kind.SIGN),
    **_meaning("⊗", "otimes", Kind.SIGN),
    **_meaning("/", "div", Kind.SIGN),
    **_meaning("∂", "partial", Kind.SIGN),
    **_meaning("∇", "nabla", Kind.SIGN),
    **_meaning("Σ", "sum", Kind.SIGN),
    **_meaning("Π", "prod", Kind.SIGN),
    **_meaning("⊤", "top intercal transp", Kind.SIGN),
    **_meaning("'", "prime", Kind.SIGN),
    **_meaning("∞", "infty", Kind.SIGN),
    **_meaning(":", "colon vcentcolon", Kind.SIGN),
    **_meaning("‖", "lVert rVert Vert |", Kind.SIGN),
    **_meaning("|", "lvert rvert vert", Kind.SIGN),
    **_meaning("⟨", "langle", Kind.SIGN),
    **_meaning("⟩", "rangle", Kind.SIGN),
    **_meaning("\\{", "{ lbrace", Kind.SIGN),
    **_meaning("\\}", "} rbrace", Kind.SIGN),
    **_meaning("[", "lbrack", Kind.SIGN),
    **_meaning("]", "rbrack", Kind.SIGN),
    **_meaning("(", "lparen", Kind.SIGN),
    **_meaning(")", "rparen", Kind.SIGN),
    **_meaning("…", "dots ldots cdots dotsc dotsb dotsm dotso hdots vdots ddots iddots adots", Kind.SIGN),
    **_meaning("\\\\", "\\ cr", Kind.SIGN),
    **_meaning("&", "&", Kind.SIGN),
    **_meaning("∈", "in", Kind.SIGN),
    **_meaning("∉", "notin", Kind.SIGN),
    **_meaning("⊂", "subset", Kind.SIGN),
    **_meaning("→", "to rightarrow longrightarrow", Kind.SIGN),
    **_meaning("⇒", "Rightarrow Longrightarrow implies", Kind.SIGN),
    **_meaning("⇔", "iff Leftrightarrow", Kind.SIGN),
    **_meaning("↦", "mapsto", Kind.SIGN),
    **_meaning("←", "leftarrow gets", Kind.SIGN),
    **_meaning("⇐", "Leftarrow", Kind.SIGN),
    **_meaning("∧", "land wedge", Kind.SIGN),
    **_meaning("∨", "lor vee", Kind.SIGN),
    **_meaning("∴", "therefore", Kind.SIGN),
    **_meaning("∵", "because", Kind.SIGN),
    **_meaning("•", "bullet", Kind.SIGN),
}
# What only looks: space, sizes, what is dropped, what is unwrapped.
LOOKS = {
    **_each(
        ", ; : ! > / space enspace enskip thinspace medspace thickspace negthinspace hfill hfil nobreakspace "
        "allowbreak newline",
        Command(Kind.SPACE),
    ),
    " ": Command(Kind.SPACE),
    **_meaning("wide", "quad qquad", Kind.SPACE),
    **_meaning(
        "delimiter", "big Big bigg Bigg bigl Bigl biggl Biggl bigr Bigr biggr Biggr bigm Bigm biggm Biggm", Kind.SIZE
    ),
    **_each(
        "tiny scriptsize footnotesize small normalsize large Large LARGE huge Huge displaystyle textstyle scriptstyle "
        "scriptscriptstyle limits nolimits displaylimits nonumber notag hline centering noindent strut mathstrut "
        "boldmath bf bfseries rm it sf tt cal relax middle par",
        Command(Kind.SIZE),
    ),
    **_each("hskip", Command(Kind.DROPPED)),
    **_each(
        "color label hspace vspace phantom hphantom vphantom tag pagecolor require", Command(Kind.DROPPED, arity=1)
    ),
    **_each(
        "bbox boxed fbox mathop mathrel mathbin mathord mathopen mathclose ensuremath smash mathclap",
        Command(Kind.WRAPPER, arity=1),
    ),
    **_each("textcolor colorbox underset overset stackrel class style cssId htmlClass", Command(Kind.WRAPPER, arity=2)),
    "fcolorbox": Command(Kind.WRAPPER, arity=3),
    "mathchoice": Command(Kind.WRAPPER, arity=4),
    **_each("underbrace underbracket", Command(Kind.WRAPPER, arity=1, remark="_")),
    **_each("overbrace overbracket", Command(Kind.WRAPPER, arity=1, remark="^")),
    "substack": Command(Kind.WRAPPER, "list", 1),
}
# Which letters look alike: two of one style are one, of two styles they may be two.
FONTS = {
    **_meaning("bold", "mathbf boldsymbol bm pmb bold textbf symbf symbfit symbfup mathbfit", Kind.FONT, 1),
    **_meaning("", "mathit mathnormal", Kind.FONT, 1),
    **_meaning("script", "mathcal mathscr", Kind.FONT, 1),
    **_meaning("fraktur", "mathfrak", Kind.FONT, 1),
    **_meaning("blackboard", "mathbb Bbb", Kind.FONT, 1),
    **_meaning("sans", "mathsf", Kind.FONT, 1),
    **_meaning("typewriter", "mathtt", Kind.FONT, 1),
    **_meaning("arrow", "vec overrightarrow", Kind.FONT, 1),
}
# In a `sentence` a formula may stand between dollars, elsewhere letters are what is in another font.
TEXTS = {
    **_meaning("sentence", "text mbox hbox intertext shortintertext", Kind.TEXT, 1),
    **_each("textrm textnormal mathrm operatorname texttt textsf textit textup textsc", Command(Kind.TEXT, arity=1)),
}
ACCENTS = {
    **_meaning("hat", "hat widehat", Kind.ACCENT, 1),
    **_meaning("tilde", "tilde widetilde", Kind.ACCENT, 1),
    **_meaning("bar", "bar overline", Kind.ACCENT, 1),
    **_meaning("ring", "mathring", Kind.ACCENT, 1),
    **_same("dot ddot check breve acute grave underline", Kind.ACCENT, 1),
}
STRUCTURES = {
    **_each("frac dfrac tfrac cfrac nicefrac sfrac", Command(Kind.FRACTION, arity=2)),
    "sqrt": Command(Kind.ROOT, arity=1),
    **_each("left right", Command(Kind.DELIMITER)),
    **_each("begin end", Command(Kind.ENVIRONMENT)),
    "not": Command(Kind.NEGATION),
    "forall": Command(Kind.QUANTIFIER),
}
UNREAD = {
    name: Command(Kind.UNREAD, instead)
    for name, instead in {
        "over": r"\frac{..}{..}",
        "int": "write the derivation without the integral",
        "lim": "state the limit's value",
        "arg": "an index that is attained has no derivative",
        "argmax": "an index that is attained has no derivative",
        "argmin": "an index that is attained has no derivative",
        "sup": r"\max",
        "inf": r"\min",
        "pm": "write two equations",
        "mp": "write two equations",
        "binom": "write the number out",
        "mid": "conditional quantities are not read",
        "_": "a name with an underscore stands in \\mathrm{..}",
        "dagger": r"^{\top}",
        "cancel": "leave out what cancels",
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
        "matrix pmatrix bmatrix Bmatrix smallmatrix psmallmatrix bsmallmatrix vmatrix Vmatrix", Layout.MATRIX
    ),
    **_environments("array", Layout.MATRIX, columns=True),
    **_environments("cases dcases rcases", Layout.CASES),
    **_environments(
        "aligned align align* gathered gather gather* split equation equation* multline multline* multlined eqnarray "
        "eqnarray* dmath dmath* displaymath math flalign flalign* subequations",
        Layout.LINES,
    ),
    **_environments("alignat alignat* alignedat IEEEeqnarray IEEEeqnarray*", Layout.LINES, columns=True),
}
# The signs that stand in a text by themselves.
CHARACTERS: Mapping[str, str] = {
    **{sign: one.name for one in RELATIONS for sign in one.characters},
    **{sign: sign for sign in "+-*/.,;:!|'()[]^_&∂∇⊙⊗·×Σ Π⊤‖…→∈⟨⟩".replace(" ", "")},
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


def is_kind(name: str, *kinds: Kind) -> bool:
    """Whether a command is known and of one of these kinds."""
    command = COMMANDS.get(name)
    return command is not None and command.kind in kinds


def layout_of(environment: str) -> Layout | None:
    """What the rows of an environment are, None for one that is not known."""
    known = ENVIRONMENTS.get(environment)
    return None if known is None else known.layout
