"""The talk's block, with steps that can be replaced by wrong ones."""

from collections.abc import Callable, Iterable

import torch
import torch.nn.functional as F
from torch import Tensor

from dynconv_lite.course.case import Function
from dynconv_lite.course.checks.ch08.turning_mistakes import Turn, in_turns, turn
from dynconv_lite.shiftwise import shift2d

Change = Callable[[Tensor], Tensor]
# where the middle of piece i of P stands, in pixels along the direction, given i, P and n
Places = Callable[[int, int, int], int]
# convolves maps by the piece of every channel, (C, 1, n, n), and moves them down and to the right
Move = Callable[[Tensor, Tensor, int, int], Tensor]


def touching(i: int, count: int, n: int) -> int:
    """Return where piece i stands, in pixels along the direction."""
    return n * (i - count // 2)


def same(z: Tensor, piece: Tensor) -> Tensor:
    """Convolve maps by the piece of every channel, (C, 1, n, n), and keep their size."""
    return F.conv2d(z, piece, padding=piece.shape[-1] // 2, groups=len(piece))


def moved(z: Tensor, piece: Tensor, down: int, right: int) -> Tensor:
    """Convolve, and move the result."""
    return shift2d(same(z, piece), down, right)


def shifted_first(z: Tensor, piece: Tensor, down: int, right: int) -> Tensor:
    """Move the maps before they are convolved, which loses what leaves them."""
    return same(shift2d(z, down, right), piece)


def rolled(z: Tensor, piece: Tensor, down: int, right: int) -> Tensor:
    """Convolve, and let what leaves the result come back on its other side."""
    return same(z, piece).roll((down, right), (2, 3))


def turn_back(y: Tensor, k: int) -> Tensor:
    """Turn maps back after k quarters."""
    return turn(y, -k)


def pad_and_cut(x: Tensor, far: int, operator: Change) -> Tensor:
    """Apply an operator to x with `far` zeros on every side, and cut x's size out."""
    high, wide = x.shape[2:]
    return operator(F.pad(x, [far] * 4))[:, :, far : far + high, far : far + wide]


def not_padded(x: Tensor, far: int, operator: Change) -> Tensor:
    """Forget the zeros."""
    return operator(x)


def not_cut(x: Tensor, far: int, operator: Change) -> Tensor:
    """Forget to cut."""
    return operator(F.pad(x, [far] * 4))


def cut_at_0(x: Tensor, far: int, operator: Change) -> Tensor:
    """Cut x's size out at the upper left corner."""
    high, wide = x.shape[2:]
    return operator(F.pad(x, [far] * 4))[:, :, :high, :wide]


def mixed(y: Tensor, pointwise: Tensor) -> Tensor:
    """Return maps (B, C, H, W) whose channels are mixed by a matrix (O, C)."""
    return torch.einsum("oc,bchw->bohw", pointwise, y)


def block(
    places: Places = touching,
    step: tuple[int, int] = (1, 1),
    move: Move = moved,
    edge: Callable[[Tensor, int, Change], Tensor] = pad_and_cut,
    weights: Change = lambda weight: weight,
    there: Turn = turn,
    back: Turn = turn_back,
    turns: Iterable[int] = range(4),
    total: Change = lambda parts: parts.sum(0),
    pieces: Change = lambda parts: parts.sum(0),
    mix: Callable[[Tensor, Tensor], Tensor] = mixed,
) -> Function:
    """Return the exercise's function, or a mistake: with one of its steps replaced."""
    kept = tuple(turns)

    def dia_rot_block(x: Tensor, weight: Tensor, pointwise: Tensor) -> Tensor:
        placed = weights(weight).split(1, 1)
        n = weight.shape[-1]
        where = [places(i, len(placed), n) for i in range(len(placed))]

        def row(z: Tensor) -> Tensor:
            parts = [
                move(z, piece.contiguous(), -step[0] * p, -step[1] * p)
                for piece, p in zip(placed, where, strict=True)
            ]
            return pieces(torch.stack(parts))

        far = max(map(abs, where))
        return mix(edge(x, far, in_turns(row, there, back, kept, total)), pointwise)

    return dia_rot_block


def both(x: Tensor, weight: Tensor, pointwise: Tensor) -> Tensor:
    """Lay the pieces along both diagonals, without turning anything."""
    down: Tensor = block(turns=(0,))(x, weight, pointwise)
    up: Tensor = block(turns=(0,), step=(1, -1))(x, weight, pointwise)
    return down + up


def mixed_first(x: Tensor, weight: Tensor, pointwise: Tensor) -> Tensor:
    """Mix the channels before they are convolved."""
    result: Tensor = block(mix=lambda y, matrix: y)(mixed(x, pointwise), weight, pointwise)
    return result


def repeated(z: Tensor, weight: Tensor) -> Tensor:
    """Repeat all channels P times, where each should be repeated before the next."""
    count = weight.shape[1]
    maps = same(z.repeat(1, count, 1, 1), weight.flatten(0, 1)[:, None])
    return maps.unflatten(1, (len(weight), count))  # (B, C, P, H, W)


def wrong_groups(x: Tensor, weight: Tensor, pointwise: Tensor) -> Tensor:
    """Let pieces meet the wrong channels."""
    count, n = weight.shape[1], weight.shape[-1]
    where = [touching(i, count, n) for i in range(count)]

    def row(z: Tensor) -> Tensor:
        maps = repeated(z, weight).unbind(2)
        return torch.stack([shift2d(m, -p, -p) for m, p in zip(maps, where, strict=True)]).sum(0)

    return mixed(pad_and_cut(x, max(map(abs, where)) + n, in_turns(row)), pointwise)


def flipped_turn(x: Tensor, k: int) -> Tensor:
    """Mirror along rows, columns or both, instead of turning."""
    return x.flip([axis for bit, axis in ((1, 2), (2, 3)) if k & bit])


def by_places(weight: Tensor) -> Tensor:
    """Take the flat pieces for P times C, not C times P."""
    c, count, *size = weight.shape
    return weight.reshape(count, c, *size).transpose(0, 1)
