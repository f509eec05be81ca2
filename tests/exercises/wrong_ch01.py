"""Wrong answers to the other exercises of chapter 1, as learners write them."""

import math

import torch


# Exercise 1: response_at(image, kernel, row, column)
def window(image, row, column, k):
    return image[row : row + k, column : column + k]


def centred(image, kernel, row, column):
    half = len(kernel) // 2
    total = 0
    for u in range(-half, half + 1):
        for v in range(-half, half + 1):
            inside = 0 <= row + u < image.shape[0] and 0 <= column + v < image.shape[1]
            total += kernel[u + half, v + half] * image[row + u, column + v] if inside else 0
    return total


def counted_from_the_end(image, kernel, row, column):
    k, total = len(kernel), 0
    for u in range(k):
        for v in range(k):
            total += kernel[k - 1 - u, k - 1 - v] * image[row + u, column + v]
    return total


def changes_image(image, kernel, row, column):
    part = window(image, row, column, len(kernel))
    part *= kernel
    return part.sum()


RESPONSES = {
    "flipped": (counted_from_the_end, "The kernel is flipped"),
    "centred": (centred, "The window is centred on"),
    "mean": (lambda i, k, r, c: (k * window(i, r, c, len(k))).mean(), "the mean of the products"),
    "window only": (lambda i, k, r, c: window(i, r, c, len(k)).sum(), "of the window alone"),
    "not summed": (lambda i, k, r, c: k * window(i, r, c, len(k)), "products are not summed"),
    "one axis": (lambda i, k, r, c: (k * window(i, r, c, len(k))).sum(0), "returned shape (3,)"),
    "transposed": (
        lambda i, k, r, c: (k * window(i, r, c, len(k)).T).sum(),
        "transposed against the window",
    ),
    "matmul": (lambda i, k, r, c: (k @ window(i, r, c, len(k))).sum(), "@ is a matrix product"),
    "matmul the other way": (
        lambda i, k, r, c: (window(i, r, c, len(k)) @ k).sum(),
        "* multiplies entry by entry",
    ),
    "matmul alone": (
        lambda i, k, r, c: window(i, r, c, len(k)) @ k,
        "* multiplies entry by entry",
    ),
    "matmul with the image": (lambda i, k, r, c: (k @ i[r:, c:]).sum(), "@ is a matrix product"),
    "swapped": (
        lambda i, k, r, c: (k * window(i, c, r, len(k))).sum(),
        "Row and column are swapped",
    ),
    "always first": (
        lambda i, k, r, c: (k * window(i, 0, 0, len(k))).sum(),
        "always the image's top-left one",
    ),
    "one further": (
        lambda i, k, r, c: (k * window(i, r + 1, c + 1, len(k))).sum(),
        "starts one pixel too late",
    ),
    "3x3 only": (lambda i, k, r, c: (k * window(i, r, c, 3)).sum(), "a kernel of another size"),
    "3x3 of 5x5": (
        lambda i, k, r, c: (k[:3, :3] * window(i, r, c, 3)[: len(k), : len(k)]).sum(),
        "Only a 3x3 part",
    ),
    "in place": (changes_image, "changes its argument image in place"),
    "None": (lambda i, k, r, c: None, "returned None"),
}


# Exercise 4: convolution_row(kernel, row, column, size)
def on_canvas(kernel, row, column, size):
    canvas = torch.zeros(size, dtype=kernel.dtype)
    kh, kw = kernel.shape
    canvas[row : row + kh, column : column + kw] = kernel
    return canvas


def by_index(index):
    """Return a loop that puts tap (u, v) at `index(i, j, kernel, size)`."""

    def convolution_row(kernel, row, column, size):
        vector = kernel.new_zeros(size[0] * size[1])
        for u in range(kernel.shape[0]):
            for v in range(kernel.shape[1]):
                vector[index(row + u, column + v, kernel, size)] = kernel[u, v]
        return vector

    return convolution_row


def consecutive(kernel, row, column, size):
    vector = kernel.new_zeros(size[0] * size[1])
    first = row * size[1] + column
    taps = kernel.flatten()[: len(vector) - first]
    vector[first : first + len(taps)] = taps
    return vector


def padded_unit(kernel, row, column, size):
    vector = kernel.new_zeros(size[0] * size[1])
    for u in range(kernel.shape[0]):
        for v in range(kernel.shape[1]):
            i, j = row + u - kernel.shape[0] // 2, column + v - kernel.shape[1] // 2
            if 0 <= i < size[0] and 0 <= j < size[1]:
                vector[i * size[1] + j] = kernel[u, v]
    return vector


ROWS = {
    "flipped": (lambda k, r, c, s: on_canvas(k.flip(0, 1), r, c, s).flatten(), "is flipped"),
    "by columns": (lambda k, r, c, s: on_canvas(k, r, c, s).T.reshape(-1), "flattened by columns"),
    "height for width": (by_index(lambda i, j, k, s: i * s[0] + j), "it seems to be the height H"),
    "output width": (
        by_index(lambda i, j, k, s: i * (s[1] - k.shape[1] + 1) + j),
        "width of the output map",
    ),
    "one kernel row after another": (consecutive, "directly behind one another"),
    "centred": (padded_unit, "The window is centred"),
    "one row down": (by_index(lambda i, j, k, s: (i + 1) % s[0] * s[1] + j), "one row too low"),
    "one to the right": (by_index(lambda i, j, k, s: i * s[1] + j + 1), "one column too far"),
    "normalised": (lambda k, r, c, s: on_canvas(k / k.sum(), r, c, s).flatten(), "by its sum"),
    "averaged": (lambda k, r, c, s: on_canvas(k / k.numel(), r, c, s).flatten(), "number of taps"),
    "swapped": (lambda k, r, c, s: on_canvas(k, c, r, s).flatten(), "of the unit are swapped"),
    "transposed": (lambda k, r, c, s: on_canvas(k.T, r, c, s).flatten(), "kernel is transposed"),
    "first": (lambda k, r, c, s: on_canvas(k, 0, 0, s).flatten(), "top-left corner"),
    "mask": (lambda k, r, c, s: (on_canvas(k, r, c, s) != 0).float().flatten(), "sees with 1"),
    "not flat": (on_canvas, "flatten it to (H * W,)"),
    "one row": (lambda k, r, c, s: on_canvas(k, r, c, s).reshape(1, -1), "a matrix with one row"),
    "zeros": (lambda k, r, c, s: k.new_zeros(s[0] * s[1]), "zero everywhere"),
    "float32": (lambda k, r, c, s: on_canvas(k.float(), r, c, s).flatten(), "dtype=kernel.dtype"),
    "too short": (lambda k, r, c, s: on_canvas(k, r, c, s).flatten()[:-1], "a vector (H * W,)"),
}


# Exercise 5: receptive_field(layers)
def recursion(
    grow=lambda k, s, p, d, jump: (k - 1) * d * jump,
    move=lambda k, s, p, d, jump: -p * jump,
    stretch=lambda jump, s: jump * s,
    first=1,
    multiply_first=False,
):
    """Return the recursion with one of its parts replaced."""

    def receptive_field(layers):
        size, jump, start = first, 1, 0
        for k, s, p, d in layers:
            if multiply_first:
                jump = stretch(jump, s)
            size += grow(k, s, p, d, jump)
            start += move(k, s, p, d, jump)
            if not multiply_first:
                jump = stretch(jump, s)
        return size, jump, start

    return receptive_field


def empties_the_list(layers):
    size, jump, start = 1, 1, 0
    while layers:
        k, s, p, d = layers.pop(0)
        size, start, jump = size + (k - 1) * d * jump, start - p * jump, jump * s
    return size, jump, start


def with_floats(layers):
    size, jump, start = recursion()(layers)
    return size, float(jump), start


FIELDS = {
    "dilation ignored": (recursion(grow=lambda k, s, p, d, j: (k - 1) * j), "dilation is ignored"),
    "k * d": (recursion(grow=lambda k, s, p, d, j: (k * d - 1) * j), "spans (k - 1) * d + 1"),
    "k for k - 1": (recursion(grow=lambda k, s, p, d, j: k * d * j), "not k of them"),
    "jump first": (recursion(multiply_first=True), "before the size and the start move"),
    "jump first for the size": (
        recursion(grow=lambda k, s, p, d, j: (k - 1) * d * j * s),
        "multiplied before the size grows",
    ),
    "jump first for the start": (
        recursion(move=lambda k, s, p, d, j: -p * j * s),
        "multiplied before the start moves",
    ),
    "strides added": (recursion(stretch=lambda j, s: j + s), "The strides are added."),
    "strides added less one": (recursion(stretch=lambda j, s: j + s - 1), "added, less one"),
    "last stride": (recursion(stretch=lambda j, s: s), "stride is that of the last layer"),
    "size without stride": (
        recursion(grow=lambda k, s, p, d, j: (k - 1) * d),
        "grows as if no layer had a stride",
    ),
    "no stride at all": (
        recursion(grow=lambda k, s, p, d, j: (k - 1) * d, move=lambda k, s, p, d, j: -p),
        "ignore the strides",
    ),
    "padding not scaled": (recursion(move=lambda k, s, p, d, j: -p), "counts in units"),
    "no padding": (recursion(move=lambda k, s, p, d, j: 0), "start ignores the padding"),
    "sign": (recursion(move=lambda k, s, p, d, j: p * j), "start has the wrong sign"),
    "centre": (
        recursion(move=lambda k, s, p, d, j: ((k - 1) * d // 2 - p) * j),
        "middle of the field",
    ),
    "from 0": (recursion(first=0), "The size begins at 0"),
    "reversed": (lambda layers: recursion()(list(reversed(layers))), "in the wrong order"),
    "last layer": (lambda layers: recursion()(layers[-1:]), "Only the last layer counts"),
    "floats": (with_floats, "divide with //"),
    "size only": (lambda layers: recursion()(layers)[0], "expected (size, stride, start)"),
    "list emptied": (empties_the_list, "changes its argument layers in place"),
    "no layers": (lambda layers: recursion()(layers) if layers[0] else None, "no layer at all"),
}


# Exercise 7: stack_std(kernel_size, depth)
STDS = {
    "variance": (lambda k, n: n * (k**2 - 1) / 12, "This is the variance"),
    "K": (lambda k, n: (n * k / 12) ** 0.5, "taken as K / 12"),
    "K**2": (lambda k, n: (n * k**2 / 12) ** 0.5, "taken as K**2 / 12"),
    "(K - 1)**2": (lambda k, n: (n * (k - 1) ** 2 / 12) ** 0.5, "taken as (K - 1)**2 / 12"),
    "K - 1": (lambda k, n: math.sqrt(n * (k - 1) / 12), "taken as (K - 1) / 12"),
    "depth outside": (lambda k, n: n * math.sqrt((k**2 - 1) / 12), "depth stands outside the root"),
    "no depth": (lambda k, n: math.sqrt((k**2 - 1) / 12), "The depth is ignored"),
    "by 6": (lambda k, n: math.sqrt(n * (k**2 - 1) / 6), "divided by 6:"),
    "by 3": (lambda k, n: math.sqrt(n * (k**2 - 1) / 3), "divided by 3:"),
    "theoretical size": (lambda k, n: n * (k - 1) + 1, "size of the theoretical"),
    "the law": (lambda k, n: k * math.sqrt(n), "without its constant"),
    "integer": (lambda k, n: int(math.sqrt(n * (k**2 - 1) / 12)), "The function returned 1"),
    "None": (lambda k, n: None, "returned None"),
}
