"""Answers to exercise 5 of chapter 8, as learners write them: the talk's block."""

import torch
import torch.nn.functional as F

from dynconv_lite.shiftwise import shift2d


def turn(x, k):
    return torch.rot90(x, k, (2, 3))


def total_of_turns(kernel):
    return sum(turn(kernel, k) for k in range(4))


def by_kernel(
    at=lambda i, p, n: n * (i - p // 2),
    ways=((1, 1),),
    turned=total_of_turns,
    piece=lambda weight, i: weight[:, i],
    mix=lambda y, m: F.conv2d(y, m[:, :, None, None]),
    result=lambda y, x, p: y,
):
    """Write the pieces into one kernel, with one of the steps replaced."""

    def dia_rot_block(x, weight, pointwise):
        c, p, n, _ = weight.shape
        places = [at(i, p, n) for i in range(p)]
        m = max(abs(q) for q in places) + n // 2
        kernel = weight.new_zeros(c, 1, 2 * m + 1, 2 * m + 1)
        for down, right in ways:
            for i, q in enumerate(places):
                top, left = m + down * q - n // 2, m + right * q - n // 2
                kernel[:, 0, top : top + n, left : left + n] += piece(weight, i)
        y = F.conv2d(x, turned(kernel), padding=m, groups=c)
        return result(mix(y, pointwise), x, p)

    return dia_rot_block


def by_maps(
    margin=lambda n, p: n * (p // 2),
    cut=lambda y, far, h, w: y[..., far : far + h, far : far + w],
    there=turn,
    back=lambda y, k: turn(y, -k),
    turns=range(4),
    fold=lambda maps, c, p: maps.unflatten(1, (c, p)),
    move=lambda m, q: shift2d(m, -q, -q),
    add=lambda total, part: total + part,
    activate=lambda y: y,
):
    """Convolve, shift and sum in all turns, with one of the steps replaced."""

    def dia_rot_block(x, weight, pointwise):
        c, p, n, _ = weight.shape
        far = margin(n, p)
        padded, total = F.pad(x, [far] * 4), 0
        for k in turns:
            z = there(padded, k)
            maps = F.conv2d(z, weight.flatten(0, 1)[:, None], padding=n // 2, groups=c)
            maps, y = fold(maps, c, p), 0
            for i in range(p):
                y = add(y, move(maps[:, :, i], n * (i - p // 2)))
            total = total + back(activate(y), k)
        return torch.einsum("oc,bchw->bohw", pointwise, cut(total, far, *x.shape[2:]))

    return dia_rot_block


def pointwise_inside(x, weight, pointwise):
    """Mix the channels in every turn."""
    parts = []
    for k in range(4):
        y = by_kernel(turned=lambda kernel: kernel)(turn(x, k), weight, pointwise)
        parts.append(turn(y, -k))
    return torch.stack(parts).sum(0)


def dense(x, weight, pointwise):
    """Make one dense kernel of the large ones and of the matrix."""
    c, p, n, _ = weight.shape
    kernel = weight.new_zeros(c, p * n, p * n)
    for i in range(p):
        kernel[:, i * n : (i + 1) * n, i * n : (i + 1) * n] = weight[:, i]
    kernel = sum(torch.rot90(kernel, k, (1, 2)) for k in range(4))
    return F.conv2d(x, pointwise[:, :, None, None] * kernel, padding=p * n // 2)


def shifted_first(x, weight, pointwise):
    c, p, n, _ = weight.shape
    y = 0
    for k in range(4):
        for i in range(p):
            q = n * (i - p // 2)
            z = shift2d(turn(x, k), -q, -q)
            part = F.conv2d(z, weight[:, i : i + 1], padding=n // 2, groups=c)
            y = y + turn(part, -k)
    return torch.einsum("oc,bchw->bohw", pointwise, y)


def repeated(x, weight, pointwise):
    """Repeat all channels, where each should be repeated."""
    c, p, n, _ = weight.shape
    far = n * (p // 2)
    padded, y = F.pad(x, [far] * 4), 0
    for k in range(4):
        z = turn(padded, k).repeat(1, p, 1, 1)
        maps = F.conv2d(z, weight.flatten(0, 1)[:, None], padding=n // 2, groups=c * p)
        moved = [shift2d(maps[:, i::p], -n * (i - p // 2), -n * (i - p // 2)) for i in range(p)]
        y = y + turn(sum(moved), -k)
    y = y[..., far : far + x.shape[2], far : far + x.shape[3]]
    return torch.einsum("oc,bchw->bohw", pointwise, y)


def mixed_first(x, weight, pointwise):
    return by_kernel(mix=lambda y, m: y)(torch.einsum("oc,bchw->bohw", pointwise, x), weight, None)


def flip(x, k):
    return (x, x.flip(2), x.flip(3), x.flip(2, 3))[k]


def in_place(x, weight, pointwise):
    weight *= 2
    return dense(x, weight, pointwise) / 2


EDGE = "Something is lost at the edge"
WAY = "The maps are moved the wrong way, or every piece is flipped"
BLOCKS = {
    "not padded": (by_maps(margin=lambda n, p: 0), EDGE),
    "shifted first": (shifted_first, EDGE),
    "not cut": (by_maps(cut=lambda y, far, h, w: y), "The padding is still there"),
    "cut at 0": (by_maps(cut=lambda y, far, h, w: y[..., :h, :w]), "at the upper left corner"),
    "not turned": (by_kernel(turned=lambda w: w), "Only the diagonal that goes down and right is"),
    "not turned, not padded": (
        by_maps(margin=lambda n, p: 0, turns=(0,)),
        "add all four turns. Besides",
    ),
    "both diagonals": (
        by_kernel(ways=((1, 1), (1, -1)), turned=lambda w: w),
        "The pieces lie along both diagonals",
    ),
    "a row": (by_kernel(ways=((0, 1),)), "The pieces stand side by side in a row"),
    "a column": (by_kernel(ways=((1, 0),)), "The pieces stand in a column"),
    "up and right": (by_kernel(ways=((-1, 1),)), "along the other diagonal before"),
    "down and left": (by_kernel(ways=((1, -1),)), "along the other diagonal before"),
    "wrong way": (by_maps(move=lambda m, q: shift2d(m, q, q)), WAY),
    "flipped": (by_kernel(piece=lambda w, i: w[:, i].flip(1, 2)), WAY),
    "reversed": (by_kernel(piece=lambda w, i: w[:, w.shape[1] - 1 - i]), WAY),
    "wrong way, not padded": (
        by_maps(margin=lambda n, p: 0, move=lambda m, q: shift2d(m, q, q)),
        "do not flip their kernels. Besides",
    ),
    "rolled": (
        by_maps(margin=lambda n, p: 0, move=lambda m, q: m.roll((-q, -q), (2, 3))),
        "The maps wrap around at the edge",
    ),
    "from 0": (by_kernel(lambda i, p, n: n * i), "The pieces start at the output's pixel"),
    "one too far": (by_kernel(lambda i, p, n: n * (i + 1 - p // 2)), "one place too far"),
    "left edges": (by_kernel(lambda i, p, n: n * i - n * p // 2), "half a piece too far"),
    "one apart": (by_kernel(lambda i, p, n: i - p // 2), "stand one pixel apart"),
    "overlapping": (by_kernel(lambda i, p, n: (n - 1) * (i - p // 2)), "n - 1 pixels apart"),
    "gaps": (by_kernel(lambda i, p, n: (n + 1) * (i - p // 2)), "n + 1 pixels apart"),
    "not moved": (by_maps(move=lambda m, q: m), "The pieces are not moved"),
    "added first": (
        by_kernel(piece=lambda w, i: w.sum(1)),
        "The pieces are added before they are moved",
    ),
    "not back": (by_maps(back=lambda y, k: y), "The results of the turns are not turned back"),
    "on": (by_maps(back=turn), "The results are turned on, not back"),
    "without 0": (by_maps(turns=(1, 2, 3)), "The part that is not turned, k = 0"),
    "without 3": (by_maps(turns=range(3)), "The last turn, k = 3, is missing"),
    "half turn": (by_kernel(turned=lambda w: w + w.flip(2, 3)), "Only the half turn is added"),
    "quarter turn": (by_kernel(turned=lambda w: w + turn(w, 1)), "Only one quarter turn"),
    "last turn": (by_maps(turns=(3,)), "Only the last turn is left"),
    "mirrored": (by_maps(there=flip, back=flip), "x is mirrored, not turned"),
    "mean of turns": (
        by_kernel(turned=lambda w: total_of_turns(w) / 4),
        "This is the mean over the four turns",
    ),
    "mean of pieces": (by_kernel(result=lambda y, x, p: y / p), "This is the mean over the pieces"),
    "last piece": (by_maps(add=lambda total, part: part), "Only the last piece is left"),
    "swapped": (by_kernel(piece=lambda w, i: w[:, i].mT), "Rows and columns of the pieces"),
    "first channel": (
        by_kernel(piece=lambda w, i: w[:1, i].expand(len(w), -1, -1)),
        "All channels are given the first one's pieces",
    ),
    "first piece": (by_kernel(piece=lambda w, i: w[:, 0]), "All places are given the first piece"),
    "repeated": (repeated, "Pieces meet the wrong channels"),
    "transposed": (
        by_kernel(mix=lambda y, m: torch.einsum("co,bchw->bohw", m, y)),
        "The pointwise matrix is transposed",
    ),
    "not mixed": (by_kernel(mix=lambda y, m: y), "The channels are not mixed"),
    "mixed first": (mixed_first, "The channels are mixed before they are convolved"),
    "averaged": (
        by_kernel(mix=lambda y, m: torch.einsum("oc,bchw->bohw", m / m.shape[1], y)),
        "The pointwise convolution averages",
    ),
    "relu": (by_kernel(result=lambda y, x, p: y.relu()), "cut off at the end"),
    "relu in the middle": (
        by_kernel(mix=lambda y, m: torch.einsum("oc,bchw->bohw", m, y.relu())),
        "cut off before the channels",
    ),
    "relu in turns": (by_maps(activate=torch.relu), "cut off in every turn"),
    "shortcut": (by_kernel(result=lambda y, x, p: y + x), "There is no shortcut here"),
    "one axis short": (
        lambda x, w, m: F.conv2d(x, w.flatten(0, 1), padding=1, groups=len(w)),
        "is not right yet. The function raised RuntimeError",
    ),
    "in place": (in_place, "changes its argument weight in place"),
    "float32": (
        lambda x, w, m: dense(x.float(), w.float(), m.float()),
        "float64 in, float32 out",
    ),
    "None": (lambda x, w, m: None, "returned None"),
}
