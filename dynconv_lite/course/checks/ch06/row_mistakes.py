"""What goes wrong in convolving by a row of pieces."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from dynconv_lite.course.case import Function, Hint, Mistake

Change = Callable[[Tensor], Tensor]
# the steps by which the map of a piece is moved, down and to the right, given the offset and n
Step = Callable[[int, int], tuple[int, int]]
# moves the map that the piece, (C, 1, n, n), makes of x, and cuts it
Place = Callable[[Tensor, Tensor, int, int], Tensor]


def _left(offset: int, n: int) -> tuple[int, int]:
    return 0, -offset


def _right(offset: int, n: int) -> tuple[int, int]:
    return 0, offset


def _up(offset: int, n: int) -> tuple[int, int]:
    return -offset, 0


def _cut(y: Tensor, down: int, right: int, size: tuple[int, ...], margin: int) -> Tensor:
    """Cut a map of this size out of one with a margin, after moving it."""
    top, left = margin - down, margin - right
    return y[:, :, top : top + size[0], left : left + size[1]]


def _before(x: Tensor, piece: Tensor, down: int, right: int) -> Tensor:
    """Convolve with a margin, so that what comes in from beyond the edge is there."""
    margin, n = max(abs(down), abs(right)), piece.shape[-1]
    y = F.conv2d(x, piece, padding=margin + n // 2, groups=len(piece))
    return _cut(y, down, right, x.shape[2:], margin)


def _after(x: Tensor, piece: Tensor, down: int, right: int) -> Tensor:
    """Convolve at the same size, and shift in zeros."""
    margin = max(abs(down), abs(right))
    y = F.conv2d(x, piece, padding=piece.shape[-1] // 2, groups=len(piece))
    return _cut(F.pad(y, [margin] * 4), down, right, x.shape[2:], margin)


def _shifted_first(x: Tensor, piece: Tensor, down: int, right: int) -> Tensor:
    """Shift x, which loses what leaves it, and convolve at the same size."""
    margin = max(abs(down), abs(right))
    moved = _cut(F.pad(x, [margin] * 4), down, right, x.shape[2:], margin)
    return F.conv2d(moved, piece, padding=piece.shape[-1] // 2, groups=len(piece))


def _rolled(x: Tensor, piece: Tensor, down: int, right: int) -> Tensor:
    y = F.conv2d(x, piece, padding=piece.shape[-1] // 2, groups=len(piece))
    return y.roll((down, right), (2, 3))


def _low(x: Tensor, piece: Tensor, down: int, right: int) -> Tensor:
    """Forget the zeros above and below."""
    m = piece.shape[-1] // 2
    return _before(x, piece, down, right)[:, :, m : x.shape[2] - m]


def _narrow(x: Tensor, piece: Tensor, down: int, right: int) -> Tensor:
    """Forget that the convolution takes half a piece away on both sides."""
    m = piece.shape[-1] // 2
    return _before(x, piece, down, right)[..., m : x.shape[3] - m]


def _row(
    step: Step = _left,
    place: Place = _before,
    kernel: Change = lambda w: w,
    result: Change = lambda y: y,
) -> Function:
    """Return the exercise's function, or a mistake: with one of its steps replaced."""

    def row_of_pieces(x: Tensor, pieces: Tensor, offsets: list[int]) -> Tensor:
        w = kernel(pieces).split(1, 1)
        parts = [
            place(x, piece, *step(offset, pieces.shape[-1]))
            for piece, offset in zip(w, offsets, strict=True)
        ]
        return result(torch.stack(parts))

    return lambda x, pieces, offsets: row_of_pieces(x, pieces, offsets).sum(0)


def _flipped(axes: tuple[int, ...]) -> Change:
    return lambda w: w.flip(axes)


def _last(x: Tensor, pieces: Tensor, offsets: list[int]) -> Tensor:
    return _before(x, pieces[:, -1:], 0, -offsets[-1])


def _all_together(x: Tensor, pieces: Tensor, offsets: list[int]) -> Tensor:
    """Add the pieces' maps before they are shifted, and then shift the sum to every place."""
    together = pieces.sum(1, keepdim=True)
    return torch.stack([_before(x, together, 0, -offset) for offset in offsets]).sum(0)


TRAP = (
    "The maps are cut to W columns before they are shifted: zeros come in, where a piece that "
    "stands beyond the edge still covers pixels of the image. Pad x by max |offset| + n // 2 "
    "columns on both sides, convolve, shift, and cut last."
)
DIRECTION = (
    "The maps are shifted the wrong way. The output at column j wants what the piece gives at "
    "column j + offset: its map moves to the left by its offset."
)
HINTS = [
    Hint(
        "The maps differ in size. Pad x by max |offset| + n // 2 columns on both sides (the half "
        "piece is what the convolution takes away) and by n // 2 rows above and below; then take W "
        "columns for every piece.",
        "RuntimeError: .*(The size of tensor|expects each tensor to be equal size)",
    ),
    Hint(
        "Every channel has pieces of its own: piece p of all channels is pieces[:, p : p + 1], "
        "(C, 1, n, n), and F.conv2d takes it with groups=C.",
        "RuntimeError: (Given groups|Expected 3D|expected (stride|padding|input)|weight should)",
    ),
]
MISTAKES = [
    Mistake(TRAP, _row(place=_after)),
    Mistake(
        "x is shifted before it is convolved, and what leaves it is lost, though a piece beyond "
        "the edge still covers it. Pad x by max |offset| + n // 2 columns on both sides first.",
        _row(place=_shifted_first),
    ),
    Mistake(DIRECTION, _row(_right)),
    Mistake(f"{DIRECTION} Besides, pad before you shift.", _row(_right, _after)),
    Mistake(f"{DIRECTION} Besides, pad before you shift.", _row(_right, _shifted_first)),
    Mistake(
        "The maps are shifted along their columns, up and down. The row of pieces is horizontal: "
        "shift along axis 3.",
        _row(_up),
    ),
    Mistake(
        "The maps are shifted along their columns, up and down. The row of pieces is horizontal: "
        "shift along axis 3.",
        _row(lambda offset, n: (offset, 0)),
    ),
    Mistake(
        "The maps are shifted along their columns, up and down. The row of pieces is horizontal: "
        "shift along axis 3. Besides, pad before you shift.",
        _row(_up, _after),
    ),
    Mistake(
        "The maps wrap around: what leaves one at its side comes back at the other. Beyond the "
        "edge there are zeros.",
        _row(place=_rolled),
    ),
    Mistake(
        "The maps wrap around, and are shifted the wrong way. Beyond the edge there are zeros, and "
        "a map moves to the left by its piece's offset.",
        _row(_right, _rolled),
    ),
    Mistake(
        "The maps are not shifted: all pieces stand in the middle. Shift each by its offset, and "
        "add then.",
        _row(lambda offset, n: (0, 0)),
    ),
    Mistake(
        "The pieces are added before they are shifted, so that their sum stands at every place. "
        "Each has one place: shift first.",
        _all_together,
    ),
    Mistake(
        "The offset is taken for the piece's left edge. It is where the middle stands.",
        _row(lambda offset, n: (0, -offset - n // 2)),
    ),
    Mistake(
        "The offset is taken for the piece's right edge. It is where the middle stands.",
        _row(lambda offset, n: (0, -offset + n // 2)),
    ),
    Mistake(
        "The first piece stands where the last should, and so on. Piece p has offset p.",
        _row(kernel=lambda w: w.flip(1)),
    ),
    *(
        Mistake(
            f"The pieces are flipped, {how}. Networks do not flip their kernels: {remedy}",
            _row(step, kernel=_flipped(axes), place=place),
        )
        for how, axes in (
            ("left to right and top to bottom", (2, 3)),
            ("left to right", (3,)),
            ("top to bottom", (2,)),
        )
        for remedy, step, place in (
            ("convolve by them as they are.", _left, _before),
            (f"convolve by them as they are. Besides: {TRAP}", _left, _after),
            (f"convolve by them as they are. Besides: {DIRECTION}", _right, _before),
        )
    ),
    Mistake("Rows and columns of the pieces are swapped.", _row(kernel=lambda w: w.mT)),
    Mistake(
        "All channels are given the first one's pieces. Channel c has pieces[c].",
        _row(kernel=lambda w: w[:1].expand_as(w).contiguous()),
    ),
    Mistake(
        "All places are given the first piece. Place p has pieces[:, p].",
        _row(kernel=lambda w: w[:, :1].expand_as(w).contiguous()),
    ),
    Mistake(
        "Only the last piece is left: the result is overwritten in every turn. Add to it.",
        _last,
    ),
    Mistake(
        "The channels are added up, and each is given the sum. In a depth-wise convolution they do "
        "not meet.",
        _row(result=lambda y: y.sum(2, keepdim=True).expand_as(y)),
    ),
    Mistake(
        "The channels are added up, as a dense convolution does. In a depth-wise one they do not "
        "meet.",
        _row(result=lambda y: y.sum(2, keepdim=True)),
    ),
    Mistake("This is the mean over the pieces. Take the sum.", _row(result=lambda y: y / len(y))),
    Mistake("The result is lower than x: pad n // 2 rows above and below, too.", _row(place=_low)),
    Mistake(
        "The result is narrower than x. Pad x by max |offset| + n // 2 columns on both sides: the "
        "half piece is what the convolution takes away.",
        _row(place=_narrow),
    ),
]
