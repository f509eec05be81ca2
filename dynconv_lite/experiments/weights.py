"""The weights that a training ends with: kept as a file, and named by a fingerprint."""

import hashlib
import io
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor

from dynconv_lite.files import write_atomic


def keep_weights(weights: Mapping[str, Tensor], path: Path | None) -> str:
    """Write a state dict, and return its fingerprint.

    Args:
        weights: Name -> tensor.
        path: The file, read back by `torch.load(path, weights_only=True)`; None writes none.

    Returns:
        The sha256, in hex, of all names, shapes, types and values: the same for equal weights on
        any machine, however the file packs them.
    """
    plain = {name: tensor.detach().cpu().contiguous() for name, tensor in weights.items()}
    if path is not None:
        buffer = io.BytesIO()
        torch.save(plain, buffer)
        write_atomic(path, buffer.getvalue())
    return fingerprint(plain)


def fingerprint(weights: Mapping[str, Tensor]) -> str:
    """Return the sha256, in hex, of a state dict."""
    digest = hashlib.sha256()
    for name, tensor in sorted(weights.items()):
        plain = tensor.detach().cpu().contiguous()
        digest.update(f"{name} {tuple(plain.shape)} {plain.dtype}\n".encode())
        digest.update(plain.reshape(-1).view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()
