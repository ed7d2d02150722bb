"""DC1xx: what a formula may not say, in its notation, its shapes and its indices."""

from __future__ import annotations

from derivcheck.diagnostics.explain.pages.explanation import BASE, CENTRED, EINSTEIN, PLAIN, Explanation, of_spec

NOTATION: dict[str, Explanation] = {
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
        "A sum over an index runs over its whole dimension, or over a part that it has at all sizes, "
        "`sum_{i in 1..n-1}(x[i])`, `sum_{j in 1..i}(x[j])`; restrict it by a condition where it may not have it. "
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
    "DC123": of_spec(
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
    "DC125": Explanation(
        "a function that is refused by name",
        "The function is known and has no rule here: its derivative would have to be taken on trust. The message "
        "says what to write instead, or how to declare a function of which nothing is known.",
        "a1 = arctan(z1)",
        "a1 = sigmoid(z1)",
    ),
    "DC126": Explanation(
        "which norm of a matrix?",
        "`norm(W, 2)` is the largest singular value to NumPy, and the Frobenius norm to many a text. `norm(W)` is the "
        "Frobenius norm; the largest singular value is written with its vectors.",
        "norm(W1, 2) = norm(W1)",
        "norm(W1) = sqrt(sum(W1**2))",
    ),
    "DC127": Explanation(
        "an expectation without a distribution",
        "`E_{a ~ p}(R[a])` is the sum of p[a] R[a] over the entries of p, and `E_{eps ~ normal}(f)` the mean of a "
        "polynomial over independent standard normal entries of the tensor eps. Nothing else is known.",
        "p = E_{a ~ uniform}(a)",
        "sum(p) = E_{a ~ p}(1)",
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
    "DC139": Explanation(
        "nothing is held",
        "`dq/dz holding m` keeps m as it is while z changes: m is a layer that q is computed from, "
        "and neither q nor z itself.",
        "dm/dz holding q = ones(n)/n",
        "dq/dz holding m = eye(n)",
        "claim",
        CENTRED,
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
        "An index is compared with a letter, a position from 1, or a size: `k < n`, `k == n`, `k <= n - 1`.",
        "sum_{k != x[1]}(p[k]) = 1",
        "sum_{k != 1}(p[k]) = 1 - p[1]",
    ),
    "DC145": Explanation(
        "a tensor under an indexed product or extremum",
        "Index every tensor under it; sums may run over tensors.",
        "max_k(p[k] * y) = 0",
        "max_k(p[k]) = max(p)",
    ),
    "DC146": Explanation(
        "every entry with every entry",
        "A column and a row that are added, subtracted, multiplied or divided entry by entry make a matrix of all pairs, "
        "as in NumPy. A loss of it is a number all the same, and mostly not the one that was meant.",
        "tensors: {p: n, y: n}\nloss: {L: mean((p - y.T)**2)}\n",
        "tensors: {p: n, y: n}\nloss: {L: mean((p - y)**2)}\n",
        "spec",
    ),
    "DC147": Explanation(
        "the mean of one number",
        "`mse`, `binary_cross_entropy` and their like are sums or means over all entries already: a mean of them divides by nothing.",
        "tensors: {p: {axes: n, given: open_unit}, y: {axes: n, given: binary}}\nloss: {L: 'mean(binary_cross_entropy(p, y))'}\n",
        "tensors: {p: {axes: n, given: open_unit}, y: {axes: n, given: binary}}\nloss: {L: 'binary_cross_entropy(p, y)/n'}\n",
        "spec",
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
    "DC152": Explanation(
        "shape against value", "A shape is compared with a list of dimensions.", "shape(W1) = x", "shape(W1) = [n1, n0]"
    ),
    "DC153": Explanation(
        "one row or all pairs",
        "`sum_{i<j}` binds `i` alone where the equation speaks of a `j`, and both where it does not. On both "
        "sides it can be either: name both letters, or write the sum over `j` as well.",
        "sum_{i<j}(p[i]*y[j]) = sum_{i<j}(y[j]*p[i])",
        "sum_{i,j: i<j}(p[i]*y[j]) = sum_{i,j: i<j}(y[j]*p[i])",
    ),
    "DC154": Explanation(
        "a letter or what is declared",
        "An index letter may be called as a tensor or a dimension. Where such a name stands as a value, "
        "or is compared, it could be either.",
        "dL/dz2[n2] = p[n2] - y[n2]/n2*n2",
        "dL/dz2[i] = p[i] - y[i]/n2*n2",
    ),
    "DC155": Explanation(
        "an index beyond its axis",
        "An index is a position of its axis for all letters and sizes: counted from 1, up to the number of entries. "
        "What is outside is zero with `padding: zero` at the top of the spec. A condition on the letters, "
        "`x[i-1] if i > 1 else 0`, or limits, `sum_{i in 2..n0}(x[i-1])`, keep an index inside as well.",
        "sum_i(x[i] * x[i+1]) = 0",
        "sum_{i in 1..n0-1}(x[i] * x[i+1]) = x[1:n0-1].T @ x[2:]",
    ),
    "DC157": Explanation(
        "an index three times in a term",
        "With `sums: einstein`, an index that a term repeats is summed over. Where one stands three times or more, "
        "a sum that is meant is written.",
        "s = x[i] * y[i] * A[i,i]",
        "s = sum_i(x[i] * y[i] * A[i,i])",
        "claim",
        EINSTEIN,
    ),
    "DC156": Explanation(
        "nothing is evaluated there",
        "`at(q, x = 0)` puts 0 in the place of x once everything else is done: x is what q is computed from, "
        "a quantity or an index.",
        "at(dL/dx, A = 0) = y",
        "at(dL/dx, y = 0) = 0 * x",
        "claim",
        PLAIN,
    ),
    "DC158": of_spec(
        "a size that is no combination",
        "Sizes are whole combinations of dimensions, so that a stride has to divide what it steps through: "
        "an axis of `2*m` entries has m steps of 2, one of n entries has an unknown number of them.",
        "tensors: {x: n}\nlayers: {y: maxpool1d(x)}\n",
        "tensors: {x: 2*m}\nlayers: {y: maxpool1d(x)}\n",
    ),
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
        "two readings have different verdicts",
        "A formula may be read in several ways: a power or an index, a product or an argument, the matrix product or the entrywise one, the chain rule or a product, a derivative or a logarithm of one factor or of several. Each reading that the shapes allow is judged; where their verdicts differ, the line under `help` says how to choose.",
        r"\log p_i y_i = y_i \log(p_i)",
        r"y_i \log p_i = y_i \log(p_i)",
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
        "A bracket behind a quantity can be its argument or a factor; where neither is plain, nothing is guessed. "
        "Behind a layer, what it is computed from is its argument; a layer at another point is no quantity of the spec.",
        r"\mathbf{p}(y) = p",
        r"p(z_2) = \left( p \right)",
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
        "A function without brackets takes one factor, or the product that follows; a power behind its brackets is its own, or its argument's. Each reading is judged, but where the shapes allow none, more brackets say what it takes.",
        r"\log p_i y_i = z_1",
        r"y_i \log p_i = y_i \log(p_i)",
    ),
}
