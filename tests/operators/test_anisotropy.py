"""Energy by angle: synthetic maps whose answer is known."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from dynconv_lite.anisotropy import anisotropy, directional_profile

SIDE, MIDDLE = 65, 32


def coordinates() -> tuple[Tensor, Tensor]:
    place = torch.arange(SIDE, dtype=torch.float64) - MIDDLE
    return place[:, None], place[None, :]


def ridge(degrees: float, width: float = 1.5) -> Tensor:
    """A straight ridge through the middle, at an angle as it is drawn: up and right at 45."""
    y, x = coordinates()
    angle = math.radians(degrees)
    return torch.exp(-0.5 * ((x * math.sin(angle) + y * math.cos(angle)) / width) ** 2)


def cross(turn: float = 0.0) -> Tensor:
    return ridge(turn) + ridge(turn + 90)


def spot(sigma: float) -> Tensor:
    y, x = coordinates()
    return torch.exp(-0.5 * (y**2 + x**2) / sigma**2)


def test_a_cross_lies_along_the_axes_and_a_diagonal_one_does_not() -> None:
    assert anisotropy(cross()) > 2 and anisotropy(cross(45)) < 0.5


def test_turning_by_45_degrees_inverts_the_ratio() -> None:
    # without a ground, one of the two means would hold nothing but tails of the other's ridges
    for inner in (0.75, 8.0):
        straight, turned = (anisotropy(cross(turn) + 0.1, inner=inner) for turn in (0, 45))
        assert straight > 1.5
        assert straight * turned == pytest.approx(1, abs=0.03)


@given(degrees=st.floats(0, 90))
def test_a_ridge_between_axis_and_diagonal_belongs_to_the_nearer(degrees) -> None:
    off = abs((degrees + 45) % 90 - 45)  # from the nearest axis
    if abs(off - 22.5) > 4:
        assert (anisotropy(ridge(degrees)) > 1) == (off < 22.5)


@pytest.mark.parametrize(("sigma", "tolerance"), [(4, 0.07), (8, 0.03), (30, 0.01)])
def test_a_round_spot_has_neither(sigma, tolerance) -> None:
    assert anisotropy(spot(sigma), inner=2) == pytest.approx(1, abs=tolerance)
    assert anisotropy(torch.ones(SIDE, SIDE)) == pytest.approx(1, abs=1e-12)


def test_a_disc_and_a_square_that_holds_it_are_the_same() -> None:
    y, x = coordinates()
    disc = (torch.hypot(y, x) <= MIDDLE).double()
    assert anisotropy(disc) == anisotropy(torch.ones(SIDE, SIDE)) == 1
    inside = (torch.hypot(y, x) <= 20).double()  # the edge falls within the larger disc
    assert anisotropy(inside) == pytest.approx(1, abs=0.05)


@given(scale=st.floats(1e-6, 1e6), turns=st.integers(1, 3))
def test_neither_scale_nor_quarter_turns_nor_mirrors_matter(scale, turns) -> None:
    map = cross() + torch.rand(SIDE, SIDE, generator=torch.Generator().manual_seed(0))
    expected = anisotropy(map)
    assert anisotropy(scale * map) == pytest.approx(expected, rel=1e-9)
    assert anisotropy(map.rot90(turns)) == pytest.approx(expected, rel=1e-9)
    assert anisotropy(map.flip(1)) == pytest.approx(expected, rel=1e-9)


def test_the_central_pixel_does_not_count() -> None:
    map = cross()
    brighter = map.clone()
    brighter[MIDDLE, MIDDLE] = 1e6
    assert anisotropy(brighter) == anisotropy(map)
    assert torch.equal(directional_profile(brighter).energy, directional_profile(map).energy)
    brighter[MIDDLE, MIDDLE + 1] = 1e6
    assert anisotropy(brighter) > 100 * anisotropy(map)
    assert anisotropy(brighter, inner=1) == anisotropy(map, inner=1)


def test_around_a_corner_the_four_pixels_there_do_not_count() -> None:
    map = torch.ones(20, 20)
    map[9:11, 9:11] = 1e6
    assert anisotropy(map, (9.5, 9.5)) == 1


@pytest.mark.parametrize("place", range(16))
def test_the_profile_peaks_at_the_angle_of_a_ridge(place) -> None:
    profile = directional_profile(ridge(place * 11.25), bins=16)
    assert profile.angles[place] == place * 11.25
    assert int(profile.energy.argmax()) == place


def test_a_profile_is_the_mean_over_the_pixels_of_each_sector() -> None:
    map = torch.rand(9, 9, generator=torch.Generator().manual_seed(0)).double()
    profile = directional_profile(map, bins=4)
    sums: list[list[float]] = [[] for _ in range(4)]
    for i in range(9):
        for j in range(9):
            y, x = 4 - i, j - 4
            if 0 < math.hypot(y, x) <= 4:
                sums[round(math.degrees(math.atan2(y, x)) % 180 / 45) % 4].append(float(map[i, j]))
    expected = [sum(values) / len(values) for values in sums]
    torch.testing.assert_close(profile.energy, torch.tensor(expected, dtype=torch.float64))
    axis = sums[0] + sums[2]
    diagonal = sums[1] + sums[3]
    ratio = (sum(axis) / len(axis)) / (sum(diagonal) / len(diagonal))
    assert anisotropy(map) == pytest.approx(ratio)


def test_maps_with_nothing_on_one_side() -> None:
    assert math.isnan(anisotropy(torch.zeros(9, 9)))
    only_axis = torch.zeros(9, 9)
    only_axis[4] = 1
    assert anisotropy(only_axis) == math.inf
    assert anisotropy(torch.eye(9)) == 0


@pytest.mark.parametrize(
    ("map", "options", "allowed"),
    [
        (torch.zeros(9), {}, r"map must have shape \(H, W\), got \(9,\)"),
        (-torch.ones(9, 9), {}, "map must be finite and not negative"),
        (torch.ones(9, 9), {"center": (9, 4)}, r"center must be .* 9 x 9 map, got \(9, 4\)"),
        (torch.ones(9, 9), {"inner": 4}, "inner must be >= 0 and below the disc's radius 4, got 4"),
        (torch.ones(9, 9), {"inner": -1}, "inner must be >= 0"),
        (torch.ones(9, 9), {"inner": 3.9}, "inner = 3.9 leaves no pixels along the axes and"),
    ],
)
def test_what_cannot_be_is_refused(map, options, allowed) -> None:
    with pytest.raises(ValueError, match=allowed):
        anisotropy(map, **options)


def test_a_profile_needs_sectors() -> None:
    with pytest.raises(ValueError, match="bins must be an integer >= 1, got 0"):
        directional_profile(torch.ones(9, 9), bins=0)
