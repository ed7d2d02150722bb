r"""LaTeX as authors write it, with what it means in the plain notation, or why it is refused.

Each fragment is read in one of the networks below; its meaning is evaluated, not compared as text.
"""

from __future__ import annotations

MLP = r"""
tensors:
  x: n0
  W1: n1 n0
  b1: n1
  W2: n2 n1
  b2: n2
  y: {axes: n2, given: one_hot}
  alpha: []
  gamma: n1
layers:
  z1: W1 @ x + b1
  a1: sigmoid(z1)
  z2: W2 @ a1 + b2
  p: softmax(z2)
loss:
  L: cross_entropy(p, y)
let:
  delta2: dL/dz2
symbols:
  '\hat{y}': p
  '\delta^{(2)}': delta2
macros:
  '\pd': '\frac{\partial #1}{\partial #2}'
  '\R': '\mathbb{R}'
"""

FAMILY = r"""
tensors:
  a[0]: n[0]
  W[l]: n[l] n[l-1]
  b[l]: n[l]
  y: n[L]
families:
  l: 1..L
depths: {L: 3}
functions:
  f(t): opaque
layers:
  z[l]: W[l] @ a[l-1] + b[l]
  a[l]: f(z[l])
loss:
  C: sse(a[L], y)
let:
  delta[l]: dC/dz[l]
"""

BATCH = r"""
tensors:
  X: n M
  W: k n
  b: k
  T: k M
  lambda: []
layers:
  Z: W @ X + b
  A: sigmoid(Z)
loss:
  J: mean(sse(A, T, k), M)
"""

ROWS = r"""
vectors: row
tensors:
  x: n
  W: n m
  b: m
  t: m
layers:
  u: x @ W + b
  h: tanh(u)
loss:
  E: sse(h, t) / 2
"""

NEURON = r"""
tensors:
  w: []
  x: []
  b: []
  y: []
layers:
  z: w * x + b
  a: sigmoid(z)
loss:
  L: (a - y)^2
"""

VECTORS = r"""
tensors:
  x: n
  y: n
  u: m
  A: n n
  B: m n
  S: {axes: n n, given: symmetric}
  mu: []
  eps: []
layers:
  q: x.T @ A @ x
  v: B @ x
  s: softmax(x)
  r: relu(x)
"""

ERRORS = """
tensors:
  e: []
  s: []
  s0: []
  x: n
  y: n
let:
  epsilon: x - y
"""

SIGNALS = """
padding: zero
tensors:
  x: 2*m+k-2
  w: k
  g: m
  b: 2*t-1
  S: t t
  h: n
  u: p
  C: q n+p
  D: c 2*m 3
layers:
  z[r in 1..m]: sum_a(w[a] * x[2*r+a-2])
loss: {L: g.T @ z}
"""

WORDS = """
tensors:
  E: V d
  w: {axes: T, index: V}
  s: {axes: T, given: positive}
layers:
  X: E[w,:]
"""

POLICY = r"""
tensors: {theta: n, R: n, c: [], mu: k, eps: k, Q: {axes: S n, given: {simplex: n}}, r: S n, q: {axes: S, given: simplex}}
given: [a ~ p, eps ~ normal]
layers: {p: softmax(theta), J: "E_{a ~ p}(R[a])"}
loss: {L: -J}
symbols: {'\epsilon': eps}
"""

COVARIANCE = r"""
tensors:
  x: n
  y: m
  s: []
  A: m n
  B: n n
  C: m n
  Wf: m n
  Sigma: n n
layers:
  z: A @ x + y
symbols: {"x'": 2 * x}
"""

NETWORKS = {
    "covariance": COVARIANCE,
    "signals": SIGNALS,
    "words": WORDS,
    "policy": POLICY,
    "errors": ERRORS,
    "mlp": MLP,
    "family": FAMILY,
    "batch": BATCH,
    "rows": ROWS,
    "neuron": NEURON,
    "vectors": VECTORS,
}

# (network, LaTeX, the same in the plain notation)
READ: list[tuple[str, str, str]] = [
    # ones of several sizes in one term, and in a bracket beside a tensor
    ("covariance", r"A = \mathbf 1 x^\top + y \mathbf 1^\top", "A = ones(m) @ x.T + y @ ones(n).T"),
    ("covariance", r"C = \mathbf 1_m x^\top + y \mathbf 1_n^\top", "C = ones(m) @ x.T + y @ ones(n).T"),
    ("covariance", r"z = (\mathbf 1 x^\top + y \mathbf 1^\top) x", "z = (ones(m) @ x.T + y @ ones(n).T) @ x"),
    ("covariance", r"A + \mathbf{1}\mathbf{1}^\top = A + 1", "A + ones(m) @ ones(n).T = A + 1"),
    ("covariance", r"(I - \frac{1}{n} \mathbf{1}\mathbf{1}^\top) x = 0", "(eye(n) - ones(n) @ ones(n).T / n) @ x = 0"),
    ("covariance", r"A (I - \frac{1}{n} \mathbf{1}\mathbf{1}^\top) = 0", "A @ (eye(n) - ones(n) @ ones(n).T / n) = 0"),
    ("covariance", r"x^\top (B + I) = 0", "x.T @ (B + eye(n)) = 0"),
    ("covariance", r"(I + B)^{-1} x = 0", "inv(eye(n) + B) @ x = 0"),
    # a prime before an index or behind it
    ("covariance", r"x'_i = 0", "(2 * x)[i] = 0"),
    ("covariance", r"x_i' = 0", "(2 * x)[i] = 0"),
    ("covariance", r"\sum_i x_i' x'_i = 0", "sum_i((2 * x)[i] * (2 * x)[i]) = 0"),
    # cells that are left blank
    ("covariance", r"\begin{pmatrix} x_1 & & \\ & \ddots & \\ & & x_n \end{pmatrix} = 0", "diag(x) = 0"),
    ("covariance", r"\begin{pmatrix} x_1 & & 0 \\ & \ddots & \\ 0 & & x_n \end{pmatrix} = 0", "diag(x) = 0"),
    ("covariance", r"\begin{bmatrix} x_1 \\ & x_2 \\ & & \ddots \\ & & & x_n \end{bmatrix} = 0", "diag(x) = 0"),
    ("covariance", r"\begin{bmatrix} s & \\ & 1 \end{bmatrix} = 0", "[s, 0; 0, 1] = 0"),
    ("covariance", r"\begin{bmatrix} s & & 1 \\ 2 & 3 & \end{bmatrix} = 0", "[s, 0, 1; 2, 3, 0] = 0"),
    ("covariance", r"\begin{bmatrix} s & 2 & \\ 1 & 3 & \end{bmatrix} = 0", "[s, 2; 1, 3] = 0"),
    # capitals that are signs besides
    ("covariance", r"\Sigma x = 0", "Sigma @ x = 0"),
    ("covariance", r"\boldsymbol{\Sigma}^{-1} x = 0", "inv(Sigma) @ x = 0"),
    ("covariance", r"\sum_k \Sigma_{ik} x_k = 0", "sum_k(Sigma[i,k] * x[k]) = 0"),
    # names with their indices in brackets, rows as they lie in the matrix
    ("covariance", r"W_{f[i,j]} = 0", "Wf[i,j] = 0"),
    ("covariance", r"\sum_j W_{f[1,j]} x_j = 0", "sum_j(Wf[1,j] * x[j]) = 0"),
    ("covariance", r"z_i = A_i x + y_i", "z[i] = A[i,:] @ x + y[i]"),
    # what stands above and below
    ("covariance", r"\underset{m \times n}{A} x = 0", "A @ x = 0"),
    ("covariance", r"\underset{k}{\max} x_k = 0", "max_k(x[k]) = 0"),
    ("covariance", r"\underset{k}{\sum} x_k = 0", "sum_k(x[k]) = 0"),
    ("covariance", r"\overset{n}{\underset{k=1}{\sum}} x_k = 0", "sum_k(x[k]) = 0"),
    ("covariance", r"z \overset{\text{def}}{=} A x + y", "z = A @ x + y"),
    # functions by the names that people give them
    ("covariance", r"\coth s \tg s \sech(s) = 0", "coth(s) * tan(s) * sech(s) = 0"),
    ("covariance", r"\operatorname{arsinh}(s) = \text{arctan}(s)", "asinh(s) = atan(s)"),
    ("vectors", r"x_i = y_i, \quad i = 1 \vee i = 2", "x[i] = y[i] where i == 1 or i == 2"),
    ("vectors", r"x_i = y_i \quad (i = 1 \lor i = 2)", "x[i] = y[i] where i == 1 or i == 2"),
    ("vectors", r"x_i = y_i, \quad i = 1 \text{ or } i = 2", "x[i] = y[i] where i == 1 or i == 2"),
    ("vectors", r"x_i = y_i \text{ if } i = 1 \text{ or } i = 2", "x[i] = y[i] where i == 1 or i == 2"),
    ("vectors", r"x_i = y_i, \quad i > 1 \wedge x_i > 0", "x[i] = y[i] where i > 1 and x[i] > 0"),
    ("vectors", r"x = [\sum_j A_{1j} y_j, \sum_j A_{2j} y_j, \dots, \sum_j A_{nj} y_j]^\top", "x = A @ y"),
    (
        "vectors",
        r"x = \begin{bmatrix} \sum_j y_j A_{1j} \\ \sum_j y_j A_{2j} \\ \vdots \\ \sum_j y_j A_{nj} \end{bmatrix}",
        "x = A @ y",
    ),
    (
        "vectors",
        r"x^\top = \begin{bmatrix} \sum_j y_j A_{j1} & \sum_j y_j A_{j2} & \cdots & \sum_j y_j A_{jn} \end{bmatrix}",
        "x.T = y.T @ A",
    ),
    ("vectors", r"\sum_{k=1}^{i-1} A_{ik} x_k = 0", "sum_{k < i}(A[i,k] * x[k]) = 0"),
    ("vectors", r"\sum_{k=0}^{n-1} x_k = 0", "sum_k(x[k]) = 0"),
    (
        "vectors",
        r"A_{ij} = \begin{cases} y_i & i < j \\ 0 & j \le i \end{cases}",
        "A[i,j] = y[i] if i < j else 0",
    ),
    (
        "vectors",
        r"x_i = \begin{cases} y_i & \text{if } i = 1 \text{ by symmetry} \\ 0 & \text{otherwise} \end{cases}",
        "x[i] = y[i] if i == 1 else 0",
    ),
    ("mlp", r"\mathrm{softplus} z_1 = 0", "softplus(z1) = 0"),
    ("mlp", r"\operatorname{erf} x = 0", "erf(x) = 0"),
    ("mlp", r"1^\top W_1 = 0", "ones(n1).T @ W1 = 0"),
    ("mlp", r"1^T x = 0", "ones(n0).T @ x = 0"),
    ("mlp", r"W_1 + b_1 \mathbf{1}^\top = 0", "W1 + b1 @ ones(n0).T = 0"),
    ("mlp", r"W_1 = \mathbf{1} x^\top", "W1 = ones(n1) @ x.T"),
    ("batch", r"Z = W X + b \mathbf{1}^\top", "Z = W @ X + b @ ones(M).T"),
    ("batch", r"Z = b 1^\top + W X", "Z = b @ ones(M).T + W @ X"),
    ("batch", r"A = \sigma(W X + b \vec{1}^\top)", "A = sigmoid(W @ X + b @ ones(M).T)"),
    ("batch", r"X - \frac{1}{M} X \mathbf{1} \mathbf{1}^\top = 0", "X - 1/M * X @ ones(M) @ ones(M).T = 0"),
    ("rows", r"h 1^\top = E", "h @ ones(m).T = E"),
    ("vectors", r"u \mathbf{1}^\top = B", "u @ ones(n).T = B"),
    ("vectors", r"B - \mathbf{1} x^\top = 0", "B - ones(m) @ x.T = 0"),
    ("vectors", r"A = \exp(x \mathbf{1}^\top - \mathbf{1} y^\top)", "A = exp(x @ ones(n).T - ones(n) @ y.T)"),
    ("vectors", r"A^{-1} A = I", "inv(A) @ A = eye(n)"),
    ("vectors", r"I = A^{-1} A", "eye(n) = inv(A) @ A"),
    ("vectors", r"A I = A", "A = A"),
    ("vectors", r"B \mathbb{I} = B", "B = B"),
    ("vectors", r"(A + \mu I)^{-1} x = 0", "inv(A + mu * eye(n)) @ x = 0"),
    ("vectors", r"B B^\top + \mathbf{I} = 0", "B @ B.T + eye(m) = 0"),
    ("vectors", r"\det(I + A) = 0", "det(eye(n) + A) = 0"),
    ("vectors", r"A = I - \frac{1}{n} \mathbf{1}\mathbf{1}^\top", "A = eye(n) - 1/n * ones(n) @ ones(n).T"),
    ("mlp", r"\frac{\partial z_1}{\partial b_1} = I", "dz1/db1 = eye(n1)"),
    ("mlp", r"W_1^{Tr} = 0", "W1.T = 0"),
    ("mlp", r"(W_1)^{tr} b_1 = 0", "W1.T @ b1 = 0"),
    ("mlp", r"{W_1}^{\mathrm{Tr}} b_1 = 0", "W1.T @ b1 = 0"),
    ("mlp", r"\sum_{k'} y_{k'} = 1", "sum_k(y[k]) = 1"),
    ("mlp", r"\sum_{k^\prime=1}^{n_2} y_{k^\prime} = 1", "sum_k(y[k]) = 1"),
    (
        "mlp",
        r"\frac{\partial p_k}{\partial z_{2,k'}} = p_k (\delta_{kk'} - p_{k'})",
        "dp[k]/dz2[kprime] = p[k] * (delta(k,kprime) - p[kprime])",
    ),
    ("mlp", r"\sum_{k' \ne k} p_{k'} = 1 - p_k", "sum_{j != k}(p[j]) = 1 - p[k]"),
    ("vectors", r"\sum_i \mathbb{I}[i = j] x_i = x_j", "sum_i((1 if i == j else 0) * x[i]) = x[j]"),
    ("vectors", r"r_i = I(x_i > 0)\, x_i", "r[i] = (1 if x[i] > 0 else 0) * x[i]"),
    ("vectors", r"A : S = \operatorname{tr}(A^\top S)", "trace(A.T @ S) = trace(A.T @ S)"),
    ("vectors", r"B : u x^\top = u^\top B x", "trace(B.T @ (u @ x.T)) = u.T @ B @ x"),
    ("vectors", r"\log|S| = \log\det S", "log(det(S)) = log(det(S))"),
    ("vectors", r"|A| = \mu", "det(A) = mu"),
    ("vectors", r"\operatorname{diag}(s_1, \dots, s_n) = \operatorname{diag}(s)", "diag(s) = diag(s)"),
    ("vectors", r"\operatorname{diag}(s_1^2, s_2^2, \dots, s_n^2) = 0", "diag(s**2) = 0"),
    (
        "vectors",
        r"s_i = \begin{cases} x_i & i = 1 \\ 0 & {\text{if otherwise}} \end{cases}",
        "s[i] = x[i] if i == 1 else 0",
    ),
    ("vectors", r"r_i = x_i,\ \forall i \in \{1,\dots,n\}", "r[i] = x[i]"),
    ("vectors", r"q = x^\top A x \text{ since } A \text{ is square}", "q = x.T @ A @ x"),
    ("vectors", r"q = x^\top A x \text{ by definition of } q", "q = x.T @ A @ x"),
    ("batch", r"W_j^\top x^{(i)} = Z_{j,i} - b_j", "W[j,:] @ X[:,i] = Z[j,i] - b[j]"),
    ("batch", r"\mathbf{w}_j^\top x^{(i)} = Z_{j,i} - b_j", "W[j,:] @ X[:,i] = Z[j,i] - b[j]"),
    ("batch", r"Z_i = W X_i + b", "Z[:,i] = W @ X[:,i] + b"),
    ("vectors", r"B_i^T x = v_i", "B[i,:] @ x = v[i]"),
    ("vectors", r"v = \sum_j x_j B_j", "v = sum_j(x[j] * B[:,j])"),
    ("vectors", r"A \odot S A = 0", "A * (S @ A) = 0"),
    ("vectors", r"A S \odot A = 0", "(A @ S) * A = 0"),
    ("vectors", r"x \odot y x^\top = 0", "(x * y) @ x.T = 0"),
    # --- indices: shifts, strides, sizes among them, parts, as numbers ---
    ("signals", r"z_r = \sum_a w_a x_{2r+a-2}", "z[r] = sum_a(w[a]*x[2*r+a-2])"),
    ("signals", r"z_r = \sum_{a=1}^{k} w_a \, x_{2 \, r + a - 2}", "z[r] = sum_a(w[a]*x[2*r+a-2])"),
    ("signals", r"z_r = \sum_a w_a x[2r+a-2]", "z[r] = sum_a(w[a]*x[2*r+a-2])"),
    ("signals", r"g_r = x_{2r-1}", "g[r] = x[2*r-1]"),
    ("signals", r"g_r = \max_{a=1}^{2} x_{2r+a-2}", "g[r] = max_{a in 1..2}(x[2*r+a-2])"),
    ("signals", r"g_r = \sum_{a=1}^{2} x_{2r+a-2}", "g[r] = sum_{a in 1..2}(x[2*r+a-2])"),
    ("signals", r"S_{ij} = b_{i-j+t}", "S[i,j] = b[i-j+t]"),
    ("signals", r"S_{ij} = S_{ij} - b_1 (i - j)", "S[i,j] = S[i,j] - b[1]*(i - j)"),
    ("signals", r"S_{ij} = (-1)^{i+j} S_{ji}", "S[i,j] = (-1)**(i+j)*S[j,i]"),
    ("signals", r"S_{ij} = i^2 / j", "S[i,j] = i**2/j"),
    ("signals", r"\sum_j j S_{ij} = \sum_j S_{ij} \cdot j", "sum_j(j*S[i,j]) = sum_j(S[i,j]*j)"),
    ("signals", r"C_{:,1:n} h = C_{:,1:n} h", "C[:,1:n] @ h = C[:,1:n] @ h"),
    ("signals", r"C_{:,n+1:}^\top = C_{:,n+1:}^\top", "C[:,n+1:].T = C[:,n+1:].T"),
    ("signals", r"g_r = D_{1,2r,3}", "g[r] = D[1,2*r,3]"),
    ("signals", r"g_r = D[1,2r-1,3]", "g[r] = D[1,2*r-1,3]"),
    ("signals", r"D_{i,r+1,a} g_r = 0", "D[i,r+1,a]*g[r] = 0"),
    # --- blocks ---
    ("signals", r"C \begin{bmatrix} h \\ u \end{bmatrix} = C [h; u]", "C @ [h; u] = C @ [h; u]"),
    ("signals", r"C [h, u] = C [h, u]", "C @ [h; u] = C @ [h; u]"),
    ("signals", r"[h^\top, u^\top] C^\top = (C [h, u])^\top", "[h.T, u.T] @ C.T = (C @ [h; u]).T"),
    ("signals", r"C [h^\top, u^\top]^\top = C [h, u]", "C @ [h.T, u.T].T = C @ [h; u]"),
    (
        "signals",
        r"\begin{bmatrix} h h^\top & h u^\top \end{bmatrix} = h [h^\top, u^\top]",
        "[h@h.T, h@u.T] = h@[h.T, u.T]",
    ),
    # --- entries that are looked up ---
    ("words", r"X = E_{w,:}", "X = E[w,:]"),
    ("words", r"X_{t,i} = E_{w_t,i}", "X[t,i] = E[w[t],i]"),
    ("words", r"\sum_t s_t \mathbb{1}[w_t = v] = s_1", "sum_t(s[t] * (1 if w[t] == v else 0)) = s[1]"),
    # --- expectations ---
    ("policy", r"J = \mathbb{E}_{a \sim p}[R_a]", "J = E_{a ~ p}(R[a])"),
    ("policy", r"J = \mathbb E_a \left[ R_a \right]", "J = E_{a ~ p}(R[a])"),
    ("policy", r"J = E_{a \sim p}(R_a)", "J = E_{a ~ p}(R[a])"),
    ("policy", r"\mathbb{E}_{a \sim p}[R_a + c] = J + c", "E_{a ~ p}(R[a] + c) = J + c"),
    ("policy", r"\mathbb{E}_{a \sim p}[R_a]^2 = J^2", "E_{a ~ p}(R[a])**2 = J**2"),
    (
        "policy",
        r"\frac{\partial J}{\partial \theta_j} = \mathbb{E}_{a \sim p}\left[ R_a \frac{\partial \log p_a}{\partial \theta_j} \right]",
        "dJ/dtheta[j] = E_{a ~ p}(R[a] * d(log(p[a]))/dtheta[j])",
    ),
    ("policy", r"\mathbb{E}_{i \sim q, a \sim Q_{i,:}}[r_{i,a}] = 0", "E_{i ~ q, a ~ Q[i,:]}(r[i,a]) = 0"),
    (
        "policy",
        r"\mathbb{E}_{\epsilon \sim \mathcal{N}(0, I)}[(\mu + \epsilon)^\top (\mu + \epsilon)] = \mu^\top \mu + k",
        "E_{eps ~ normal}((mu + eps).T @ (mu + eps)) = mu.T @ mu + k",
    ),
    # --- examples of a batch ---
    ("batch", r"z^{(i)} = W x^{(i)} + b", "Z[:,i] = W @ X[:,i] + b"),
    ("batch", r"a_j^{(i)} = \sigma(z_j^{(i)})", "A[j,i] = sigmoid(Z[j,i])"),
    ("batch", r"J = \frac{1}{M} \sum_i \|a^{(i)} - t^{(i)}\|^2", "J = 1/M * sum_i(norm(A[:,i] - T[:,i])**2)"),
    (
        "batch",
        r"\frac{\partial J}{\partial W} = \sum_{i=1}^{M} \frac{\partial J}{\partial z^{(i)}} x^{(i)\top}",
        "dJ/dW = sum_i(dJ/dZ[:,i] @ X[:,i].T)",
    ),
    # --- a transposed list, where one way it may stand conforms ---
    ("vectors", r"[x_1, x_2]^T [x_1, x_2] = x_1^2 + x_2^2", "[x[1], x[2]].T @ [x[1], x[2]] = x[1]**2 + x[2]**2"),
    (
        "vectors",
        r"[x_1, x_2]^T [y_1, y_2] = [x_1 y_1, x_2 y_2]",
        "[x[1], x[2]] * [y[1], y[2]] = [x[1]*y[1], x[2]*y[2]]",
    ),
    # --- derivatives in all their spellings ---
    ("mlp", r"\frac{\partial L}{\partial W_1} = 0", "dL/dW1 = 0"),
    ("mlp", r"\frac {\partial L} {\partial W^{1}} = 0", "dL/dW1 = 0"),
    ("mlp", r"\dfrac{\partial L}{\partial W^{(1)}} = 0", "dL/dW1 = 0"),
    ("mlp", r"\tfrac{\partial L}{\partial W^{[1]}} = 0", "dL/dW1 = 0"),
    ("mlp", r"\partial L / \partial W_2 = 0", "dL/dW2 = 0"),
    ("mlp", r"\partial L/\partial b_2 = \hat{y} - y", "dL/db2 = p - y"),
    ("mlp", r"\nabla_{W_1} L = 0", "dL/dW1 = 0"),
    ("mlp", r"\nabla_{b_1} L = 0", "dL/db1 = 0"),
    ("mlp", r"\frac{d L}{d z_2} = p - y", "dL/dz2 = p - y"),
    ("mlp", r"\frac{dL}{dz_2} = p - y", "dL/dz2 = p - y"),
    ("mlp", r"\frac{\mathrm{d} L}{\mathrm{d} z_2} = p - y", "dL/dz2 = p - y"),
    ("mlp", r"\frac{\partial}{\partial z_2} L = p - y", "dL/dz2 = p - y"),
    (
        "mlp",
        r"\frac{\partial p_i}{\partial z_{2,j}} = p_i (\delta_{ij} - p_j)",
        "dp[i]/dz2[j] = p[i]*(delta(i,j) - p[j])",
    ),
    (
        "mlp",
        r"\frac{\partial p_i}{\partial (z_2)_j} = p_i (\delta_{ij} - p_j)",
        "dp[i]/dz2[j] = p[i]*(delta(i,j) - p[j])",
    ),
    ("mlp", r"\frac{\partial p_i}{\partial {z_2}_j} = 0", "dp[i]/dz2[j] = 0"),
    ("mlp", r"\frac{\partial p_i}{\partial z^{(2)}_j} = 0", "dp[i]/dz2[j] = 0"),
    ("mlp", r"\frac{\partial p_i}{\partial z_j^{(2)}} = 0", "dp[i]/dz2[j] = 0"),
    ("mlp", r"\frac{\partial L}{\partial W^{(2)}_{ij}} = (p_i - y_i) a^{(1)}_j", "dL/dW2[i,j] = (p[i] - y[i])*a1[j]"),
    ("mlp", r"\frac{\partial L}{\partial W^{(2)}_{i,j}} = (p_i - y_i) a_{1,j}", "dL/dW2[i,j] = (p[i] - y[i])*a1[j]"),
    ("mlp", r"\frac{\partial L}{\partial W_{2,ij}} = (p_i - y_i) a^1_j", "dL/dW2[i,j] = (p[i] - y[i])*a1[j]"),
    (
        "mlp",
        r"\frac{\partial^2 L}{\partial z_{2,i} \partial z_{2,j}} = p_i(\delta_{ij} - p_j)",
        "d2L/dz2[i] dz2[j] = p[i]*(delta(i,j) - p[j])",
    ),
    (
        "mlp",
        r"\frac{\partial^2 L}{\partial z_2^2} = \operatorname{diag}(p) - p p^\top",
        "d2L/dz2^2 = diag(p) - p @ p.T",
    ),
    ("mlp", r"\nabla_{z_2}^2 L = \mathrm{diag}(p) - p p^T", "d2L/dz2^2 = diag(p) - p @ p.T"),
    (
        "mlp",
        r"\frac{\partial p}{\partial z_2} = \operatorname{diag}(p) - p p^{\mathsf T}",
        "dp/dz2 = diag(p) - p @ p.T",
    ),
    (
        "vectors",
        r"\frac{\partial s_j}{\partial x_i} = s_j (\delta_{ij} - s_i)",
        "ds[j]/dx[i] = s[j]*(delta(i,j) - s[i])",
    ),
    ("vectors", r"\mathbf{J}_{s}(x) = \operatorname{diag}(s) - s s^\top", "ds/dx = diag(s) - s @ s.T"),
    ("vectors", r"\frac{\partial}{\partial x} (x^\top A x) = (A + A^\top) x", "d(x.T @ A @ x)/dx = (A + A.T) @ x"),
    ("vectors", r"\frac{\partial \, x^\top A x}{\partial x} = (A + A^\top) x", "d(x.T @ A @ x)/dx = (A + A.T) @ x"),
    ("vectors", r"\nabla_x (x^T y) = y", "d(x.T @ y)/dx = y"),
    ("vectors", r"\frac{\partial q}{\partial A} = x x^\top", "dq/dA = x @ x.T"),
    ("vectors", r"\frac{\partial v}{\partial x} = B", "dv/dx = B"),
    ("vectors", r"\frac{\partial v_i}{\partial x_j} = B_{ij}", "dv[i]/dx[j] = B[i,j]"),
    ("vectors", r"\frac{d}{dx} e^{x} = \operatorname{diag}(e^{x})", "d(exp(x))/dx = diag(exp(x))"),
    ("vectors", r"\frac{\partial v_i}{\partial B_{jk}} = \delta_{ij} x_k", "dv[i]/dB[j,k] = delta(i,j)*x[k]"),
    ("neuron", r"\frac{dL}{dw} = 2(a - y)\,\sigma'(z)\,x", "dL/dw = 2*(a - y)*sigmoid'(z)*x"),
    (
        "neuron",
        r"\frac{\partial L}{\partial w} = \frac{\partial L}{\partial a}\frac{\partial a}{\partial z}\frac{\partial z}{\partial w}",
        "dL/dw = dL/da * da/dz * dz/dw",
    ),
    (
        "neuron",
        r"\frac{\partial L}{\partial w} = \frac{\partial L}{\partial a} \cdot \frac{\partial a}{\partial z} \cdot \frac{\partial z}{\partial w}",
        "dL/dw = dL/da * da/dz * dz/dw",
    ),
    ("neuron", r"\frac{d}{dz}\sigma(z) = \sigma(z)(1 - \sigma(z))", "d(sigmoid(z))/dz = sigmoid(z)*(1 - sigmoid(z))"),
    ("neuron", r"\frac{d a}{d z} = a (1 - a)", "da/dz = a*(1 - a)"),
    ("neuron", r"\frac{\partial z}{\partial b} = 1", "dz/db = 1"),
    ("errors", r"e^2 = e e", "e**2 = e*e"),
    ("errors", r"\sigma(x) = \frac{1}{1 + e^{-x}}", "sigmoid(x) = 1/(1 + exp(-x))"),
    ("errors", r"\epsilon^T \epsilon = x^T x", "epsilon.T @ epsilon = x.T @ x"),
    ("neuron", r"\tanh(w x + b)^2 + \sin(w)^2 = 0", "tanh(w*x + b)**2 + sin(w)**2 = 0"),
    ("mlp", r"\frac{\partial L}{\partial b_2} = p - y, \text{ the error of the output}", "dL/db2 = p - y"),
    ("vectors", r"A^{-T} = (A^{-1})^T", "inv(A).T = inv(A).T"),
    ("vectors", r"A^{-\top} A^\top x = x", "inv(A).T @ A.T @ x = x"),
    ("vectors", r"A^{-\mathsf{T}}_{ij} = A^{-1}_{ji}", "inv(A).T[i,j] = inv(A)[j,i]"),
    ("vectors", r"\frac{\partial \log \det(A)}{\partial A} = A^{-T}", "d(log(det(A)))/dA = inv(A).T"),
    ("vectors", r"\bigl. x \bigr. + \Big. y \Big. = x + y", "x + y = x + y"),
    ("vectors", r"1\{i=j\} = \delta_{ij}", "delta(i,j) = delta(i,j)"),
    ("vectors", r"1_{i=j} = \delta_{ij}", "delta(i,j) = delta(i,j)"),
    ("vectors", r"1_{\{i=j\}} x_j = \delta_{ij} x_j", "delta(i,j)*x[j] = delta(i,j)*x[j]"),
    ("vectors", r"1[i = j] = \delta_{ij}", "delta(i,j) = delta(i,j)"),
    (
        "vectors",
        r"2 \cdot 1\{x_i > 0\} = 1(x_i > 0) + 1_{x_i > 0}",
        "2*(1 if x[i] > 0 else 0) = (1 if x[i] > 0 else 0) + (1 if x[i] > 0 else 0)",
    ),
    ("mlp", r"\mathbf{1}^T x = 0", "ones(n0).T @ x = 0"),
    ("mlp", r"W_1 \mathbf{1} = \mathbf{1}", "W1 @ ones(n0) = ones(n1)"),
    ("mlp", r"\mathbf{1}^\top W_1 \mathbf{1} = \sum_{i,j} W_{1,ij}", "ones(n1).T @ W1 @ ones(n0) = sum_{i,j}(W1[i,j])"),
    ("mlp", r"\mathds{1}^T (W_1 x) = \vec 1^T W_1 x", "ones(n1).T @ (W1 @ x) = ones(n1).T @ W1 @ x"),
    ("mlp", r"x \mathbf{1}^T z_1 = \mathbb{1}^T z_1 x", "x @ ones(n1).T @ z1 = (ones(n1).T @ z1) * x"),
    ("mlp", r"x \odot \mathbf{1} = x", "x * 1 = x"),
    ("mlp", r"\mathrm{diag}(x) \mathbf{1} = x", "diag(x) @ ones(n0) = x"),
    ("mlp", r"W_1[i,k] = W_{1,ik}", "W1[i,k] = W1[i,k]"),
    ("mlp", r"x_{[i]} = x[i]", "x[i] = x[i]"),
    ("mlp", r"\pdv{L}{z_2} = \frac{\partial L}{\partial z_2}", "dL/dz2 = dL/dz2"),
    ("mlp", r"\pdv{z_2} L = p - y", "dL/dz2 = p - y"),
    ("mlp", r"\pdv[2]{L}{z_2} = 0", "d2L/dz2^2 = 0"),
    ("vectors", r"\frac{\partial x_i}{\partial x_j} = 1 \quad (i = j)", "dx[i]/dx[j] = 1 where i == j"),
    ("vectors", r"\max(x_i, 0) = 0 \;\; x_i < 0", "max(x[i], 0) = 0 where x[i] < 0"),
    ("vectors", r"x_i \hskip 1cm y_i = y_i x_i \quad (2)", "x[i]*y[i] = y[i]*x[i]"),
    ("neuron", r"\dv*{w^2}{w} \abs*{b} = 2 w \abs{b}", "d(w^2)/dw * abs(b) = 2*w*abs(b)"),
    ("neuron", r"\dv{w^2}{w}{b} = 2 w b", "d(w^2)/dw * b = 2*w*b"),
    ("mlp", r"\pdv{L}{z_{2,i}}{z_{2,j}} = 0", "d2L/dz2[i]dz2[j] = 0"),
    ("mlp", r"\norm{x}^2 = \abs{x^\top x}", "norm(x)**2 = abs(x.T @ x)"),
    ("mlp", r"\tr(\vb{x} \vb{x}^T) = \vb{x}^T \vb{x}", "trace(x @ x.T) = x.T @ x"),
    ("vectors", r"\therefore A = S", "A = S"),
    # --- how far a derivative reaches: over its coefficient, never over a coefficient alone ---
    ("vectors", r"\nabla_x \frac{\mu}{2}\|x\|^2 = \mu x", "d(mu/2 * norm(x)**2)/dx = mu * x"),
    ("vectors", r"\nabla_x \frac{\mu}{2} \cdot \|x\|^2 = \mu x", "d(mu/2 * norm(x)**2)/dx = mu * x"),
    ("vectors", r"\nabla_x \mu x^T x = 2 \mu x", "d(mu * (x.T @ x))/dx = 2 * mu * x"),
    ("vectors", r"\nabla_x \frac12 x^T S x = S x", "d(1/2 * (x.T @ S @ x))/dx = S @ x"),
    ("vectors", r"\nabla_x x^T S x = 2 S x", "d(x.T @ S @ x)/dx = 2 * (S @ x)"),
    ("vectors", r"\nabla_x^2 \frac12 x^T S x = S", "d2(1/2 * (x.T @ S @ x))/dx^2 = S"),
    ("vectors", r"\nabla_x \mu (x^T y) = \mu y", "d(mu * (x.T @ y))/dx = mu * y"),
    ("vectors", r"\nabla_x y^\top x = y", "d(y.T @ x)/dx = y"),
    ("vectors", r"\nabla_x \frac12 \sum_i x_i^2 = x", "d(1/2 * sum_i(x[i]**2))/dx = x"),
    ("vectors", r"\nabla_x \mu q = \mu \nabla_x q", "d(mu * q)/dx = mu * dq/dx"),
    ("vectors", r"\nabla_x q x^T = (A + A^T) x x^T", "dq/dx @ x.T = (A + A.T) @ x @ x.T"),
    ("vectors", r"\nabla_x \|x\|^2 / 2 = x", "d(norm(x)**2)/dx / 2 = x"),
    (
        "vectors",
        r"\frac{\partial}{\partial x} \frac12 \|A x - y\|^2 = A^T (A x - y)",
        "d(1/2 * norm(A @ x - y)**2)/dx = A.T @ (A @ x - y)",
    ),
    ("vectors", r"\frac{\partial}{\partial A}\frac12\|A\|_F^2 = A", "d(1/2 * norm(A)**2)/dA = A"),
    ("vectors", r"\frac{\partial}{\partial x} A x = A", "d(A @ x)/dx = A"),
    ("vectors", r"\nabla_x q^T y = x^T (A + A^T) y", "(dq/dx).T @ y = x.T @ (A + A.T) @ y"),
    ("vectors", r"\nabla_x q(x)^\top y = x^T (A + A^T) y", "(dq/dx).T @ y = x.T @ (A + A.T) @ y"),
    (
        "rows",
        r"\frac{\partial E}{\partial u} = \frac{\partial}{\partial h} \frac{1}{2}\|h-t\|^2 \odot \tanh'(u)",
        "dE/du = d(norm(h - t)**2/2)/dh * tanh'(u)",
    ),
    ("vectors", r"\frac{\partial}{\partial x} x^T A x = (A + A^T) x", "d(x.T @ A @ x)/dx = (A + A.T) @ x"),
    ("vectors", r"\frac{\partial}{\partial x} \frac12 x^T x = x", "d(1/2 * (x.T @ x))/dx = x"),
    ("vectors", r"\frac{\partial}{\partial B} u^T B x = u x^T", "d(u.T @ B @ x)/dB = u @ x.T"),
    (
        "vectors",
        r"\frac{\partial}{\partial x} (A x - y)^T (A x - y) = 2 A^T (A x - y)",
        "d((A @ x - y).T @ (A @ x - y))/dx = 2 * A.T @ (A @ x - y)",
    ),
    ("vectors", r"\frac{\partial^2}{\partial x \partial x^T} \frac12 x^T S x = S", "d2(1/2 * (x.T @ S @ x))/dx^2 = S"),
    ("vectors", r"\frac{\partial}{\partial x} 2 \langle x, y \rangle = 2 y", "d(2 * dot(x, y))/dx = 2 * y"),
    ("vectors", r"\partial_\mu \frac12 \mu^2 = \mu", "d(1/2 * mu**2)/dmu = mu"),
    ("neuron", r"\frac{d}{dx} 2 |x| = 2 \operatorname{sign}(x)", "d(2*abs(x))/dx = 2*sign(x)"),
    ("neuron", r"\frac{d}{dx} w b x^2 = 2 w b x", "d(w*b*x**2)/dx = 2*w*b*x"),
    ("neuron", r"\frac{d}{dx} (1 - w) x^2 = 2 (1 - w) x", "d((1 - w)*x**2)/dx = 2*(1 - w)*x"),
    ("neuron", r"\frac{d}{dx} \frac{1}{2} w x^2 y = w x y", "d(1/2*w*x**2*y)/dx = w*x*y"),
    ("neuron", r"\frac{d}{dx} x^2 / 2 = x", "d(x**2/2)/dx = x"),
    ("neuron", r"\frac{d}{dx} (x + 1) \cdot w = w", "d((x + 1)*w)/dx = w"),
    (
        "neuron",
        r"\frac{\partial}{\partial z} (z^2) \frac{\partial z}{\partial w} = 2 z x",
        "d(z**2)/dz * dz/dw = 2*z*x",
    ),
    (
        "neuron",
        r"\frac{\partial}{\partial z} z^2 \cdot \frac{\partial z}{\partial w} = 2 z x",
        "d(z**2)/dz * dz/dw = 2*z*x",
    ),
    ("neuron", r"\frac{d}{dx} 3 w = 0", "d(3*w)/dx = 0"),
    (
        "neuron",
        r"\frac{d}{dx}(1 + e^{-x})^{-1} = \sigma(x)(1 - \sigma(x))",
        "d(1/(1 + exp(-x)))/dx = sigmoid(x)*(1 - sigmoid(x))",
    ),
    ("neuron", r"\frac{d}{dx} \frac{d}{dx} \frac12 x^2 = 1", "d(d(x**2/2)/dx)/dx = 1"),
    # --- labels of layers ---
    ("family", r"z^l = W^l a^{l-1} + b^l", "z[l] = W[l] @ a[l-1] + b[l]"),
    ("family", r"z^{(l)} = W^{(l)} a^{(l-1)} + b^{(l)}", "z[l] = W[l] @ a[l-1] + b[l]"),
    ("family", r"z^{[l]} = W^{[l]} a^{[l-1]} + b^{[l]}", "z[l] = W[l] @ a[l-1] + b[l]"),
    ("family", r"z_l = W_l a_{l-1} + b_l", "z[l] = W[l] @ a[l-1] + b[l]"),
    (
        "family",
        r"\mathbf{z}^{(\ell)} = \mathbf{W}^{(\ell)}\mathbf{a}^{(\ell-1)} + \mathbf{b}^{(\ell)}",
        "z[l] = W[l] @ a[l-1] + b[l]",
    ),
    ("family", r"z{^l} = W{^l} a{^{l-1}} + b{^l}", "z[l] = W[l] @ a[l-1] + b[l]"),
    ("family", r"\textbf{z}^l = \textbf{W}^l \ \textbf{a}^{l-1} + \textbf{b}^l", "z[l] = W[l] @ a[l-1] + b[l]"),
    ("family", r"z_i^l = \sum_k W_{ik}^l a_k^{l-1} + b_i^l", "z[l][i] = sum_k(W[l][i,k]*a[l-1][k]) + b[l][i]"),
    (
        "family",
        r"z^l_i = \sum_{k=1}^{n^{l-1}} W^l_{i, k} a^{l-1}_k + b^l_i",
        "z[l][i] = sum_k(W[l][i,k]*a[l-1][k]) + b[l][i]",
    ),
    ("family", r"a^l = f(z^l)", "a[l] = f(z[l])"),
    ("family", r"a_i^l = f(z_i^l)", "a[l][i] = f(z[l][i])"),
    (
        "family",
        r"\frac{\partial a^l_i}{\partial z^l_j} = \delta_{ij} f'(z^l_i)",
        "da[l][i]/dz[l][j] = f'(z[l][i]) if i == j else 0",
    ),
    (
        "family",
        r"\delta^l = f'(z^l) \odot \left( (W^{l+1})^\top \delta^{l+1} \right)",
        "delta[l] = f'(z[l]) * (W[l+1].T @ delta[l+1])",
    ),
    ("family", r"\delta^l = f'(z^l) \odot (W^{l+1})^T \delta^{l+1}", "delta[l] = f'(z[l]) * (W[l+1].T @ delta[l+1])"),
    (
        "family",
        r"\delta^{l} = ((W^{l+1})^T \delta^{l+1}) \odot f'(z^{l})",
        "delta[l] = (W[l+1].T @ delta[l+1]) * f'(z[l])",
    ),
    (
        "family",
        r"\boldsymbol{\delta}^l = (W^{l+1\top} \boldsymbol\delta^{l+1}) \odot f'(z^l)",
        "delta[l] = (W[l+1].T @ delta[l+1]) * f'(z[l])",
    ),
    ("family", r"\frac{\partial C}{\partial W^l} = \delta^l (a^{l-1})^T", "dC/dW[l] = delta[l] @ a[l-1].T"),
    ("family", r"\frac{\partial C}{\partial W^l} = \delta^l \cdot (a^{l-1})^T", "dC/dW[l] = delta[l] @ a[l-1].T"),
    ("family", r"\frac{\partial C}{\partial W^l_{jk}} = a^{l-1}_k \delta^l_j", "dC/dW[l][j,k] = a[l-1][k]*delta[l][j]"),
    ("family", r"\frac{\partial C}{\partial b^l_j} = \delta^l_j", "dC/db[l][j] = delta[l][j]"),
    ("family", r"\delta^L = \nabla_{a^L} C \odot f'(z^L)", "delta[L] = dC/da[L] * f'(z[L])"),
    ("family", r"\delta^L_j = \frac{\partial C}{\partial a^L_j} f'(z^L_j)", "delta[L][j] = dC/da[L][j] * f'(z[L][j])"),
    ("family", r"a^{L} - y = a^L - y", "a[L] - y = a[L] - y"),
    ("family", r"\frac{\partial z^{l+1}}{\partial a^l} = W^{l+1}", "dz[l+1]/da[l] = W[l+1]"),
    # --- transposes ---
    ("mlp", r"x^T x = x^\top x", "x.T @ x = x.T @ x"),
    ("mlp", r"x^{T} x = x^{\intercal} x", "x.T @ x = x.T @ x"),
    ("mlp", r"x^{\mathrm T} x = x^{\mathsf{T}} x", "x.T @ x = x.T @ x"),
    ("mlp", r"(W_1 x)^\top = x^\top W_1^\top", "(W1 @ x).T = x.T @ W1.T"),
    ("mlp", r"{W_2}^{T} (p - y) = W_2^\top (p - y)", "W2.T @ (p - y) = W2.T @ (p - y)"),
    ("vectors", r"A^\top = S", "A.T = S"),
    ("vectors", r"x' y = y' x", "x.T @ y = y.T @ x"),
    ("vectors", r"(A x)_i = \sum_j A_{ij} x_j", "(A @ x)[i] = sum_j(A[i,j]*x[j])"),
    ("vectors", r"(A^\top)_{ij} = A_{ji}", "A.T[i,j] = A[j,i]"),
    ("vectors", r"A^T_{ij} = A_{ji}", "A.T[i,j] = A[j,i]"),
    ("vectors", r"A_{i,:}^T x = (A x)_i", "A[i,:] @ x = (A @ x)[i]"),
    ("vectors", r"(A_{i,:})^T x = (A x)_i", "A[i,:] @ x = (A @ x)[i]"),
    ("vectors", r"\frac{\partial (A x)_i}{\partial x} = A_{i,:}^T", "d((A @ x)[i])/dx = A[i,:].T"),
    ("vectors", r"A_{:,j}^T y = (A^T y)_j", "A[:,j].T @ y = (A.T @ y)[j]"),
    ("vectors", r"B_{\cdot j}^\top u = (B^T u)_j", "B[:,j].T @ u = (B.T @ u)[j]"),
    ("vectors", r"A^{-1}_{ij} = (A^{-1})_{ij}", "inv(A)[i,j] = inv(A)[i,j]"),
    (
        "vectors",
        r"\frac{\partial A^{-1}_{ij}}{\partial A_{kl}} = -A^{-1}_{ik} A^{-1}_{lj}",
        "d(inv(A)[i,j])/dA[k,l] = -inv(A)[i,k]*inv(A)[l,j]",
    ),
    ("vectors", r"\|A\|_F^2 = \sum_{i,j} A_{ij}^2", "norm(A)**2 = sum_i(sum_j(A[i,j]**2))"),
    ("family", r"a^{l,T} a^l = \|a^l\|^2", "a[l].T @ a[l] = norm(a[l])**2"),
    ("family", r"a^{(l),\top} a^{(l)} = \|a^l\|^2", "a[l].T @ a[l] = norm(a[l])**2"),
    ("family", r"W^{l+1,T} \delta^{l+1} = (W^{l+1})^T \delta^{l+1}", "W[l+1].T @ delta[l+1] = W[l+1].T @ delta[l+1]"),
    # --- products ---
    ("mlp", r"z_1 = W_1 \cdot x + b_1", "z1 = W1 @ x + b1"),
    ("mlp", r"z_1 = W_1 * x + b_1", "z1 = W1 @ x + b1"),
    ("mlp", r"z_1 = W_1 . x + b_1", "z1 = W1 @ x + b1"),
    ("mlp", r"z_1 = W_1 \times x + b_1", "z1 = W1 @ x + b1"),
    ("mlp", r"a_1 \odot a_1 = a_1 \circ a_1", "a1 * a1 = a1 * a1"),
    ("mlp", r"(p - y) \otimes a_1 = (p - y) a_1^T", "outer(p - y, a1) = (p - y) @ a1.T"),
    ("mlp", r"\alpha (p - y) = \alpha \cdot (p - y)", "alpha * (p - y) = alpha * (p - y)"),
    ("mlp", r"2 W_1 x = W_1 x \cdot 2", "2 * (W1 @ x) = (W1 @ x) * 2"),
    (
        "mlp",
        r"\left( W_2^\top (\hat{y} - y) \right) \odot \sigma'(z_1) = \left[ W_2^\top (\hat y - y) \right] \circ \sigma'(z_1)",
        "(W2.T @ (p - y)) * sigmoid'(z1) = (W2.T @ (p - y)) * sigmoid'(z1)",
    ),
    ("mlp", r"W_2^T (\hat y - y) \odot \sigma'(z_1) = 0", "(W2.T @ (p - y)) * sigmoid'(z1) = 0"),
    ("mlp", r"\sigma'(z_1) \odot W_2^T (p - y) = 0", "sigmoid'(z1) * (W2.T @ (p - y)) = 0"),
    ("mlp", r"p_i y_i = y_i \cdot p_i", "p[i]*y[i] = y[i]*p[i]"),
    ("mlp", r"y_i.p_i = y_i p_i", "y[i]*p[i] = y[i]*p[i]"),
    ("mlp", r"y_i * p_i = y_i p_i", "y[i]*p[i] = y[i]*p[i]"),
    ("vectors", r"x \cdot y = x^\top y", "dot(x, y) = x.T @ y"),
    ("vectors", r"\langle x, y \rangle = x^\top y", "dot(x, y) = x.T @ y"),
    ("vectors", r"\lang x, y \rang = x^\top y", "dot(x, y) = x.T @ y"),
    ("vectors", r"\operatorname{tr}(A x x^\top) = q", "trace(A @ x @ x.T) = q"),
    ("vectors", r"A^{-1} A x = x", "inv(A) @ A @ x = x"),
    ("vectors", r"\det(A^\top) = \det A", "det(A.T) = det(A)"),
    ("vectors", r"2 x y^\top = 2 (x y^\top)", "2 * (x @ y.T) = 2 * (x @ y.T)"),
    ("vectors", r"x_i^2 = x_i x_i", "x[i]**2 = x[i]*x[i]"),
    ("vectors", r"\operatorname{diag}(x) y = x \odot y", "diag(x) @ y = x * y"),
    ("batch", r"Z = W X + b", "Z = W @ X + b"),
    (
        "batch",
        r"\frac{\partial J}{\partial W} = \frac{1}{M} \frac{\partial J}{\partial Z} X^\top",
        "dJ/dW = (1/M) * (dJ/dZ @ X.T)",
    ),
    (
        "batch",
        r"\frac{\partial J}{\partial Z} = \frac{2}{M} (A - T) \odot A \odot (1 - A)",
        "dJ/dZ = (2/M) * (A - T) * A * (1 - A)",
    ),
    (
        "batch",
        r"\frac{\partial J}{\partial b_i} = \sum_{m=1}^{M} \frac{\partial J}{\partial Z_{im}}",
        "dJ/db[i] = sum_m(dJ/dZ[i,m])",
    ),
    (
        "batch",
        r"J = \frac{1}{M} \sum_{m=1}^M \sum_{i=1}^{k} (A_{im} - T_{im})^2",
        "J = (1/M) * sum_m(sum_i((A[i,m] - T[i,m])**2))",
    ),
    ("batch", r"J = \frac1M \sum_{i,m} (A_{im} - T_{im})^2", "J = (1/M) * sum_m(sum_i((A[i,m] - T[i,m])**2))"),
    ("batch", r"\frac{\partial J}{\partial W} = \lambda W", "dJ/dW = lambda * W"),
    ("rows", r"u = x W + b", "u = x @ W + b"),
    (
        "rows",
        r"\frac{\partial E}{\partial W} = x^\top \left( (h - t) \odot (1 - h \odot h) \right)",
        "dE/dW = x.T @ ((h - t) * (1 - h*h))",
    ),
    ("rows", r"\frac{\partial E}{\partial b} = (h-t) \odot \tanh'(u)", "dE/db = (h - t) * tanh'(u)"),
    ("rows", r"\tanh'(u) = 1 - \tanh^2(u)", "tanh'(u) = 1 - tanh(u)**2"),
    ("rows", r"E = \frac{1}{2} \|h - t\|^2", "E = norm(h - t)**2 / 2"),
    ("rows", r"E = \tfrac12 \lVert h - t \rVert_2^2", "E = norm(h - t)**2 / 2"),
    ("rows", r"E = \frac{1}{2} \sum_i (h_i - t_i)^2", "E = sum_i((h[i] - t[i])**2) / 2"),
    # --- sums, deltas, cases ---
    ("mlp", r"L = -\sum_i y_i \log p_i", "L = -sum_i(y[i]*log(p[i]))"),
    ("mlp", r"L = -\sum_i y_i \ln(p_i)", "L = -sum_i(y[i]*log(p[i]))"),
    ("mlp", r"L = - \sum_{i=1}^{n_2} y_i \log \hat{y}_i", "L = -sum_i(y[i]*log(p[i]))"),
    ("mlp", r"L = -\sum\limits_{i} y_i \log{p_i}", "L = -sum_i(y[i]*log(p[i]))"),
    ("mlp", r"p_j = \frac{e^{z_{2,j}}}{\sum_k e^{z_{2,k}}}", "p[j] = exp(z2[j])/sum_k(exp(z2[k]))"),
    ("mlp", r"p_j = \frac{\exp(z_{2,j})}{\sum_{k} \exp(z_{2,k})}", "p[j] = exp(z2[j])/sum_k(exp(z2[k]))"),
    ("mlp", r"p = \operatorname{softmax}(z_2)", "p = softmax(z2)"),
    ("mlp", r"p = \mathrm{softmax}(W_2 a_1 + b_2)", "p = softmax(W2 @ a1 + b2)"),
    ("mlp", r"\sum_k p_k = 1", "sum_k(p[k]) = 1"),
    ("mlp", r"1 - p_i = \sum_{k \ne i} p_k", "1 - p[i] = sum_{k != i}(p[k])"),
    ("mlp", r"1 - p_i = \sum_{k \neq i} p_k", "1 - p[i] = sum_{k != i}(p[k])"),
    ("mlp", r"\sum_{k\ne i} y_k p_i + y_i p_i = p_i", "sum_{k != i}(y[k]*p[i]) + y[i]*p[i] = p[i]"),
    ("mlp", r"\sum_j \delta_{ij} p_j = p_i", "sum_j(delta(i,j)*p[j]) = p[i]"),
    ("mlp", r"\sum_j \delta_{i,j} p_j = p_i", "sum_j(delta(i,j)*p[j]) = p[i]"),
    (
        "mlp",
        r"\frac{\partial p_i}{\partial z_{2,j}} = \begin{cases} p_i(1-p_i) & \text{if } i=j \\ -p_i p_j & \text{if } i \neq j \end{cases}",
        "dp[i]/dz2[j] = p[i]*(1 - p[i]) if i == j else -p[i]*p[j]",
    ),
    (
        "mlp",
        r"\frac{\partial p_i}{\partial z_{2,j}} = \begin{cases} p_i(1-p_i) & i=j \\ -p_i p_j & \text{otherwise} \end{cases}",
        "dp[i]/dz2[j] = p[i]*(1 - p[i]) if i == j else -p[i]*p[j]",
    ),
    (
        "mlp",
        r"\frac{\partial p_i}{\partial z_{2,j}} = \left\{ \begin{array}{ll} p_i(1-p_i) & \text{if } i=j \\ -p_i p_j & \text{else} \end{array} \right.",
        "dp[i]/dz2[j] = p[i]*(1 - p[i]) if i == j else -p[i]*p[j]",
    ),
    (
        "mlp",
        r"\frac{\partial p_i}{\partial z_{2,j}} = -p_i p_j \quad \text{if } i \ne j",
        "dp[i]/dz2[j] = -p[i]*p[j] where i != j",
    ),
    (
        "mlp",
        r"\frac{\partial p_i}{\partial z_{2,j}} = -p_i p_j, \quad i \ne j",
        "dp[i]/dz2[j] = -p[i]*p[j] where i != j",
    ),
    ("mlp", r"\frac{\partial p_i}{\partial z_{2,i}} = p_i (1 - p_i)", "dp[i]/dz2[i] = p[i]*(1 - p[i])"),
    ("mlp", r"z_{1,i} = \sum_j W_{1,ij} x_j + b_{1,i} \quad \text{for all } i", "z1[i] = sum_j(W1[i,j]*x[j]) + b1[i]"),
    ("vectors", r"\prod_i e^{x_i} = e^{\sum_i x_i}", "prod_i(exp(x[i])) = exp(sum_i(x[i]))"),
    ("vectors", r"r_i = \max(0, x_i)", "r[i] = max(0, x[i])"),
    ("vectors", r"r = \min(\max(x, 0), 1)", "r = min(1, max(0, x))"),
    ("vectors", r"r = \max\{x, 2\}", "r = max(2, x)"),
    ("vectors", r"x_1 + x_2 + \dots + x_n = \sum_i x_i", "sum_i(x[i]) = sum_i(x[i])"),
    ("vectors", r"\|x\|^2 = x^\top x", "norm(x)**2 = x.T @ x"),
    ("vectors", r"\left\| x \right\|_2^2 = \sum_i x_i^2", "norm(x)**2 = sum_i(x[i]**2)"),
    ("vectors", r"\sum_i |x_i| = \|x\|_1", "sum_i(abs(x[i])) = sum_i(abs(x[i]))"),
    ("vectors", r"\sqrt{x_i^2} = |x_i|", "sqrt(x[i]**2) = abs(x[i])"),
    ("vectors", r"|x|^2 = x^T x", "norm(x)**2 = x.T @ x"),
    ("vectors", r"|x - y|^2 = \sum_i (x_i - y_i)^2", "norm(x - y)**2 = sum_i((x[i] - y[i])**2)"),
    ("vectors", r"\nabla_x \frac12 |x|^2 = x", "d(norm(x)**2/2)/dx = x"),
    ("vectors", r"r = |x|", "r = abs(x)"),
    ("vectors", r"\|A\|^2_F = \|A\|_F^2", "norm(A)**2 = norm(A)**2"),
    ("vectors", r"\|x\|^2_2 = x^T x", "norm(x)**2 = x.T @ x"),
    ("vectors", r"|x|_2 = \|x\|", "norm(x) = norm(x)"),
    # --- functions ---
    ("mlp", r"a_1 = \sigma(z_1)", "a1 = sigmoid(z1)"),
    ("mlp", r"a_1 = \frac{1}{1 + e^{-z_1}}", "a1 = 1/(1 + exp(-z1))"),
    ("mlp", r"a_{1,i} = \frac{1}{1+\exp(-z_{1,i})}", "a1[i] = 1/(1 + exp(-z1[i]))"),
    ("mlp", r"\sigma'(z_1) = \sigma(z_1)(1 - \sigma(z_1))", "sigmoid'(z1) = sigmoid(z1)*(1 - sigmoid(z1))"),
    ("mlp", r"\sigma^{\prime}(z_1) = a_1 \odot (1 - a_1)", "sigmoid'(z1) = a1*(1 - a1)"),
    ("mlp", r"\sigma'\left(z_1\right) = a_1 \odot (\mathbf{1} - a_1)", "sigmoid'(z1) = a1*(1 - a1)"),
    ("mlp", r"\sigma''(z_1) = \sigma'(z_1) \odot (1 - 2 a_1)", "sigmoid''(z1) = sigmoid'(z1)*(1 - 2*a1)"),
    ("mlp", r"\log \frac{p_i}{p_j} = z_{2,i} - z_{2,j}", "log(p[i]/p[j]) = z2[i] - z2[j]"),
    ("neuron", r"a = \sigma(w x + b)", "a = sigmoid(w*x + b)"),
    ("neuron", r"a = \sigma(wx + b)", "a = sigmoid(w*x + b)"),
    ("neuron", r"L = (a - y)^2", "L = (a - y)**2"),
    ("neuron", r"\frac{e^{z} - e^{-z}}{e^{z} + e^{-z}} = \tanh z", "(exp(z) - exp(-z))/(exp(z) + exp(-z)) = tanh(z)"),
    ("neuron", r"\tanh z = 2\sigma(2z) - 1", "tanh(z) = 2*sigmoid(2*z) - 1"),
    ("neuron", r"\sin^2(z) + \cos^2(z) = 1", "sin(z)**2 + cos(z)**2 = 1"),
    ("neuron", r"\frac{d}{dz} \log(1 + e^z) = \sigma(z)", "d(log(1 + exp(z)))/dz = sigmoid(z)"),
    ("vectors", r"\operatorname{ReLU}(x) = \max(0, x)", "relu(x) = max(0, x)"),
    (
        "vectors",
        r"\mathrm{relu}(x_i) = \begin{cases} x_i & x_i > 0 \\ 0 & \text{otherwise} \end{cases}",
        "relu(x[i]) = x[i] if x[i] > 0 else 0",
    ),
    (
        "neuron",
        r"\operatorname{ReLU}(z) = \begin{cases} z & \text{if } z > 0 \\ 0 & \text{if } z \le 0 \end{cases}",
        "relu(z) = z if z > 0 else 0",
    ),
    # --- matrices written out ---
    ("vectors", r"s = \begin{bmatrix} s_1 \\ s_2 \\ \vdots \\ s_n \end{bmatrix}", "s = s"),
    ("vectors", r"v = \begin{pmatrix} v_1 \\ \vdots \\ v_m \end{pmatrix}", "v = v"),
    (
        "vectors",
        r"A = \begin{bmatrix} A_{11} & A_{12} & \cdots & A_{1n} \\ A_{21} & A_{22} & \cdots & A_{2n} \\ \vdots & \vdots & \ddots & \vdots \\ A_{n1} & A_{n2} & \cdots & A_{nn} \end{bmatrix}",
        "A = A",
    ),
    (
        "vectors",
        r"\frac{\partial v}{\partial x} = \begin{bmatrix} \frac{\partial v_1}{\partial x_1} & \cdots & \frac{\partial v_1}{\partial x_n} \\ \vdots & \ddots & \vdots \\ \frac{\partial v_m}{\partial x_1} & \cdots & \frac{\partial v_m}{\partial x_n} \end{bmatrix}",
        "dv/dx = dv/dx",
    ),
    # --- relations, decorations, remarks ---
    ("mlp", r"z_1 := W_1 x + b_1", "z1 = W1 @ x + b1"),
    ("mlp", r"z_1 \coloneqq W_1 x + b_1", "z1 = W1 @ x + b1"),
    ("mlp", r"z_1 \equiv W_1 x + b_1", "z1 = W1 @ x + b1"),
    ("mlp", r"\frac{\partial L}{\partial z_2} \ne y - p", "dL/dz2 != y - p"),
    ("mlp", r"\color{red}{\frac{\partial L}{\partial z_2}} = \color{blue}{p - y}", "dL/dz2 = p - y"),
    ("mlp", r"\textcolor{red}{\frac{\partial L}{\partial z_2}} = p - y.", "dL/dz2 = p - y"),
    ("mlp", r"\boxed{\frac{\partial L}{\partial z_2} = p - y}", "dL/dz2 = p - y"),
    ("mlp", r"\bbox[10px, border:2px solid red]{\frac{\partial L}{\partial z_2} = p - y}", "dL/dz2 = p - y"),
    ("mlp", r"\large \frac{\partial L}{\partial z_2} = p - y ,", "dL/dz2 = p - y"),
    ("mlp", r"\underbrace{\frac{\partial L}{\partial z_2}}_{\text{error}} = p - y", "dL/dz2 = p - y"),
    ("mlp", r"\frac{\partial L}{\partial z_2} = \overbrace{p - y}^{\text{prediction minus target}}", "dL/dz2 = p - y"),
    ("mlp", r"\frac{\partial L}{\partial z_2} = p - y \quad \rightarrow \quad \text{EqA1}", "dL/dz2 = p - y"),
    ("mlp", r"\mathbf{\frac{\partial L}{\partial z_2} = p - y \rightarrow \quad EqA1.1}", "dL/dz2 = p - y"),
    ("mlp", r"\frac{\partial L}{\partial z_2} = p - y \tag{3}", "dL/dz2 = p - y"),
    ("mlp", r"\frac{\partial L}{\partial z_2} = p - y \qquad (12)", "dL/dz2 = p - y"),
    ("mlp", r"$$\frac{\partial L}{\partial z_2} = p - y$$", "dL/dz2 = p - y"),
    ("mlp", r"\begin{equation} \frac{\partial L}{\partial z_2} = p - y \label{eq:a} \end{equation}", "dL/dz2 = p - y"),
    (
        "mlp",
        r"\begin{align} \frac{\partial L}{\partial z_2} &= p - y \nonumber \\ &= \hat{y} - y \end{align}",
        "dL/dz2 = p - y = p - y",
    ),
    ("mlp", r"\vec{a}_1 = \sigma(\vec{z}_1)", "a1 = sigmoid(z1)"),
    ("mlp", r"\bigl(W_2\bigr)^T \bigl(p - y\bigr) = W_2^T \Bigl( p - y \Bigr)", "W2.T @ (p - y) = W2.T @ (p - y)"),
    ("mlp", r"\pd{L}{z_2} = \pd{L}{b_2}", "dL/dz2 = dL/db2"),
    ("mlp", r"\delta^{(2)} = \hat{y} - y", "delta2 = p - y"),
    ("mlp", r"\mathbf{\delta}^{(2)} = \hat{\mathbf{y}} - \mathbf{y}", "delta2 = p - y"),
    ("mlp", r"\frac{\partial L}{\partial W_2} = \frac{\partial L}{\partial z_2} (a_1)^\top", "dL/dW2 = dL/dz2 @ a1.T"),
    ("mlp", r"L \approx 0", "L ~= 0"),
    ("mlp", r"\frac{\partial L}{\partial z_2} \propto p - y", "dL/dz2 ~ p - y"),
    # --- shapes ---
    ("mlp", r"x \in \mathbb{R}^{n_0}", "shape(x) = [n0]"),
    ("mlp", r"W_1 \in \R^{n_1 \times n_0}", "shape(W1) = [n1, n0]"),
    ("mlp", r"x \in \mathbb{R}^{n_0 \times 1}", "shape(x) = [n0]"),
    ("mlp", r"x^\top \in \mathbb{R}^{n_0}", "shape(x) = [n0]"),
    ("mlp", r"\alpha \in \mathbb{R}", "shape(alpha) = []"),
    ("family", r"W^l \in \mathbb{R}^{n^l \times n^{l-1}}", "shape(W[l]) = [n[l], n[l-1]]"),
    ("family", r"W^l a^{l-1} \rightarrow n^l \times 1", "shape(W[l] @ a[l-1]) = [n[l]]"),
    # --- runs of layers ---
    (
        "family",
        r"\frac{\partial C}{\partial z^1} = \frac{\partial C}{\partial z^L} \frac{\partial z^L}{\partial z^{L-1}} \dots \frac{\partial z^2}{\partial z^1}",
        "dC/dz[1] = (dz[2]/dz[1]).T @ (dz[3]/dz[2]).T @ dC/dz[3]",
    ),
    (
        "family",
        r"\frac{\partial z^L}{\partial z^1} = \frac{\partial z^L}{\partial z^{L-1}} \cdots \frac{\partial z^2}{\partial z^1}",
        "dz[3]/dz[1] = dz[3]/dz[2] @ dz[2]/dz[1]",
    ),
    ("family", r"W^3 W^2 W^1 = W^L \cdots W^1", "W[3] @ W[2] @ W[1] = W[3] @ W[2] @ W[1]"),
    (
        "family",
        r"W^3 W^2 W^1 a^0 = W^L \cdot \dots \cdot W^1 a^0",
        "W[3] @ W[2] @ W[1] @ a[0] = W[3] @ W[2] @ W[1] @ a[0]",
    ),
    # --- the chain rule where it is no product of matrices ---
    (
        "mlp",
        r"\frac{\partial L}{\partial W_1} = \frac{\partial L}{\partial z_1} \frac{\partial z_1}{\partial W_1}",
        "dL/dW1 = dL/dz1 @ x.T",
    ),
    (
        "mlp",
        r"\frac{\partial L}{\partial W_2} = \delta^{(2)} \cdot \frac{\partial z_2}{\partial W_2}",
        "dL/dW2 = delta2 @ a1.T",
    ),
    # --- powers of every entry, indices above and below ---
    ("vectors", r"A^{\odot 2} = A \odot A", "A**2 = A * A"),
    ("vectors", r"(A + S)^{\circ 2} = (A + S) \odot (A + S)", "(A + S)**2 = (A + S)*(A + S)"),
    ("vectors", r"A^{\odot -1} \odot A \odot A = A", "A**(-1) * A * A = A"),
    ("vectors", r"A^{\circ 2}_{ij} = A_{ij}^{\odot 2}", "A[i,j]**2 = A[i,j]**2"),
    ("vectors", r"A^{\odot 2 \top} = A^\top \odot A^\top", "A.T**2 = A.T * A.T"),
    ("vectors", r"A^{i}{}_{j} = A_{ij}", "A[i,j] = A[i,j]"),
    ("vectors", r"A_i{}^j = A_{ij}", "A[i,j] = A[i,j]"),
    ("vectors", r"A^i_i = A_{ii}", "A[i,i] = A[i,i]"),
    ("vectors", r"B^{\odot 3} = B \odot B \odot B", "B**3 = B * B * B"),
    # --- words ---
    ("mlp", r"p_i = 1$ if $i = j", "p[i] = 1 where i == j"),
    ("mlp", r"\frac{\partial p_i}{\partial z_{2,j}} = 0 \ \ when \ i \ne j", "dp[i]/dz2[j] = 0 where i != j"),
    ("mlp", r"p_i = y_i \ for\ i = 1, 2, \dots, n_2", "p[i] = y[i]"),
    ("mlp", r"\sigma(\alpha) = \frac{1}{2} \text{ if } \alpha = 0", "sigmoid(0) = 1/2"),
    ("mlp", r"\sigma'(\alpha) = 1 \text{ for } \alpha = -1", "sigmoid'(-1) = 1"),
    ("mlp", r"L = 0 \text{ where } z_1 = W_1 x + b_1", "L = 0"),
    ("mlp", r"\text{the probabilities, } p = y", "p = y"),
    ("mlp", r"p = y; \text{ what is } x", "p = y"),
    # --- vectors by their entries ---
    ("mlp", r"\frac{\partial L}{\partial z_2} = (p_i - y_i)_i", "dL/dz2[i] = p[i] - y[i]"),
    ("mlp", r"p = \left( e^{z_{2,k}} \right)_k", "p[k] = exp(z2[k])"),
    ("mlp", r"\delta_{ij} = 1 \text{ if } i = j", "delta(i,j) = 1 where i == j"),
    # --- slices ---
    ("mlp", r"\frac{\partial z_{1,i}}{\partial W_{1,i,:}} = x", "dz1[i]/dW1[i,:] = x"),
    ("mlp", r"\frac{\partial z_1}{\partial x_j} = W_{1,:,j}", "dz1/dx[j] = W1[:,j]"),
    ("mlp", r"\sum_m W_{1,:,m} x_m = z_1", "sum_m(W1[:,m] * x[m]) = z1"),
    # a layer and its argument, evaluation bars, differentials, shapes
    ("mlp", r"p(z_2) = p", "p = p"),
    (
        "mlp",
        r"\left. \frac{\partial L}{\partial a_1} \right|_{z_2 = 0} = \frac{\partial L}{\partial a_1}",
        "at(dL/da1, z2 = 0) = dL/da1",
    ),
    (
        "mlp",
        r"\frac{\partial p_i}{\partial z_{2,j}} \Bigr|_{i = j} = p_i (1 - p_i)",
        "at(dp[i]/dz2[j], j = i) = p[i] * (1 - p[i])",
    ),
    ("mlp", r"\left. \frac{\partial L}{\partial z_1} \right|_{z_2} = a_1", "dL/dz1 holding z2 = a1"),
    (
        "mlp",
        r"\left( \frac{\partial L}{\partial z_1} \right)_{a_1, z_2} = a_1",
        "dL/dz1 holding (a1, z2) = a1",
    ),
    ("mlp", r"\left. W_1 x + b_1 \right|_{x = 0, b_1 = 2 b_1} = 2 b_1", "at(W1 @ x + b1, x = 0, b1 = 2 * b1) = 2 * b1"),
    ("mlp", r"\mathrm{d} z_1 = \mathrm{d} W_1\, x + \mathrm d b_1", "d(z1) = d(W1) @ x + d(b1)"),
    ("mlp", r"\mathrm{d} z_1^\top = (\mathrm{d} z_1)^\top", "d(z1).T = d(z1).T"),
    ("mlp", r"\mathrm d (W_1 x) = \mathrm d (z_1 - b_1)", "d(W1 @ x) = d(z1 - b1)"),
    ("mlp", r"(n_2 \times n_1)(n_1 \times 1) = n_2 \times 1", "shape(ones(n2, n1) @ ones(n1, 1)) = [n2, 1]"),
    # --- vectors of ones beside a vector, or with a number before them ---
    ("mlp", r"p - \alpha\mathbf{1} = p - \mathbf 1 \alpha", "p - alpha * ones(n2) = p - ones(n2) * alpha"),
    ("mlp", r"p + \alpha \cdot \mathbf{1} = y", "p + alpha * ones(n2) = y"),
    ("mlp", r"p^\top + \mathbf{1}^\top = y^\top", "p.T + ones(n2).T = y.T"),
    ("mlp", r"W_1 x + \mathbf{1} = z_1", "W1 @ x + ones(n1) = z1"),
    # --- numbers and remarks behind the steps ---
    ("mlp", r"\begin{aligned} L &= L \quad (1) \\ &= L + 0 \quad (2) \end{aligned}", "L = L = L + 0"),
    ("mlp", r"\begin{aligned} L &= \alpha && \text{commutes} \\ &= L \end{aligned}", "L = alpha = L"),
]

# (network, LaTeX, the code of the refusal, words of its message)
REFUSED: list[tuple[str, str, str, str]] = [
    ("covariance", r"x \mathbf{1}^\top \mathbf 1 = x", "DC120", "the size of the vector of ones"),
    ("covariance", r"\mathbf 1^\top \mathbf 1 s = 0", "DC120", "the size of the vector of ones"),
    ("covariance", r"\mathbf 1 y^\top A = 0", "DC120", "the size of the vector of ones"),
    ("covariance", r"\Pi x = 0", "DC120", r"unknown name `\Pi`"),
    ("covariance", r"\underset{k}{x} = 0", "DC120", r"unknown name `\underset{k}{x}`"),
    ("covariance", r"\overset{*}{x} = x", "DC120", r"unknown name `\overset{*}{x}`"),
    ("covariance", r"W_{f[i]} = 0", "DC120", "unknown name"),
    ("covariance", r"A[i,m] = 0", "DC171", "two readings"),
    ("covariance", r"A(i,j) = A_{ij}", "DC177", "two readings"),
    ("covariance", r"\lg(s) = 0", "DC170", r"`\lg` is not read"),
    ("covariance", r"\operatorname{pinv}(A) = 0", "DC125", "a pseudo-inverse"),
    ("covariance", r"foo(s) = 0", "DC124", "unknown function `foo`"),
    ("covariance", r"\delta s = 0", "DC120", r"unknown name `\delta`"),
    ("vectors", r"\sum_{k=0}^{i} A_{ik} x_k = 0", "DC119", "a sum from 0"),
    ("vectors", r"\sum_{k=2i}^{n} A_{ik} x_k = 0", "DC119", "the lower limit of the sum"),
    ("vectors", r"x_i = \begin{cases} & i = 1 \\ 0 & \text{otherwise} \end{cases}", "DC176", "has no value"),
    ("vectors", r"x_i = \begin{cases} y_i \\ 0 & \text{otherwise} \end{cases}", "DC176", "not complete"),
    ("vectors", r"x_i = \begin{cases} y_i & i < 1 \\ 0 & i > 1 \end{cases}", "DC176", "not complete"),
    ("vectors", r"x_i = \begin{cases} y_i & i = 1 \\ 0 & \text{otherwise } x \end{cases}", "DC107", "unexpected `x`"),
    ("vectors", r"x = [x_1^1, x_2^2, \dots, x_n^n]^\top", "DC173", "follow no pattern"),
    ("vectors", r"x = [x_1, x_3, \dots, x_n]^\top", "DC173", "follow no pattern"),
    ("vectors", r"x = [x_1, x_2, \dots]^\top", "DC173", "the dots have no pattern"),
    ("vectors", r"y - \mathbf{1} x = 0", "DC120", "the size of the vector of ones"),
    ("vectors", r"y = \mathbf{1} x", "DC120", "the size of the vector of ones"),
    ("vectors", r"y = y - \frac{1}{n} \mathbf{1} x", "DC120", "the size of the vector of ones"),
    ("vectors", r"y = y - \frac{1}{n} x \mathbf{1}", "DC120", "the size of the vector of ones"),
    ("vectors", r"y = x \mathbf{1}", "DC120", "the size of the vector of ones"),
    ("vectors", r"A + \mathbf{1} S = 0", "DC120", "the size of the vector of ones"),
    ("vectors", r"x^\top = \mathbf{1}", "DC120", "the size of the vector of ones"),
    ("vectors", r"x I = x", "DC120", "the size of the identity matrix"),
    ("vectors", r"A \odot I = 0", "DC120", "the size of the identity matrix"),
    ("vectors", r"B + I = 0", "DC120", "the size of the identity matrix"),
    ("vectors", r"A \otimes I = 0", "DC120", "the size of the identity matrix"),
    ("vectors", r"\operatorname{tr}(I) = n", "DC120", "the size of the identity matrix"),
    ("vectors", r"A_i = A_{i,:}", "DC171", "one vector of a matrix"),
    ("vectors", r"S_i = S_{ii}", "DC171", "one vector of a matrix"),
    ("vectors", r"v = \sum_j x_j b_j", "DC120", "unknown name `b_j`"),
    ("vectors", r"{n \choose 2} = 0", "DC170", "is not read"),
    # --- letters that are no numbers ---
    ("signals", r"S_ij = 0", "DC142", "the indices of `S_i` do not fit"),
    ("signals", r"g_r = w_a h (r - 1) j", "DC120", "unknown name `j`"),
    ("signals", r"g_r = h(r-1)", "DC177", "`h(r-1)` has two readings"),
    ("signals", r"g_r = h_r(r-1)", "DC177", "`h_r(r-1)` has two readings"),
    ("signals", r"h_i = h [i]", "DC120", "unknown name `i`"),
    ("signals", r"S_{ij} = S [i, j]", "DC120", "unknown name `i`"),
    ("signals", r"h_n = 0", "DC171", "`h_n` has two readings"),
    ("signals", r"\max_k^2 h_k = 0", "DC119", "the script behind the letter of `max` has no reading"),
    ("signals", r"\max_{k=1} h_k = 0", "DC119", "the sum has a lower limit only"),
    # --- expectations over nothing that is known, examples of nothing that is declared ---
    ("policy", r"J = \mathbb{E}[R]", "DC127", "nothing says what the expectation is over"),
    ("policy", r"J = \mathbb{E}_{a \sim u}[R_a]", "DC127", "nothing says what the expectation is over"),
    ("policy", r"J = \mathbb{E}_{a, a}[R_a]", "DC127", "one letter is drawn twice"),
    ("policy", r"J = \mathbb{E}_{\mu \sim p}[\mu]", "DC127", "nothing says what the expectation is over"),
    ("mlp", r"z^{(i)} = W x^{(i)} + b", "DC120", "unknown name `z^{(i)}`"),
    ("batch", r"v^{(i)} = 0", "DC120", "unknown name `v^{(i)}`"),
    ("batch", r"x^{(M)} = 0", "DC120", "unknown name `x^{(M)}`"),
    ("mlp", r"\fract{L}{x} = 1", "DC170", "unknown macro `\\fract`"),
    ("mlp", r"\foo{x} = x", "DC170", "unknown macro `\\foo`"),
    ("mlp", r"\int_0^1 x = 1", "DC170", "`\\int` is not read"),
    ("mlp", r"\lim_{h \to 0} x = x", "DC170", "`\\lim` is not read"),
    ("mlp", r"\argmax_i p_i = 1", "DC170", "`\\argmax` is not read"),
    ("mlp", r"x \in \mathbb{R}^{q}", "DC174", "membership is judged of real vectors and matrices alone"),
    ("mlp", r"x \in [0, 1]", "DC174", "membership is judged of real vectors and matrices alone"),
    ("mlp", r"y \in \{0, 1\}^{n_2}", "DC174", "membership is judged of real vectors and matrices alone"),
    ("family", r"a^1 a^2 \dots a^L W^2", "DC108", "an equation needs two sides"),
    ("family", r"\frac{\partial C}{\partial a^1} = W^1 \dots b^2", "DC173", "a product with dots is not read"),
    ("mlp", r"p_1 \dots y_2 = 0", "DC173", "a product with dots is not read"),
    (
        "mlp",
        r"\frac{\partial L}{\partial \alpha} = 0 \text{ if } \alpha = 1",
        "DC175",
        "a derivative by `alpha` at a value of it is not read",
    ),
    ("mlp", r"z_1 = b_1 \text{ where } a_1 = z_1", "DC175", "an equation under a condition on values is not read"),
    ("mlp", r"z_1 = b_1$ and so on", "DC100", "unexpected character `$`"),
    ("mlp", r"z_1 \sim b_1", "DC174", "`\\sim` is no equation"),
    ("mlp", r"x \to z_1", "DC174", "`\\to` makes no equation"),
    ("mlp", r"W_3 x = 0", "DC120", "unknown name `W_3`"),
    ("mlp", r"z^{(3)} = 0", "DC120", "unknown name `z^{(3)}`"),
    ("mlp", r"\hat{z} = 0", "DC120", "unknown name `\\hat{z}`"),
    ("mlp", r"q = W_1 x", "DC120", "unknown name `q`"),
    ("mlp", r"\frac{\partial L}{\partial q} = 0", "DC120", "unknown name `q`"),
    ("mlp", r"\frac{\partial}{\partial z_2} = 0", "DC107", "unexpected `=`"),
    ("mlp", r"W_1 x + b_1", "DC108", "an equation needs two sides"),
    ("mlp", r"= W_1 x", "DC109", "a side of the equation is empty"),
    ("mlp", r"z_1 =", "DC109", "a side of the equation is empty"),
    ("mlp", r"z_1 = W_1 (x + b_1", "DC103", "`(` is never closed"),
    ("mlp", r"z_1 = \left( W_1 x", "DC103", "`(` is never closed"),
    ("mlp", r"z_1 = \frac{1}{1 + e^{-z_1}", "DC103", "`{` is never closed"),
    ("mlp", r"z_1 = W_1 x +", "DC104", "the formula ends too early"),
    ("mlp", r"z_1 = W_1 x + + b_1", "DC107", "unexpected `+`"),
    ("mlp", r"", "DC109", "the formula is empty"),
    ("mlp", r"z_1 = W_1 x, a_1 = \sigma(z_1)", "DC176", "a second equation stands in the formula"),
    ("mlp", r"p_{n_2} = 1", "DC171", "`p_{n_2}` has two readings"),
    (
        "mlp",
        r"p_i = 1 \text{ if the example is of class } i",
        "DC175",
        "the condition in words is not read: `if the example is of class`",
    ),
    ("mlp", r"p_i = p(z_{2,i})", "DC177", "`p(z_{2,i})` has two readings"),
    ("mlp", r"\sigma^{-1}(a_1) = z_1", "DC171", "the superscript of the function `\\sigma^{-1}` has no one reading"),
    ("mlp", r"\sigma^2(z_1) = 0", "DC171", "the superscript of the function `\\sigma^2` has no one reading"),
    ("mlp", r"p_i = \begin{cases} 1 & i = 1 \\ 0 & i = 1 \end{cases}", "DC176", "the conditions of the cases overlap"),
    (
        "mlp",
        r"z_1 = \begin{bmatrix} z_{1,1} \\ \vdots \\ b_{1,3} \end{bmatrix}",
        "DC173",
        "the entries follow no pattern: `b1[3]` does not look like `z1[1]`",
    ),
    (
        "mlp",
        r"z_1 = \begin{bmatrix} 1 & 2 \\ 3 \end{bmatrix}",
        "DC113",
        "the rows of the matrix have different lengths",
    ),
    ("mlp", r"\nabla p = 0", "DC118", "the gradient by what?"),
    ("mlp", r"\nabla_{z_2} p = 0", "DC171", "`\\nabla_{z_2} p` has two readings"),
    ("mlp", r"\sum_{k=1}^{5} p_k = 1", "DC119", "the sum runs to `5`, but `k` runs over `n2`"),
    ("mlp", r"\sum p = 1", "DC116", "a sum needs its index letter"),
    ("mlp", r"a_1(W_1 x + b_1) = 0", "DC177", "`a_1(W_1 x + b_1)` has two readings"),
    ("mlp", r"p(0) = x", "DC177", "`p(0)` is the layer `p` at another point"),
    ("mlp", r"p(y) = p", "DC177", "`p(y)` has two readings"),
    ("mlp", r"W_2 a_1 \Bigr|_{x = 0} = b_2", "DC171", "how far does the bar of"),
    ("mlp", r"\left. p \right|_{z_2} = p", "DC118", "the point `_{z_2}` of an evaluation is not read"),
    ("mlp", r"p_i \Bigr|_{i \ne j} = p_i", "DC118", "the point `_{i \\ne j}` of an evaluation is not read"),
    ("mlp", r"\left. p \right|_{0} = p", "DC118", "the point `_{0}` of an evaluation is not read"),
    ("mlp", r"\mathrm{d} x^2 = 0", "DC171", "`\\mathrm{d} x^2` has two readings"),
    ("mlp", r"z_1 = W_1 x 2", "DC110", "a number stands behind a factor"),
    ("mlp", r"1/\alpha x = 0", "DC106", "does the division reach over the product that follows?"),
    ("mlp", r"W_1 ... x = 0", "DC173", "a product with dots is not read"),
    ("mlp", r"z_1 = W_1 x \text{ unless } x = 0", "DC175", "the condition in words is not read: `unless`"),
    ("mlp", r"x^{\dagger} x = 0", "DC170", "`\\dagger` is not read"),
    ("mlp", r"\mathbf{1} \mathbf{1}^T = 0", "DC120", "the size of the vector of ones `\\mathbf{1}` is not known"),
    ("mlp", r"x \mathbf{1}^T = 0", "DC120", "the size of the vector of ones `\\mathbf{1}` is not known"),
    ("mlp", r"p_i = 1 \pm p_j", "DC170", "`\\pm` is not read"),
    ("mlp", r"\binom{n}{k} = 1", "DC170", "`\\binom` is not read"),
    ("mlp", r"\cancel{x} = x", "DC170", "`\\cancel` is not read"),
    ("mlp", r"z_1 \over z_2 = 1", "DC170", "`\\over` is not read"),
    ("mlp", r"p'' = 0", "DC114", "`p'` is not read: `p` is no function"),
    ("mlp", r"p' = 0", "DC114", "`p'` is not read: `p` is no function"),
    ("mlp", r"g(x) = x", "DC120", "unknown name `g`"),
    ("mlp", r"|W_1| = 1", "DC171", "`|W_1|` has two readings"),
    ("mlp", r"\|W_1\| = 1", "DC171", "`\\|W_1\\|` has two readings"),
    ("mlp", r"\|x\|_3 = 1", "DC171", "the norm of order `3` is not read"),
    ("mlp", r"x^{1,2} = 0", "DC107", "unexpected `,`"),
    ("mlp", r"W_{1,i} = 0", "DC120", "unknown name `W_{1,i}`"),
    ("mlp", r"W_{1,ijk} = 0", "DC120", "unknown name `W_{1,ijk}`"),
    ("mlp", r"x_{ij} = 0", "DC142", "the indices of `x_{ij}` do not fit a tensor with 1 axes"),
    ("mlp", r"W_1 \otimes = 0", "DC107", "unexpected `=`"),
    ("mlp", r"\begin{foo} x \end{foo} = x", "DC176", "unknown environment `foo`"),
    ("mlp", r"\begin{aligned} x = x", "DC103", "`\\begin{aligned}` is never closed"),
    ("mlp", r"x = x $ y", "DC100", "unexpected character `$`"),
    ("mlp", r"\infty = x", "DC107", "`\\infty` is not a number"),
    ("mlp", r"\frac{x}{\infty} = 0", "DC107", "`\\infty` is not a number"),
    ("mlp", r"\delta_i = 0", "DC120", "unknown name `\\delta_i`"),
    ("mlp", r"\delta_{ijk} = 0", "DC120", "unknown name `\\delta_{ijk}`"),
    ("mlp", r"e = 2.718", "DC120", "unknown name `e`"),
    ("mlp", r"\frac{d L}{d x y} = 0", "DC118", "a derivative is taken by one quantity"),
    ("mlp", r"\frac{\partial L}{\partial W_1 x} = 0", "DC118", "a derivative is taken by one quantity"),
    ("mlp", r"\frac{\partial^2 L}{\partial x} = 0", "DC117", "a second derivative needs two variables"),
    ("family", r"z^m = 0", "DC121", "`z^m` is no member of the family `z`"),
    ("family", r"z = W a + b", "DC121", "`z` needs its label"),
    ("vectors", r"(x \cdot y) z = 0", "DC120", "unknown name `z`"),
    ("vectors", r"r_i' = 1", "DC114", "`r_i'` is not read: `r_i` is no function"),
    ("neuron", r"L(w + x) = 0", "DC177", "`L(w + x)` has two readings"),
    ("mlp", r"W_{2,ij} x_{ij} = 0", "DC142", "the indices of `x_{ij}` do not fit a tensor with 1 axes"),
    ("mlp", r"z_1 = W_1 x \text{ given } x = 0", "DC175", "the condition in words is not read: `given`"),
    ("mlp", r"\hat{q}_i = 1", "DC120", "unknown name `\\hat{q}_i`"),
    (
        "mlp",
        r"p_i = p_j \text{ if } i = j, k = l \ldots",
        "DC119",
        "the range of the index is not that of its dimension",
    ),
    ("mlp", r"a^{L}_i = 0", "DC120", "unknown name `a^{L}_i`"),
    ("mlp", r"\nabla L = 0", "DC118", "the gradient by what?"),
    ("mlp", r"\frac{\partial L}{} = 0", "DC118", "`\\partial` needs what it differentiates, and by what"),
    ("mlp", r"\partial L = 0", "DC118", "`\\partial` needs what it differentiates, and by what"),
    ("mlp", r"\begin{vmatrix} 1 & 2 \\ 3 & 4 \end{vmatrix} = -2", "DC176", "a determinant written out is not read"),
    ("mlp", r"p_0 = 1", "DC142", "the indices of `p_0` do not fit a tensor with 1 axes"),
    ("mlp", r"p_{-1} = 1", "DC142", "the indices of `p_{-1}` do not fit a tensor with 1 axes"),
    ("vectors", r"\frac{\partial}{\partial x} (A x)^T = A", "DC118", "how far does the derivative reach?"),
    ("vectors", r"x^* = x", "DC120", "unknown name `x^*`"),
    ("vectors", r"x^\ast = x", "DC120", "unknown name `x^\\ast`"),
    ("vectors", r"x_* = x", "DC120", "unknown name `x_*`"),
    ("vectors", r"A^* = A", "DC120", "unknown name `A^*`"),
    ("vectors", r"A^{+} = A", "DC120", "unknown name `A^{+}`"),
    ("vectors", r"x_+ = r", "DC120", "unknown name `x_+`"),
    ("vectors", r"A' = A - \mu S", "DC171", "`A'` has two readings"),
    ("vectors", r"x' = x - \mu y", "DC171", "`x'` has two readings"),
    ("vectors", r"B^\prime = B - \mu B", "DC171", "`B^\\prime` has two readings"),
    ("vectors", r"u = B' x", "DC171", "`B'` has two readings"),
    ("vectors", r"A - A' = S", "DC171", "`A'` has two readings"),
    (
        "mlp",
        r"\frac{\partial L}{\partial b_2} = p - y, \text{ scaled by } 2",
        "DC175",
        "the condition in words is not read: `scaled by`",
    ),
    (
        "mlp",
        r"\frac{\partial L}{\partial b_2} = p - y \quad \text{(up to a factor)}",
        "DC175",
        "the condition in words is not read: `(up to a factor)`",
    ),
    (
        "mlp",
        r"\frac{\partial L}{\partial b_2} = p - y, \quad \text{times } 2",
        "DC175",
        "the condition in words is not read: `times`",
    ),
    (
        "mlp",
        r"\frac{\partial L}{\partial b_2} = p - y, \text{ multiplied with } \alpha",
        "DC175",
        "the condition in words is not read: `multiplied with`",
    ),
    ("vectors", r"A = S \Rightarrow x = y", "DC176", "a second equation stands in the formula"),
    ("vectors", r"x = \therefore y", "DC174", "`\\therefore` makes no equation"),
    ("vectors", r"\frac{\partial x_i}{\partial x_j} = 1 \ (i = j)", "DC107", "unexpected `=`"),
    ("mlp", r"z_1 = W_1 x + b_.1", "DC120", "unknown name `b_.`"),
    ("mlp", r"x^.5 = 1", "DC107", "unexpected `.`"),
    ("mlp", r"\underset{i}{\operatorname{argmax}} p_i = 1", "DC114", "`\\operatorname{argmax}` needs its argument"),
    ("mlp", r"p^\top + \mathbf{1} = p^\top", "DC120", "the size of the vector of ones"),
    ("mlp", r"\mathbf 1 \odot p^\top = p^\top", "DC120", "the size of the vector of ones"),
    ("mlp", r"[\alpha\; L] = [\alpha, L]", "DC171", "two readings"),
    ("mlp", r"L = \alpha \quad \text{commutes} x", "DC120", "unknown name"),
]

# (network, LaTeX, the readings that conform): each of them is judged
FORKED: list[tuple[str, str, tuple[str, ...]]] = [
    ("vectors", r"A \cdot S \odot A = 0", ("(A @ S) * A = 0", "A * S * A = 0")),
    ("vectors", r"A \odot S \cdot A = 0", ("(A * S) @ A = 0", "A * S * A = 0", "A * (S @ A) = 0")),
    ("vectors", r"x \odot A \cdot S = 0", ("(x * A) @ S = 0", "x * A * S = 0")),
    ("vectors", r"\log |S| = 0", ("log(det(S)) = 0", "log(abs(S)) = 0")),
    ("vectors", r"A_i^\top x = v_i", ("A[:,i].T @ x = v[i]", "A[i,:] @ x = v[i]")),
    ("rows", r"W_j = 0", ("W[j,:] = 0", "W[:,j].T = 0")),
    ("batch", r"x^{(i)} = x^{(i)}", ("X[:,i] = X[:,i]", "X[i,:].T = X[i,:].T")),
    ("signals", r"[h, h] = [h, h]", ("[h; h] = [h; h]", "[h, h] = [h, h]")),
    ("mlp", r"y \cdot p = y \cdot p", ("dot(y, p) = dot(y, p)", "y * p = y * p")),
    ("mlp", r"\log p_i y_i = 0", ("log(p[i]) * y[i] = 0", "log(p[i] * y[i]) = 0")),
    ("vectors", r"A^i_j = A_{ij}", ("A[j,i] = A[i,j]", "A[i,j] = A[i,j]")),
    ("vectors", r"A_j^i = A_{ij}", ("A[j,i] = A[i,j]", "A[i,j] = A[i,j]")),
    ("vectors", r"B^i_j = B_{ij}", ("B[j,i] = B[i,j]", "B[i,j] = B[i,j]")),
    ("vectors", r"A^i _j = A_{ij}", ("A[j,i] = A[i,j]", "A[i,j] = A[i,j]")),
    ("vectors", r"A * A = A", ("A @ A = A", "A * A = A")),
    ("vectors", r"A \cdot A = A", ("A @ A = A", "A * A = A")),
    ("neuron", r"a(w) = 0", ("a = 0", "a * w = 0")),
    ("neuron", r"\frac{d}{dx}(x+1)(x-1) = x - 1", ("d(x + 1)/dx * (x - 1) = x - 1", "d((x + 1) * (x - 1))/dx = x - 1")),
    (
        "neuron",
        r"\frac{d}{dx}(x+1) \cdot (x-1) = x - 1",
        ("d(x + 1)/dx * (x - 1) = x - 1", "d((x + 1) * (x - 1))/dx = x - 1"),
    ),
    ("neuron", r"\frac{d}{dx}(x^2)(x^3) = 2 x^4", ("d(x**2)/dx * x**3 = 2 * x**4", "d(x**2 * x**3)/dx = 2 * x**4")),
    (
        "neuron",
        r"\frac{d}{dx}(1-\sigma(x))\sigma(x) = 0",
        ("d(1 - sigmoid(x))/dx * sigmoid(x) = 0", "d((1 - sigmoid(x)) * sigmoid(x))/dx = 0"),
    ),
    ("neuron", r"\frac{d}{dx} (x + 1) / x = 0", ("d(x + 1)/dx/x = 0", "d((x + 1)/x)/dx = 0")),
    ("neuron", r"\frac{d}{dx} 2 x \sigma(x) = 0", ("d(2 * x)/dx * sigmoid(x) = 0", "d(2 * x * sigmoid(x))/dx = 0")),
    ("neuron", r"\frac{d}{dx} 2 |x| |x| = 0", ("d(2 * abs(x))/dx * abs(x) = 0", "d(2 * abs(x) * abs(x))/dx = 0")),
    ("neuron", r"\frac{d}{dw} (a - y) \frac{da}{dw} = 0", ("d(a - y)/dw * da/dw = 0", "d((a - y) * da/dw)/dw = 0")),
    (
        "vectors",
        r"\frac{\partial}{\partial x}\|x\|\|x\| = 2x",
        ("d(norm(x))/dx * norm(x) = 2 * x", "d(norm(x) * norm(x))/dx = 2 * x"),
    ),
    (
        "vectors",
        r"\nabla_x \|x\|^2 \|y - x\| = 0",
        ("d(norm(x)**2)/dx * norm(y - x) = 0", "d(norm(x)**2 * norm(y - x))/dx = 0"),
    ),
    ("vectors", r"\nabla_x (x^T x) (x^T y) = 0", ("d(x.T @ x)/dx * (x.T @ y) = 0", "d((x.T @ x) * (x.T @ y))/dx = 0")),
    ("vectors", r"\nabla_x \|x\|^2 x^T = 0", ("d(norm(x)**2)/dx @ x.T = 0",)),
    ("vectors", r"\frac{\partial}{\partial x} x^T A = 0", ("d(x.T)/dx @ A = 0", "d(x.T @ A)/dx = 0")),
    (
        "vectors",
        r"\frac{\partial}{\partial x} x^T x x^T = 0",
        ("d(x.T)/dx @ x @ x.T = 0", "d(x.T @ x)/dx @ x.T = 0", "d((x.T @ x) * x.T)/dx = 0"),
    ),
    (
        "vectors",
        r"\frac{\partial}{\partial x} x^T x q = 0",
        ("(d(x.T)/dx @ x) * q = 0", "d(x.T @ x)/dx * q = 0", "d((x.T @ x) * q)/dx = 0"),
    ),
    (
        "vectors",
        r"\frac{\partial}{\partial x} x^T \cdot A x = 0",
        ("d(x.T)/dx @ (A @ x) = 0", "d(x.T @ A)/dx @ x = 0", "d(x.T @ (A @ x))/dx = 0"),
    ),
    ("neuron", r"\log 2 |x| = 0", ("log(2) * abs(x) = 0", "log(2 * abs(x)) = 0")),
    ("neuron", r"\log w \{x\} = 0", ("log(w) * x = 0", "log(w * x) = 0")),
    ("mlp", r"\log 2 \sum_k z_{1,k} = 0", ("log(2) * sum_k(z1[k]) = 0", "log(2 * sum_k(z1[k])) = 0")),
    ("neuron", r"\nabla_w (L(w) + 2) = 0", ("d(L + 2)/dw = 0", "d(L * w + 2)/dw = 0")),
    ("vectors", r"A_{ij}^{-1} = 0", ("A[i,j]**(-1) = 0", "inv(A)[i,j] = 0")),
    ("vectors", r"A^2_{ij} = 0", ("A[i,j]**2 = 0", "(A @ A)[i,j] = 0")),
    ("vectors", r"A^3_{ij} = 0", ("A[i,j]**3 = 0", "(A @ A @ A)[i,j] = 0")),
    ("vectors", r"S^2 = S S", ("S @ S = S @ S", "S**2 = S @ S")),
    ("vectors", r"A^2 S^2 = (A S)^2", ("A @ A @ (S @ S) = A @ S @ (A @ S)", "A**2 @ S**2 = (A @ S)**2")),
    ("vectors", r"A^{-2} = A A", ("inv(A) @ inv(A) = A @ A", "A**(-2) = A @ A")),
    ("vectors", r"x^T A^2 x = 0", ("x.T @ (A @ A) @ x = 0", "x.T @ A**2 @ x = 0")),
    (
        "vectors",
        r"[x_1, x_2]^T [x_1, x_2] = 0",
        ("[x[1], x[2]] * [x[1], x[2]] = 0", "[x[1], x[2]].T @ [x[1], x[2]] = 0"),
    ),
    (
        "vectors",
        r"(x_1, x_2) (x_1, x_2)^T = 0",
        ("[x[1], x[2]] * [x[1], x[2]] = 0", "[x[1], x[2]] @ [x[1], x[2]].T = 0"),
    ),
    ("vectors", r"A^T_{i,:} x = 0", ("A.T[i,:] @ x = 0", "A[i,:].T * x = 0", "A[i,:] @ x = 0")),
    ("vectors", r"A_{i,:}^T = A_{j,:}^T", ("A[i,:].T = A[j,:].T", "A[i,:] = A[j,:]")),
    ("vectors", r"|x| = |y|", ("norm(x) = norm(y)", "abs(x) = abs(y)")),
    ("vectors", r"y = |x| x", ("y = norm(x) * x", "y = abs(x) * x")),
    ("errors", r"\sigma(s) = \frac{1}{1 + e^{-s}}", ("sigmoid(s) = 1/(1 + e**(-s))", "sigmoid(s) = 1/(1 + exp(-s))")),
    ("errors", r"\sigma(s) = e^{s_0}", ("sigmoid(s) = e**s0", "sigmoid(s) = exp(s0)")),
    (
        "errors",
        r"\operatorname{softmax}(x)_i = \frac{e^{x_i}}{\sum_j e^{x_j}}",
        ("softmax(x)[i] = e**x[i]/sum_j(e**x[j])", "softmax(x)[i] = exp(x[i])/sum_j(exp(x[j]))"),
    ),
    (
        "neuron",
        r"\log (1 - w)^2 = 2 \log(1 - w)",
        ("log(1 - w)**2 = 2 * log(1 - w)", "log((1 - w)**2) = 2 * log(1 - w)"),
    ),
    ("neuron", r"\log(w)^2 = 2 \log(w)", ("log(w)**2 = 2 * log(w)", "log(w**2) = 2 * log(w)")),
    ("neuron", r"\exp(w - x)^2 = 1", ("exp(w - x)**2 = 1", "exp((w - x)**2) = 1")),
]
