"""What was last found of one spec, so that judging it again costs only what has changed.

The network and its gradients are kept as long as everything but the claims says what it
said, wherever it stands; a claim's verdict as long as its declaration does, on whatever lines;
what formulas of a document say, and the verdicts on them, as long as they are in it.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any

from derivcheck.diagnostics.diagnostic import SourceText, Where
from derivcheck.diagnostics.verdicts import ClaimResult, GradientResult
from derivcheck.graph.nodes import World
from derivcheck.judging.panel import Panel
from derivcheck.judging.rehearing import Rehearings
from derivcheck.pipeline.moving import moved
from derivcheck.spec import ClaimDeclaration, Spec

if TYPE_CHECKING:
    from derivcheck.statements.document.readings import Readings


class Memory:
    """The last network of one file with its verdicts; a new one remembers nothing.

    `gradients` are those found, by the position of the depth and the name of the variable. What follows
    from a network must happen inside its `world`.
    """

    def __init__(self) -> None:
        self._key: object = None
        self._spec: Spec | None = None
        self._forget()

    def _forget(self) -> None:
        self.world = World()
        self.panel: Panel | None = None
        self.gradients: dict[tuple[int, str], GradientResult] = {}
        self.claims: dict[ClaimDeclaration, ClaimResult] = {}
        self.rehearings = Rehearings()
        self._readings: Readings | None = None

    @property
    def readings(self) -> Readings:
        # A spec alone waits for no reader of documents.
        from derivcheck.statements.document.readings import Readings

        if self._readings is None:
            self._readings = Readings()
        return self._readings

    def turn_to(self, spec: Spec, settings: tuple[Hashable, ...]) -> None:
        """Forget what does not belong to this network under these settings, and the claims that are gone."""
        bare = replace(spec, title="", source="", claims=(), stray_ignores=(), lines=())
        key = (_words(bare), settings)
        if key != self._key:
            self._key = key
            self._forget()
        if self.panel is not None and spec != self._spec:
            self.panel.turn_to(spec)
        self._spec = spec
        self.claims = dict(self._of(spec))

    def _of(self, spec: Spec) -> Iterator[tuple[ClaimDeclaration, ClaimResult]]:
        """The claims of a spec whose verdicts are known, wherever they stood before."""
        before = {claim.id: (claim, result) for claim, result in self.claims.items()}
        for claim in spec.claims:
            known, result = before.get(claim.id, (None, None))
            if known is not None and result is not None and known != claim:
                result = moved(result, known, claim, spec.lines)
            if result is not None:
                yield claim, result

    def turn(self) -> None:
        """Forget of a document what was not met when it was accounted for: one left halfway has forgotten nothing."""
        self.rehearings.turn()
        if self._readings is not None:
            self._readings.turn()


def _words(value: Any) -> Any:
    """A declaration without its places: what can be compared when lines have moved."""
    if isinstance(value, SourceText):
        return value.text
    if isinstance(value, Where):
        return None
    if is_dataclass(value) and not isinstance(value, type):
        return type(value).__name__, tuple(_words(getattr(value, field.name)) for field in fields(value))
    if isinstance(value, tuple | list):
        return tuple(map(_words, value))
    if isinstance(value, Mapping):
        return tuple((name, _words(item)) for name, item in value.items())
    return value
