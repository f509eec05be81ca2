"""What goes wrong in comparing a pixel with its neighbour."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from dynconv_lite.course.case import Function, Hint, Mistake

Move = Callable[[Tensor, int, int], Tensor]


def moved(x: Tensor, dy: int, dx: int, mode: str = "constant") -> Tensor:
    """Return for every pixel what lies dy rows below and dx columns to the right of it.

    Args:
        x: (B, C, H, W).
        dy: rows.
        dx: columns.
        mode: of `F.pad`, for what lies outside of the image.
    """
    (high, wide), margin = x.shape[2:], max(abs(dy), abs(dx))
    top, left = margin + dy, margin + dx
    return F.pad(x, [margin] * 4, mode=mode)[:, :, top : top + high, left : left + wide]


def rolled(x: Tensor, dy: int, dx: int) -> Tensor:
    """Return what `moved` does, but for pixels that come back on the other side."""
    return x.roll((-dy, -dx), (2, 3))


def like(
    move: Move = moved,
    apart: Callable[[Tensor, Tensor], Tensor] = torch.sub,
    measure: Callable[[Tensor], Tensor] = lambda d: d.square().sum(1),
    factor: Callable[[Tensor], Tensor] = lambda squared: torch.exp(-squared / 2),
) -> Function:
    """Return the exercise's function, or a mistake: with one of its steps replaced."""

    def likeness(guide: Tensor, dy: int, dx: int) -> Tensor:
        return factor(measure(apart(guide, move(guide, dy, dx))))

    return likeness


def _inside(guide: Tensor, dy: int, dx: int) -> Tensor:
    return moved(torch.ones_like(guide[:, :1]), dy, dx)[:, 0]


HINTS = [
    Hint(
        "Slices that end at a negative index come out empty where that index is 0. Take H rows "
        "from row top on, top : top + H, and W columns.",
        "RuntimeError: The size of tensor .* must match the size of tensor",
    ),
    Hint(
        "A neighbour may lie further away than the image is large. Put max(|dy|, |dx|) zeros on "
        "every side, and take H rows from margin + dy and W columns from margin + dx.",
        "RuntimeError: .*(negative|must be non-negative|output size|resulted in)",
    ),
]
MISTAKES = [
    Mistake(
        "This is the distance, not its square: do not take the root of |f_i - f_j|^2.",
        like(measure=lambda d: d.square().sum(1).sqrt()),
    ),
    Mistake(
        "The 1/2 is missing: exp(-|f_i - f_j|^2 / 2).",
        like(factor=lambda squared: torch.exp(-squared)),
    ),
    Mistake(
        "The distance is halved before it is squared, which is 1/4. Halve |f_i - f_j|^2.",
        like(factor=lambda squared: torch.exp(-squared / 4)),
    ),
    Mistake(
        "This is exp(-distance): square it, and halve the square.",
        like(measure=lambda d: 2 * d.square().sum(1).sqrt()),
    ),
    Mistake(
        "The squares are averaged over the channels. |f_i - f_j|^2 is their sum.",
        like(measure=lambda d: d.square().mean(1)),
    ),
    Mistake(
        "The differences are summed over the channels before they are squared. Square first.",
        like(measure=lambda d: d.sum(1).square()),
    ),
    Mistake("These are absolute differences, not squares.", like(measure=lambda d: d.abs().sum(1))),
    Mistake(
        "The largest difference alone counts. Sum the squares over all channels.",
        like(measure=lambda d: d.square().amax(1)),
    ),
    Mistake(
        "The channels are not summed up: the likeness is one number for each pixel, (B, H, W).",
        like(measure=torch.square),
    ),
    Mistake(
        "The sum keeps an axis of one channel. The likeness is (B, H, W): sum(1), without keepdim.",
        like(measure=lambda d: d.square().sum(1, keepdim=True)),
    ),
    Mistake(
        "The neighbour in the opposite direction is taken: dy counts downwards, dx to the right.",
        like(lambda x, dy, dx: moved(x, -dy, -dx)),
    ),
    Mistake(
        "The neighbour is taken dy rows above. Positive dy is below.",
        like(lambda x, dy, dx: moved(x, -dy, dx)),
    ),
    Mistake(
        "The neighbour is taken dx columns to the left. Positive dx is to the right.",
        like(lambda x, dy, dx: moved(x, dy, -dx)),
    ),
    Mistake(
        "dy and dx are swapped: dy counts rows, which are axis 2. (F.pad counts from the last "
        "axis.)",
        like(lambda x, dy, dx: moved(x, dx, dy)),
    ),
    Mistake(
        "The image wraps around: what lies outside of it is taken from its other side. There the "
        "guide is 0.",
        like(rolled),
    ),
    Mistake(
        "The image wraps around, and moves the wrong way. Outside of it the guide is 0, and "
        "positive dy and dx are below and to the right.",
        like(lambda x, dy, dx: rolled(x, -dy, -dx)),
    ),
    Mistake(
        "Outside of the image the nearest pixel is taken. There the guide is 0.",
        like(lambda x, dy, dx: moved(x, dy, dx, "replicate")),
    ),
    Mistake(
        "Outside of the image the likeness is set to 0. It is that to a guide of 0, "
        "exp(-|f_i|^2 / 2).",
        lambda guide, dy, dx: like()(guide, dy, dx) * _inside(guide, dy, dx),
    ),
    Mistake(
        "Outside of the image the likeness is set to 1. It is that to a guide of 0, "
        "exp(-|f_i|^2 / 2).",
        lambda guide, dy, dx: torch.where(
            _inside(guide, dy, dx) > 0, like()(guide, dy, dx), torch.ones_like(guide[:, 0])
        ),
    ),
    Mistake(
        "The neighbour alone is squared: subtract it from the pixel first.",
        like(apart=lambda f, neighbour: neighbour),
    ),
    Mistake(
        "The two are added. Subtract: the squared distance is |f_i - f_j|^2.",
        like(apart=torch.add),
    ),
    Mistake(
        "The minus sign is missing: the less alike two pixels are, the smaller the result.",
        like(factor=lambda squared: torch.exp(squared / 2)),
    ),
    Mistake(
        "This is the squared distance. Its likeness is exp(-|f_i - f_j|^2 / 2).",
        like(factor=lambda squared: squared),
    ),
    Mistake(
        "The exponential is missing: exp(-|f_i - f_j|^2 / 2).",
        like(factor=lambda squared: -squared / 2),
    ),
    Mistake(
        "This is the scalar product of the two. Their squared distance is |f_i - f_j|^2.",
        lambda guide, dy, dx: torch.exp((guide * moved(guide, dy, dx)).sum(1)),
    ),
]
