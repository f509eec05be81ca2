"""The receptive field of a stack of layers, by the recursion that one does by hand."""

from collections.abc import Sequence


def stacked_receptive_field(layers: Sequence[tuple[int, int, int, int]]) -> tuple[int, int, int]:
    """Return what unit 0 of the last layer sees along one axis; unit i starts i strides later.

    Args:
        layers: (kernel_size, stride, padding, dilation) of each layer, the first layer first.

    Returns:
        (size, stride, start) in pixels: how many the unit sees, the distance between the fields
        of neighbouring units, and the first pixel seen, negative in the padding. (1, 1, 0) for
        no layers: a pixel sees itself.

    Raises:
        ValueError: if a layer does not consist of four integers in range.

    Source: Araujo et al., "Computing Receptive Fields of Convolutional Neural Networks",
    Distill 2019.
    """
    size, jump, start = 1, 1, 0
    for index, layer in enumerate(layers):
        kernel, stride, padding, dilation = _check(index, layer)
        size += (kernel - 1) * dilation * jump
        start -= padding * jump
        jump *= stride
    return size, jump, start


def _check(index: int, layer: Sequence[int]) -> tuple[int, int, int, int]:
    """Return a layer's numbers if they are integers in range."""
    values = tuple(layer)
    integers = len(values) == 4 and all(type(v) is int for v in values)
    if not integers or min(values[0], values[1], values[3]) < 1 or values[2] < 0:
        raise ValueError(
            f"layers[{index}] must be (kernel_size >= 1, stride >= 1, padding >= 0, "
            f"dilation >= 1), four integers, got {layer!r}"
        )
    return values[0], values[1], values[2], values[3]
