"""The tree of TeX to a syntax tree: sums, products, factors and the scripts behind them.

    sum  <  signs of products  <  juxtaposition  <  scripts

A sum sign reaches over the product that follows it; `\\log` and its like over one factor.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from derivcheck.language.latex import (
    bars,
    calls,
    conditions,
    derivatives,
    differentials,
    expectations,
    gradients,
    indicators,
    matrices,
    norms,
    numbers,
    ones,
    runs,
    sums,
)
from derivcheck.language.latex.cursor import RowCursor
from derivcheck.language.latex.elements import Element, Elements
from derivcheck.language.latex.products import PRODUCT_SIGNS, Item, product
from derivcheck.language.latex.quantities import ScriptReadings
from derivcheck.language.latex.scripts import Script, divided, is_letter_t, is_transpose, slot_tree, take_scripts
from derivcheck.language.notation.syntax import (
    Binary,
    Call,
    Condition,
    Expression,
    Name,
    Negate,
    Number,
    Span,
    Subscript,
    Transpose,
    bottom_up,
)
from derivcheck.language.tex.errors import fail
from derivcheck.language.tex.rows import PAIRS

FACTORS = frozenset({"letter", "word", "function", "number", "group", "fraction", "root", "grid"})
FACTOR_SIGNS = frozenset({*PAIRS, "|", "‖", "Σ", "Π", "∂", "∇"})


class LatexParser(RowCursor):
    """One formula; every method leaves the position after what it read."""

    # --- sums -----------------------------------------------------------------------------

    def expression(self) -> Expression:
        """A sum; `a_1 + a_2 + \\dots + a_n` is one over an index. Raises NotationError."""
        self.descend()
        terms: list[sums.WrittenSummand] = []
        sign = self.accept("+", "-")
        while True:
            begin = sign.span if sign is not None else self.element.span
            minus = sign is not None and sign.text == "-"
            if self.at("…"):
                terms.append(sums.WrittenSummand(minus, None, self.advance().span))
            else:
                tree = self.term()
                terms.append(sums.WrittenSummand(minus, tree, begin.to(tree.span)))
            sign = self.accept("+", "-")
            if sign is None:
                break
            if self.at("+", "-"):
                self.unexpected("a name, a number or `(`")
        self.ascend()
        if any(term.tree is None for term in terms):
            return sums.dotted(self, terms)
        if self.context.unsized:
            trees = ones.sized_terms(self, [term.tree for term in terms if term.tree is not None])
            terms = [replace(term, tree=tree) for term, tree in zip(terms, trees, strict=True)]
        return _total(terms)

    def term(self) -> Expression:
        items = [Item("", self.factor(), self.element.span)]
        items[0] = replace(items[0], span=items[0].tree.span)
        while True:
            sign = "" if self.at("…") else self.product_sign()
            if sign is None:
                break
            if self.at("…"):
                items += self._run(items[-1], sign)
                continue
            negative = self.accept("-") if sign else None
            tree = self.factor()
            if negative is not None:
                tree = Negate(tree, negative.span.to(tree.span))
            items.append(Item(sign, tree, tree.span))
        if self.context.unsized:
            items = ones.sized_factors(self, items)
        if self.context.barred:
            bars.refuse_reach(self, [item.tree for item in items])
        tree = product(items, self.context.types, self.context.choices)
        while self.accept("%") is not None:
            divisor = self.factor()
            tree = Binary("%", tree, divisor, tree.span.to(divisor.span))
        return tree

    def _run(self, first: Item, sign: str) -> list[Item]:
        """`X_L \\dots X_{l+1}`: the factors behind the first one. Raises NotationError (DC173)."""
        dots = self.position
        self.advance()
        if sign and self.at(sign):
            self.advance()
        found: list[Expression] | None = None
        if self._starts(self.element):
            found = runs.between(first.tree, self.factor(), self.context.labels.given)
        if found is None:
            self.position = dots
            matrices.refuse_dots(self, "a product with dots is not read")
        return [Item(sign, tree, tree.span) for tree in found]

    def product_sign(self) -> str | None:
        if self.at(".") and self.ahead().is_sign("*") and not self.ahead().spaced:
            self.position += 2
            return "⊙"
        if self.element.kind == "sign" and self.element.text in PRODUCT_SIGNS:
            unsaid = self.at(".", ":") and (self.letters or not self._starts(self.ahead()))
            return None if unsaid else self.advance().text
        return "" if self._juxtaposes() else None

    def _juxtaposes(self) -> bool:
        """Whether a factor stands here that multiplies without a sign. Raises NotationError for a number (DC110)."""
        turned = self.element.text == "1" and self._turns(1)
        if self.element.kind == "number" and self.element.font != "bold" and not turned:
            fail(
                "DC110",
                "a number stands behind a factor",
                self.element.span,
                "an operator is missing",
                f"\\cdot {self.element.text}",
            )
        if self.element.wide and (self.letters or self.at_remark()):
            return False  # conditions stand apart, words behind an equation are no factor
        return self._starts(self.element) and not self.at_number()

    def _starts(self, token: Element) -> bool:
        if token.kind in FACTORS:
            return True
        return token.kind == "sign" and token.text in FACTOR_SIGNS and token.text not in self.bars

    # --- factors --------------------------------------------------------------------------

    def factor(self) -> Expression:
        self.descend()
        tree = self.postfix(self._atom())
        if bars.stands_here(self):
            tree = bars.behind(self, tree)
        self.ascend()
        return tree

    def _atom(self) -> Expression:
        phrase = calls.phrase(self)
        if phrase is not None:
            return phrase
        token = self.element
        if token.kind == "number":
            return self._number()
        if indicators.at_named(self):
            return indicators.indicator(self, self.advance())
        expected = expectations.expectation(self)
        if expected is not None:
            return expected
        if token.kind in ("letter", "word", "function"):
            inline = derivatives.inline(self)
            if inline is not None:
                return inline
            differential = None if calls.is_word(self) else differentials.alone(self, self._starts)
            if differential is not None:
                return differential
            return calls.named(self)
        match token.kind, token.text:
            case "grid", _:
                return matrices.environment(self)
            case "fraction", _:
                return derivatives.fraction(self)
            case "root", _:
                return self._root()
            case "group", ".":
                return bars.group(self)
            case "group", "⟨":
                return norms.scalar_product(self)
            case (("group" | "sign"), ("|" | "‖")):
                return norms.bars(self)
            case "group", ("⌊" | "⌈"):
                return self._rounded()
            case "group", _:
                return matrices.group(self)
            case "sign", ("Σ" | "Π"):
                return sums.signed(self)
            case "sign", "∂":
                found = derivatives.inline(self)
                return found if found is not None else derivatives.refuse_mark(self)
            case "sign", "∇":
                return gradients.gradient(self)
            case "sign", "…":
                matrices.refuse_dots(self, "dots stand for something that is not written")
            case "sign", "∞":
                fail("DC107", "`\\infty` is not a number", token.span, "nothing is judged at infinity")
            case _:
                self.unexpected("a name, a number or `(`")

    def _number(self) -> Expression:
        begin = self.position
        token = self.advance()
        if token.font == "bold" and self.context.symbols.has_base(token):
            # What the sidecar declares is known: `\mathbf{1}` may be a matrix of ones.
            scripts, primes = take_scripts(self)
            span = token.span.to(scripts[-1].span) if scripts else token.span
            symbol = None if primes else self.context.symbols.scripted(self, token, scripts, span)
            if symbol is not None and not symbol.function:
                found: Expression = symbol.tree
                if symbol.rest:
                    found = ScriptReadings(self, token, symbol.rest, span, tree=found).one() or found
                return found
            self.position = begin + 1
        if token.text == "1" and (token.font == "bold" or indicators.at_indicator(self) or self._turns()):
            return indicators.indicator(self, token)
        return Number(Fraction(token.text), token.span)

    def _turns(self, count: int = 0) -> bool:
        """Whether a transpose stands here or further on: a 1 before it is a vector of ones."""
        script = self.ahead(count)
        mark = script.inside[0] if script.kind == "script" and script.text == "^" else None
        if mark is None or len(script.inside) > 1:
            return False
        return is_transpose(mark) or (is_letter_t(mark) and not self.context.names.declares(mark))

    def _root(self) -> Expression:
        root = self.advance()
        index, inner = None, self.part(root.inside, root.span).whole()
        if len(root.rows) > 1:
            index = self.part(root.rows[0], root.span).whole()
        if index is None or index == Number(Fraction(2)):
            return Call("sqrt", (inner,), 0, root.span)
        return Binary("**", inner, Binary("/", Number(Fraction(1), index.span), index, index.span), root.span)

    def _rounded(self) -> Expression:
        """`\\lfloor i / 2 \\rfloor` of positions, and `\\lceil i / 2 \\rceil`, one more than that of `i - 1`."""
        group = self.element
        inner = self.enter().whole()
        span = group.span
        if not isinstance(inner, Binary) or inner.operator != "/":
            name = "floor" if group.text == "⌊" else "ceil"
            fail("DC125", f"`{name}` is no function here: it is a step function", span, "no quotient of positions")
        if group.text == "⌊":
            return Binary("//", inner.left, inner.right, span)
        one = Number(Fraction(1), span)
        below = Binary("//", Binary("-", inner.left, one, span), inner.right, span)
        return Binary("+", below, one, span)

    def condition(self) -> Condition:
        return conditions.condition(self)

    # --- scripts behind a factor ------------------------------------------------------------

    def postfix(self, tree: Expression) -> Expression:
        """The scripts behind a bracket, a call or a derivative; the indices behind a name, `S[i,k]`."""
        tree = self._entry(tree)
        while self.at_script() or self.at("'"):
            before, bracket = self.element, self.before.is_group("(", "[")
            scripts, primes = take_scripts(self)
            if primes:
                fail(
                    "DC114",
                    "a prime stands behind something that is no function",
                    before.span,
                    "the derivative of what?",
                    r"\sigma'(z)",
                )
            if not scripts:
                self.unexpected("an operator")
            tree = self._scripted(tree, scripts, before, bracket)
        return tree

    def _scripted(self, tree: Expression, scripts: list[Script], before: Element, bracket: bool) -> Expression:
        span = tree.span.to(scripts[-1].span)
        if bracket and (held := bars.subscripted(self, tree, scripts, span)) is not None:
            return held
        if self.context.types(tree) is None:
            return self._without_shape(tree, scripts, span)
        if bracket and self._is_component(tree, scripts):
            self.context.components.add(self.source(scripts[0].span).strip("_{} "))
            return tree
        quantity = ScriptReadings(self, before, scripts, span, tree=tree)
        found = quantity.one()
        if found is not None:
            return found
        if quantity.problems:
            raise quantity.problems[0]
        shape = self.context.types(tree)
        code = "DC142" if all(script.kind == "sub" for script in scripts) else "DC171"
        fail(code, f"the scripts of `{self.source(span)}` have no reading", scripts[0].span, str(shape))

    def _entry(self, tree: Expression) -> Expression:
        """The entry of a tensor whose indices follow it in brackets, one for each axis."""
        group = self.element
        if not group.is_group("[") or group.spaced or group.span.start != tree.span.stop or not isinstance(tree, Name):
            return tree
        slots, shape = divided(group.inside), self.context.types(tree)
        axes = len(shape.axes) if shape is not None else 0
        if not axes or len(slots) != axes or not any(map(self._is_index, slots)):
            return tree
        taken = [slot[0].text for slot in slots if not self._is_index(slot) and len(slot) == 1]
        if taken and taken[0] in self.context.scope.dimensions:
            span, letter = tree.span.to(group.span), taken[0]
            every, last = f"for every index {letter}", "the last entry"
            self.refuse_both(span, f"`{letter}` is declared", "use another index letter", every, last)
        if taken or not all(map(self._is_index, slots)):
            return tree
        self.advance()
        entries = tuple(slot_tree(self, slot, group.span) for slot in slots)
        return Subscript(tree, entries, tree.span.to(group.span))

    def _is_index(self, slot: Elements) -> bool:
        """Whether one element is an index: a colon, a number from 1, a letter that names nothing."""
        match slot:
            case (Element("number", text=text),):
                return text.isdigit() and int(text) > 0
            case (Element("letter") as letter,):
                return not self.context.names.declares(letter)
            case (Element("sign", text=":"),):
                return True
            case _:
                letters = [element for element in slot if element.kind == "letter"]
                undeclared = any(not self.context.names.declares(letter) for letter in letters)
                return undeclared and numbers.are_indices(slot)

    def _is_component(self, tree: Expression, scripts: list[Script]) -> bool:
        """`(y_i - t_i)_i`: the vector with these entries."""
        if len(scripts) != 1 or scripts[0].kind != "sub":
            return False
        shape = self.context.types(tree)
        letter = self.source(scripts[0].span).strip("_{} ")
        return (
            shape is not None
            and shape.is_scalar
            and len(letter) == 1
            and any(isinstance(node, Name) and node.name == letter for node in bottom_up(tree))
        )

    def _without_shape(self, tree: Expression, scripts: list[Script], span: Span) -> Expression:
        """What has no shape is refused when it is lowered; until then its scripts are kept as they are written."""
        for script in scripts:
            if script.kind == "sub":
                tree = Subscript(tree, tuple(slot_tree(self, slot, script.span) for slot in script.slots), span)
            elif script.kind == "transpose" or self.source(script.span).strip("^{}") == "T":
                tree = Transpose(tree, span)
            else:
                inner = self.part(script.row, script.span)
                tree = Binary("**", tree, inner.whole(), span)
        return tree


def _total(terms: list[sums.WrittenSummand]) -> Expression:
    total: Expression | None = None
    for term in terms:
        assert term.tree is not None
        if total is None:
            total = Negate(term.tree, term.span) if term.minus else term.tree
        else:
            total = Binary("-" if term.minus else "+", total, term.tree, total.span.to(term.span))
    assert total is not None
    return total
