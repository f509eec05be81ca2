"""Answers to exercise 3 of chapter 10, as learners write them: the cell of a table."""

import numpy as np
import torch


def looped(
    nodes=lambda interval: 2 ** (8 - interval) + 1,
    step=lambda interval: 2**interval,
    base=lambda p, q: p // q,
    rest=lambda p, q: p % q,
    order=lambda pixels: pixels,
    add=lambda index, count, b: index * count + b,
    result=lambda index, rests: (index, tuple(rests)),
):
    """Return the exercise's function with one of its steps replaced."""

    def cell(pixels, interval):
        q, count, index = step(interval), nodes(interval), 0
        for p in order(pixels):
            index = add(index, count, base(p, q))
        return result(index, [rest(p, q) for p in pixels])

    return cell


def by_strides(pixels, interval):
    q = 1 << interval
    count = 256 // q + 1
    index = sum(p // q * count**k for k, p in enumerate(reversed(pixels)))
    return index, [p - p // q * q for p in pixels]


def by_numpy(pixels, interval):
    base, rest = np.divmod(np.array(pixels), 2**interval)
    shape = (2 ** (8 - interval) + 1,) * len(pixels)
    return np.ravel_multi_index(tuple(base), shape), tuple(rest)


def by_torch(pixels, interval):
    p = torch.tensor(pixels)
    base, rest = p >> interval, p & (2**interval - 1)
    count = 2 ** (8 - interval) + 1
    strides = count ** torch.arange(len(pixels) - 1, -1, -1)
    return (base * strides).sum(), rest


def four_names(pixels, interval):
    a, b, c, d = pixels
    q, count = 2**interval, 2 ** (8 - interval) + 1
    index = ((a // q * count + b // q) * count + c // q) * count + d // q
    return index, (a % q, b % q, c % q, d % q)


def in_place(pixels, interval):
    pixels.reverse()
    index, rests = looped(order=lambda p: p[::-1])(pixels, interval)
    return index, rests[::-1]


CELLS = {
    "no last node": (looped(lambda n: 2 ** (8 - n)), "A node is missing on every axis"),
    "256 // q": (looped(lambda n: 256 // 2**n), "A node is missing on every axis"),
    "a node more": (looped(lambda n: 2 ** (8 - n) + 2), "one node too many"),
    "256 nodes": (looped(lambda n: 256), "taken to have 256 nodes"),
    "257 nodes": (looped(lambda n: 257), "taken to have 257 nodes"),
    "nodes and distance": (looped(lambda n: 2**n + 1), "nodes and their distance are confused"),
    "L is q": (looped(lambda n: 2**n), "L is taken to be q"),
    "17 nodes": (looped(lambda n: 17), "There are always 17 nodes"),
    "interval 4": (lambda p, n: looped()(p, 4), "The interval is always taken to be 4"),
    "interval is q": (looped(step=lambda n: n), "The interval itself is taken"),
    "interval squared": (looped(step=lambda n: n * n), "interval ** 2"),
    "twice the interval": (looped(step=lambda n: 2 * n), "2 * interval"),
    "number of cells": (looped(step=lambda n: 2 ** (8 - n)), "the number of cells"),
    "q - 1": (looped(step=lambda n: 2**n - 1), "q is one too small"),
    "xor": (looped(step=lambda n: 2 ^ n), "Wrong here: the index and the fractions"),
    "last counts most": (looped(order=lambda p: p[::-1]), "The last pixel counts most. It is"),
    "all reversed": (lambda p, n: looped()(p[::-1], n), "turned around as well"),
    "fractions reversed": (
        looped(result=lambda i, f: (i, tuple(f[::-1]))),
        "The fractions are turned around. Keep",
    ),
    "ascending": (
        looped(result=lambda i, f: (i, tuple(sorted(f)))),
        "The fractions are sorted. Keep",
    ),
    "descending": (
        looped(result=lambda i, f: (i, tuple(sorted(f, reverse=True)))),
        "sorted, descending",
    ),
    "nearest": (
        looped(base=lambda p, q: (2 * p + q) // (2 * q)),
        "The base is the nearest node. It is",
    ),
    "nearest, with a sign": (
        looped(
            base=lambda p, q: (2 * p + q) // (2 * q),
            rest=lambda p, q: p - (2 * p + q) // (2 * q) * q,
        ),
        "the distance from it, with a sign",
    ),
    "above": (looped(base=lambda p, q: p // q + 1), "The base is the node above"),
    "rounded up": (looped(base=lambda p, q: (p + q - 1) // q), "The base is rounded up"),
    "the node's value": (looped(base=lambda p, q: p - p % q), "is the node's value"),
    "pixels in the index": (looped(base=lambda p, q: p), "The pixels themselves are put"),
    "fractions in the index": (looped(base=lambda p, q: p % q), "is made of the fractions"),
    "added": (looped(add=lambda i, count, b: i + b), "The nodes' numbers are added up"),
    "a factor too many": (looped(add=lambda i, count, b: (i + b) * count), "once too often"),
    "from 1": (looped(result=lambda i, f: (i + 1, tuple(f))), "counts from 1"),
    "from above": (looped(rest=lambda p, q: q - p % q), "distances from the node above"),
    "fractions in nodes": (looped(rest=lambda p, q: p // q), "counted in nodes"),
    "pixels as fractions": (looped(rest=lambda p, q: p), "are the pixels themselves"),
    "divided fractions": (
        looped(rest=lambda p, q: p % q / q),
        "5,), expected whole numbers from 0 to q - 1: pixel % q, not divided by q.\n",
    ),
    "a float index": (looped(base=lambda p, q: p / q), "expected a whole number: it is made of"),
    "swapped": (looped(result=lambda i, f: (tuple(f), i)), "one place in the flat table"),
    "a tuple of nodes": (
        looped(add=lambda i, count, b: (*i, b) if i else (b,)),
        "one place in the flat table",
    ),
    "the index only": (looped(result=lambda i, f: i), "expected (index, fractions)"),
    "flat": (looped(result=lambda i, f: (i, *f)), "expected (index, fractions)"),
    "one fraction": (looped(result=lambda i, f: (i, f[0])), "expected (index, fractions)"),
    "four names": (four_names, "Any number of pixels may come"),
    "in place": (in_place, "changes its argument pixels in place"),
    "None": (lambda p, n: None, "returned None"),
}
