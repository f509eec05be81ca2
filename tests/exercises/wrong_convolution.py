"""Wrong convolutions, as learners write them: exercises 2 and 3."""

import torch
import torch.nn.functional as F


def size(x, weight, stride, padding):
    height = (x.shape[2] + 2 * padding - weight.shape[2]) // stride + 1
    width = (x.shape[3] + 2 * padding - weight.shape[3]) // stride + 1
    return height, width


def pad_all(x, p):
    return F.pad(x, (p, p, p, p))


def multiply(window, weight):
    """Sum window (B, C, kh, kw) times weight (O, C, kh, kw) to (B, O)."""
    return (window[:, None] * weight).sum((2, 3, 4))


def add(y, bias):
    return y if bias is None else y + bias[None, :, None, None]


def loop(pad=pad_all, response=multiply, size=size, finish=add, step=None):
    """Return a loop over positions with one of its parts replaced."""

    def conv2d_loop(x, weight, bias=None, stride=1, padding=0):
        height, width = size(x, weight, stride, padding)
        kh, kw = weight.shape[2:]
        y = x.new_zeros(len(x), len(weight), height, width)
        x = pad(x, padding)
        for i in range(height):
            for j in range(width):
                top, left = step(i, j, stride) if step else (i * stride, j * stride)
                window = x[:, :, top : top + kh, left : left + kw]
                y[:, :, i, j] = response(window, weight)
        return finish(y, bias)

    return conv2d_loop


def with_size(change):
    def changed(x, weight, stride, padding):
        return change(*size(x, weight, stride, padding))

    return changed


def first_image(x, weight, bias=None, stride=1, padding=0):
    return loop()(x[0][None], weight, bias, stride, padding)


def only_first_filled(x, weight, bias=None, stride=1, padding=0):
    y = loop()(x, weight, bias, stride, padding)
    y[1:] = 0
    return y


def no_padding(x, weight, bias=None, stride=1, padding=0):
    return loop()(x, weight, bias, stride, 0)


def no_stride(x, weight, bias=None, stride=1, padding=0):
    return loop()(x, weight, bias, 1, padding)


def kernel_sides_mixed(x, weight, stride, padding):
    return size(x, weight.mT, stride, padding)


def writes_into_x(x, weight, bias=None, stride=1, padding=0):
    x -= x.mean()
    return loop()(x, weight, bias, stride, padding)


def float32_only(x, weight, bias=None, stride=1, padding=0):
    return loop()(x, weight, bias, stride, padding).to(torch.float32)


def float32_and_wrong(x, weight, bias=None, stride=1, padding=0):
    y = loop()(x, weight, bias, stride, padding)
    return y.float() + 1 if x.dtype == torch.float64 else y


def float32_on_the_way(x, weight, bias=None, stride=1, padding=0):
    y = torch.zeros(len(x), len(weight), *size(x, weight, stride, padding))
    y[:] = loop()(x, weight, None, stride, padding)
    return add(y, bias)  # a float64 bias makes the sum float64 again


def squared(window, weight):
    return multiply(window, weight) ** 2


LOOPS = {
    "zeros": (loop(response=lambda x, w: 0), "zero everywhere"),
    "flipped": (loop(response=lambda x, w: multiply(x, w.flip(-1, -2))), "The kernel is flipped:"),
    "rows flipped": (loop(response=lambda x, w: multiply(x.flip(2), w)), "flipped top to bottom"),
    "columns flipped": (
        loop(response=lambda x, w: multiply(x, w.flip(3))),
        "flipped left to right",
    ),
    "transposed kernel": (
        loop(response=lambda x, w: multiply(x, w.transpose(2, 3))),
        "The kernel is transposed",
    ),
    "transposed output": (
        loop(finish=lambda y, b: add(y, b).transpose(2, 3)),
        "The output map is transposed",
    ),
    "first channel": (
        loop(response=lambda x, w: (x[:, None, 0] * w[:, 0]).sum((2, 3))),
        "Only the first input channel",
    ),
    "last channel": (
        loop(response=lambda x, w: (x[:, None, -1] * w[:, -1]).sum((2, 3))),
        "Only the last input channel",
    ),
    "channels averaged": (
        loop(response=lambda x, w: (x[:, None] * w).mean(2).sum((2, 3))),
        "The input channels are averaged",
    ),
    "mean": (
        loop(response=lambda x, w: (x[:, None] * w).mean((2, 3, 4))),
        "The products are averaged",
    ),
    "divided by the window": (
        loop(response=lambda x, w: (x[:, None] * w).mean((3, 4)).sum(2)),
        "divided by kh * kw",
    ),
    "channels summed first": (
        loop(response=lambda x, w: multiply(x.sum(1, True), w.sum(1, True))),
        "channels are summed before the product",
    ),
    "one kernel": (
        loop(response=lambda x, w: multiply(x, w[:1])),
        "All output channels use the first kernel",
    ),
    "outputs summed": (
        loop(finish=lambda y, b: add(y, b).sum(1, keepdim=True)),
        "output channels are summed into one",
    ),
    "no bias": (loop(finish=lambda y, b: y), "The bias is forgotten"),
    "bias subtracted": (
        loop(finish=lambda y, b: add(y, None if b is None else -b)),
        "The bias is subtracted",
    ),
    "bias on columns": (
        loop(finish=lambda y, b: y if b is None else y + b),
        "The bias runs along the columns",
    ),
    "first bias": (
        loop(finish=lambda y, b: y if b is None else y + b[0]),
        "gets the first bias",
    ),
    "no stride": (no_stride, "The stride is ignored"),
    "unit steps": (loop(step=lambda i, j, s: (i, j)), "but the window does not"),
    "no padding": (no_padding, "The padding is ignored"),
    "padding inside the size only": (loop(pad=lambda x, p: x), "The function"),
    "bottom right": (
        loop(pad=lambda x, p: F.pad(x, (0, 2 * p, 0, 2 * p))),
        "zeros are at the bottom and right",
    ),
    "top left": (
        loop(pad=lambda x, p: F.pad(x, (2 * p, 0, 2 * p, 0))),
        "zeros are at the top and left",
    ),
    "ones": (loop(pad=lambda x, p: F.pad(x, (p,) * 4, value=1.0)), "filled with ones"),
    "reflected": (
        loop(pad=lambda x, p: F.pad(x, (p,) * 4, mode="reflect")),
        "filled with mirrored pixels",
    ),
    "replicated": (
        loop(pad=lambda x, p: F.pad(x, (p,) * 4, mode="replicate")),
        "filled with repeated pixels",
    ),
    "one too small": (
        loop(size=with_size(lambda h, w: (h - 1, w - 1))),
        "The last row and column are missing",
    ),
    "one row too few": (loop(size=with_size(lambda h, w: (h - 1, w))), "The last row is missing"),
    "one too large": (loop(size=with_size(lambda h, w: (h + 1, w + 1))), "The function raised"),
    "kernel sides mixed": (loop(size=kernel_sides_mixed), "new in this one: a kernel that is not"),
    "first image": (first_image, "holds one image only"),
    "rest empty": (only_first_filled, "Only the first image of the batch"),
    "batch and channels": (
        loop(finish=lambda y, b: add(y, b).transpose(0, 1)),
        "have changed places",
    ),
    "channels last": (
        loop(finish=lambda y, b: add(y, b).permute(0, 2, 3, 1)),
        "The channels come last",
    ),
    "in place": (writes_into_x, "changes its argument x in place"),
    "float32": (float32_only, "float64 in, float32 out"),
    "wrong in float32": (float32_and_wrong, "float64 in, float32 out"),
    "float32 on the way": (float32_on_the_way, "as exact as float32 only"),
    "an unknown mistake": (loop(response=squared), "numbers are wrong: at [0, 0, 0, 0]"),
}


def product(weight, columns):
    return weight.reshape(len(weight), -1) @ columns


def unfold(
    columns=lambda x, k, s, p: F.unfold(x, k, stride=s, padding=p),
    multiply=product,
    shape=lambda y, h, w: y.reshape(*y.shape[:2], h, w),
    finish=add,
):
    """Return a convolution by unfold with one of its parts replaced."""

    def conv2d_unfold(x, weight, bias=None, stride=1, padding=0):
        laid_out = columns(x, tuple(weight.shape[2:]), stride, padding)
        y = multiply(weight, laid_out)
        return finish(shape(y, *size(x, weight, stride, padding)), bias)

    return conv2d_unfold


def straight_to_shape(weight, columns):
    y = columns.transpose(1, 2) @ weight.flatten(1).T  # (B, L, O)
    return y.reshape(len(y), len(weight), -1)


def reshaped_columns(weight, columns):
    rows = columns.reshape(len(columns), columns.shape[2], columns.shape[1])
    return (rows @ weight.flatten(1).T).transpose(1, 2)


def stride_forgotten(x, weight, bias=None, stride=1, padding=0):
    return unfold()(x, weight, bias, 1, padding)


def padding_forgotten(x, weight, bias=None, stride=1, padding=0):
    return unfold()(x, weight, bias, stride, 0)


UNFOLDS = {
    "sides swapped": (
        unfold(shape=lambda y, h, w: y.reshape(*y.shape[:2], w, h)),
        "laid out as H' = W' swapped",
    ),
    "transposed": (
        unfold(shape=lambda y, h, w: y.reshape(*y.shape[:2], h, w).mT),
        "The output map is transposed",
    ),
    "channels last in the weight": (
        unfold(multiply=lambda w, c: w.movedim(1, 3).flatten(1) @ c),
        "flattened in the wrong order",
    ),
    "weight reshaped": (
        unfold(multiply=lambda w, c: w.reshape(-1, len(w)).T @ c),
        "reshaped to (C*kh*kw, O)",
    ),
    "flipped": (unfold(multiply=lambda w, c: product(w.flip(2, 3), c)), "The kernel is flipped"),
    "not transposed back": (unfold(multiply=straight_to_shape), "reshaped straight to"),
    "columns reshaped": (unfold(multiply=reshaped_columns), "where they should be transposed"),
    "still flat": (
        unfold(shape=lambda y, h, w: y, finish=lambda y, b: y if b is None else y + b[:, None]),
        "positions are still in one row",
    ),
    "no bias": (unfold(finish=lambda y, b: y), "The bias is forgotten"),
    "stride not passed": (
        unfold(columns=lambda x, k, s, p: F.unfold(x, k, padding=p)),
        "pass stride (and padding) to F.unfold",
    ),
    "stride not passed, unflatten": (
        unfold(
            columns=lambda x, k, s, p: F.unfold(x, k, padding=p),
            shape=lambda y, h, w: y.unflatten(2, (h, w)),
        ),
        "pass stride (and padding) to F.unfold",
    ),
    "stride not passed, view": (
        unfold(
            columns=lambda x, k, s, p: F.unfold(x, k, padding=p),
            shape=lambda y, h, w: y.view(*y.shape[:2], h, w),
        ),
        "pass stride (and padding) to F.unfold",
    ),
    "stride not passed, fold": (
        unfold(
            columns=lambda x, k, s, p: F.unfold(x, k, padding=p),
            shape=lambda y, h, w: F.fold(y, (h, w), 1),
        ),
        "pass stride (and padding) to F.unfold",
    ),
    "padding not passed": (
        unfold(columns=lambda x, k, s, p: F.unfold(x, k, stride=s)),
        "pass stride (and padding) to F.unfold, and use both in H' and W'.\nCalled with",
    ),
    "stride 1 throughout": (stride_forgotten, "The stride is ignored"),
    "padding 0 throughout": (padding_forgotten, "The padding is ignored"),
    "rows only": (
        unfold(columns=lambda x, k, s, p: F.unfold(F.pad(x, (2 * p, 0, 2 * p, 0)), k, stride=s)),
        "All the zeros are at the top and left",
    ),
    "averaged": (unfold(multiply=lambda w, c: product(w, c) / c.shape[1]), "are averaged"),
    "no return": (lambda x, weight, bias=None, stride=1, padding=0: None, "returned None"),
}
