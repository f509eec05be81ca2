"""A generator to hand to an answer, and a look at those that it must not touch."""

import random
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor


class Generator(torch.Generator):
    """A generator that is handed on as it is where other arguments are copied.

    So a check can see whether two calls in turn draw different numbers from it.
    """

    def __deepcopy__(self, memo: dict[int, Any]) -> "Generator":
        return self


@dataclass(frozen=True)
class Globals:
    """The states of the global generators of torch, numpy and Python."""

    torch_state: Tensor
    numpy_state: Any
    python_state: Any

    @classmethod
    def now(cls) -> "Globals":
        """Return the states as they are."""
        state: Any = np.random.get_state(legacy=False)
        place = (state["state"]["key"], state["state"]["pos"])
        return cls(torch.random.get_rng_state(), place, random.getstate())

    def touched(self) -> str | None:
        """Name the global generator whose state has changed since, if any."""
        now = Globals.now()
        if not torch.equal(self.torch_state, now.torch_state):
            return "torch's global generator"
        if self.numpy_state[1] != now.numpy_state[1] or not np.array_equal(
            self.numpy_state[0], now.numpy_state[0]
        ):
            return "numpy's global generator"
        return "Python's global generator" if self.python_state != now.python_state else None
