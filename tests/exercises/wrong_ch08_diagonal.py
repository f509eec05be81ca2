"""Answers to exercise 2 of chapter 8, as learners write them: along the diagonal."""

import torch
import torch.nn.functional as F

from dynconv_lite.shiftwise import shift2d


def shifted(
    move=lambda m, p: shift2d(m, -p, -p),
    places=lambda places: places,
    pick=lambda maps, i: maps[:, i],
    add=lambda total, part: total + part,
    result=lambda y, n: y,
):
    """Return the exercise's function with one of its steps replaced."""

    def diagonal_row(maps, given):
        total = torch.zeros_like(maps[:, 0])
        for i, place in enumerate(places(given)):
            total = add(total, move(pick(maps, i), place))
        return result(total, len(given))

    return diagonal_row


def padded(maps, places):
    """Pad on all sides, and cut where the piece stands."""
    m, (high, wide) = max(abs(p) for p in places), maps.shape[2:]
    wider = F.pad(maps, [m] * 4)
    cuts = [wider[:, i, m + p : m + p + high, m + p : m + p + wide] for i, p in enumerate(places)]
    return torch.stack(cuts, 1).sum(1)


def by_index(maps, places):
    """Gather the rows and columns that are inside."""
    high, wide = maps.shape[2:]
    total = maps.new_zeros(len(maps), high, wide)
    for i, p in enumerate(places):
        y = [r for r in range(high) if 0 <= r + p < high]
        x = [c for c in range(wide) if 0 <= c + p < wide]
        if y and x:
            from_y, from_x = slice(y[0] + p, y[-1] + p + 1), slice(x[0] + p, x[-1] + p + 1)
            total[:, y[0] : y[-1] + 1, x[0] : x[-1] + 1] += maps[:, i, from_y, from_x]
    return total


def by_convolution(maps, places):
    """Convolve by a kernel of zeros and ones."""
    m = max(abs(p) for p in places)
    kernel = maps.new_zeros(1, len(places), 2 * m + 1, 2 * m + 1)
    for i, p in enumerate(places):
        kernel[0, i, m + p, m + p] += 1
    return F.conv2d(maps, kernel, padding=m)[:, 0]


def pixel_by_pixel(maps, places):
    b, _, high, wide = maps.shape
    y = maps.new_zeros(b, high, wide)
    for i, p in enumerate(places):
        for r in range(max(0, -p), min(high, high - p)):
            for c in range(max(0, -p), min(wide, wide - p)):
                y[:, r, c] += maps[:, i, r + p, c + p]
    return y


def clamped(sign):
    def move(m, p):
        high, wide = m.shape[-2:]
        y = (torch.arange(high) + sign * p).clamp(0, high - 1)
        x = (torch.arange(wide) + sign * p).clamp(0, wide - 1)
        return m[:, y][:, :, x]

    return shifted(move)


def added_first(maps, places):
    return sum(shift2d(maps.sum(1), -p, -p) for p in places)


def moved_again(maps, places):
    total = 0 * maps[:, 0]
    for i, p in enumerate(places):
        total = shift2d(total + maps[:, i], -p, -p)
    return total


def counted(maps, places):
    ones = torch.ones_like(maps)
    return padded(ones, places)


def only_forwards(maps, places):
    """Slice from the place on, which fails for what is negative."""
    total = torch.zeros_like(maps[:, 0])
    high, wide = maps.shape[2:]
    for i, p in enumerate(places):
        if 0 <= p < min(high, wide):
            total[:, : high - p, : wide - p] += maps[:, i, p:, p:]
    return total


def too_little_padding(maps, places):
    m = 3
    wider = F.pad(maps, [m] * 4)
    high, wide = maps.shape[2:]
    y = torch.zeros_like(maps[:, 0])
    for i, p in enumerate(places):
        y += wider[:, i, m + p : m + p + high, m + p : m + p + wide]
    return y


def in_place(maps, places):
    for i, p in enumerate(places):
        maps[:, i] = shift2d(maps[:, i], -p, -p)
    return maps.sum(1)


def sorted_in_place(maps, places):
    y = padded(maps, places)
    places.sort()
    return y


DIAGONALS = {
    "down and right": (shifted(lambda m, p: shift2d(m, p, p)), "The maps are moved the wrong way"),
    "places negated": (
        shifted(places=lambda places: [-p for p in places]),
        "The maps are moved the wrong way",
    ),
    "left": (shifted(lambda m, p: shift2d(m, 0, -p)), "along their rows only. The pieces"),
    "right": (shifted(lambda m, p: shift2d(m, 0, p)), "moved to the right, along their rows"),
    "up": (shifted(lambda m, p: shift2d(m, -p, 0)), "The maps are moved along their columns"),
    "up and right": (shifted(lambda m, p: shift2d(m, -p, p)), "along the other diagonal"),
    "down and left": (shifted(lambda m, p: shift2d(m, p, -p)), "along the other diagonal"),
    "two shifts": (
        shifted(lambda m, p: shift2d(m, -p, 0) + shift2d(m, 0, -p)),
        "this is a cross",
    ),
    "rolled": (shifted(lambda m, p: m.roll((-p, -p), (1, 2))), "The maps wrap around: what"),
    "rolled on": (
        shifted(lambda m, p: m.roll((p, p), (1, 2))),
        "The maps wrap around, and are moved the wrong way",
    ),
    "clamped": (clamped(1), "The maps' edges are repeated outside of them. There"),
    "clamped on": (clamped(-1), "edges are repeated outside of them, and"),
    "not moved": (lambda maps, places: maps.sum(1), "The maps are not moved"),
    "added first": (added_first, "The maps are added before they are moved"),
    "moved again": (moved_again, "The sum so far is moved together"),
    "reversed": (shifted(places=lambda places: places[::-1]), "The first piece stands where"),
    "maps reversed": (lambda maps, p: padded(maps.flip(1), p), "The first piece stands where"),
    "sorted": (shifted(places=sorted), "The places are sorted"),
    "indices": (
        shifted(places=lambda places: range(len(places))),
        "piece i is taken to stand at i",
    ),
    "centred indices": (
        shifted(places=lambda places: [i - len(places) // 2 for i in range(len(places))]),
        "to stand at i - P // 2",
    ),
    "no signs": (shifted(places=lambda places: map(abs, places)), "have lost their signs"),
    "only forwards": (only_forwards, "The pieces at negative places are missing"),
    "twice": (shifted(lambda m, p: shift2d(m, -2 * p, -2 * p)), "twice as far"),
    "one too far": (shifted(lambda m, p: shift2d(m, -p - 1, -p - 1)), "one pixel too far"),
    "one too little": (shifted(lambda m, p: shift2d(m, 1 - p, 1 - p)), "one pixel too little"),
    "mean": (shifted(result=lambda y, n: y / n), "This is the mean over the pieces. Take"),
    "mean inside": (
        lambda maps, p: padded(maps, p) / counted(maps, p).clamp_min(1),
        "the pieces that stand inside",
    ),
    "all inside": (
        lambda maps, p: torch.where(counted(maps, p) == len(p), padded(maps, p), 0),
        "wherever a piece stands outside",
    ),
    "max": (
        lambda maps, p: torch.stack(
            [shift2d(m, -q, -q) for m, q in zip(maps.unbind(1), p, strict=True)]
        ).amax(0),
        "This is the largest",
    ),
    "overwritten": (shifted(add=lambda total, part: part), "Only the last piece is left"),
    "first map": (shifted(pick=lambda maps, i: maps[:, 0]), "the map of the first piece"),
    "images": (shifted(pick=lambda maps, i: maps[i]), "would be all maps of image i"),
    "images summed": (lambda maps, p: padded(maps, p).sum(0), "The images are added up"),
    "an axis too many": (lambda maps, p: padded(maps, p)[:, None], "An axis of length 1 is left"),
    "not added": (
        lambda maps, p: torch.stack(
            [shift2d(m, -q, -q) for m, q in zip(maps.unbind(1), p, strict=True)], 1
        ),
        "The maps are moved but not added",
    ),
    "swapped": (lambda maps, p: padded(maps, p).mT, "Rows and columns of the result"),
    "too little padding": (too_little_padding, "A place may lie farther away"),
    "all maps at once": (
        lambda maps, places: shift2d(maps, places, places).sum(1),
        "takes one map of every image",
    ),
    "in place": (in_place, "changes its argument maps in place"),
    "places in place": (sorted_in_place, "changes its argument places in place"),
    "float32": (lambda maps, p: padded(maps.float(), p), "float64 in, float32 out"),
    "None": (lambda maps, p: None, "returned None"),
}
