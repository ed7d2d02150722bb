"""What a name with its scripts is: a declared name, a member of a family, an entry, a power, a transpose.

Every way to divide the scripts among these roles is tried against what is declared.
One that fits is the reading; of several that differ each is read.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import NoReturn

from derivcheck.language.latex.constants import special
from derivcheck.language.latex.elements import Elements
from derivcheck.language.latex.forks import COLUMN, POWER, SCRIPTS, TURN, Fork, symbol_line
from derivcheck.language.latex.samples import sample
from derivcheck.language.latex.scripts import (
    ROLES,
    Script,
    Scripted,
    ScriptRole,
    index_at,
    indices,
    is_inverse_transpose,
    slot_text,
)
from derivcheck.language.latex.trees import folded_label
from derivcheck.language.notation.powers import matrix_power
from derivcheck.language.notation.printer import to_plain
from derivcheck.language.notation.syntax import (
    Binary,
    Call,
    Expression,
    Name,
    Negate,
    Number,
    Slice,
    Subscript,
    Transpose,
    bottom_up,
)
from derivcheck.language.tex.errors import fail


@dataclass
class ScriptReadings(Scripted):
    """What a base with its scripts may mean, and what was wrong with the readings that do not hold."""

    tree: Expression | None = None

    # --- all readings ---------------------------------------------------------------------

    def readings(self) -> list[Expression]:
        """The different trees that the scripts allow."""
        found: list[Expression] = []
        for roles in itertools.product(*(self._roles(script) for script in self.scripts)):
            for tree in self._built(dict(zip(self.scripts, roles, strict=True))):
                if tree not in found:
                    found.append(tree)
        if self.tree is None:
            found += [tree for tree in special(self, bool(found)) if tree not in found]
        return found

    def _with_brackets_apart(self) -> list[Expression]:
        """`W_{f[i,j]}` as `W_f` with its indices."""
        for script in self.scripts:
            name, behind = slot_text(script.row[:-1]), script.row[-1:]
            if name is None or not behind[0].is_group("["):
                continue
            base = replace(self.base, kind="word", text=self.base.text + name)
            scripts = [replace(one, row=behind) if one is script else one for one in self.scripts]
            return replace(self, base=base, scripts=scripts).readings()
        return []

    def _roles(self, script: Script) -> tuple[ScriptRole, ...]:
        roles = ROLES[script.kind]
        if script.kind != "transpose":
            wanting = (
                (ScriptRole.LABEL,) if len(script.slots) > 1 else (ScriptRole.SEVERAL_NAMES, ScriptRole.SEVERAL_LABELS)
            )
            roles = tuple(role for role in roles if role not in wanting)
        if script.is_star:
            return (ScriptRole.NAME,)
        if is_inverse_transpose(self.reader, script):
            return (ScriptRole.INVERSE_TRANSPOSE,)
        if script.is_entrywise_power:
            return (ScriptRole.ENTRYWISE_POWER,)
        if script.kind == "sup" and slot_text(script.row, digits=True):
            # Nobody writes an entry as `w^2`: alone it is a power, or part of a name.
            return tuple(role for role in roles if role != ScriptRole.INDEX)
        if script.kind == "sup" and script.is_letter_t:
            if "T" not in self.reader.context.bound:
                roles = tuple(role for role in roles if role != ScriptRole.INDEX)
            return (*roles, ScriptRole.TRANSPOSE)
        return roles

    def _built(self, roles: dict[Script, ScriptRole]) -> Iterator[Expression]:
        by_role: dict[ScriptRole, list[Script]] = {}
        for script, role in roles.items():
            by_role.setdefault(role, []).append(script)
        labelled = by_role.get(ScriptRole.LABEL, []) + by_role.get(ScriptRole.SEVERAL_LABELS, [])
        if len(labelled) > 1 or len(by_role.get(ScriptRole.TRANSPOSE, [])) > 1:
            return
        label, slots = self._label(labelled, bool(by_role.get(ScriptRole.SEVERAL_LABELS)))
        if labelled and label is None:
            return
        named = [script.inner for script in by_role.get(ScriptRole.NAME, [])]
        for script in by_role.get(ScriptRole.SEVERAL_NAMES, []):
            first, *rest = script.slots
            if not rest or labelled:
                return
            named.append(first)
            slots += rest
        powers, indexed_by = by_role.get(ScriptRole.POWER, []), by_role.get(ScriptRole.INDEX, [])
        if any(script.is_bracketed for script in powers) or any(script.is_labelling for script in indexed_by):
            return
        for indexed in self._orders(by_role.get(ScriptRole.INDEX, [])):
            places = [*slots, *(slot for script in indexed for slot in script.slots)]
            for entity, axes in self._entities(named, label):
                yield from self._finished(entity, axes, places, by_role)

    def _orders(self, indexed: Sequence[Script]) -> list[list[Script]]:
        """The orders that indices may have: as written in `A^{i}{}_{j}`, either one where they stand in one column."""
        lower = [script for script in indexed if script.kind == "sub"]
        upper = [script for script in indexed if script.kind == "sup"]
        if not lower or not upper or self._is_staggered(indexed):
            return [list(indexed)]
        return [[*lower, *upper], [*upper, *lower]]

    def _is_staggered(self, written: Sequence[Script]) -> bool:
        text = self.reader.context.text
        return all("{}" in text[one.span.stop : other.span.start] for one, other in itertools.pairwise(written))

    def _label(self, labelled: Sequence[Script], several: bool) -> tuple[Expression | None, list[Elements]]:
        """The label that a script gives, and the slots that are left of it for indices."""
        if not labelled:
            return None, []
        slots = labelled[0].slots
        if several != (len(slots) > 1):
            return None, []
        tree, known = index_at(self.reader, slots[0], labelled[0].span), several and labelled[0].kind == "sub"
        if tree is None or isinstance(tree, Slice) or not self._is_label(tree, known):
            return None, []
        return folded_label(tree), slots[1:]

    def _is_label(self, tree: Expression, known: bool) -> bool:
        """Whether a tree can be a label; with `known`, only by the labels that are given."""
        labels = self.reader.context.labels
        names = [node.name for node in bottom_up(tree) if isinstance(node, Name)]
        if (labels.given or known) and not all(map(labels.may_be, names)):
            return False
        match folded_label(tree):
            case Number(value):
                return not known and value.denominator == 1
            case Name() | Binary("+" | "-", Name(), Number()):
                return True
            case _:
                return False

    def _entities(self, named: Sequence[Elements], label: Expression | None) -> Iterator[tuple[Expression, int]]:
        """The declared things of that name, with the number of their axes."""
        context = self.reader.context
        if self.tree is not None:
            yield from self._of_symbol(named, label)
            return
        texts = [slot_text(slot) for slot in named]
        if any(text is None for text in texts):
            return
        suffix = "".join(text or "" for text in texts)
        letter = self.base.text
        if not named and label is None and context.labels.may_be(letter) and context.scope.undeclared([letter]):
            yield Name(letter, self.span), 0  # the number that a label is
        for base in context.names.bases(self.base):
            wanted = base + suffix
            if label is None:
                for name in sorted(context.names.plain.get(wanted, ())):
                    axes = len(context.scope.values[name].axes)
                    yield Name(name, self.span), axes
                    if name in context.scope.indices and axes > 1:
                        yield Name(name, self.span), axes - 1  # `w_t` is the position that is looked up
                for name in sorted(context.names.dimensions.get(wanted, ())):
                    yield Name(name, self.span), 0
                continue
            for stem in sorted(context.names.families.get(wanted, ())):
                yield from self._member(stem, label)
            for stem in sorted(context.names.dimension_families.get(wanted, ())):
                yield Subscript(Name(stem, self.span), (label,), self.span), 0

    def _of_symbol(self, named: Sequence[Elements], label: Expression | None) -> Iterator[tuple[Expression, int]]:
        assert self.tree is not None
        if named:
            return
        family = isinstance(self.tree, Name) and self.tree.name in self.reader.context.scope.families
        if label is not None or family:
            if label is not None and family and isinstance(self.tree, Name):
                yield from self._member(self.tree.name, label)
            return
        shape = self.reader.context.types(self.tree)
        member = self.reader.context.types.member(self.tree)
        if shape is not None or member is None:
            yield self.tree, len(shape.axes) if shape is not None else 0

    def _member(self, stem: str, label: Expression) -> Iterator[tuple[Expression, int]]:
        labels = self.reader.context.labels
        if isinstance(label, Number) and not labels.has(stem, int(label.value)):
            return
        members = labels.members(stem)
        values = self.reader.context.scope.values
        known = [values[f"{stem}[{number}]"] for number in members if f"{stem}[{number}]" in values]
        if known:
            yield Subscript(Name(stem, self.span), (label,), self.span), len(known[0].axes)

    # --- what is done to it ---------------------------------------------------------------

    def _finished(
        self, entity: Expression, axes: int, slots: list[Elements], by_role: dict[ScriptRole, list[Script]]
    ) -> list[Expression]:
        inverses = by_role.get(ScriptRole.INVERSE_TRANSPOSE, [])
        transposes = [*by_role.get(ScriptRole.TRANSPOSE, []), *inverses]
        if inverses:
            if axes != 2:
                return []
            entity = Call("inv", (entity,), 0, self.span)
        if not slots:
            if transposes and axes > 2:
                return []
            trees: list[Expression] = [Transpose(entity, self.span) if transposes else entity]
        else:
            entries = indices(self.reader, slots, axes, self.span) if axes else None
            if entries is None or not all(self._is_index(entry) for entry in entries):
                return []
            entry = Subscript(entity, tuple(entries), self.span)
            trees = self._transposed(entry, transposes) if transposes else [entry]
        for script in by_role.get(ScriptRole.POWER, []):
            trees = [made for tree in trees for made in self._powers(tree, script, entity, axes)]
        for script in by_role.get(ScriptRole.ENTRYWISE_POWER, []):
            power = self.exponent(replace(script, row=script.row[1:]))
            trees = [Binary("**", tree, power, self.span) for tree in trees if power is not None]
        return trees

    def _transposed(self, entry: Subscript, transposes: Sequence[Script]) -> list[Expression]:
        """`A^T_{ij}` is an entry of the transpose, `A_{:,j}^T` a column transposed; `A^T_{:,j}` may be either.

        A tensor of more axes has no transpose of its own, and its slices, matrices and vectors, have one.
        """
        if len(entry.entries) != 2:
            return [Transpose(entry, self.span)] if self._is_matrix_of_several(entry) else []
        of_transpose = Subscript(Transpose(entry.base, self.span), entry.entries, self.span)
        if not any(isinstance(index, Slice) for index in entry.entries):
            return [of_transpose]
        whole = Transpose(entry, self.span)
        return [of_transpose, whole] if self._is_first(transposes[0]) else [whole]

    @staticmethod
    def _is_matrix_of_several(entry: Subscript) -> bool:
        return len(entry.entries) > 2 and 1 <= sum(isinstance(index, Slice) for index in entry.entries) <= 2

    def _is_first(self, script: Script) -> bool:
        """Whether a script stands before every index."""
        others = [other for other in self.scripts if other.kind != "transpose" or other is script]
        return others[0] is script

    def _is_index(self, entry: Expression | Slice) -> bool:
        match entry:
            case Slice() | Name():
                return True
            case Number(value):
                return value.denominator == 1 and value >= 1
            case Binary("+" | "-"):
                return self.reader.pattern or not self._holds_dimension(entry) or self._holds_letter(entry)
            case Binary("*", Number(), Name(name)):
                return not self.reader.context.types.dimension(Name(name))
            case Subscript(Name(name)) if name in self.reader.context.scope.indices:
                return True
            case Subscript():
                return self.reader.pattern and self.reader.context.types.dimension(entry) is not None
            case _:
                return False

    def _holds_letter(self, entry: Expression) -> bool:
        """Whether a letter that nobody declares counts beside a dimension, `b_{i-j+t}`."""
        names = [node.name for node in bottom_up(entry) if isinstance(node, Name)]
        return any(name in self.reader.context.indexing for name in self.reader.context.scope.undeclared(names))

    def _holds_dimension(self, entry: Expression) -> bool:
        types = self.reader.context.types
        return any(isinstance(n, Name | Subscript) and types.dimension(n) is not None for n in bottom_up(entry))

    def _speaks_of_indices(self, tree: Expression) -> bool:
        context = self.reader.context
        names = [node.name for node in bottom_up(tree) if isinstance(node, Name)]
        undeclared = context.scope.undeclared(names)
        return any(context.labels.may_be(name) or name in context.types.numbers for name in undeclared)

    def _is_count(self, exponent: Expression) -> bool:
        """Whether labels count layers: no layer is called by the difference of two, `T - t`, no transpose has one."""
        names = {node.name for node in bottom_up(exponent) if isinstance(node, Name)}
        several = len(names) > 1 or (bool(names) and isinstance(self.tree, Transpose))
        return several and all(map(self.reader.context.labels.may_be, names))

    def _counted(self, tree: Expression, exponent: Expression, entity: Expression) -> list[Expression]:
        """`A^T` of a square matrix where T is the end of a label, which counts."""
        if not self._is_square(entity):
            return []
        power = Call("matrix_power", (entity, exponent), 0, self.span)
        return [Subscript(power, tree.entries, self.span) if isinstance(tree, Subscript) else power]

    def _powers(self, tree: Expression, script: Script, entity: Expression, axes: int) -> list[Expression]:
        exponent = self.exponent(script)
        if script.is_letter_t and exponent is not None and axes == 2 and self._speaks_of_indices(exponent):
            return self._counted(tree, exponent, entity)
        if exponent is None or (axes and self._speaks_of_indices(exponent) and not self._is_count(exponent)):
            return []  # the label of a tensor that has none is no power, nor is an index raised
        power = Binary("**", tree, exponent, self.span)
        inverse = isinstance(exponent, Negate) and exponent.operand == Number(Fraction(1))
        if isinstance(tree, Subscript) and tree.base == entity and axes == 2 and self._is_square(entity):
            return self._entry_powers(tree, power, self._is_first(script))
        if tree is not entity and not isinstance(tree, Transpose):
            return [power]
        if axes == 2 and inverse:
            return [Call("inv", (tree,), 0, self.span)]
        if axes == 2 and self._is_square(entity):
            return [self._square_power(tree, power)]
        return [power]

    def _entry_powers(self, entry: Subscript, power: Binary, first: bool) -> list[Expression]:
        """`A^{-1}_{ij}` is an entry of the inverse, `A_{ij}^2` a square; `A_{ij}^{-1}` and `A^2_{ij}` may be either."""
        inverse = power.right == Negate(Number(Fraction(1)))
        if not inverse and not first:
            return [power]
        matrix = Call("inv", (entry.base,), 0, self.span) if inverse else matrix_power(entry.base, power.right)
        if matrix is None:
            self._refuse_power(entry.base, power.right)
        of_matrix = Subscript(matrix, entry.entries, self.span)
        return [of_matrix] if inverse and first else [power, of_matrix]

    def _is_square(self, entity: Expression) -> bool:
        self._note(entity)
        shape = self.reader.context.types(entity)
        return shape is None or shape.is_square

    def _square_power(self, tree: Expression, power: Binary) -> Expression:
        """`A^2` of a square matrix: the matrix product A A, or the square of each entry."""
        counts = self._is_count(power.right)
        product = Call("matrix_power", (tree, power.right), 0, self.span) if counts else matrix_power(tree, power.right)
        if product is None:
            self._refuse_power(tree, power.right)
        shown, name = self.reader.source(self.span), self.reader.source(tree.span)
        help_ = symbol_line(shown, product)
        if self.tree is not None and not counts:
            help_ = f"{name} {name}, or {name}^{{\\odot 2}}"
        fork = Fork(POWER, "", self.span, shown, help_)
        return self.reader.context.choices.take(fork, product, power)

    def _refuse_power(self, tree: Expression, exponent: Expression) -> NoReturn:
        fail(
            "DC171",
            f"`{self.reader.source(self.span)}` has two readings",
            self.span,
            "a power of a square matrix",
            POWER.help,
            (
                ("as matrix products", f"a product of {to_plain(tree)} with itself"),
                ("entry by entry", to_plain(Binary("**", tree, exponent))),
            ),
        )

    # --- the one reading ------------------------------------------------------------------

    def _note(self, tree: Expression) -> None:
        context = self.reader.context
        for node in bottom_up(tree):
            if isinstance(node, Subscript) and isinstance(node.base, Name) and len(node.entries) == 1:
                stem, entry = node.base.name, node.entries[0]
                family = stem in context.scope.families or stem not in context.scope.values
                if family and not isinstance(entry, Slice):
                    context.labels.note(stem, entry)

    def one(self) -> Expression | None:
        """The reading, None where nothing of that name is declared. Raises NotationError (DC171)."""
        found = self.readings() or self._with_brackets_apart()
        if not found and (example := sample(self, self.tree)) is not None:
            return example
        if not found:
            return None
        tree = found[0] if len(found) == 1 else self._chosen(found)
        if len(found) == 1 and any(script.is_letter_t and script.kind == "sup" for script in self.scripts):
            self.reader.context.turns = True
        self._note(tree)
        self._check_letters(tree)
        return self._upright(tree)

    def _upright(self, tree: Expression) -> Expression:
        """`A_{i,:}^T` is a column; where rows are written as upright vectors, it is the row."""
        if not isinstance(tree, Transpose) or not isinstance(tree.operand, Subscript):
            return tree
        row = tree.operand
        if len(row.entries) != 2 or isinstance(row.entries[0], Slice) or not isinstance(row.entries[1], Slice):
            return tree
        return self.reader.context.choices.take(Fork(COLUMN, "", self.span, self.reader.source(self.span)), tree, row)

    def _chosen(self, found: Sequence[Expression]) -> Expression:
        """One of several readings, and what to write for the first of them."""
        shown = self.reader.source(self.span)
        if any(script.is_letter_t for script in self.scripts):
            turned, *others = sorted(found, key=lambda tree: not _is_turned(tree))
            fork = Fork(TURN, "", self.span, shown, symbol_line(shown, turned))
            return self.reader.context.choices.take(fork, turned, *others)
        help_ = symbol_line(shown, found[0])
        if any(isinstance(tree, Call) and tree.function == "exp" for tree in found):
            help_ = r"\exp(..) for the exponential, e \cdot e for a power of `e`"
        about = " ".join([self.base.spelling, *(script.kind for script in self.scripts), str(len(found))])
        return self.reader.context.choices.take(Fork(SCRIPTS, about, self.span, shown, help_), *found)

    def _check_letters(self, tree: Expression) -> None:
        """A letter that indexes and is declared besides would be read by guess."""
        context = self.reader.context
        if not isinstance(tree, Subscript) or context.types.member(tree) is not None:
            return
        for entry in tree.entries:
            if not isinstance(entry, Name) or entry.name in context.bound or self.reader.pattern:
                continue
            name = entry.name
            if name in context.scope.indices:
                continue
            if name in context.scope.values or name in context.scope.dimensions:
                kind = "the last entry" if name in context.scope.dimensions else f"the entry at `{name}`"
                every, help_ = f"for every index {name}", "use another index letter"
                self.reader.refuse_both(self.span, f"`{name}` is declared", help_, every, kind)


def _is_turned(tree: Expression) -> bool:
    """Whether a tree is a transpose, or an entry of one."""
    return isinstance(tree.base if isinstance(tree, Subscript) else tree, Transpose)
