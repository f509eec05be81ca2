"""Answers to exercise 4 of chapter 10, as learners write them: from a network to a table."""

import itertools

import numpy as np
import torch


def spread(interval):
    nodes = torch.arange(0, 257, 2**interval)
    nodes[-1] = 255
    return nodes


def product(nodes, taps):
    return torch.cartesian_prod(*[nodes] * taps).reshape(-1, taps)


def tabulated(
    nodes=spread,
    grid=product,
    scale=lambda x: x / 255,
    clip=lambda y: y.clamp(-1, 1),
    byte=lambda y: (y * 127).round(),
    result=lambda table: table.to(torch.int8),
):
    """Return the exercise's function with one of its steps replaced."""

    def sample_table(network, taps, interval):
        outputs = network(scale(grid(nodes(interval), taps)).float())
        return result(byte(clip(outputs)))

    return sample_table


def by_meshgrid(network, taps, interval):
    axes = torch.meshgrid(*[spread(interval)] * taps, indexing="ij")
    grid = torch.stack(axes, -1).view(-1, taps)
    return torch.round(127 * torch.clip(network(grid / 255), -1, 1)).to(torch.int8)


def part_by_part(network, taps, interval):
    """Ask for one value of the first pixels at a time, and all of the last."""
    nodes = [*range(0, 256, 2**interval), 255]
    parts = []
    for levels in itertools.product(nodes, repeat=taps - 1):
        y = network(torch.tensor([[*levels, last] for last in nodes]).double() / 255)
        parts.append((y * 127).clamp(-127, 127).round())
    return torch.cat(parts).char()


def by_digits(network, taps, interval):
    """Number the rows, and take the digits of the numbers to the base L."""
    count = 2 ** (8 - interval) + 1
    number = torch.arange(count**taps)[:, None]
    digits = number // count ** torch.arange(taps - 1, -1, -1) % count
    levels = (digits << interval).clamp(max=255)
    parts = [network(chunk / 255.0) for chunk in levels.split(100)]  # in small batches
    return (torch.cat(parts).clamp(-1, 1) * 127).round().to(torch.int8)


def xy(nodes, taps):
    axes = np.meshgrid(*[nodes.numpy()] * taps)
    return torch.from_numpy(np.stack(axes, -1)).reshape(-1, taps)


def not_reshaped(nodes, taps):
    return torch.cartesian_prod(*[nodes] * taps)


def one_axis_each(network, taps, interval):
    table = by_digits(network, taps, interval)
    return table.reshape(*[2 ** (8 - interval) + 1] * taps, -1)


def one_question_each(network, taps, interval):
    rows = [network(torch.tensor(levels) / 255) for levels in
            itertools.product(spread(interval).tolist(), repeat=taps)]  # fmt: skip
    return torch.stack(rows).to(torch.int8)


def arange(interval):
    return torch.arange(0, 257, 2**interval)


def wrapped(table):
    return table.long().to(torch.int8)


SAMPLES = {
    "256": (tabulated(arange), "The last node is asked at 256 / 255"),
    "no last node": (tabulated(lambda n: torch.arange(0, 256, 2**n)), "The last node is missing"),
    "linspace": (
        tabulated(lambda n: torch.linspace(0, 255, 2 ** (8 - n) + 1)),
        "lie evenly between 0 and 255. The",
    ),
    "linspace, rounded": (
        tabulated(lambda n: torch.linspace(0, 255, 2 ** (8 - n) + 1).round()),
        "lie evenly between 0 and 255, and are rounded",
    ),
    "middles": (
        tabulated(lambda n: (arange(n) + 2 ** (n - 1)).clamp(max=255)),
        "in the middles of the cells",
    ),
    "all one lower": (tabulated(lambda n: (arange(n) - 1).relu()), "are one too low"),
    "one before": (tabulated(lambda n: arange(n).clamp(max=256 - 2**n)), "repeats the one before"),
    "always 4": (tabulated(lambda n: spread(4)), "The interval is always taken to be 4"),
    "cells and size": (tabulated(lambda n: spread(8 - n)), "number of cells and their size"),
    "over 256": (tabulated(scale=lambda x: x / 256), "The nodes are divided by 256"),
    "not divided": (tabulated(scale=lambda x: x), "The network is asked at 0 ... 255"),
    "half the range": (tabulated(scale=lambda x: x / 127.5), "divided by 127.5"),
    "-1 to 1": (tabulated(scale=lambda x: x / 127.5 - 1), "The shape is right, but"),
    "backwards": (
        tabulated(grid=lambda n, t: product(n, t).flip(1)),
        "first pixel changes fastest",
    ),
    "numpy's meshgrid": (tabulated(grid=xy), "The first two pixels are swapped"),
    "diagonal": (
        tabulated(grid=lambda n, t: n[:, None].repeat(1, t)),
        "All pixels have the same value",
    ),
    "not clipped": (
        tabulated(clip=lambda y: y, result=wrapped),
        "Nothing is clipped",
    ),
    "relu": (tabulated(clip=lambda y: y.relu().clamp(max=1)), "Negative outputs are set to 0"),
    "max only": (tabulated(clip=lambda y: y.clamp(max=1), result=wrapped), "but not below"),
    "min only": (tabulated(clip=lambda y: y.clamp(min=-1), result=wrapped), "but not above"),
    "-128": (
        tabulated(clip=lambda y: y, byte=lambda y: (y * 127).round().clamp(-128, 127)),
        "so that -1.2 becomes -128",
    ),
    "tanh": (tabulated(clip=torch.tanh), "squeezed by tanh"),
    "clipped late": (
        tabulated(clip=lambda y: y * 127, byte=lambda y: y.clamp(-1, 1).round()),
        "clipped after they are multiplied",
    ),
    "rounded early": (tabulated(byte=lambda y: y.round() * 127), "rounded before"),
    "128": (tabulated(byte=lambda y: (y * 128).round(), result=wrapped), "multiplied by 128, and"),
    "128, clipped": (
        tabulated(byte=lambda y: (y * 128).round().clamp(-128, 127)),
        "The outputs are multiplied by 128. An",
    ),
    "255": (tabulated(byte=lambda y: (y * 255).round(), result=wrapped), "multiplied by 255"),
    "not multiplied": (tabulated(byte=lambda y: y.round()), "are not multiplied by 127"),
    "cut": (tabulated(byte=lambda y: y * 127), "The outputs are cut, not rounded"),
    "down": (tabulated(byte=lambda y: (y * 127).floor()), "The outputs are rounded down"),
    "up": (tabulated(byte=lambda y: (y * 127).ceil()), "The outputs are rounded up"),
    "moved up": (
        tabulated(byte=lambda y: (y * 127).round() + 127, result=wrapped),
        "moved up by 127",
    ),
    "transposed": (tabulated(result=lambda t: t.T.to(torch.int8)), "The table is transposed"),
    "one axis each": (one_axis_each, "one axis for every pixel"),
    "first output": (tabulated(result=lambda t: t[:, :1].char()), "Only the first output"),
    "flat": (tabulated(result=lambda t: t.flatten().char()), "The table is flat"),
    "float": (tabulated(result=lambda t: t), "The result is float32, expected an int8 table"),
    "uint8": (
        tabulated(byte=lambda y: (y * 127).round() + 127, result=lambda t: t.to(torch.uint8)),
        "The result is uint8, expected an int8 table",
    ),
    "not reshaped": (tabulated(grid=not_reshaped), "cartesian_prod of one tensor"),
    "integers": (
        lambda net, t, n: net(product(spread(n), t)).to(torch.int8),
        "Make the nodes floating-point numbers",
    ),
    "one question each": (one_question_each, "Make the nodes floating-point numbers"),
    "every level": (
        tabulated(lambda n: torch.arange(257).clamp(max=255) if n == 5 else spread(n)),
        "There are more nodes than there should be",
    ),
    "an array": (lambda net, t, n: by_digits(net, t, n).numpy(), "expected an int8 table"),
    "None": (lambda net, t, n: None, "returned None"),
}
