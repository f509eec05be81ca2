"""Finetuning of pixel-mix tables: `finetune` for two stages of features."""

import torch
from torch import Tensor, nn

from dynconv_lite.lut.finetune import GREY, interpolate_map
from dynconv_lite.lut.mixed import MIDDLE, UNIT, MixedTables
from dynconv_lite.lut.mixed_forward import difference_positions, first_positions
from dynconv_lite.lut.mixed_tabulate import from_grey
from dynconv_lite.lut.refine import halve_spacing
from dynconv_lite.lut.rotations import rotation_ensemble
from dynconv_lite.lut.rounding import to_bytes
from dynconv_lite.pixel_mix import Padding, pixel_mix


class TrainableMixedTables(nn.Module):
    """The tables of pixel-mix, with their entries as parameters.

    Computes what `super_resolve_mixed` does, without the last rounding and clipping.

    Args:
        tables: Where to start from.

    Shape:
        (B, 1, H, W), x in 0..1 in steps of 1 / 255 -> (B, 1, r H, r W), about 0..1, not clipped
    """

    differences: Tensor

    def __init__(self, tables: MixedTables) -> None:
        super().__init__()
        self.tables = tables
        self.register_buffer("differences", difference_positions(tables), persistent=False)
        self.entries = nn.ParameterList(
            nn.Parameter(torch.tensor(values, dtype=torch.float32) * (step / GREY))
            for values, step in zip((tables.first, *tables.mixed), tables.steps, strict=True)
        )

    @property
    def reach(self) -> int:
        """How many pixels the tables look to every side."""
        return self.tables.reach

    def forward(self, x: Tensor, padding: Padding = "edge") -> Tensor:
        """Enlarge x, (B, 1, H, W); the padding is as of `rotation_ensemble`."""
        return rotation_ensemble(self._one_rotation, x, padding, reach=self.reach) / (4 * 255)

    def refined(self) -> "TrainableMixedTables":
        """Return the same function with features' nodes half as far apart, L -> 2 L - 1.

        The first table, which gives the features, keeps its grid. Parameters are the twin's own.

        Raises:
            ValueError: If there would be too many nodes.
        """
        old, (first, *mixed) = self.tables, [entries.detach() for entries in self.entries]
        counts = (old.mixed_nodes,) * len(old.offsets)
        found = [first, *(halve_spacing(entries, counts) for entries in mixed)]
        twin = TrainableMixedTables(
            from_grey(
                found,
                old.first_nodes,
                2 * old.mixed_nodes - 1,
                pattern=old.pattern,
                offsets=old.offsets,
            )
        ).to(first.device)
        for parameter, values in zip(twin.entries, found, strict=True):
            parameter.data.copy_(values)  # those of `from_grey` were rounded
        return twin

    def export(self) -> MixedTables:
        """Round the entries to int8 in units of max |entry| / 127, table by table.

        Raises:
            ValueError: If an entry is not finite.
        """
        old = self.tables
        grey = [entries * GREY for entries in self.entries]
        return from_grey(
            grey, old.first_nodes, old.mixed_nodes, pattern=old.pattern, offsets=old.offsets
        )

    def _one_rotation(self, x: Tensor) -> Tensor:
        """Enlarge x, (B, 1, H, W) in 0..1, by pixels down and right, in grey levels."""
        tables, grey = self.tables, (255 * x).round()
        first, *mixed = self.entries
        position = first_positions(grey.long(), tables, self.differences).to(x.dtype) / UNIT
        answer = interpolate_map(first, position, tables.first_nodes)
        features = to_bytes(MIDDLE + GREY * answer)  # (B, F, H', W')
        high, wide = (size - tables.reach for size in x.shape[2:])
        index = pixel_mix(features, tables.offsets, padding="valid")[:, :, :high, :wide]
        index = index.unflatten(1, (len(tables.offsets), tables.features))  # (B, n, F, H'', W'')
        total = grey[:, :, :high, :wide]
        counts = (tables.mixed_nodes,) * len(tables.offsets)
        for feature, entries in enumerate(mixed):
            position = index[:, :, feature] * (tables.mixed_nodes - 1) / UNIT
            total = total + GREY * interpolate_map(entries, position, counts)
        return torch.pixel_shuffle(total, tables.scale)
