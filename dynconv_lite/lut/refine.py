"""Halving a table's spacing: more nodes, the same function, and room to learn what they add.

A coarse table learns fast: a batch of patches meets many of its few rows, and a row that is
learned serves a whole neighbourhood. Of a fine one it meets few, and a row that is never met keeps
its first value. So tables are trained from coarse to fine, and each level starts from the function
that the last one found.

That this is possible is a property of simplices. Those of a cell are cut apart by the planes in
which two fractions are equal, x_i - x_j = whole number of cells, and by the cells' own faces. Cells
of half the size have all these planes among theirs, so no simplex of the finer grid lies across one
of the coarser: there the function is linear, and interpolating a linear function gives it back.

Source: Freudenthal 1942, "Simplizialzerlegungen von beschränkter Flachheit", Annals of Mathematics
43(3), for the division of simplices; the level after level is multigrid's.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from dynconv_lite.lut.lookup import lookup


def halve_spacing(values: Tensor, counts: Sequence[int]) -> Tensor:
    """Return a table with nodes half as far apart, which interpolates to the same function.

    Args:
        values: (product of counts, O), floating point; the last axis runs fastest.
        counts: Nodes of each axis, at least 2.

    Returns:
        (product of 2 n - 1 over the counts n, O), of the values' type, on their device.

    Raises:
        ValueError: If shapes or types do not fit.
    """
    axes = [torch.arange(2 * count - 1, device=values.device) / 2 for count in counts]
    grid = torch.stack(torch.meshgrid(*axes, indexing="ij"), -1).flatten(0, -2)  # (N, D)
    return lookup(values, grid.to(values.dtype), counts)
