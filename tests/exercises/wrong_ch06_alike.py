"""Answers to exercise 1 of chapter 6, as learners write them: how like a neighbour."""

import torch
import torch.nn.functional as F

from dynconv_lite.pac import adaptive_kernel
from dynconv_lite.shiftwise import shift2d


def neighbour(guide, dy, dx, mode="constant"):
    m, (high, wide) = max(abs(dy), abs(dx)), guide.shape[2:]
    padded = F.pad(guide, (m, m, m, m), mode=mode)
    return padded[:, :, m + dy : m + dy + high, m + dx : m + dx + wide]


def alike(
    other=neighbour,
    apart=lambda f, g: f - g,
    size=lambda d: (d**2).sum(dim=1),
    value=lambda s: torch.exp(-s / 2),
):
    """Return the exercise's function with one of its steps replaced."""

    def likeness(guide, dy, dx):
        return value(size(apart(guide, other(guide, dy, dx))))

    return likeness


def shifted(guide, dy, dx):
    """Shift the neighbour here: up for one that lies below."""
    return torch.exp(-0.5 * (shift2d(guide, -dy, -dx) - guide).pow(2).sum(1))


def multiplied(guide, dy, dx):
    """Multiply the likenesses of all channels."""
    return torch.exp(-((guide - neighbour(guide, dy, dx)) ** 2) / 2).prod(1)


def pixel_by_pixel(guide, dy, dx):
    b, _, high, wide = guide.shape
    y = guide.new_empty(b, high, wide)
    for row in range(high):
        for column in range(wide):
            i = guide[:, :, row, column]
            inside = 0 <= row + dy < high and 0 <= column + dx < wide
            j = guide[:, :, row + dy, column + dx] if inside else torch.zeros_like(i)
            y[:, row, column] = torch.exp(-((i - j) ** 2).sum(1) / 2)
    return y


def expanded(guide, dy, dx):
    """Use |f|^2 - 2 f g + |g|^2."""
    g = neighbour(guide, dy, dx)
    squared = (guide * guide).sum(1) - 2 * (guide * g).sum(1) + (g * g).sum(1)
    return (-squared / 2).exp()


def from_the_library(guide, dy, dx):
    m = max(abs(dy), abs(dx))
    return adaptive_kernel(guide, 2 * m + 1, padding=m)[:, m + dy, m + dx]


def inside(guide, dy, dx):
    return shift2d(torch.ones_like(guide[:, 0]), -dy, -dx)


def outside_one(guide, dy, dx):
    y = alike()(guide, dy, dx)
    y[inside(guide, dy, dx) == 0] = 1
    return y


def negative_end(guide, dy, dx):
    """End slices at a negative index, which is none where it is 0."""
    m = max(abs(dy), abs(dx))
    padded = F.pad(guide, [m] * 4)
    g = padded[:, :, m + dy : dy - m, m + dx : dx - m]
    return torch.exp(-((guide - g) ** 2).sum(1) / 2)


def cut_by_padding(guide, dy, dx):
    g = F.pad(guide, (-dx, dx, -dy, dy))
    return torch.exp(-((guide - g) ** 2).sum(1) / 2)


def reflected(guide, dy, dx):
    return alike(lambda f, y, x: neighbour(f, y, x, "reflect"))(guide, dy, dx)


def in_place(guide, dy, dx):
    g = neighbour(guide, dy, dx)
    guide -= g
    return torch.exp(-guide.pow(2).sum(1) / 2)


def single_zeros(guide, dy, dx):
    y = torch.zeros(len(guide), *guide.shape[2:])
    y += alike()(guide, dy, dx)
    return y


ALIKE = {
    "root": (alike(size=lambda d: d.norm(dim=1)), "This is the distance, not its square"),
    "distance": (
        alike(size=lambda d: d.norm(dim=1), value=lambda s: torch.exp(-s)),
        "This is exp(-distance)",
    ),
    "no half": (alike(value=lambda s: torch.exp(-s)), "The 1/2 is missing"),
    "half squared": (
        alike(size=lambda d: (d / 2).square().sum(1), value=lambda s: torch.exp(-s)),
        "The distance is halved before it is squared",
    ),
    "mean": (alike(size=lambda d: d.pow(2).mean(1)), "averaged over the channels"),
    "sum first": (alike(size=lambda d: d.sum(1) ** 2), "before they are squared"),
    "absolute": (alike(size=lambda d: d.abs().sum(1)), "These are absolute differences"),
    "largest": (alike(size=lambda d: d.abs().amax(1) ** 2), "The largest difference alone"),
    "not summed": (alike(size=lambda d: d**2), "The channels are not summed up"),
    "keepdim": (alike(size=lambda d: (d**2).sum(1, True)), "keeps an axis of one channel"),
    "batch summed": (alike(size=lambda d: (d**2).sum(0)), "a tensor (B, H, W)"),
    "opposite": (alike(lambda f, y, x: neighbour(f, -y, -x)), "in the opposite direction"),
    "shifted away": (alike(shift2d), "in the opposite direction"),
    "above": (alike(lambda f, y, x: neighbour(f, -y, x)), "taken dy rows above"),
    "left": (alike(lambda f, y, x: neighbour(f, y, -x)), "taken dx columns to the left"),
    "swapped": (alike(lambda f, y, x: neighbour(f, x, y)), "dy and dx are swapped"),
    "rolled": (alike(lambda f, y, x: f.roll((-y, -x), (2, 3))), "The image wraps around: what"),
    "rolled away": (
        alike(lambda f, y, x: torch.roll(f, (y, x), (-2, -1))),
        "The image wraps around, and moves the wrong way",
    ),
    "replicated": (
        alike(lambda f, y, x: neighbour(f, y, x, "replicate")),
        "the nearest pixel is taken",
    ),
    "reflected": (reflected, "The shape is right, but"),
    "outside 0": (
        lambda f, y, x: alike()(f, y, x) * inside(f, y, x),
        "the likeness is set to 0",
    ),
    "outside 1": (outside_one, "the likeness is set to 1"),
    "neighbour alone": (alike(apart=lambda f, g: g), "The neighbour alone is squared"),
    "added": (alike(apart=lambda f, g: f + g), "The two are added"),
    "no minus": (alike(value=lambda s: (s / 2).exp()), "The minus sign is missing"),
    "squared distance": (alike(value=lambda s: s), "This is the squared distance"),
    "no exponential": (alike(value=lambda s: -s / 2), "The exponential is missing"),
    "product": (
        lambda f, y, x: (f * neighbour(f, y, x)).sum(1).exp(),
        "the scalar product of the two",
    ),
    "the pixel itself": (alike(lambda f, y, x: f), "The shape is right, but"),
    "negative end": (negative_end, "come out empty where that index is 0"),
    "cut by padding": (cut_by_padding, "may lie further away than the image"),
    "in place": (in_place, "changes its argument guide in place"),
    "float32": (lambda f, y, x: alike()(f.float(), y, x), "float64 in, float32 out"),
    "zeros in float32": (single_zeros, "float64 in, float32 out"),
    "None": (lambda f, y, x: None, "returned None"),
}
