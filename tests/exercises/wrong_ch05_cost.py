"""Answers to exercise 1 of chapter 5, as learners write them: what a block costs."""


def counted(
    dense=lambda c, e: 2 * c * c,
    large=lambda c, k: c * k * k,
    hidden=lambda c, e: e * c,
    pixels=lambda h, w: h * w,
):
    """Return the exercise's function with one of its terms replaced."""

    def multiply_adds(channels, kernel_size, height, width, expansion=4):
        weights = dense(channels, expansion) + large(channels, kernel_size)
        weights += 2 * channels * hidden(channels, expansion)
        return weights * pixels(height, width)

    return multiply_adds


def layer_by_layer(channels, kernel_size, height, width, expansion=4):
    total = 0
    for inputs, outputs, size, groups in (
        (channels, channels, 1, 1),
        (channels, channels, kernel_size, channels),
        (channels, channels, 1, 1),
        (channels, expansion * channels, 1, 1),
        (expansion * channels, channels, 1, 1),
    ):
        total += height * width * outputs * (inputs // groups) * size**2
    return total


def by_pixels(c, k, h, w, e=4):
    return sum(2 * c * c * (1 + e) + c * k**2 for _ in range(h) for _ in range(w))


def without_expansion(channels, kernel_size, height, width):
    return layer_by_layer(channels, kernel_size, height, width)


def with_biases(c, k, h, w, e=4):
    return layer_by_layer(c, k, h, w, e) + h * w * (3 * c + e * c + c)


COSTS = {
    "dense": (counted(large=lambda c, k: c * c * k * k), "counted as a dense one"),
    "k": (counted(large=lambda c, k: c * k), "A kernel has K * K taps, not K"),
    "one kernel": (counted(large=lambda c, k: k * k), "one kernel for all channels"),
    "no depth-wise": (counted(large=lambda c, k: 0), "The depth-wise layer is left out"),
    "no expansion": (counted(hidden=lambda c, e: c), "The expansion is forgotten"),
    "always 4": (counted(hidden=lambda c, e: 4 * c), "The expansion is always 4"),
    "expanded twice": (counted(hidden=lambda c, e: e * e * c), "Both layers of the ConvFFN"),
    "one layer of the FFN": (
        lambda c, k, h, w, e=4: layer_by_layer(c, k, h, w, e) - h * w * e * c * c,
        "One layer of the ConvFFN is left out",
    ),
    "no FFN": (counted(hidden=lambda c, e: 0), "The ConvFFN is forgotten"),
    "FFN alone": (
        lambda c, k, h, w, e=4: 2 * e * c * c * h * w,
        "This is the ConvFFN alone",
    ),
    "one pointwise": (counted(dense=lambda c, e: c * c), "One 1 x 1 convolution of the RepLK"),
    "no pointwise": (counted(dense=lambda c, e: 0), "1 x 1 convolutions are left out"),
    "pointwise as depth-wise": (counted(dense=lambda c, e: 2 * c), "counted as depth-wise ones"),
    "FLOPs": (lambda *s: 2 * layer_by_layer(*s), "The count is doubled"),
    "no pixels": (counted(pixels=lambda h, w: 1), "The pixels are left out"),
    "perimeter": (counted(pixels=lambda h, w: h + w), "counted as height + width"),
    "square map": (counted(pixels=lambda h, w: h**2), "The height is taken for the width"),
    "square map, by width": (counted(pixels=lambda h, w: w**2), "The width is taken for the he"),
    "valid map": (
        lambda c, k, h, w, e=4: layer_by_layer(c, k, h - k + 1, w - k + 1, e),
        "The map's edge is cut off",
    ),
    "biases": (with_biases, "Biases are counted"),
    "shortcuts": (
        lambda c, k, h, w, e=4: layer_by_layer(c, k, h, w, e) + 2 * c * h * w,
        "The shortcuts' additions are counted",
    ),
    "no argument": (without_expansion, "does not take these arguments"),
    "two counts": (lambda *s: (layer_by_layer(*s), 0), "The function returned shape (2,)"),
    "a list of one": (lambda *s: [layer_by_layer(*s)], "not a list with one number in it"),
    "something else": (lambda c, *s: layer_by_layer(c, *s) + 7, "The function returned"),
    "None": (lambda *s: None, "returned None"),
}
