"""Answers to exercise 9 of chapter 10, as learners write them: between two stages."""

import numpy as np
import torch


def steps(
    mean=lambda s, n: s / n,
    shift=lambda x: x + 127,
    clip=lambda x: x.clamp(0, 255),
    cut=torch.round,
    result=lambda y: y.to(torch.uint8),
):
    """Return the exercise's function with one of its steps replaced."""

    def requantised(sums, count):
        return result(cut(clip(shift(mean(sums, count)))))

    return requantised


def by_numpy(sums, count):
    y = np.round(np.clip(sums.numpy() / count + 127, 0, 255))
    return torch.from_numpy(y.astype(np.uint8))


def rounded_first(sums, count):
    return (sums / count + 127).round().clip(min=0, max=255).byte()


def one_fraction(sums, count):
    y = (sums.double() + 127 * count) / count
    return torch.round(torch.minimum(torch.relu(y), torch.tensor(255.0))).to(torch.uint8)


def in_place(sums, count):
    y = sums.double()
    y /= count
    y += 127
    y.clamp_(0, 255).round_()
    sums.copy_(y)
    return y.byte()


def wrapped(y):
    return (y.long() % 256).to(torch.uint8)


QUANTISED = {
    "no bias": (steps(shift=lambda x: x), "127 is not added"),
    "128": (steps(shift=lambda x: x + 128), "128 is added"),
    "127.5": (steps(shift=lambda x: x + 127.5), "127.5 is added"),
    "255": (steps(shift=lambda x: x + 255), "255 is added"),
    "minus": (steps(shift=lambda x: x - 127), "127 is subtracted"),
    "the sign": (steps(shift=lambda x: 127 - x), "light and dark are swapped"),
    "bias in the sum": (steps(lambda s, n: (s + 127) / n, lambda x: x), "added to the sum, before"),
    "bias after clipping": (
        steps(shift=lambda x: x, clip=lambda x: x.clamp(0, 255) + 127, result=wrapped),
        "127 is added after clipping, so",
    ),
    "clipped twice": (
        steps(shift=lambda x: x, clip=lambda x: (x.clamp(0, 255) + 127).clamp(max=255)),
        "and what lies beyond 255 is clipped again",
    ),
    "rounded before the bias": (
        steps(shift=lambda x: x.round() + 127),
        "rounded before 127 is added",
    ),
    "not divided": (steps(lambda s, n: s.double()), "The sum is not divided by count"),
    "12": (steps(lambda s, n: s / 12), "always divided by 12"),
    "4": (steps(lambda s, n: s / 4), "divided by 4"),
    "four times": (steps(lambda s, n: s / n / 4), "divided by 4 * count"),
    "127": (steps(lambda s, n: s / n / 127), "The sum is divided by 127"),
    "255ths": (steps(lambda s, n: s / n / 255), "The average is divided by 255"),
    "doubled": (steps(lambda s, n: 2 * s / n), "The average is doubled"),
    "divided down": (
        steps(lambda s, n: s // n, cut=lambda x: x),
        "neither // nor .to(torch.uint8) rounds",
    ),
    "divided towards 0": (
        steps(lambda s, n: s.div(n, rounding_mode="trunc"), cut=lambda x: x),
        "The division cuts the fraction off",
    ),
    "cut": (steps(cut=lambda x: x), "neither // nor .to(torch.uint8) rounds"),
    "up": (steps(cut=torch.ceil), "The average is rounded up"),
    "halves up": (steps(cut=lambda x: (x + 0.5).floor()), "Halves are rounded up"),
    "halves by a cast": (steps(cut=lambda x: x + 0.5), "Halves are rounded up"),
    "halves away from 0": (
        steps(shift=lambda x: torch.where(x < 0, (x - 0.5).ceil(), (x + 0.5).floor()) + 127),
        "away from 0",
    ),
    "halves down": (steps(cut=lambda x: (x - 0.5).ceil()), "Halves are rounded down"),
    "a half too much": (steps(cut=lambda x: (x + 0.5).round()), "half a level too much"),
    "not clipped": (steps(clip=lambda x: x, result=wrapped), "Nothing is clipped"),
    "min only": (steps(clip=lambda x: x.clamp(min=0), result=wrapped), "Only negative numbers"),
    "max only": (steps(clip=lambda x: x.clamp(max=255), result=wrapped), "Only numbers above 255"),
    "254": (steps(clip=lambda x: x.clamp(0, 254)), "The result never exceeds 254"),
    "0 to 127": (steps(clip=lambda x: x.clamp(0, 127)), "clipped to 0 ... 127"),
    "0 to 1": (steps(clip=lambda x: x.clamp(0, 1)), "clipped to 0 ... 1"),
    "clipped early": (steps(lambda s, n: (s / n).clamp(-127, 127)), "The result never exceeds 254"),
    "clipped early, -128": (
        steps(lambda s, n: (s / n).clamp(-128, 127)),
        "The result never exceeds 254",
    ),
    "stretched": (
        steps(shift=lambda x: 255 * (x - x.min()) / (x.max() - x.min())),
        "The result is stretched",
    ),
    "float": (steps(result=lambda y: y), "expected a uint8 tensor"),
    "int64": (steps(result=lambda y: y.long()), "The result is int64, expected a uint8"),
    "int8": (steps(result=lambda y: (y - 127).to(torch.int8)), "The result is int8"),
    "an array": (lambda s, n: by_numpy(s, n).numpy(), "expected a uint8 tensor"),
    "a flat list": (lambda s, n: by_numpy(s, n).flatten().tolist(), "expected a uint8 tensor"),
    "flat": (lambda s, n: by_numpy(s, n).flatten(), "The result has shape"),
    "in place": (in_place, "changes its argument sums in place"),
    "integers in place": (
        lambda s, n: s.div_(n).add_(127).clamp_(0, 255).round_().byte(),
        "Whole numbers cannot be rounded or hold a fraction",
    ),
    "None": (lambda s, n: None, "returned None"),
}
