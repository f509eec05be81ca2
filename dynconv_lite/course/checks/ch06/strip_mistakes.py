"""What goes wrong in writing pieces into one kernel."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from dynconv_lite.course.case import Function, Hint, Mistake

Change = Callable[[Tensor], Tensor]
# the column at which a piece begins, given its offset, the middle column and n
Start = Callable[[int, int, int], int]


def _strip(
    start: Start = lambda offset, far, n: far + offset - n // 2,
    write: Callable[[Tensor, Tensor], Tensor] = torch.add,
    kernel: Change = lambda w: w,
) -> Function:
    """Return the exercise's function, or a mistake: with a place or the way of writing replaced."""

    def strip_kernel(pieces: Tensor, offsets: list[int]) -> Tensor:
        w = kernel(pieces)
        n = w.shape[-1]
        far = max(abs(offset) for offset in offsets) + n // 2
        # with room at the sides for what is written too far out
        strip = w.new_zeros(len(w), 1, n, 2 * far + 1 + 2 * n)
        for piece, offset in zip(w.unbind(1), offsets, strict=True):
            at = start(offset, far, n) + n
            strip[:, 0, :, at : at + n] = write(strip[:, 0, :, at : at + n], piece)
        return strip[:, :, :, n:-n]

    return strip_kernel


def _overwritten(old: Tensor, new: Tensor) -> Tensor:
    return new


def _kept(old: Tensor, new: Tensor) -> Tensor:
    return torch.where(old == 0, new, old)


def _joined(pieces: Tensor, offsets: list[int]) -> Tensor:
    return torch.cat(pieces.unbind(1), -1)[:, None]


def _without_half(pieces: Tensor, offsets: list[int]) -> Tensor:
    """Make the kernel too narrow: the pieces at its ends are cut."""
    m = pieces.shape[-1] // 2
    strip: Tensor = _strip()(pieces, offsets)
    return strip[..., m : strip.shape[-1] - m]


def _last_column_cut(pieces: Tensor, offsets: list[int]) -> Tensor:
    """Make the kernel as wide as the pieces reach, whatever its middle."""
    n = pieces.shape[-1]
    strip: Tensor = _strip()(pieces, offsets)
    middle = strip.shape[-1] // 2
    return strip[..., middle + min(offsets) - n // 2 : middle + max(offsets) + n // 2 + 1]


HINTS = [
    Hint(
        "A piece reaches beyond the kernel. The furthest one ends max |offset| + n // 2 columns "
        "from the middle, so S = 2 * (max |offset| + n // 2) + 1.",
        "RuntimeError: .*(The size of tensor|The expanded size|shape mismatch)",
    ),
    Hint(
        "A slice needs integers: divide with //, as in n // 2.",
        "TypeError: (slice indices|new_zeros|zeros)",
    ),
]
MISTAKES = [
    Mistake(
        "The first piece stands where the last should, and so on. Piece p has offset p.",
        _strip(kernel=lambda w: w.flip(1)),
    ),
    Mistake(
        "Left and right are swapped: a piece with a positive offset stands to the right of the "
        "middle.",
        _strip(lambda offset, far, n: far - offset - n // 2),
    ),
    Mistake(
        "The whole kernel is flipped. Write the pieces as they are, each at its offset.",
        lambda pieces, offsets: _strip()(pieces, offsets).flip(3),
    ),
    Mistake(
        "The whole kernel is flipped. Write the pieces as they are, each at its offset.",
        lambda pieces, offsets: _strip()(pieces, offsets).flip(2, 3),
    ),
    Mistake(
        "The pieces are flipped. Write them as they are.",
        _strip(kernel=lambda w: w.flip(2, 3)),
    ),
    Mistake("Rows and columns of the pieces are swapped.", _strip(kernel=lambda w: w.mT)),
    Mistake(
        "All pieces stand one column too far to the left. Column S // 2 is the middle.",
        _strip(lambda offset, far, n: far + offset - n // 2 - 1),
    ),
    Mistake(
        "All pieces stand one column too far to the right. Column S // 2 is the middle.",
        _strip(lambda offset, far, n: far + offset - n // 2 + 1),
    ),
    Mistake(
        "The offset is taken for the piece's left edge. It is where the middle stands: begin "
        "n // 2 columns before it.",
        _strip(lambda offset, far, n: far + offset),
    ),
    Mistake(
        "The offset is taken for the piece's right edge. It is where the middle stands.",
        _strip(lambda offset, far, n: far + offset - n + 1),
    ),
    Mistake(
        "Where pieces overlap the later one overwrites the earlier. Add: use +=, not =.",
        _strip(write=_overwritten),
    ),
    Mistake("Where pieces overlap the earlier one is left. Add them up.", _strip(write=_kept)),
    Mistake(
        "The strip runs from top to bottom. The row of pieces is horizontal: (C, 1, n, S).",
        lambda pieces, offsets: _strip()(pieces.mT, offsets).mT,
    ),
    Mistake(
        "The strip is transposed. Rows are axis 2, columns axis 3: (C, 1, n, S).",
        lambda pieces, offsets: _strip()(pieces, offsets).mT,
    ),
    Mistake(
        "The pieces are joined whatever their offsets are. The output's pixel has to be the middle "
        "of the kernel, and there may be gaps: write each piece into zeros.",
        _joined,
    ),
    Mistake(
        "The kernel is as wide as the pieces reach, and the output's pixel is not its middle. It "
        "reaches as far to the right as to the left: S = 2 * (max |offset| + n // 2) + 1.",
        _last_column_cut,
    ),
    Mistake(
        "The kernel is too narrow: half of the outermost pieces is cut off. "
        "S = 2 * (max |offset| + n // 2) + 1.",
        _without_half,
    ),
    Mistake(
        "The kernel is wider than it need be, by a column of zeros on both sides. "
        "S = 2 * (max |offset| + n // 2) + 1.",
        lambda pieces, offsets: F.pad(_strip()(pieces, offsets), (1, 1)),
    ),
    Mistake(
        "The kernel is wider than it need be, by n // 2 columns of zeros on both sides. "
        "S = 2 * (max |offset| + n // 2) + 1.",
        lambda pieces, offsets: F.pad(
            _strip()(pieces, offsets), (pieces.shape[-1] // 2, pieces.shape[-1] // 2)
        ),
    ),
    Mistake(
        "The pieces are added up in the middle. Each stands at its own offset.",
        _strip(lambda offset, far, n: far - n // 2),
    ),
    Mistake(
        "All channels are given the first one's pieces. Channel c has pieces[c].",
        _strip(kernel=lambda w: w[:1].expand_as(w)),
    ),
    Mistake(
        "An axis is missing: a depth-wise kernel is (C, 1, n, S).",
        lambda pieces, offsets: _strip()(pieces, offsets)[:, 0],
    ),
]
