"""A cascade of networks that each become a lookup table: MuLUT, and SR-LUT as its smallest case."""

from collections.abc import Iterable, Sequence
from typing import cast

import torch
from torch import Tensor, nn

from dynconv_lite.lut.patterns import Pattern
from dynconv_lite.lut.rotations import rotation_ensemble
from dynconv_lite.lut.rounding import to_bytes
from dynconv_lite.models.srlut_net import SrLutNet, check_scale
from dynconv_lite.pixel_mix import Padding
from dynconv_lite.validation import check_count

LEVELS = 127  # what an output of 1 is worth in grey levels, as int8 tables store it


class MuLutNet(nn.Module):
    """Networks of several patterns side by side, in stages with 8-bit pictures between them.

    In each stage all patterns look at the same picture in four rotations, and their answers f in
    -1..1 are averaged over the patterns. A stage that is not the last makes a picture of the same
    size, round(clip(127 mean(f) + 127, 0, 255)), where the mean goes over the rotations, too: one
    byte a pixel, so that the next stage can be a table. The last stage makes r x r pixels of
    each: 127 times the sum over the rotations, in grey levels.

    One pattern and one stage, `MuLutNet(("s",), 1, dense=False)`, is the whole of SR-LUT.

    The public code also rounds every answer to a multiple of 1 / 127 before it is averaged, as
    its table will; here only the picture between the stages is rounded.

    Args:
        patterns: Names in `PATTERNS`, or patterns.
        stages: How many.
        scale: r = 2, 3 or 4.
        width: Channels of every network.
        depth: 1 x 1 convolutions of every network between its first and its last.
        dense: As of `SrLutNet`.
        mix: As of `SrLutNet`, for every network; with it, none of them is a table any more.

    Shape:
        (B, 1, H, W), x in 0..1 -> (B, 1, r H, r W), about 0..1, not clipped

    Raises:
        ValueError: If an argument is out of range.

    Source: Li et al. 2022, "MuLUT: Cooperating Multiple Look-Up Tables for Efficient Image
    Super-Resolution", ECCV, and its public code (ddlee-cn/MuLUT, sr/1_train_model.py).
    """

    def __init__(
        self,
        patterns: Sequence[str | Pattern] = ("s", "d", "y"),
        stages: int = 2,
        scale: int = 4,
        width: int = 64,
        depth: int = 4,
        *,
        dense: bool = True,
        mix: Sequence[Sequence[int]] | None = None,
    ) -> None:
        super().__init__()
        check_count("stages", stages)
        check_scale(scale)
        if not patterns:
            raise ValueError(f"patterns must name at least one pattern, got {patterns!r}")
        self.scale = scale
        self.stages = nn.ModuleList(
            nn.ModuleList(
                SrLutNet(
                    pattern,
                    scale if stage == stages - 1 else 1,
                    width,
                    depth,
                    dense=dense,
                    mix=mix,
                )
                for pattern in patterns
            )
            for stage in range(stages)
        )

    @property
    def reach(self) -> int:
        """How many pixels the whole cascade looks to every side."""
        return len(self.stages) * self._stage_reach

    @property
    def _stage_reach(self) -> int:
        return max(network.reach for network in self.networks()[0])

    def networks(self) -> list[list[SrLutNet]]:
        """Return the networks of every stage, in the order of the patterns."""
        return [list(cast(Iterable[SrLutNet], stage)) for stage in self.stages]

    def forward(self, x: Tensor, padding: Padding = "edge") -> Tensor:
        """Enlarge x, (B, 1, H, W); the padding is as of `rotation_ensemble`, in every stage."""
        *before, last = self.networks()
        for stage in before:
            mean = self._sum(stage, x, padding) / (4 * len(stage))
            x = to_bytes(LEVELS * mean + LEVELS) / 255
        return LEVELS / 255 * self._sum(last, x, padding) / len(last)

    def _sum(self, stage: list[SrLutNet], x: Tensor, padding: Padding) -> Tensor:
        """Add the answers of all patterns in all rotations."""
        answers = []
        for network in stage:
            # a pattern that reaches less far leaves out a border, so that all answers fit
            spare = self._stage_reach - network.reach if padding == "valid" else 0
            high, wide = x.shape[2] - spare, x.shape[3] - spare
            inner = x[:, :, spare:high, spare:wide]
            answers.append(rotation_ensemble(network, inner, padding))
        return torch.stack(answers).sum(0)
