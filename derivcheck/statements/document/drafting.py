"""A sidecar drafted from its document: what the text says of the network, each line with where it is said."""

from __future__ import annotations

import re
from collections.abc import Sequence

from derivcheck.diagnostics.diagnostic import DerivcheckError, SourceText, Where
from derivcheck.judging.panel import Panel
from derivcheck.language.notation.printer import to_plain
from derivcheck.spec import Spec
from derivcheck.spec.declarations import Family, FunctionDeclaration, NamedFormula, TensorDeclaration
from derivcheck.statements.document.definitions import Glossary
from derivcheck.statements.document.draftlines import LOSSES, Draft
from derivcheck.statements.document.inventory import (
    Defining,
    Inventory,
    Mention,
    has_inverse,
    inventory_of,
    letters_in,
    loss_of,
)
from derivcheck.statements.document.passages import Manuscript
from derivcheck.statements.document.reading import Reading, Setting, Spelling
from derivcheck.statements.document.shaping import Shapes
from derivcheck.statements.document.updates import is_step

LETTERS = frozenset("ijklmnoqrtINMKRde") | {"T", "RR"}  # indices, sizes, the identity, Euler's number
SIZES = frozenset("nmNMTKB")  # of samples, by custom: numbers, where no shape is called so
LISTED = re.compile(r"\[(\w+)\[1\], \1\[2\]")  # `P = [p_1, p_2, p_3]`: another spelling of p
LAST_OF_ALL = r"\$l\$[- ]layer|(?:last|final|output) layer,? \(?\$l\$"  # `a $l$-layered network`


def drafted(manuscript: Manuscript) -> Draft:
    """A draft of the sidecar of a document."""
    found = inventory_of(manuscript)
    return _Drafter(manuscript, found).draft()


class _Drafter:
    def __init__(self, manuscript: Manuscript, found: Inventory) -> None:
        self.manuscript = manuscript
        self.found = found
        self.made = Draft()
        self.glossary = Glossary(manuscript.macros, {})
        self.loss = loss_of(found.mentions) or self._called_loss()
        self.label = next((one.family for one in found.mentions.values() if one.family), "")
        self.shapes = Shapes(found.mentions)

    def _called_loss(self) -> Mention | None:
        """`J(w) = ...` where no derivative is a fraction."""
        called = [one.mention for one in self.found.definitions if one.called or one.mention.letters in LOSSES]
        return next((self.found.mentions[one.name] for one in called if one.letters in LOSSES), None)

    def draft(self) -> Draft:
        for _ in range(2):  # once more with what later formulas say of earlier ones
            for one in self.found.definitions:
                whole = self.found.mentions[one.mention.name].family == one.mention.family
                name = one.mention.name if whole and not one.mention.indices else ""
                self.shapes.define(name, one.meant.meaning, one.passage.text.text)
            for dimensions in self.found.together:
                self.shapes.together(dimensions)
        self.made.functions = {
            f: ("opaque", said) for f, said in self.found.functions.items() if f not in self._named()
        }
        self.made.vectors = "row" if self.shapes.vectors_are_rows else "column"
        inputs = self._inputs()
        other_case = self._other_case(inputs)
        inputs = [name for name in inputs if name not in other_case]
        for name in inputs:
            mention = self.found.mentions[name]
            said = mention.said if mention.shape is not None or mention.indices else "by its letter and its products"
            self.made.tensors[self._member(name)] = (self._axes(name), said)
        defined = dict.fromkeys(one.mention.name for one in self._definitions())
        self._spell([*inputs, *defined])
        for name, kept in other_case.items():
            mention = self.found.mentions[name]
            self.made.symbols[f"{mention.spelling}^{{{self.label}}}"] = (self._member(kept), mention.said)
        self._define(inputs)
        self._range()
        made = {*self.made.tensors, *self.made.layers, *self.made.loss, *self.made.let, *self.made.functions}
        bases = {_base(name) for name in made} | {"eye"}
        spelled = {key: value for key, value in self.made.symbols.items() if _base(value[0]) in bases}
        self.made.symbols = spelled
        return self.made

    def _range(self) -> None:
        """Which layers are meant by l, by the neighbours that the text speaks of: `w^{l-1}`, `\\delta^{l+1}`."""
        members = [one for one in self.found.mentions.values() if one.family and one.offsets]
        first = max((1 - min(one.offsets) - (f"{one.name}[0]" in self.made.tensors) for one in members), default=1)
        behind = max((max(one.offsets) for one in members), default=0)
        said = re.search(LAST_OF_ALL.replace("l", self.label), self.manuscript.text) if self.label else None
        last = f"L-{behind}" if behind else "L"
        first = max(first, 1)
        self.made.label, self.made.depth = self.label, max(2, first + behind)
        self.made.layers_meant = f"{'L' if said else first}..{last}"

    def _other_case(self, inputs: Sequence[str]) -> dict[str, str]:
        """Weights that a text writes w as well as W, by the one that its formulas define layers with."""
        found: dict[str, str] = {}
        for name in inputs:
            small, mention = name.lower(), self.found.mentions[name]
            other = self.found.mentions.get(small)
            if name == small or small not in inputs or other is None or not (mention.family and other.family):
                continue
            if len(self._axes(name).split()) == 2 and other.indices != 1:
                kept = small if small in self.found.used and name not in self.found.used else name
                found[name if kept == small else small] = kept
        return found

    def _member(self, name: str) -> str:
        return f"{name}[{self.label}]" if self.found.mentions[name].family else name

    def _axes(self, name: str) -> str:
        mention = self.found.mentions[name]
        if name in SIZES:
            return "scalar"
        count = sum(part != "1" for part in self.shapes.of(name))
        if mention.family:
            axes = [f"n[{self.label}]", f"n[{self.label}-1]"][:count]
            return " ".join(reversed(axes) if self.shapes.vectors_are_rows else axes) or "scalar"
        if self.label and count == 1 and mention.letters in ("y", "t"):
            return "n[L]"
        return " ".join(_size(part) for part in self.shapes.of(name) if part != "1") or "scalar"

    def _named(self) -> set[str]:
        """What is derived, or derived by: no function, whatever stands behind it in brackets."""
        return {name for name, one in self.found.mentions.items() if one.numerator or one.denominator}

    def _definitions(self) -> list[Defining]:
        """The formulas that may define a layer or the loss: not an entry, and not a value or an index alone."""
        numbers = LETTERS - {name for name, one in self.found.mentions.items() if one.defined}
        return [
            one
            for one in self.found.definitions
            if not self._is_entry(one.mention)
            and self.found.mentions[one.mention.name].family == one.mention.family
            and not (one.piece.chain is not None and is_step(one.piece.chain))
            and one.mention.name not in self.made.functions
            and letters_in(one.meant.meaning, one.passage.text.text) - numbers
            and (one.mention.name not in LETTERS or one.mention.name in self.found.used or self._is_loss(one))
            and not (self.found.mentions[one.mention.name].denominator and has_inverse(one.meant.meaning))
        ]

    def _is_loss(self, one: Defining) -> bool:
        return self.loss is not None and one.mention.name == self.loss.name

    def _is_entry(self, mention: Mention) -> bool:
        """Whether `y_1` is an entry of what has entries y_i; the size `n^l` of a layer is no quantity either."""
        whole = self.found.mentions.get(mention.letters)
        numbered = re.fullmatch(re.escape(mention.letters) + r"\d+", mention.name) is not None
        entry = numbered and whole is not None and bool(whole.indices or (whole.family and mention.family))
        sizes = {"n", self.label, self.label.upper()} - {self.loss.name if self.loss is not None else ""}
        return entry or (bool(self.label) and mention.name in sizes)

    def _inputs(self) -> list[str]:
        """Names that no formula defines, and that the others are made of."""
        defined = {one.mention.name for one in self._definitions()} | {"e"}
        # `\\hat{w} = w - ...` names the next w.
        steps = [one for one in self.found.definitions if one.piece.chain is not None and is_step(one.piece.chain)]
        defined |= {one.mention.name for one in steps if one.mention.name != one.mention.letters}
        sizes = {part for one in self.found.mentions.values() for part in one.shape or ()}
        sizes |= {one for dimensions in self.found.together for one in dimensions if "#" not in one}
        used = []
        for name, one in self.found.mentions.items():
            sure = one.shape is not None or one.indices or one.denominator
            free = (name not in LETTERS or name in self.found.used - {"e", "I", "R"}) and name not in sizes
            free = free and bool(one.count > 1 or one.family or name in self.found.used)
            if (
                name not in defined
                and not self._is_entry(one)
                and name not in self.made.functions
                and (sure or free)
                and one is not self.loss
                and (one.denominator or not one.numerator)
            ):
                used.append(name)
        return used

    def _spell(self, names: Sequence[str]) -> None:
        for name in names:
            mention = self.found.mentions[name]
            spelling = mention.spelling.strip()
            if spelling in (name, f"\\{name}") or re.fullmatch(r"\\(?:mathbf|boldsymbol|bm|vec)\{?\w\}?", spelling):
                continue
            label = f"^{{{self.label}}}" if mention.family else ""
            if name != mention.letters or not label:
                self.made.symbols[spelling + label] = (self._member(name), mention.said)
        self._spell_entries(names)
        self._spell_identity()

    def _spell_entries(self, names: Sequence[str]) -> None:
        """Samples `x^{(i)}`, rows `x_i` of a matrix X, and `z_i` of a family: by custom of the last layer."""
        for name in names:
            mention = self.found.mentions[name]
            axes = 0 if self._axes(name) == "scalar" else len(self._axes(name).split())
            for written, (sample, letters) in mention.entries.items():
                given = ",".join((*sample, *letters))
                rest = axes - len(sample) - len(letters)
                is_row = rest == 1 and bool(sample or name in self.shapes.rows) and len(given) == 1
                if not given or written.count("{") != written.count("}") or not (rest == 0 or is_row):
                    continue
                if is_row and name.upper() in self.found.mentions and name.upper() not in self.made.tensors:
                    self.made.symbols.setdefault(name.upper(), (name, f"{name}'s rows; {mention.said}"))
                if is_row:
                    self.made.symbols[written] = (f"{name}[{given},:].T", mention.said)
                elif mention.family:
                    self.made.symbols[written] = (f"{name}[L][{given}]", f"by custom; {mention.said}")
                elif sample:
                    self.made.symbols[written] = (f"{name}[{given}]", mention.said)

    def _spell_identity(self) -> None:
        """I beside a matrix in a sum is the identity of its size."""
        size = self.shapes.of("I")[0]
        if "I" in self.found.used and "I" not in self.made.tensors and not size.startswith("I#") and size != "1":
            self.made.symbols["I"] = (f"eye({_size(size)})", self.found.mentions["I"].said)

    def _define(self, inputs: list[str]) -> None:
        """Layers and the loss as they are read with all names declared, in the order in which they are made."""
        spec = self._spec([*inputs, *(one.mention.name for one in self._definitions())])
        waiting: dict[str, tuple[str, str]] = {}
        loss = ""
        for one in self._definitions():
            is_loss = self._is_loss(one)
            ends = one.mention.label == "L"
            name = f"{one.mention.name}[L]" if ends else self._member(one.mention.name)
            if one.mention.letters == "delta":
                continue  # by custom the name of a derivative
            try:
                meaning = self._read(one, spec)
            except DerivcheckError as problem:
                if name not in waiting and not (is_loss and loss):
                    self.made.asked.append(f"{name}: {one.said} ({problem.diagnostic.message})")
                continue
            if is_loss and not loss:
                loss = meaning
                self.made.loss[one.mention.name] = (meaning, one.said)
            elif (listed := LISTED.match(meaning)) is not None:
                self.made.symbols[one.mention.spelling.strip()] = (listed[1], one.said)
            elif not is_loss and name not in waiting:
                if one.mention.name not in LETTERS:  # an index alone is nothing to be declared
                    self.made.shapes[name] = self._axes(one.mention.name)
                own = () if one.meant.letters == (self.label,) else one.meant.letters
                letters = f"[{','.join(own)}]" if own else ""
                if one.mention.label.replace(" ", "") == f"{self.label}-1":
                    meaning = meaning.replace(f"[{self.label} - 1]", f"[{self.label}]")
                waiting[name] = (f"{meaning}\0{letters}", one.said)
        self._customary(waiting, inputs)
        self._order(waiting, inputs)
        self._ask_for_loss()
        self._name_errors()

    def _customary(self, waiting: dict[str, tuple[str, str]], inputs: list[str]) -> None:
        """The layers of which a text about z, a and their weights speaks without a word: z = W a + b, a = σ(z)."""
        found = self.found.mentions
        weights = next((name for name in ("W", "w") if name in found and found[name].family), "")
        if not self.label or not weights or not all(name in found and found[name].family for name in "za"):
            return
        bias = f" + b[{self.label}]" if "b" in found and found["b"].family else ""
        function = "sigmoid" if "\\sigma" in self.manuscript.text else next(iter(self.made.functions), "sigmoid")
        factors = [f"{weights}[{self.label}]", f"a[{self.label} - 1]"]
        product = " @ ".join(reversed(factors) if self.shapes.vectors_are_rows else factors)
        customary = {
            "z": f"{product}{bias}",
            "a": f"{function}(z[{self.label}])",
        }
        if self._member("z") not in waiting:
            sizes = [f"n[{self.label}]", f"n[{self.label}-1]"]
            axes = " ".join(reversed(sizes) if self.shapes.vectors_are_rows else sizes)
            self.made.tensors[self._member(weights)] = (axes, f"by custom; {found[weights].said}")
        for name, meaning in customary.items():
            if self._member(name) not in waiting:
                waiting[self._member(name)] = (f"{meaning}\0", f"by custom; {found[name].said}")
                self.made.tensors.pop(self._member(name), None)
                inputs[:] = [one for one in inputs if one != name]

    def _order(self, waiting: dict[str, tuple[str, str]], inputs: Sequence[str]) -> None:
        """Each layer behind those that it is made of; what turns in a circle is asked."""
        placed = set(inputs)
        if self.label:
            for name in [name for name in waiting if "[" in name]:
                base = name.partition("[")[0]
                if any(f"{base}[{self.label} - 1]" in text for text, _ in waiting.values()):
                    said = "the layer before the first"
                    self.made.tensors.setdefault(f"{base}[0]", ("n[0]", said))
                placed.add(base)
        while waiting:
            names = {name.partition("[")[0] for name in waiting}
            ready = next((n for n, (text, _) in waiting.items() if not _words(text) & (names - placed)), None)
            if ready is None:
                self.made.asked += [f"{name}: {said}" for name, (_, said) in waiting.items()]
                return
            self.made.layers[ready] = waiting.pop(ready)
            placed.add(ready.partition("[")[0])

    def _name_errors(self) -> None:
        """δ is by custom the derivative by what an activation is applied to."""
        loss = next(iter(self.made.loss), "")
        z = next((name for name in self.made.layers if name.partition("[")[0] == "z"), "")
        delta = self.found.mentions.get("delta")
        if delta is not None and (delta.family or delta.indices < 2) and loss and z:  # with two it is Kronecker's
            said = f"by custom; {delta.said}"
            self.made.let[self._member("delta")] = (f"d{loss}/d{z}", said)
            self.made.tensors.pop(self._member("delta"), None)

    def _ask_for_loss(self) -> None:
        if self.loss is not None and not self.made.loss:
            ends = self._ends()
            left_open = f'; "opaque({", ".join(ends)})" leaves it open' if ends else ""
            asked = f"loss: {{{self.loss.name}: ...}}, of which the text gives derivatives alone{left_open}"
            self.made.asked.append(asked)
        elif not self.made.loss:
            self.made.asked.append("loss: {L: ...}, what gradients are of")

    def _ends(self) -> list[str]:
        """The layers that no other is made of, and the targets: what a loss may be of."""
        used = set().union(*(_words(text.partition("\0")[0]) for text, _ in self.made.layers.values()))
        members = [name for name in self.made.layers if name.endswith(f"[{self.label}]")]
        ends = [f"{_base(members[-1])}[L]"] if members else [one for one in self.made.layers if one not in used]
        return ends and [*ends, *(name for name in ("y", "t") if name in self.made.tensors)]

    def _read(self, one: Defining, spec: Spec) -> str:
        """A meaning in plain notation. Raises DerivcheckError."""
        assert one.piece.chain is not None
        panel = Panel.of(spec)
        setting = Setting(spec, None, None, False)
        spelling = Spelling(self.glossary.at(one.passage.begin))
        reader = Reading(one.passage.text, one.piece.chain, setting, spelling, panel.examiners)
        labels = {self.label: 2} if self.label else {}
        return to_plain(one.meant.read(reader.sentence(panel.first, labels)))

    def _spec(self, names: Sequence[str]) -> Spec:
        """All names as tensors, so that every formula can be read whatever stands before it."""
        tensors = {self._member(name): self._axes(name) for name in names}
        if self.label:
            bases = [name for name in names if self.found.mentions[name].family]
            tensors |= {f"{name}[0]": "n[0]" for name in bases if self._axes(name).count("[") == 1}
        if self.loss is not None:
            tensors.pop(self.loss.name, None)
        declared = tuple(
            TensorDeclaration(
                SourceText(name), tuple(SourceText(axis) for axis in ([] if axes == "scalar" else axes.split()))
            )
            for name, axes in tensors.items()
        )
        symbols = tuple(
            NamedFormula(SourceText(key), SourceText(name))
            for key, (name, _) in self.made.symbols.items()
            if _base(name) in {*map(_base, tensors), "eye"}
        )
        families = (Family(self.label, SourceText("1"), SourceText("L")),) if self.label else ()
        depths = {"L": (3,)} if self.label else {}
        there = Where("<draft>", 1, 1)
        functions = tuple(FunctionDeclaration(name, ("t",), None, there) for name in self.made.functions)
        return Spec(
            "<draft>",
            tensors=declared,
            families=families,
            depths=depths,
            symbols=symbols,
            functions=functions,
            vectors=self.made.vectors,
        )


def _base(name: str) -> str:
    """The name in `z[l]`, `x[i,:].T` and `eye(d)`."""
    return re.split(r"[\[(]", name, maxsplit=1)[0]


def _words(text: str) -> set[str]:
    return set(re.findall(r"[A-Za-z_]\w*", text))


def _size(dimension: str) -> str:
    """A dimension that the text names, or one called after the name that has it."""
    name, mark, place = dimension.partition("#")
    return f"n_{name}{'' if place == '0' else place}" if mark else dimension
