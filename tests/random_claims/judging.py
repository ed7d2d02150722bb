"""Specs drawn from an integer, judged by the package and by the interpreter, and where the two disagree."""

from __future__ import annotations

import random
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from derivcheck.diagnostics.verdicts import ClaimResult, GradientResult
from derivcheck.pipeline.results import FileResult
from derivcheck.pipeline.verification import verify_text

from . import positions
from .architectures import random_network
from .differentials import differential_claim
from .entries import NoFormError
from .expressions import Maker
from .families import deep_claim
from .findings import Finding, judged
from .mutations import by_a_hair, mutated, near_truth, related
from .networks import Network, labelled
from .trees import At, Claim, Der, UnreadableError, Var, in_unicode, read, read_claim, show
from .truths import true_claim

LONGEST = 20.0  # seconds of the processor that one claim may take
FEWEST = 3  # points at which a claim has to hold before a refutation is doubted
HOLDS = ("proved", "checked")


@dataclass(frozen=True)
class Drawn:
    """One claim of a spec: its text, and the label that a claim about a family runs over."""

    name: str
    kind: str
    text: str
    labels: str = ""
    unicode: bool = False


@dataclass(frozen=True)
class Case:
    """What one integer stands for."""

    seed: int
    network: Network
    claims: tuple[Drawn, ...]

    @property
    def text(self) -> str:
        return self.text_of(*self.claims)

    def text_of(self, *claims: Drawn) -> str:
        return self.network.text({c.name: (in_unicode(c.text) if c.unicode else c.text, c.labels) for c in claims})


@np.errstate(all="ignore")
def draw(seed: int) -> Case:
    """The spec of an integer, always the same."""
    chance = random.Random(seed)
    network = random_network(chance)
    claims: list[Drawn] = []

    def add(kind: str, text: str, labels: str = "") -> None:
        if len(text) < 500 and all(text != c.text for c in claims):
            claims.append(Drawn(f"c{len(claims) + 1}", kind, text, labels, chance.random() < 0.12))

    count = chance.randint(3, 6)
    if network.label:
        for _ in range(count):
            labels, text = deep_claim(network, chance)
            add("family", text, labels)
            if chance.random() < 0.5:
                maker = Maker(Network(), chance)
                add("family, mutated", show(mutated(read_claim(text), maker, chance)), labels)
        return Case(seed, network, tuple(claims))
    if chance.random() < 0.12:
        network = Network()
        for _ in range(count):
            claim, tensors = near_truth(Maker(network, chance), chance)
            if all(network.tensors.get(name, tensor) == tensor for name, tensor in tensors.items()):
                network.tensors.update(tensors)
                add("near", show(claim))
        return Case(seed, network, tuple(claims))
    maker = Maker(network, chance)
    for _ in range(count):
        kind, claim = true_claim(maker, chance)
        what = chance.random()
        if what < 0.5:
            add(kind, show(claim))
        elif what < 0.9:
            add(f"{kind}, mutated", show(mutated(claim, maker, chance)))
        elif what < 0.95:
            add(f"{kind}, by a hair", show(by_a_hair(claim, chance)))
        else:
            add(f"{kind}, related", show(related(claim, chance)))
    # Drawn by themselves, so that the claims of a seed stay what they are.
    chance = random.Random(f"differentials {seed}")
    if chance.random() < 0.25:
        try:
            claim = differential_claim(Maker(network, chance), chance)
        except NoFormError:
            return Case(seed, network, tuple(claims))
        add("differential", show(claim))
        if chance.random() < 0.5:
            add("differential, mutated", show(mutated(claim, maker, chance)))
    return Case(seed, network, tuple(claims))


# --- the truth ----------------------------------------------------------------------------


def sizes_to_try(names: list[str], chance: random.Random) -> Iterator[dict[str, int]]:
    """Pairwise different, equal, of one entry, and some of one entry."""
    distinct = list(range(2, 2 + len(names)))
    chance.shuffle(distinct)
    yield dict(zip(names, distinct, strict=True))
    yield dict.fromkeys(names, 1)
    yield dict.fromkeys(names, 2)
    for _ in range(2):
        yield {name: chance.choice([1, 2, 3]) for name in names}


@dataclass
class Truth:
    """What the interpreter finds of one claim: "true", "false", "meaningless" or "unknown"."""

    verdict: str
    sizes: dict[str, int] = field(default_factory=dict)
    finding: Finding = field(default_factory=lambda: Finding("undefined"))
    points: int = 0


def instances(case: Case, claim: Drawn) -> Iterator[tuple[Network, Claim]]:
    """The claim at every depth and label."""
    for depth in case.network.depths or (0,):
        network = case.network.at_depth(depth)
        declared = _declared(network)
        tree = read_claim(claim.text, declared)
        if not case.network.label:
            yield network, tree
            continue
        label, _, limits = claim.labels.partition(" in ")
        first, _, last = limits.partition("..")
        stop = depth - 1 if last == "L-1" else depth
        for value in range(int(first), stop + 1) if label else [0]:
            found = labelled(tree, {"L": depth, **({label: value} if label else {})})
            assert isinstance(found, Claim)
            yield network, found


def _declared(network: Network) -> frozenset[str]:
    # A dimension may be called `d`: `d(...)/dx` is a derivative nevertheless.
    names = [*network.tensors, *network.formulas, *network.lets, *(n for n in network.dimensions if n != "d")]
    return frozenset(name.split("[")[0] for name in names)


def truth(case: Case, claim: Drawn, also: tuple[dict[str, int], ...] = (), precise: bool = False) -> Truth:
    """What the claim is: false where it is false at any size and point that is tried."""
    tried = 0
    for network, tree in instances(case, claim):
        found = truth_of(network, tree, case.seed, also, precise)
        tried += found.points
        if found.verdict in ("false", "meaningless"):
            return found
    return Truth("true" if tried else "unknown", points=tried)


def truth_of(
    network: Network,
    tree: Claim,
    seed: int,
    also: tuple[dict[str, int], ...] = (),
    precise: bool = False,
    most: int = 5,
) -> Truth:
    """The truth of a claim about an expanded network, at so many sizes."""
    chance = random.Random(seed)
    tried, held, failed = 0, 0, Truth("unknown")
    unequal = "!=" in tree.signs
    for k, sizes in enumerate([*also, *sizes_to_try(network.dimensions, chance)][: most + len(also)]):
        for repeat in range(1 if precise or k else 2):
            point = network.point(sizes, seed + 17 * k + repeat, precise, spread=1.0 if repeat == 0 else 0.6)
            found = judged(tree, point, 1e-25 if precise else 1e-7)
            if found.truth in ("false", "meaningless") and not unequal:
                return Truth(found.truth, sizes, found, tried + 1)
            if found.truth == "meaningless":
                return Truth("meaningless", sizes, found, tried + 1)
            if found.truth == "false":
                failed = Truth("false", sizes, found, tried + 1)
            held += found.truth == "true"
            tried += found.truth != "undefined"
        if precise and tried >= 6:
            break
    if failed.verdict == "false":
        # Two sides that are equal at some sizes only differ for generic values.
        return failed if not held else Truth("unknown", points=tried)
    return Truth("true" if tried else "unknown", points=tried)


# --- the comparison -----------------------------------------------------------------------


@dataclass
class Figures:
    """What was judged so far."""

    specs: int = 0
    claims: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    kinds: Counter[tuple[str, str]] = field(default_factory=Counter)
    forms: int = 0
    open: int = 0  # true claims left undecided
    unknown: int = 0
    longest: float = 0.0
    slowest: int = 0
    problems: list[Problem] = field(default_factory=list)

    def __str__(self) -> str:
        count = Counter(problem.kind for problem in self.problems)
        verdicts = ", ".join(f"{n} {v}" for v, n in sorted(self.verdicts.items()))
        return "\n".join(
            [
                f"{self.specs} specs, {self.claims} claims: {verdicts}",
                f"{self.open} true claims undecided, {self.unknown} without a truth of their own",
                f"{self.forms} printed forms evaluated, {count['form']} wrong, and {count['help']} helps",
                f"false verdicts: {count['false']}, internal errors: {count['internal']}, unread: {count['unread']}, "
                f"faults of the judge: {count['judge']}",
                f"longest: {self.longest:.1f} s (seed {self.slowest}), above {LONGEST:.0f} s: {count['slow']}",
            ]
        )


@dataclass(frozen=True)
class Problem:
    """One disagreement, ready to be written down."""

    kind: str  # false, internal, unread, form, help, slow, judge
    seed: int
    about: str
    spec: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.about}\nDERIVCHECK_RANDOM_SEED={self.seed}\n{self.spec}"


def examine(case: Case, figures: Figures) -> None:
    """One spec, judged by both."""
    figures.specs += 1
    started = time.process_time()
    try:
        result = verify_text(case.text, seed=case.seed % 1000)
    except Exception:
        figures.problems.append(Problem("internal", case.seed, traceback.format_exc(limit=-4), case.text))
        return
    elapsed = time.process_time() - started
    if elapsed > figures.longest:
        figures.longest, figures.slowest = elapsed, case.seed
    if elapsed > LONGEST:
        figures.problems.append(Problem("slow", case.seed, f"{elapsed:.1f} s", case.text))
    told = any(str(claim.verdict) == "internal" for claim in result.claims)
    if result.error is not None or (result.exit_code == 3 and not told):
        kind = "internal" if result.exit_code == 3 or (result.error and result.error.code[:3] == "DC9") else "unread"
        about = f"{result.error.code} {result.error.message}" if result.error else "exit code 3"
        figures.problems.append(Problem(kind, case.seed, about, case.text))
    by_name = {claim.id: claim for claim in result.claims}
    try:
        for claim in case.claims:
            if claim.name in by_name:
                _compare(case, claim, by_name[claim.name], figures)
        for form in _forms(case, result):
            _evaluate(case, form, figures)
    except Exception:
        # A fault of the interpreter is told like one of the package, and the run goes on.
        figures.problems.append(Problem("judge", case.seed, traceback.format_exc(limit=-3), case.text))


@np.errstate(all="ignore")
def _compare(case: Case, claim: Drawn, result: ClaimResult, figures: Figures) -> None:
    verdict = str(result.verdict)
    figures.claims += 1
    figures.verdicts[verdict] += 1
    figures.kinds[claim.kind, verdict] += 1
    code = result.diagnosis.code if result.diagnosis is not None else ""
    spec = case.text_of(claim)
    if verdict == "internal" or code.startswith("DC9") or result.message.startswith("DC9"):
        figures.problems.append(Problem("internal", case.seed, f"{claim.text}: {code} {result.message}", spec))
        return
    also = ()
    if result.witness is not None and verdict == "refuted":
        named = dict(result.witness.sizes)
        also = ({name: named.get(name, 2) for name in case.network.dimensions},) if not case.network.label else ()
    found = truth(case, claim, also, precise="hair" in claim.kind)
    if verdict in HOLDS and found.verdict in ("false", "meaningless"):
        again = found if found.verdict == "meaningless" else truth(case, claim, (found.sizes,), precise=True)
        if again.verdict in ("false", "meaningless") and not _is_rounding(found, again):
            figures.problems.append(Problem("false", case.seed, _about(claim, verdict, found), spec))
    elif verdict in ("refuted", "invalid") and found.verdict == "true":
        again = truth(case, claim, also, precise=True)
        if again.verdict == "true" and found.points >= FEWEST and not _seldom_false(case, claim, also):
            message = result.diagnosis.message if result.diagnosis is not None else result.message
            about = f"{claim.text}\n  is {verdict} ({code} {message}) and true at {found.points} points"
            figures.problems.append(Problem("false", case.seed, f"[{claim.kind}] {about}", spec))
    figures.unknown += found.verdict == "unknown"
    figures.open += verdict == "undecided" and found.verdict == "true"


def _is_rounding(found: Truth, again: Truth) -> bool:
    """Whether what two sides differ by shrinks with more digits: of 1 - p little is left where p is nearly 1."""
    return again.verdict == "false" and again.finding.apart < 1e-6 * found.finding.apart


def _seldom_false(case: Case, claim: Drawn, also: tuple[dict[str, int], ...]) -> bool:
    """Whether a claim fails at one of many points: where branches decide, most points do not tell.

    Or hits a kink with whole numbers: what the slope of a function is there is a convention.
    """
    precise = "hair" in claim.kind
    for network, tree in instances(case, claim):
        chance = random.Random(case.seed)
        for k, sizes in enumerate([*also, *sizes_to_try(network.dimensions, chance)]):
            for repeat in range(18):
                point = network.point(sizes, case.seed + 1000 + 31 * k + repeat, precise, spread=0.3 * 1.3**repeat)
                found = judged(tree, point, 1e-25 if precise else 1e-7)
                if found.truth == "false" or found.reason == "at a kink":
                    return True
    return False


def _about(claim: Drawn, verdict: str, found: Truth) -> str:
    where = ", ".join(f"{name} = {size}" for name, size in found.sizes.items())
    return (
        f"[{claim.kind}] {claim.text}\n  is {verdict} and {found.verdict} at {where} "
        f"(apart {found.finding.apart:.2g}) {found.finding.reason}"
    )


# --- printed forms ------------------------------------------------------------------------


@dataclass(frozen=True)
class Form:
    """Something printed that asserts an equation, or one of several, of an expanded network."""

    what: str
    network: Network
    texts: tuple[str, ...]


def _forms(case: Case, result: FileResult) -> Iterator[Form]:
    """Every gradient in its printed forms, and what diagnoses say the answer is."""
    depths = case.network.depths or (0,)
    group = -1
    for gradient in result.gradients:
        group += gradient.wrt == result.gradients[0].wrt
        yield from _forms_of(case.network.at_depth(depths[group]), gradient)
    if case.network.label:
        return
    written = {claim.name: claim.text for claim in case.claims}
    for claim in result.claims:
        for key, text in claim.diagnosis.notes if claim.diagnosis is not None else ():
            if key == "derived" and " = " in text and "…" not in text and "..." not in text:
                yield Form(f"derived of {claim.id}", case.network, (text,))
        if claim.suggestion and claim.verdict in ("refuted", "invalid"):
            left, sign, right = written.get(claim.id, "").partition(" = ")
            if sign:
                # A help is what may stand instead of the one side or the other.
                both = (f"{left} = {claim.suggestion}", f"{claim.suggestion} = {right}", claim.suggestion)
                yield Form(f"help of {claim.id} ({claim.text})", case.network, both)


def _forms_of(network: Network, gradient: GradientResult) -> Iterator[Form]:
    left = Der(read(gradient.of), (read(gradient.wrt),))
    forms = gradient.forms
    if forms.matrix:
        text = forms.matrix if " = " in forms.matrix else f"{left} = {forms.matrix}"
        yield Form("matrix form", network, (text,))
    if forms.index:
        below = At(read(gradient.wrt), tuple(map(Var, forms.letters))) if forms.letters else read(gradient.wrt)
        yield Form("index form", network, (f"{Der(read(gradient.of), (below,))} = {forms.index}",))


@np.errstate(all="ignore")
def _evaluate(case: Case, form: Form, figures: Figures) -> None:
    figures.forms += 1
    about = ""
    for text in form.texts:
        try:
            claim = read_claim(text, _declared(form.network))
        except (UnreadableError, IndexError, ValueError) as problem:
            about = about or f"is not read: {problem}"
            continue
        found = truth_of(form.network, claim, case.seed, most=2)
        again = found
        if found.verdict == "false":
            again = truth_of(form.network, claim, case.seed, (found.sizes,), precise=True)
        if again.verdict not in ("false", "meaningless") or _is_rounding(found, again):
            return
        found = again
        about = about or f"is {found.verdict} at {found.sizes} {found.finding.reason}"
    kind = "unread" if about.startswith("is not read") else form.what.split()[0] if form.what[:4] == "help" else "form"
    figures.problems.append(Problem(kind, case.seed, f"{form.what}: {form.texts[0]}\n  {about}", case.text))


def examine_positions(seed: int, figures: Figures) -> None:
    """A spec in entries and positions, judged by both."""
    made = positions.case(seed)
    figures.specs += 1
    started = time.process_time()
    try:
        found = positions.judged(made)
    except Exception:
        figures.problems.append(Problem("internal", seed, traceback.format_exc(limit=-4), made.text))
        return
    elapsed = time.process_time() - started
    if elapsed > figures.longest:
        figures.longest, figures.slowest = elapsed, seed
    for one in found:
        figures.claims += 1
        figures.verdicts[one.verdict] += 1
        figures.kinds[f"positions, {one.claim.kind}", one.verdict] += 1
        figures.open += one.verdict == "undecided" and one.claim.is_true is True
        figures.unknown += one.claim.is_true is None
        if one.fault:
            figures.problems.append(Problem("false", seed, one.fault, made.text))


def run(
    first: int, claims: int, seconds: float = 1e9, brief: bool | None = None, in_positions: bool = False
) -> Figures:
    """Specs from a seed on, until there are as many claims, or the time is over; `brief` says how to print problems.

    Those `in_positions` are in entries with index arithmetic, conditions and binders.
    """
    figures = Figures()
    started = time.perf_counter()
    seed = first
    while figures.claims < claims and time.perf_counter() - started < seconds:
        before = len(figures.problems)
        if in_positions:
            examine_positions(seed, figures)
        else:
            try:
                case = draw(seed)
            except Exception as problem:
                raise RuntimeError(f"DERIVCHECK_RANDOM_SEED={seed}") from problem
            examine(case, figures)
        if brief is not None:
            for problem in figures.problems[before:]:
                print(f"{problem.seed}: {problem.kind}: {problem.about}" if brief else f"\n{problem}", flush=True)
        seed += 1
    return figures
