"""Sums of one-index tables for tests: random ones, and what they make of a picture, by loops."""

import itertools

import numpy as np

from dynconv_lite.lut.additive import AdditiveTables

SMALL = ((3, 3, 5), (2, 1, 2), (4, 3, 9))  # outputs, side of the window, nodes


def random_tables(seed: int = 0, shapes=SMALL, turns: int = 4) -> AdditiveTables:
    draw = np.random.default_rng(seed)
    layers, channels = [], 1
    for outputs, side, nodes in shapes:
        shape = (channels, side, side, nodes, outputs)
        layers.append(draw.integers(-128, 128, shape, dtype=np.int8))
        channels = outputs
    return AdditiveTables(layers, draw.uniform(0.05, 0.5, len(layers)).tolist(), turns)


def random_image(seed: int, shape) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def by_loop(plane, tables: AdditiveTables, padding: str = "edge"):
    """Enlarge one grey picture, byte by byte, in Python's integers."""

    def sums(bytes_, layer):
        channels, side, _, nodes, outputs = layer.shape
        rows, columns = (size - side + 1 for size in bytes_.shape[1:])
        out = np.zeros((outputs, rows, columns), int)
        window = itertools.product(range(channels), range(side), range(side))
        for (c, dy, dx), i, j in itertools.product(window, range(rows), range(columns)):
            place = (nodes - 1) * int(bytes_[c, i + dy, j + dx])
            cell = min(place // 255, nodes - 2)
            table, rest = layer[c, dy, dx].astype(int), place - 255 * cell
            out[:, i, j] += (255 - rest) * table[cell] + rest * table[cell + 1]
        return out

    scale, total = tables.scale, 0
    for turn in range(tables.turns):
        bytes_ = np.rot90(np.pad(plane, tables.reach, mode=padding), turn)[None].astype(int)
        for layer, step in zip(tables.layers[:-1], tables.steps[:-1], strict=True):
            side = layer.shape[1] // 2
            high, wide = bytes_.shape[1:]
            inside = bytes_[:, side : high - side, side : wide - side]
            base = np.stack([inside[o % len(inside)] for o in range(layer.shape[4])])
            level = np.round(base + sums(bytes_, layer) * (step / 255))
            bytes_ = np.clip(level, 0, 255).astype(int)
        blocks = sums(bytes_, tables.layers[-1])
        _, high, wide = blocks.shape
        blocks = blocks.reshape(scale, scale, high, wide).transpose(2, 0, 3, 1)
        total = total + np.rot90(blocks.reshape(high * scale, wide * scale), -turn)
    addend = total * (tables.steps[-1] / (255 * tables.turns))
    pixels = plane.repeat(scale, 0).repeat(scale, 1)
    return np.clip(np.round(pixels + addend), 0, 255).astype(np.uint8)
