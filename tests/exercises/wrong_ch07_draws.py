"""Wrong answers to exercise 3 of chapter 7, as learners write them."""

import random

import numpy as np
import torch


def row(channels):
    return torch.arange(4).repeat_interleave(channels // 4)


def image_by_image(make):
    """Return a loop over images: `make(channels, generator)` gives one row."""

    def draw_directions(batch, channels, generator):
        return torch.stack([make(channels, generator) for _ in range(batch)])

    return draw_directions


def shuffled(channels, generator):
    return row(channels)[torch.randperm(channels, generator=generator)]


def ranked(batch, channels, generator):
    return torch.rand(batch, channels, generator=generator).argsort(dim=1) % 4


def multinomial(batch, channels, generator):
    order = torch.multinomial(torch.ones(batch, channels), channels, generator=generator)
    return row(channels)[order]


def one_shuffle(batch, channels, generator):
    return shuffled(channels, generator).expand(batch, channels)


def one_random_row(batch, channels, generator):
    return torch.randint(4, (channels,), generator=generator).expand(batch, channels)


def rolled(batch, channels, generator):
    first = shuffled(channels, generator)
    steps = torch.randint(channels, (batch,), generator=generator).tolist()
    return torch.stack([first.roll(step) for step in steps])


def rolled_blocks(batch, channels, generator):
    steps = torch.randint(channels, (batch,), generator=generator).tolist()
    return torch.stack([row(channels).roll(step + 1) for step in steps])


def np_rolled(batch, channels, generator):
    first = row(channels).numpy()
    steps = torch.randperm(channels, generator=generator)[:batch].tolist()
    steps += [0] * (batch - len(steps))
    return torch.from_numpy(np.stack([np.roll(first, step) for step in steps]))


def blocks(channels, generator):
    return torch.randperm(4, generator=generator).repeat_interleave(channels // 4)


def renamed(batch, channels, generator):
    first = shuffled(channels, generator)
    return torch.stack([torch.randperm(4, generator=generator)[first] for _ in range(batch)])


def in_fours(channels, generator):
    groups = [torch.randperm(4, generator=generator) for _ in range(channels // 4)]
    return torch.cat(groups)


def in_pairs(batch, channels, generator):
    pairs = -(-batch // 2)
    return ranked(pairs, channels, generator).repeat_interleave(2, dim=0)[:batch]


def opposite_pairs(batch, channels, generator):
    """Give every second image the directions of the one before, turned round."""
    drawn = ranked(batch, channels, generator)
    odd = drawn[1::2]
    odd[:] = drawn[0 : 2 * len(odd) : 2] ^ 1
    return drawn


def whole_batch(batch, channels, generator):
    everything = row(channels).repeat(batch)
    order = torch.randperm(batch * channels, generator=generator)
    return everything[order].view(batch, channels)


def along_the_batch(batch, channels, generator):
    place = torch.rand(batch, channels, generator=generator).argsort(dim=0)
    return place * 4 // batch


def three_swaps(channels, generator):
    dealt = row(channels)
    for _ in range(3):
        i, j = torch.randperm(channels, generator=generator)[:2].tolist()
        dealt[[i, j]] = dealt[[j, i]]
    return dealt


def first_half(channels, generator):
    """Shuffle the first half and the second half, each within itself."""
    half = channels // 2
    order = torch.cat(
        [
            torch.randperm(half, generator=generator),
            half + torch.randperm(half, generator=generator),
        ]
    )
    return row(channels)[order]


def neighbours_together(channels, generator):
    """Shuffle pairs of channels."""
    if channels % 8:
        return shuffled(channels, generator)
    return shuffled(channels // 2, generator).repeat_interleave(2)


def biased(batch, channels, generator):
    """Leave the first channel's direction as it is in half of the images."""
    drawn = ranked(batch, channels, generator)
    for b in range(0, batch, 2):
        k = int((drawn[b] == 0).nonzero()[0])
        drawn[b, [0, k]] = drawn[b, [k, 0]]
    return drawn


def seeds_the_global(batch, channels, generator):
    torch.manual_seed(generator.initial_seed())
    return torch.stack([row(channels)[torch.randperm(channels)] for _ in range(batch)])


def numpy_shuffle(batch, channels, generator):
    drawn = row(channels).repeat(batch, 1).numpy()
    for line in drawn:
        np.random.shuffle(line)
    return torch.from_numpy(drawn)


def python_shuffle(batch, channels, generator):
    lines = [row(channels).tolist() for _ in range(batch)]
    for line in lines:
        random.shuffle(line)
    return torch.tensor(lines)


def fresh_numpy(batch, channels, generator):
    draw = np.random.default_rng()
    return torch.from_numpy(np.stack([draw.permutation(row(channels)) for _ in range(batch)]))


def from_its_seed(batch, channels, generator):
    draw = torch.Generator().manual_seed(generator.initial_seed())
    return ranked(batch, channels, draw)


def seed_0(batch, channels, generator):
    generator.manual_seed(0)
    return ranked(batch, channels, generator)


def one_by_one(batch, channels, generator):
    return torch.randint(4, (batch, channels), generator=generator)


def one_per_image(batch, channels, generator):
    return torch.randint(4, (batch, 1), generator=generator).expand(batch, channels)


def more_up(batch, channels, generator):
    """Deal out one direction too often, in every image alike."""
    dealt = row(channels)
    dealt[-1] = 0
    return torch.stack([dealt[torch.randperm(channels, generator=generator)] for _ in range(batch)])


DRAWS = {
    "one by one": (one_by_one, "The directions are drawn one by one"),
    "multinomial": (
        lambda b, c, g: torch.multinomial(torch.ones(4), b * c, True, generator=g).view(b, c),
        "Shuffle a row that has them in equal numbers",
    ),
    "one per image": (one_per_image, "All channels of an image go in the same direction"),
    "one random row": (one_random_row, "Each has to occur channels / 4 = "),
    "more up": (more_up, "In image 0 the directions 0 to 3 occur 2, 1, 1, 0 times"),
    "whole batch": (whole_batch, "shuffled over the whole batch, not within every image"),
    "one shuffle": (one_shuffle, "All images of a batch have the same directions"),
    "blocks": (image_by_image(blocks), "Whole blocks of neighbouring channels"),
    "rolled": (rolled, "rolled by different steps"),
    "np.roll": (np_rolled, "rolled by different steps"),
    "rolled blocks": (rolled_blocks, "rolled by different steps"),
    "renamed": (renamed, "only the directions' names are shuffled"),
    "in fours": (image_by_image(in_fours), "the shuffle stays within groups of 4"),
    "in pairs": (in_pairs, "Images 0 and 1 have the same directions"),
    "opposite pairs": (opposite_pairs, "Two images in a row go together"),
    "never": (lambda b, c, g: row(c).repeat(b, 1), "Nothing is shuffled: the first quarter"),
    "in turn": (lambda b, c, g: row(4).repeat(b, c // 4), "up, down, left, right in turn"),
    "three swaps": (image_by_image(three_swaps), "The shuffle favours some channels"),
    "two halves": (image_by_image(first_half), "The shuffle favours some channels"),
    "biased": (biased, "channel 0 goes in direction 0 in"),
    "neighbours together": (image_by_image(neighbours_together), "the shuffle does not mix all"),
    "global": (
        lambda b, c, g: torch.rand(b, c).argsort(1) % 4,
        "drawn from torch's global generator, not from `generator`",
    ),
    "global, seeded": (seeds_the_global, "drawn from torch's global generator"),
    "numpy's global": (numpy_shuffle, "drawn from numpy's global generator"),
    "Python's global": (python_shuffle, "drawn from Python's global generator"),
    "numpy anew": (fresh_numpy, "Two generators of the same seed give different directions"),
    "from its seed": (from_its_seed, "A second call with the same generator gives the same"),
    "seed 0": (seed_0, "do not seed it inside the function"),
    "float": (lambda b, c, g: ranked(b, c, g).float(), "The result is float32"),
    "int32": (lambda b, c, g: ranked(b, c, g).int(), "The result is int32"),
    "from 1": (lambda b, c, g: ranked(b, c, g) + 1, "numbered from 1 to 4"),
    "places": (
        lambda b, c, g: torch.rand(b, c, generator=g).argsort(1) + 0,
        "the channels' places, 0 to 7",
    ),
    "minus": (lambda b, c, g: ranked(b, c, g) - 1, "The directions run from -1 to 2"),
    "transposed": (lambda b, c, g: ranked(b, c, g).T, "(channels, batch): transpose it"),
    "one row": (lambda b, c, g: shuffled(c, g), "one row of directions for all images"),
    "64 channels": (lambda b, c, g: ranked(b, 64, g), "There are always 64 channels"),
    "one too few": (lambda b, c, g: ranked(b, c - 1, g), "expected (batch, channels) = (1, 4)"),
    "steps": (
        lambda b, c, g: torch.tensor([[-1, 0], [1, 0], [0, -1], [0, 1]])[ranked(b, c, g)],
        "The result has shape (1, 4, 2)",
    ),
    "an array": (lambda b, c, g: ranked(b, c, g).numpy(), "expected an int64 tensor"),
    "a list": (lambda b, c, g: ranked(b, c, g).tolist(), "expected an int64 tensor"),
    "along the batch": (along_the_batch, "dealt out along the batch"),
    "None": (lambda b, c, g: None, "returned None"),
}
