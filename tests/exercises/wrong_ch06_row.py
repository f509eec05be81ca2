"""Answers to exercise 5 of chapter 6, as learners write them: a row of pieces."""

import torch
import torch.nn.functional as F

from dynconv_lite.shiftwise import shift2d


def padded_first(
    piece=lambda pieces, p: pieces[:, p : p + 1],
    start=lambda far, o, n: far + o,
    far=lambda offsets, n: max(abs(o) for o in offsets),
    margin=lambda far, n: far + n // 2,
    above=lambda n: n // 2,
    add=lambda y, part: y + part,
):
    """Return the exercise's function with one of its steps replaced."""

    def row_of_pieces(x, pieces, offsets):
        c, _, n, _ = pieces.shape
        reach = far(offsets, n)
        m = margin(reach, n)
        padded = F.pad(x, (m, m, above(n), above(n)))
        y = 0
        for p, offset in enumerate(offsets):
            wide = F.conv2d(padded, piece(pieces, p).contiguous(), groups=c)
            at = start(reach, offset, n)
            y = add(y, wide[..., at : at + x.shape[-1]])
        return y

    return row_of_pieces


def same_then_shift(
    move=lambda y, o: shift2d(y, 0, -o),
    before=lambda x, o: x,
    kernel=lambda w: w,
    result=lambda y, parts: y,
):
    """Return the trap, or one of its relatives: convolve at the same size, and shift."""

    def row_of_pieces(x, pieces, offsets):
        n, parts = pieces.shape[-1], []
        for p, offset in enumerate(offsets):
            w = kernel(pieces[:, p : p + 1]).contiguous()
            y = F.conv2d(before(x, offset), w, padding=n // 2, groups=x.shape[1])
            parts.append(move(y, offset))
        return result(sum(parts), len(parts))

    return row_of_pieces


def shifted_padded(x, pieces, offsets):
    """Pad the image once, convolve and shift it at that size, and cut last."""
    m = max(abs(o) for o in offsets) + pieces.shape[-1]
    y = same_then_shift()(F.pad(x, (m, m)), pieces, offsets)
    return y[..., m : m + x.shape[-1]]


def by_strip(x, pieces, offsets):
    n = pieces.shape[-1]
    m = max(abs(o) for o in offsets) + n // 2
    strip = pieces.new_zeros(len(pieces), 1, n, 2 * m + 1)
    for w, o in zip(pieces.unbind(1), offsets, strict=True):
        strip[:, 0, :, m + o - n // 2 : m + o + n // 2 + 1] += w
    return F.conv2d(x, strip, padding=(n // 2, m), groups=len(strip))


def all_at_once(x, pieces, offsets):
    """Convolve by all pieces in one call: groups of P outputs each."""
    c, p, n, _ = pieces.shape
    m = max(abs(o) for o in offsets)
    kernels = pieces.flatten(0, 1)[:, None]
    maps = F.conv2d(F.pad(x, (m, m)), kernels, padding=n // 2, groups=c).unflatten(1, (c, p))
    cuts = [maps[:, :, i, :, m + o : m + o + x.shape[-1]] for i, o in enumerate(offsets)]
    return torch.stack(cuts).sum(0)


def by_rows_of_taps(x, pieces, offsets):
    n, (high, wide) = pieces.shape[-1], x.shape[2:]
    m = max(abs(o) for o in offsets) + n // 2
    padded = F.pad(x, (m, m, n // 2, n // 2))
    y = torch.zeros_like(x)
    for p, o in enumerate(offsets):
        for i in range(n):
            for j in range(n):
                left = m + o - n // 2 + j
                tap = pieces[:, p, i, j].view(-1, 1, 1)
                y += tap * padded[:, :, i : i + high, left : left + wide]
    return y


def moved_once(x, pieces, offsets):
    """Add the pieces' maps first."""
    together = pieces.sum(1, keepdim=True)
    return sum(padded_first()(x, together, [o]) for o in offsets)


def overwritten(x, pieces, offsets):
    return padded_first(add=lambda y, part: part)(x, pieces, offsets)


def without_groups(x, pieces, offsets):
    n, m = pieces.shape[-1], max(abs(o) for o in offsets)
    padded = F.pad(x, (m, m))
    y = torch.zeros_like(x)
    for p, o in enumerate(offsets):
        wide = F.conv2d(padded, pieces[:, p : p + 1], padding=n // 2)
        y += wide[..., m + o : m + o + x.shape[-1]]
    return y


def narrow_in_place(x, pieces, offsets):
    y = torch.zeros_like(x)
    y += padded_first(margin=lambda far, n: far)(x, pieces, offsets)
    return y


def in_place(x, pieces, offsets):
    pieces *= 2
    return by_strip(x, pieces, offsets) / 2


def sorted_in_place(x, pieces, offsets):
    y = by_strip(x, pieces, offsets)
    offsets.sort()
    return y


ROWS = {
    "trap": (same_then_shift(), "The maps are cut to W columns before they are shifted"),
    "trap by slices": (
        same_then_shift(
            lambda y, o: F.pad(y, (max(0, -o), max(0, o)))[..., max(0, o) :][..., : y.shape[-1]]
        ),
        "The maps are cut to W columns before they are shifted",
    ),
    "x shifted": (
        same_then_shift(lambda y, o: y, lambda x, o: shift2d(x, 0, -o)),
        "x is shifted before it is convolved",
    ),
    "right": (padded_first(start=lambda far, o, n: far - o), "shifted the wrong way"),
    "trap to the right": (
        same_then_shift(lambda y, o: shift2d(y, 0, o)),
        "Besides, pad before you shift",
    ),
    "x shifted right": (
        same_then_shift(lambda y, o: y, lambda x, o: shift2d(x, 0, o)),
        "Besides, pad before you shift",
    ),
    "vertical trap": (
        same_then_shift(lambda y, o: shift2d(y, -o, 0)),
        "along axis 3. Besides",
    ),
    "vertical": (
        lambda x, w, o: padded_first()(x.mT, w.mT, o).mT,
        "The maps are shifted along their columns",
    ),
    "rolled": (same_then_shift(lambda y, o: y.roll(-o, -1)), "The maps wrap around: what"),
    "rolled right": (
        same_then_shift(lambda y, o: y.roll(o, -1)),
        "wrap around, and are shifted the wrong way",
    ),
    "not shifted": (same_then_shift(lambda y, o: y), "The maps are not shifted"),
    "added first": (moved_once, "The pieces are added before they are shifted"),
    "left edge": (
        padded_first(
            far=lambda offsets, n: max(map(abs, offsets)) + n,
            start=lambda far, o, n: far + o + n // 2,
        ),
        "taken for the piece's left edge",
    ),
    "right edge": (
        padded_first(
            far=lambda offsets, n: max(map(abs, offsets)) + n,
            start=lambda far, o, n: far + o - n // 2,
        ),
        "taken for the piece's right edge",
    ),
    "reversed": (lambda x, w, o: by_strip(x, w.flip(1), o), "The first piece stands where the"),
    "flipped": (
        lambda x, w, o: by_strip(x, w.flip(2, 3), o),
        "The pieces are flipped, left to right and top to bottom. Networks",
    ),
    "flipped left to right": (
        padded_first(lambda w, p: w[:, p : p + 1].flip(-1)),
        "The pieces are flipped, left to right. Networks",
    ),
    "flipped top to bottom": (
        padded_first(lambda w, p: w[:, p : p + 1].flip(-2)),
        "The pieces are flipped, top to bottom. Networks",
    ),
    "flipped, and the trap": (
        same_then_shift(kernel=lambda w: w.flip(2, 3)),
        "as they are. Besides: The maps are cut to W columns",
    ),
    "flipped left to right, and the trap": (
        same_then_shift(kernel=lambda w: w.flip(3)),
        "The pieces are flipped, left to right. Networks",
    ),
    "the whole row flipped": (
        padded_first(lambda w, p: w[:, p : p + 1].flip(2, 3), start=lambda far, o, n: far - o),
        "as they are. Besides: The maps are shifted the wrong way",
    ),
    "swapped": (lambda x, w, o: by_strip(x, w.mT, o), "Rows and columns of the pieces"),
    "first channel": (
        padded_first(lambda w, p: w[:1, p : p + 1].expand(len(w), -1, -1, -1)),
        "All channels are given the first one's pieces",
    ),
    "first piece": (padded_first(lambda w, p: w[:, :1]), "All places are given the first piece"),
    "overwritten": (overwritten, "Only the last piece is left"),
    "summed": (lambda x, w, o: by_strip(x, w, o).sum(1, True), "as a dense convolution does"),
    "summed and spread": (
        lambda x, w, o: by_strip(x, w, o).sum(1, True).expand_as(x),
        "each is given the sum",
    ),
    "mean": (lambda x, w, o: by_strip(x, w, o) / len(o), "This is the mean over the pieces"),
    "low": (padded_first(above=lambda n: 0), "The result is lower than x"),
    "narrow": (padded_first(margin=lambda far, n: far), "The result is narrower than x"),
    "narrow, in place": (narrow_in_place, "The maps differ in size"),
    "without groups": (without_groups, "takes it with groups=C"),
    "one axis short": (
        lambda x, w, o: F.conv2d(x, w[:, 0], padding=1, groups=len(w)),
        "Every channel has pieces of its own",
    ),
    "off by one": (
        padded_first(margin=lambda far, n: far + n // 2 + 1, start=lambda far, o, n: far + o + 2),
        "The shape is right, but",
    ),
    "in place": (in_place, "changes its argument pieces in place"),
    "offsets in place": (sorted_in_place, "changes its argument offsets in place"),
    "float32": (
        lambda x, w, o: by_strip(x.float(), w.float(), o),
        "float64 in, float32 out",
    ),
    "None": (lambda x, w, o: None, "returned None"),
}
