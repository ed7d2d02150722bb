"""The examiners of one network, one for each depth, and of the networks that differ from it a little."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from derivcheck.diagnostics.diagnostic import NotationError, SpecError
from derivcheck.judging.examiner import Examiner
from derivcheck.judging.settings import Measuring
from derivcheck.language.network import build, depths
from derivcheck.spec import ClaimDeclaration, Spec
from derivcheck.spec.declarations import CONVENTIONS


class Panel:
    """Everybody who has a say on what is stated of a network: its examiner at every depth.

    What claims bring along, other conventions and other depths have panels of their own, each made once.
    """

    def __init__(self, examiners: Sequence[Examiner], origin: Panel | None = None) -> None:
        """`origin` is the panel that these are of, with something added or at another depth."""
        self.examiners = tuple(examiners)
        self._origin = origin
        self._bringing: dict[tuple[object, ...], Panel] = {}
        self._under: dict[tuple[object, ...], Panel] = {}
        self._elsewhere: dict[tuple[object, ...], Panel] = {}
        self._introduce()

    @classmethod
    def of(cls, spec: Spec, seed: int | None = None, measuring: Measuring | None = None) -> Panel:
        """The network of a spec built at every depth that it declares. Raises SpecError and NotationError."""
        return cls([Examiner(build(spec, depth), seed, measuring) for depth in depths(spec)])

    def _introduce(self) -> None:
        if self._origin is None:
            for examiner in self.examiners:
                examiner.meet(self.examiners)

    @property
    def first(self) -> Examiner:
        """The examiner at the first depth."""
        return self.examiners[0]

    @property
    def seconds(self) -> float:
        """What one statement may take."""
        return self.first.measuring.seconds

    def for_claim(self, declaration: ClaimDeclaration) -> Panel:
        """The panel that knows the abbreviations and facts that a claim brings along, itself where it brings none.

        Raises SpecError and NotationError for a `let` or `given` that cannot be used.
        """
        if not declaration.let and not declaration.given:
            return self
        key = (declaration.let, declaration.given)
        if key not in self._bringing:
            self._bringing[key] = Panel([examiner.for_claim(declaration) for examiner in self.examiners], self)
        return self._bringing[key]

    def under(self, spec: Spec) -> Panel:
        """The panel of the same declarations under the conventions and symbols of a spec.

        Raises SpecError and NotationError where the network cannot be built under them.
        """
        key = _conventions(spec)
        if key == _conventions(self.first.network.spec):
            return self
        if key not in self._under:
            self._under[key] = Panel([self._changed(examiner, spec) for examiner in self.examiners])
        return self._under[key]

    def _changed(self, examiner: Examiner, spec: Spec) -> Examiner:
        """An examiner under other conventions; how names are spelled in LaTeX changes nothing of the network."""
        own = examiner.network.spec
        spelled = _conventions(replace(own, symbols=spec.symbols, macros=spec.macros)) == _conventions(spec)
        try:
            network = replace(examiner.network, spec=spec) if spelled else build(spec, examiner.network.depth)
        except (SpecError, NotationError) as problem:
            other = [f"{key}: {getattr(spec, key)}" for key in CONVENTIONS if getattr(spec, key) != getattr(own, key)]
            raise SpecError(problem.diagnostic.with_notes(*(("in force", one) for one in other))) from None
        return Examiner(network, examiner.seed, examiner.measuring)

    def at(self, depths: Sequence[Mapping[str, int]]) -> Panel:
        """The panel at other depths."""
        if [examiner.network.depth for examiner in self.examiners] == list(depths):
            return self
        key = tuple(tuple(sorted(depth.items())) for depth in depths)
        if key not in self._elsewhere:
            self._elsewhere[key] = Panel([self.first.at_depth(depth) for depth in depths], self)
        return self._elsewhere[key]

    def turn_to(self, spec: Spec) -> None:
        """Take another text of the same network, so that places are those of its lines."""
        for examiner in self.examiners:
            examiner.turn_to(spec)
        self._forget()

    def renew(self) -> None:
        """Forget what may be half made, after something was interrupted or failed in the middle."""
        for examiner in self.examiners:
            examiner.renew()
        self._forget()
        if self._origin is not None:
            self._origin.renew()

    def _forget(self) -> None:
        self._bringing.clear()
        self._under.clear()
        self._elsewhere.clear()
        self._introduce()


def _conventions(spec: Spec) -> tuple[object, ...]:
    """What a text may change of a spec without declaring another network."""
    return spec.conventions, spec.let, spec.symbols, spec.macros
