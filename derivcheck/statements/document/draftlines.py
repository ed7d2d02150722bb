"""The lines of a drafted sidecar, each with where it comes from, and what is asked of the author."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from derivcheck.spec.declarations import Orientation
from derivcheck.statements.document.passages import Manuscript

LOSSES = frozenset({"L", "J", "C", "E", "ell", "loss", "Loss", "cost", "e"})
ADVICE = re.compile(r"(functions|symbols): \{(?:'((?:[^']|'')*)'|([^:'{}]+)): ([^{}:]+)\}")
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
    vectors: Orientation = "column"
    label: str = ""  # of the families
    layers_meant: str = "1..L-1"
    depth: int = 2  # the least
    shapes: dict[str, str] = field(default_factory=dict)  # of layers, where their definitions cannot be used
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
                if entries is self.layers and key in self.shapes:
                    self.tensors[key] = (self.shapes[key], f"its definition cannot be used as it stands; {said}")
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
    families = draft.label and any(f"[{draft.label}]" in name for name in (*draft.tensors, *draft.layers))
    if families:
        lines.append(f"families: {{{draft.label}: 1..L}}")
        lines.append(f"depths: {{L: [{draft.depth}, {draft.depth + 1}]}}")
    if draft.vectors != "column":
        lines.append(f"vectors: {draft.vectors}  # by the products")
    for key, entries in (("tensors", tensors), ("layers", draft.layers), ("loss", draft.loss), ("let", draft.let)):
        lines += _section(key, entries, False)
    lines += _section("functions", draft.functions, False)
    lines += _section("symbols", draft.symbols, True)
    lines += ["document:", f"  file: {Path(manuscript.path).name}"]
    if families:
        lines.append(f"  for: {draft.label} in {draft.layers_meant}")
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
