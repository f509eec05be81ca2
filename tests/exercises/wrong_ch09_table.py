"""Answers to exercise 1 of chapter 9, as learners write them: the size of a table."""

import itertools
import math

import numpy as np


def counted(
    nodes=lambda interval: 2 ** (8 - interval) + 1,
    total=lambda n, taps, outputs: n**taps * outputs,
):
    """Return the exercise's function with one of its steps replaced."""

    def table_bytes(taps, interval, outputs):
        return total(nodes(interval), taps, outputs)

    return table_bytes


def by_range(taps, interval, outputs):
    """Count the nodes one after the other."""
    return len(range(0, 257, 2**interval)) ** taps * outputs


def by_shift(taps, interval, outputs):
    return ((256 >> interval) + 1) ** taps * outputs


def by_loop(taps, interval, outputs):
    size = outputs
    for _ in range(taps):
        size *= 256 // 2**interval + 1
    return size


def by_floats(taps, interval, outputs):
    return outputs * math.pow(256 / 2**interval + 1, taps)


def by_numpy(taps, interval, outputs):
    return np.prod([*[2 ** (8 - interval) + 1] * taps, outputs], dtype=np.int64)


def without_last(taps, interval, outputs):
    return len(range(0, 256, 2**interval)) ** taps * outputs


def corners(taps, interval, outputs):
    """Count the entries that one look-up reads."""
    return len(list(itertools.product((0, 1), repeat=taps))) * outputs


BYTES = {
    "no last node": (counted(lambda i: 256 >> i), "A node is missing on every axis"),
    "range to 256": (without_last, "A node is missing on every axis"),
    "255 // q + 1": (counted(lambda i: 255 // 2**i + 1), "A node is missing on every axis"),
    "two more": (counted(lambda i: 256 // 2**i + 2), "The last node, 256, is counted twice"),
    "inner nodes": (counted(lambda i: 256 // 2**i - 1), "The end nodes are left out"),
    "1 outside": (
        counted(lambda i: 2 ** (8 - i), lambda n, taps, outputs: (n**taps + 1) * outputs),
        "The 1 is added once for the whole table",
    ),
    "1 in the exponent": (counted(lambda i: 2 ** (8 - i + 1)), "The 1 is added in the exponent"),
    "2 ** interval": (counted(lambda i: 2**i + 1), "takes that for their number"),
    "interval apart": (
        counted(lambda i: len(range(0, 257, i or 1))),
        "2^interval grey levels apart, not interval",
    ),
    "bits": (counted(lambda i: 9 - i), "the number of bits that are left"),
    "squared bits": (counted(lambda i: (8 - i) ** 2 + 1), "8 - interval is squared"),
    "7 bits": (counted(lambda i: 2 ** (7 - i) + 1), "This takes one less"),
    "9 bits": (counted(lambda i: 2 ** (9 - i) + 1), "This takes one more"),
    "257": (counted(lambda i: 257), "The interval is forgotten"),
    "256": (counted(lambda i: 256), "as many entries as there are pictures"),
    "taps * L": (
        counted(total=lambda n, taps, outputs: taps * n * outputs),
        "The nodes of the axes are added up",
    ),
    "taps ** L": (
        counted(total=lambda n, taps, outputs: taps**n * outputs),
        "Base and exponent are swapped",
    ),
    "one axis": (counted(total=lambda n, taps, outputs: n * outputs), "The table has one axis"),
    "two axes": (counted(total=lambda n, taps, outputs: n * n * outputs), "always has two axes"),
    "taps squared": (
        counted(total=lambda n, taps, outputs: n ** (taps * taps) * outputs),
        "taps is squared",
    ),
    "an axis too many": (
        counted(total=lambda n, taps, outputs: n ** (taps + 1) * outputs),
        "There is an axis too many",
    ),
    "an axis too few": (
        counted(total=lambda n, taps, outputs: n ** (taps - 1) * outputs),
        "There is an axis too few",
    ),
    "no outputs": (counted(total=lambda n, taps, outputs: n**taps), "The outputs are forgotten"),
    "outputs squared": (
        counted(total=lambda n, taps, outputs: n**taps * outputs * outputs),
        "The outputs are squared",
    ),
    "outputs added": (
        counted(total=lambda n, taps, outputs: n**taps + outputs),
        "The outputs are added",
    ),
    "outputs in the bracket": (
        counted(total=lambda n, taps, outputs: (n * outputs) ** taps),
        "the bracket is too wide",
    ),
    "outputs as axes": (
        counted(total=lambda n, taps, outputs: n ** (taps + outputs)),
        "taken for another axis of nodes",
    ),
    "in bits": (counted(total=lambda n, taps, outputs: 8 * n**taps * outputs), "These are bits"),
    "float32": (
        counted(total=lambda n, taps, outputs: n**taps * outputs * 4),
        "counted as four bytes",
    ),
    "int16": (counted(total=lambda n, taps, outputs: n**taps * outputs * 2), "as two bytes"),
    "KiB": (counted(total=lambda n, taps, outputs: n**taps * outputs / 1024), "are kilobytes"),
    "kB": (counted(total=lambda n, taps, outputs: n**taps * outputs / 1000), "are kilobytes"),
    "with its index": (
        counted(total=lambda n, taps, outputs: n**taps * (taps + outputs)),
        "stored at every node, too",
    ),
    "of one look-up": (corners, "the corners of one cell"),
    "in floats": (by_floats, "The number is right, but 17.0 is no integer, and bytes are whole"),
    "divided with /": (
        counted(lambda i: 256 / 2**i + 1),
        "The number is right, but 17.0 is no integer, and bytes are whole",
    ),
    "a text": (lambda t, i, o: f"{by_shift(t, i, o)} bytes", "expected one integer"),
    "a pair": (lambda t, i, o: (by_shift(t, i, 1), o), "expected one integer"),
    "None": (lambda t, i, o: None, "returned None"),
}
