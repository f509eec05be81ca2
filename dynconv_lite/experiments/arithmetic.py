"""In what arithmetic a network is trained, and how to say so in a record."""

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import cast

import torch
from torch import nn

from dynconv_lite.experiments.configs.training import TrainingConfig


@dataclass(frozen=True)
class Arithmetic:
    """The device and the number format of a training.

    Attributes:
        device: Where the network is.
        dtype: What convolutions and matrix products are computed in; weights stay float32.
        compiled: Whether the network is compiled.
    """

    device: torch.device
    dtype: torch.dtype
    compiled: bool

    def autocast(self) -> AbstractContextManager:
        """Return the context for a forward pass."""
        if self.dtype == torch.float32:
            return nullcontext()
        return torch.autocast(self.device.type, self.dtype)

    def wrap(self, model: nn.Module) -> nn.Module:
        """Return what to call in place of the model."""
        return cast(nn.Module, torch.compile(model)) if self.compiled else model

    def __str__(self) -> str:
        if self.device.type == "cuda":
            name = torch.cuda.get_device_name(self.device)
        else:
            name = f"{self.device.type}, {torch.get_num_threads()} threads"
        kind = str(self.dtype).removeprefix("torch.")
        return f"{name}, {kind}" + (", compiled" if self.compiled else "")


def choose_arithmetic(config: TrainingConfig, device: torch.device) -> Arithmetic:
    """Decide what `auto` means on a device."""
    dtype = torch.bfloat16 if config.precision == "bfloat16" else torch.float32
    if config.precision == "auto" and has_fast_bfloat16(device):
        dtype = torch.bfloat16
    return Arithmetic(device, dtype, config.compile == "auto" and device.type == "cuda")


def has_fast_bfloat16(device: torch.device) -> bool:
    """Tell whether a device multiplies in bfloat16 faster than in float32.

    A CPU needs instructions for it (AVX512-BF16 or AMX); without them oneDNN converts back and
    forth and is slower than in float32.
    """
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    if device.type == "cpu":
        # newer than the oldest torch that is supported; without it, float32 is always right
        able: dict[str, bool] = getattr(torch.cpu, "get_capabilities", dict)()
        return bool(able.get("avx512_bf16") or able.get("amx_bf16"))
    return False
