"""Sums and products over the label of a family: labels are numbers at a depth, so the terms are written out.

A letter is a label where it stands in the bracket of a family, `sum_t(D[t])`, or where it is
declared as one and indexes nothing. The sum runs through its limits, or else through the
declared range of its label. The product of matrices is taken in the order of the label.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product
from typing import Any

from derivcheck.diagnostics.diagnostic import Diagnostic, NotationError
from derivcheck.language.lowering.descents import refuse_descents, written_over
from derivcheck.language.lowering.scope import Scope
from derivcheck.language.notation.labels import label_value, mentions, substitute_labels
from derivcheck.language.notation.printer import to_plain
from derivcheck.language.notation.syntax import (
    Comparison,
    Condition,
    Expression,
    Junction,
    Matrix,
    Name,
    Reduction,
    Slice,
    Span,
    Subscript,
    bottom_up,
    children,
    rebuilt,
)

MAXIMAL_TERMS = 2_000

Labels = Mapping[str, int]


def label_letters(tree: Reduction, scope: Scope) -> tuple[str, ...]:
    """The letters of a reduction that are labels. Raises NotationError (DC141) for one that indexes too."""
    return tuple(letter for letter in tree.letters if _is_label(letter, tree, scope))


def _is_label(letter: str, tree: Reduction, scope: Scope) -> bool:
    labels, indexed = False, None
    for node in _brackets(letter, tree.body):
        if isinstance(node.base, Name) and len(node.entries) == 1 and scope.is_family(node.base.name):
            labels = True
        else:
            indexed = node
    if labels and indexed is not None:
        raise _error(
            "DC141",
            f"the letter `{letter}` is a label and an index",
            indexed.span,
            "an index here, a label of layers elsewhere",
            "use two letters",
        )
    declared = letter in scope.labels and bool(scope.undeclared([letter]))
    numbers = tree.ends is not None and all(label_value(end, scope.depth) is not None for end in tree.ends)
    return labels or (indexed is None and (declared or numbers))


def _brackets(letter: str, tree: Expression | Condition | Slice) -> Iterator[Subscript]:
    """The subscripts that a letter stands in, but for those of sums that bind it again."""
    if isinstance(tree, Reduction) and letter in tree.letters:
        return
    if isinstance(tree, Subscript) and any(mentions(entry, {letter}) for entry in tree.entries):
        yield tree
    for part in children(tree):
        yield from _brackets(letter, part)


def _error(code: str, message: str, span: Span, label: str = "", help_: str = "") -> NotationError:
    return NotationError(Diagnostic(code, message, label=label, help=help_), (span.start, span.stop))


# --- what is run through ------------------------------------------------------------------------


def terms(tree: Reduction, letters: Sequence[str], scope: Scope) -> list[tuple[Labels, Expression]]:
    """(labels, term) of a reduction over labels, in order; its index letters stay bound in the terms.

    Raises NotationError: DC119 the range is not known, DC102 there are too many terms.
    """
    found: list[tuple[Labels, Expression]] = []
    for numbers in product(*(_range(letter, tree, scope) for letter in letters)):
        labels = dict(zip(letters, numbers, strict=True))
        term = term_at(tree, labels, scope)
        if term is not None:
            found.append((labels, term))
        if len(found) > MAXIMAL_TERMS:
            raise _error("DC102", f"a {tree.kind} over labels has more than {MAXIMAL_TERMS} terms", tree.span)
    return found


def term_at(tree: Reduction, labels: Labels, scope: Scope) -> Expression | None:
    """The body with numbers for labels, None where the condition does not hold."""
    refuse_descents(tree.body, labels, {**scope.labels, **_known_ranges(tree, labels, scope)}, scope.depth)
    body: Expression = substitute_labels(tree.body, labels, scope.undeclared(labels))
    rest = tuple(letter for letter in tree.letters if letter not in labels)
    condition = tree.condition
    if condition is not None:
        condition = substitute_labels(condition, labels, scope.undeclared(labels))
        holds = _decided(condition, scope.depth)
        if holds is None and not rest:
            raise _error(
                "DC119",
                "a label is compared with labels",
                condition.span,
                "no number at a depth",
                _suggested(tree, tree.letters[0], scope),
            )
        if holds is False:
            return None
        condition = None if holds else condition
    return replace(tree, letters=rest, condition=condition, body=body, ends=None) if rest else body


def _decided(condition: Condition, depth: Labels) -> bool | None:
    """Whether a condition between labels holds, None where it speaks of anything else."""
    if isinstance(condition, Junction):
        sides = [_decided(condition.left, depth), _decided(condition.right, depth)]
        decisive = condition.operator == "or"
        if decisive in sides:
            return decisive
        return None if None in sides else not decisive
    assert isinstance(condition, Comparison)
    left, right = label_value(condition.left, depth), label_value(condition.right, depth)
    if left is None or right is None:
        return None
    return {
        "=": left == right,
        "!=": left != right,
        "<": left < right,
        "<=": left <= right,
        ">": left > right,
        ">=": left >= right,
    }[condition.relation]


def _range(letter: str, tree: Reduction, scope: Scope) -> range:
    if tree.ends is None:
        if letter in scope.labels:
            return scope.labels[letter]
        raise _error(
            "DC119",
            f"`{letter}` is no declared label: from where to where does it run?",
            tree.span,
            "no limits",
            _suggested(tree, letter, scope),
        )
    first, last = (label_value(end, scope.depth) for end in tree.ends)
    if first is None or last is None:
        end = tree.ends[0] if first is None else tree.ends[1]
        raise _error(
            "DC119",
            f"the limit `{to_plain(end)}` is no label",
            end.span,
            "no number at a depth",
            _suggested(tree, letter, scope),
        )
    return range(first, last + 1)


def _known_ranges(tree: Reduction, labels: Labels, scope: Scope) -> dict[str, range]:
    return {letter: _range(letter, tree, scope) for letter in labels}


def _suggested(tree: Reduction, letter: str, scope: Scope) -> str:
    return written_over(tree, letter, "1", some_end(scope))


def some_end(scope: Scope) -> str:
    """The end of a family, by its name where it has one."""
    return next(iter(scope.depth), None) or next((str(r.stop - 1) for r in scope.labels.values()), "3")


# --- members --------------------------------------------------------------------------------------


def check_members(tree: Reduction, scope: Scope, known: Labels, suggested: Callable[[str, str], str]) -> None:
    """Raise NotationError (DC121) where a sum over one label reaches a member that is not declared.

    `known` are numbers for other labels; `suggested` writes the sum from a first to a last label.
    """
    letter = tree.letters[0]
    depth = {**scope.depth, **known}
    limits = None if tree.ends is None else [label_value(end, depth) for end in tree.ends]
    if limits is None or None in limits or tree.condition is not None:
        numbers: Sequence[int] = scope.labels.get(letter, ()) if tree.ends is None and tree.condition is None else ()
    else:
        numbers = range(limits[0] or 0, (limits[1] or 0) + 1)
    missing = {number: found for number in numbers if (found := _missing(tree, scope, {**depth, letter: number}))}
    if not missing:
        return
    number, (node, member) = next(iter(missing.items()))
    stem = member.partition("[")[0]
    there = sorted(name for name in (*scope.values, *scope.dimensions) if name.startswith(f"{stem}["))
    held = [number for number in numbers if number not in missing]
    whole = held and held[-1] - held[0] < len(held)
    advice = suggested(str(held[0]), _end(held[-1], scope)) if whole else ""
    error = _error(
        "DC121",
        f"the {tree.kind} reaches `{member}`, which is not declared",
        node.span,
        f"at {letter} = {number}",
        advice,
    )
    error.diagnostic = error.diagnostic.with_notes(("members", ", ".join(there)))
    raise error


def refuse_open_label(tree: Subscript, scope: Scope) -> None:
    """Raise NotationError (DC121) for a member of a family at a declared label that nothing gives a number."""
    if not isinstance(tree.base, Name) or len(tree.entries) != 1 or not scope.is_family(tree.base.name):
        return
    for label in scope.labels:
        if mentions(tree.entries[0], {label}):
            raise _error(
                "DC121",
                f"`{to_plain(tree)}` speaks of every layer: nothing says which",
                tree.span,
                f"`{label}` has no number",
                open_range(label, scope),
            )


def open_range(label: str, scope: Scope) -> str:
    """What a claim says that speaks of every layer."""
    whole = scope.labels[label]
    return f"for: {label} in {whole.start}..{_end(whole.stop - 1, scope)}"


def _missing(tree: Reduction, scope: Scope, labels: Labels) -> tuple[Subscript, str] | None:
    """The first bracket of the letter that names no declared member, and the name."""
    for node in _brackets(tree.letters[0], tree.body):
        value = label_value(node.entries[0], labels)
        if value is None or not isinstance(node.base, Name) or not scope.is_family(node.base.name):
            continue
        member = f"{node.base.name}[{value}]"
        if member not in scope.values and member not in scope.dimensions:
            return node, member
    return None


def _end(number: int, scope: Scope) -> str:
    """A number as it is written for any depth: by the end that is not far above it."""
    for end, depth in scope.depth.items():
        if 0 <= depth - number <= 2:
            return end if depth == number else f"{end}-{depth - number}"
    return str(number)


# --- letters --------------------------------------------------------------------------------------


def written_out(tree: Any, scope: Scope) -> Any:
    """The tree with all terms of its reductions over labels side by side: what its index letters are learned from."""
    if not any(isinstance(node, Reduction) for node in bottom_up(tree)):
        return tree

    def change(node: Any) -> Any:
        if not isinstance(node, Reduction):
            return node
        try:
            letters = label_letters(node, scope)
            found = terms(node, letters, scope) if letters else []
        except NotationError:  # inside of another sum its limits may not be numbers yet
            return node
        return Matrix((tuple(written_out(term, scope) for _, term in found),), node.span) if letters else node

    return rebuilt(tree, change)


# --- values ---------------------------------------------------------------------------------------
