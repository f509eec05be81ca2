"""Random inputs for checks, drawn without touching the global generators."""

import torch
from torch import Tensor


class Random:
    """A seeded source of small numbers and tensors.

    Args:
        seed: the same seed gives the same inputs, on every machine.
    """

    def __init__(self, seed: int) -> None:
        self._generator = torch.Generator().manual_seed(seed)

    def integer(self, low: int, high: int) -> int:
        """Return an integer from `low` to `high`, both included."""
        return int(torch.randint(low, high + 1, (), generator=self._generator))

    def normal(self, *shape: int, dtype: torch.dtype = torch.float32) -> Tensor:
        """Return a tensor of standard normal numbers."""
        return torch.randn(shape, generator=self._generator, dtype=dtype)

    def uniform(self, *shape: int, dtype: torch.dtype = torch.float64) -> Tensor:
        """Return a tensor of numbers from 0 to 1."""
        return torch.rand(shape, generator=self._generator, dtype=dtype)
