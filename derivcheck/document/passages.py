"""The formulas of a document, each with its place: what stands between dollars, in math environments, in fences."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from derivcheck.diagnostics import DerivcheckError, Diagnostic, SourceText, Where

Kind = Literal["display", "inline"]
INSTALL = "pip install 'derivcheck-nn[documents]'"
DISPLAYED = frozenset({"math_block", "math_block_label", "math_block_eqno", "math_inline_double", "math_double"})
ENVIRONMENTS = frozenset({
    "align", "align*", "aligned", "alignat", "alignat*", "displaymath", "eqnarray", "eqnarray*", "equation",
    "equation*", "flalign", "flalign*", "gather", "gather*", "math", "multline", "multline*", "split",
    "IEEEeqnarray", "IEEEeqnarray*", "dmath", "dmath*",
})  # fmt: skip
CONDITION = re.compile(
    r"\$\s+(?:only\s+)?(?:if|when|whenever|unless|for(?:\s+(?:all|every|each|any))?)\s+\$", re.IGNORECASE
)
HYPOTHESIS = re.compile(r"\b(if|suppose|assume|assuming|unless|provided)\b", re.IGNORECASE)
SENTENCE = re.compile(r"[.!?:]\s|\n\s*\n|\n\s*(?:[-*+]|\d+\.)\s|\$\$")
COMPARED = re.compile(r"[=<>≠≤≥]|\\(?:neq?|leq?|geq?|in)(?![A-Za-z])")
PLAIN = re.compile(r"(?<![\w\\/.?&=\"'<-])[A-Za-z](?:[_^][A-Za-z0-9]+)?′?[ \t]*=[ \t]*[\w(\[−∑∂√+-][^\s=<>\"]*")
INLINE = re.compile(r"(?<![\\$])\$(?!\$)((?:[^$\\\n]|\\.)+)\$(?!\$)")
BARE = re.compile(
    r"^[ \t]*\\begin\{(align|alignat|displaymath|eqnarray|equation|flalign|gather|multline)(\*?)\}.*?\\end\{\1\2\}",
    re.MULTILINE | re.DOTALL,
)
MACRO = re.compile(
    r"\\(?:re)?newcommand\*?\s*\{?(\\[A-Za-z]+)\}?\s*(?:\[(\d)\])?\s*\{|\\def\s*(\\[A-Za-z]+)((?:#\d)*)\s*\{"
)


@dataclass(frozen=True, slots=True)
class Passage:
    """One formula as it stands in the document; `stray` says why it is none."""

    kind: Kind
    text: SourceText
    label: str = ""
    stray: str = ""
    under: str = ""  # the word of the sentence, `if`, under which it stands

    @property
    def lines(self) -> tuple[int, int]:
        """The first and the last line of the formula."""
        return self.text.origin[0][0], self.text.origin[-1][0]


@dataclass(frozen=True, slots=True)
class Manuscript:
    """A document: its formulas in order, the macros that it defines, and what its front matter says."""

    path: str
    text: str
    passages: tuple[Passage, ...]
    macros: tuple[tuple[str, str], ...] = ()
    sidecar: str = ""
    depth: tuple[tuple[str, int], ...] = ()  # the ends of layer labels that it is written for; any without
    exported: bool = False  # names as the spec declares them: its symbols and bindings are of another text


def read_manuscript(text: str, path: str) -> Manuscript:
    """The formulas of a document; a name that ends in .tex or .ltx is LaTeX, any other is Markdown.

    Raises DerivcheckError (DC620) where the library that reads such documents is not installed.
    """
    if Path(path).suffix.lower() in (".tex", ".ltx", ".latex"):
        return _latex(text, path)
    return _markdown(text, path)


# --- places -------------------------------------------------------------------------------------


class _Text:
    """The text of a document and the places of offsets in it."""

    def __init__(self, text: str, path: str) -> None:
        self.text = text
        self.path = path
        self.lines = tuple(text.split("\n"))
        self.starts = [0]
        for line in self.lines:
            self.starts.append(self.starts[-1] + len(line) + 1)

    def line_of(self, offset: int) -> int:
        """The number of the line, from 0, that an offset stands in."""
        import bisect

        return bisect.bisect_right(self.starts, offset) - 1

    def source(self, pieces: Sequence[tuple[int, str]]) -> SourceText:
        """A text of several lines, each with the offset of its first character."""
        origin = []
        for offset, _ in pieces:
            line = self.line_of(offset)
            origin.append((line + 1, offset - self.starts[line] + 1))
        return SourceText("\n".join(piece for _, piece in pieces), self.path, tuple(origin), self.lines)

    def at(self, start: int, stop: int) -> SourceText:
        """What stands between two offsets."""
        pieces = []
        for piece in self.text[start:stop].split("\n"):
            pieces.append((start, piece))
            start += len(piece) + 1
        return self.source(pieces)

    def find(self, content: str, start: int, stop: int) -> tuple[int, int] | None:
        """Where a formula stands between two offsets; the marks of lists and quotes may have been cut off it."""
        joint = r"[ \t]*\n[ \t>]*"
        pattern = joint.join(re.escape(line.strip(" \t")) for line in content.split("\n"))
        match = re.compile(pattern).search(self.text, start, stop)
        return match.span() if match is not None else None


# --- Markdown -----------------------------------------------------------------------------------


def _markdown(text: str, path: str) -> Manuscript:
    """Displays first, then what the library finds in the rest.

    Markdown takes a line of a display that begins with `-` for a list, and an indented one
    for code; whoever shows the formulas does not, so displays are found before its blocks.
    """
    try:
        from markdown_it import MarkdownIt
        from mdit_py_plugins.dollarmath import dollarmath_plugin
        from mdit_py_plugins.front_matter import front_matter_plugin
        from mdit_py_plugins.texmath import texmath_plugin
    except ImportError:
        raise _missing("Markdown", "markdown-it-py and mdit-py-plugins", path) from None
    reader = MarkdownIt("commonmark").enable("table")
    reader.use(front_matter_plugin).use(texmath_plugin, delimiters="brackets")
    reader.use(dollarmath_plugin, allow_space=True, allow_digits=False, double_inline=True)
    whole = _Text(text, path)
    blocks = MarkdownIt("commonmark").use(front_matter_plugin).disable("inline")
    head, code, fenced = _set_apart(blocks.parse(text), whole)
    found: list[tuple[int, int, Passage]] = list(fenced)
    masked = _masked(text, code)
    displays = [*_displays(masked)]
    masked = _masked(masked, displays, "x")
    bare = [(match.start(), match.end()) for match in BARE.finditer(masked)]
    masked = _masked(masked, bare, "x")
    for begin, end in displays:
        source = whole.at(begin + 2, end - 2)
        found.append((begin, end, Passage("display", source, _label(source.text))))
    for begin, end in bare:
        source = whole.at(begin, end)
        found.append((begin, end, Passage("display", source, _label(source.text))))
    hidden = _Text(masked, path)
    position = 0
    tokens = reader.parse(masked)
    for token, first, last in _formulas(tokens, 0, len(whole.lines)):
        start, stop = max(position, whole.starts[first]), whole.starts[min(last, len(whole.lines))]
        kind: Kind = "display" if token.type in DISPLAYED else "inline"
        place = hidden.find(token.content.strip("\n"), start, stop)
        if place is None:
            line = whole.at(whole.starts[first], whole.starts[first] + len(whole.lines[first]))
            found.append((start, start, Passage(kind, line, "", "its place is not found")))
            continue
        begin, end = place
        position = end
        source = whole.at(begin, end)
        found.append((begin, end, Passage(kind, source, _label(source.text))))
    for token in tokens:
        if token.type == "html_block" and token.map:
            first, last = (whole.starts[min(line, len(whole.lines))] for line in token.map)
            for match in INLINE.finditer(masked, first, last):
                begin, end = match.span(1)
                found.append((begin, end, Passage("inline", whole.at(begin, end))))
    marked = _masked(masked, [(begin - 1, end + 1) for begin, end, _ in found if end > begin])
    for match in PLAIN.finditer(marked):
        source = whole.at(match.start(), match.end())
        found.append((match.start(), match.end(), Passage("inline", source, "", "plain text, not LaTeX")))
    for match in re.finditer(r"\$\$", masked):
        number = whole.line_of(match.start())
        source = whole.at(match.start(), whole.starts[number] + len(whole.lines[number]))
        found.append((match.start(), match.end(), Passage("display", source, "", "`$$` without its partner")))
    return _with_head(Manuscript(path, text, _in_sentences(found, whole), _macros(text)), head)


Span = tuple[int, int]


def _in_sentences(found: Sequence[tuple[int, int, Passage]], whole: _Text) -> tuple[Passage, ...]:
    """The formulas in order: `$A$ if $B$` is one of them; others stand under the `if` of their sentence."""
    joined: list[tuple[int, int, Passage]] = []
    for begin, end, passage in sorted(found, key=lambda item: item[0]):
        before = joined[-1][2] if joined else None
        both = before is not None and all(COMPARED.search(one.text.text) for one in (before, passage))
        if before is not None and both and before.kind == passage.kind == "inline":
            first, stop, _ = joined[-1]
            if CONDITION.fullmatch(whole.text, stop, begin):
                joined[-1] = (first, end, Passage("inline", whole.at(first, end)))
                continue
        joined.append((begin, end, passage))
    return tuple(
        replace(passage, under=_word_above(whole.text, begin)) if passage.kind == "inline" else passage
        for begin, _, passage in joined
    )


def _word_above(text: str, begin: int) -> str:
    """The `if` of a sentence before a formula of it; the conditions of other formulas do not count."""
    starts = [match.end() for match in SENTENCE.finditer(text, max(0, begin - 2_000), begin)]
    before = text[starts[-1] if starts else max(0, begin - 2_000) : begin]
    words = re.sub(r"\$[^$]*\$", " ", CONDITION.sub("$ $", before))
    match = HYPOTHESIS.search(words)
    return match[1].lower() if match else ""


def _with_head(manuscript: Manuscript, head: str) -> Manuscript:
    """What front matter, or comments in LaTeX, say: `derivcheck: FILE.yaml`, `depths: L = 2`, `exported: true`."""
    sidecar = re.search(r"^derivcheck:\s*['\"]?([^'\"\n]+?)['\"]?\s*$", head, re.MULTILINE)
    depths = re.search(r"^depths:(.*)$", head, re.MULTILINE)
    ends = re.findall(r"(\w+)\s*=\s*(\d{1,6})", depths[1]) if depths else []
    exported = re.search(r"^exported:\s*true\s*$", head, re.MULTILINE) is not None
    depth = tuple((label, int(value)) for label, value in ends)
    return replace(manuscript, sidecar=sidecar[1] if sidecar else "", depth=depth, exported=exported)


def _set_apart(tokens: Sequence[Any], whole: _Text) -> tuple[str, list[Span], list[tuple[int, int, Passage]]]:
    """(the front matter, where code stands, the formulas of fences that hold mathematics)."""
    head, code, fenced = "", [], []
    for token in tokens:
        if token.type not in ("front_matter", "fence") or not token.map:
            continue
        begin, end = whole.starts[token.map[0]], whole.starts[min(token.map[1], len(whole.lines))] - 1
        code.append((begin, end))
        if token.type == "front_matter":
            head = token.content
        elif token.info.strip().lower() in ("math", "latex", "katex"):
            inside = whole.find(token.content.strip("\n"), whole.starts[token.map[0] + 1], end)
            if inside is not None and token.content.strip():
                fenced.append((*inside, Passage("display", whole.at(*inside))))
    code += [match.span() for match in re.finditer(r"(?<!`)(`+)(?!`)[^\n]*?(?<!`)\1(?!`)", whole.text)]
    return head, code, fenced


def _masked(text: str, spans: Sequence[Span], by: str = " ") -> str:
    """The text with some of it blanked, its lines and columns unchanged."""
    characters = list(text)
    for begin, end in spans:
        characters[begin:end] = ["\n" if c == "\n" else by for c in characters[begin:end]]
    return "".join(characters)


def _displays(text: str) -> Iterator[Span]:
    """Pairs of double dollars; one whose partner lies beyond a heading has none."""
    position = 0
    while (begin := text.find("$$", position)) >= 0:
        escaped = begin and text[begin - 1] == "\\"
        end = -1 if escaped else text.find("$$", begin + 2)
        if end < 0 or re.search(r"^#{1,6} ", text[begin:end], re.MULTILINE):
            position = begin + 2
            continue
        position = end + 2
        if text[begin + 2 : end].strip():
            yield begin, position


def _formulas(tokens: Sequence[Any], first: int, last: int) -> Iterator[tuple[Any, int, int]]:
    """The tokens that are formulas, with the lines they stand between."""
    for token in tokens:
        begin, end = token.map if token.map else (first, last)
        if "math" in token.type and token.content.strip():
            yield token, begin, end
        if token.children:
            yield from _formulas(token.children, begin, end)


# --- LaTeX --------------------------------------------------------------------------------------


def _latex(text: str, path: str) -> Manuscript:
    try:
        from pylatexenc.latexwalker import LatexEnvironmentNode, LatexMathNode, LatexWalker, LatexWalkerError
    except ImportError:
        raise _missing("LaTeX", "pylatexenc", path) from None
    whole = _Text(text, path)
    found: list[tuple[int, int, Passage]] = []

    def walk(nodes: Sequence[Any]) -> None:
        for node in nodes:
            if node is None:
                continue
            if isinstance(node, LatexMathNode):
                opener, closer = node.delimiters
                begin, end = node.pos + len(opener), node.pos + node.len - len(closer)
                kind: Kind = "display" if node.displaytype == "display" else "inline"
                found.append((begin, end, Passage(kind, whole.at(begin, end), _label(text[begin:end]))))
            elif isinstance(node, LatexEnvironmentNode) and node.environmentname in ENVIRONMENTS:
                begin, end = node.pos, node.pos + node.len
                found.append((begin, end, Passage("display", whole.at(begin, end), _label(text[begin:end]))))
            elif isinstance(node, LatexEnvironmentNode) and _is_formula_outside(node.nodelist):
                begin, end = node.pos, node.pos + node.len
                stray = f"a formula in the environment `{node.environmentname}`, which is not known"
                found.append((begin, end, Passage("display", whole.at(begin, end), "", stray)))
            elif getattr(node, "macroname", "") == "ensuremath" and (inside := _braced(text, node.pos)):
                found.append((*inside, Passage("inline", whole.at(*inside))))
            else:
                walk(getattr(node, "nodelist", None) or ())
                arguments = getattr(node, "nodeargd", None)
                walk((arguments.argnlist if arguments is not None else None) or ())

    try:
        nodes, _, _ = LatexWalker(text, tolerant_parsing=True).get_latex_nodes()
    except (LatexWalkerError, RecursionError, IndexError) as problem:
        raise DerivcheckError(
            Diagnostic("DC621", f"the LaTeX of the document is not read: {str(problem).splitlines()[0]}",
                       Where(path, 1, 1, 1, whole.lines[0]))
        ) from None  # fmt: skip
    walk(nodes)
    head = "\n".join(match[1] for match in re.finditer(r"^%[ \t]*(\w+:.*)$", text, re.MULTILINE))
    return _with_head(Manuscript(path, text, _in_sentences(found, whole), _macros(text)), head)


def _is_formula_outside(nodes: Sequence[Any]) -> bool:
    """Whether a script stands in what is read as words: only formulas have any."""
    words = "".join(getattr(node, "chars", "") or "" for node in nodes if node is not None)
    return "=" in words and ("_" in words or "^" in words)


def _braced(text: str, position: int) -> tuple[int, int] | None:
    """What stands in the braces behind a macro."""
    match = re.compile(r"\\[A-Za-z]+\s*\{").match(text, position)
    if match is None:
        return None
    depth, stop = 1, match.end()
    while stop < len(text) and depth:
        depth += (text[stop] == "{") - (text[stop] == "}")
        stop += 1
    return (match.end(), stop - 1) if not depth else None


def _label(text: str) -> str:
    match = re.search(r"\\(?:label|tag)\*?\{([^{}]+)\}", text)
    return match[1] if match else ""


def _macros(text: str) -> tuple[tuple[str, str], ...]:
    """The macros that a document defines by `\\newcommand` or `\\def`."""
    found: list[tuple[str, str]] = []
    for match in MACRO.finditer(text):
        depth, stop = 1, match.end()
        while stop < len(text) and depth:
            depth += (text[stop] == "{") - (text[stop] == "}")
            stop += 1
        found.append((match[1] or match[3], text[match.end() : stop - 1]))
    return tuple(found)


def _missing(what: str, libraries: str, path: str) -> DerivcheckError:
    return DerivcheckError(Diagnostic("DC620", f"reading {what} needs {libraries}", Where(path, 1, 1), help=INSTALL))
