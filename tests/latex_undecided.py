"""Formulas with several readings whose verdicts differ: each reading with the verdict that it has by itself.

A formula begins its line; what it may mean stands below it, in the network that the block is called by.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

VECTORS = r"""
A \cdot S = A S
    A @ S = A @ S: proved | A * S = A @ S: refuted
A \cdot S = A \odot S
    A @ S = A * S: refuted | A * S = A * S: proved
A \times S = A S
    A @ S = A @ S: proved | A * S = A @ S: refuted
A \times S = A \odot S
    A @ S = A * S: refuted | A * S = A * S: proved
A * S = A S
    A @ S = A @ S: proved | A * S = A @ S: refuted
A * S = A \odot S
    A @ S = A * S: refuted | A * S = A * S: proved
S \cdot A = S A
    S @ A = S @ A: proved | S * A = S @ A: refuted
S \cdot A = S \odot A
    S @ A = S * A: refuted | S * A = S * A: proved
A \cdot A = A A
    A @ A = A @ A: proved | A * A = A @ A: refuted
A \cdot A = A \odot A
    A @ A = A * A: refuted | A * A = A * A: proved
A \cdot (A + S) = A (A + S)
    A @ (A + S) = A @ (A + S): proved | A * (A + S) = A @ (A + S): refuted
A \cdot (A + S) = A \odot (A + S)
    A @ (A + S) = A * (A + S): refuted | A * (A + S) = A * (A + S): proved
(A + S) \cdot A = (A + S) A
    (A + S) @ A = (A + S) @ A: proved | (A + S) * A = (A + S) @ A: refuted
(A + S) \cdot A = (A + S) \odot A
    (A + S) @ A = (A + S) * A: refuted | (A + S) * A = (A + S) * A: proved
A^2 = A A
    A @ A = A @ A: proved | A**2 = A @ A: refuted
A^{2} = A \odot A
    A @ A = A * A: refuted | A**2 = A * A: proved
A^3 = A A A
    A @ A @ A = A @ A @ A: proved | A**3 = A @ A @ A: refuted
A^{3} = A \odot A \odot A
    A @ A @ A = A * A * A: refuted | A**3 = A * A * A: proved
S^2 = S S
    S @ S = S @ S: proved | S**2 = S @ S: refuted
S^{2} = S \odot S
    S @ S = S * S: refuted | S**2 = S * S: proved
S^3 = S S S
    S @ S @ S = S @ S @ S: proved | S**3 = S @ S @ S: refuted
S^{3} = S \odot S \odot S
    S @ S @ S = S * S * S: refuted | S**3 = S * S * S: proved
(A + S)^2 = (A + S) (A + S)
    (A + S) @ (A + S) = (A + S) @ (A + S): proved | (A + S)**2 = (A + S) @ (A + S): refuted
(A + S)^{2} = (A + S) \odot (A + S)
    (A + S) @ (A + S) = (A + S) * (A + S): refuted | (A + S)**2 = (A + S) * (A + S): proved
(A S)^2 = (A S) (A S)
    A @ S @ (A @ S) = A @ S @ (A @ S): proved | (A @ S)**2 = A @ S @ (A @ S): refuted
(A S)^{2} = (A S) \odot (A S)
    A @ S @ (A @ S) = (A @ S) * (A @ S): refuted | (A @ S)**2 = (A @ S) * (A @ S): proved
A^{-2} = A^{-1} A^{-1}
    inv(A) @ inv(A) = inv(A) @ inv(A): proved | A**(-2) = inv(A) @ inv(A): refuted
x^\top A^2 y = x^\top A A y
    x.T @ (A @ A) @ y = x.T @ A @ A @ y: proved | x.T @ A**2 @ y = x.T @ A @ A @ y: refuted
\operatorname{tr}(A^2) = \operatorname{tr}(A A)
    trace(A @ A) = trace(A @ A): proved | trace(A**2) = trace(A @ A): refuted
S^{-2} = S^{-1} S^{-1}
    inv(S) @ inv(S) = inv(S) @ inv(S): proved | S**(-2) = inv(S) @ inv(S): refuted
x^\top S^2 y = x^\top S S y
    x.T @ (S @ S) @ y = x.T @ S @ S @ y: proved | x.T @ S**2 @ y = x.T @ S @ S @ y: refuted
\operatorname{tr}(S^2) = \operatorname{tr}(S S)
    trace(S @ S) = trace(S @ S): proved | trace(S**2) = trace(S @ S): refuted
A^i_j = A_{ij}
    A[j,i] = A[i,j]: refuted | A[i,j] = A[i,j]: proved
A_j^i = A_{ij}
    A[j,i] = A[i,j]: refuted | A[i,j] = A[i,j]: proved
A^i_j = A_{ji}
    A[j,i] = A[j,i]: proved | A[i,j] = A[j,i]: refuted
A^{k}_{j} x_k = A_{kj} x_k
    A[j,k] * x[k] = A[k,j] * x[k]: refuted | A[k,j] * x[k] = A[k,j] * x[k]: proved
A_j = A_{:,j}
    A[:,j] = A[:,j]: proved | A[j,:].T = A[:,j]: refuted
A_{j}^\top = A_{:,j}^\top
    A[:,j].T = A[:,j].T: proved | A[j,:] = A[:,j].T: refuted
A_j^\top x = \sum_i A_{ij} x_i
    A[:,j].T @ x = sum_i(A[i,j] * x[i]): proved | A[j,:] @ x = sum_i(A[i,j] * x[i]): refuted
A_j^\top x = \sum_i A_{ji} x_i
    A[:,j].T @ x = sum_i(A[j,i] * x[i]): refuted | A[j,:] @ x = sum_i(A[j,i] * x[i]): proved
\sum_j x_j A_j = A x
    sum_j(x[j] * A[:,j]) = A @ x: proved | sum_j(x[j] * A[j,:].T) = A @ x: refuted
\sum_j x_j A_j = A^\top x
    sum_j(x[j] * A[:,j]) = A.T @ x: refuted | sum_j(x[j] * A[j,:].T) = A.T @ x: proved
\sum_j A_j = A \mathbf{1}
    sum(A, 2) = A @ ones(n): proved | sum_j(A[j,:].T) = A @ ones(n): refuted
A^2_{ij} = \sum_k A_{ik} A_{kj}
    A[i,j]**2 = sum_k(A[i,k] * A[k,j]): refuted | (A @ A)[i,j] = sum_k(A[i,k] * A[k,j]): proved
A^2_{ij} = A_{ij} A_{ij}
    A[i,j]**2 = A[i,j] * A[i,j]: proved | (A @ A)[i,j] = A[i,j] * A[i,j]: refuted
A_{ij}^{-1} = 1 / A_{ij}
    A[i,j]**(-1) = 1/A[i,j]: proved | inv(A)[i,j] = 1/A[i,j]: refuted
A^3_{ij} = A_{ij} A_{ij} A_{ij}
    A[i,j]**3 = A[i,j] * A[i,j] * A[i,j]: proved | (A @ A @ A)[i,j] = A[i,j] * A[i,j] * A[i,j]: refuted
A_{ij}^{-1} A_{ij} = 1
    A[i,j]**(-1) * A[i,j] = 1: proved | inv(A)[i,j] * A[i,j] = 1: refuted
S^2_{ij} = S_{ij} S_{ij}
    S[i,j]**2 = S[i,j] * S[i,j]: proved | (S @ S)[i,j] = S[i,j] * S[i,j]: refuted
|x| y = \|x\| y
    norm(x) * y = norm(x) * y: proved | abs(x) * y = norm(x) * y: refuted
y |x| = \|x\| y
    y * norm(x) = norm(x) * y: proved | y * abs(x) = norm(x) * y: refuted
|A| |S| = |A S|
    det(A) * det(S) = det(A @ S): proved | abs(A) @ abs(S) = abs(A @ S): refuted
|A S| = |A| |S|
    det(A @ S) = det(A) * det(S): proved | abs(A @ S) = abs(A) @ abs(S): refuted
|A^\top| = |A|
    det(A.T) = det(A): proved | abs(A.T) = abs(A): refuted
|A| A = \det(A) A
    det(A) * A = det(A) * A: proved | abs(A) @ A = det(A) * A: refuted
A |S| = \det(S) A
    A * det(S) = det(S) * A: proved | A @ abs(S) = det(S) * A: refuted
\frac{x}{|x|} = \frac{x}{\|x\|}
    x/norm(x) = x/norm(x): proved | x/abs(x) = x/norm(x): refuted
\nabla_x (x^T x) (x^T y) = 2 (x^T y) x
    d(x.T @ x)/dx * (x.T @ y) = 2 * (x.T @ y) * x: proved | d((x.T @ x) * (x.T @ y))/dx = 2 * (x.T @ y) * x: refuted
\frac{\partial}{\partial x}\|x\|\|x\| = 2x
    d(norm(x))/dx * norm(x) = 2 * x: refuted | d(norm(x) * norm(x))/dx = 2 * x: proved
"""
NEURON = r"""
\log w x = \log(w) x
    log(w) * x = log(w) * x: proved | log(w * x) = log(w) * x: refuted
\log w x = \log(w x)
    log(w) * x = log(w * x): refuted | log(w * x) = log(w * x): proved
\exp w x = \exp(w) x
    exp(w) * x = exp(w) * x: proved | exp(w * x) = exp(w) * x: refuted
\exp w x = \exp(w x)
    exp(w) * x = exp(w * x): refuted | exp(w * x) = exp(w * x): proved
\sin w x = \sin(w) x
    sin(w) * x = sin(w) * x: proved | sin(w * x) = sin(w) * x: refuted
\sin w x = \sin(w x)
    sin(w) * x = sin(w * x): refuted | sin(w * x) = sin(w * x): proved
\operatorname{softplus} w x = \operatorname{softplus}(w) x
    softplus(w) * x = softplus(w) * x: proved | softplus(w * x) = softplus(w) * x: refuted
\operatorname{softplus} w x = \operatorname{softplus}(w x)
    softplus(w) * x = softplus(w * x): refuted | softplus(w * x) = softplus(w * x): proved
\operatorname{erf} w b = \operatorname{erf}(w) b
    erf(w) * b = erf(w) * b: proved | erf(w * b) = erf(w) * b: refuted
\operatorname{erf} w b = \operatorname{erf}(w b)
    erf(w) * b = erf(w * b): refuted | erf(w * b) = erf(w * b): proved
\log(w - x)^2 = \log((w - x)^2)
    log(w - x)**2 = log((w - x)**2): refuted | log((w - x)**2) = log((w - x)**2): proved
\log(w + x)^3 = (\log(w + x))^3
    log(w + x)**3 = log(w + x)**3: proved | log((w + x)**3) = log(w + x)**3: refuted
\exp(w - x)^2 = \exp((w - x)^2)
    exp(w - x)**2 = exp((w - x)**2): refuted | exp((w - x)**2) = exp((w - x)**2): proved
\exp(w + x)^3 = (\exp(w + x))^3
    exp(w + x)**3 = exp(w + x)**3: proved | exp((w + x)**3) = exp(w + x)**3: refuted
\sin(w - x)^2 = \sin((w - x)^2)
    sin(w - x)**2 = sin((w - x)**2): refuted | sin((w - x)**2) = sin((w - x)**2): proved
\sin(w + x)^3 = (\sin(w + x))^3
    sin(w + x)**3 = sin(w + x)**3: proved | sin((w + x)**3) = sin(w + x)**3: refuted
\cos(w - x)^2 = \cos((w - x)^2)
    cos(w - x)**2 = cos((w - x)**2): refuted | cos((w - x)**2) = cos((w - x)**2): proved
\cos(w + x)^3 = (\cos(w + x))^3
    cos(w + x)**3 = cos(w + x)**3: proved | cos((w + x)**3) = cos(w + x)**3: refuted
\log(w)^2 = 2 \log(w)
    log(w)**2 = 2 * log(w): refuted | log(w**2) = 2 * log(w): checked
\log(w^2 + 1)^2 = 2 \log(w^2 + 1)
    log(w**2 + 1)**2 = 2 * log(w**2 + 1): refuted | log((w**2 + 1)**2) = 2 * log(w**2 + 1): checked
\frac{d}{dx} (x+1) (x-1) = x-1
    d(x + 1)/dx * (x - 1) = x - 1: proved | d((x + 1) * (x - 1))/dx = x - 1: refuted
\frac{d}{dx} (x+1) (x-1) = 2x
    d(x + 1)/dx * (x - 1) = 2 * x: refuted | d((x + 1) * (x - 1))/dx = 2 * x: proved
\frac{\partial}{\partial x} (x+1) (x-1) = 2x
    d(x + 1)/dx * (x - 1) = 2 * x: refuted | d((x + 1) * (x - 1))/dx = 2 * x: proved
\frac{d}{dx} (x+w) (x-w) = x-w
    d(x + w)/dx * (x - w) = x - w: proved | d((x + w) * (x - w))/dx = x - w: refuted
\frac{d}{dx} (x+w) (x-w) = 2x
    d(x + w)/dx * (x - w) = 2 * x: refuted | d((x + w) * (x - w))/dx = 2 * x: proved
\frac{\partial}{\partial x} (x+w) (x-w) = 2x
    d(x + w)/dx * (x - w) = 2 * x: refuted | d((x + w) * (x - w))/dx = 2 * x: proved
\frac{d}{dx} x^2 (x+1) = 2x(x+1)
    d(x**2)/dx * (x + 1) = 2 * x * (x + 1): proved | d(x**2 * (x + 1))/dx = 2 * x * (x + 1): refuted
\frac{d}{dx} x^2 (x+1) = 3x^2+2x
    d(x**2)/dx * (x + 1) = 3 * x**2 + 2 * x: refuted | d(x**2 * (x + 1))/dx = 3 * x**2 + 2 * x: proved
\frac{\partial}{\partial x} x^2 (x+1) = 3x^2+2x
    d(x**2)/dx * (x + 1) = 3 * x**2 + 2 * x: refuted | d(x**2 * (x + 1))/dx = 3 * x**2 + 2 * x: proved
\frac{d}{dx} \sigma(x) \sigma(x) = \sigma(x)^2 (1-\sigma(x))
    d(sigmoid(x))/dx * sigmoid(x) = sigmoid(x)**2 * (1 - sigmoid(x)): proved
    d(sigmoid(x) * sigmoid(x))/dx = sigmoid(x)**2 * (1 - sigmoid(x)): refuted
\frac{d}{dx} \sigma(x) \sigma(x) = 2\sigma(x)^2 (1-\sigma(x))
    d(sigmoid(x))/dx * sigmoid(x) = 2 * sigmoid(x)**2 * (1 - sigmoid(x)): refuted
    d(sigmoid(x) * sigmoid(x))/dx = 2 * sigmoid(x)**2 * (1 - sigmoid(x)): proved
\frac{\partial}{\partial x} \sigma(x) \sigma(x) = 2\sigma(x)^2 (1-\sigma(x))
    d(sigmoid(x))/dx * sigmoid(x) = 2 * sigmoid(x)**2 * (1 - sigmoid(x)): refuted
    d(sigmoid(x) * sigmoid(x))/dx = 2 * sigmoid(x)**2 * (1 - sigmoid(x)): proved
\frac{d}{dx} \sin(x) \cos(x) = \cos(x)^2
    d(sin(x))/dx * cos(x) = cos(x)**2: proved | d(sin(x) * cos(x))/dx = cos(x)**2: refuted
\frac{d}{dx} \sin(x) \cos(x) = \cos(x)^2-\sin(x)^2
    d(sin(x))/dx * cos(x) = cos(x)**2 - sin(x)**2: refuted | d(sin(x) * cos(x))/dx = cos(x)**2 - sin(x)**2: proved
\frac{\partial}{\partial x} \sin(x) \cos(x) = \cos(x)^2-\sin(x)^2
    d(sin(x))/dx * cos(x) = cos(x)**2 - sin(x)**2: refuted | d(sin(x) * cos(x))/dx = cos(x)**2 - sin(x)**2: proved
a(w) = a
    a = a: proved | a * w = a: refuted
z(x) = z
    z = z: proved | z * x = z: refuted
L(w) = L
    L = L: proved | L * w = L: refuted
L(a) = L
    L = L: proved | L * a = L: refuted
a(z) = a
    a = a: proved | a * z = a: refuted
z(w) = w z
    z = w * z: refuted | z * w = w * z: proved
L(y) = (a - y)^2
    L = (a - y)**2: proved | L * y = (a - y)**2: refuted
a(b) = \sigma(z)
    a = sigmoid(z): proved | a * b = sigmoid(z): refuted
dw = \frac{dL}{dw}
    d(w) = dL/dw: refuted | dL/dw = dL/dw: proved
dz = dL/dz
    d(z) = dL/dz: refuted | dL/dz = dL/dz: proved
da = 2 (a - y)
    d(a) = 2 * (a - y): refuted | dL/da = 2 * (a - y): proved
db = \frac{\partial L}{\partial b}
    d(b) = dL/db: refuted | dL/db = dL/db: proved
dw = dz \, x
    d(w) = d(z) * x: refuted | dL/dw = dL/dz * x: proved | d(w) = (d(z) holding (x, b)) * x: refuted
dx = w \, dz
    d(x) = w * d(z): refuted | dL/dx = w * dL/dz: proved | d(x) = w * (d(z) holding (w, b)): refuted
da = \sigma'(z) dz
    d(a) = sigmoid'(z) * d(z): proved | dL/da = sigmoid'(z) * dL/dz: refuted
dz = \sigma'(z) da
    d(z) = sigmoid'(z) * d(a): refuted | dL/dz = sigmoid'(z) * dL/da: proved
da = dL/da
    d(a) = dL/da: refuted | dL/da = dL/da: proved
"""
MLP = r"""
dW_1 = dz_1 x^\top
    d(W1) = d(z1) @ x.T: refuted | dL/dW1 = dL/dz1 @ x.T: proved | d(W1) = (d(z1) holding (x, b1)) @ x.T: refuted
db_1 = dz_1
    d(b1) = d(z1): refuted | dL/db1 = dL/dz1: proved | d(b1) = d(z1) holding (x, W1): proved
da_1 = W_2^\top dz_2
    d(a1) = W2.T @ d(z2): refuted | dL/da1 = W2.T @ dL/dz2: proved
dz_2 = p - y
    d(z2) = p - y: refuted | dL/dz2 = p - y: proved
dW_2 = (p - y) a_1^\top
    d(W2) = (p - y) @ a1.T: refuted | dL/dW2 = (p - y) @ a1.T: proved
db_2 = p - y
    d(b2) = p - y: refuted | dL/db2 = p - y: proved
dz_1 = W_1 dx
    d(z1) = W1 @ d(x): refuted | dL/dz1 = W1 @ dL/dx: refuted | d(z1) holding (W1, b1) = W1 @ d(x): proved
da_1 = \sigma'(z_1) \odot dz_1
    d(a1) = sigmoid'(z1) * d(z1): proved | dL/da1 = sigmoid'(z1) * dL/dz1: refuted
dz_1 = \sigma'(z_1) \odot da_1
    d(z1) = sigmoid'(z1) * d(a1): refuted | dL/dz1 = sigmoid'(z1) * dL/da1: proved
dx = W_1^\top dz_1
    d(x) = W1.T @ d(z1): refuted | dL/dx = W1.T @ dL/dz1: proved | d(x) = W1.T @ (d(z1) holding (W1, b1)): refuted
"""
BATCH = r"""
dZ = \frac{2}{M}(A - T) \odot \sigma'(Z)
    d(Z) = 2/M * (A - T) * sigmoid'(Z): refuted | dJ/dZ = 2/M * (A - T) * sigmoid'(Z): proved
db = \frac1M \sum_i dZ_{:,i}
    d(b) = 1/M * sum_i(d(Z[:,i])): refuted
    dJ/db = 1/M * sum_i(dJ/dZ[:,i]): refuted
    d(b) = 1/M * sum_i(d(Z[:,i]) holding (X, W)): proved
dA = \frac{2}{M} (A - T)
    d(A) = 2/M * (A - T): refuted | dJ/dA = 2/M * (A - T): proved
dZ = W dX
    d(Z) = W @ d(X): refuted | dJ/dZ = W @ dJ/dX: refuted | d(Z) holding (W, b) = W @ d(X): proved
dA = \sigma'(Z) \odot dZ
    d(A) = sigmoid'(Z) * d(Z): proved | dJ/dA = sigmoid'(Z) * dJ/dZ: refuted
"""
ERRORS = r"""
e^{s} = \exp(s)
    e**s = exp(s): refuted | exp(s) = exp(s): proved
\sigma(s) = \frac{1}{1 + e^{-s}}
    sigmoid(s) = 1/(1 + e**(-s)): refuted | sigmoid(s) = 1/(1 + exp(-s)): proved
\sigma(s) = \frac{e^s}{1 + e^s}
    sigmoid(s) = e**s/(1 + e**s): refuted | sigmoid(s) = exp(s)/(1 + exp(s)): proved
\log(1 + e^{s}) = \operatorname{softplus}(s)
    log(1 + e**s) = softplus(s): refuted | log(1 + exp(s)) = softplus(s): proved
\log e^{s} = s
    log(e**s) = s: refuted | log(exp(s)) = s: proved
\log(e^{s}) = s
    log(e**s) = s: refuted | log(exp(s)) = s: proved
\tanh(s) = \frac{e^s - e^{-s}}{e^s + e^{-s}}
    tanh(s) = (e**s - e**(-s))/(e**s + e**(-s)): refuted | tanh(s) = (exp(s) - exp(-s))/(exp(s) + exp(-s)): proved
\frac{d}{ds} e^{s} = e^{s}
    d(e**s)/ds = e**s: refuted | d(exp(s))/ds = exp(s): proved
\cosh(s) = \frac{e^s + e^{-s}}{2}
    cosh(s) = (e**s + e**(-s))/2: refuted | cosh(s) = (exp(s) + exp(-s))/2: proved
\frac{\partial e^{s}}{\partial s} = e^s
    d(e**s)/ds = e**s: refuted | d(exp(s))/ds = exp(s): proved
\frac{\partial e^{-s}}{\partial s} = -e^{-s}
    d(e**(-s))/ds = -e**(-s): refuted | d(exp(-s))/ds = -exp(-s): proved
\operatorname{softmax}(x)_i = \frac{e^{x_i}}{\sum_j e^{x_j}}
    softmax(x)[i] = e**x[i]/sum_j(e**x[j]): refuted | softmax(x)[i] = exp(x[i])/sum_j(exp(x[j])): proved
\operatorname{logsumexp}(x) = \log \sum_j e^{x_j}
    logsumexp(x) = log(sum_j(e**x[j])): refuted | logsumexp(x) = log(sum_j(exp(x[j]))): proved
\log (s)^2 = 2\log(s)
    log(s)**2 = 2 * log(s): refuted | log(s**2) = 2 * log(s): checked
"""
NETWORKS = {"vectors": VECTORS, "neuron": NEURON, "mlp": MLP, "batch": BATCH, "errors": ERRORS}


def _rows() -> Iterator[tuple[str, str, tuple[str, ...]]]:
    for network, block in NETWORKS.items():
        for entry in re.split(r"\n(?! )", block.strip()):
            latex, *lines = entry.splitlines()
            yield network, latex, tuple(reading.strip() for line in lines for reading in line.split(" | "))


UNDECIDED = list(_rows())
