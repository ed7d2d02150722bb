"""DC0xx: what a spec may not say."""

from __future__ import annotations

from derivcheck.diagnostics.explain.pages.explanation import Explanation, of_spec, text_only

SPEC: dict[str, Explanation] = {
    "DC001": of_spec(
        "not YAML",
        "The text is not YAML, or holds characters that no YAML file may hold.",
        "title: 'open\ntensors: {x: n}\n",
        "title: open\ntensors: {x: n}\n",
    ),
    "DC002": of_spec(
        "empty spec", "The file holds nothing but comments or white space.", "# nothing\n", "tensors: {x: n}\n"
    ),
    "DC003": of_spec(
        "nested too deeply",
        "A spec is a few levels deep; hundreds of brackets are refused before they are read.",
        "tensors: " + "[" * 60 + "]" * 60 + "\n",
        "tensors: {x: n}\n",
    ),
    "DC004": of_spec(
        "anchors and aliases",
        "A spec says everything where it stands: YAML's `&name` and `*name` are refused.",
        "tensors:\n  x: &a n\n  y: *a\n",
        "tensors:\n  x: n\n  y: n\n",
    ),
    "DC005": of_spec("tab", "YAML does not allow tabs for indentation.", "tensors:\n\tx: n\n", "tensors:\n  x: n\n"),
    "DC006": of_spec(
        "several documents",
        "A spec is one YAML document; `---` starts another.",
        "tensors: {x: n}\n---\ntensors: {y: n}\n",
        "tensors: {x: n, y: n}\n",
    ),
    "DC007": of_spec(
        "a value starts with a YAML sign",
        "`@`, `%`, `*`, `&`, `!`, `|`, `>` and backquotes mean something to "
        "YAML at the start of a value: quote the formula.",
        "tensors: {x: n}\nlayers:\n  z: @x\n",
        "tensors: {x: n}\nlayers:\n  z: '2 * x'\n",
    ),
    "DC008": of_spec(
        "backslash in double quotes",
        "Inside double quotes YAML reads `\\n`, `\\b` and others as control "
        "characters. Use single quotes around LaTeX.",
        'tensors: {x: n}\nclaims:\n  a: {latex: "\\nabla \\beta"}\n',
        "tensors: {x: n}\nclaims:\n  a: x = x\n",
    ),
    "DC009": of_spec(
        "a colon inside a value",
        "`: ` inside an unquoted value starts another key.",
        "tensors: {x: n}\nsource: chapter 2: softmax\n",
        "tensors: {x: n}\nsource: 'chapter 2: softmax'\n",
    ),
    "DC010": of_spec(
        "brackets inside a list",
        "Inside a YAML list or mapping a bracket ends it where none was opened; beside a formula, what YAML "
        "reads first ends too early. `{L: sse(a, y)}` and `{c: dL/dx[i] = 0}` are read as they are meant where "
        "their brackets match on one line. Quote the formula.",
        "tensors:\n  W: [n, m\n",
        "tensors:\n  W: n m\n",
    ),
    "DC011": of_spec(
        "no space after the colon",
        "A key needs a colon and a space.",
        "tensors:\n  x:n\n  y: n\n",
        "tensors:\n  x: n\n  y: n\n",
    ),
    "DC012": of_spec("a mapping is expected", "This field maps names to values.", "tensors: x\n", "tensors: {x: n}\n"),
    "DC013": of_spec(
        "a key that is not a name",
        "A key is a single value, not a list or mapping.",
        "tensors: {x: n}\nlayers:\n  ? [a, b]\n  : x\n",
        "tensors: {x: n}\nlayers:\n  a: x\n",
    ),
    "DC014": of_spec(
        "duplicate key",
        "A name is declared once; YAML would silently keep the last one.",
        "tensors:\n  x: n\n  x: m\n",
        "tensors:\n  x: n\n",
    ),
    "DC015": of_spec(
        "a formula became a mapping",
        "Braces or a comma made YAML read the formula as a mapping: quote it.",
        "tensors: {x: n}\nclaims:\n  a: {claim: x = max(x,\n    x)}\n",
        "tensors: {x: n}\nclaims:\n  a: {claim: 'x = max(x, x)'}\n",
    ),
    "DC016": of_spec(
        "a text is expected",
        "A list or mapping stands where a formula or a word is expected.",
        "tensors: {x: n}\ntitle: [a, b]\n",
        "tensors: {x: n}\ntitle: a, b\n",
    ),
    "DC017": of_spec(
        "a comment cut the formula off",
        "` #` starts a comment in an unquoted value.",
        "tensors: {x: n}\nlayers:\n  z: sum(x # over n\n",
        "tensors: {x: n}\nlayers:\n  z: sum(x)  # over n\n",
    ),
    "DC018": of_spec(
        "a whole number is expected",
        "Sizes, depths and seeds are whole numbers.",
        "tensors: {x: n}\nnumeric: {seed: many}\n",
        "tensors: {x: n}\nnumeric: {seed: 3}\n",
    ),
    "DC019": of_spec(
        "a number out of range",
        "Sizes lie between 1 and 4096: checks are made at small sizes, proofs hold for all.",
        "tensors: {x: n}\nnumeric: {sizes: {n: 1000000000}}\n",
        "tensors: {x: n}\nnumeric: {sizes: {n: 4}}\n",
    ),
    "DC020": of_spec(
        "not one of the choices",
        "This field takes one of a few words.",
        "vectors: columns\ntensors: {x: n}\n",
        "vectors: column\ntensors: {x: n}\n",
    ),
    "DC021": of_spec("unknown key", "The key is not part of a spec.", "tensor: {x: n}\n", "tensors: {x: n}\n"),
    "DC022": of_spec(
        "no value",
        "The key has nothing after its colon.",
        "tensors: {x: n}\nlayers:\n  z:\n",
        "tensors: {x: n}\nlayers:\n  z: x\n",
    ),
    "DC023": of_spec(
        "no tensors", "A spec declares the tensors that its formulas speak of.", "title: nothing\n", "tensors: {x: n}\n"
    ),
    "DC024": of_spec(
        "not a name",
        "Names are letters, digits and `_`, with at most one label in brackets.",
        "tensors:\n  x y: n\n",
        "tensors:\n  xy: n\n",
    ),
    "DC025": of_spec(
        "a word of the notation",
        "`if`, `else`, `where`, `and`, `or` and `pi` cannot be names.",
        "tensors:\n  if: n\n",
        "tensors:\n  x: n\n",
    ),
    "DC026": of_spec(
        "a name used twice",
        "Tensors, layers, the loss and abbreviations share one set of names.",
        "tensors: {x: n}\nlayers: {x: 2 * x}\n",
        "tensors: {x: n}\nlayers: {z: 2 * x}\n",
    ),
    "DC027": of_spec(
        "a dimension with a tensor's name",
        "A dimension and a tensor may not share a name: a bare dimension is its size.",
        "tensors: {n: n}\n",
        "tensors: {x: n}\n",
    ),
    "DC028": of_spec(
        "no axes", "A tensor needs its axes; a scalar says so.", "tensors:\n  b:\n", "tensors:\n  b: scalar\n"
    ),
    "DC029": of_spec(
        "not an axis",
        "Axes are dimension names or numbers, separated by spaces; a product of sizes is an axis of a matrix at most.",
        "tensors: {x: t n h*k}\n",
        "tensors: {x: t n h k}\n",
    ),
    "DC030": of_spec(
        "unknown fact",
        "`given` takes the facts that `derivcheck list facts` shows.",
        "tensors: {y: {axes: n, given: onehot}}\n",
        "tensors: {y: {axes: n, given: one_hot}}\n",
    ),
    "DC031": of_spec(
        "not a function's head",
        "A function is declared with its parameters, or as opaque.",
        "tensors: {x: n}\nfunctions: {'2f(t)': t}\n",
        "tensors: {x: n}\nfunctions: {'f(t)': t}\n",
    ),
    "DC032": of_spec(
        "several losses",
        "A spec has one loss; declare the parts as layers.",
        "tensors: {x: n}\nloss: {L: sum(x), M: sum(x)}\n",
        "tensors: {x: n}\nloss: {L: sum(x)}\n",
    ),
    "DC033": of_spec(
        "not a range",
        "A family is a label and its range.",
        "families: {l: 3}\ntensors: {x: n}\n",
        "families: {l: 1..3}\ntensors: {x: n}\n",
    ),
    "DC034": of_spec(
        "a claim without an equation",
        "A claim gives exactly one of `claim`, `latex` and `steps`.",
        "tensors: {x: n}\nclaims:\n  a: {note: hm}\n",
        "tensors: {x: n}\nclaims:\n  a: {claim: x = x}\n",
    ),
    "DC035": of_spec(
        "not a label",
        "A label is a number, a declared label, or one shifted by a number.",
        "families: {l: 1..2}\ntensors: {'x[k]': n}\n",
        "families: {l: 1..2}\ntensors: {'x[l]': n}\n",
    ),
    "DC036": of_spec(
        "two labels",
        "A name has one label.",
        "families: {l: 1..2, k: 1..2}\ntensors: {'x[l+k]': n}\n",
        "families: {l: 1..2}\ntensors: {'x[l]': n}\n",
    ),
    "DC037": of_spec(
        "a fact that does not fit",
        "The fact needs an axis that the tensor has, or another number of axes.",
        "tensors: {Y: {axes: k M, given: one_hot}}\n",
        "tensors: {Y: {axes: k M, given: {one_hot: k}}}\n",
    ),
    "DC038": of_spec(
        "the loss is not a scalar",
        "A gradient is taken of a number: sum or average first.",
        "tensors: {x: n}\nloss: {L: x}\n",
        "tensors: {x: n}\nloss: {L: sum(x)}\n",
    ),
    "DC039": of_spec(
        "unknown dimension",
        "`numeric.sizes` names a dimension that no tensor has.",
        "tensors: {x: n}\nnumeric: {sizes: {m: 3}}\n",
        "tensors: {x: n}\nnumeric: {sizes: {n: 3}}\n",
    ),
    "DC040": of_spec(
        "cyclic layers",
        "A layer depends on itself.",
        "tensors: {x: n}\nlayers: {a: b, b: a + x}\n",
        "tensors: {x: n}\nlayers: {a: x, b: a + x}\n",
    ),
    "DC041": of_spec(
        "not a quantifier",
        "`for` names a label and its range.",
        "tensors: {x: n}\nclaims:\n  a: {claim: x = x, for: every l}\n",
        "tensors: {x: n}\nclaims:\n  a: {claim: x = x, for: l in 1..2}\n",
    ),
    "DC042": of_spec(
        "not a fact of a claim",
        "`given` of a claim is a fact and a tensor, along an axis where it needs one: `y sums to one`, `rows of P sum to one`.",
        "tensors: {y: n}\nclaims:\n  a: {claim: sum(y) = 1, given: 'y is a probability'}\n",
        "tensors: {y: n}\nclaims:\n  a: {claim: sum(y) = 1, given: 'sums_to_one: y'}\n",
    ),
    "DC043": of_spec(
        "facts that are not supported together",
        "Numbers are tried at points at which every given fact holds; a point is drawn for one fact, or for two that amount to a third (`binary` and `sums_to_one` are `one_hot`).",
        "tensors: {y: {axes: n, given: [unit, positive]}}\nclaims:\n  a: sum(y^2) = 1\n",
        "tensors: {y: {axes: n, given: unit}}\nclaims:\n  a: sum(y^2) = 1\n",
    ),
    "DC044": of_spec(
        "no point at which an equation holds",
        "An equation that is given is solved for an input: one without facts that stands in it once, as a term, a "
        "factor or beside a vector. What says a fact, `W.T @ W = eye(k)`, is that fact.",
        "tensors: {x: n, y: n}\nclaims:\n  a: {claim: x = x, given: exp(x) + x = y + y**2}\n",
        "tensors: {x: n, y: n}\nclaims:\n  a: {claim: sum(x) = sum(y), given: x = y}\n",
    ),
    "DC128": of_spec(
        "no distribution",
        "What is drawn, `given: a ~ p`, has probabilities that are known to sum to one: a tensor with the fact "
        "simplex, or a softmax; `eps ~ normal` is a tensor without facts.",
        "tensors: {p: n, R: n}\ngiven: a ~ p\nclaims:\n  a: E_a(R[a]) = p.T @ R\n",
        "tensors: {p: {axes: n, given: simplex}, R: n}\ngiven: a ~ p\nclaims:\n  a: E_a(R[a]) = p.T @ R\n",
    ),
    "DC045": of_spec(
        "an incomplete document section",
        "`document` names the file it speaks of; an expectation names its verdict.",
        "tensors: {x: n}\nloss: {L: sum(x)}\ndocument: {lines: 1..20}\n",
        "tensors: {x: n}\nloss: {L: sum(x)}\ndocument: {file: notes.md, lines: 1..20}\n",
    ),
    "DC046": of_spec(
        "not a place of the document",
        '`lines` are a range, the keys of `from` are lines, `cell 3, line 1` in a notebook, or headings, `"## Batch form"`.',
        "tensors: {x: n}\nloss: {L: sum(x)}\ndocument: {file: notes.md, lines: 20..1}\n",
        "tensors: {x: n}\nloss: {L: sum(x)}\ndocument: {file: notes.md, lines: 1..20}\n",
    ),
    "DC047": text_only(
        "nothing at that place",
        "A binding or an expectation speaks of a line, a block or a label at which no formula that asserts something stands, or `from` of a heading or a cell that the document has not.",
    ),
    "DC048": of_spec(
        "no sizes",
        "Every axis needs an entry, also one of a derived size such as h-k+1, and no sizes are found at which it has: `numeric.sizes` gives them.",
        "tensors: {x: n, w: k, y: n-k+1}\nnumeric: {sizes: {n: 3, k: 5}}\n",
        "tensors: {x: n, w: k, y: n-k+1}\nnumeric: {sizes: {n: 5, k: 3}}\n",
    ),
    "DC055": of_spec(
        "not an ignored finding",
        "`# derivcheck: ignore[CODE] reason` at a claim lets it pass with that finding: a code of DC1xx to DC4xx, `undecided`, or `checked` under --strict. The reason is needed; derivcheck's own bugs are not ignored.",
        "tensors: {x: n}\nloss: {L: sum(x^2)}\nclaims:\n  a: dL/dx = x  # derivcheck: ignore[DC201]\n",
        "tensors: {x: n}\nloss: {L: sum(x^2)}\nclaims:\n  a: dL/dx = x  # derivcheck: ignore[DC201] the book leaves factors out\n",
    ),
    "DC058": of_spec(
        "a spec that cannot be extended",
        "`extends: ../network.yaml` takes the declarations of another spec over: tensors, layers, loss, let, symbols and conventions that this one does not give; what it gives under the same name goes first, its claims and its document are its own. The file is a spec below the folder of this one, the working directory or the folder of the project (with .git or pyproject.toml), and does not extend this one.",
        "extends: network.md\ntensors: {x: n}\nloss: {L: sum(x)}\n",
        "tensors: {x: n}\nloss: {L: sum(x)}\n",
    ),
    "DC056": of_spec(
        "nothing is ignored",
        "No claim has the finding that is to be ignored there; under --strict that fails.",
        "tensors: {x: n}\nclaims:\n  a: x = x  # derivcheck: ignore[DC202] printed so\n",
        "tensors: {x: n}\nclaims:\n  a: x = x\n",
    ),
}
