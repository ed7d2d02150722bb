"""The formulas of a reStructuredText document: `.. math::` blocks, `:math:` roles, the default role where it is math.

What is indented below a mark belongs to it; comments and code are no text, and every paragraph of a block is a
formula, as Sphinx shows it.
"""

from __future__ import annotations

import re
from itertools import pairwise

from derivcheck.statements.document.definitions import Definitions
from derivcheck.statements.document.leftovers import FOUND, leftovers
from derivcheck.statements.document.passages import Found, Kind, Manuscript, Passage, label_of, with_head
from derivcheck.statements.document.sentences import in_sentences
from derivcheck.statements.document.sheets import Sheet, Span, masked

_BULLET = r"(?:[-*+•]|\(?(?:\d+|[A-Za-z]|#)[.)])[ \t]+"
INDENT = re.compile(rf"[ \t]*(?:{_BULLET})*")
MARK = re.compile(rf"([ \t]*(?:{_BULLET})*)\.\.(?:[ \t]+|$)")
DIRECTIVE = re.compile(r"([A-Za-z][\w:.+-]*?)[ \t]?::(?:[ \t]+|$)")
NO_COMMENT = re.compile(r"_|\[[^\]]+\]|\|")  # a target, a footnote, a substitution
OPTION = re.compile(r"[ \t]*:([\w-]+):(?:[ \t]+(.*))?$")
HEAD = re.compile(r"^(?:\.\.[ \t]+|:)((?:derivcheck|depths|exported):.*)$", re.MULTILINE)
CODE = frozenset(
    {
        "code",
        "code-block",
        "doctest",
        "graphviz",
        "highlight",
        "ipython",
        "literalinclude",
        "mermaid",
        "parsed-literal",
        "plot",
        "productionlist",
        "prompt",
        "sourcecode",
        "testcleanup",
        "testcode",
        "testoutput",
        "testsetup",
        "uml",
    }
)
_INSIDE = r"((?:[^`\n]|\n(?![ \t]*\n))+)"
LITERAL = re.compile(r"(?<![\w`])``(?![\s`])(?:[^\n]|\n(?![ \t]*\n))*?``(?!`)")
ROLE = re.compile(rf"(?<![\w:]):math:`{_INSIDE}`")
BEHIND = re.compile(rf"(?<![\w:`])`{_INSIDE}`:math:")
BARE = re.compile(rf"(?<![\w:`])`{_INSIDE}`(?![\w:`])(?!_)")
OTHER = re.compile(rf":[\w:+.-]+:`{_INSIDE}`|`{_INSIDE}`(?::[\w:+.-]+:|_{{1,2}})")  # another role, or a link
OPENED = re.compile(r":math:`")


def rst_manuscript(text: str, path: str) -> Manuscript:
    """Blocks first, then the roles in what is left. It needs no library."""
    page = _RestPage(text, path)
    page.blocks()
    page.roles()
    page.found += leftovers(page.text, page.whole, 0, False)
    passages = in_sentences(page.found, page.whole, page.words, False)
    head = "\n".join(match[1] for match in HEAD.finditer(text))
    return with_head(Manuscript(path, text, passages, tuple(page.defined.macros)), head)


class _RestPage:
    """A text whose formulas are found one kind after the other; `text` is what is left of it."""

    def __init__(self, text: str, path: str) -> None:
        self.whole = Sheet(text, path)
        self.found: list[Found] = []
        self._default: list[tuple[int, bool]] = []  # from where on the default role is math, or another
        self._asides: list[Span] = [match.span() for match in HEAD.finditer(text)]
        self._maths: list[tuple[Span, list[Span], str]] = []  # a block, its paragraphs, its label
        line = 0
        while line < len(self.whole.lines):
            line = self._behind(line)
        self.text = masked(text, self._asides)
        inside = [block for block, _, _ in self._maths]
        literals = [match.span() for match in LITERAL.finditer(masked(self.text, inside))]
        self.words = self.text = masked(self.text, literals)
        self.defined = Definitions(self.whole, self.text, False)
        self.text = masked(self.text, self.defined.spans)

    # --- what belongs to which mark -------------------------------------------------------

    def _behind(self, line: int) -> int:
        """The line to go on at: behind a block that is no text, else the next."""
        row = self.whole.lines[line]
        mark = MARK.match(row)
        if mark is not None:
            return self._marked(line, mark)
        if row.lstrip().startswith(">>> "):
            stop = next((k for k in range(line, len(self.whole.lines)) if not self.whole.lines[k].strip()), line + 1)
            return self._aside(line, stop)
        below = self.whole.lines[line + 1] if line + 1 < len(self.whole.lines) else "."
        indent = INDENT.match(row)
        if row.rstrip().endswith("::") and not below.strip() and indent is not None:
            return self._aside(line + 1, self._end(line, indent.end()))
        return line + 1

    def _marked(self, line: int, mark: re.Match[str]) -> int:
        row, stop = self.whole.lines[line], self._end(line, mark.end(1))
        directive = DIRECTIVE.match(row, mark.end())
        if directive is None:
            return line + 1 if NO_COMMENT.match(row, mark.end()) else self._aside(line, stop)
        name = directive[1].lower()
        if name == "math":
            self._block(line, directive.end(), stop)
            return stop
        if name == "default-role":
            self._default.append((self.whole.starts[line], row[directive.end() :].strip() == "math"))
        return self._aside(line, stop) if name in CODE else line + 1

    def _end(self, line: int, indent: int) -> int:
        """The line behind everything that is indented below a mark."""
        for k in range(line + 1, len(self.whole.lines)):
            row = self.whole.lines[k]
            if row.strip() and len(row) - len(row.lstrip()) <= indent:
                return k
        return len(self.whole.lines)

    def _aside(self, first: int, stop: int) -> int:
        self._asides.append((self.whole.starts[first], self.whole.starts[stop] - 1))
        return stop

    def _block(self, line: int, column: int, stop: int) -> None:
        """The paragraphs of a block; its options follow the mark, or the formula beside it."""
        starts, lines = self.whole.starts, self.whole.lines
        rows = [(starts[line] + column, lines[line][column:])]
        rows += [(starts[k], lines[k]) for k in range(line + 1, stop)]
        paragraphs: list[Span] = []
        label, options, going_on = "", True, False
        for number, (start, row) in enumerate(rows):
            option = OPTION.match(row) if options else None
            if option is not None and option[1] in ("label", "name"):
                label = label or (option[2] or "").strip()
            if option is not None or not row.strip():
                options, going_on = options and (option is not None or not number), False
                continue
            paragraphs.append((paragraphs.pop()[0] if going_on else start, start + len(row)))
            going_on = True
        self._maths.append(((starts[line], starts[stop] - 1), paragraphs, label))

    # --- one kind after the other ---------------------------------------------------------

    def blocks(self) -> None:
        for _, paragraphs, label in self._maths:
            for begin, end in paragraphs:
                self._take(begin, end, "display", label)
        self.text = masked(self.text, [block for block, _, _ in self._maths], FOUND)

    def roles(self) -> None:
        """The formulas within paragraphs; what sentences are read of has dollars for the marks around them."""
        self._each(ROLE)
        self._each(BEHIND)
        for (start, is_math), (stop, _) in pairwise([*self._default, (len(self.text), False)]):
            if is_math:
                self._each(BARE, start, stop)
        self.text = masked(self.text, [match.span() for match in OTHER.finditer(self.text)])
        for match in OPENED.finditer(self.text):
            stop = self.whole.line_end(match.start())
            source = self.whole.at(match.start(), stop)
            self.found.append((match.start(), stop, Passage("inline", source, "", "`:math:` without its end")))
        self.text = masked(self.text, [span[:2] for span in self.found if span[2].stray], FOUND)

    def _each(self, pattern: re.Pattern[str], start: int = 0, stop: int | None = None) -> None:
        spent = []
        for match in pattern.finditer(self.text, start, len(self.text) if stop is None else stop):
            (first, last), (begin, end) = match.span(), match.span(1)
            self._take(begin, end, "inline")
            spent.append((first, last))
            before, behind = f"{'$':>{begin - first}}", f"{'$':<{last - end}}"
            self.words = self.words[:first] + before + self.words[begin:end] + behind + self.words[last:]
        self.text = masked(self.text, spent, FOUND)

    def _take(self, begin: int, end: int, kind: Kind, label: str = "") -> None:
        """A formula without the definitions before it; nothing where only definitions stand."""
        inside = self.text[begin:end]
        if not inside.strip():
            return
        begin, end = begin + len(inside) - len(inside.lstrip()), end - len(inside) + len(inside.rstrip())
        source = self.whole.at(begin, end)
        self.found.append((begin, end, Passage(kind, source, label_of(source.text) or label)))
