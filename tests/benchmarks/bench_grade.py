"""How long a class takes: 200 people, 5 questions, right and wrong answers in many spellings.

python tests/benchmarks/bench_grade.py [people]
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from pathlib import Path

from measures import Measure, Measures, in_loops, offered

from derivcheck.statements.grading.grader import Rules, grade
from derivcheck.statements.grading.marks import Gradebook

SPEC = Path(__file__).parent.parent.parent / "specs" / "homework" / "backpropagation.yaml"
PEOPLE, FEW = 200, 20
D1 = "((W2.T @ (p - y)) * sigmoid'(z1))"
POOL = {
    "output": ["p - y", "-y + p", "dL/dz2 = p - y", r"p - y \cdot 1", "y - p", "p", "2*(p - y)", "p - 1", "p + y"],
    "W2": [
        "(p - y) @ a1.T",
        "dL/dW2 = dL/dz2 @ a1.T",
        r"\frac{\partial L}{\partial W_2} = (p - y) a_1^\top",
        "outer(p - y, a1)",
        "dL/dW2[i,j] = (p[i] - y[i]) * a1[j]",
        "(p - y) @ a1",
        "(y - p) @ a1.T",
        "(p - y) @ z1.T",
        "a1 @ (p - y).T",
        "(p - y) * a1.T",
        "(p - y) @ x.T",
    ],
    "hidden": [
        D1,
        "W2.T @ (p - y) * a1 * (1 - a1)",
        r"\left( W_2^\top (p - y) \right) \odot \sigma'(z_1)",
        "dL/dz1 = (W2.T @ dL/dz2) * sigmoid'(z1)",
        "W2.T @ (p - y)",
        "(W2 @ (p - y)) * sigmoid'(z1)",
        "W2.T @ (p - y) * sigmoid(z1)",
        "W2.T @ (p - y) * sigmoid'(a1)",
        "W2.T @ (p - y) * a1 * (1 + a1)",
        "W2.T @ (p - y) @ sigmoid'(z1)",
    ],
    "W1": [
        f"{D1} @ x.T",
        "dL/dz1 @ x.T",
        r"\frac{\partial L}{\partial W_1} = \frac{\partial L}{\partial z_1} x^\top",
        "x @ dL/dz1.T",
        "dL/dz1 @ x",
        f"-{D1} @ x.T",
        "(W2.T @ (p - y)) @ x.T",
        "dL/dW1 = dL/dW1",
        "dL/dz1 @ a1.T",
        "(dL/dz1 @ x.T",
        "exp(W1)",
    ],
    "b1": [
        D1,
        "dL/dz1",
        r"\frac{\partial L}{\partial b_1} = \frac{\partial L}{\partial z_1}",
        "dL/dz1.T",
        "1",
        "0",
        "sum(dL/dz1)",
        "dL/dz1 * b1",
        "-dL/dz1",
    ],
}


def graded(people: int) -> tuple[float, Gradebook]:
    """(seconds of the processor, the marks)."""
    chosen = random.Random(1)
    rows = ["who;claim;equation"]
    for number in range(people):
        for label, pool in POOL.items():
            # Most people copy the right one; a few have an answer of their own.
            text = pool[0] if chosen.random() < 0.3 else chosen.choice(pool)
            own = f"{text} + {number} * {text}" if chosen.random() < 0.1 and "=" not in text else text
            rows.append(f"person {number};{label};{own}")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "answers.csv"
        path.write_text("\n".join(rows), encoding="utf-8")
        start = time.process_time()
        book = grade(SPEC, [path], Rules())
        return time.process_time() - start, book


def measures(quick: bool) -> Measures:
    yield Measure(f"{FEW} people", in_loops(graded(FEW)[0]))
    if not quick:
        told = f"{PEOPLE} people graded, five questions"
        yield Measure(f"{PEOPLE} people", in_loops(graded(PEOPLE)[0]), told=told)


def main() -> None:
    took, book = graded(int(sys.argv[1]) if len(sys.argv) > 1 else PEOPLE)
    counted: dict[str, int] = {}
    for mark in book.marks.values():
        counted[mark.finding.status] = counted.get(mark.finding.status, 0) + 1
    answers = f"{len(book.people)} people, {len(book.questions)} questions, {book.judged} different answers"
    print(f"{answers}: {took:.1f} s of a processor")
    print(", ".join(f"{count} {status}" for status, count in counted.items()))


if __name__ == "__main__":
    offered(main, measures)
