"""Answers to exercise 4 of chapter 9, as learners write them: shift and concatenate."""

import numpy as np
import torch
import torch.nn.functional as F


def moved(x, dy, dx, mode="replicate"):
    m, (high, wide) = max(abs(dy), abs(dx)), x.shape[2:]
    padded = F.pad(x, (m, m, m, m), mode=mode)
    return padded[:, :, m + dy : m + dy + high, m + dx : m + dx + wide]


def mixed(
    move=moved,
    join=lambda blocks: torch.cat(blocks, dim=1),
    given=lambda offsets: offsets,
    source=lambda x: x,
):
    """Return the exercise's function with one of its steps replaced."""

    def shift_and_concatenate(x, offsets):
        blocks = []
        for dy, dx in given(offsets):
            blocks.append(move(source(x), dy, dx))
        return join(blocks)

    return shift_and_concatenate


def padded_once(x, offsets):
    """Pad once, by the furthest of all steps."""
    m = max(abs(step) for offset in offsets for step in offset)
    high, wide = x.shape[2:]
    padded = F.pad(x, [m] * 4, mode="replicate")
    return torch.cat(
        [padded[..., m + dy : m + dy + high, m + dx : m + dx + wide] for dy, dx in offsets], 1
    )


def pixel_by_pixel(x, offsets):
    b, c, high, wide = x.shape
    y = x.new_empty(b, c * len(offsets), high, wide)
    for i, (dy, dx) in enumerate(offsets):
        for row in range(high):
            for column in range(wide):
                r = min(max(row + dy, 0), high - 1)
                s = min(max(column + dx, 0), wide - 1)
                y[:, i * c : i * c + c, row, column] = x[:, :, r, s]
    return y


def by_convolution(x, offsets):
    """Let a kernel with a single 1 pick each neighbour."""
    m, c = max(abs(step) for offset in offsets for step in offset), x.shape[1]
    kernel = x.new_zeros(len(offsets) * c, 1, 2 * m + 1, 2 * m + 1)
    for i, (dy, dx) in enumerate(offsets):
        kernel[i * c : i * c + c, 0, m + dy, m + dx] = 1
    padded = F.pad(x, [m] * 4, mode="replicate").repeat(1, len(offsets), 1, 1)
    return F.conv2d(padded, kernel, groups=len(kernel))


def by_numpy(x, offsets):
    m = max(abs(step) for offset in offsets for step in offset)
    a = np.pad(x.numpy(), ((0, 0), (0, 0), (m, m), (m, m)), mode="edge")
    high, wide = x.shape[2:]
    blocks = [a[:, :, m + dy : m + dy + high, m + dx : m + dx + wide] for dy, dx in offsets]
    return np.concatenate(blocks, axis=1)


def stacked(x, offsets):
    return torch.stack([moved(x, dy, dx) for dy, dx in offsets], 1).flatten(1, 2)


def cut(x, offsets):
    """Keep what all shifts have inside."""
    y = mixed()(x, offsets)
    ys, xs = [dy for dy, _ in offsets], [dx for _, dx in offsets]
    high, wide = x.shape[2:]
    return y[..., max(0, -min(ys)) : high - max(0, *ys), max(0, -min(xs)) : wide - max(0, *xs)]


def unpadded(x, offsets):
    """Take slices of x itself, which are smaller than x."""
    return torch.cat([x[:, :, max(dy, 0) :, max(dx, 0) :] for dy, dx in offsets], 1)


def padded_and_cut(
    margin=lambda dy, dx: max(abs(dy), abs(dx)),
    cut=lambda p, top, left, high, wide, m: p[:, :, top : top + high, left : left + wide],
):
    """Return the exercise's function, as its hints have it, with one of its steps replaced."""

    def shift_and_concatenate(x, offsets):
        height, width = x.shape[2:]
        blocks = []
        for dy, dx in offsets:
            m = margin(dy, dx)
            padded = F.pad(x, [m] * 4, mode="replicate")
            blocks.append(cut(padded, m + dy, m + dx, height, width, m))
        return torch.cat(blocks, dim=1)

    return shift_and_concatenate


def one_margin(x, offsets):
    """Forget abs, and pad once."""
    m, (high, wide) = max(step for offset in offsets for step in offset), x.shape[2:]
    padded = F.pad(x, [m] * 4, mode="replicate")
    return torch.cat(
        [padded[..., m + dy : m + dy + high, m + dx : m + dx + wide] for dy, dx in offsets], 1
    )


def overwritten(x, offsets):
    height, width = x.shape[2:]
    blocks = []
    for dy, dx in offsets:
        m = max(abs(dy), abs(dx))
        x = F.pad(x, [m] * 4, mode="replicate")
        blocks.append(x[:, :, m + dy : m + dy + height, m + dx : m + dx + width])
    return torch.cat(blocks, dim=1)


def unpadded_sum(x, offsets):
    y = x.new_zeros(len(x), x.shape[1] * len(offsets), *x.shape[2:])
    for i, (dy, dx) in enumerate(offsets):
        c = x.shape[1]
        y[:, i * c : i * c + c] += x[:, :, max(dy, 0) :, max(dx, 0) :]
    return y


def indexed(x, offsets):
    """Forget to clamp."""
    rows, columns = torch.arange(x.shape[2]), torch.arange(x.shape[3])
    blocks = [x[:, :, rows + dy][:, :, :, columns + dx] for dy, dx in offsets]
    return torch.cat(blocks, 1)


def kept_outside(x, dy, dx):
    y = x.clone()
    for row in range(x.shape[2]):
        for column in range(x.shape[3]):
            r, s = row + dy, column + dx
            if 0 <= r < x.shape[2] and 0 <= s < x.shape[3]:
                y[:, :, row, column] = x[:, :, r, s]
    return y


def rows_of_zeros(x, dy, dx):
    return moved(moved(x, dy, 0, "constant"), 0, dx)


def steps_added(offsets):
    y = x = 0
    places = []
    for dy, dx in offsets:
        y, x = y + dy, x + dx
        places.append((y, x))
    return places


def returned_too_early(x, offsets):
    for dy, dx in offsets:
        return moved(x, dy, dx)


def in_place(x, offsets):
    y = mixed()(x, offsets)
    x += 1
    return y


def shifted_in_place(x, offsets):
    return torch.cat([x.copy_(moved(x, dy, dx).clone()) for dy, dx in offsets], 1)


def single_zeros(x, offsets):
    y = mixed()(x, offsets)
    return torch.zeros(y.shape).copy_(y)


MIXES = {
    "away": (mixed(lambda x, dy, dx: moved(x, -dy, -dx)), "The maps are shifted the wrong way"),
    "up": (mixed(lambda x, dy, dx: moved(x, -dy, dx)), "The rows are shifted the wrong way"),
    "left": (mixed(lambda x, dy, dx: moved(x, dy, -dx)), "The columns are shifted the wrong way"),
    "swapped": (mixed(lambda x, dy, dx: moved(x, dx, dy)), "dy and dx are swapped"),
    "no rows": (mixed(lambda x, dy, dx: moved(x, 0, dx)), "The rows are not shifted"),
    "no columns": (mixed(lambda x, dy, dx: moved(x, dy, 0)), "The columns are not shifted"),
    "repeated": (lambda x, o: x.repeat(1, len(o), 1, 1), "Nothing is shifted"),
    "one way": (
        mixed(lambda x, dy, dx: moved(x, max(dy, 0), max(dx, 0))),
        "Negative steps are not taken",
    ),
    "absolute": (mixed(lambda x, dy, dx: moved(x, abs(dy), abs(dx))), "The signs of the steps"),
    "zeros": (mixed(lambda x, dy, dx: moved(x, dy, dx, "constant")), "there are zeros"),
    "wrapped": (
        mixed(lambda x, dy, dx: x.roll((-dy, -dx), (2, 3))),
        "The map wraps around: what lies outside",
    ),
    "rolled": (
        mixed(lambda x, dy, dx: torch.roll(x, (dy, dx), (2, 3))),
        "The map wraps around, and is shifted the wrong way",
    ),
    "reflected": (
        mixed(lambda x, dy, dx: moved(x, dy, dx, "reflect")),
        "there is its mirror image",
    ),
    "numpy's name": (
        mixed(lambda x, dy, dx: moved(x, dy, dx, "edge")),
        'under the name mode="replicate"',
    ),
    "kept outside": (mixed(kept_outside), "outside its pixel is left as it is"),
    "zeros above": (mixed(rows_of_zeros), "Above and below the map there are zeros"),
    "cut": (cut, "The map is cut where a neighbour lies outside"),
    "not padded": (unpadded, "The map is cut where a neighbour lies outside"),
    "not padded, added": (unpadded_sum, "The shifted maps differ in size"),
    "not clamped": (indexed, "an index leaves the map"),
    "no abs": (padded_and_cut(max), "The margin is the largest step with its sign"),
    "no abs, padded once": (one_margin, "The margin is the largest step with its sign"),
    "a margin of 1": (padded_and_cut(lambda dy, dx: 1), "The margin is always 1"),
    "no margin in the slice": (
        padded_and_cut(
            cut=lambda p, i, j, h, w, m: p[:, :, i - m : i - m + h, j - m : j - m + w],
        ),
        "The slices begin at dy and dx, the margin is forgotten",
    ),
    "up to the size": (
        padded_and_cut(cut=lambda p, i, j, h, w, m: p[:, :, i:h, j:w]),
        "The slices end at row H and column W",
    ),
    "up to the end": (
        padded_and_cut(cut=lambda p, i, j, h, w, m: p[:, :, i:, j:]),
        "The slices have no end",
    ),
    "up to -margin": (
        padded_and_cut(cut=lambda p, i, j, h, w, m: p[:, :, i:-m, j:-m]),
        "The slices end at -margin",
    ),
    "width before height": (
        padded_and_cut(cut=lambda p, i, j, h, w, m: p[:, :, i : i + w, j : j + h]),
        "Height and width are swapped",
    ),
    "overwritten": (overwritten, "The padded map is padded again"),
    "interleaved": (
        mixed(join=lambda blocks: torch.stack(blocks, 2).flatten(1, 2)),
        "The blocks are interleaved",
    ),
    "reversed": (mixed(given=reversed), "The blocks stand in reverse order"),
    "put in front": (
        mixed(join=lambda blocks: torch.cat(blocks[::-1], 1)),
        "The blocks stand in reverse order",
    ),
    "sorted": (mixed(given=sorted), "The offsets are sorted first"),
    "unique": (mixed(given=dict.fromkeys), "Repeated offsets are left out"),
    "steps added": (mixed(given=steps_added), "shifted on from the one before it"),
    "summed": (mixed(join=sum), "The shifted maps are added up"),
    "averaged": (mixed(join=lambda b: sum(b) / len(b)), "The shifted maps are averaged"),
    "stacked": (mixed(join=lambda b: torch.stack(b, 1)), "The blocks have an axis of their own, ("),
    "stacked in front": (mixed(join=torch.stack), "an axis of their own, in front"),
    "stacked behind": (mixed(join=lambda b: torch.stack(b, -1)), "a tensor (B, C * n, H, W)"),
    "along the batch": (mixed(join=torch.cat), "laid along the batch"),
    "in space": (mixed(join=lambda b: torch.cat(b, 3)), "laid side by side in space"),
    "reshaped": (
        mixed(join=lambda b: torch.stack(b).reshape(len(b[0]), -1, *b[0].shape[2:])),
        "Images are mixed",
    ),
    "last": (mixed(join=lambda b: b[-1]), "Only the last block is left"),
    "first": (returned_too_early, "is the `return` inside of the loop?"),
    "x in front": (
        lambda x, o: torch.cat([x, mixed()(x, o)], 1),
        "x itself stands before the blocks",
    ),
    "x behind": (
        lambda x, o: torch.cat([mixed()(x, o), x], 1),
        "x itself stands behind the blocks",
    ),
    "no middle": (mixed(given=lambda o: [p for p in o if any(p)]), "There is nothing to concat"),
    "first channel": (mixed(source=lambda x: x[:, 0:1]), "Only the first channel is shifted"),
    "first image": (
        mixed(source=lambda x: x[0:1].repeat(len(x), 1, 1, 1)),
        "All images are given the blocks of the first",
    ),
    "grown": (
        lambda x, o: F.pad(mixed()(x, o), [1] * 4, mode="replicate"),
        "The map grows by its padding",
    ),
    "a list": (mixed(join=list), "The function returned [a float32 tensor"),
    "in place": (in_place, "changes its argument x in place"),
    "shifted in place": (shifted_in_place, "changes its argument x in place"),
    "float32": (single_zeros, "float64 in, float32 out"),
    "None": (lambda x, o: None, "returned None"),
}
