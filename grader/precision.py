"""Work in another floating-point precision for a while: float64 to judge, float32 to probe.

with default_dtype(torch.float64):
torch.ones(1, n) @ delta  # both are float64
"""

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def default_dtype(dtype: torch.dtype = torch.float64) -> Iterator[None]:
    """The default dtype for a while, so that `torch.ones(1, n) @ delta` works in float64."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    try:
        yield
    finally:
        torch.set_default_dtype(before)
