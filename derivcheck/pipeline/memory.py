"""What was last found of one spec, so that judging it again costs only what has changed.

The network and its gradients are kept as long as everything but the claims says what it
said, wherever it stands; a claim's verdict as long as its declaration stands where it stood.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any

from derivcheck.diagnostics.diagnostic import SourceText, Where
from derivcheck.diagnostics.verdicts import ClaimResult, GradientResult
from derivcheck.graph.nodes import World
from derivcheck.judging.examiner import Examiner, Measuring
from derivcheck.judging.rulings import check_spellings, judge_claim
from derivcheck.language.network import build, depths
from derivcheck.spec import ClaimDeclaration, Spec

if TYPE_CHECKING:
    from derivcheck.spec.selection import Selection


class Memory:
    """The last network of one file with its verdicts; a new one remembers nothing."""

    def __init__(self) -> None:
        self.world = World()
        self._key: object = None
        self._examiners: list[Examiner] = []
        self._gradients: tuple[GradientResult, ...] | None = None
        self._claims: dict[ClaimDeclaration, ClaimResult] = {}

    def turn_to(self, spec: Spec, seed: int | None, measuring: Measuring | None) -> None:
        """Forget what does not belong to this network; what follows must happen inside the `world`."""
        bare = replace(spec, title="", source="", claims=(), stray_ignores=(), lines=())
        key = (_words(bare), seed, measuring)
        if key != self._key:
            self._key, self.world = key, World()
            self._examiners, self._gradients, self._claims = [], None, {}
        for examiner in self._examiners:
            examiner.turn_to(spec)

    def examiners(self, spec: Spec, seed: int | None, measuring: Measuring | None) -> list[Examiner]:
        """The spec's network at every depth. Raises SpecError and NotationError where it cannot be built."""
        if not self._examiners:
            examiners = [Examiner(build(spec, depth), seed, measuring) for depth in depths(spec)]
            if spec.symbols:
                check_spellings(examiners[0].network)
            self._examiners = examiners
        return self._examiners

    def gradients(self, selection: Selection, path: str) -> tuple[GradientResult, ...]:
        """The gradients that are selected, at every depth."""
        from derivcheck.spec.selection import names_of_gradient

        def wanted(of: str, wrt: str) -> bool:
            return selection.matches(*names_of_gradient(of, wrt), path)

        if self._gradients is None:
            self._gradients = tuple(r for examiner in self._examiners for r in examiner.gradients(wanted))
        # A depth has the same parameters at the same places as any other.
        return tuple(replace(r, where=self._examiners[0].place_of(r.wrt)) for r in self._gradients)

    def claims(self, declarations: Sequence[ClaimDeclaration], strict: bool) -> tuple[ClaimResult, ...]:
        """The claims judged; the remembered ones are those of these declarations."""
        judged = {
            declaration: self._claims.get(declaration) or judge_claim(declaration, self._examiners, strict)
            for declaration in declarations
        }
        self._claims = judged
        return tuple(judged[declaration] for declaration in declarations)


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
