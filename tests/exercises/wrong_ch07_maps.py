"""Wrong answers to exercises 1 and 2 of chapter 7, as learners write them."""

import torch
import torch.nn.functional as F


# Exercise 1: shift_map(x, dy, dx)
def by_pixel(x, dy, dx, outside=lambda i, n: None):
    """Move pixel by pixel; `outside` says where to look for what lies outside."""
    height, width = x.shape[2:]
    y = torch.zeros_like(x)
    for i in range(height):
        for j in range(width):
            row, column = i - dy, j - dx
            if not 0 <= row < height:
                row = outside(row, height)
            if not 0 <= column < width:
                column = outside(column, width)
            if row is not None and column is not None:
                y[:, :, i, j] = x[:, :, row, column]
    return y


def by_pad(x, dy, dx):
    height, width = x.shape[2:]
    dy, dx = max(-height, min(height, dy)), max(-width, min(width, dx))
    return F.pad(x, (dx, -dx, dy, -dy))


def by_slices(x, dy, dx):
    height, width = x.shape[2:]
    y = torch.zeros_like(x)
    if abs(dy) < height and abs(dx) < width:
        y[:, :, max(0, dy) : height + min(0, dy), max(0, dx) : width + min(0, dx)] = x[
            :, :, max(0, -dy) : height - max(0, dy), max(0, -dx) : width - max(0, dx)
        ]
    return y


def mirrored(i, n):
    i = -i if i < 0 else i
    i = i % (2 * n - 2)
    return i if i < n else 2 * n - 2 - i


def cropped(x, dy, dx):
    height, width = x.shape[2:]
    rows = slice(0, height - dy) if dy >= 0 else slice(-dy, height)
    columns = slice(0, width - dx) if dx >= 0 else slice(-dx, width)
    return x[:, :, rows, columns]


def grown(x, dy, dx):
    return F.pad(x, (max(0, dx), max(0, -dx), max(0, dy), max(0, -dy)))


def positive_slices(x, dy, dx):
    y = torch.zeros_like(x)
    y[:, :, dy:, dx:] = x[:, :, : x.shape[2] - dy, : x.shape[3] - dx]
    return y


def minus_zero(x, dy, dx):
    y = torch.zeros_like(x)
    y[:, :, dy:, dx:] = x[:, :, :-dy, :-dx]
    return y


def pad_without_a_limit(x, dy, dx):
    return F.pad(x, (dx, -dx, dy, -dy))


def rolled_and_blanked(x, dy, dx, more=0, wrong_side=False):
    height, width = x.shape[2:]
    y = torch.roll(x, (dy, dx), (2, 3))
    if wrong_side:
        dy, dx = -dy, -dx
    if dy > 0:
        y[:, :, : dy + more] = 0
    elif dy < 0:
        y[:, :, max(0, height + dy - more) :] = 0
    if dx > 0:
        y[:, :, :, : dx + more] = 0
    elif dx < 0:
        y[:, :, :, max(0, width + dx - more) :] = 0
    return y


def in_place(x, dy, dx):
    y = by_pixel(x, dy, dx)
    x[:] = y
    return x


def one_channel(x, dy, dx):
    y = x.clone()
    y[:, 0] = by_pixel(x, dy, dx)[:, 0]
    return y


def one_image(x, dy, dx):
    y = x.clone()
    y[0] = by_pixel(x, dy, dx)[0]
    return y


def sign(step):
    return (step > 0) - (step < 0)


def within(step, size):
    return max(1 - size, min(size - 1, step))


def around(step, size):
    return sign(step) * (abs(step) % size)


MAPS = {
    "torch.roll": (lambda x, dy, dx: torch.roll(x, (dy, dx), (2, 3)), "comes in at the other, as"),
    "modulo": (lambda x, dy, dx: by_pixel(x, dy, dx, lambda i, n: i % n), "as with torch.roll"),
    "the other way": (lambda x, dy, dx: by_pixel(x, -dy, -dx), "The map moves the other way. P"),
    "up for down": (lambda x, dy, dx: by_pixel(x, -dy, dx), "the other way vertically"),
    "left for right": (lambda x, dy, dx: by_pad(x, dy, -dx), "the other way horizontally"),
    "swapped": (lambda x, dy, dx: by_pixel(x, dx, dy), "dy and dx are swapped: dy moves along"),
    "swapped and turned": (lambda x, dy, dx: by_pixel(x, -dx, -dy), "swapped, and the map moves"),
    "replicated": (
        lambda x, dy, dx: by_pixel(x, dy, dx, lambda i, n: 0 if i < 0 else n - 1),
        "The border pixels are repeated",
    ),
    "mirrored": (lambda x, dy, dx: by_pixel(x, dy, dx, mirrored), "mirrored at its border"),
    "cropped": (cropped, "The result is cropped"),
    "grown": (grown, "The result has grown"),
    "too far": (
        lambda x, dy, dx: by_pixel(x, dy + sign(dy), dx + sign(dx)),
        "one pixel too far",
    ),
    "too little": (
        lambda x, dy, dx: by_pixel(x, dy - sign(dy), dx - sign(dx)),
        "one pixel too little",
    ),
    "too many zeros": (
        lambda x, dy, dx: rolled_and_blanked(x, dy, dx, more=1),
        "one row or column too many is set to zero",
    ),
    "zeros at the wrong side": (
        lambda x, dy, dx: rolled_and_blanked(x, dy, dx, wrong_side=True),
        "The zeros are at the wrong side",
    ),
    "negative ignored": (
        lambda x, dy, dx: by_pixel(x, max(0, dy), max(0, dx)),
        "A negative shift does nothing",
    ),
    "absolute": (
        lambda x, dy, dx: by_slices(x, abs(dy), abs(dx)),
        "A negative shift moves the map as a positive one does",
    ),
    "blank when negative": (
        lambda x, dy, dx: by_pad(x, dy, dx) if dy >= 0 and dx >= 0 else torch.zeros_like(x),
        "Nothing comes out where the shift is negative",
    ),
    "positive slices": (positive_slices, "A slice with a negative start counts from the far end"),
    "minus zero": (minus_zero, "x[:, :, :-0] is x[:, :, :0]"),
    "pad without a limit": (pad_without_a_limit, "nothing of the map is left in it"),
    "rows only": (lambda x, dy, dx: by_pad(x, dy, 0), "only moves vertically"),
    "columns only": (lambda x, dy, dx: by_pad(x, 0, dx), "only moves horizontally"),
    "unmoved": (lambda x, dy, dx: x, "has not moved at all"),
    "cut shift": (
        lambda x, dy, dx: by_pixel(x, within(dy, x.shape[2]), within(dx, x.shape[3])),
        "The shift is cut to H - 1",
    ),
    "shift modulo the size": (
        lambda x, dy, dx: by_pixel(x, around(dy, x.shape[2]), around(dx, x.shape[3])),
        "starts again at 0",
    ),
    "wrong axes": (
        lambda x, dy, dx: by_pad(x.permute(0, 3, 1, 2), dy, dx).permute(0, 2, 3, 1),
        "Channels and rows are taken for",
    ),
    "first channel": (one_channel, "Only the first channel moves"),
    "first image": (one_image, "Only the first image of the batch moves"),
    "in place": (in_place, "changes its argument x in place"),
    "zeros": (lambda x, dy, dx: torch.zeros_like(x), "zero everywhere"),
    "float32": (lambda x, dy, dx: by_pixel(x.float(), dy, dx), "float64 in, float32 out"),
    "float32 inside": (
        lambda x, dy, dx: by_pixel(x.float(), dy, dx).to(x.dtype),
        "as exact as float32 only",
    ),
    "never filled": (lambda x, dy, dx: by_pixel(x, dy, dx) / 0, "holds NaN"),
    "None": (lambda x, dy, dx: None, "returned None"),
}  # fmt: skip


# Exercise 2: shift_det(x)
UP, DOWN, LEFT, RIGHT = (-1, 0), (1, 0), (0, -1), (0, 1)


def quarters(steps=(UP, DOWN, LEFT, RIGHT), move=by_pad, bounds=None):
    """Return the exercise's function with its steps, its move or its boundaries replaced."""

    def shift_det(x):
        quarter = x.shape[1] // 4
        first, second, third = bounds(quarter) if bounds else (quarter, 2 * quarter, 3 * quarter)
        parts = (x[:, :first], x[:, first:second], x[:, second:third], x[:, third:])
        moved = [p if s is None else move(p, *s) for p, s in zip(parts, steps, strict=True)]
        return torch.cat(moved, 1)

    return shift_det


def by_channel(direction):
    """Return a loop over channels that move in `direction(c, C)`."""

    def shift_det(x):
        y = torch.empty_like(x)
        for c in range(x.shape[1]):
            y[:, c : c + 1] = by_pad(
                x[:, c : c + 1], *(UP, DOWN, LEFT, RIGHT)[direction(c, x.shape[1])]
            )
        return y

    return shift_det


def blank_but_the_first(x, filled=1):
    y = torch.zeros_like(x)
    quarter = x.shape[1] // 4
    y[:, : filled * quarter] = quarters()(x)[:, : filled * quarter]
    return y


def sixteen(x):
    return torch.cat(
        [
            by_pad(x[:, :16], -1, 0),
            by_pad(x[:, 16:32], 1, 0),
            by_pad(x[:, 32:48], 0, -1),
            by_pad(x[:, 48:], 0, 1),
        ],
        1,
    )


def sixteen_split(x):
    up, down, left, right = x.split(16, dim=1)
    parts = (up, UP), (down, DOWN), (left, LEFT), (right, RIGHT)
    return torch.cat([by_pad(part, *step) for part, step in parts], 1)


def chunks_of_the_batch(x):
    up, down, left, right = x.chunk(4)
    return torch.cat([by_pad(up, *UP), by_pad(down, *DOWN), by_pad(left, *LEFT), right])


def strided(x):
    steps = (UP, DOWN, LEFT, RIGHT)
    return torch.cat([by_pad(x[:, d::4], *step) for d, step in enumerate(steps)], 1)


def first_four(x):
    y = x.clone()
    y[:, :4] = quarters()(x[:, :4])
    return y


def images(x):
    y = x.clone()
    for b in range(len(x)):
        y[b : b + 1] = by_pad(x[b : b + 1], *(UP, DOWN, LEFT, RIGHT)[b * 4 // len(x)])
    return y


def writes_into_x(x):
    quarter = x.shape[1] // 4
    x[:, :quarter] = by_pad(x[:, :quarter], -1, 0)
    return x


def stacked(x):
    parts = x.chunk(4, dim=1)
    return torch.stack([by_pad(p, *s) for p, s in zip(parts, (UP, DOWN, LEFT, RIGHT), strict=True)])


QUARTERS = {
    "interleaved": (by_channel(lambda c, n: c % 4), "as with channel % 4"),
    "strided": (strided, "Every fourth channel goes into a group"),
    "fours": (by_channel(lambda c, n: c // 4 % 4), "after every 4 channels"),
    "up and down swapped": (quarters((DOWN, UP, LEFT, RIGHT)), "Up and down are swapped"),
    "left and right swapped": (quarters((UP, DOWN, RIGHT, LEFT)), "Left and right are swapped"),
    "opposite": (quarters((DOWN, UP, RIGHT, LEFT)), "move the opposite way"),
    "rows and columns": (quarters((LEFT, RIGHT, UP, DOWN)), "Rows and columns are swapped"),
    "clockwise": (quarters((UP, RIGHT, DOWN, LEFT)), "quarters move up, right, down, left."),
    "another order": (quarters((RIGHT, UP, DOWN, LEFT)), "quarters move right, up, down, left."),
    "all up": (quarters((UP,) * 4), "All channels move up."),
    "all right": (lambda x: by_pixel(x, 0, 1), "All channels move right."),
    "sixteen": (sixteen, "16 channels go in each direction"),
    "sixteen, split": (sixteen_split, "These are not four quarters of the channels"),
    "chunks of the batch": (chunks_of_the_batch, "x.chunk(4, dim=1) makes them"),
    "first four": (first_four, "Only the first four channels move"),
    "one too late": (
        quarters(bounds=lambda q: (q + 1, 2 * q + 1, 3 * q + 1)),
        "begin one channel too late",
    ),
    "one too early": (
        quarters(bounds=lambda q: (q - 1, 2 * q - 1, 3 * q - 1)),
        "end one channel too early",
    ),
    "rolled": (
        quarters(move=lambda p, dy, dx: torch.roll(p, (dy, dx), (2, 3))),
        "comes in at the other",
    ),
    "replicated": (
        quarters(move=lambda p, dy, dx: by_pixel(p, dy, dx, lambda i, n: 0 if i < 0 else n - 1)),
        "border pixels are repeated",
    ),
    "two pixels": (quarters(move=lambda p, dy, dx: by_pad(p, 2 * dy, 2 * dx)), "by two pixels"),
    "half a pixel": (lambda x: 0.5 * x + 0.5 * quarters()(x), "by half a pixel"),
    "residual": (lambda x: x + quarters()(x), "are added to x"),
    "three unmoved": (quarters((UP, None, None, None)), "Only the first quarter moves"),
    "three blank": (blank_but_the_first, "Only the first quarter is filled"),
    "two unmoved": (quarters((UP, DOWN, None, None)), "Only the first two quarters move"),
    "two blank": (lambda x: blank_but_the_first(x, 2), "The third and the fourth quarter are"),
    "unmoved": (lambda x: x, "Nothing has moved"),
    "images": (images, "dealt out to the images of the batch"),
    "four channels": (
        lambda x: quarters()(x)[:, [q * x.shape[1] // 4 for q in range(4)]],
        "four quarters' first channels",
    ),
    "stacked": (stacked, "a tensor (B, C, H, W) of x's shape"),
    "in place": (writes_into_x, "changes its argument x in place"),
    "float32": (lambda x: quarters()(x.float()), "float64 in, float32 out"),
    "None": (lambda x: None, "returned None"),
}
