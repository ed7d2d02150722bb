"""The operations on whole tensors by name, for who lists them; lowering/operations.py says what each does."""

from __future__ import annotations

OPERATIONS: tuple[tuple[str, str, str], ...] = (
    ("sum", "sum(X, n)", "sum along the dimensions named, or of all entries"),
    ("mean", "mean(X, n)", "mean of the entries"),
    ("prod", "prod(X, n)", "product of the entries"),
    ("max", "max(X, n)", "largest entry; max(a, b) is the larger of two values"),
    ("min", "min(X, n)", "smallest entry; min(a, b) is the smaller of two values"),
    ("ones", "ones(n, m)", "all ones"),
    ("zeros", "zeros(n, m)", "all zeros"),
    ("eye", "eye(n)", "identity matrix"),
    ("trace", "trace(A)", "sum of the diagonal"),
    ("diag", "diag(x)", "vector to diagonal matrix, matrix to its diagonal"),
    ("outer", "outer(x, y)", "x @ y.T of two vectors"),
    ("vec", "vec(A)", "the entries as one column, by columns unless `vec: rows`"),
    ("kron", "kron(A, B)", "Kronecker product"),
    ("norm", "norm(x)", "Euclidean (Frobenius) norm; norm(x, 1): absolute values of a vector"),
    ("dot", "dot(x, y)", "sum of the products of the entries"),
    ("delta", "delta(i, j)", "1 where the indices are equal, else 0"),
    ("window", "window(t, i, k)", "1 where t = i + k - 1, else 0"),
    ("opaque", "opaque(x, y)", "an unspecified scalar function, as a loss"),
    ("det", "det(A)", "determinant"),
    ("inv", "inv(A)", "inverse"),
    ("logdet", "logdet(A)", "log(det(A)), where the determinant is positive"),
    ("solve", "solve(A, x)", "inv(A) @ x"),
    ("matrix_power", "matrix_power(A, 3)", "A @ A @ A; a negative power is one of the inverse"),
    ("stop_gradient", "stop_gradient(x)", "x, through which nothing is differentiated"),
    ("argmax", "argmax(x)", "1 where the entry is the largest, else 0: one-hot, with shares where several are"),
    ("chain", "chain(dL/dz, dz/dx)", "the chain rule: summed over all axes of what links the derivatives"),
    ("grad", "grad(L, X)", "gradient of a number, ∇_X L: dL/dX, in the shape of X with `gradient: column`"),
    ("differential", "differential(A)", "d(A), along any direction of every input; `d(A) holding x`"),
)
