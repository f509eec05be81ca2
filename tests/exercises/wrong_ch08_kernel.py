"""Answers to exercise 4 of chapter 8, as learners write them: four turns, one kernel."""

import numpy as np
import torch
import torch.nn.functional as F


def turn(w, k):
    return torch.rot90(w, k, (2, 3))


def summed(turns=(0, 1, 2, 3), change=turn, result=lambda w: w):
    """Return the exercise's function with one of its steps replaced."""
    return lambda weight: result(sum(change(weight, k) for k in turns))


def by_halves(weight):
    """Add the half turn first, and a quarter turn of the sum then."""
    both = weight + weight.flip(2, 3)
    return both + both.mT.flip(2)


def by_numpy(weight):
    w = weight.numpy()
    return np.sum([np.rot90(w, k, (3, 2)) for k in range(4)], axis=0)


def by_response(weight):
    """Convolve a bright pixel in all four turns."""
    c, _, s, _ = weight.shape
    pixel = F.pad(weight.new_ones(1, c, 1, 1), [s - 1] * 4)
    y = sum(turn(F.conv2d(turn(pixel, k), weight, groups=c), -k) for k in range(4))
    return y[0, :, None].flip(2, 3)


def by_mirrors(weight):
    """Turn by two mirrors."""
    quarter, three = weight.flip(2).mT, weight.mT.flip(2)
    return weight + quarter + three + weight.flip(3).flip(2)


def joined(join):
    return lambda weight: join([turn(weight, k) for k in range(4)])


def running(weight):
    total = weight
    for _ in range(3):
        total = total + turn(total, 1)
    return total


def middle_once(weight):
    m, y = weight.shape[-1] // 2, summed()(weight)
    y[..., m, m] -= 3 * weight[..., m, m]
    return y


def corner(weight):
    m = weight.shape[-1] // 2
    kept = torch.zeros_like(weight)
    kept[..., : m + 1, : m + 1] = weight[..., : m + 1, : m + 1]
    return summed()(kept)


def in_place(weight):
    start = weight.clone()
    for k in (1, 2, 3):
        weight += turn(start, k)
    return weight


MIRRORS = "The kernel is mirrored, not turned"
KERNELS = {
    "first axes": (summed(change=torch.rot90), "The plane is that of axes 0 and 1"),
    "first axes, stacked": (
        lambda w: torch.stack([torch.rot90(w, k) for k in range(4)]).sum(0),
        "The plane is that of axes 0 and 1",
    ),
    "not turned": (lambda w: 4 * w, "The kernel is not turned"),
    "weight": (lambda w: w.clone(), "This is weight itself"),
    "mean": (summed(result=lambda w: w / 4), "This is the mean of the four turns"),
    "half": (summed(result=lambda w: 0.5 * w), "This is half of the sum"),
    "without 0": (summed((1, 2, 3)), "The kernel as it stands, k = 0"),
    "without 3": (summed(range(3)), "The last turn, k = 3, is missing"),
    "without 2": (summed((0, 1, 3)), "The half turn, k = 2, is missing"),
    "five": (summed(range(5)), "There are five turns"),
    "halves": (summed((0, 2)), "Only the half turn is added"),
    "two": (summed((0, 1)), "Only one quarter turn is added"),
    "doubled": (summed(change=lambda w, k: turn(w, 2 * k)), "The turns are by 2 k quarters"),
    "one quarter": (lambda w: 4 * turn(w, 1), "All four are turned by one quarter"),
    "three alike": (lambda w: w + 3 * turn(w, 1), "The same quarter turn is added three"),
    "running": (running, "The sum is turned and added to itself"),
    "overwritten": (lambda w: turn(w, 3), "Only the last turn is left"),
    "max": (
        joined(lambda parts: torch.stack(parts).amax(0)),
        "This is the largest of the four turns",
    ),
    "flips": (lambda w: w + w.flip(2) + w.flip(3) + w.flip(2, 3), MIRRORS),
    "transposed": (lambda w: w + w.mT, MIRRORS),
    "upside down": (lambda w: w + w.flip(2), MIRRORS),
    "left and right": (lambda w: w + w.flip(-1), MIRRORS),
    "two flips": (lambda w: w + w.flip(2) + w.flip(3), MIRRORS),
    "diagonals": (lambda w: w + w.mT + w.flip(2, 3) + w.flip(2, 3).mT, MIRRORS),
    "flips and a transpose": (lambda w: w + w.mT + w.flip(2) + w.flip(3), MIRRORS),
    "mirrors": (lambda w: summed()(w) + summed()(w.mT), "The mirror images are added, too"),
    "middle once": (middle_once, "The middle is counted once"),
    "corner": (corner, "Each turn gives one quarter of the kernel"),
    "side by side": (joined(torch.cat), "side by side as channels"),
    "inputs": (joined(lambda parts: torch.cat(parts, 1)), "side by side as inputs"),
    "a stack": (joined(torch.stack), "The kernels are not added"),
    "channels added": (summed(result=lambda w: w.sum(0, True)), "The channels are added, too"),
    "first channel": (
        summed(result=lambda w: w[:1].expand_as(w)),
        "All channels are given the first one's kernel",
    ),
    "an axis lost": (summed(result=lambda w: w.squeeze(1)), "The axis of inputs is lost"),
    "padded": (summed(result=lambda w: F.pad(w, [1] * 4)), "The result has shape"),
    "channels and rows": (
        lambda w: torch.stack([torch.rot90(w, k, (0, 2)) for k in range(4)]).sum(0),
        "The turned kernels differ in shape",
    ),
    "in place": (in_place, "changes its argument weight in place"),
    "float32": (lambda w: summed()(w.float()), "float64 in, float32 out"),
    "None": (lambda w: None, "returned None"),
}
