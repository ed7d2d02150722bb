"""Documents judged again after an edit: what is remembered says the same as what is judged anew, at its new place."""

from pathlib import Path

import pytest

from derivcheck.diagnostics.verdicts import ClaimResult
from derivcheck.judging import rehearing, rulings
from derivcheck.judging.statement import Statement
from derivcheck.pipeline.memory import Memory
from derivcheck.pipeline.results import FileResult
from derivcheck.pipeline.verification import verify_document

SIDECAR = """
tensors: {W: m n, x: n, y: m}
layers: {z: W @ x, p: softmax(z)}
loss: {L: "cross_entropy(p, y)"}
document: {file: notes.md}
"""
NOTES = r"""# Notes

We write $z = W x$ and $p = \mathrm{softmax}(z)$; wrong is $z = x W$, and $\frac{\partial p_i}{\partial z_j} = p_i$.

$$
\begin{aligned}
\frac{\partial L}{\partial W} &= \frac{\partial L}{\partial z} x^\top \\
  &= 2 \frac{\partial L}{\partial z} x^\top
\end{aligned}
$$

Where $u = W x$ we have $\frac{\partial L}{\partial u} = p \sum_i y_i - y$, and again $z = W x$, and
$z = x W$. The minimum has $x = 0$. At $y = 0$ the loss is $L = 0$. Then $W \leftarrow W - \frac{\partial L}{\partial W}$.
"""
EDITS = {
    "nothing": lambda text: text,
    "a line above": lambda text: text.replace("We write", "A new line.\n\nWe write"),
    "a word before": lambda text: text.replace("We write", "Here we write"),
    "another formula": lambda text: text.replace("= 2 ", "= 3 "),
    "another definition": lambda text: text.replace("$u = W x$", "$u = 2 W x$"),
    "one less": lambda text: text.replace("$z = W x$ and ", ""),
    "one before another": lambda text: text.replace("We write $z", "$z = x W$. We write $z"),
    "another heading": lambda text: text.replace("# Notes", "# Notes for $x = 0$"),
}


def judged(folder: Path, text: str, memory: Memory | None = None) -> FileResult:
    (folder / "notes.derivcheck.yaml").write_text(SIDECAR)
    (folder / "notes.md").write_text(text)
    result = verify_document(folder / "notes.md", memory=memory)
    assert result.error is None
    return result


@pytest.mark.parametrize("edit", EDITS)
def test_what_is_remembered_is_what_is_found_anew(edit: str, tmp_path: Path) -> None:
    memory = Memory()
    judged(tmp_path, NOTES, memory)
    edited = EDITS[edit](NOTES)
    again = judged(tmp_path, edited, memory)
    assert again.formulas == judged(tmp_path, edited).formulas
    assert {formula.claim.verdict for formula in again.formulas if formula.claim is not None} >= {"proved", "refuted"}
    # And back again, when much is remembered from the time before the last.
    assert judged(tmp_path, NOTES, memory).formulas == judged(tmp_path, NOTES).formulas


class LeftError(BaseException):
    """That somebody does not wait for the rest."""


def test_what_is_left_halfway_is_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    memory, told, anew = Memory(), list[str](), list[str]()
    whole = judged(tmp_path, NOTES, memory)

    def leave(what: str) -> None:
        told.append(what)
        if ": formula 3" in what:
            raise LeftError

    def judge(statement: Statement) -> ClaimResult:
        anew.append(statement.text.text)
        return rulings.judge(statement)

    monkeypatch.setattr(rehearing, "judge", judge)
    for _ in range(3):
        with pytest.raises(LeftError):
            verify_document(tmp_path / "notes.md", memory=memory, progress=leave)
    assert told
    assert judged(tmp_path, NOTES, memory) == whole and not anew
    judged(tmp_path, NOTES.replace("= 2 ", "= 3 "), memory)
    assert len(anew) == 1
