"""Exercise 4: a network, asked everything once."""

import itertools
from collections.abc import Callable

import torch
from torch import Tensor

from dynconv_lite.course.answer import Answer
from dynconv_lite.course.case import Case
from dynconv_lite.course.checks.ch10.sampling_mistakes import HINTS, MISTAKES
from dynconv_lite.course.checks.ch10.typed import Typed
from dynconv_lite.course.draw import Random
from dynconv_lite.course.exercise import exercise

Network = Callable[[Tensor], Tensor]
RESULT = "an int8 table (L**taps, outputs)"


def _sample_table(network: Network, taps: int, interval: int) -> Tensor:
    """Return what a network says at every node of a grid, as bytes.

    Args:
        network: from (N, taps), pixels divided by 255, to (N, outputs), about -1 to 1.
        taps: pixels that it sees.
        interval: the nodes are 2**interval apart, and the last one is at 255.

    Returns:
        int8 (L**taps, outputs), L = 2**(8 - interval) + 1; the last tap changes fastest.
    """
    nodes = [min(level, 255) for level in range(0, 257, 2**interval)]
    grid = torch.tensor(list(itertools.product(nodes, repeat=taps)), dtype=torch.float32)
    with torch.no_grad():
        outputs = network(grid / 255)
    return (outputs.clamp(-1, 1) * 127).round().to(torch.int8)


def _network(random: Random, taps: int, outputs: int, strength: float) -> Network:
    """Draw a network whose outputs are far from the borders between two bytes.

    So no rounding of its input, in whatever precision, moves an entry of the right table.

    Args:
        random: the source of its weights.
        taps: pixels that it sees.
        outputs: of the network.
        strength: its largest output; beyond 1 it has to be clipped.
    """
    weight = (0.3 + random.uniform(taps, outputs)) * (1 + torch.arange(taps)[:, None]) / 90
    phase = 6 * random.uniform(outputs)

    def network(x: Tensor) -> Tensor:
        if x.ndim != 2 or x.shape[1] != taps or not x.is_floating_point():
            name = str(x.dtype).removeprefix("torch.")
            raise ValueError(
                f"this network takes floating-point numbers (N, {taps}), got {name} of shape "
                f"{tuple(x.shape)}"
            )
        if len(x) > 100_000:
            raise ValueError(f"this network takes at most 100000 rows at a time, got {len(x)}")
        levels = (x.detach().double() * 255 * 16).round() / 16  # exact for pixels
        angle = levels @ weight + phase  # (N, outputs)
        byte = (127 * strength * angle.sin()).round() + 0.35 * (5 * angle).cos()
        return (byte / 127).to(x.dtype)

    return network


@exercise("Exercise 4: from a network to a table", fallback=_sample_table)
def sample_table(answer: Answer, random: Random) -> None:
    """Check `sample_table(network, taps, interval)` -> int8 (L**taps, outputs)."""
    cases = []
    for new, taps, interval, outputs, strength in (
        ("two pixels and one output", 2, 4, 1, 0.9),
        ("several outputs", 2, 4, random.integer(3, 5), 0.9),
        ("outputs beyond -1 and 1", 2, 4, 4, 1.4),
        ("nodes further apart", 2, 6, 4, 1.2),
        ("nodes nearer to each other", 2, 3, 1, 1.2),
        ("three pixels", 3, 5, 2, 1.2),
        ("one pixel", 1, 4, 3, 1.2),
        ("four pixels", 4, 5, 3, 1.1),
        ("black and white only", 2, 8, 4, 1.2),
    ):
        network = _network(random, taps, outputs, strength)
        cases.append(Case({"network": network, "taps": taps, "interval": interval}, new))
    typed = Typed(
        answer.function,
        answer.name,
        answer.label,
        torch.int8,
        RESULT,
        "clip, multiply by 127, round, and then .to(torch.int8).",
    )
    typed.compare(_sample_table, cases, MISTAKES, result=RESULT, hints=HINTS)
