"""One small sabotage of the engine at a time, and which test sees it.

    python tests/sabotages.py [--only TEXT] [--after NUMBER] [--jobs 2] [--seconds 600]

Every sabotage is applied to a copy of the package, and the tests of `BATTERY` run on it until one fails. What no
test sees is printed as a survivor, and the exit code is 1: it wants the smallest equation that exposes it.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

TESTS = Path(__file__).resolve().parent
PROJECT = TESTS.parent
PACKAGE = PROJECT / "derivcheck"

# The quick and telling ones first: a round is asked where those before it see nothing.
BATTERY: tuple[tuple[str, ...], ...] = (
    ("evidence/test_three_ways.py",),
    (
        "graph/test_slices.py",
        "evidence/test_differences.py",
        "evidence/test_replacing.py",
        "language/test_latex_types.py",
        "language/test_names.py",
        "forms/test_first_forms.py",
    ),
    (
        "language/test_chains.py",
        "language/test_partials.py",
        "language/test_differentials.py",
        "language/test_points.py",
        "language/test_einstein.py",
        "judging/test_premises.py",
        "judging/test_own_bug.py",
        "evidence/test_identities.py",
        "evidence/test_rounding.py",
        "evidence/test_facts.py",
        "graph/test_axes.py",
    ),
    (
        "judging/test_general.py",
        "graph/test_broken_rules.py",
        "graph/test_ties.py",
        "judging/test_adversarial.py",
        "language/test_latex.py",
        "judging/test_witness.py",
        "evidence/test_gradient_check.py",
        "evidence/test_survey.py",
        "pipeline/test_shipped_specs.py",
        "forms/test_source.py",
        "judging/test_proofreading.py",
        "judging/test_exposition.py",
        "statements/test_passages.py",
        "judging/test_mutants.py",
    ),
)


class Sabotage(NamedTuple):
    """`old` stands once in the module; with `new` in its place a rule is wrong, or a guard gone."""

    module: str
    old: str
    new: str


SABOTAGES = [
    # what is held, summed by convention, evaluated and implied
    Sabotage(
        "graph/substitution.py", "return sum_over(made[operand], bound)", "return sum_over(made[operand], bound[1:])"
    ),
    Sabotage("graph/substitution.py", "elif node in cut or all(", "elif all("),
    Sabotage("language/lowering/variables.py", "node=substituted(numerator.node, leaves, by)", "node=numerator.node"),
    Sabotage("language/lowering/variables.py", "node=substituted(value.node, dict(leaves))", "node=value.node"),
    Sabotage("language/lowering/paths.py", "names = between[factor.below] - {factor.above}", "names = set[str]()"),
    Sabotage(
        "language/lowering/paths.py",
        "if any(one.below == factor.above for one in term):",
        "if factor.below in between:",
    ),
    Sabotage("language/lowering/paths.py", "if between and between <= set(names):", "if between:"),
    Sabotage("language/lowering/differentials.py", "if node not in still:", "if True:"),
    Sabotage("language/lowering/einstein.py", "if times > 1 and letter not in self.kept", "if times > 1"),
    Sabotage(
        "language/lowering/einstein.py",
        "return replace(tree, left=one, right=other), first + second",
        "return replace(tree, left=one, right=other), first | second",
    ),
    Sabotage("language/lowering/points.py", "if jumps_at(nodes, places, lowering.scope.facts):", "if False:"),
    Sabotage("judging/rulings.py", "if plain.verdict not in HOLDS:", "if True:"),
    Sabotage(
        "judging/rulings.py", "if assertion.written.follows and (not holds or position - 1 in said):", "if False:"
    ),
    # --- adjoint rules ---
    Sabotage(
        "graph/derive.py",
        "yield node.operand, rename(adjoint, {new: old for old, new in node.mapping})",
        "yield node.operand, adjoint",
    ),
    Sabotage(
        "graph/derive.py",
        "yield operand, sum_over(multiply(adjoint, slope), _lost(node, operand))",
        "yield operand, sum_over(adjoint, _lost(node, operand))",
    ),
    Sabotage(
        "graph/derive.py",
        "yield operand, sum_over(multiply(adjoint, slope), _lost(node, operand))",
        "yield operand, multiply(adjoint, slope)",
    ),
    Sabotage("graph/derive.py", "multiply(adjoint, node, turned)", "multiply(adjoint, turned)"),
    Sabotage(
        "graph/derive.py",
        "turned = rename(inverse(operand, row, column), {row: column, column: row})",
        "turned = inverse(operand, row, column)",
    ),
    Sabotage(
        "graph/derive.py",
        "return negate(sum_over(multiply(before, between, after), [a, b]))",
        "return sum_over(multiply(before, between, after), [a, b])",
    ),
    Sabotage(
        "graph/derive.py",
        "before = rename(node, {row: a, column: row})",
        "before = rename(node, {row: row, column: a})",
    ),
    Sabotage("graph/derive.py", "after = rename(node, {row: column, column: b})", "after = rename(node, {row: b})"),
    Sabotage("graph/derive.py", "adjoint = add(*pending.pop(node))", "adjoint = pending.pop(node)[0]"),
    Sabotage(
        "graph/derive.py",
        "return rename(result, {**naming, **{axis: columns.get(axis, axis) for axis in variable.axes}})",
        "return rename(result, naming)",
    ),
    Sabotage(
        "graph/derive.py",
        "return product_over(add(here, elsewhere), others.values())",
        "return product_over(rename(node.operand, others), others.values())",
    ),
    Sabotage("graph/scalars.py", "return declared(sympy.diff(declared(expression), symbol))", "return sympy.S.One"),
    Sabotage(
        "graph/scalars.py",
        "orders = tuple(order + (k == argument) for k, order in enumerate(function.orders))",
        "orders = function.orders",
    ),
    Sabotage("graph/scalars.py", "(sympy.Piecewise((-t, t < 0), (0, True)), True)", "(t, True)"),
    Sabotage(
        "graph/derive.py",
        "yield node.operand, multiply(adjoint, divide(attained, sum_over(attained, node.bound)))",
        "yield node.operand, multiply(adjoint, attained)",
    ),
    # --- graph ---
    Sabotage(
        "graph/nodes.py",
        "return multiply(node, *(size(axis.dimension) for axis in missing)) if missing else node",
        "return node",
    ),
    Sabotage("graph/nodes.py", "node = mapped(placeholder(0) ** axis.dimension.expression(), node)", "pass"),
    Sabotage(
        "graph/nodes.py", "return sum_over(multiply(node, delta(kept, gone)), [gone])", "return sum_over(node, [gone])"
    ),
    Sabotage(
        "graph/nodes.py",
        'return constant(int(relation == "less" and left < right))',
        'return constant(int(relation == "less"))',
    ),
    Sabotage("graph/nodes.py", "inner = {a: pairs.get(b, b) for a, b in node.mapping}", "inner = dict(node.mapping)"),
    # --- canonical form: deltas, sizes, sums ---
    Sabotage(
        "evidence/canonical/algebra.py",
        "if left < 0 and right < 0:\n                return []",
        "if left < 0 and right < 0:\n                return [(bound, rest, 1)]",
    ),
    Sabotage(
        "evidence/canonical/algebra.py",
        "return [rebound(bound, substituted(rest, {gone: kept}), [gone])]\n            if any(gone in others",
        "return [rebound(bound, rest, [gone])]\n            if any(gone in others",
    ),
    Sabotage(
        "evidence/canonical/algebra.py",
        "return [(bound, [*substituted(rest, {gone: kept}), factors[position]], 1)]",
        "return [(bound, substituted(rest, {gone: kept}), 1)]",
    ),
    Sabotage(
        "evidence/canonical/algebra.py",
        "sizes = self.multiply_all(self.size(bound[k]) for k in idle)",
        "sizes = self.number(1)",
    ),
    Sabotage("evidence/canonical/algebra.py", "result = self.number(shape.constant)", "result = self.number(0)"),
    Sabotage(
        "evidence/canonical/algebra.py",
        'if self.atoms[number].kind != "equal":\n                continue\n            left, right',
        "continue\n            left, right",
    ),
    Sabotage("evidence/canonical/algebra.py", "(indices[0] > indices[1]) else []", "(indices[0] < indices[1]) else []"),
    Sabotage(
        "evidence/canonical/algebra.py",
        "if indices[0] == indices[1]:\n                    return []",
        "if indices[0] == indices[1]:\n"
        "                    return [(bound, factors[:position] + factors[position + 1 :], 1)]",
    ),
    Sabotage("evidence/canonical/algebra.py", "if atom.values and total != 1:", "if total > 1:"),
    Sabotage("evidence/canonical/algebra.py", "if atom.values and total != 1:", "if False:"),
    Sabotage("evidence/canonical/algebra.py", "rest.append((number, (), exact(power - whole)))", "pass"),
    Sabotage(
        "evidence/canonical/algebra.py",
        "remaining: Factor = (number, tuple(outside[i] for i in indices), rest_power)",
        "remaining: Factor = (number, tuple(outside[i] for i in indices), -rest_power)",
    ),
    Sabotage(
        "evidence/canonical/labelling.py",
        "if best is None or candidate < best:\n            best = candidate",
        "best = candidate",
    ),
    Sabotage(
        "evidence/canonical/algebra.py",
        "symmetries = sorted(tuple(filled.index(o) for o in winner) for winner in winners)",
        "symmetries = [tuple(range(len(filled))), tuple(reversed(range(len(filled))))]",
    ),
    Sabotage("evidence/canonical/algebra.py", "key = tuple(frozen(p) for p in renamed)", "key = (len(renamed),)"),
    Sabotage(
        "evidence/canonical/terms.py",
        "other = substituted(other, {k: len(bound) + k for k in range(len(other_bound))})",
        "pass",
    ),
    Sabotage(
        "evidence/canonical/terms.py",
        "return kept, substituted(factors, shift(bound, gone)), coefficient",
        "return kept, tuple(factors), coefficient",
    ),
    # --- facts, and canonical form with them ---
    Sabotage("spec/facts/table.py", 'identities=("sum_k(y[k]) = 1",)', 'identities=("sum_k(y[k]^2) = 1",)'),
    Sabotage("spec/facts/table.py", 'identities=("sum_k(y[k]^2) = 1",)', 'identities=("sum_k(y[k]) = 1",)'),
    Sabotage("spec/facts/table.py", '"y[i]*y[j] = y[i]*delta(i,j)"', '"y[i]*y[j] = delta(i,j)"'),
    Sabotage("spec/facts/table.py", '"sum_k(y[k,i]*y[k,j]) = delta(i,j)", ', '"sum_k(y[k,i]*y[i,j]) = delta(k,j)", '),
    Sabotage("spec/facts/table.py", 'implies=("sums_to_one",)', 'implies=("sums_to_one", "positive")'),
    Sabotage("spec/facts/table.py", "made[row, :row] = made[:row, row]", "pass"),
    Sabotage(
        "spec/facts/table.py",
        "made = draw.identity() * draw.chosen((-1, 1))\n    for normal",
        "made = draw.identity()\n    for normal",
    ),
    Sabotage("spec/facts/table.py", "numbers[-1] = 1 - square", "pass"),
    Sabotage("spec/facts/table.py", "bool(FACTS[name].together & given)", "not FACTS[name].together & given"),
    Sabotage(
        "evidence/canonical/inverses.py", "return inverse[1], (inverse[0], matrix[1])", "return inverse[1], matrix"
    ),
    Sabotage("evidence/canonical/inverses.py", "if inverse[1] == matrix[0]:", "if inverse[1] == matrix[1]:"),
    Sabotage("evidence/canonical/inverses.py", " and not elsewhere", ""),
    Sabotage("evidence/canonical/inverses.py", "own.count(index) == 2 and", ""),
    Sabotage("evidence/canonical/inverses.py", "0 <= index < OUTER and", ""),
    Sabotage("evidence/canonical/inverses.py", "exact(1 / Fraction(coefficient))", "1"),
    Sabotage("evidence/canonical/inverses.py", "if len(marks) == 1:", "if True:"),
    Sabotage("evidence/canonical/inverses.py", "or times != 1", ""),
    Sabotage("evidence/canonical/inverses.py", "if power == 1 else None", ""),
    Sabotage("evidence/canonical/inverses.py", "and power == 1 else None", "else None"),
    Sabotage("evidence/canonical/inverses.py", "or atom.name != INVERSE", ""),
    Sabotage("evidence/numeric/survey.py", "(np.imag, 2.0)", "(np.imag, 1.0)"),
    Sabotage("evidence/numeric/slopes.py", "np.exp2(np.arange(count))", "np.ones(count)"),
    Sabotage("judging/judge.py", "if field.equal is False and are_rational(asked.sides):", "if False:"),
    Sabotage(
        "judging/judge.py",
        "else [(DIGITS, PRECISE_POINTS), (FINEST, FINEST_POINTS)]",
        "else [(DIGITS, PRECISE_POINTS)]",
    ),
    Sabotage("evidence/canonical/identities.py", "and _beside(identity, at) == _beside(identity, indices)", ""),
    Sabotage("evidence/canonical/identities.py", "if not 0 <= index < OUTER or", "if"),
    Sabotage(
        "evidence/canonical/identities.py",
        "or any(i == index for letter, i in letters.items() if letter != identity.bound)",
        "",
    ),
    Sabotage("evidence/canonical/identities.py", "rest.get(place, power) == 0 and", ""),
    Sabotage("evidence/canonical/identities.py", "and index not in _beside(identity, at)", ""),
    Sabotage(
        "evidence/canonical/identities.py",
        "if letters.setdefault(letter, factors[place][1][slot]) != factors[place][1][slot]:",
        "if letters.setdefault(letter, factors[place][1][slot]) is None:",
    ),
    Sabotage("evidence/canonical/identities.py", "algebra.used.add((atom.name, identity.fact))", "pass"),
    Sabotage("evidence/canonical/algebra.py", "self.used.add((atom.name, atom.valued_by))", "pass"),
    Sabotage(
        "evidence/canonical/knowledge.py",
        "slots = (place or 0,) if len(entries[0]) == 1 else",
        "slots = (0,) if len(entries[0]) == 1 else",
    ),
    Sabotage(
        "evidence/canonical/knowledge.py",
        "if identity.turned and rank == len(identity.slots):",
        "if not identity.turned and rank == 2:",
    ),
    Sabotage("evidence/canonical/knowledge.py", "if power < 0 and 0 in values:\n        return power", "pass"),
    Sabotage("evidence/canonical/form.py", "positive=known.positive,", "positive=True,"),
    # --- canonical form: denominators, zeros ---
    Sabotage(
        "evidence/canonical/leads.py",
        "work.append((bound + other_bound, moved, exact(-Fraction(c) / lead_coefficient)))",
        "work.append((bound + other_bound, moved, exact(Fraction(c) / lead_coefficient)))",
    ),
    Sabotage("evidence/canonical/leads.py", "(found.payload, places) == (atom.payload, indices):", "True:"),
    Sabotage(
        "evidence/canonical/leads.py",
        "raised: Factor = (number, indices, exact(power + 1))\n        work: list[Work] = [rebound",
        "raised: Factor = (number, indices, exact(power - 1))\n        work: list[Work] = [rebound",
    ),
    Sabotage(
        "evidence/canonical/leads.py",
        "(left + other_bound, [*moved, *substituted(other, placed)], exact(-Fraction(c) / lead_coefficient))",
        "(left + other_bound, [*moved, *substituted(other, placed)], exact(Fraction(c) / lead_coefficient))",
    ),
    Sabotage(
        "evidence/canonical/leads.py",
        "inverse = [(a, i, -p) for a, i, p in substituted(chosen[1], slots)]",
        "inverse = [(a, i, p) for a, i, p in substituted(chosen[1], slots)]",
    ),
    Sabotage("evidence/canonical/leads.py", "exact(-c / coefficient))", "exact(c / coefficient))"),
    Sabotage(
        "evidence/canonical/leads.py",
        "if len(gone) != len(lead_bound) or any(set(i) & set(gone) for _, i, _ in quotient):",
        "if len(gone) != len(lead_bound):",
    ),
    Sabotage(
        "evidence/canonical/leads.py",
        "(there == power if bounded else (there >= power > 0 or there <= power < 0))",
        "True",
    ),
    Sabotage("evidence/canonical/form.py", "lift = self.algebra.factor(number, indices, -power)", "lift = {}"),
    Sabotage("evidence/canonical/form.py", "and all(i >= OUTER or i < 0 for i in indices)", ""),
    # --- canonical form: powers, exp, log ---
    Sabotage(
        "evidence/canonical/elementary.py",
        "if exponent < 0 and (atom := vanishing(algebra, base)) is not None:",
        "if False and (atom := vanishing(algebra, base)) is not None:",
    ),
    Sabotage(
        "evidence/canonical/elementary.py",
        "if any(algebra.atoms[a].kind in INDICATORS for a, _, _ in factors):\n        return None",
        "pass",
    ),
    Sabotage("evidence/canonical/elementary.py", "if coefficient < 0:\n        return None\n    result", "result"),
    Sabotage(
        "evidence/canonical/elementary.py",
        "if new % 2:\n                result = algebra.multiply(result, absolute(algebra, base))",
        "if new % 2:\n                result = algebra.multiply(result, base)",
    ),
    Sabotage("evidence/canonical/elementary.py", "if unknown > 1 or edge:", "if edge:"),
    Sabotage(
        "evidence/canonical/elementary.py",
        "for number, sign in ((base.numerator, 1), (base.denominator, -1)):",
        "for number, sign in ((base.numerator, 1), (base.denominator, 1)):",
    ),
    Sabotage("evidence/canonical/contents.py", "and (algebra.atoms[key[0]].positive or not positive_only)", ""),
    Sabotage("evidence/canonical/contents.py", "if not algebra.atoms[key[0]].idempotent and", "if"),
    Sabotage(
        "evidence/canonical/contents.py",
        "lead = abs(lead) if positive_only else lead\n    if not kept",
        "if not kept",
    ),
    Sabotage(
        "evidence/canonical/contents.py",
        "if not (is_even(power) or atom.idempotent):\n                return False",
        "pass",
    ),
    Sabotage(
        "evidence/canonical/contents.py",
        "strict = strict or term_strict\n    return strict",
        "strict = True\n    return strict",
    ),
    Sabotage("evidence/canonical/elementary.py", "part = power(algebra, inside, coefficient)", "part = inside"),
    Sabotage(
        "evidence/canonical/elementary.py",
        "result = combination(result, part, p)",
        "result = combination(result, part)",
    ),
    Sabotage(
        "evidence/canonical/elementary.py", "and all(not is_even(f[2]) for f in odd)\n            and len(odd) <= 1", ""
    ),
    Sabotage(
        "evidence/canonical/elementary.py",
        "result = combination(result, _log_atom(algebra, algebra.number(prime)), sign * count)",
        "result = combination(result, _log_atom(algebra, algebra.number(prime)), count)",
    ),
    # --- canonical form: branches ---
    Sabotage(
        "evidence/canonical/indicators.py",
        "return either if is_generic(algebra, opposite) else combination(either, zero(algebra, opposite), -1)",
        "return either",
    ),
    Sabotage("evidence/canonical/indicators.py", "lambda there: there > 0", "lambda there: there >= 0"),
    Sabotage("evidence/canonical/indicators.py", ".values if other != value", ".values if other == 0"),
    Sabotage("evidence/canonical/indicators.py", "Fraction(1, value - other)", "Fraction(1)"),
    Sabotage(
        "evidence/canonical/indicators.py",
        "switched(algebra, {term: coefficient}, {(number, indices): value})",
        "switched(algebra, {term: coefficient}, {(number, indices): 1})",
    ),
    Sabotage("evidence/canonical/contents.py", "if other[0] or coefficient < size or", "if"),
    Sabotage("evidence/canonical/contents.py", "(gap > 0 and algebra.atoms[number].below_one)", "gap > 0"),
    Sabotage("evidence/canonical/contents.py", "left[above] = left[above] + coefficient", "pass"),
    Sabotage(
        "evidence/canonical/scalar_expressions.py",
        "combination(algebra.number(1), indicators.positive(algebra, scaled(difference, -1)), -1)",
        "indicators.positive(algebra, difference)",
    ),
    Sabotage(
        "evidence/canonical/scalar_expressions.py",
        "combination(algebra.number(1), indicators.positive(algebra, difference), -1)",
        "indicators.positive(algebra, scaled(difference, -1))",
    ),
    Sabotage("evidence/residues.py", 'equal = int(relation in ("GreaterThan", "LessThan"))', "equal = 0"),
    Sabotage("judging/general.py", "if not holds_at({end: depth}):", "if False:"),
    Sabotage(
        "evidence/numeric/branches.py",
        "(noise > 0) & (np.abs(base) <= noise)",
        "(base != 0) & (np.abs(base) <= 1e-12)",
    ),
    Sabotage(
        "evidence/canonical/indicators.py",
        "if not all(is_generic(algebra, {((), (f,)): 1}) for f in even):\n"
        '                return compound(algebra, "positive", rest)',
        "pass",
    ),
    Sabotage("evidence/canonical/indicators.py", "{((), odd): 1 if coefficient > 0 else -1}", "{((), odd): 1}"),
    Sabotage(
        "evidence/canonical/indicators.py",
        "if rest[leading_term(rest)] < 0:\n        rest = scaled(rest, -1)\n",
        "pass\n",
    ),
    Sabotage(
        "evidence/canonical/generic.py",
        "found |= _pivots_of(algebra, factor) - elsewhere - _support(algebra, others)",
        "found |= _pivots_of(algebra, factor) - elsewhere",
    ),
    Sabotage(
        "evidence/canonical/generic.py",
        "found |= _pivots_of(algebra, factor) - elsewhere - _support(algebra, others)",
        "found |= _pivots_of(algebra, factor) - _support(algebra, others)",
    ),
    Sabotage(
        "evidence/canonical/generic.py", "if all(_is_generic_factor(algebra, other) for other in others):", "if True:"
    ),
    Sabotage("evidence/canonical/scalar_expressions.py", "remaining = combination(remaining, here, -1)", "pass"),
    Sabotage("evidence/canonical/form.py", 'sign = -1 if node.kind == "min" else 1', "sign = 1"),
    Sabotage("evidence/canonical/matrix_functions.py", "if straight == turned:", "if True:"),
    Sabotage(
        "evidence/canonical/matrix_functions.py", "((column, row) if swapped else (row, column))", "(row, column)"
    ),
    Sabotage("evidence/canonical/products.py", "if not is_generic(algebra, others):\n        return None", "pass"),
    Sabotage(
        "evidence/canonical/products.py",
        "exchanged = algebra.multiply(single, elementary.power(algebra, everywhere, -1))",
        "exchanged = single",
    ),
    Sabotage("evidence/canonical/products.py", "if is_positive(algebra, polynomial):", "if True:"),
    Sabotage(
        "evidence/canonical/products.py",
        "if others or bound or coefficient != 1 or not whole or",
        "if others or bound or",
    ),
    Sabotage(
        "evidence/canonical/algebra.py",
        "if places.isdisjoint(elsewhere.union(*(others for _, others, _ in rest))):",
        "if True:",
    ),
    Sabotage(
        "evidence/canonical/elementary.py",
        "return combination(fixed, algebra.multiply(content, found))",
        "return combination(fixed, found)",
    ),
    Sabotage(
        "evidence/canonical/elementary.py",
        "content, rest = contents(algebra, varying, positive_only=True, inside=reduced)",
        "content, rest = contents(algebra, varying, positive_only=False, inside=reduced)",
    ),
    Sabotage(
        "evidence/canonical/generic.py",
        "yield from ((name, found) for name, found in _carriers_of(algebra, factor) if name not in taken)",
        "yield from _carriers_of(algebra, factor)",
    ),
    # --- canonical form: what is free, what has an index, what occurs ---
    Sabotage(
        "evidence/canonical/generic.py",
        "found.issuperset(indices) for _, found in carriers",
        "found & set(indices) for _, found in carriers",
    ),
    Sabotage("evidence/canonical/generic.py", 'if algebra.atoms[number].kind == "positive"\n    }', "if False\n    }"),
    Sabotage(
        "evidence/canonical/form.py",
        "axes = [index for index in map(self.outer, node.bound) if index in mentioned]",
        "axes = [index for index in map(self.outer, node.bound)]",
    ),
    Sabotage(
        "evidence/canonical/form.py",
        "return self._scalars.raised(product, count) if idle else product",
        "return product",
    ),
    Sabotage(
        "evidence/canonical/products.py",
        "set(axes) <= set(indices) for _, indices, power in factors",
        "bool(set(axes) & set(indices)) for _, indices, power in factors",
    ),
    Sabotage("evidence/canonical/products.py", "isinstance(power, int) and power > 0 and set(axes)", "set(axes)"),
    Sabotage(
        "evidence/canonical/contents.py",
        'positive=kind == "exp" or (kind == "power" and is_positive(algebra, payload)),',
        'positive=kind in ("exp", "power"),',
    ),
    Sabotage(
        "evidence/canonical/indicators.py",
        "if bound or len(factors) != 1 or factors[0][2] != 1:\n            continue",
        "if bound or len(factors) != 1:\n            continue",
    ),
    Sabotage(
        "evidence/canonical/indicators.py",
        "and is_apart(\n                algebra, rest, chosen\n            )",
        "",
    ),
    Sabotage(
        "evidence/canonical/elementary.py",
        'if exponent < 0:\n            raise UndefinedError("division by zero")\n        return {}',
        "return {}",
    ),
    Sabotage(
        "evidence/canonical/contents.py",
        "all((k >= OUTER or k < 0) and k not in inside for k in i)",
        "all(k not in inside for k in i)",
    ),
    Sabotage(
        "evidence/canonical/contents.py",
        "all((k >= OUTER or k < 0) and k not in inside for k in i)",
        "all((k >= OUTER or k < 0) for k in i)",
    ),
    Sabotage("evidence/canonical/elementary.py", "not bound\n            and c > 0\n", "c > 0\n"),
    Sabotage("evidence/canonical/elementary.py", "not bound\n            and c > 0\n", "not bound\n"),
    Sabotage(
        "evidence/canonical/leads.py",
        "!= have or not 0 <= have < bound_count or have in taken:",
        "!= have or not 0 <= have < bound_count:",
    ),
    Sabotage(
        "evidence/canonical/leads.py",
        "!= have or not 0 <= have < bound_count or have in taken:",
        "!= have or have in taken:",
    ),
    Sabotage("evidence/canonical/leads.py", "and len(set(trial.values())) == len(trial)\n", ""),
    Sabotage(
        "evidence/canonical/form.py",
        "slots = frozenset(range(1 if len(known.symmetries) > 1 else len(node.axes)))",
        "slots = frozenset(range(len(node.axes)))",
    ),
    Sabotage("evidence/canonical/form.py", "any(kind.restricts for fact, _ in", "any(False for fact, _ in"),
    Sabotage(
        "evidence/canonical/contents.py",
        'values=SWITCH if kind in ("positive", "zero") else (),',
        'values=SWITCH if kind == "positive" else (),',
    ),
    Sabotage(
        "evidence/canonical/indicators.py",
        "    if is_positive(algebra, scaled(argument, -1)):\n        return {}\n",
        "",
    ),
    Sabotage(
        "evidence/canonical/indicators.py",
        "    if is_positive(algebra, argument) or is_positive(algebra, scaled(argument, -1)):\n        return {}\n",
        "",
    ),
    # --- field ---
    Sabotage(
        "evidence/residues.py",
        "return Residues(made.p, made.q, sum(p for p, _ in logs) % P, sum(q for _, q in logs) % Q)",
        "return made",
    ),
    Sabotage(
        "evidence/residues.py",
        "if all(v.log_p is not None for v in values):\n            return Residues(p, q, sum(",
        "if True:\n            return Residues(p, q, sum(",
    ),
    Sabotage(
        "evidence/residues.py",
        "p = np.frompyfunc(lambda a: pow(4, int(a), P), 1, 1)(value.q)",
        "p = np.frompyfunc(lambda a: pow(4, int(a), P), 1, 1)(value.p)",
    ),
    Sabotage(
        "evidence/residues.py",
        "return value if not odd or difference == representative else (1 - value) % P",
        "return value",
    ),
    Sabotage("evidence/residues.py", "left = left * (1 - condition) % P", "pass"),
    Sabotage("evidence/residues.py", "p, q = inverse_modulo(p, P), inverse_modulo(q, Q)", "pass"),
    Sabotage("evidence/exact.py", "if not _agree(values, left, right):\n            return False", "pass"),
    Sabotage("evidence/field.py", "determinant = -determinant", "pass"),
    Sabotage("evidence/field.py", "not in values and not lost.isdisjoint(operands(node))", "not in values"),
    # --- numbers ---
    Sabotage("evidence/numeric/rounding.py", "array.imag *= 1 + ", "array.imag *= 1 + 0 * "),
    Sabotage("evidence/numeric/rounding.py", "bits &= kept", "pass"),
    Sabotage(
        "evidence/numeric/differences.py",
        "STENCIL = ((1.0, 8.0), (-1.0, -8.0), (2.0, -1.0), (-2.0, 1.0))",
        "STENCIL = ((1.0, 8.0), (-1.0, -8.0), (2.0, 1.0), (-2.0, 1.0))",
    ),
    # --- forms ---
    Sabotage(
        "forms/transposition.py",
        'return Binary("@", transposed(right, scalars, symmetric), transposed(left, scalars, symmetric))',
        'return Binary("@", transposed(left, scalars, symmetric), transposed(right, scalars, symmetric))',
    ),
    Sabotage(
        "forms/factor_graph.py",
        "self.edges.setdefault((b, a), []).append(self.turned(matrix))",
        "self.edges.setdefault((b, a), []).append(matrix)",
    ),
    Sabotage("forms/factor_graph.py", "return matrix if a < b else self.turned(matrix)", "return matrix"),
    Sabotage("forms/factor_graph.py", 'before = Binary("@", before, Call("diag", (product(vectors),)))', "pass"),
    Sabotage(
        "forms/matrix_form.py",
        "return part if only.coefficient > 0 else replace(part, expression=Negate(part.expression))",
        "return part",
    ),
    Sabotage("forms/index_form.py", "return Negate(result) if parts.coefficient < 0 else result", "return result"),
    Sabotage(
        "forms/index_form.py",
        "if value.denominator != 1:\n            below.insert(0, Number(Fraction(value.denominator)))",
        "pass",
    ),
    Sabotage(
        "forms/index_form.py",
        "shown = self._factor(number_, indices, -power if inverted else power, names)",
        "shown = self._factor(number_, indices, power, names)",
    ),
    Sabotage("forms/folding.py", "scale = exact(Fraction(scale) / Fraction(c) ** sign)", "pass"),
    Sabotage(
        "forms/folding.py",
        "left[number, indices] = left.get((number, indices), 0) + power",
        "left[number, indices] = power",
    ),
    Sabotage(
        "forms/reading.py",
        "solved[ONE_TERM] = exact(-Fraction(constant) / slope)",
        "solved[ONE_TERM] = exact(Fraction(constant) / slope)",
    ),
    # --- lowering: layouts, entries ---
    Sabotage(
        "language/lowering/derivatives.py",
        'if layout == "numerator" and not variable.more:\n            return result.transposed()',
        "pass",
    ),
    Sabotage(
        "language/lowering/derivatives.py",
        "result = Value(node, numerator.axes, columns)\n    "
        'return result.transposed() if layout == "denominator" else result',
        "result = Value(node, numerator.axes, columns)\n    return result",
    ),
    Sabotage(
        "language/lowering/derivatives.py",
        'return result.transposed() if layout == "denominator" and not result.more else result',
        "return result",
    ),
    Sabotage(
        "language/lowering/derivatives.py",
        'turned = lowering.scope.layout == "denominator" and numerator.axes and not numerator.more',
        "turned = False",
    ),
    Sabotage(
        "language/lowering/comparisons.py",
        '"<=": subtract(constant(1), greater),\n        ">=": subtract(constant(1), less),',
        '"<=": less,\n        ">=": greater,',
    ),
    Sabotage(
        "language/notation/relations.py",
        'RelationSign("<", "<", "<", "<", "lt", Claimed.NOTHING, turned=">"',
        'RelationSign("<", "<", "<", "<", "lt", Claimed.NOTHING, turned="<"',
    ),
    Sabotage(
        "language/lowering/language.py",
        'node = both if operator == "and" else subtract(add(a, b), both)',
        "node = both",
    ),
    # --- LaTeX: types ---
    Sabotage(
        "language/lowering/types.py",
        "return Type(dimensions(value.row), dimensions(value.column), dimensions(value.more))",
        "return Type(dimensions(value.column), dimensions(value.row), dimensions(value.more))",
    ),
    Sabotage(
        "language/lowering/types.py",
        "return not self.more and not other.more and self.column == other.row",
        "return not self.more and not other.more and self.column == other.column",
    ),
    Sabotage(
        "language/lowering/types.py",
        "return Axis(OPEN if dimension is None else dimension, letter)",
        "return Axis(OPEN, letter)",
    ),
]


class Outcome(NamedTuple):
    """What became of a sabotage: the first test that sees it, or why there is none."""

    sabotage: Sabotage
    seen_by: str
    seconds: float


CONTROL = Sabotage("graph/nodes.py", "from __future__ import annotations", "from __future__ import annotations")


def _applied(sabotage: Sabotage, folder: Path) -> Path:
    """A copy of the project with the sabotage in it."""
    for part in ("derivcheck", "tests", "specs"):
        shutil.copytree(PROJECT / part, folder / part)
    for file in ("pyproject.toml", "README.md"):
        shutil.copy(PROJECT / file, folder / file)
    module = folder / "derivcheck" / sabotage.module
    module.write_text(sabotaged(sabotage), encoding="utf-8")
    return folder


def sabotaged(sabotage: Sabotage) -> str:
    """The module with the sabotage in it. Raises ValueError where its text does not stand once."""
    text = (PACKAGE / sabotage.module).read_text(encoding="utf-8")
    if text.count(sabotage.old) != 1:
        raise ValueError(f"{sabotage.module}: {text.count(sabotage.old)} times: {sabotage.old!r}")
    return text.replace(sabotage.old, sabotage.new)


def _tried(sabotage: Sabotage, seconds: float) -> Outcome:
    """The tests of the battery on a sabotaged copy, until one fails."""
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        folder = _applied(sabotage, Path(name))
        seen_by = ""
        room = sabotage.module.partition("/")[0]
        for tests in BATTERY:
            # Those of its own room see it soonest.
            nearest = sorted(tests, key=lambda test: test.partition("/")[0] != room)
            seen_by = seen_by or _first_failure(folder, nearest, seconds)
    return Outcome(sabotage, seen_by, time.monotonic() - start)


def _first_failure(folder: Path, tests: Sequence[str], seconds: float) -> str:
    surroundings = {**os.environ, "PYTHONPATH": str(folder)}
    present = [f"tests/{test}" for test in tests]
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "--no-header", "-rfE", *present]
    try:
        run = subprocess.run(command, env=surroundings, cwd=folder, capture_output=True, text=True, timeout=seconds)
    except subprocess.TimeoutExpired:
        return "the time was over"
    failed = next((line for line in run.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))), "")
    return failed or ("" if run.returncode == 0 else f"exit {run.returncode}: {run.stdout[-200:]}")


def outcomes(chosen: list[Sabotage], jobs: int, seconds: float) -> Iterator[Outcome]:
    """Every sabotage with the test that sees it, in the order of the table."""
    with ThreadPoolExecutor(jobs) as pool:
        yield from pool.map(lambda sabotage: _tried(sabotage, seconds), chosen)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--only", default="", help="sabotages of modules whose name contains this")
    parser.add_argument("--after", type=int, default=0, help="leave out as many from the top of the table")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=600)
    options = parser.parse_args()
    chosen = [sabotage for sabotage in SABOTAGES[options.after :] if options.only in sabotage.module]
    if not options.after and (seen_by := _tried(CONTROL, 10 * options.seconds).seen_by):
        print(f"nothing is changed, and a test fails: {seen_by}")
        return 2
    seen: Counter[str] = Counter()
    for sabotage, seen_by, took in outcomes(chosen, options.jobs, options.seconds):
        seen[next((test for tests in BATTERY for test in tests if test in seen_by), seen_by)] += 1
        shown = " ".join(sabotage.old.split())[:90]
        print(f"{sabotage.module}: {shown}\n    {seen_by[:150] or 'SURVIVES'}   [{took:.0f} s]", flush=True)
    survivors = seen.pop("", 0)
    for test, count in seen.most_common():
        print(f"{count:4} are seen by {test}")
    print(f"{len(chosen)} sabotages, {survivors} of them survive")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
