"""Answers to exercise 6 of chapter 6, as learners write them: the strip."""

import torch
import torch.nn.functional as F


def written(
    start=lambda far, o, n: far + o - n // 2,
    write=lambda old, new: old + new,
    reach=lambda offsets, n: max(abs(o) for o in offsets) + n // 2,
    pieces=lambda w: w,
    result=lambda y: y,
):
    """Return the exercise's function with one of its steps replaced."""

    def strip_kernel(given, offsets):
        w = pieces(given)
        c, _, n, _ = w.shape
        far = reach(offsets, n)
        y = w.new_zeros(c, 1, n, 2 * far + 1)
        for p, o in enumerate(offsets):
            at = start(far, o, n)
            y[:, 0, :, at : at + n] = write(y[:, 0, :, at : at + n], w[:, p])
        return result(y)

    return strip_kernel


def by_padding(pieces, offsets):
    n = pieces.shape[-1]
    far = max(max(offsets), -min(offsets))
    return sum(
        F.pad(pieces[:, p : p + 1], (far + o, far - o)) for p, o in enumerate(offsets)
    ) + pieces.new_zeros(n, 1)


def by_response(pieces, offsets):
    """Send a single pixel through the shifted convolutions, and flip what comes out."""
    c, _, n, _ = pieces.shape
    far = max(abs(o) for o in offsets) + n // 2
    pixel = pieces.new_zeros(1, c, n, 2 * far + 1)
    pixel[:, :, n // 2, far] = 1
    padded = F.pad(pixel, (2 * far, 2 * far, n // 2, n // 2))
    y = 0
    for p, o in enumerate(offsets):
        wide = F.conv2d(padded, pieces[:, p : p + 1], groups=c)
        at = 2 * far - n // 2 + o
        y = y + wide[..., at : at + 2 * far + 1]
    return y.flip(2, 3).transpose(0, 1)


def by_columns(pieces, offsets):
    c, _, n, _ = pieces.shape
    far = max(abs(o) for o in offsets) + n // 2
    columns = []
    for column in range(-far, far + 1):
        total = torch.zeros(c, n, dtype=pieces.dtype)
        for p, o in enumerate(offsets):
            if abs(column - o) <= n // 2:
                total = total + pieces[:, p, :, column - o + n // 2]
        columns.append(total)
    return torch.stack(columns, -1).unsqueeze(1)


def joined(pieces, offsets):
    """Join the pieces side by side, whatever their offsets."""
    c, _, n, _ = pieces.shape
    return pieces.permute(0, 2, 1, 3).reshape(c, 1, n, -1)


def as_wide_as_the_pieces(pieces, offsets):
    n, low = pieces.shape[-1], min(offsets)
    y = pieces.new_zeros(len(pieces), 1, n, max(offsets) - low + n)
    for p, o in enumerate(offsets):
        y[:, 0, :, o - low : o - low + n] += pieces[:, p]
    return y


def too_narrow(pieces, offsets):
    m = pieces.shape[-1] // 2
    y = written()(pieces, offsets)
    return y[..., m : y.shape[-1] - m]


def one_column_too_far(step):
    def strip_kernel(pieces, offsets):
        return written()(pieces, offsets).roll(step, -1)

    return strip_kernel


def off(step):
    """Write with room at both sides, and cut the middle out, one column beside it."""

    def strip_kernel(pieces, offsets):
        y = F.pad(written()(pieces, offsets), (1, 1))
        return y[..., 1 - step : y.shape[-1] - 1 - step]

    return strip_kernel


def at_the_left_edge(pieces, offsets):
    n = pieces.shape[-1]
    y = F.pad(written()(pieces, offsets), (n, n))
    return y[..., n - n // 2 : y.shape[-1] - n - n // 2]


def at_the_right_edge(pieces, offsets):
    n = pieces.shape[-1]
    y = F.pad(written()(pieces, offsets), (n, n))
    return y[..., n + n // 2 : y.shape[-1] - n + n // 2]


def in_place(pieces, offsets):
    pieces *= 1.5
    return written()(pieces, offsets) / 1.5


def single_zeros(pieces, offsets):
    y = written()(pieces, offsets)
    return torch.zeros(y.shape).add_(y)


STRIPS = {
    "reversed": (written(pieces=lambda w: w.flip(1)), "The first piece stands where the last"),
    "mirrored": (written(lambda far, o, n: far - o - n // 2), "Left and right are swapped"),
    "kernel flipped": (written(result=lambda y: y.flip(2, 3)), "The whole kernel is flipped"),
    "kernel flipped left to right": (
        written(result=lambda y: y.flip(-1)),
        "The whole kernel is flipped",
    ),
    "pieces flipped": (written(pieces=lambda w: w.flip(2, 3)), "The pieces are flipped"),
    "pieces swapped": (written(pieces=lambda w: w.mT), "Rows and columns of the pieces"),
    "one to the left": (off(-1), "one column too far to the left"),
    "one to the right": (off(1), "one column too far to the right"),
    "rolled": (one_column_too_far(1), "The shape is right, but"),
    "left edge": (at_the_left_edge, "taken for the piece's left edge"),
    "right edge": (at_the_right_edge, "taken for the piece's right edge"),
    "left edge, without room": (
        written(lambda far, o, n: far + o),
        "A piece reaches beyond the kernel",
    ),
    "overwritten": (written(write=lambda old, new: new), "the later one overwrites the earlier"),
    "kept": (
        written(write=lambda old, new: torch.where(old == 0, new, old)),
        "the earlier one is left",
    ),
    "averaged": (written(result=lambda y: y / 2), "The shape is right, but"),
    "vertical": (lambda w, o: written()(w.mT, o).mT, "runs from top to bottom"),
    "transposed": (written(result=lambda y: y.mT), "The strip is transposed"),
    "joined": (joined, "The pieces are joined whatever their offsets"),
    "as wide as the pieces": (as_wide_as_the_pieces, "as wide as the pieces reach"),
    "too narrow": (too_narrow, "The kernel is too narrow"),
    "too narrow to write": (
        written(reach=lambda offsets, n: max(abs(o) for o in offsets)),
        "A piece reaches beyond the kernel",
    ),
    "too wide": (
        written(reach=lambda offsets, n: max(abs(o) for o in offsets) + n // 2 + 1),
        "by a column of zeros on both sides",
    ),
    "n too wide": (
        written(reach=lambda offsets, n: max(abs(o) for o in offsets) + 2 * (n // 2)),
        "zeros on both sides",
    ),
    "in the middle": (written(lambda far, o, n: far - n // 2), "The pieces are added up in the"),
    "first channel": (
        written(pieces=lambda w: w[:1].expand_as(w)),
        "All channels are given the first one's pieces",
    ),
    "without its axis": (written(result=lambda y: y.squeeze(1)), "An axis is missing"),
    "float slice": (written(lambda far, o, n: far + o - (n - 1) / 2), "divide with //"),
    "in place": (in_place, "changes its argument pieces in place"),
    "float32": (single_zeros, "float64 in, float32 out"),
    "None": (lambda w, o: None, "returned None"),
}
