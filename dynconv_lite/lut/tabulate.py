"""From a network to a table: ask it at every node, and write down the answers as bytes."""

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from dynconv_lite.lut.patterns import Pattern, find_pattern, nodes, strides
from dynconv_lite.lut.stage import MIDDLE, ROTATIONS
from dynconv_lite.lut.table import SCALES, LookupTable
from dynconv_lite.validation import check_count

if TYPE_CHECKING:  # the models import this package
    from dynconv_lite.models.mulut_net import MuLutNet

CHUNK = 1 << 15  # questions at once: 64 channels of them take 8 MB
OUTPUTS = tuple(scale**2 for scale in SCALES)


def node_values(interval: int) -> Tensor:
    """Return the pixel value at which each node is sampled.

    Nodes lie 2**interval apart: 0, 16, .., 240 and 256 for interval 4. No pixel is 256, and no
    network has learned what would be there, so the last node is sampled at 255; interpolation
    takes it as 256 all the same.

    Args:
        interval: 0, or 3 to 8.

    Returns:
        float32 (L,), 0..255.

    Raises:
        ValueError: If the interval is not allowed.

    Source: Jo & Kim 2021, public code, 2_Transfer_to_LUT/Transfer_Model_S.py.
    """
    return (torch.arange(nodes(interval)) * 2.0**interval).clamp(max=255)


def tabulate(
    network: Callable[[Tensor], Tensor], pattern: str | Pattern, interval: int = 4
) -> LookupTable:
    """Ask a network at every node of a table's grid.

    Args:
        network: Maps patches (N, 1, h, w), pixel values in 0..1, to blocks of pixels in -1..1, as
            (N, 1, r, r) or another shape with r * r values each; h x w is the smallest rectangle
            that holds the pattern's taps. Pixels of it that are no tap are 0: the answer must not
            depend on them. A network with the method `from_taps`, as `SrLutNet`, is asked
            through that. A module is asked in eval mode, without gradients, on its own device.
        pattern: A name in `PATTERNS`, or a pattern of D taps.
        interval: Nodes lie 2**interval pixel values apart: 3 to 8; 0 with at most three taps.

    Returns:
        The table of round(127 * clip(answer, -1, 1)): L**D rows of r * r bytes.

    Raises:
        ValueError: If the network's pattern is another one, or its answers have another shape
            or are not finite.

    Source: Jo & Kim 2021, CVPR.
    """
    taps = find_pattern(pattern)
    own = getattr(network, "pattern", taps)
    if own != taps:
        raise ValueError(f"pattern must be the network's own, {own.name!r}, got {taps.name!r}")
    steps = torch.tensor(strides(taps, interval))
    count, values = nodes(interval) ** taps.dims, node_values(interval) / 255
    answers = []
    with _asking(network) as like:
        for start in range(0, count, CHUNK):
            row = torch.arange(start, min(count, start + CHUNK))
            index = torch.div(row[:, None], steps, rounding_mode="floor") % len(values)  # (N, D)
            answers.append(_ask(network, values[index].to(like), taps))
    return LookupTable(quantised(torch.cat(answers)), taps, interval)


def tabulate_stages(network: "MuLutNet", interval: int = 4) -> list[list[LookupTable]]:
    """Make the tables of all stages of a cascade, as `super_resolve` takes them.

    Args:
        network: Without `mix`.
        interval: As of `tabulate`, for every table.

    Returns:
        A list of stages, each a list of tables in the order of the patterns.

    Raises:
        ValueError: If the network cannot be tabulated.
    """
    return [
        [tabulate(branch, branch.pattern, interval) for branch in stage]
        for stage in network.networks()
    ]


def repeating_stages(
    patterns: Sequence[str | Pattern],
    stages: int = 2,
    scale: int = 4,
    interval: int = 4,
    *,
    sharpen: float = 0.0,
) -> list[list[LookupTable]]:
    """Make a cascade that repeats every pixel, for tables to learn from without a network.

    Every table answers with the pixel of its first tap, and so all of them together enlarge as the
    nearest neighbour does, but for up to two grey levels a stage near white, where int8 ends.

    Args:
        patterns: Names in `PATTERNS`, or patterns: one table of each in every stage.
        stages: How many.
        scale: r.
        interval: As of `tabulate`, for every table.
        sharpen: How many times the first stage adds to a pixel by what it is brighter than the mean
            of a table's other taps; it has to have another stage after it. Cascades that are to
            learn side by side need different ones, or they would all learn the same.

    Raises:
        ValueError: If an argument is out of range.
    """
    check_count("stages", stages)
    if not math.isfinite(sharpen) or (sharpen and stages < 2):
        raise ValueError(
            f"sharpen must be finite, and 0 for a single stage, got {sharpen} for {stages}"
        )
    if scale not in SCALES:
        raise ValueError(f"scale must be one of {SCALES}, got {scale}")

    def before(patches: Tensor) -> Tensor:
        return (255 * patches[:, :, :1, :1] - MIDDLE) / 127  # a stage adds it again

    def last(patches: Tensor) -> Tensor:
        level = 255 * patches[:, :, :1, :1] / ROTATIONS  # a stage adds its four turns up
        return (level / 127).expand(-1, -1, scale, scale)

    asked = [*[before] * (stages - 1), last]
    made = [[tabulate(answer, pattern, interval) for pattern in patterns] for answer in asked]
    if sharpen:
        made[0] = [_sharpening(table, sharpen) for table in made[0]]
    return made


def _sharpening(table: LookupTable, amount: float) -> LookupTable:
    """Return a table of one stage, not the last, that sharpens its first tap."""
    values = node_values(table.interval)
    taps = torch.cartesian_prod(*[values] * table.pattern.dims)  # (L^D, D)
    pixel, others = taps[:, :1], taps[:, 1:].mean(1, keepdim=True)
    answer = (pixel + amount * (pixel - others)).clamp(0, 255) - MIDDLE
    return LookupTable(quantised(answer / 127), table.pattern, table.interval, table.step)


def quantised(answers: Tensor) -> npt.NDArray[np.int8]:
    """Return round(127 * clip(answers, -1, 1)) as int8, halves to even.

    Raises:
        ValueError: If an answer is not finite.
    """
    if not torch.isfinite(answers).all():
        raise ValueError("network must give finite answers, and gave NaN or infinity")
    return (answers.clamp(-1, 1) * 127).round().to(torch.int8).cpu().numpy()


def _ask(network: Callable[[Tensor], Tensor], taps: Tensor, pattern: Pattern) -> Tensor:
    """Return a network's answers (N, outputs) to the values (N, D) of its taps."""
    if hasattr(network, "from_taps"):
        answer = network.from_taps(taps.T[None, :, None])[0, :, 0].T  # as one row of pixels
    else:
        high, wide = (max(tap[axis] for tap in pattern.taps) + 1 for axis in (0, 1))
        patches = taps.new_zeros(len(taps), 1, high, wide)
        for value, (dy, dx) in zip(taps.T, pattern.taps, strict=True):
            patches[:, 0, dy, dx] = value
        answer = network(patches)
    outputs = answer.numel() // len(taps)
    if answer.shape[0] != len(taps) or outputs not in OUTPUTS:
        raise ValueError(
            f"network must answer {len(taps)} patches with {', '.join(map(str, OUTPUTS))} values "
            f"each, got {tuple(answer.shape)}"
        )
    return answer.reshape(len(taps), outputs)


@contextmanager
def _asking(network: object) -> Iterator[Tensor]:
    """Hold a network in eval mode without gradients; give a tensor of its type and device."""
    like = torch.zeros(())
    modes: list[tuple[nn.Module, bool]] = []
    if isinstance(network, nn.Module):
        like = next(network.parameters(), like)
        modes = [(module, module.training) for module in network.modules()]
        network.eval()
    try:
        with torch.no_grad():
            yield like
    finally:
        for module, training in modes:
            module.training = training
