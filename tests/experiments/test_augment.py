"""Augmentation of a batch equals the same thing done picture by picture with the same draws."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from dynconv_lite.experiments import augment

SIDE, PAD = 8, 3


def drawn(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def coded(count: int, side: int) -> Tensor:
    """Pictures (N, side, side, 3) in which each pixel says row, column and picture."""
    rows, columns = torch.meshgrid(torch.arange(side), torch.arange(side), indexing="ij")
    number = torch.arange(count)[:, None, None].expand(count, side, side)
    grid = torch.stack([rows.expand_as(number), columns.expand_as(number), number], dim=-1)
    return grid.to(torch.uint8)


def batch(count: int = 6, side: int = 16) -> Tensor:
    return torch.randn(count, 3, side, side, generator=drawn(9))


# --- crop and flip --------------------------------------------------------------------------------


def test_padding_is_a_black_frame() -> None:
    images = coded(2, 5) + 1
    padded = augment.pad_images(images, 3)
    assert padded.shape == (2, 11, 11, 3) and padded.dtype == torch.uint8
    assert torch.equal(padded[:, 3:-3, 3:-3], images)
    assert padded.long().sum() == images.long().sum()
    assert torch.equal(augment.pad_images(images, 0), images)


@pytest.mark.parametrize("crop", [True, False])
@pytest.mark.parametrize("flip", [True, False])
def test_crops_and_mirror_images_equal_a_loop_over_pictures(crop, flip) -> None:
    images = torch.randint(0, 256, (9, SIDE, SIDE, 3), dtype=torch.uint8, generator=drawn(1))
    padded = augment.pad_images(images, PAD)
    index = torch.tensor([3, 3, 0, 8, 5, 1, 2, 7, 4, 6, 0, 8])
    result = augment.crop_and_flip(padded, index, SIDE, drawn(2), crop=crop, flip=flip)
    generator = drawn(2)
    corners = torch.full((2, len(index)), PAD)
    if crop:
        corners = torch.randint(0, 2 * PAD + 1, (2, len(index)), generator=generator)
    lots = torch.rand(len(index), generator=generator) if flip else torch.ones(len(index))
    for place, number in enumerate(index.tolist()):
        top, left = corners[:, place].tolist()
        picture = padded[number].numpy()[top : top + SIDE, left : left + SIDE]
        if lots[place] < 0.5:
            picture = picture[:, ::-1]
        assert np.array_equal(result[place].permute(1, 2, 0).numpy(), picture)


def test_a_batch_is_uint8_with_channels_innermost_in_memory() -> None:
    padded = augment.pad_images(coded(4, SIDE), PAD)
    result = augment.crop_and_flip(padded, torch.arange(4), SIDE, drawn())
    assert result.shape == (4, 3, SIDE, SIDE) and result.dtype == torch.uint8
    assert result.is_contiguous(memory_format=torch.channels_last)


def test_every_corner_is_drawn_equally_often() -> None:
    # 7 x 7 corners, 49 * 200 crops: chi squared has mean 48 and deviation sqrt(96)
    padded = coded(1, SIDE + 2 * PAD)
    index = torch.zeros(49 * 200, dtype=torch.long)
    result = augment.crop_and_flip(padded, index, SIDE, drawn(), flip=False)
    top, left = result[:, 0, 0, 0].long(), result[:, 1, 0, 0].long()
    counts = torch.bincount(top * 7 + left, minlength=49)
    assert len(counts) == 49 and counts.min() > 0
    assert float(((counts - 200.0) ** 2 / 200).sum()) < 48 + 5 * math.sqrt(96)


def test_half_of_the_pictures_are_mirrored_wherever_they_are_cropped() -> None:
    padded = coded(1, SIDE + 2 * PAD)
    result = augment.crop_and_flip(padded, torch.zeros(10_000, dtype=torch.long), SIDE, drawn())
    mirrored = result[:, 1, 0, 0] > result[:, 1, 0, -1]
    left = result[:, 1, 0].amin(dim=1)
    assert abs(int(mirrored.sum()) - 5000) < 5 * 50  # binomial: sigma = 50
    for column in range(2 * PAD + 1):
        share = mirrored[left == column].double().mean()
        assert abs(share - 0.5) < 5 * 0.5 / math.sqrt(10_000 / 7)


def test_without_room_or_wish_nothing_is_drawn() -> None:
    generator = drawn()
    before = generator.get_state()
    images = coded(3, SIDE)
    kept = augment.crop_and_flip(images, torch.arange(3), SIDE, generator, flip=False)
    padded = augment.pad_images(images, PAD)
    middle = augment.crop_and_flip(padded, torch.arange(3), SIDE, generator, crop=False, flip=False)
    assert torch.equal(kept.permute(0, 2, 3, 1), images) and torch.equal(middle, kept)
    assert torch.equal(generator.get_state(), before)


def test_a_batch_of_none_and_of_one() -> None:
    padded = augment.pad_images(coded(3, SIDE), PAD)
    for count in (0, 1):
        result = augment.crop_and_flip(padded, torch.arange(count), SIDE, drawn())
        assert result.shape == (count, 3, SIDE, SIDE)


# --- rectangles -----------------------------------------------------------------------------------

place = st.integers(-12, 20)
length = st.integers(0, 25)


@given(st.lists(st.tuples(place, place, length, length), min_size=1, max_size=4))
def test_boxes_are_rectangles_clipped_to_the_picture(rectangles) -> None:
    top, left, tall, wide = torch.tensor(rectangles).T
    images = torch.zeros(len(rectangles), 3, 9, 13)
    masks = augment.boxes(top, left, tall, wide, images)
    assert masks.shape == (len(rectangles), 1, 9, 13) and masks.dtype == torch.bool
    for mask, (y, x, h, w) in zip(masks, rectangles, strict=True):
        expected = np.zeros((9, 13), dtype=bool)
        expected[max(0, y) : max(0, y + h), max(0, x) : max(0, x + w)] = True
        assert np.array_equal(mask[0].numpy(), expected)


@pytest.mark.parametrize("size", [1, 4, 5, 16, 40])
def test_cutout_blanks_a_square_around_the_drawn_centre(size) -> None:
    images = batch(50)
    result = augment.cutout(images, size, drawn(3))
    generator = drawn(3)
    rows = torch.randint(0, 16, (50,), generator=generator).tolist()
    columns = torch.randint(0, 16, (50,), generator=generator).tolist()
    for picture, changed, row, column in zip(images, result, rows, columns, strict=True):
        top, left = row - size // 2, column - size // 2
        expected = picture.clone()
        expected[:, max(0, top) : top + size, max(0, left) : left + size] = 0
        assert torch.equal(changed, expected)


def test_cutout_blanks_the_share_that_its_size_promises() -> None:
    # A line of 4 around a centre at 0..15 covers 4 pixels, but 2, 3 and 3 at the borders: 60 / 16.
    images = torch.ones(20_000, 1, 16, 16)
    blank = (augment.cutout(images, 4, drawn()) == 0).double().mean((1, 2, 3))
    covered = [len(range(max(0, c - 2), min(16, c + 2))) for c in range(16)]
    expected = (sum(covered) / 16 / 16) ** 2
    assert float(blank.mean()) == pytest.approx(expected, abs=5 * float(blank.std()) / 141)


def erased(images: Tensor, result: Tensor) -> list[tuple[int, int]]:
    """Return height and width of each picture's changed rectangle, and check that it is one."""
    found = []
    for changed in (images != result).any(dim=1):
        rows, columns = changed.any(1), changed.any(0)
        assert torch.equal(changed, rows[:, None] & columns), "not a rectangle"
        for line in (rows, columns):
            inside = torch.nonzero(line).flatten()
            assert len(inside) == 0 or int(inside[-1] - inside[0]) + 1 == len(inside)
        found.append((int(rows.sum()), int(columns.sum())))
    return found


def test_erasing_fills_rectangles_of_the_promised_area_and_shape() -> None:
    images = batch(400, 32)
    found = erased(images, augment.random_erasing(images, 1.0, drawn()))
    _, share, shape, _, _ = torch.rand(5, 400, generator=drawn()).tolist()
    for index, (tall, wide) in enumerate(found):
        area = (0.02 + share[index] * 0.38) * 1024
        ratio = 0.3 * (1 / 0.09) ** shape[index]
        assert 20.4 < area < 409.7 and 0.3 <= ratio <= 1 / 0.3 + 1e-9
        assert tall == min(32, round(math.sqrt(area * ratio)))
        assert wide == min(32, round(math.sqrt(area / ratio)))
    tall_ones = sum(tall > wide for tall, wide in found)
    assert 150 < tall_ones < 250  # height over width is symmetric around 1


@pytest.mark.parametrize("probability", [0.0, 0.3, 1.0])
def test_erasing_hits_its_share_of_pictures(probability) -> None:
    images = batch(1000, 8)
    found = erased(images, augment.random_erasing(images, probability, drawn(5)))
    hit = sum(area > 0 for area, _ in found)
    assert abs(hit - 1000 * probability) <= 5 * math.sqrt(1000 * probability * (1 - probability))


def test_erasing_fills_with_standard_noise() -> None:
    images = torch.full((64, 3, 16, 16), 9.0)
    noise = augment.random_erasing(images, 1.0, drawn(), area=(0.4, 0.4), ratio=(1, 1))
    noise = noise[noise != 9]
    assert len(noise) == 64 * 3 * 100  # sqrt(0.4) * 16 = 10.1
    assert abs(noise.mean()) < 5 / math.sqrt(len(noise))
    assert abs(noise.std() - 1) < 5 / math.sqrt(2 * len(noise))


def test_erasing_reaches_every_place() -> None:
    images = torch.full((2000, 1, 6, 6), 9.0)
    result = augment.random_erasing(images, 1.0, drawn(), area=(1 / 36, 1 / 36), ratio=(1, 1))
    counts = (result != 9).sum((0, 1)).flatten()  # one pixel a picture
    assert counts.sum() == 2000
    assert float(((counts - 2000 / 36) ** 2 / (2000 / 36)).sum()) < 35 + 5 * math.sqrt(70)


# --- mixtures of two ------------------------------------------------------------------------------


@pytest.mark.parametrize("share", [0.0, 0.25, 1.0])
def test_mixup_blends_with_the_partner(monkeypatch, share) -> None:
    monkeypatch.setattr(augment, "_beta", lambda alpha, generator: share)
    images = batch()
    mixed = augment.mixup(images, 1.0, drawn(4))
    assert sorted(mixed.partner.tolist()) == list(range(6))
    assert torch.equal(mixed.share, torch.full((6,), share))
    blend = share * images + (1 - share) * images[mixed.partner]
    torch.testing.assert_close(mixed.images, blend)
    if share in (0, 1):
        assert torch.equal(mixed.images, blend), "at the ends it is one of the two, exactly"


@pytest.mark.parametrize("side", [32, 11])
@pytest.mark.parametrize("seed", range(12))
def test_cutmix_says_exactly_how_many_pixels_are_a_pictures_own(seed, side) -> None:
    images = torch.arange(7.0)[:, None, None, None].expand(7, 3, side, side)
    mixed = augment.cutmix(images, 1.0, drawn(seed))
    others = 0
    for own, (picture, partner, share) in enumerate(zip(*mixed, strict=True)):
        values = picture.unique().tolist()
        assert set(values) <= {float(own), float(partner)}
        if own != partner:
            count = int((picture[0] == own).sum())
            assert float(share) == pytest.approx(count / side**2, abs=1e-7)
            others += 1
    assert others


@pytest.mark.parametrize(("share", "side"), [(1.0, 0), (0.75, 8), (0.0, 16)])
def test_cutmix_cuts_a_box_of_the_drawn_area_around_any_pixel(monkeypatch, share, side) -> None:
    monkeypatch.setattr(augment, "_beta", lambda alpha, generator: share)
    images = torch.stack([torch.zeros(1, 16, 16), torch.ones(1, 16, 16)])
    sides = set()
    for seed in range(100):
        mixed = augment.cutmix(images, 1.0, drawn(seed))
        if mixed.partner[0] == 0:
            assert torch.equal(mixed.images, images)
            continue
        tall, wide = erased(images, mixed.images)[0]
        assert tall <= side and wide <= side
        assert float(mixed.share[0]) == 1 - tall * wide / 256
        assert max(tall, wide) >= side // 2  # the centre is in the picture
        sides |= {tall, wide}
    assert max(sides) == side


@pytest.mark.parametrize("alpha", [0.2, 1.0, 4.0])
def test_shares_follow_the_beta_distribution(alpha) -> None:
    generator = drawn(6)
    shares = np.array([augment._beta(alpha, generator) for _ in range(4000)])
    variance = 1 / (4 * (2 * alpha + 1))
    assert shares.min() >= 0 and shares.max() <= 1
    assert abs(shares.mean() - 0.5) < 5 * math.sqrt(variance / 4000)
    assert shares.var() == pytest.approx(variance, rel=0.1)


@pytest.mark.parametrize("alpha", [1e-300, 1e-3, 1e3, 1e30])
def test_shares_stay_finite_for_any_alpha(alpha) -> None:
    generator = drawn(7)
    shares = [augment._beta(alpha, generator) for _ in range(50)]
    assert all(0 <= share <= 1 for share in shares)


# --- what all of them keep to ---------------------------------------------------------------------

ALL = {
    "cutout": lambda x, g: augment.cutout(x, 5, g),
    "erasing": lambda x, g: augment.random_erasing(x, 0.5, g),
    "mixup": lambda x, g: augment.mixup(x, 0.8, g).images,
    "cutmix": lambda x, g: augment.cutmix(x, 0.8, g).images,
    "crop_and_flip": lambda x, g: augment.crop_and_flip(
        x.permute(0, 2, 3, 1), torch.arange(len(x), device=x.device), 12, g
    ),
}


@pytest.mark.parametrize("change", ALL.values(), ids=ALL)
def test_a_generator_decides_and_the_global_one_is_spared(change) -> None:
    images = batch()
    before = torch.get_rng_state()
    first, again = change(images, drawn(1)), change(images, drawn(1))
    others = [change(images, drawn(seed)) for seed in (2, 3)]
    assert torch.equal(first, again)
    assert not all(torch.equal(first, other) for other in others)
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("change", ALL.values(), ids=ALL)
def test_the_input_is_not_written_to(change) -> None:
    images = batch()
    kept = images.clone()
    change(images, drawn()).add_(1)
    assert torch.equal(images, kept)


@pytest.mark.parametrize("change", ALL.values(), ids=ALL)
def test_draws_do_not_depend_on_the_device(change) -> None:
    # The meta device has shapes and no numbers: what is drawn cannot come from it or its pictures.
    on_cpu, elsewhere = drawn(8), drawn(8)
    expected = change(batch(), on_cpu)
    result = change(batch().to("meta"), elsewhere)
    assert result.device.type == "meta" and result.shape == expected.shape
    assert torch.equal(on_cpu.get_state(), elsewhere.get_state())


@pytest.mark.parametrize("change", ALL.values(), ids=ALL)
def test_the_layout_in_memory_does_not_change_the_values(change) -> None:
    inside_out = batch().contiguous(memory_format=torch.channels_last)
    assert torch.equal(change(inside_out, drawn()), change(batch(), drawn()))
