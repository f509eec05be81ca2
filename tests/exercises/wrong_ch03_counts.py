"""Answers to exercise 6 of chapter 3, as learners write them: what a layer costs."""


def counted(
    hidden=lambda c, o: max(1, c // 4),
    attention=lambda c, hidden, n: c * hidden + hidden * n,
    mixing=lambda kernel, pixels, n: n * kernel,
    convolution=lambda kernel, pixels, n: kernel * pixels,
    kernel=lambda c, o, k: o * c * k * k,
):
    """Return the exercise's function with one of its terms replaced."""

    def count_multiply_adds(in_channels, out_channels, kernel_size, height, width, num_kernels):
        taps, pixels = kernel(in_channels, out_channels, kernel_size), height * width
        return (
            attention(in_channels, hidden(in_channels, out_channels), num_kernels),
            mixing(taps, pixels, num_kernels),
            convolution(taps, pixels, num_kernels),
        )

    return count_multiply_adds


def by_loops(in_channels, out_channels, kernel_size, height, width, num_kernels):
    attention = mixing = 0
    hidden = in_channels // 4 or 1
    for _ in range(hidden):
        attention += in_channels
    for _ in range(num_kernels):
        attention += hidden
        mixing += out_channels * in_channels * kernel_size**2
    convolution = mixing // num_kernels * (height * width)
    return [attention, mixing, convolution]


def factored(c, o, k, h, w, n):
    hidden = max(c // 4, 1)
    return hidden * (c + n), n * (o * c * k**2), (h * w) * (o * c * k**2)


def with_bias_terms(c, o, k, h, w, n):
    attention, *others = factored(c, o, k, h, w, n)
    return attention + max(1, c // 4) + n, *others


def with_pooling(c, o, k, h, w, n):
    attention, *others = factored(c, o, k, h, w, n)
    return c * h * w + attention, *others


def valid_map(c, o, k, h, w, n):
    return *factored(c, o, k, h, w, n)[:2], o * c * k * k * (h - k + 1) * (w - k + 1)


COUNTS = {
    "K convolutions": (
        counted(convolution=lambda taps, pixels, n: n * taps * pixels),
        "The convolution is counted K times",
    ),
    "mixed at every pixel": (
        counted(mixing=lambda taps, pixels, n: n * taps * pixels),
        "The kernels are mixed at every pixel",
    ),
    "K - 1": (counted(mixing=lambda taps, pixels, n: (n - 1) * taps), "The mixing counts K - 1"),
    "one kernel mixed": (counted(mixing=lambda taps, pixels, n: taps), "The mixing leaves K out"),
    "k": (counted(kernel=lambda c, o, k: o * c * k), "A kernel has k * k taps, not k"),
    "depthwise": (
        lambda c, o, k, h, w, n: (*factored(c, o, k, h, w, n)[:2], o * k * k * h * w),
        "counted as a depthwise one",
    ),
    "no pixels": (counted(convolution=lambda taps, pixels, n: taps), "leaves the pixels out"),
    "valid map": (valid_map, "The map's edge is cut off"),
    "float hidden": (counted(lambda c, o: max(1, c / 4)), "divide with //, not with /"),
    "rounded up": (counted(lambda c, o: (c + 3) // 4), "The hidden channels are rounded up"),
    "no max": (counted(lambda c, o: c // 4), "no channel where there are fewer than 4"),
    "hidden 4": (counted(lambda c, o: 4), "The hidden layer has 4 channels"),
    "hidden C": (counted(lambda c, o: c), "as many channels as the input"),
    "hidden of the outputs": (counted(lambda c, o: max(1, o // 4)), "taken from the output chan"),
    "one layer": (counted(attention=lambda c, hidden, n: c * n), "counted as a single layer"),
    "second layer only": (
        counted(attention=lambda c, hidden, n: hidden * n),
        "The attention leaves its first layer out",
    ),
    "first layer only": (
        counted(attention=lambda c, hidden, n: c * hidden),
        "The attention leaves its second layer out",
    ),
    "layers multiplied": (
        counted(attention=lambda c, hidden, n: c * hidden * hidden * n),
        "The attention's two layers are multiplied",
    ),
    "pooling": (with_pooling, "The attention counts the additions of the pooling"),
    "biases": (with_bias_terms, "The attention counts the biases"),
    "FLOPs": (lambda *s: tuple(2 * n for n in factored(*s)), "All counts are doubled"),
    "reversed": (lambda *s: factored(*s)[::-1], "The three counts come in another order"),
    "channels swapped": (
        lambda c, o, k, h, w, n: factored(o, c, k, h, w, n),
        "Input and output channels have changed places",
    ),
    "sum of all": (lambda *s: sum(factored(*s)), "expected (attention, mixing, convolution)"),
    "two counts": (lambda *s: factored(*s)[1:], "expected (attention, mixing, convolution)"),
    "something else": (
        counted(mixing=lambda taps, pixels, n: n + taps),
        "Wrong here: mixing.",
    ),
    "None": (lambda *s: None, "returned None"),
}
