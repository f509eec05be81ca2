"""Wrong answers to exercise 5 of chapter 7, as learners write them: a folded kernel."""

import torch
import torch.nn.functional as F

STEPS = ((-1, 0), (1, 0), (0, -1), (0, 1))


def laid(top=lambda dy, dx: 1 - dy, left=lambda dy, dx: 1 - dx, steps=STEPS, taps=lambda w: w):
    """Return the exercise's function with the place of the taps, or the taps, replaced."""

    def fold_shift(weight, direction):
        kernel = weight.new_zeros(*weight.shape[:2], 5, 5)
        for c in range(weight.shape[1]):
            dy, dx = steps[int(direction[c])]
            i, j = top(dy, dx), left(dy, dx)
            kernel[:, c, i : i + 3, j : j + 3] = taps(weight[:, c])
        return kernel

    return fold_shift


def by_roll(weight, direction):
    kernel = F.pad(weight, (1, 1, 1, 1))
    for c, d in enumerate(direction.tolist()):
        kernel[:, c] = torch.roll(kernel[:, c], [-s for s in STEPS[d]], (1, 2))
    return kernel


def by_where(weight, direction):
    versions = torch.stack(
        [F.pad(weight, sides) for sides in ((1, 1, 2, 0), (1, 1, 0, 2), (2, 0, 1, 1), (0, 2, 1, 1))]
    )
    return versions[direction, :, torch.arange(weight.shape[1])].transpose(0, 1).contiguous()


def output_axis(weight, direction):
    kernel = weight.new_zeros(*weight.shape[:2], 5, 5)
    for o in range(weight.shape[0]):
        dy, dx = STEPS[int(direction[o])]
        kernel[o, :, 1 - dy : 4 - dy, 1 - dx : 4 - dx] = weight[o]
    return kernel


def rolled_small(weight, direction, sign=-1):
    taps = weight.clone()
    for c, d in enumerate(direction.tolist()):
        taps[:, c] = torch.roll(weight[:, c], [sign * s for s in STEPS[d]], (1, 2))
    return F.pad(taps, (1, 1, 1, 1))


def cut_small(weight, direction):
    return F.pad(F.pad(by_roll(weight, direction), (-1, -1, -1, -1)), (1, 1, 1, 1))


def by_dict(weight, direction):
    steps = {0: (-1, 0), 1: (1, 0), 2: (0, -1), 3: (0, 1)}
    return laid(steps=[steps[d] for d in direction])(weight, direction)


def two_pixels(weight, direction):
    kernel = F.pad(weight, (3, 3, 3, 3))
    for c, d in enumerate(direction.tolist()):
        kernel[:, c] = torch.roll(kernel[:, c], [-2 * s for s in STEPS[d]], (1, 2))
    return kernel[:, :, 2:7, 2:7]


def mean_of_all(weight, direction):
    return sum(by_roll(weight, torch.full_like(direction, d)) for d in range(4)) / 4


def with_direction(change):
    return lambda weight, direction: by_roll(weight, change(direction))


def in_place_weight(weight, direction):
    kernel = by_roll(weight, direction)
    weight.zero_()
    return kernel


def first_output(weight, direction):
    kernel = by_roll(weight, direction)
    kernel[1:] = 0
    return kernel


def first_input(weight, direction):
    kernel = by_roll(weight, direction)
    kernel[:, 1:] = 0
    return kernel


FOLDS = {
    "with the channel": (
        laid(lambda dy, dx: 1 + dy, lambda dy, dx: 1 + dx),
        "The kernel moves with its channel",
    ),
    "vertical sign": (laid(top=lambda dy, dx: 1 + dy), "The vertical moves have the wrong sign"),
    "horizontal sign": (laid(left=lambda dy, dx: 1 + dx), "The horizontal moves have the wrong"),
    "rows and columns": (
        laid(lambda dy, dx: 1 - dx, lambda dy, dx: 1 - dy),
        "Rows and columns are swapped: directions 0 and 1",
    ),
    "rows and columns, with the channel": (
        laid(lambda dy, dx: 1 + dx, lambda dy, dx: 1 + dy),
        "and the taps move with their channel",
    ),
    "output axis": (output_axis, "taken for those of the output channels"),
    "not moved": (lambda w, d: F.pad(w, (1, 1, 1, 1)), "but its taps have not moved"),
    "padded bottom right": (lambda w, d: F.pad(w, (0, 2, 0, 2)), "at the bottom and at the right"),
    "padded top left": (lambda w, d: F.pad(w, (2, 0, 2, 0)), "at the top and at the left"),
    "in the corner": (
        laid(lambda dy, dx: 2 if dy < 0 else 0, lambda dy, dx: 2 if dx < 0 else 0),
        "but they begin in the kernel's corner",
    ),
    "rolled within 3x3": (rolled_small, "come in at the other side"),
    "rolled within 3x3, with the channel": (
        lambda w, d: rolled_small(w, d, 1),
        "come in at the other side",
    ),
    "cut to 3x3": (cut_small, "those that leave it are lost"),
    "flipped": (laid(taps=lambda w: w.flip(-1, -2)), "The kernel is flipped. Move"),
    "flipped afterwards": (
        lambda w, d: by_roll(w, d).flip(-1, -2),
        "The kernel is flipped, after it has moved",
    ),
    "transposed": (laid(taps=lambda w: w.mT), "The kernel is transposed"),
    "two pixels": (two_pixels, "The taps move by two pixels"),
    "half": (
        lambda w, d: 0.5 * F.pad(w, (1, 1, 1, 1)) + 0.5 * by_roll(w, d),
        "a shift by half a pixel",
    ),
    "mean of all": (mean_of_all, "the mean over all four directions"),
    "first direction": (with_direction(lambda d: d[:1].expand(len(d))), "in the first one's"),
    "last direction": (with_direction(lambda d: d[-1:].expand(len(d))), "in the last one's"),
    "quarters": (with_direction(lambda d: torch.arange(len(d)) * 4 // len(d)), "by quarters"),
    "in turn": (with_direction(lambda d: torch.arange(len(d)) % 4), "The channels move in turn"),
    "first output": (first_output, "Only the first output channel is filled"),
    "first input": (first_input, "Only the first input channel is filled"),
    "summed": (lambda w, d: by_roll(w, d).sum(1, keepdim=True), "The input channels are summed"),
    "transposed axes": (
        lambda w, d: by_roll(w, d).transpose(0, 1),
        "Input and output channels have changed places",
    ),
    "3x3": (lambda w, d: by_roll(w, d)[:, :, 1:4, 1:4], "The kernel is still 3x3"),
    "by dict": (by_dict, "is no key of a dict"),
    "in place": (in_place_weight, "changes its argument weight in place"),
    "direction in place": (lambda w, d: by_roll(w, d.add_(1) % 4), "its argument direction in pl"),
    "float32": (lambda w, d: by_roll(w.float(), d), "float64 in, float32 out"),
    "zeros": (lambda w, d: w.new_zeros(*w.shape[:2], 5, 5), "zero everywhere"),
    "7x7": (lambda w, d: F.pad(by_roll(w, d), (1, 1, 1, 1)), "a kernel (O, C, 5, 5)"),
    "None": (lambda w, d: None, "returned None"),
}
