"""Answers to exercise 5 of chapter 9, as learners write them: the mix as a convolution."""

import torch
import torch.nn.functional as F
from wrong_ch09_mixing import padded_once


def written(
    place=lambda dy, dx: (dy, dx),
    taps=lambda w, i, c: w[:, i * c : (i + 1) * c],
    reach=lambda offsets: max(max(abs(dy), abs(dx)) for dy, dx in offsets),
    write=lambda old, new: old + new,
    result=lambda kernel: kernel,
):
    """Return the exercise's function with one of its steps replaced."""

    def as_convolution(weight, offsets):
        c, r = weight.shape[1] // len(offsets), reach(offsets)
        kernel = weight.new_zeros(weight.shape[0], c, 2 * r + 1, 2 * r + 1)
        for i, offset in enumerate(offsets):
            dy, dx = place(*offset)
            block = taps(weight, i, c)
            kernel[:, :, r + dy, r + dx] = write(kernel[:, :, r + dy, r + dx], block)
        return result(kernel)

    return as_convolution


def by_response(weight, offsets):
    """Send a single pixel through the mixed layer, channel by channel, and flip what comes out."""
    c = weight.shape[1] // len(offsets)
    r = max(abs(step) for offset in offsets for step in offset)
    side = 4 * r + 1  # far enough from the edge, which repeats itself
    pixels = weight.new_zeros(c, c, side, side)
    for channel in range(c):
        pixels[channel, channel, 2 * r, 2 * r] = 1
    seen = F.conv2d(padded_once(pixels, offsets), weight[:, :, None, None])  # (C, O, side, side)
    return seen[:, :, r : 3 * r + 1, r : 3 * r + 1].flip(2, 3).transpose(0, 1)


def by_gradient(weight, offsets):
    """Differentiate the middle pixel of the mixed layer with respect to x."""
    c = weight.shape[1] // len(offsets)
    r = max(abs(step) for offset in offsets for step in offset)
    x = weight.new_zeros(1, c, 2 * r + 1, 2 * r + 1).requires_grad_()
    y = F.conv2d(padded_once(x, offsets), weight[:, :, None, None])
    rows = [torch.autograd.grad(y[0, o, r, r], x, retain_graph=True)[0] for o in range(len(weight))]
    return torch.cat(rows)


def by_matrix(weight, offsets):
    """Multiply by a matrix of zeros and ones that says where each block goes."""
    n, r = len(offsets), max(abs(step) for offset in offsets for step in offset)
    side = 2 * r + 1
    goes = weight.new_zeros(n, side * side)
    for i, (dy, dx) in enumerate(offsets):
        goes[i, (r + dy) * side + r + dx] = 1
    blocks = weight.reshape(len(weight), n, -1)  # (O, n, C)
    return torch.einsum("onc,nt->oct", blocks, goes).unflatten(2, (side, side))


def by_index(weight, offsets):
    o, n = len(weight), len(offsets)
    r = max(abs(step) for offset in offsets for step in offset)
    kernel = weight.new_zeros(2 * r + 1, 2 * r + 1, o, weight.shape[1] // n)
    rows, columns = (torch.tensor(steps) + r for steps in zip(*offsets, strict=True))
    blocks = weight.reshape(o, n, -1).transpose(0, 1)  # (n, O, C)
    return kernel.index_put((rows, columns), blocks, accumulate=True).permute(2, 3, 0, 1)


def by_plain_index(weight, offsets):
    """Write all blocks at once, so that of equal offsets one is left."""
    o, n = len(weight), len(offsets)
    r = max(abs(step) for offset in offsets for step in offset)
    kernel = weight.new_zeros(o, weight.shape[1] // n, 2 * r + 1, 2 * r + 1)
    for i in range(n):
        dy, dx = offsets[i]
        kernel[:, :, r + dy, r + dx] = weight.reshape(o, n, -1)[:, i]
    return kernel


def from_the_corner(weight, offsets):
    c = weight.shape[1] // len(offsets)
    r = max(abs(step) for offset in offsets for step in offset)
    kernel = weight.new_zeros(len(weight), c, 2 * r + 1, 2 * r + 1)
    for i, (dy, dx) in enumerate(offsets):
        kernel[:, :, dy, dx] += weight[:, i * c : i * c + c]
    return kernel


def small(weight, offsets):
    """Make the kernel as large as the largest step."""
    c = weight.shape[1] // len(offsets)
    r = max(abs(step) for offset in offsets for step in offset)
    kernel = weight.new_zeros(len(weight), c, r + 1, r + 1)
    for i, (dy, dx) in enumerate(offsets):
        kernel[:, :, r + dy, r + dx] += weight[:, i * c : i * c + c]
    return kernel


def positive_only(weight, offsets):
    c = weight.shape[1] // len(offsets)
    r = max(abs(step) for offset in offsets for step in offset)
    kernel = weight.new_zeros(len(weight), c, 2 * r + 1, 2 * r + 1)
    for i, (dy, dx) in enumerate(offsets):
        if dy >= 0 and dx >= 0:
            kernel[:, :, r + dy, r + dx] += weight[:, i * c : i * c + c]
    return kernel


def averaged(weight, offsets):
    kernel = written()(weight, offsets)
    r = kernel.shape[-1] // 2
    for dy, dx in set(offsets):
        kernel[:, :, r + dy, r + dx] /= offsets.count((dy, dx))
    return kernel


def in_a_box(weight, offsets):
    kernel = written()(weight, offsets)
    r = kernel.shape[-1] // 2
    ys, xs = [dy for dy, _ in offsets], [dx for _, dx in offsets]
    return kernel[:, :, r + min(ys) : r + max(ys) + 1, r + min(xs) : r + max(xs) + 1]


def two_reaches(weight, offsets):
    kernel = written()(weight, offsets)
    r = kernel.shape[-1] // 2
    up, left = max(abs(dy) for dy, _ in offsets), max(abs(dx) for _, dx in offsets)
    return kernel[:, :, r - up : r + up + 1, r - left : r + left + 1]


def cut_to(reach):
    """Cut the kernel, or pad it, to another reach."""

    def as_convolution(weight, offsets):
        kernel = written()(weight, offsets)
        more = reach(offsets) - kernel.shape[-1] // 2
        return F.pad(kernel, [more] * 4)

    return as_convolution


def blocks_of(weight, i, c):
    """Take the columns as they would be if they went channel by channel."""
    return weight[:, i :: weight.shape[1] // c]


def reshaped(weight, offsets):
    side = int(len(offsets) ** 0.5)
    return weight.reshape(len(weight), len(offsets), -1).mT.reshape(len(weight), -1, side, side)


def float_channels(weight, offsets):
    return weight.new_zeros(len(weight), weight.shape[1] / len(offsets), 1, 1)


def whole_weight(weight, offsets):
    return written(taps=lambda w, i, c: w)(weight, offsets)


def in_place(weight, offsets):
    weight *= 2
    return written()(weight, offsets) / 2


def single_zeros(weight, offsets):
    kernel = written()(weight, offsets)
    return torch.zeros(kernel.shape) + kernel.float()


KERNELS = {
    "overwritten": (written(write=lambda old, new: new), "the later weights overwrite"),
    "all at once": (by_plain_index, "the later weights overwrite"),
    "kept": (
        written(write=lambda old, new: torch.where(old == 0, new, old)),
        "the first weights alone are left",
    ),
    "averaged": (averaged, "the weights are averaged. The layer adds up"),
    "flipped": (written(lambda dy, dx: (-dy, -dx)), "The kernel is flipped"),
    "flipped at the end": (written(result=lambda k: k.flip(2, 3)), "The kernel is flipped"),
    "upside down": (written(result=lambda k: k.flip(2)), "turned upside down"),
    "mirrored": (written(result=lambda k: k.flip(-1)), "Left and right are swapped"),
    "transposed": (written(lambda dy, dx: (dx, dy)), "Rows and columns of the kernel"),
    "absolute": (written(lambda dy, dx: (abs(dy), abs(dx))), "signs of the offsets are lost"),
    "positive only": (positive_only, "Taps with negative steps are missing"),
    "in the middle": (written(lambda dy, dx: (0, 0)), "All weights are added up in the middle"),
    "from the corner": (from_the_corner, "counted from the upper left corner"),
    "channel by channel": (written(taps=blocks_of), "taken to go channel by channel"),
    "reversed": (
        lambda w, o: written()(w, o[::-1]),
        "The blocks of weight are taken in reverse order",
    ),
    "channels reversed": (written(result=lambda k: k.flip(1)), "The channels of every block"),
    "first block": (written(taps=lambda w, i, c: w[:, :c]), "All offsets are given the weights"),
    "first channel": (
        written(taps=lambda w, i, c: w[:, i * c : i * c + 1]),
        "All channels are given the weights of the first",
    ),
    "first output": (
        written(taps=lambda w, i, c: w[0, i * c : i * c + c]),
        "All outputs are given the weights of the first",
    ),
    "summed over channels": (
        written(result=lambda k: k.sum(1, keepdim=True)),
        "The weights are summed over the channels",
    ),
    "mean over offsets": (
        lambda w, o: written()(w, o) / len(o),
        "The weights are averaged over the offsets",
    ),
    "inputs first": (written(result=lambda k: k.transpose(0, 1)), "Outputs and inputs are swapped"),
    "rows' reach": (cut_to(lambda o: max(abs(dy) for dy, _ in o)), "r is the largest |dy| here"),
    "columns' reach": (cut_to(lambda o: max(abs(dx) for _, dx in o)), "r is the largest |dx|"),
    "reach below": (written(reach=lambda o: max(map(max, o))), "take absolute values"),
    "rows' reach, not cut": (
        written(reach=lambda o: max(abs(dy) for dy, _ in o)),
        "A tap lies outside of the kernel",
    ),
    "sum of both": (cut_to(lambda o: max(abs(y) + abs(x) for y, x in o)), "r is |dy| + |dx|"),
    "one wider": (
        written(reach=lambda o: max(abs(s) for p in o for s in p) + 1),
        "wider than it need be",
    ),
    "even": (written(result=lambda k: F.pad(k, (0, 1, 0, 1))), "an even number of pixels a side"),
    "2 r": (written(result=lambda k: k[..., :-1, :-1]), "The last row and column are missing"),
    "r + 1": (small, "A tap lies outside of the kernel"),
    "in a box": (in_a_box, "cut down to the box of its taps"),
    "two reaches": (two_reaches, "higher than wide, or wider than high"),
    "reshaped": (reshaped, "The weights are reshaped, whatever"),
    "1 x 1": (lambda w, o: w[..., None, None], "This is the 1 x 1 layer itself"),
    "the weight": (lambda w, o: w, "a kernel (O, C, 2 r + 1, 2 r + 1)"),
    "whole weight": (whole_weight, "The columns of weight go block by block"),
    "float channels": (float_channels, "divide with //"),
    "zeros": (written(taps=lambda w, i, c: 0), "The result is zero everywhere"),
    "in place": (in_place, "changes its argument weight in place"),
    "float32": (single_zeros, "float64 in, float32 out"),
    "None": (lambda w, o: None, "returned None"),
}
