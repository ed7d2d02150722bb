"""What names mean by the text itself: `where u = W x + b`, `e := y - p`, a display that introduces a name."""

from __future__ import annotations

import re
from dataclasses import dataclass

from derivcheck.diagnostics.diagnostic import NotationError, Where
from derivcheck.judging.examiner import Examiner
from derivcheck.language.latex.equations import Sentence
from derivcheck.language.notation.syntax import Expression
from derivcheck.language.tex.nodes import Accent, Node, Row, ScriptNode, Scripts, Symbol
from derivcheck.language.tex.statements import Chain, is_relation, is_sign, seen

CALLED = re.compile(r"`(?P<called>(?P<meant>[^`(]+)\([^`()=+*/-]+\))` has two readings")
MEANT = re.compile(r":\s*([A-Za-z]\w*)\}$")
INDEX = re.compile(r"[a-z]")
ASSIGNING = re.compile(r":=|≔|≜|≡|\\(?:coloneqq|triangleq|equiv|doteq|stackrel\b.*|overset\b.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class TextDefinition:
    """From its place on `spelling` means what the text says; `letters` are those of its entries, `v_i = ...`."""

    spelling: str
    meaning: str  # in plain notation
    shown: str
    where: Where
    letters: tuple[str, ...] = ()

    def name(self, examiner: Examiner) -> str:
        """What it may be called in a spec, where a name is needed."""
        name = re.sub(r"\W+", "_", self.spelling).strip("_") or "named"
        taken = {tensor.name for tensor in examiner.network.tensors} | set(examiner.network.sizes)
        return f"text_{name}" if name in taken or name[0].isdigit() else name

    def occurs_in(self, text: str) -> bool:
        """Whether a formula speaks of it."""
        before = r"(?<![A-Za-z\\])" if self.spelling[:1].isalpha() else ""
        behind = r"(?![A-Za-z])" if self.spelling[-1:].isalpha() and "\\" in self.spelling else ""
        return re.search(before + re.escape(self.spelling) + behind, text) is not None


def told(where: Where, shown: str) -> str:
    """How what the text says is shown with a verdict that rests on it."""
    return f"from the text, {where.spoken}: {' '.join(shown.split())}"


@dataclass(frozen=True, slots=True)
class NamedMeaning:
    """`u = A`, `\\Delta W = A`: a name by itself, or its entry, and what stands behind the first equals sign.

    `further` says that another relation follows, `assigned` that the sign is one of definitions.
    """

    name: Row
    letters: tuple[str, ...]
    meaning: Row
    further: bool
    assigned: bool

    def spelling(self, text: str) -> str:
        """How the text writes the name."""
        return text[self.name[0].span.start : self.name[-1].span.stop]

    def is_known(self, sentence: Sentence) -> bool:
        """Whether the name has a meaning already."""
        equals = Symbol("sign", "=", self.name[0].span)
        try:
            sentence.equation((*self.name, equals, *self.name))
        except NotationError:
            return False
        return True

    def read(self, sentence: Sentence) -> Expression:
        """What the name is said to mean. Raises NotationError."""
        equals = Symbol("sign", "=", self.meaning[0].span)
        return sentence.equation((*self.meaning, equals, *self.meaning)).sides[0]


def called_loss(problem: NotationError, examiner: Examiner) -> tuple[str, str] | None:
    """`J(w)` with the loss J and inputs in the brackets, a product or a call: (how it is spelled, the loss)."""
    loss = examiner.network.loss
    found = CALLED.search(problem.diagnostic.message) if problem.diagnostic.code == "DC177" else None
    if loss is None or found is None or found["meant"] not in problem.diagnostic.message:
        return None
    meant = MEANT.search(problem.diagnostic.help)
    return (found["called"], loss.name) if meant and meant[1] == loss.name else None


def naming(chain: Chain, text: str) -> NamedMeaning | None:
    """The naming that a chain may be; None where no name stands on its left by itself."""
    signs = [position for position, node in enumerate(chain.row) if is_relation(node)]
    if not signs or not is_sign(chain.row[signs[0]], "="):
        return None
    left = seen(chain.row[: signs[0]])
    stop = signs[1] if len(signs) > 1 else len(chain.row)
    meaning = chain.row[signs[0] + 1 : stop]
    difference = len(left) == 2 and isinstance(left[0], Symbol) and left[0].text == "Delta"
    named = _named(left[-1]) if len(left) == 1 or difference else None
    if named is None or not seen(meaning):
        return None
    name, letters = named
    span = chain.row[signs[0]].span
    assigned = ASSIGNING.fullmatch(text[span.start : span.stop].strip()) is not None
    row = (left[0], name) if difference else (name,)
    return NamedMeaning(row, letters, meaning, len(signs) > 1, assigned or difference)


def _named(node: Node) -> tuple[Node, tuple[str, ...]] | None:
    """A name, and the index letters below it."""
    match node:
        case Symbol(kind="letter" | "word") | Accent():
            return node, ()
        case Scripts(base=(Symbol(kind="letter" | "word") | Accent()) as base, scripts=scripts):
            letters = _letters(scripts[0]) if len(scripts) == 1 and is_sign(scripts[0].sign, "_") else ()
            return (base, letters) if letters else (node, ())
        case _:
            return None


def _letters(script: ScriptNode) -> tuple[str, ...]:
    """The indices below a name, as `ij`; none for what is part of the name, as `new` or `1`."""
    found = [node for node in seen(script.body) if not is_sign(node, ",")]
    plain = [node.text for node in found if isinstance(node, Symbol) and node.kind == "letter" and not node.font]
    letters = tuple(text for text in plain if INDEX.fullmatch(text))
    return letters if len(letters) == len(found) == len(set(letters)) <= 2 else ()
