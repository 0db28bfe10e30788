"""A third list, aimed at what the first two left out; see wrong_first for the form of the table."""

from diagnosis.wrong_first import PRELUDES, PROBLEMS

# ruff: noqa: E501
TABLE = """
affine X    | term_factor              | 2 * X @ W @ W.T + B @ W.T
affine X    | reshape_for_transpose    | 2 * E @ W.reshape(W.shape[1], W.shape[0])
affine X    | factor_left_out          | 2 * E @ torch.ones(E.shape[1], X.shape[1])
affine W    | mean_for_sum             | 2 * X.T @ E / W.numel()
affine W    | one_sample_only          | 2 * X.sum(0, keepdim=True).T @ E.sum(0, keepdim=True)
affine W    | one_sample               | g = [torch.outer(x, e) for x, e in zip(X, E)]; 2 * g[-1]
affine W    | product_kind             | 2 * X.T * E
affine B    | extra_sum                | 2 * E.sum(0, keepdim=True)
affine B    | extra_sum                | 2 * E.sum(0)
affine B    | fixed_size               | E * torch.full((10, 4), 2.0)
affine B    | product_order            | 2 * (W @ X + B)
affine B    | wrong_factor / term_left_out | 2 * (X @ W + X @ W)
affine X    | sign                     | -E @ W.T - E @ W.T
affine B    | activation_twice / none  | 2 * E.relu()
relu W      | derivative_argument      | 2 * X.T @ (E * (Y > 0))
relu W      | derivative_argument      | 2 * (X.T @ E) * (W > 0)
relu W      | wrong_derivative / activation_other | 2 * X.T @ (E * torch.sigmoid(Z) * (1 - torch.sigmoid(Z)))
relu W      | activation_other         | S = torch.sigmoid(Z); 2 * X.T @ ((S - Y) * S * (1 - S))
relu W      | fixed_size               | g = 0; out = sum(torch.outer(X[i], (E * M)[i]) for i in range(10)); 2 * out
relu W      | transpose_left_out       | 2 * X @ (E * M)
relu W      | factor_left_out          | 2 * X.T @ M
relu W      | factor_left_out          | X.T @ E * 0 + 2 * X.T @ M * 1.0
relu W      | reshape_for_transpose    | 2 * X.reshape(X.shape[1], -1) @ (E * M)
relu W      | reshape_for_transpose    | 2 * ((E * M).T @ X).reshape(W.shape)
relu X      | derivative_argument      | 2 * (E @ W.T) * (X > 0)
relu X      | activation_twice / derivative_argument | 2 * (E.relu() * M) @ W.T
relu X      | factor / activation_left_out | R = Z - Y; (R * M) @ W.T
relu X      | term_left_out            | 2 * (Y * M) @ W.T
relu Y      | extra_sum                | 2 * (Y - H).sum(0, keepdim=True)
relu Y      | transpose                | 2 * (Y.T - H.T)
relu Y      | term_sign                | 2 * (Y + H)
relu Y      | activation_for_derivative / derivative_extra | 2 * (Y - M)
network b2  | one_sample               | -2 * E[-1:]
network b2  | wrong_axis               | -2 * E.sum(dim=1)
network b2  | sign                     | (2 * E).sum(0)
network b2  | mean_for_sum             | -2 * E.mean()
network b2  | activation_twice         | P = torch.sigmoid(s @ W2 + b2); -2 * (Y - P).sum(0, keepdim=True)
network b2  | bias_outside             | s = torch.sigmoid(X @ W1) + b1; -2 * (Y - s @ W2 - b2).sum(0, keepdim=True)
network W2  | product_order            | -2 * E @ s.T
network W2  | transpose_left_out       | -2 * s @ E
network W2  | mean_for_sum             | -2 * s.T @ E / n
network W2  | lost_brackets / term_factor | -2 * s.T @ Y - s.T @ (s @ W2 + b2)
network W2  | term_left_out            | 2 * s.T @ (s @ W2 + b2)
network W2  | term_left_out            | -2 * s.T @ (Y - s @ W2)
network W2  | activation_left_out      | s = X @ W1 + b1; -2 * s.T @ (Y - (s @ W2 + b2))
network b1  | wrong_axis               | (-2 * E @ W2.T * D).sum(1, keepdim=True)
network b1  | mean_for_sum             | (-2 * E @ W2.T * D).sum(0, keepdim=True) / n
network b1  | wrong_derivative / activation_other | (-2 * E @ W2.T * (h > 0)).sum(0, keepdim=True)
network b1  | transpose_left_out       | (-2 * E @ W2 * D).sum(0, keepdim=True)
network b1  | factor_left_out / derivative_left_out | (-2 * D).sum(0, keepdim=True)
network b1  | sign / factor            | ((E @ W2.T) * D).sum(0, keepdim=True)
network b1  | lost_brackets            | -2 * (E @ W2.T * s * 1 - s).sum(0, keepdim=True)
network b1  | lost_brackets            | -2 * E @ W2.T * D.sum(0)
network W1  | activation_for_derivative | -2 * X.T @ (E @ W2.T * s)
network W1  | term_left_out            | 2 * X.T @ ((s @ W2 + b2) @ W2.T * D)
network W1  | mean_for_sum             | -2 * X.T @ (E @ W2.T * D) / Y.numel()
network W1  | factor_left_out          | -2 * X.T @ D
network W1  | batch_sum_missing / one_sample_only / product_kind | -2 * X * (E @ W2.T * D)
network W1  | transpose                | torch.einsum('nm,np->mp', -2 * E @ W2.T * D, X)
network W1  | other_variable           | -2 * s.T @ E
network W1  | bias_outside             | s = torch.sigmoid(X @ (W1 + b1)); -2 * X.T @ ((Y - (s @ W2 + b2)) @ W2.T * s * (1 - s))
network W1  | one_sample               | -2 * X[:1].T @ (E @ W2.T * D)[:1]
network W1  | derivative_left_out / sign | 2 * X.T @ (E @ W2.T)
network W1  | derivative_left_out / mean_for_sum | -2 * X.T @ (E @ W2.T) / n
network W1  | activation_twice         | s = torch.sigmoid(s); -2 * X.T @ ((Y - (s @ W2 + b2)) @ W2.T * s * (1 - s))
network X   | derivative_left_out      | -2 * E @ W2.T @ W1.T
network Y   | factor                   | E
predict P   | bias_outside             | sg(X @ W1) @ W2 + b1 @ W2 + b2
predict P   | term_left_out            | sg(X @ W1 + b1) @ W2
predict P   | activation_left_out      | (X @ W1 + b1) @ W2 + b2
predict P   | activation_twice         | sg(sg(X @ W1 + b1) @ W2 + b2)
predict P   | lost_brackets / bias_outside | sg(X @ W1 + b1) @ (W2 + b2)
predict P   | activation_other         | torch.relu(X @ W1 + b1) @ W2 + b2
"""


def all_wrong():
    """The wrong answers of the table."""
    from diagnosis.judged import from_table

    return from_table(TABLE, PROBLEMS, PRELUDES)
