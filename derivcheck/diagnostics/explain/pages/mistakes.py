"""DC2xx: what is wrong with an equation that can be read."""

from __future__ import annotations

from derivcheck.diagnostics.explain.pages.explanation import BATCH, CENTRED, PLAIN, SLIDING, Explanation

MISTAKES: dict[str, Explanation] = {
    "DC201": Explanation(
        "constant factor",
        "The claim is right up to a number: 2, n, 1/M, n/2, β.",
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
    "DC224": Explanation(
        "diagonal matrix meant",
        "The Jacobian of an entrywise function is a diagonal matrix: the vector stands on its diagonal.",
        "da1/dz1 = sigmoid'(z1)",
        "da1/dz1 = diag(sigmoid'(z1))",
    ),
    "DC225": Explanation("function missing", "A function of what is written is meant.", "a1 = z1", "a1 = sigmoid(z1)"),
    "DC226": Explanation(
        "another function", "Another function of the same argument is meant.", "a1 = exp(z1)", "a1 = sigmoid(z1)"
    ),
    "DC227": Explanation(
        "rounded constants",
        "The sides agree to a few digits: constants of the claim are rounded. Write `sqrt(2/pi)`, not 0.797885.",
        "d(sum(sqrt(2/pi)*x))/dx = 0.797885 * ones(n)",
        "d(sum(sqrt(2/pi)*x))/dx = sqrt(2/pi) * ones(n)",
        "claim",
        PLAIN,
    ),
    "DC228": Explanation(
        "symmetric half missing",
        "A quadratic form xᵀA x has the gradient (A + Aᵀ) x: the variable stands on both sides of A.",
        "dq/dx = A @ x",
        "dq/dx = (A + A.T) @ x",
        "claim",
        PLAIN,
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
    "DC233": Explanation(
        "true if a layer is held fixed",
        "A derivative runs along every path. Where a partial is meant that holds a layer in between as it is, "
        "that is said behind it, `holding m`; in a chain over paths, beside `dE/dm * dm/dz`, it is understood.",
        "dq[i]/dz[j] = delta(i,j)",
        "dq[i]/dz[j] holding m = delta(i,j)",
        "claim",
        CENTRED,
    ),
    "DC234": Explanation(
        "branches swapped",
        "The two branches of a case stand the wrong way round, or its condition does.",
        "dL/dx[i] = 0 if x[i] > 0 else y[i]",
        "dL/dx[i] = y[i] if x[i] > 0 else 0",
        "claim",
        "tensors: {x: n, y: n}\nloss: {L: sum(y * relu(x))}\n",
    ),
    "DC235": Explanation(
        "mask missing",
        "Some terms do not count, those after the present one for instance: `(... if k <= i else 0)`.",
        "s = sum_i(sum_j(A[i,j]))",
        "s = sum_i(sum_j(A[i,j] if j <= i else 0))",
        "claim",
        'tensors: {A: n n}\nlayers: {s: "sum_i(sum_j((A[i,j] if j <= i else 0)))"}\n',
    ),
    "DC236": Explanation(
        "factor",
        "A quantity is missing from a product, or is one too many: an entry `p[k]`, the gradient from above.",
        "dp[i]/dz2[j] = delta(i,j) - p[j]",
        "dp[i]/dz2[j] = p[i] * (delta(i,j) - p[j])",
    ),
    "DC237": Explanation(
        "one term is wrong",
        "All terms but one are those of the derived form; that one is another.",
        "dq/dx = A @ x + exp(x)",
        "dq/dx = A @ x + A.T @ x",
        "claim",
        PLAIN,
    ),
    "DC238": Explanation(
        "another rule",
        "A rule of functions is taken for another: exp turns sums into products, log products into sums. "
        "The right side is that of another argument.",
        "exp(p * y) = exp(p) * exp(y)",
        "exp(p + y) = exp(p) * exp(y)",
    ),
    "DC239": Explanation(
        "filter the wrong way round",
        "What a correlation does to a signal, its backward pass undoes with the filter flipped: w[a] meets g[s - a] "
        "where it met x[t + a]. `conv` never flips; `full_conv(g, flip(w))` is the gradient by the signal.",
        "dL/dx = full_conv(dL/dy, w)",
        "dL/dx = full_conv(dL/dy, flip(w))",
        "claim",
        SLIDING,
    ),
}
