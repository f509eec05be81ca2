"""Attention over kernels: from an input to K numbers that say how much of each kernel it gets."""

import math
from typing import Literal, get_args

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from dynconv_lite.dynamic.checks import check_temperature, is_finite
from dynconv_lite.validation import check_count

Gate = Literal["softmax", "sigmoid"]
GATES: tuple[str, ...] = get_args(Gate)
REDUCTION = 4  # channels over hidden channels, in the paper


class KernelAttention(nn.Module):
    """Map an input to its attention over K kernels, by squeeze and excitation.

    z is the mean of x over its pixels, and logits = fc2(relu(fc1(z))). The gate "softmax" takes
    softmax(logits / temperature), which sums to one: dynamic convolution. The gate "sigmoid" takes
    sigmoid(logits), each between 0 and 1 on its own, and has no temperature: CondConv.

    Args:
        in_channels: Channels C of x.
        num_kernels: Kernels K.
        hidden_channels: Outputs of fc1. 0 leaves fc1 and the relu out, so that logits = fc2(z).
            None takes the papers' own: C // 4, at least 1, for "softmax"; 0 for "sigmoid".
        gate: "softmax" or "sigmoid".
        temperature: Of the softmax; large values make the attention uniform. An attribute that
            may change over training, see `TemperatureSchedule`.

    Shape:
        (B, C, H, W), or (B, C) already pooled -> (B, K)

    Raises:
        ValueError: If an argument is out of range, or x does not fit or holds NaN or infinite
            values (looked for on a CPU only: a GPU would have to wait for the answer).

    Source: Chen et al. 2020, section 3.2 and equation 5; Yang et al. 2019 (CondConv), arXiv
    1904.04971, section 3.
    """

    def __init__(
        self,
        in_channels: int,
        num_kernels: int = 4,
        *,
        hidden_channels: int | None = None,
        gate: Gate = "softmax",
        temperature: float = 30.0,
    ) -> None:
        super().__init__()
        check_count("in_channels", in_channels)
        check_count("num_kernels", num_kernels)
        if gate not in GATES:
            raise ValueError(f"gate must be one of {', '.join(GATES)}, got {gate!r}")
        if hidden_channels is None:
            hidden_channels = max(1, in_channels // REDUCTION) if gate == "softmax" else 0
        check_count("hidden_channels", hidden_channels, 0)
        self.in_channels, self.num_kernels, self.gate = in_channels, num_kernels, gate
        self.temperature = temperature
        self.fc1: nn.Module = nn.Identity()
        if hidden_channels:
            self.fc1 = nn.Linear(in_channels, hidden_channels)
        self.fc2 = nn.Linear(hidden_channels or in_channels, num_kernels)
        self.hidden_channels = hidden_channels

    @property
    def temperature(self) -> float:
        """The temperature of the softmax."""
        return self._temperature

    @temperature.setter
    def temperature(self, value: float) -> None:
        check_temperature("temperature", value)
        self._temperature = float(value)

    def logits(self, x: Tensor) -> Tensor:
        """Return what goes into the gate, (B, K)."""
        if x.ndim not in (2, 4) or x.shape[1] != self.in_channels:
            raise ValueError(
                f"x must be (B, {self.in_channels}) or (B, {self.in_channels}, H, W), "
                f"got {tuple(x.shape)}"
            )
        z = x.mean(dim=(2, 3)) if x.ndim == 4 else x  # (B, C)
        hidden = F.relu(self.fc1(z)) if self.hidden_channels else z
        return self.fc2(hidden)  # (B, K)

    def forward(self, x: Tensor) -> Tensor:
        """Map x (B, C, H, W) or (B, C) to its attention (B, K)."""
        logits = self.logits(x)
        if self.gate == "sigmoid":
            attention = torch.sigmoid(logits)
        else:
            attention = torch.softmax(logits / self.temperature, dim=1)
        if not is_finite(attention):
            raise ValueError("x holds NaN or infinite values: its attention is not finite")
        return attention

    def extra_repr(self) -> str:
        """Show the settings in the printed module."""
        degree = f", temperature={self.temperature:g}" if self.gate == "softmax" else ""
        return f"{self.in_channels}, num_kernels={self.num_kernels}, gate={self.gate!r}{degree}"


class TemperatureSchedule:
    """Lower the temperature of every softmax attention in a model, linearly over epochs.

    A high temperature at first gives all kernels a share of the gradient; a low one later lets
    them specialise.

    Args:
        model: Whose `KernelAttention` modules are set; those with a sigmoid are left alone.
        start: Temperature before the first epoch.
        end: Temperature after the last of `epochs`, and from then on.
        epochs: How long the fall takes, in epochs.

    Raises:
        ValueError: If a number is out of range, or the model has no such attention.

    Source: Chen et al. 2020, section 4.2: from 30 to 1 over the first 10 epochs.
    """

    def __init__(
        self, model: nn.Module, start: float = 30.0, end: float = 1.0, epochs: float = 10
    ) -> None:
        check_temperature("start", start)
        check_temperature("end", end)
        if isinstance(epochs, bool) or not math.isfinite(epochs) or epochs < 0:
            raise ValueError(f"epochs must be a finite number >= 0, got {epochs!r}")
        found = [m for m in model.modules() if isinstance(m, KernelAttention)]
        self.attentions = [module for module in found if module.gate == "softmax"]
        if not self.attentions:
            raise ValueError("model has no KernelAttention with a softmax, so no temperature")
        self.start, self.end, self.epochs = start, end, epochs

    def step(self, epoch: float) -> float:
        """Set the temperature for an epoch, counted from 0; fractions are fine.

        Returns:
            The temperature: start at 0, end from `epochs` on.
        """
        if not math.isfinite(epoch) or epoch < 0:
            raise ValueError(f"epoch must be a finite number >= 0, got {epoch!r}")
        share = min(epoch / self.epochs, 1.0) if self.epochs else 1.0
        temperature = self.start + share * (self.end - self.start)
        for attention in self.attentions:
            attention.temperature = temperature
        return temperature
