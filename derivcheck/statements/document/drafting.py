"""A sidecar drafted from its document: what the text says of the network, each line with where it is said."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from derivcheck.diagnostics.diagnostic import DerivcheckError, SourceText, Where
from derivcheck.judging.panel import Panel
from derivcheck.language.notation.printer import to_plain
from derivcheck.spec import Spec
from derivcheck.spec.declarations import Family, FunctionDeclaration, NamedFormula, TensorDeclaration
from derivcheck.statements.document.definitions import Glossary
from derivcheck.statements.document.inventory import Defining, Inventory, Mention, inventory_of, letters_in, loss_of
from derivcheck.statements.document.passages import Manuscript
from derivcheck.statements.document.reading import Reading, Setting, Spelling
from derivcheck.statements.document.shaping import Shapes
from derivcheck.statements.document.updates import is_step

LOSSES = frozenset({"L", "J", "C", "E", "ell", "loss", "Loss", "cost", "e"})
LETTERS = frozenset("ijklmnoqrtINMKRde") | {"T", "RR"}  # indices, sizes, the identity, Euler's number
ADVICE = re.compile(r"(functions|symbols): \{(?:'((?:[^']|'')*)'|([^:'{}]+)): ([^{}:]+)\}")
SIZES = frozenset("nmNMTKB")  # of samples, by custom: numbers, where no shape is called so
SPEAKING = ("one-hot", "one hot", "onehot")


@dataclass(slots=True)
class Draft:
    """What a sidecar may declare, and what must be asked: (line, where it is said)."""

    tensors: dict[str, tuple[str, str]] = field(default_factory=dict)
    layers: dict[str, tuple[str, str]] = field(default_factory=dict)
    loss: dict[str, tuple[str, str]] = field(default_factory=dict)
    let: dict[str, tuple[str, str]] = field(default_factory=dict)
    symbols: dict[str, tuple[str, str]] = field(default_factory=dict)
    functions: dict[str, tuple[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    tried: set[str] = field(default_factory=set)  # what formulas that were not read have asked for

    def without(self, line: str) -> bool:
        """Whether an entry stood on a line of the sidecar; it is asked instead, for it cannot be used."""
        match = re.match(r"  (?:'((?:[^']|'')*)'|\"([^\"]*)\"|([^:'\"]+)): ", line)
        if match is None:
            return False
        name = (match[1] or match[2] or match[3]).replace("''", "'")
        for entries in (self.let, self.loss, self.layers, self.tensors, self.symbols, self.functions):
            key = next((key for key in entries if name == key or name.startswith(f"{key}[")), None)
            if key is not None:
                text, said = entries.pop(key)
                plain = text.partition("\0")[0]
                self.asked.append(f"{name}: {plain or '...'}, which cannot be used as it stands ({said})")
                return True
        return False

    def advised(self, advice: str, said: str) -> None:
        """Take over what helps a formula that is not read, `symbols: {'L(y, p)': L}`, if it is a line by itself."""
        match = ADVICE.fullmatch(advice)
        if match is None or "..." in advice:
            return
        name, value = (match[2] or match[3]).replace("''", "'").strip(), match[4].strip()
        if name in self.tried or (match[1] == "functions" and name in LOSSES):
            return
        self.tried.add(name)
        (self.functions if match[1] == "functions" else self.symbols)[name] = (value, said)


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
                self.shapes.define(one.mention.name, one.meant.meaning, one.passage.text.text)
            for dimensions in self.found.together:
                self.shapes.together(dimensions)
        self.made.functions = {
            f: ("opaque", said) for f, said in self.found.functions.items() if f not in self._named()
        }
        inputs = self._inputs()
        for name in inputs:
            mention = self.found.mentions[name]
            said = mention.said if mention.shape is not None or mention.indices else "by its letter and its products"
            self.made.tensors[self._member(name)] = (self._axes(name), said)
        defined = dict.fromkeys(one.mention.name for one in self._definitions())
        self._spell([*inputs, *defined])
        self._define(inputs)
        return self.made

    def _member(self, name: str) -> str:
        return f"{name}[{self.label}]" if self.found.mentions[name].family else name

    def _axes(self, name: str) -> str:
        mention = self.found.mentions[name]
        if name in SIZES:
            return "scalar"
        count = sum(part != "1" for part in self.shapes.of(name))
        if mention.family:
            return " ".join([f"n[{self.label}]", f"n[{self.label}-1]"][:count]) or "scalar"
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
            and not (one.piece.chain is not None and is_step(one.piece.chain))
            and one.mention.name not in self.made.functions
            and letters_in(one.meant.meaning, one.passage.text.text) - numbers
            and not (one.mention.name in LETTERS and one.mention.name not in self.found.used)
        ]

    def _is_entry(self, mention: Mention) -> bool:
        """Whether `y_1` is an entry of what has entries y_i; the size `n^l` of a layer is no quantity either."""
        whole = self.found.mentions.get(mention.letters)
        numbered = re.fullmatch(re.escape(mention.letters) + r"\d+", mention.name) is not None
        entry = numbered and whole is not None and bool(whole.indices or (whole.family and mention.family))
        return entry or (bool(self.label) and mention.name in ("n", self.label, self.label.upper()))

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

    def _define(self, inputs: list[str]) -> None:
        """Layers and the loss as they are read with all names declared, in the order in which they are made."""
        spec = self._spec([*inputs, *(one.mention.name for one in self._definitions())])
        waiting: dict[str, tuple[str, str]] = {}
        loss = ""
        for one in self._definitions():
            is_loss = self.loss is not None and one.mention.name == self.loss.name
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
            elif not is_loss and name not in waiting:
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
        customary = {
            "z": f"{weights}[{self.label}] @ a[{self.label} - 1]{bias}",
            "a": f"{function}(z[{self.label}])",
        }
        if self._member("z") not in waiting:
            axes = f"n[{self.label}] n[{self.label}-1]"
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
        if "delta" in self.found.mentions and loss and z:
            said = f"by custom; {self.found.mentions['delta'].said}"
            self.made.let[self._member("delta")] = (f"d{loss}/d{z}", said)
            self.made.tensors.pop(self._member("delta"), None)

    def _ask_for_loss(self) -> None:
        if self.loss is not None and not self.made.loss:
            self.made.asked.append(f"loss: {{{self.loss.name}: ...}}, of which the text gives derivatives alone")
        elif not self.made.loss:
            self.made.asked.append("loss: {L: ...}, what gradients are of")

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
            if name in tensors
        )
        families = (Family(self.label, SourceText("1"), SourceText("L")),) if self.label else ()
        depths = {"L": (3,)} if self.label else {}
        there = Where("<draft>", 1, 1)
        functions = tuple(FunctionDeclaration(name, ("t",), None, there) for name in self.made.functions)
        return Spec("<draft>", tensors=declared, families=families, depths=depths, symbols=symbols, functions=functions)


def _words(text: str) -> set[str]:
    return set(re.findall(r"[A-Za-z_]\w*", text))


def _size(dimension: str) -> str:
    """A dimension that the text names, or one called after the name that has it."""
    name, mark, place = dimension.partition("#")
    return f"n_{name}{'' if place == '0' else place}" if mark else dimension


# --- as a file ----------------------------------------------------------------------------------


def sidecar_text(draft: Draft, manuscript: Manuscript) -> str:
    """The draft as YAML, each line with where it comes from, and what it asks above it."""
    lines = [f"# Drafted from {Path(manuscript.path).name}: what stands behind a # says where it comes from."]
    if draft.asked:
        lines.append("# Asked of you:")
        lines += [f"#   {' '.join(one.split())}" for one in draft.asked]
    one_hot = any(word in manuscript.text.lower() for word in SPEAKING)
    tensors = {
        name: (f'{{axes: "{axes}", given: one_hot}}' if one_hot and name == "y" and " " not in axes else axes, said)
        for name, (axes, said) in draft.tensors.items()
    }
    if any("[" in name for name in (*draft.tensors, *draft.layers)):
        label = next(iter(re.findall(r"\[([a-z])\]", " ".join((*draft.tensors, *draft.layers)))), "l")
        lines += [f"families: {{{label}: 1..L}}", "depths: {L: [2, 3]}"]
    for key, entries in (("tensors", tensors), ("layers", draft.layers), ("loss", draft.loss), ("let", draft.let)):
        lines += _section(key, entries, False)
    lines += _section("functions", draft.functions, False)
    lines += _section("symbols", draft.symbols, True)
    lines += ["document:", f"  file: {Path(manuscript.path).name}"]
    if any("[" in name for name in (*draft.tensors, *draft.layers)):
        lines.append("  for: l in 1..L-1")
    return "\n".join(lines) + "\n"


def _section(key: str, entries: Mapping[str, tuple[str, str]], quoted: bool) -> list[str]:
    if not entries:
        return []
    lines = [f"{key}:"]
    for name, (text, said) in entries.items():
        plain, _, letters = text.partition("\0")
        bare = not letters and "[" not in name
        spelled = "'" + name.replace("'", "''") + "'" if quoted else name if bare else f'"{name}{letters}"'
        value = plain if plain.startswith("{") or re.fullmatch(r"[\w ]+", plain) else f'"{plain}"'
        lines.append(f"  {spelled}: {value}  # {' '.join(said.split())}")
    return lines
