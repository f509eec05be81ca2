"""Interpolation in tables of integers by torch's operators, exact and with few passes over memory.

A fraction and its axis's step share one integer, so maxima and minima sort both at once. What all
corners of a point add up to is then one operator: a bag of embeddings, weighted by sample. It
computes in float32, which holds all whole numbers up to 2**24.
"""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

FRACTION_BITS = 9  # a sign, and fractions up to 255


def key_bits(steps: Sequence[int]) -> tuple[int, torch.dtype]:
    """Return how many lower bits of a key hold a step, and a type that holds the key."""
    bits = max(steps).bit_length()
    return bits, torch.int32 if bits + FRACTION_BITS <= 32 else torch.int64


def add_corners(values: Tensor, row: Tensor, keys: list[Tensor], bits: int, spacing: int) -> Tensor:
    """Walk over the corners of each point's simplices, and add them by weight.

    Args:
        values: Whole numbers -128..127 as float32 (rows, outputs), on any device.
        row: The row of the lowest corner of T simplices for each point, int32 or int64 (T, N);
            changed.
        keys: D tensors of row's type and shape, one for each axis: the distance from that corner,
            0 to 255, times 2**bits, plus by how many rows the axis moves; changed.
        bits: As of `key_bits`.
        spacing: Distance q of neighbouring nodes, at most 256.

    Returns:
        int32 (N, outputs): q times the interpolated values, added over the T.
    """
    _sort(keys)
    shape = row.shape[1], len(keys) + 1, row.shape[0]
    index, weight = row.new_empty(shape), values.new_empty(shape)  # (N, D + 1, T)
    before = values.new_tensor(spacing)
    for step, key in enumerate(keys):
        # written to where it belongs, since transposing at the end costs as much again
        index[:, step].T.copy_(row)
        after = (key >> bits).to(values.dtype)
        torch.sub(before, after, out=weight[:, step].T)
        row += key.bitwise_and_((1 << bits) - 1)
        before = after
    index[:, -1].T.copy_(row)
    weight[:, -1].T.copy_(before)
    bags, shares = index.flatten(1), weight.flatten(1)
    return F.embedding_bag(bags, values, per_sample_weights=shares, mode="sum").int()


def _sort(keys: list[Tensor]) -> None:
    """Sort D tensors elementwise, falling, by exchanging neighbours."""
    spare = torch.empty_like(keys[0])
    for end in range(len(keys) - 1, 0, -1):
        for k in range(end):
            torch.maximum(keys[k], keys[k + 1], out=spare)
            torch.minimum(keys[k], keys[k + 1], out=keys[k + 1])
            keys[k], spare = spare, keys[k]
