"""Answers to exercise 6 of chapter 5, as learners write them: SLaK's cross."""

import torch
import torch.nn.functional as F


def placed(
    vertical=lambda k, s, m: (slice(None), slice(m, m + s)),
    horizontal=lambda k, s, m: (slice(m, m + s), slice(None)),
    square=lambda k, s, m: (slice(m, m + s), slice(m, m + s)),
    write=lambda old, new: old + new,
    result=lambda y: y,
):
    """Return the exercise's function with a place or the way of writing replaced."""

    def cross_kernel(v, h, q):
        k, s = v.shape[2:]
        m = (k - s) // 2
        y = v.new_zeros(v.shape[0], 1, k, k)
        for kernel, place in ((v, vertical), (h, horizontal), (q, square)):
            rows, columns = place(k, s, m)
            y[:, :, rows, columns] = write(y[:, :, rows, columns], kernel)
        return result(y)

    return cross_kernel


def by_padding(v, h, q):
    m = (v.shape[2] - q.shape[2]) // 2
    return F.pad(v, (m, m)) + F.pad(h, (0, 0, m, m)) + F.pad(q, (m, m, m, m))


def by_response(v, h, q):
    """Send a single pixel through the three layers, and flip what comes out."""
    k, c = v.shape[2], v.shape[0]
    pixel = torch.zeros(1, c, k, k, dtype=v.dtype)
    pixel[:, :, k // 2, k // 2] = 1
    total = sum(
        F.conv2d(pixel, w, padding=(w.shape[2] // 2, w.shape[3] // 2), groups=c) for w in (v, h, q)
    )
    return total.flip(2, 3).transpose(0, 1)


def by_cat(v, h, q):
    k, s = v.shape[2:]
    m = (k - s) // 2
    side = torch.zeros_like(v)[..., :1].expand(-1, -1, -1, m)
    top = torch.zeros_like(h)[:, :, :1].expand(-1, -1, m, -1)
    wide = torch.cat([torch.zeros_like(q[..., :1]).expand(-1, -1, -1, m)] * 2, 3)
    square = torch.cat([wide[..., :m], q, wide[..., m:]], 3)  # (C, 1, s, K)
    return torch.cat([side, v, side], 3) + torch.cat([top, h + square, top], 2)


def corner(k, s, m):
    return slice(0, s), slice(0, s)


def not_padded(v, h, q):
    return v + h + q


def in_a_small_square(v, h, q):
    k, s = v.shape[2:]
    y = v.new_zeros(len(v), 1, k, k)
    y[:, :, :s, :s] += v
    return y + h + q


def half_margin(v, h, q):
    m = (v.shape[2] - v.shape[3]) / 2
    return F.pad(v, (m, m)) + F.pad(h, (0, 0, m, m)) + F.pad(q, [m] * 4)


def float_slice(v, h, q):
    k, s = v.shape[2:]
    y = v.new_zeros(len(v), 1, k, k)
    y[..., (k - s) / 2 : (k + s) / 2] = v
    return y


def square_in_place(v, h, q):
    m = (v.shape[2] - q.shape[2]) // 2
    v[:, :, m : m + q.shape[2]] += q
    return F.pad(v, (m, m)) + F.pad(h, (0, 0, m, m))


def single_zeros(v, h, q):
    y = torch.zeros(len(v), 1, v.shape[2], v.shape[2])
    return y.add_(by_padding(v, h, q))


def overwriting(v, h, q):
    """Assign instead of adding: whatever comes last remains."""
    k, s = v.shape[2:]
    m = (k - s) // 2
    y = F.pad(v, (m, m)) + F.pad(h, (0, 0, m, m))
    y[:, :, m : m + s, m : m + s] = q
    return y


def horizontal_last(v, h, q):
    k, s = v.shape[2:]
    m = (k - s) // 2
    y = F.pad(v, (m, m))
    y[:, :, m : m + s] = h
    y[:, :, m : m + s, m : m + s] += q
    return y


def vertical_last(v, h, q):
    return horizontal_last(h.mT, v.mT, q.mT).mT


def averaged_middle(v, h, q):
    y, m, s = by_padding(v, h, q), (v.shape[2] - v.shape[3]) // 2, v.shape[3]
    y[:, :, m : m + s, m : m + s] /= 3
    return y


def maxima(v, h, q):
    m = (v.shape[2] - v.shape[3]) // 2
    padded = F.pad(v, (m, m)), F.pad(h, (0, 0, m, m)), F.pad(q, (m, m, m, m))
    return torch.stack(padded).amax(0)


def largest_by_size(v, h, q):
    m = (v.shape[2] - v.shape[3]) // 2
    y = F.pad(v, (m, m))
    for w in (F.pad(h, (0, 0, m, m)), F.pad(q, (m, m, m, m))):
        y = torch.where(w.abs() > y.abs(), w, y)
    return y


def maximum_where_they_cross(v, h, q):
    y, m, s = by_padding(v, h, q), (v.shape[2] - v.shape[3]) // 2, v.shape[3]
    rest = slice(m, m + s)
    crossing = torch.maximum(v[:, :, rest], h[..., rest])
    y[:, :, rest, rest] = torch.maximum(crossing, q)
    return y


def outer(v, h, q):
    return torch.einsum("cokl,colm->cokm", v.mean(3, keepdim=True), h.mean(2, keepdim=True))


CROSSES = {
    "overwriting": (overwriting, "The square overwrites the middle"),
    "assigned in turn": (
        placed(write=lambda old, new: new),
        "The square overwrites the middle",
    ),
    "horizontal last": (horizontal_last, "The horizontal strip overwrites the vertical"),
    "vertical last": (vertical_last, "The vertical strip overwrites the horizontal"),
    "all in the corner": (
        placed(
            lambda k, s, m: (slice(None), slice(0, s)),
            lambda k, s, m: (slice(0, s), slice(None)),
            corner,
        ),
        "in the corner at the top left. They share",
    ),
    "square in the corner": (placed(square=corner), "The square lies in the corner"),
    "strips at the edges": (
        placed(
            lambda k, s, m: (slice(None), slice(0, s)), lambda k, s, m: (slice(0, s), slice(None))
        ),
        "The strips lie at the left and at the top",
    ),
    "all in the last corner": (
        placed(
            lambda k, s, m: (slice(None), slice(k - s, k)),
            lambda k, s, m: (slice(k - s, k), slice(None)),
            lambda k, s, m: (slice(k - s, k), slice(k - s, k)),
        ),
        "the corner at the bottom right",
    ),
    "strips transposed": (lambda v, h, q: by_padding(h.mT, v.mT, q), "The strips are transposed"),
    "transposed": (lambda v, h, q: by_padding(v, h, q).mT, "The result is transposed"),
    "no square": (lambda v, h, q: by_padding(v, h, 0 * q), "The square is forgotten"),
    "no vertical": (lambda v, h, q: by_padding(0 * v, h, q), "The vertical strip is forgotten"),
    "no horizontal": (lambda v, h, q: by_padding(v, 0 * h, q), "The horizontal strip is forgot"),
    "square twice": (lambda v, h, q: by_padding(v, h, 2 * q), "The square is added twice"),
    "averaged": (lambda v, h, q: by_padding(v, h, q) / 3, "This is the mean of the three"),
    "averaged middle": (averaged_middle, "The middle is averaged"),
    "maximum": (maxima, "Where kernels overlap the largest weight is taken"),
    "maximum where they cross": (
        maximum_where_they_cross,
        "Where kernels overlap the largest weight is taken",
    ),
    "largest": (largest_by_size, "Where kernels overlap the largest weight is taken"),
    "matrices": (lambda v, h, q: v @ h, "The strips are multiplied, as matrices"),
    "matrices and square": (
        lambda v, h, q: v @ h + by_padding(0 * v, 0 * h, q),
        "The strips are multiplied, as matrices",
    ),
    "outer": (outer, "The strips are multiplied, column by row"),
    "outer and square": (
        lambda v, h, q: outer(v, h, q) + by_padding(0 * v, 0 * h, q),
        "The strips are multiplied, column by row",
    ),
    "flipped": (placed(result=lambda y: y.flip(2, 3)), "The kernels are flipped"),
    "negative": (placed(write=lambda old, new: old - new), "The shape is right, but"),
    "not padded": (not_padded, "The strips are added as they are"),
    "in a small square": (in_a_small_square, "The three differ in shape"),
    "float margin": (half_margin, "A slice needs integers"),
    "float slice": (float_slice, "A slice needs integers"),
    "channels summed": (placed(result=lambda y: y.sum(0, keepdim=True)), "a kernel (C, 1, K, K)"),
    "without its axis": (placed(result=lambda y: y[:, 0]), "a kernel (C, 1, K, K)"),
    "in place": (square_in_place, "changes its argument vertical in place"),
    "float32": (single_zeros, "float64 in, float32 out"),
    "None": (lambda v, h, q: None, "returned None"),
}
