"""A chain of sides with its condition and its label."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NoReturn

from derivcheck.componentwise import componentwise
from derivcheck.diagnostics import NotationError, UnsupportedError
from derivcheck.graph import Input, Quantity
from derivcheck.latex.conditions import refuse_words
from derivcheck.latex.cursor import ASSERTED, Context, Reader
from derivcheck.latex.memberships import is_sized, membership, sized
from derivcheck.latex.parser import Parser
from derivcheck.latex.products import Choices
from derivcheck.latex.quantities import dimension_at
from derivcheck.latex.shapes import Labels, Shapes
from derivcheck.latex.sums import refuse_unsized
from derivcheck.latex.symbols import Symbols
from derivcheck.latex.tokens import Token, fail
from derivcheck.latex.trees import rebuilt
from derivcheck.latex.vocabulary import Names
from derivcheck.latex.words import is_conditional
from derivcheck.lowering.language import Lowering
from derivcheck.lowering.letters import member_name
from derivcheck.lowering.scope import Scope
from derivcheck.network import substitute_labels
from derivcheck.notation.limits import check_limits
from derivcheck.notation.printer import to_plain
from derivcheck.notation.syntax import (
    Comparison,
    Condition,
    Derivative,
    Equation,
    Expression,
    Junction,
    Name,
    Negate,
    Number,
    Reduction,
    Relation,
    Slice,
    Span,
    Subscript,
    bottom_up,
    children,
)

MAXIMAL_FORKS = 4
ARROWS = frozenset("→⇒")


class Sentence:
    """One chain of tokens with what is declared: everything that is remembered between its readings."""

    def __init__(
        self,
        text: str,
        scope: Scope,
        symbols: Mapping[str, str] | Symbols,
        macros: Mapping[str, str],
        labels: Mapping[str, int],
    ) -> None:
        self._text = text
        self._scope = scope
        self._macros = macros
        self._labels = labels
        self._symbols = symbols if isinstance(symbols, Symbols) else Symbols(symbols, macros, scope)
        self._names = Names(scope)

    def equation(self, tokens: Sequence[Token]) -> Equation:
        """The one reading of a chain. Raises NotationError, DC172 where two readings of a product fit."""
        first, choices = self._read(tokens, ())
        check_limits(first)
        if not choices.forks:
            return first
        if len(choices.forks) > MAXIMAL_FORKS:
            _refuse_fork(choices, first, first)
        readings = [first]
        for number in range(1, 2 ** len(choices.forks)):
            script = [number >> k & 1 for k in range(len(choices.forks))]
            other, _ = self._read(tokens, script)
            if other not in readings:
                readings.append(other)
        if len(readings) == 1:
            return first
        fitting = [reading for reading in readings if self._fits(reading)]
        if len(fitting) == 1:
            return fitting[0]
        shown = fitting or readings
        _refuse_fork(choices, shown[0], shown[1] if len(shown) > 1 else readings[1])

    def _read(self, tokens: Sequence[Token], script: Sequence[int]) -> tuple[Equation, Choices]:
        choices = Choices(script)
        self._shapes = Shapes(self._scope, Labels(self._scope, self._labels))
        context = Context(self._scope, self._text, self._symbols, self._names, self._shapes.labels, self._shapes,
                          self._macros, choices)  # fmt: skip
        reader = Parser(tokens, context)
        try:
            found = _Chain(reader).equation()
            if context.components:
                known = dict(self._labels)
                sides = tuple(substitute_labels(side, known) for side in found.sides)
                found = componentwise(replace(found, sides=sides), self._scope)
            return found, choices
        except RecursionError:
            span = Span(tokens[0].span.start, tokens[-1].span.stop)
            fail("DC111", "the formula is nested too deeply", span, "split it with `let:` names")

    def _fits(self, equation: Equation) -> bool:
        """Whether the sides of an equation have one shape."""
        shapes = [self._shapes(side) for side in equation.sides]
        return all(shape is not None and shape == shapes[0] for shape in shapes)


def _refuse_fork(choices: Choices, first: Equation, second: Equation) -> NoReturn:
    fork = choices.forks[0]
    fail("DC172", fork.message, fork.span, "which of them?", fork.help,
         (("one reading", to_plain(fork.readings[0])), ("another reading", to_plain(fork.readings[1]))))  # fmt: skip


def refuse_relation(token: Token, shown: str) -> NoReturn:
    """Raise NotationError (DC174) for a sign that makes no equation."""
    reasons = {
        "≃": ("an approximate equality is not judged", "="),
        "∼": ("`\\sim` is no equation", "="), "≅": ("an approximate equality is not judged", "="),
        "∈": ("membership is judged of real vectors and matrices alone", ""), "∉": ("membership is not judged", ""),
    }  # fmt: skip
    message, help_ = reasons.get(token.text, (f"`{shown}` makes no equation", "="))
    fail("DC174", message, token.span, "not an equation", help_)


class _Chain:
    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._points: list[tuple[str, Expression, Span]] = []
        if any(token.kind == "sign" and token.text == "…" for token in reader.tokens):
            reader.pattern = True

    def equation(self) -> Equation:
        reader = self._reader
        span = Span(reader.tokens[0].span.start, max(t.span.stop for t in reader.tokens))
        self._skip_words()
        if reader.at_end():
            fail("DC109", "the formula is empty", span, "expected an equation")
        if reader.token.kind == "sign" and reader.token.text in ASSERTED:
            fail("DC109", "a side of the equation is empty", reader.token.span, "nothing stands before it")
        sides = [reader.expression()]
        relations: list[Relation] = []
        tests: list[Condition] = []
        while not reader.at_end():
            token = reader.token
            if token.kind == "prose":
                self._skip_words()
            elif token.kind == "sign" and token.text in ASSERTED and not tests:
                relations.append(reader.advance().text)  # type: ignore[arg-type]
                self._skip_words()
                if reader.at_end() or (reader.token.kind == "sign" and reader.token.text in ASSERTED):
                    fail("DC109", "a side of the equation is empty", token.span, "nothing stands behind it")
                sides.append(reader.expression())
            elif token.kind == "sign" and token.text == "∈" and not relations and not tests:
                sides = [*membership(reader, sides[0])]
                relations.append("=")
            elif token.kind == "sign" and token.text in ARROWS and not relations and is_sized(reader.tokens[:-1]):
                sides = [*sized(reader, sides[0])]
                relations.append("=")
            elif token.kind == "sign" and token.text in ARROWS:
                self._label(token)
            elif token.kind == "keyword" or (token.kind == "sign" and token.text in (",", ";")) or reader.at_number():
                tests += self._tail(sides)
            else:
                reader.unexpected("an operator, a relation or the end")
        if not relations:
            fail("DC108", "an equation needs two sides", span, "only one side here", "... = ...")
        where = None
        for test in tests:
            where = test if where is None else Junction("and", where, test, test.span)
        found = Equation(tuple(sides), tuple(relations), where, span)
        for name, value, at in self._points:
            found = _at_point(found, name, value, at)
        _check_last_entries(found, reader)
        refuse_unsized(reader)
        return found

    def _skip_words(self) -> None:
        """Words are passed over, but not those that restrict the equation."""
        reader = self._reader
        while reader.token.kind == "prose":
            token = reader.token
            if is_conditional(token):
                refuse_words(token)
            reader.advance()

    # --- behind the equation ----------------------------------------------------------------

    def _label(self, arrow: Token) -> None:
        """`\\rightarrow \\text{EqA1}`: a name for the equation."""
        reader = self._reader
        begin = reader.position
        reader.advance()
        start = reader.position
        while reader.token.kind in ("letter", "word", "prose", "number") or reader.at(".", "(", ")", "-"):
            reader.advance()
        tokens = reader.tokens[start : reader.position]
        letters = sum(len(t.text) for t in tokens if t.kind in ("letter", "word", "prose"))
        if not reader.at_end() or letters < 2:
            reader.position = begin
            refuse_relation(arrow, reader.source(arrow.span))

    def _tail(self, sides: Sequence[Expression]) -> list[Condition]:
        """A condition: `\\text{if } i \\ne j`, `, \\quad i \\ne j`, `for i = 1, \\dots, n`."""
        reader = self._reader
        if reader.at_number():
            reader.position += 3
            return []
        first = reader.advance()
        if first.kind == "keyword" and first.text == "otherwise":
            fail("DC175", "`otherwise` stands outside of cases", first.span, "otherwise than what?", r"\begin{cases}")
        while reader.token.kind == "keyword" or reader.at(","):
            reader.advance()
        if reader.at_end():
            if first.kind == "sign":
                return []
            fail("DC104", "the condition is empty", first.span, "expected a condition after this")
        if reader.token.kind == "prose":
            return []
        if self._is_range():
            self._range(sides)
            return []
        if first.kind == "keyword" and first.text == "for" and self._only_letters():
            return []
        begin = reader.token.span
        letters, reader.letters = reader.letters, True
        test = reader.condition()
        reader.letters = letters
        if _holds_by_definition(test, reader):
            return []
        point = _point(test, reader)
        if point is not None:
            self._points.append((*point, test.span))
            return []
        _check_condition(test, begin.to(test.span), reader)
        return [test]

    def _only_letters(self) -> bool:
        """`for all i, j`."""
        reader = self._reader
        rest = reader.tokens[reader.position : -1]
        plain = all(t.kind == "letter" or (t.kind == "sign" and t.text == ",") or t.kind == "keyword" for t in rest)
        if plain:
            reader.position = len(reader.tokens) - 1
        return plain

    def _is_range(self) -> bool:
        reader = self._reader
        tokens = reader.tokens[reader.position :]
        if (
            len(tokens) < 4
            or tokens[0].kind != "letter"
            or tokens[1].kind != "sign"
            or tokens[1].text not in ("=", "∈")
        ):
            return False
        listed = tokens[2].kind == "number" and tokens[3].kind == "sign" and tokens[3].text == ","
        return listed or any(t.kind == "sign" and t.text == "…" for t in tokens)

    def _range(self, sides: Sequence[Expression]) -> None:
        """`i = 1, 2, \\dots, n`: every value of the letter. Raises NotationError (DC119)."""
        reader = self._reader
        letter = reader.advance()
        reader.advance()
        brace = reader.accept("\\{", "[")
        start = reader.position
        while reader.token.kind == "number" or reader.at(",", "…"):
            reader.advance()
        read = reader.tokens[start : reader.position]
        numbers = [t.text for t in read if t.kind == "number"]
        begin = reader.position
        if numbers == [str(k) for k in range(1, len(numbers) + 1)] and all(t.text != "…" for t in read):
            begin -= 1  # `1, 2, 3`: the last number is the size
        while not reader.at_end() and not reader.at("\\}", "]", ",") and reader.token.kind != "prose":
            reader.advance()
        size = dimension_at(reader, begin, reader.position)
        span = letter.span.to(reader.tokens[max(reader.position - 1, 0)].span)
        if brace is not None:
            reader.accept("\\}", "]")
        found = reader.context.shapes.dimension(size) if size is not None else None
        wanted = reader.context.shapes.letter_dimension(letter.text, *sides)
        if found is None or found != wanted or numbers[:1] != ["1"]:
            over = f"`{letter.text}` runs over `{wanted}`" if wanted is not None else f"`{letter.text}` indexes nothing"
            fail("DC119", "the range of the index is not that of its dimension", span, over,
                 rf"\text{{for all }} {letter.text}")  # fmt: skip


def _check_condition(test: Condition, span: Span, reader: Reader) -> None:
    """A condition that values be equal holds almost nowhere: nothing could be judged under it."""
    waiting: list[Condition] = [test]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Junction):
            waiting += [node.left, node.right]
        elif isinstance(node, Comparison) and node.relation == "=":
            values = [side for side in (node.left, node.right) if _is_value(side, reader)]
            if values:
                fail("DC175", "an equation under a condition on values is not read", span,
                     "the values are equal almost nowhere", "put the value into the equation")  # fmt: skip


def _holds_by_definition(test: Condition, reader: Reader) -> bool:
    """`where u = g(x)`, and the spec says that u is g(x): nothing is restricted."""
    if not isinstance(test, Comparison) or test.relation not in ("=", "=="):
        return False
    scope = reader.context.scope
    name = member_name(test.left, scope)
    node = scope.values[name].node if name is not None else None
    if not isinstance(node, Quantity):
        return False
    try:
        meant = Lowering(scope).expression(test.right)
    except (NotationError, UnsupportedError):
        return False
    return meant.node == node.operand


def _point(test: Condition, reader: Reader) -> tuple[str, Expression] | None:
    """`if z = 0`, for a number z that the spec declares: (its name, the value)."""
    if not isinstance(test, Comparison) or test.relation not in ("=", "=="):
        return None
    value = reader.context.scope.values.get(test.left.name) if isinstance(test.left, Name) else None
    number = test.right.operand if isinstance(test.right, Negate) else test.right
    if value is None or not isinstance(value.node, Input) or value.axes or not isinstance(number, Number):
        return None
    assert isinstance(test.left, Name)
    return test.left.name, test.right


def _at_point(equation: Equation, name: str, value: Expression, at: Span) -> Equation:
    """The equation with a value put in. Raises NotationError (DC175) where it is derived by that name."""
    for node in bottom_up(equation):
        if isinstance(node, Derivative) and any(part == Name(name) for v in node.variables for part in bottom_up(v)):
            fail("DC175", f"a derivative by `{name}` at a value of it is not read", at, "the value is put in first?",
                 r"f'(0) = 1")  # fmt: skip

    def put(node: object) -> object:
        return replace(value, span=node.span) if isinstance(node, Name) and node.name == name else node

    return replace(equation, sides=tuple(rebuilt(side, put) for side in equation.sides))


def _is_value(tree: Expression, reader: Reader) -> bool:
    shape = reader.context.shapes(tree)
    number = not isinstance(tree, Name) or tree.name in reader.context.scope.values
    return shape is not None and number and not _is_position(tree)


def _is_position(tree: Expression) -> bool:
    return isinstance(tree, Number) and tree.value.denominator == 1 and tree.value >= 1


def _check_last_entries(equation: Equation, reader: Reader) -> None:
    """`x_n` outside a pattern may be the last entry or every entry. Raises NotationError (DC171)."""
    waiting: list[tuple[object, frozenset[str]]] = [(equation, frozenset())]
    dimensions = reader.context.scope.dimensions
    while waiting:
        node, bound = waiting.pop()
        if isinstance(node, Reduction):
            bound = bound | set(node.letters)
        if isinstance(node, Subscript) and reader.context.shapes.value(node) is None:
            for entry in node.entries:
                if not isinstance(entry, Slice) and _names_dimension(entry, bound, dimensions, reader):
                    fail("DC171", f"`{reader.source(node.span)}` has two readings", node.span,
                         f"`{to_plain(entry)}` is a dimension", "use another index letter",
                         (("one reading", f"for every index {to_plain(entry)}"), ("another reading", "the last entry")),
                         )  # fmt: skip
        waiting += [(part, bound) for part in children(node)]  # type: ignore[arg-type]


def _names_dimension(
    entry: Expression, bound: frozenset[str], dimensions: Mapping[str, object], reader: Reader
) -> bool:
    if isinstance(entry, Name):
        return entry.name in dimensions and entry.name not in bound
    return isinstance(entry, Subscript) and reader.context.shapes.dimension(entry) is not None
