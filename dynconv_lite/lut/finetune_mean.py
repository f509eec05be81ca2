"""Modules side by side: what they give is averaged, and so they learn together."""

from collections.abc import Iterable, Iterator

import torch
from torch import Tensor, nn

from dynconv_lite.lut.finetune import TrainableTables
from dynconv_lite.lut.finetune_mixed import TrainableMixedTables
from dynconv_lite.lut.mean import MeanTables
from dynconv_lite.pixel_mix import Padding


class MeanOf(nn.Module):
    """The mean of what several networks, or several sets of trainable tables, give.

    Args:
        members: At least one module like `MixedNet`, with `reach` and called as
            `module(x, padding)`.

    Shape:
        (B, 1, H, W), x in 0..1 -> (B, 1, r H, r W), about 0..1, not clipped

    Raises:
        ValueError: If there are no members.
    """

    def __init__(self, members: Iterable[nn.Module]) -> None:
        super().__init__()
        self.members = nn.ModuleList(members)
        if not self.members:
            raise ValueError("members must be at least one, got none")

    @property
    def reach(self) -> int:
        """How many pixels the member that sees farthest looks to every side."""
        return max(self._reaches)

    @property
    def _reaches(self) -> list[int]:
        return [int(member.reach) for member in self.members]  # type: ignore[arg-type]

    def forward(self, x: Tensor, padding: Padding = "edge") -> Tensor:
        """Enlarge x, (B, 1, H, W); the padding is as of `rotation_ensemble`."""
        answers = []
        for member, reach in zip(self.members, self._reaches, strict=True):
            # without padding, who sees less must leave as much out as who sees most
            spare = self.reach - reach if padding == "valid" else 0
            inner = x[:, :, spare : x.shape[2] - spare, spare : x.shape[3] - spare]
            answers.append(member(inner, padding))
        return torch.stack(answers).mean(0)


class TrainableMeanTables(MeanOf):
    """Sets of tables side by side, with their entries as parameters.

    Computes what `enlarge` does with `MeanTables`, without the last rounding and clipping.

    Args:
        members: At least one set, to be trained together.

    Shape:
        (B, 1, H, W), x in 0..1 in steps of 1 / 255 -> (B, 1, r H, r W), about 0..1, not clipped

    Raises:
        ValueError: If there are no members.
    """

    def __init__(self, members: Iterable[TrainableMixedTables | TrainableTables]) -> None:
        super().__init__(members)

    def refined(self) -> "TrainableMeanTables":
        """Return the same function on grids of half the spacing, as parameters of its own."""
        return TrainableMeanTables(each.refined() for each in self._sets)

    def export(self) -> MeanTables:
        """Round the entries to int8, table by table.

        Raises:
            ValueError: If an entry is not finite, or the sets do not fit together.
        """
        return MeanTables([each.export() for each in self._sets])

    @property
    def _sets(self) -> Iterator[TrainableMixedTables | TrainableTables]:
        for member in self.members:
            assert isinstance(member, TrainableMixedTables | TrainableTables)
            yield member
