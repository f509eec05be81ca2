"""Tables on finer grids are the same functions: the division into simplices is nested."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from dynconv_lite.lut import LookupTable, TrainableTables
from dynconv_lite.lut.lookup import lookup_by_operators
from dynconv_lite.lut.patterns import find_pattern, nodes
from dynconv_lite.lut.refine import halve_spacing

COUNTS = st.lists(st.integers(2, 4), min_size=1, max_size=4)


@given(COUNTS, st.integers(1, 3), st.integers(0, 2**31))
def test_the_finer_table_interpolates_to_the_same_everywhere(counts, outputs, seed) -> None:
    generator = torch.Generator().manual_seed(seed)
    rows = int(np.prod(counts))
    values = torch.randn(rows, outputs, generator=generator, dtype=torch.float64)
    finer = [2 * count - 1 for count in counts]
    cells = torch.tensor(counts, dtype=torch.float64) - 1
    # anywhere, and at multiples of 1/4, where fractions are equal and simplices touch
    places = torch.rand(40, len(counts), generator=generator, dtype=torch.float64) * cells
    places = torch.cat([places, (4 * places).round() / 4])
    found = lookup_by_operators(halve_spacing(values, counts), 2 * places, finer)
    assert torch.allclose(found, lookup_by_operators(values, places, counts), atol=1e-12)


@given(COUNTS)
def test_old_nodes_keep_their_entries(counts) -> None:
    values = torch.randn(int(np.prod(counts)), 2)
    finer = halve_spacing(values, counts).unflatten(0, [2 * count - 1 for count in counts])
    assert torch.equal(finer[(slice(None, None, 2),) * len(counts)].flatten(0, -2), values)


def test_multilinear_interpolation_would_not_do() -> None:
    """In the middle of a cell two corners count, of four: the way is along the diagonal."""
    values = torch.tensor([[0.0], [1.0], [1.0], [0.0]])  # 2 x 2
    expected = [[0, 0.5, 1], [0.5, 0, 0.5], [1, 0.5, 0]]  # the mean of all corners would be 0.5
    assert halve_spacing(values, (2, 2)).view(3, 3).tolist() == expected


def cascade(interval: int) -> TrainableTables:
    draw = np.random.default_rng(0)

    def table(name: str, outputs: int) -> LookupTable:
        rows = nodes(interval) ** find_pattern(name).dims
        return LookupTable(
            draw.integers(-127, 128, (rows, outputs), dtype=np.int8), name, interval, 0.5
        )

    return TrainableTables([[table("s", 1), table("f", 1)], [table("s", 4), table("f", 4)]])


def test_a_cascade_on_finer_grids_is_the_same() -> None:
    model = cascade(6)
    finer = model.refined()
    assert {table.interval for stage in finer.tables for table in stage} == {5}
    x = torch.randint(0, 256, (2, 1, 6, 7)) / 255
    assert torch.allclose(finer(x), model(x), atol=1e-5)
    model.entries[0].data.zero_()
    assert not torch.allclose(finer(x), model(x), atol=1e-5)  # its entries are its own


def test_a_grid_of_spacing_8_is_the_finest() -> None:
    tables = TrainableTables([[LookupTable(np.zeros((33**2, 4), np.int8), "v", 3)]])
    with pytest.raises(ValueError, match="interval must be one of"):
        tables.refined()


@pytest.mark.parametrize("counts", [(2, 2, 2), (5,)])
def test_counts_must_fit_the_rows(counts) -> None:
    with pytest.raises(ValueError, match="table must be"):
        halve_spacing(torch.zeros(4, 1), counts)
