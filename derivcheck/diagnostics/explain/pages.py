"""One page per code, as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["claim", "spec", "text"]

BASE = """
tensors:
  x: n0
  W1: n1 n0
  b1: n1
  W2: n2 n1
  b2: n2
  y: {axes: n2, given: one_hot}
layers:
  z1: W1 @ x + b1
  a1: sigmoid(z1)
  z2: W2 @ a1 + b2
  p: softmax(z2)
loss:
  L: cross_entropy(p, y)
"""
BATCH = """
tensors:
  W: k n
  X: n M
  T: k M
layers:
  Z: W @ X
loss:
  C: mean(sse(Z, T, k), M)
"""
PLAIN = """
tensors:
  x: n
  A: n n
  y: n
layers:
  q: x.T @ A @ x
loss:
  L: sum(x * y)
"""


@dataclass(frozen=True, slots=True)
class Explanation:
    """`wrong` fails with the code, `right` does not; `kind` says what they are, `spec` where claims are judged."""

    title: str
    about: str
    wrong: str = ""
    right: str = ""
    kind: Kind = "claim"
    spec: str = ""


def _spec(title: str, about: str, wrong: str = "", right: str = "") -> Explanation:
    return Explanation(title, about, wrong, right, "spec")


def _text(title: str, about: str) -> Explanation:
    return Explanation(title, about, kind="text")


PAGES: dict[str, Explanation] = {
    # --- the spec ---------------------------------------------------------------------------
    "DC001": _spec(
        "not YAML",
        "The text is not YAML, or holds characters that no YAML file may hold.",
        "title: 'open\ntensors: {x: n}\n",
        "title: open\ntensors: {x: n}\n",
    ),
    "DC002": _spec(
        "empty spec", "The file holds nothing but comments or white space.", "# nothing\n", "tensors: {x: n}\n"
    ),
    "DC003": _spec(
        "nested too deeply",
        "A spec is a few levels deep; hundreds of brackets are refused before they are read.",
        "tensors: " + "[" * 60 + "]" * 60 + "\n",
        "tensors: {x: n}\n",
    ),
    "DC004": _spec(
        "anchors and aliases",
        "A spec says everything where it stands: YAML's `&name` and `*name` are refused.",
        "tensors:\n  x: &a n\n  y: *a\n",
        "tensors:\n  x: n\n  y: n\n",
    ),
    "DC005": _spec("tab", "YAML does not allow tabs for indentation.", "tensors:\n\tx: n\n", "tensors:\n  x: n\n"),
    "DC006": _spec(
        "several documents",
        "A spec is one YAML document; `---` starts another.",
        "tensors: {x: n}\n---\ntensors: {y: n}\n",
        "tensors: {x: n, y: n}\n",
    ),
    "DC007": _spec(
        "a value starts with a YAML sign",
        "`@`, `%`, `*`, `&`, `!`, `|`, `>` and backquotes mean something to "
        "YAML at the start of a value: quote the formula.",
        "tensors: {x: n}\nlayers:\n  z: @x\n",
        "tensors: {x: n}\nlayers:\n  z: '2 * x'\n",
    ),
    "DC008": _spec(
        "backslash in double quotes",
        "Inside double quotes YAML reads `\\n`, `\\b` and others as control "
        "characters. Use single quotes around LaTeX.",
        'tensors: {x: n}\nclaims:\n  a: {latex: "\\nabla \\beta"}\n',
        "tensors: {x: n}\nclaims:\n  a: x = x\n",
    ),
    "DC009": _spec(
        "a colon inside a value",
        "`: ` inside an unquoted value starts another key.",
        "tensors: {x: n}\nsource: chapter 2: softmax\n",
        "tensors: {x: n}\nsource: 'chapter 2: softmax'\n",
    ),
    "DC010": _spec(
        "brackets inside a list",
        "Inside a YAML list or mapping a bracket ends it: write axes as words, quote formulas.",
        "tensors:\n  W: [n[l], m]\n",
        "tensors:\n  W: n m\n",
    ),
    "DC011": _spec(
        "no space after the colon",
        "A key needs a colon and a space.",
        "tensors:\n  x:n\n  y: n\n",
        "tensors:\n  x: n\n  y: n\n",
    ),
    "DC012": _spec("a mapping is expected", "This field maps names to values.", "tensors: x\n", "tensors: {x: n}\n"),
    "DC013": _spec(
        "a key that is not a name",
        "A key is a single value, not a list or mapping.",
        "tensors: {x: n}\nlayers:\n  ? [a, b]\n  : x\n",
        "tensors: {x: n}\nlayers:\n  a: x\n",
    ),
    "DC014": _spec(
        "duplicate key",
        "A name is declared once; YAML would silently keep the last one.",
        "tensors:\n  x: n\n  x: m\n",
        "tensors:\n  x: n\n",
    ),
    "DC015": _spec(
        "a formula became a mapping",
        "Braces or a comma made YAML read the formula as a mapping: quote it.",
        "tensors: {x: n}\nclaims:\n  a: {claim: x = max(x, x)}\n",
        "tensors: {x: n}\nclaims:\n  a: {claim: 'x = max(x, x)'}\n",
    ),
    "DC016": _spec(
        "a text is expected",
        "A list or mapping stands where a formula or a word is expected.",
        "tensors: {x: n}\ntitle: [a, b]\n",
        "tensors: {x: n}\ntitle: a, b\n",
    ),
    "DC017": _spec(
        "a comment cut the formula off",
        "` #` starts a comment in an unquoted value.",
        "tensors: {x: n}\nlayers:\n  z: sum(x # over n\n",
        "tensors: {x: n}\nlayers:\n  z: sum(x)  # over n\n",
    ),
    "DC018": _spec(
        "a whole number is expected",
        "Sizes, depths and seeds are whole numbers.",
        "tensors: {x: n}\nnumeric: {seed: many}\n",
        "tensors: {x: n}\nnumeric: {seed: 3}\n",
    ),
    "DC019": _spec(
        "a number out of range",
        "Sizes lie between 1 and 4096: checks are made at small sizes, proofs hold for all.",
        "tensors: {x: n}\nnumeric: {sizes: {n: 1000000000}}\n",
        "tensors: {x: n}\nnumeric: {sizes: {n: 4}}\n",
    ),
    "DC020": _spec(
        "not one of the choices",
        "This field takes one of a few words.",
        "vectors: columns\ntensors: {x: n}\n",
        "vectors: column\ntensors: {x: n}\n",
    ),
    "DC021": _spec("unknown key", "The key is not part of a spec.", "tensor: {x: n}\n", "tensors: {x: n}\n"),
    "DC022": _spec(
        "no value",
        "The key has nothing after its colon.",
        "tensors: {x: n}\nlayers:\n  z:\n",
        "tensors: {x: n}\nlayers:\n  z: x\n",
    ),
    "DC023": _spec(
        "no tensors", "A spec declares the tensors that its formulas speak of.", "title: nothing\n", "tensors: {x: n}\n"
    ),
    "DC024": _spec(
        "not a name",
        "Names are letters, digits and `_`, with at most one label in brackets.",
        "tensors:\n  x y: n\n",
        "tensors:\n  xy: n\n",
    ),
    "DC025": _spec(
        "a word of the notation",
        "`if`, `else`, `where`, `and`, `or` and `pi` cannot be names.",
        "tensors:\n  if: n\n",
        "tensors:\n  x: n\n",
    ),
    "DC026": _spec(
        "a name used twice",
        "Tensors, layers, the loss and abbreviations share one set of names.",
        "tensors: {x: n}\nlayers: {x: 2 * x}\n",
        "tensors: {x: n}\nlayers: {z: 2 * x}\n",
    ),
    "DC027": _spec(
        "a dimension with a tensor's name",
        "A dimension and a tensor may not share a name: a bare dimension is its size.",
        "tensors: {n: n}\n",
        "tensors: {x: n}\n",
    ),
    "DC028": _spec(
        "no axes", "A tensor needs its axes; a scalar says so.", "tensors:\n  b:\n", "tensors:\n  b: scalar\n"
    ),
    "DC029": _spec(
        "not an axis",
        "Axes are dimension names or numbers, separated by spaces.",
        "tensors: {x: n*m}\n",
        "tensors: {x: n m}\n",
    ),
    "DC030": _spec(
        "unknown fact",
        "`given` takes the facts that `derivcheck list facts` shows.",
        "tensors: {y: {axes: n, given: onehot}}\n",
        "tensors: {y: {axes: n, given: one_hot}}\n",
    ),
    "DC031": _spec(
        "not a function's head",
        "A function is declared with its parameters, or as opaque.",
        "tensors: {x: n}\nfunctions: {'2f(t)': t}\n",
        "tensors: {x: n}\nfunctions: {'f(t)': t}\n",
    ),
    "DC032": _spec(
        "several losses",
        "A spec has one loss; declare the parts as layers.",
        "tensors: {x: n}\nloss: {L: sum(x), M: sum(x)}\n",
        "tensors: {x: n}\nloss: {L: sum(x)}\n",
    ),
    "DC033": _spec(
        "not a range",
        "A family is a label and its range.",
        "families: {l: 3}\ntensors: {x: n}\n",
        "families: {l: 1..3}\ntensors: {x: n}\n",
    ),
    "DC034": _spec(
        "a claim without an equation",
        "A claim gives exactly one of `claim`, `latex` and `steps`.",
        "tensors: {x: n}\nclaims:\n  a: {note: hm}\n",
        "tensors: {x: n}\nclaims:\n  a: {claim: x = x}\n",
    ),
    "DC035": _spec(
        "not a label",
        "A label is a number, a declared label, or one shifted by a number.",
        "families: {l: 1..2}\ntensors: {'x[k]': n}\n",
        "families: {l: 1..2}\ntensors: {'x[l]': n}\n",
    ),
    "DC036": _spec(
        "two labels",
        "A name has one label.",
        "families: {l: 1..2, k: 1..2}\ntensors: {'x[l+k]': n}\n",
        "families: {l: 1..2}\ntensors: {'x[l]': n}\n",
    ),
    "DC037": _spec(
        "a fact that does not fit",
        "The fact needs an axis that the tensor has, or another number of axes.",
        "tensors: {Y: {axes: k M, given: one_hot}}\n",
        "tensors: {Y: {axes: k M, given: {one_hot: k}}}\n",
    ),
    "DC038": _spec(
        "the loss is not a scalar",
        "A gradient is taken of a number: sum or average first.",
        "tensors: {x: n}\nloss: {L: x}\n",
        "tensors: {x: n}\nloss: {L: sum(x)}\n",
    ),
    "DC039": _spec(
        "unknown dimension",
        "`numeric.sizes` names a dimension that no tensor has.",
        "tensors: {x: n}\nnumeric: {sizes: {m: 3}}\n",
        "tensors: {x: n}\nnumeric: {sizes: {n: 3}}\n",
    ),
    "DC040": _spec(
        "cyclic layers",
        "A layer depends on itself.",
        "tensors: {x: n}\nlayers: {a: b, b: a + x}\n",
        "tensors: {x: n}\nlayers: {a: x, b: a + x}\n",
    ),
    "DC041": _spec(
        "not a quantifier",
        "`for` names a label and its range.",
        "tensors: {x: n}\nclaims:\n  a: {claim: x = x, for: every l}\n",
        "tensors: {x: n}\nclaims:\n  a: {claim: x = x, for: l in 1..2}\n",
    ),
    "DC042": _spec(
        "not a fact of a claim",
        "`given` of a claim is a fact and a tensor, along an axis where it needs one.",
        "tensors: {y: n}\nclaims:\n  a: {claim: sum(y) = 1, given: 'y sums to one'}\n",
        "tensors: {y: n}\nclaims:\n  a: {claim: sum(y) = 1, given: 'sums_to_one: y'}\n",
    ),
    "DC043": _spec(
        "facts that are not supported together",
        "Numbers are tried at points at which every given fact holds; a point is drawn for one fact, or for two that amount to a third (`binary` and `sums_to_one` are `one_hot`).",
        "tensors: {y: {axes: n, given: [unit, positive]}}\nclaims:\n  a: sum(y^2) = 1\n",
        "tensors: {y: {axes: n, given: unit}}\nclaims:\n  a: sum(y^2) = 1\n",
    ),
    "DC055": _spec(
        "not an ignored finding",
        "`# derivcheck: ignore[CODE] reason` at a claim lets it pass with that finding: a code of DC1xx to DC4xx, `undecided`, or `checked` under --strict. The reason is needed; derivcheck's own bugs are not ignored.",
        "tensors: {x: n}\nloss: {L: sum(x^2)}\nclaims:\n  a: dL/dx = x  # derivcheck: ignore[DC201]\n",
        "tensors: {x: n}\nloss: {L: sum(x^2)}\nclaims:\n  a: dL/dx = x  # derivcheck: ignore[DC201] the book leaves factors out\n",
    ),
    "DC056": _spec(
        "nothing is ignored",
        "No claim has the finding that is to be ignored there; under --strict that fails.",
        "tensors: {x: n}\nclaims:\n  a: x = x  # derivcheck: ignore[DC202] printed so\n",
        "tensors: {x: n}\nclaims:\n  a: x = x\n",
    ),
    # --- notation ---------------------------------------------------------------------------
    "DC045": _spec(
        "an incomplete document section",
        "`document` names the file it speaks of; an expectation names its verdict.",
        "tensors: {x: n}\nloss: {L: sum(x)}\ndocument: {lines: 1..20}\n",
        "tensors: {x: n}\nloss: {L: sum(x)}\ndocument: {file: notes.md, lines: 1..20}\n",
    ),
    "DC046": _spec(
        "not a place of the document",
        "`lines` are a range, the keys of `from` are lines.",
        "tensors: {x: n}\nloss: {L: sum(x)}\ndocument: {file: notes.md, lines: 20..1}\n",
        "tensors: {x: n}\nloss: {L: sum(x)}\ndocument: {file: notes.md, lines: 1..20}\n",
    ),
    "DC047": _text(
        "nothing at that place",
        "A binding or an expectation speaks of a line, a block or a label at which no formula that asserts something stands.",
    ),
    "DC048": _spec(
        "no sizes",
        "Every axis needs an entry, also one of a derived size such as h-k+1, and no sizes are found at which it has: `numeric.sizes` gives them.",
        "tensors: {x: n, w: k, y: n-k+1}\nnumeric: {sizes: {n: 3, k: 5}}\n",
        "tensors: {x: n, w: k, y: n-k+1}\nnumeric: {sizes: {n: 5, k: 3}}\n",
    ),
    "DC100": Explanation(
        "unexpected character", "The character is not part of the notation.", "dL/dz2 = p $ y", "dL/dz2 = p - y"
    ),
    "DC101": Explanation(
        "number too long", "Numbers have at most 40 digits and exponents up to 400.", "L = " + "1" * 50, "L - L = 0"
    ),
    "DC102": Explanation(
        "formula too long",
        "Split a formula of hundreds of terms with `let:` names.",
        "L = " + "+".join(["1"] * 5000),
        "L = L",
    ),
    "DC103": Explanation(
        "bracket", "A bracket is never closed, or closes nothing.", "dL/dz2 = (p - y", "dL/dz2 = (p - y)"
    ),
    "DC104": Explanation(
        "the formula ends too early", "Something is expected after the last operator.", "dL/dz2 = p -", "dL/dz2 = p - y"
    ),
    "DC105": Explanation(
        "`==` between sides",
        "`==` compares index letters inside a condition; two sides are joined by `=`.",
        "dL/dz2 == p - y",
        "dL/dz2 = p - y",
    ),
    "DC106": Explanation(
        "ambiguous product",
        "`·` and `×` can mean the matrix product or the entrywise one: write `@` or `*`.",
        "dL/dW2 = (p - y) · a1.T",
        "dL/dW2 = (p - y) @ a1.T",
    ),
    "DC107": Explanation(
        "unexpected token", "An operator or a bracket stands where it cannot.", "dL/dz2 = p - * y", "dL/dz2 = p - y"
    ),
    "DC108": Explanation("one side only", "A claim is an equation.", "dL/dz2 - p + y", "dL/dz2 - p + y = 0"),
    "DC109": Explanation("empty side", "A side of the equation is empty.", "dL/dz2 = ", "dL/dz2 = p - y"),
    "DC110": Explanation(
        "two expressions side by side",
        "Plain text writes every product: `@` contracts, `*` is entrywise.",
        "dL/dW2 = dL/dz2 a1.T",
        "dL/dW2 = dL/dz2 @ a1.T",
    ),
    "DC111": Explanation(
        "nested too deeply", "More than sixty levels of brackets.", "L = " + "(" * 80 + "L" + ")" * 80, "L = (L)"
    ),
    "DC112": Explanation("exponent too large", "Exponents are at most 1000.", "L^1000000 = L", "L^2 = L * L"),
    "DC113": Explanation(
        "ragged matrix",
        "The rows of a written-out matrix have equal lengths.",
        "[1, 2; 3] = 0",
        "[1, 2; 3, 4] = [1, 2; 3, 4]",
    ),
    "DC114": Explanation(
        "a prime without argument",
        "`f'` is a function and needs its argument.",
        "dL/dz1 = dL/da1 * sigmoid'",
        "dL/dz1 = dL/da1 * sigmoid'(z1)",
    ),
    "DC115": Explanation(
        "delta without letters",
        "Kronecker's delta takes two index letters.",
        "dp[i]/dp[j] = delta_ijk",
        "dp[i]/dp[j] = delta_ij",
    ),
    "DC116": Explanation(
        "sum without its letter", "An indexed sum names its letter.", "sum_{3 > 2}(p[k]) = 1", "sum_k(p[k]) = 1"
    ),
    "DC117": Explanation(
        "second derivative by what",
        "A second derivative names two variables; the Hessian is `d2l/dx^2`.",
        "d2L/dz2 = 0",
        "d2L/dz2^2 = diag(p) - p @ p.T",
    ),
    "DC118": Explanation(
        "a derivative of what",
        "`∂` needs what it differentiates, and by what. In LaTeX an operator reaches over a coefficient and "
        "one factor, or over the one product that is a number, `x^T A x`; where more follows, brackets say how far.",
        "∂ = 0",
        "∂L/∂z2 = p - y",
    ),
    "DC119": Explanation(
        "limits on a sum",
        "A sum over an index runs over its whole dimension; restrict it by a condition. "
        "A sum over the label of a family has the limits that are written, `sum_{t in 2..T}(E[t])`, or else the label's declared range. "
        "Limits run upwards: `t+1..T` is empty at the last label alone, while no depth fills `T..1` or `3..2`.",
        "Σ_{k=1}^3 p[k] = 1",
        "sum_k(p[k]) = 1",
    ),
    "DC120": Explanation("unknown name", "The name is not declared in the spec.", "dL/dz2 = q - y", "dL/dz2 = p - y"),
    "DC121": Explanation(
        "a family without its label",
        "A member of a family is named with its label.",
        "W = W[1]",
        "W[1] = W[1]",
        "claim",
        "families: {l: 1..2}\ntensors: {'W[l]': n n}\n",
    ),
    "DC122": Explanation(
        "arguments", "The function takes another number or kind of arguments.", "L = trace(W1, W2)", "L = L"
    ),
    "DC123": _spec(
        "not a scalar definition",
        "A function is defined by a formula of its parameters.",
        "tensors: {x: n}\nfunctions: {'f(t)': t @ t}\nlayers: {z: f(x)}\n",
        "tensors: {x: n}\nfunctions: {'f(t)': t * t}\nlayers: {z: f(x)}\n",
    ),
    "DC124": Explanation(
        "unknown function",
        "The function is not in the catalogue and not declared.",
        "a1 = sigmoidal(z1)",
        "a1 = sigmoid(z1)",
    ),
    "DC130": Explanation(
        "shapes do not conform",
        "Two shapes cannot be combined entrywise; compare the dimension names.",
        "dL/db1 = b1 + b2",
        "b1 + b1 = 2*b1",
    ),
    "DC131": Explanation(
        "inner dimensions differ",
        "A matrix product contracts the columns of the left with the rows of the right factor.",
        "W1 @ W2 = 0",
        "z1 = W1 @ x + b1",
    ),
    "DC132": Explanation(
        "no such axis",
        "A reduction names a dimension that the tensor does not have.",
        "sum(W1, n2) = 0",
        "sum(W1, n1) = sum(W1.T, n1)",
    ),
    "DC133": Explanation(
        "two axes of one dimension",
        "Name the axis by its position.",
        "sum(A, n) = 0",
        "sum(A, 1) = sum(A.T, 2)",
        "claim",
        PLAIN,
    ),
    "DC134": Explanation(
        "which dimension",
        "With more than one axis the function needs the dimension it runs over.",
        "softmax(W1) = 0",
        "softmax(W1, n1) = softmax(W1, n1)",
    ),
    "DC135": Explanation(
        "a derivative that is not a matrix",
        "Index both sides, or vectorise them.",
        "dz1/dW1 = 0",
        "dz1[i]/dW1[j,k] = delta(i,j) * x[k]",
    ),
    "DC136": Explanation(
        "not a variable",
        "A derivative is taken by a declared tensor, a layer, or an entry of one.",
        "dL/dd = 0",
        "dL/dz2 = p - y",
        "claim",
        BASE + "let:\n  d: p - y\n",
    ),
    "DC137": Explanation(
        "an axis or a value?",
        "`max(x, 1)` of a vector could be the largest entry, or 1 wherever an entry is smaller. Put the number "
        "first, or name the dimension.",
        "max(z1, 1) = z1",
        "max(1, z1) = max(1, W1 @ x + b1)",
    ),
    "DC138": Explanation(
        "no chain",
        "`chain(dL/dz, dz/dx)` links derivatives by one whole tensor each: what one is taken by, the next is taken of. "
        "A `let` name of one derivative is a link too.",
        "dL/dW1 = chain(dL/dz1, da1/dW1)",
        "dL/dW1 = chain(dL/dz1, dz1/dW1)",
    ),
    "DC140": Explanation(
        "an index without a dimension", "The letter never indexes a tensor.", "sum_k(1) = 1", "sum_k(p[k]) = 1"
    ),
    "DC141": Explanation(
        "an index over two dimensions",
        "One letter runs over one dimension.",
        "dp[i]/dz1[i] = 0",
        "dp[i]/dz2[i] = p[i] * (1 - p[i])",
    ),
    "DC142": Explanation(
        "number of indices", "A tensor has one index for each axis.", "dL/dW1[i] = 0", "dL/dW1[i,j] = dL/dz1[i] * x[j]"
    ),
    "DC143": Explanation("not an index", "An index is a letter, a position from 1, or `:`.", "p[0] = 0", "p[1] = p[1]"),
    "DC144": Explanation(
        "not an index comparison",
        "An index is compared with a letter or a position.",
        "sum_{k != x[1]}(p[k]) = 1",
        "sum_{k != 1}(p[k]) = 1 - p[1]",
    ),
    "DC145": Explanation(
        "a tensor under an indexed product or extremum",
        "Index every tensor under it; sums may run over tensors.",
        "max_k(p[k] * y) = 0",
        "max_k(p[k]) = max(p)",
    ),
    "DC150": Explanation(
        "bound and free",
        "A letter is bound by a sum and free outside it: rename the bound one.",
        "dL/dz2[i] = p[i] * sum_i(y[i]) - y[i]",
        "dL/dz2[i] = p[i] * sum_k(y[k]) - y[i]",
    ),
    "DC151": Explanation(
        "a free index too many",
        "A letter that is free on the right stands on the left too; a layer or a `let` name stands by itself and has none.",
        "dL/dz2[i] = p[j] - y[i]",
        "dL/dz2[i] = p[i] - y[i]",
    ),
    "DC154": Explanation(
        "a letter or what is declared",
        "An index letter may be called as a tensor or a dimension. Where such a name stands as a value, "
        "or is compared, it could be either.",
        "dL/dz2[n2] = p[n2] - y[n2]/n2*n2",
        "dL/dz2[i] = p[i] - y[i]/n2*n2",
    ),
    "DC153": Explanation(
        "one row or all pairs",
        "`sum_{i<j}` binds `i` alone where the equation speaks of a `j`, and both where it does not. On both "
        "sides it can be either: name both letters, or write the sum over `j` as well.",
        "sum_{i<j}(p[i]*y[j]) = sum_{i<j}(y[j]*p[i])",
        "sum_{i,j: i<j}(p[i]*y[j]) = sum_{i,j: i<j}(y[j]*p[i])",
    ),
    "DC152": Explanation(
        "shape against value", "A shape is compared with a list of dimensions.", "shape(W1) = x", "shape(W1) = [n1, n0]"
    ),
    # --- what is wrong with a claim ---------------------------------------------------------
    # --- LaTeX ------------------------------------------------------------------------------
    "DC170": Explanation(
        "unknown macro",
        "LaTeX's macros have one meaning each here; another one is declared under macros: in the spec.",
        r"\mathlarger{z_1} = W_1 x + b_1",
        r"\mathbf{z}_1 = W_1 x + b_1",
    ),
    "DC171": Explanation(
        "a name or its scripts with two readings",
        "Superscripts and subscripts may be names, layers, indices, powers or transposes: what is declared decides, and where two readings fit, or none, symbols: in the spec says which.",
        r"\mathbf{p}_{n_2} = 1 - p_1",
        r"\mathbf{p}_i = 1 - \sum_{k \ne i} p_k",
    ),
    "DC172": Explanation(
        "two products conform",
        "A dot or a star can be the matrix product or the entrywise one, a product of linked derivatives the matrix product or the chain rule; here the shapes of the operands and of both sides allow both.",
        r"y \cdot p = p \cdot y \cdot 1",
        r"y \odot p = p \odot y",
    ),
    "DC173": Explanation(
        "dots without a pattern",
        "A matrix with dots is read when its shown entries follow one pattern in their row and column.",
        r"z_1 = \begin{bmatrix} z_{1,1} \\ \vdots \\ b_{1,3} \end{bmatrix}",
        r"z_1 = \begin{bmatrix} z_{1,1} \\ z_{1,2} \\ \vdots \\ z_{1,n_1} \end{bmatrix}",
    ),
    "DC174": Explanation(
        "a sign that makes no equation",
        "Similarity, arrows and membership in other sets than the real vectors and matrices are not judged.",
        r"\frac{\partial L}{\partial z_2} \sim p - y",
        r"\frac{\partial L}{\partial z_2} = p - y",
    ),
    "DC175": Explanation(
        "words inside a formula",
        "Words that restrict an equation are not passed over: a condition is written with letters and relations.",
        r"p_i = 1 \text{ if the example is of class } i",
        r"\frac{\partial p_i}{\partial z_{2,j}} = -p_i p_j \quad \text{if } i \ne j",
    ),
    "DC176": Explanation(
        "a form that is no single equation",
        "Cases need a value and a condition in every branch and `otherwise` in the last, conditions must not overlap, and lines of equations do not stand inside a matrix.",
        r"\frac{\partial p_i}{\partial z_{2,j}} = \begin{cases} p_i (1 - p_i) & \text{if } i = j \\ -p_i p_j & \text{if } i = j \end{cases}",
        r"\frac{\partial p_i}{\partial z_{2,j}} = \begin{cases} p_i (1 - p_i) & \text{if } i = j \\ -p_i p_j & \text{if } i \ne j \end{cases}",
    ),
    "DC177": Explanation(
        "applied or multiplied",
        "A bracket behind a quantity can be its argument or a factor; where neither is plain, nothing is guessed.",
        r"\mathbf{p}(z_2) = p",
        r"p \odot (1 - p) = p - p \odot p",
    ),
    "DC178": Explanation(
        "a symbol that is not read",
        "The left side of symbols: is LaTeX, the right side an expression of the spec.",
        "tensors: {x: n}\nlayers: {z: exp(x)}\nsymbols: {'\\hat{y': z}\nclaims: {c: z = exp(x)}\n",
        "tensors: {x: n}\nlayers: {z: exp(x)}\nsymbols: {'\\hat{y}': z}\nclaims: {c: {latex: '\\hat{y} = e^{x}'}}\n",
        "spec",
    ),
    "DC179": Explanation(
        "how far a function reaches",
        "A function without brackets takes one factor; where a product follows, or a power behind its brackets, more brackets say what it takes.",
        r"\log p_i y_i = y_i \log(p_i)",
        r"y_i \log p_i = y_i \log(p_i)",
    ),
    # --- wrong claims ---
    "DC201": Explanation(
        "constant factor",
        "The claim is right up to a constant: 2, n, 1/M, n/2.",
        "dL/dz2 = 2*(p - y)",
        "dL/dz2 = p - y",
    ),
    "DC202": Explanation("sign", "The claim is right up to a sign.", "dL/dz2 = y - p", "dL/dz2 = p - y"),
    "DC203": Explanation(
        "transpose missing",
        "A factor has to be transposed, or two indices exchanged.",
        "dL/dz1 = (W2 @ dL/dz2) * sigmoid'(z1)",
        "dL/dz1 = (W2.T @ dL/dz2) * sigmoid'(z1)",
    ),
    "DC204": Explanation(
        "transpose superfluous", "A factor is transposed that should not be.", "z1 = W1.T @ x + b1", "z1 = W1 @ x + b1"
    ),
    "DC205": Explanation(
        "another layout",
        "The equation is right in another layout convention; the spec's is `mixed` by default.",
        "dL/dz2 = (p - y).T",
        "dL/dz2 = p - y",
    ),
    "DC206": Explanation(
        "order of the factors", "Matrix products do not commute.", "dL/dW2 = a1.T @ (p - y)", "dL/dW2 = (p - y) @ a1.T"
    ),
    "DC207": Explanation(
        "matrix product meant",
        "An entrywise product stands where the factors are contracted.",
        "z1 = W1 * x.T + b1",
        "z1 = W1 @ x + b1",
    ),
    "DC208": Explanation(
        "entrywise product meant",
        "A matrix product stands where entries are multiplied one by one.",
        "dL/dz1 = dL/da1 @ sigmoid'(z1)",
        "dL/dz1 = dL/da1 * sigmoid'(z1)",
    ),
    "DC209": Explanation(
        "f for f'",
        "The derivative of the function is meant.",
        "dL/dz1 = dL/da1 * sigmoid(z1)",
        "dL/dz1 = dL/da1 * sigmoid'(z1)",
    ),
    "DC210": Explanation(
        "f' for f", "The function is meant, not its derivative.", "a1 = sigmoid'(z1)", "a1 = sigmoid(z1)"
    ),
    "DC211": Explanation(
        "derivative at the wrong argument",
        "f' is taken at the pre-activation, not at the activation.",
        "dL/dz1 = dL/da1 * sigmoid'(a1)",
        "dL/dz1 = dL/da1 * sigmoid'(z1)",
    ),
    "DC212": Explanation(
        "factor f' missing",
        "The chain rule through the activation is left out.",
        "dL/dz1 = W2.T @ (p - y)",
        "dL/dz1 = (W2.T @ (p - y)) * sigmoid'(z1)",
    ),
    "DC213": Explanation(
        "wrong variable",
        "Another tensor, or another layer's, is meant.",
        "dL/dW2 = (p - y) @ z1.T",
        "dL/dW2 = (p - y) @ a1.T",
    ),
    "DC214": Explanation(
        "sum over the wrong axis",
        "The sum runs over the other axis.",
        "2/M * sum(Z - T, k) = 2/M * sum(Z - T, M)",
        "sum(Z - T, M) = sum((Z - T).T, M)",
        "claim",
        BATCH,
    ),
    "DC215": Explanation(
        "sum missing",
        "The contributions of a batch or of several units have to be added up.",
        "sum(Z, M) = Z",
        "sum(Z, M) = W @ sum(X, M)",
        "claim",
        BATCH,
    ),
    "DC216": Explanation(
        "mean for sum",
        "A mean stands where a sum is meant, or the other way round.",
        "C = sum(sum((Z - T)^2, k))",
        "C = mean(sum((Z - T)^2, k))",
        "claim",
        BATCH,
    ),
    "DC217": Explanation(
        "off-diagonal terms dropped",
        "The equation gives only the diagonal of the Jacobian.",
        "dp[i]/dz2[j] = p[i] * (1 - p[i])",
        "dp[i]/dz2[j] = p[i] * (delta(i,j) - p[j])",
    ),
    "DC218": Explanation(
        "delta missing",
        "The entries off the diagonal are zero.",
        "da1[i]/dz1[j] = sigmoid'(z1[i])",
        "da1[i]/dz1[j] = sigmoid'(z1[i]) * delta(i,j)",
    ),
    "DC219": Explanation(
        "needs a fact",
        "The equation is right only under an assumption that the spec does not give.",
        "dq/dx = 2 * A @ x",
        "dq/dx = (A + A.T) @ x",
        "claim",
        PLAIN,
    ),
    "DC220": Explanation(
        "special sizes only",
        "The equation holds where a dimension has size 1, and fails for larger ones.",
        "sum(softmax(x)^2) = 1",
        "sum(softmax(x)) = 1",
    ),
    "DC221": Explanation(
        "a term is missing",
        "The derived form has a term more.",
        "dp[i]/dz2[j] = -p[i] * p[j]",
        "dp[i]/dz2[j] = p[i] * delta(i,j) - p[i] * p[j]",
    ),
    "DC222": Explanation(
        "a term too many", "The claim has a term that the derived form lacks.", "dL/dz2 = p - y + b2", "dL/dz2 = p - y"
    ),
    "DC223": Explanation(
        "wrong power", "An exponent is off by one.", "d(sum(x^3))/dx = 3 * x^3", "d(sum(x^3))/dx = 3 * x^2"
    ),
    "DC229": Explanation(
        "no edit that was tried makes it true",
        "Both sides have a meaning and differ; no small edit that was tried makes them equal.",
        "dL/dz2 = exp(p) * y * y * p",
        "dL/dz2 = p - y",
    ),
    "DC230": Explanation(
        "different shapes",
        "Both sides have a meaning, but their shapes differ by dimension name.",
        "z1 = z2",
        "z1 = W1 @ x + b1",
    ),
    "DC231": Explanation(
        "not proportional",
        "`A ~ B` (or ∝) says that one factor, whatever it depends on, makes every entry of B the entry of A.",
        "dL/dz2 ~ p",
        "dL/dz2 ~ 2 * (p - y)",
    ),
    "DC232": Explanation(
        "chain rule meant",
        "`@` is the product of matrices. The chain rule sums over all axes of the tensor that links two derivatives; "
        "where that is a matrix, or one derivative has three axes, no product of matrices says the same.",
        "dL/dW1 = dL/dz1 @ dz1/dW1",
        "dL/dW1 = chain(dL/dz1, dz1/dW1)",
    ),
    # --- what is not supported --------------------------------------------------------------
    "DC402": _text(
        "outside the canonical form",
        "The canonical form does not know this kind of expression; the other ways still judge.",
    ),
    "DC403": _text(
        "opaque loss",
        "An opaque loss has first derivatives that claims may name, but no value and no second derivatives.",
    ),
    "DC404": _text("extremum under a condition", "max and min over an index with a condition are refused by name."),
    "DC405": _text(
        "a matrix over several axes",
        "The rows of a Kronecker product are several axes: inv, det and the like take matrices of one axis each way.",
    ),
    "DC406": _text(
        "not evaluated in numbers", "There is no numerical evaluation of this function, or none at complex points."
    ),
    "DC408": _text("no SymPy object", "SymPy's matrix expressions cannot say this; the index form still can."),
    "DC409": _text("inequality", "What is less or greater is not judged; `<` and `>` serve in conditions."),
    # --- numbers ----------------------------------------------------------------------------
    "DC501": _text(
        "no finite point",
        "At every point tried a quantity is infinite or not a number: give facts such as positive, or check the domain.",
    ),
    "DC502": _text("no value", "A tensor has no value at this point."),
    "DC503": _text("no such entry", "A fixed position lies beyond the size that is tried."),
    "DC506": _text(
        "too many entries",
        "A tensor has more entries at these sizes than numbers are spent on: give smaller ones, by `numeric: {sizes: ...}` or `--sizes`.",
    ),
    "DC505": _text(
        "too large a value",
        "At every point tried a quantity is larger than floating point numbers are: nothing is learned from numbers there.",
    ),
    "DC504": _text("an empty dimension", "A derived size such as n - k + 1 comes out below 1: give numeric.sizes."),
    # --- files and usage --------------------------------------------------------------------
    "DC601": _text("no such file", "The file does not exist."),
    "DC602": _text("a folder", "A folder stands where a file is expected."),
    "DC603": _text("cannot be read", "The operating system refuses to open the file."),
    "DC604": _text("not a text file", "The file is not UTF-8 text, or larger than 2 MiB."),
    "DC605": _text("unknown function", "show-jacobian knows the functions of `derivcheck list` and their arguments."),
    "DC606": _text("not a size or point", "--size takes 3 or 2x2, --at numbers separated by commas."),
    "DC607": _text(
        "needs a spec",
        "An equation on its own speaks of vectors and square matrices of one size; others, and the derivatives of a loss, need --spec.",
    ),
    "DC608": _text("nothing found", "There is no spec to judge; that is never success."),
    "DC609": _text("no loss", "Gradients need a loss."),
    "DC610": _text("unknown tensor", "The name after --wrt is not declared."),
    "DC611": _text("unknown code", "All codes are listed by `derivcheck list codes`."),
    "DC612": _text("no witness", "Only a refuted equation has a witness."),
    "DC613": _text(
        "cannot be written",
        "The operating system refuses the output: a full disk, a closed device, or a folder that is not there.",
    ),
    "DC614": _text("not sizes", "--sizes takes dimensions and positive numbers: --sizes n0=784,n1=100,M=32."),
    "DC615": _text("a missing library", "Plots need matplotlib: pip install 'derivcheck-nn[plot]'."),
    "DC616": _text("not a plot file", "A plot is written to a file whose name ends in .svg or .png."),
    "DC640": _text(
        "not a selection",
        "-k takes parts of names with and, or, not and brackets; quote what contains blanks: -k \"mlp and not 'as printed'\".",
    ),
    "DC641": _text(
        "nothing selected",
        "No claim, gradient or file has a name that matches the expression of -k; that is never success.",
    ),
    "DC642": _text(
        "not a configuration",
        '[tool.derivcheck] of the nearest pyproject.toml takes the names of options as keys: strict = true, jobs = 4, sizes = "n0=784".',
    ),
    "DC643": _text("no timers", "--timeout interrupts a file by an interval timer, which POSIX systems have."),
    "DC644": _text(
        "not within the time",
        "The file was given up after the seconds of --timeout; nothing is known of it. Give it more time, smaller sizes, or fewer claims.",
    ),
    "DC645": _text(
        "a process ended",
        "One of the processes of --jobs ended before it was done, for instance because the system ran out of memory.",
    ),
    "DC646": _text(
        "not an option",
        "An environment variable looks like one of the options DERIVCHECK_STRICT, DERIVCHECK_FAIL_ON, ..., and is none. It has no effect.",
    ),
    "DC647": _text(
        "options that do not go together",
        "--timeout is a positive number of seconds, --claim-timeout one from 0; --watch writes text to the terminal and nothing else, no files.",
    ),
    # --- homework ---------------------------------------------------------------------------
    "DC650": _text("not an answers file", "Answers are read from .csv, .tsv, .yaml, .yml and .json files."),
    "DC651": _text(
        "a column is missing",
        "Answers say who answers which claim with which equation: columns who, claim and equation, or who and a column for each question.",
    ),
    "DC652": _text("nobody's answer", "An answer needs the person it is from."),
    "DC653": _text(
        "no such question",
        "The questions are the claims of the spec that are expected to hold; answers and --points name them as the spec does.",
    ),
    "DC654": _text(
        "not a table",
        "A row has more cells than the header, or quotes do not match: quote an equation that has the separator in it.",
    ),
    "DC655": _text("nothing is asked", "Grading needs a spec whose claims are the questions."),
    "DC656": _text("not points", "--points takes a question and a number: --points W1=2."),
    "DC657": _text(
        "not a credit",
        "--credit takes the code of a mistake and a fraction from 0 to 1: --credit DC203=0.5; a YAML file maps codes to fractions.",
    ),
    "DC658": _text(
        "no such notation",
        "A notation is plain or latex; without one, a text with a backslash or a dollar sign is LaTeX.",
    ),
    "DC659": _text("took too long", "The answer was not decided within --timeout seconds: a person has to."),
    "DC660": _text("restates the question", "The right side says again what is asked: it is true, and no answer."),
    "DC661": _text(
        "another question's answer", "The left side is not the quantity that is asked, or only a part of it."
    ),
    "DC662": _text(
        "a derivative is left",
        "The equation is true, but its right side speaks of a derivative that neither the spec's own claim uses nor an earlier question asks: a person has to decide.",
    ),
    "DC663": _text("no equation that answers", "An answer is an equation, without a condition of its own."),
    "DC664": _text("no answers", "The file holds no answers: that is never success."),
    "DC665": _text(
        "not a report",
        "--report takes a format and a file that is no spec and no other report's: --report html=report.html.",
    ),
    "DC620": _text(
        "a missing library",
        "Markdown needs markdown-it-py and mdit-py-plugins, LaTeX needs pylatexenc: pip install 'derivcheck-nn[documents]'.",
    ),
    "DC621": _text(
        "not LaTeX",
        "The document cannot be divided into text and formulas; the formulas of a Markdown file are looked for in another way.",
    ),
    "DC622": _text(
        "a document that is not here",
        "A sidecar without claims and without a loss judges nothing when its document is missing: say where it lies.",
    ),
    "DC623": _text(
        "no formula",
        "Something stands where a formula would be, or looks like one: a dollar without its partner, an equation in plain text or outside of dollars, a relation inside brackets, a block that Markdown takes for code, a macro or an environment that says more than where a formula stands. It is counted as unread.",
    ),
    "DC624": _text("unread by choice", "The sidecar says not to read this formula, and why."),
    "DC625": _text(
        "defined anew",
        "The document gives a name another meaning than the spec; `from: {line N: {let: ...}}` says what it means from there on.",
    ),
    "DC626": _text("an update", "`W := W - alpha dL/dW` gives W a new value: that asserts nothing."),
    "DC627": _text(
        "no sidecar",
        "A document is judged with a spec that declares its network: NAME.derivcheck.yaml beside it, `derivcheck: FILE.yaml` in its front matter, or --spec.",
    ),
    "DC628": _text(
        "under a condition",
        "A sentence with an `if` before the formula does not assert it outright. A binding or an expectation for its line has it judged all the same.",
    ),
    "DC629": _text(
        "indices alone", "`i = j` or `l = 1, ..., L` says where something else holds; by itself it asserts nothing."
    ),
    "DC630": _text(
        "an example",
        "`y = [0, 1, 0]` or `z = 0` in the prose gives one value to something that has others: an example or a condition, no identity.",
    ),
    "DC631": _text(
        "not a depth of the spec",
        "The head of a document says `depths: L = 2`: it is judged at that depth alone. The label must be the end of a family of the spec, and no other.",
    ),
    "DC632": _text(
        "nothing could be read",
        "A document has formulas that assert something, and not one of them was read: each is listed with its reason. Declare the names and macros it uses in its sidecar, or expect the formulas to be unread there: `expect: {line 3: unread}`.",
    ),
    "DC633": _text(
        "outside the folder",
        "A sidecar names a document below its own folder, or below the one that --documents or DERIVCHECK_DOCUMENTS gives; the front matter of a document names a sidecar below the folder of the document or the working directory. `..` and links are followed first: a spec that somebody else wrote reads and quotes no other file.",
    ),
    "DC634": _text(
        "no kind of file that is known",
        "The ending of a name says what is read: documents in one of their formats, specs in YAML. A file with another ending is not taken for YAML, in which its first lines would be errors that nobody made.",
    ),
    "DC681": _text(
        "exists already", "`derivcheck init` writes new files only; give another name, or remove the file yourself."
    ),
    "DC682": _text(
        "nothing to judge",
        "The spec declares neither a loss nor a claim, and has no document; that is never success. Declare what is to be judged.",
    ),
    "DC683": _text(
        "no such gradient",
        "A declared tensor stands in no layer and has no member at any depth, so that there is nothing to derive by it.",
    ),
    "DC684": _text(
        "not a list of claims",
        "Functions, layers, losses and codes are the same for every spec; only `list claims` reads specs.",
    ),
    "DC685": _text("not a name of a spec", "A spec is a YAML file: its name ends in .yaml or .yml."),
    "DC686": _text(
        "not written",
        "The operating system refuses to create the file: no such device, no permission, or a folder that is a file.",
    ),
    "DC690": _text(
        "no code of an opaque loss",
        "A loss that is declared `opaque` has derivatives with names but no value; NumPy source needs its formula. An opaque entrywise function becomes an argument.",
    ),
    "DC691": _text(
        "a size that no array has",
        "Sizes are read off the shapes of the arguments; one that occurs only inside a sum such as n - k + 1, or in a formula alone, cannot be.",
    ),
    # --- derivcheck's own bugs --------------------------------------------------------------
    "DC900": _text(
        "derivcheck failed",
        "An unexpected error: a bug of derivcheck, worth a report. It spoils the one claim or gradient that it is reported for, and the file only where the network itself cannot be built.",
    ),
    "DC901": _text(
        "contradiction",
        "The canonical form or the field proves what numbers refute: a bug of derivcheck, reported as such.",
    ),
    "DC902": _text(
        "a derivative disagrees with differences",
        "A gradient, or a derivative that a claim speaks of, is not that of its forward pass: a bug of derivcheck, never a verdict.",
    ),
    "DC903": _text("no form is read back", "Nothing that could be printed says what was derived: a bug of derivcheck."),
    "DC904": _text(
        "generated code is wrong", "Generated code was run, and does not compute what was derived: a bug of derivcheck."
    ),
}
