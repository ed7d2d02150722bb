"""TeX to MathML: what stands above, below and beside what. Nothing in it can fail.

row        atoms up to what closes it
atom       a letter, a number, a sign, a group, a command with its arguments; its scripts
command    a character, a shape, a font, a space; what is unknown is shown as it stands
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from xml.etree.ElementTree import Element

from derivcheck.report.markup import DEEPEST, depth, element
from derivcheck.report.typesetting.boxes import between, classed, row, space, table
from derivcheck.report.typesetting.glyphs import (
    ACCENTS,
    BELOW,
    BRACKETED,
    CENTRED,
    DROPPED,
    FENCES,
    FUNCTIONS,
    INSIDE,
    INTEGRALS,
    LARGE,
    LETTERS,
    LIMITS,
    RAW,
    SIGNS,
    SIZES,
    SPACES,
    STYLES,
    TEXTS,
    WITH_COLUMNS,
    lettered,
)
from derivcheck.report.typesetting.stream import TokenStream, tokens

NO_MACROS: Mapping[str, str] = {}
MOST_NESTING = 40
SIGNED, CLOSING = frozenset("−+±∓"), frozenset(")]}|‖⟩!′∞…")
BARE = frozenset({"", "^", "_", "(", "[", "'", "\\left", "}", "&", ")", "="})  # before these a name needs no gap
WORDS: Mapping[str, str] = {"~": "\u00a0", "``": "“", "''": "”", "--": "–"}
INTERTEXT = re.compile(r"\s*\\(?:short)?intertext\s*\{(?:[^{}]|\{[^{}]*\})*\}")
CELLS = re.compile(r"(?:matrix|array|tabular)$")


def typeset(text: str, macros: Mapping[str, str] = NO_MACROS, display: bool = False) -> Element:
    """A formula as MathML, its source as the alternative text; one that nests too deeply is text."""
    drawn = Typesetter(text.strip().strip("$"), macros).lines()
    source = " ".join(text.split())
    made = element("math", element("mrow", *drawn), alttext=source)
    if depth(made) > DEEPEST:
        return element("code", source)
    if display:
        made.set("display", "block")
    return made


class Typesetter(TokenStream):
    """One formula, from its first atom to its last."""

    def __init__(self, text: str, macros: Mapping[str, str], nesting: int = 0) -> None:
        super().__init__(text, macros)
        self.nesting = nesting
        self.font = ""
        self.named = False  # within a name of several letters

    def lines(self) -> list[Element]:
        """The whole formula; one of several lines that stand in no environment has them below each other."""
        if not any(token in ("\\\\", "\\cr") for token in self.waiting):
            return self.row()
        rows = self._cells(self.waiting[::-1])
        if len(rows) == 1:
            return [part for cell in rows[0] for part in cell]
        return [table(rows, "lines" if max(map(len, rows)) > 1 else "lines center")]

    def _within(self, text: str) -> list[Element]:
        """A text as a row of its own."""
        if self.nesting >= MOST_NESTING:
            return [element("mtext", text)]
        inner = Typesetter(text, {}, self.nesting + 1)
        inner.macros, inner.expansions = self.macros, self.expansions
        inner.font, inner.named = self.font, self.named
        made = inner.row()
        self.expansions = inner.expansions
        return made

    # --- rows and atoms -------------------------------------------------------------------

    def row(self, *closers: str) -> list[Element]:
        """Atoms up to one of the closers, which is taken."""
        made: list[Element] = []
        while token := self._peek():
            if token in closers:
                self._take()
                break
            made += self.atom()
        for before, sign in pairwise([element("mo", "("), *made]):
            # Behind another sign a minus is that of what follows.
            if sign.tag == "mo" and sign.text in SIGNED and before.tag == "mo" and before.text not in CLOSING:
                sign.set("form", "prefix")
        return made

    def atom(self) -> list[Element]:
        """What stands at the next place, with its scripts; nothing for what is not seen."""
        token = self._peek()
        if token in ("^", "_", "'"):
            return [self._scripted(element("mrow"))]
        self._take()
        made = self._nucleus(token)
        if len(made) != 1 or made[0].tag == "mspace":
            return made
        return [self._scripted(made[0])]

    def _scripted(self, base: Element) -> Element:
        below: list[Element] | None = None
        above: list[Element] = []
        while (token := self._peek()) in ("^", "_", "'", "\\limits", "\\nolimits"):
            self._take()
            if token == "'":
                above.append(element("mo", "′"))
            elif token == "^":
                above += self.argument()
            elif token == "_":
                below = self.argument() if below is None else [*below, *self.argument()]
        if below is None and not above:
            return base
        stacked = base.get("class") in ("large", "brace")
        names = ("munder", "mover", "munderover") if stacked else ("msub", "msup", "msubsup")
        if below is not None and above:
            return element(names[2], base, row(below), row(above))
        return element(names[0], base, row(below)) if below is not None else element(names[1], base, row(above))

    def argument(self) -> list[Element]:
        """The next group, or the next atom without its scripts."""
        token = self._take()
        if token == "{":
            return self._group()
        if token[:1].isdigit():
            # Of a number without braces, the first digit: `x^10`, `\frac12`.
            self.waiting += [token[1:]] if token[1:] else []
            token = token[0]
        return self._nucleus(token) if token else []

    def _group(self) -> list[Element]:
        font, named = self.font, self.named
        made = self.row("}")
        self.font, self.named = font, named
        return made

    def _nucleus(self, token: str) -> list[Element]:
        """What a token begins; what nests too deeply is shown as it stands."""
        if self.nesting >= MOST_NESTING:
            return [element("mtext", token)]
        self.nesting += 1
        made = self._begun(token)
        self.nesting -= 1
        return made

    def _begun(self, token: str) -> list[Element]:
        if token == "{":
            return [element("mrow", *self._group())]
        if token.startswith("\\") and len(token) > 1:
            return self._command(token[1:])
        if token[0].isdigit():
            return [element("mn", "".join(lettered(one, self.font) for one in token))]
        if token.isalpha():
            return [self._letters(token)]
        if token == "$":
            return self._words()
        if token in "}&":
            return []
        if token == "~":
            return [space("0.3")]
        shown = {"-": "−", "*": "∗", "...": "…", "||": "‖"}.get(token, token)
        return [element("mo", shown, stretchy="false") if token in "()[]||" else element("mo", shown)]

    def _words(self) -> list[Element]:
        """What stands between two formulas of a sentence, `a = b$ if $c = d`, are its words."""
        words: list[str] = []
        while self.waiting and (token := self.waiting.pop()) != "$":
            words.append(token)
        return [element("mtext", _spoken("".join(words)))]

    def _letters(self, letter: str) -> Element:
        """A letter; within a name, all that follow it."""
        word = letter
        while self.named and self.waiting and self.waiting[-1].isalpha() and len(self.waiting[-1]) == 1:
            word += self.waiting.pop()
        if self.font == "roman":
            return element("mi", word) if len(word) > 1 else element("mi", word, mathvariant="normal")
        return element("mi", "".join(lettered(one, self.font) for one in word))

    # --- commands -------------------------------------------------------------------------

    def _command(self, name: str) -> list[Element]:
        if name in LETTERS:
            return [element("mi", lettered(LETTERS[name], self.font))]
        if name in SIGNS:
            return [element("mo", SIGNS[name])]
        if name in FENCES:
            return [element("mo", FENCES[name], stretchy="false")]
        if name in LARGE:
            return [element("mo", LARGE[name], class_="large")]
        if name in INTEGRALS:
            return [element("mo", INTEGRALS[name])]
        if name in LIMITS:
            # Below it in a display, beside it in a line.
            return [element("mo", LIMITS[name], class_="large", movablelimits="true", form="prefix")]
        if name in FUNCTIONS:
            return self._named(element("mi", name))
        if name in SPACES or name.isspace():
            return [space(SPACES.get(name, SPACES[" "]))]
        if name in DROPPED:
            return []
        shape = SHAPES.get(name.rstrip("*"))
        return shape(self, name.rstrip("*")) if shape is not None else self._arranged(name.rstrip("*"))

    def _arranged(self, name: str) -> list[Element]:
        """Commands by the table that they stand in."""
        if name in STYLES:
            return self._styled(name)
        if name in ACCENTS:
            brace = name in ("overbrace", "overbracket")
            mark = element("mo", ACCENTS[name], stretchy="true" if name.startswith(("wide", "over")) else "false")
            made = element("mover", row(self.argument()), mark, accent="true")
            return [classed(made, "brace") if brace else made]
        if name in BELOW:
            made = element("munder", row(self.argument()), element("mo", BELOW[name], stretchy="true"))
            return [classed(made, "brace") if name.startswith("underb") and name != "underbar" else made]
        if name in TEXTS:
            return self._text()
        if name in INSIDE:
            self._optional()
            for _ in range(INSIDE[name] - 1):
                self._raw()
            return [row(self.argument())]
        if name in RAW:
            for _ in range(RAW[name]):
                self._raw()
            return []
        if name in SIZES:
            return self._sized(name)
        return [element("mtext", f"\\{name}", class_="unknown")]

    def _styled(self, name: str) -> list[Element]:
        if name == "rm":
            self.font = "roman"
            return []
        font, named = self.font, self.named
        self.font = STYLES[name] or font
        self.named = self.font in ("roman", "sans", "typewriter")
        made = self.argument()
        self.font, self.named = font, named
        if name == "operatorname" and len(made) == 1:
            return self._named(made[0])
        return made if len(made) == 1 else [element("mrow", *made)]

    def _named(self, name: Element) -> list[Element]:
        """A function by its name, with a gap before an argument that has no brackets."""
        return [name] if self._peek() in BARE else [name, space("0.17")]

    def _text(self) -> list[Element]:
        """Words, with formulas between dollars."""
        made: list[Element] = []
        for position, piece in enumerate(re.split(r"(?<!\\)\$", self._raw())):
            if position % 2:
                made += self._within(piece)
            elif piece:
                made.append(element("mtext", _spoken(piece)))
        return made if len(made) == 1 else [element("mrow", *made)]

    def _sized(self, name: str) -> list[Element]:
        size = SIZES[name]
        sign = self._delimiter()
        return [element("mo", sign, minsize=size, maxsize=size)] if sign else []

    def _delimiter(self) -> str:
        token = self._take()
        if token == ".":
            return ""
        if token.startswith("\\"):
            return FENCES.get(token[1:], SIGNS.get(token[1:], ""))
        return {"<": "⟨", ">": "⟩"}.get(token, token)

    def _fenced(self, name: str) -> list[Element]:
        """`\\left( ... \\right)`: both grow with what stands between them."""
        opener = self._delimiter()
        inner: list[Element] = []
        while (token := self._peek()) and token != "\\right":
            if token == "\\middle":
                self._take()
                inner.append(element("mo", self._delimiter(), stretchy="true"))
            elif token == "}":
                break
            else:
                inner += self.atom()
        closer = ""
        if self._peek() == "\\right":
            self._take()
            closer = self._delimiter()
        return [between(opener, inner, closer)]

    def _fraction(self, name: str) -> list[Element]:
        made = element("mfrac", row(self.argument()), row(self.argument()))
        if name == "binom":
            made.set("linethickness", "0")
            return [between("(", [made], ")")]
        return [element("mstyle", made, displaystyle="true")] if name == "dfrac" else [made]

    def _root(self, name: str) -> list[Element]:
        index = self._optional()
        body = row(self.argument())
        return [element("mroot", body, row(self._within(index))) if index else element("msqrt", body)]

    def _stacked(self, name: str) -> list[Element]:
        script, base = row(self.argument()), row(self.argument())
        return [element("munder" if name == "underset" else "mover", base, script)]

    def _negated(self, name: str) -> list[Element]:
        """`\\not=`: the sign with a stroke."""
        token = self._take()
        shown = SIGNS.get(token[1:], "") if token.startswith("\\") else token
        known = {"=": "≠", "∈": "∉", "≡": "≢", "<": "≮", ">": "≯", "⊂": "⊄"}
        return [element("mo", known.get(shown, shown + "\u0338"))] if shown else []

    def _boxed(self, name: str) -> list[Element]:
        return [element("mrow", *self.argument(), class_="boxed")]

    def _phantom(self, name: str) -> list[Element]:
        return [element("mphantom", *self.argument())]

    def _tag(self, name: str) -> list[Element]:
        return [space("2"), element("mtext", f"({self._raw()})")]

    def _arrow(self, name: str) -> list[Element]:
        below = self._optional()
        sign = element("mo", "→" if name == "xrightarrow" else "←", stretchy="true")
        above = row(self.argument())
        return [
            element("munderover", sign, row(self._within(below)), above) if below else element("mover", sign, above)
        ]

    def _modulus(self, name: str) -> list[Element]:
        return [space("0.5"), element("mtext", "mod"), space("0.3"), *self.argument()]

    def _substack(self, name: str) -> list[Element]:
        return [table(self._cells(tokens(self._raw())), "lines center")]

    # --- environments ---------------------------------------------------------------------

    def _environment(self, name: str) -> list[Element]:
        called = self._raw().strip().rstrip("*")
        columns = self._raw() if called in WITH_COLUMNS else ""
        body = self._body()
        rows = self._cells(body)
        if called in BRACKETED:
            opener, closer = BRACKETED[called]
            kind = "cases" if called.endswith("cases") else ""
            return [between(opener, [table(rows, kind)], closer)]
        if CELLS.search(called):
            sides = re.sub(r"[^lcr]", "", columns)
            return [table(rows, "", sides)]
        if len(rows) == 1 and len(rows[0]) == 1:
            return rows[0][0]
        centred = called in CENTRED
        made = table(rows, "lines center" if centred else "lines")
        return [made]

    def _braced(self, name: str) -> list[Element]:
        """`\\matrix{a & b \\cr c & d}`, as plain TeX has it."""
        opener, closer = BRACKETED.get(name, ("", ""))
        return [between(opener, [table(self._cells(tokens(self._raw())), "cases" if name == "cases" else "")], closer)]

    def _body(self) -> list[str]:
        """The tokens up to the end of the environment that is open."""
        level, body = 1, list[str]()
        while self.waiting:
            token = self.waiting.pop()
            level += (token == "\\begin") - (token == "\\end")
            if not level:
                self._raw()
                break
            body.append(token)
        return body

    def _cells(self, body: Sequence[str]) -> list[list[list[Element]]]:
        """Rows of cells: what stands in braces or in an environment of its own parts none."""
        rows: list[list[list[str]]] = [[[]]]
        level = 0
        for token in body:
            level += (token in ("{", "\\begin")) - (token in ("}", "\\end"))
            if level == 0 and token in ("\\\\", "\\cr"):
                rows.append([[]])
            elif level == 0 and token == "&":
                rows[-1].append([])
            else:
                rows[-1][-1].append(token)
        made: list[list[list[Element]]] = []
        for cells in rows:
            first, *others = (_without_distance("".join(cell)) for cell in cells)
            if inserted := INTERTEXT.match(first):
                made.append([self._within(inserted[0])])
                first = first[inserted.end() :]
            made.append([self._within(cell) for cell in (first, *others)])
        return made[:-1] if len(made) > 1 and not any(made[-1]) else made


def _without_distance(cell: str) -> str:
    """A cell without the `[2pt]` of the end of the row above it."""
    return re.sub(r"^\*?\s*\[\s*-?\d*\.?\d+\s*(?:em|ex|pt|mm|cm|in|mu)\s*\]", "", cell)


def _spoken(words: str) -> str:
    """Words of a text: spaces at its ends stay, its commands go."""
    words = re.sub(r"\\[A-Za-z]+\s*|[{}]|\\(?=\W)", "", words)
    for written, shown in WORDS.items():
        words = words.replace(written, shown)
    return re.sub(r"^\s+|\s+$", "\u00a0", re.sub(r"\s+", " ", words))


Shape = Callable[[Typesetter, str], list[Element]]
SHAPES: Mapping[str, Shape] = {
    **dict.fromkeys(["frac", "dfrac", "tfrac", "cfrac", "nicefrac", "sfrac", "binom"], Typesetter._fraction),
    **dict.fromkeys(("overset", "underset", "stackrel"), Typesetter._stacked),
    **dict.fromkeys(("phantom", "hphantom", "vphantom"), Typesetter._phantom),
    **dict.fromkeys(("xrightarrow", "xleftarrow"), Typesetter._arrow),
    **dict.fromkeys(("bmod", "pmod", "mod"), Typesetter._modulus),
    **dict.fromkeys(("matrix", *BRACKETED), Typesetter._braced),
    "sqrt": Typesetter._root,
    "left": Typesetter._fenced,
    "begin": Typesetter._environment,
    "not": Typesetter._negated,
    "boxed": Typesetter._boxed,
    "tag": Typesetter._tag,
    "substack": Typesetter._substack,
}
