"""The study of diagonals and turns: what each method trains, and what its numbers mean."""

import csv
from typing import Any

import numpy as np
import pytest
import torch
from tiny_training import batches_seen, pictures

from data_utils import ImageSet
from data_utils.oriented import ANGLES
from dynconv_lite.experiments import rotation as study
from dynconv_lite.experiments import run, trained
from dynconv_lite.experiments.checkpoint import Checkpoints
from dynconv_lite.experiments.config import PROFILE_NAMES, config_for, config_hash, parse_config
from dynconv_lite.experiments.configs.rotation import (
    LAYERS,
    METHODS,
    RotationConfig,
    form_of,
    title_of,
)
from dynconv_lite.experiments.evaluation import Normalise
from dynconv_lite.experiments.job import Job
from dynconv_lite.experiments.training import seeded, train
from dynconv_lite.shiftwise import ShiftwiseConv2d

CPU = torch.device("cpu")
COST = {"parameters", "parameters_fused", "multiply_adds_fused", "fused_difference"}
TRANSFER = {f"transfer_{name}" for name in ("classes", "knn", "knn_k", "linear", "linear_c")}
ANGLE = {f"angle_{name}" for name in ("all", "axis", "diagonal", *(f"{a:g}" for a in ANGLES))}
ERF = {"erf_anisotropy", "erf_anisotropy_far", "erf_width"}
ERF |= {f"erf_area{raw}_{t}" for raw in ("", "_raw") for t in (0.2, 0.3, 0.5, 0.99)}


def config(**changes: Any) -> RotationConfig:
    """A network of six channels and one block, two steps an epoch."""
    plain = {"width": 6, "blocks": 1, "batch_size": 20, "precision": "float32", "crop": 2}
    small = {"erf_images": 3, "erf_size": 32, "angle_pictures": 64}
    made = config_for("rotation", "smoke", **(plain | small | changes))
    assert isinstance(made, RotationConfig)
    return made


def textures_of(split: str, side: int) -> ImageSet:
    """Two classes, told apart by their lightness."""
    rng = np.random.default_rng(["train", "val", "test"].index(split))
    labels = np.arange(24, dtype=np.int64) % 2
    images = 90 * labels[:, None, None, None] + rng.integers(0, 90, (24, side, side, 3))
    return ImageSet(images.astype(np.uint8), labels, ("a", "b"), f"lights {split}", True, "none")


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    sets = pictures(40, side=16), pictures(20, side=16, seed=1)
    for module in (study, trained):
        monkeypatch.setattr(module, "load_pictures", lambda config: sets)
    monkeypatch.setattr(study, "TRANSFER", {"photo_patches": textures_of})


def measured(settings: RotationConfig, **job: Any):
    return study.measure(settings, Job("hash", **job))


# --- the configuration ----------------------------------------------------------------------------


def test_a_method_is_a_layer_and_an_augmentation() -> None:
    assert form_of("sw_erasing") == (("horizontal", "vertical"), False, 0.5, 0, 0)
    assert form_of("rot_cutmix") == (("horizontal", "vertical"), True, 0, 1, 0)
    assert form_of("dia_mixup") == (("diagonal", "anti-diagonal"), False, 0, 0, 1)
    assert form_of("diarot_mixup") == (("diagonal",), True, 0, 0, 1)
    assert len({form_of(method) for method in METHODS}) == len(METHODS) == 12
    every = {f"{layer}_{way}" for layer in LAYERS for way in ("erasing", "cutmix", "mixup")}
    assert set(METHODS) == every
    assert title_of("diarot_mixup") == "DiaRotSW + mixup"


def test_the_talks_rows_come_first_and_in_its_order() -> None:
    assert METHODS[:6] == tuple(study.PUBLISHED)
    table = """SW+erasing,84.04,41.67
RotSW+cutmix,84.04,40.34
RotSW+erasing,84.57,39.89
DiaRotSW+mixup,84.22,42.02
DiaRotSW+erasing,84.67,41.67
DiaSW+erasing,83.86,41.40"""
    for method, row in zip(METHODS, csv.reader(table.splitlines()), strict=False):
        assert title_of(method).replace(" ", "") == row[0]
        assert study.PUBLISHED[method] == (float(row[1]), float(row[2]))


@pytest.mark.parametrize("profile", PROFILE_NAMES)
@pytest.mark.parametrize("method", METHODS)
def test_a_record_tells_the_form_whatever_the_profile(method, profile) -> None:
    made = config_for("rotation", profile, method=method)
    assert made.model_dump().items() >= form_of(method)._asdict().items()
    assert parse_config(made.model_dump(mode="json")) == made
    assert config_hash(made) == config_hash(
        config_for("rotation", profile, method=method, **form_of(method)._asdict())
    )


def test_a_form_may_be_changed_field_by_field() -> None:
    made = config(method="diarot_cutmix", cutmix=0.5, directions=("anti-diagonal",))
    assert (made.cutmix, made.directions, made.rotate) == (0.5, ("anti-diagonal",), True)
    assert config(method="dia_mixup", mixup=None).mixup == 1
    assert config(method="sw_erasing", erasing=0).erasing == 0


@pytest.mark.parametrize(
    ("changes", "allowed"),
    [
        ({"method": "rotsw"}, "method = 'rotsw'.*'sw_erasing', 'rot_cutmix'"),
        ({"directions": ()}, r"directions = \(\).*at least 1 item"),
        ({"directions": ("up",)}, "directions.0 = 'up'.*'horizontal', 'vertical', 'diagonal'"),
        ({"directions": ("diagonal",) * 2}, "directions = .*none twice"),
        ({"rotate": "perhaps"}, "rotate = 'perhaps'.*boolean"),
        ({"width": 7}, "width = 7.*multiple of 2"),
        ({"width": 2}, "width = 2.*greater than or equal to 4"),
        ({"blocks": 0}, "blocks = 0.*greater than or equal to 1"),
        ({"large_kernel": 8}, "large_kernel = 8.*odd"),
        ({"large_kernel": 53}, "large_kernel = 53.*less than or equal to 51"),
        ({"small_kernel": 2}, "small_kernel = 2.*odd"),
        ({"small_kernel": 11}, "small_kernel = 11 must not be larger than large_kernel = 9"),
        ({"expansion": 0}, "expansion = 0.*greater than or equal to 1"),
        ({"stem_stride": 3}, "stem_stride = 3.*1, 2 or 4"),
        ({"transfer": "imagenet"}, "transfer = 'imagenet'.*'dtd' or 'photo_patches'"),
        ({"angle_pictures": 63}, "angle_pictures = 63.*greater than or equal to 64"),
        ({"erf_images": 0}, "erf_images = 0.*greater than or equal to 1"),
        ({"erf_size": 60}, "erf_size = 60.*multiple of 8"),
    ],
)
def test_what_cannot_be_is_refused(changes, allowed) -> None:
    with pytest.raises(ValueError, match=f"rotation: .*{allowed}"):
        config(**changes)


# --- the network and its batches ------------------------------------------------------------------


@pytest.mark.parametrize("layer", LAYERS)
def test_every_layer_builds_its_network(layer) -> None:
    model = study.build(config(method=f"{layer}_cutmix", blocks=3), 7)
    layers = [m for m in model.modules() if isinstance(m, ShiftwiseConv2d)]
    assert len(layers) == 3
    for made in layers:
        assert (made.directions, made.rotate) == LAYERS[layer]
        assert (made.large_kernel, made.small_kernel, made.channels) == (9, 3, 6)
    assert model.fc.out_features == 7


def test_layers_of_one_augmentation_see_the_same_batches_from_the_same_weights() -> None:
    batches, weights = {}, {}
    for method in ("sw_cutmix", "diarot_cutmix", "sw_mixup", "sw_erasing"):
        settings = config(method=method, epochs=1)
        with seeded(settings.seed, CPU):
            model = study.build(settings, 4)
            weights[method] = model.stem[0].weight.detach().clone(), model.fc.weight.clone()
            seen = batches_seen(model)
            train(settings, model, pictures(), pictures(10, seed=1), Job("hash"))
        batches[method] = torch.cat(seen)
    for method in batches:
        assert all(map(torch.equal, weights[method], weights["sw_cutmix"]))
    assert torch.equal(batches["sw_cutmix"], batches["diarot_cutmix"])
    assert not torch.equal(batches["sw_cutmix"], batches["sw_mixup"])
    assert not torch.equal(batches["sw_cutmix"], batches["sw_erasing"])


# --- what is measured -----------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["sw_erasing", "diarot_mixup", "dia_cutmix"])
def test_what_a_run_measures(method) -> None:
    result = measured(config(method=method))
    final, history = result.metrics.final, result.metrics.history
    names = {"test_accuracy", "test_loss"} | COST | TRANSFER | ANGLE
    assert names <= set(final) <= names | ERF
    assert {"erf_width", "erf_area_0.5", "erf_anisotropy"} <= set(final)
    assert [entry["epoch"] for entry in history] == [1, 2]
    assert final["test_accuracy"] == history[-1]["test_accuracy"]
    assert 0 <= final["fused_difference"] < 1e-4
    assert all(0 <= value <= 100 for name, value in final.items() if name in ANGLE)
    assert final["transfer_classes"] == 2
    assert result.metrics.maps["erf"].array().shape == (32, 32)
    assert result.data.name == "made up; made up; lights test"
    quantities = [known.quantity for known in result.published]
    assert quantities == (["test_accuracy", "dtd_zero_shot"] if method in study.PUBLISHED else [])


def test_lightness_is_seen_by_frozen_features() -> None:
    final = measured(config(width=16, epochs=1)).metrics.final
    assert final["transfer_linear"] > 90 and final["transfer_knn"] > 90


def test_angles_are_grouped_by_the_nearest_axis_or_diagonal() -> None:
    final = measured(config(epochs=1)).metrics.final  # four pictures of each angle
    groups = {
        "axis": (0, 11.25, 78.75, 90, 101.25, 168.75),
        "diagonal": (33.75, 45, 56.25, 123.75, 135, 146.25),
        "all": ANGLES,
    }
    for name, angles in groups.items():
        each = [final[f"angle_{angle:g}"] for angle in angles]
        assert final[f"angle_{name}"] == pytest.approx(sum(each) / len(each))


def test_fused_all_four_cost_the_same() -> None:
    costs = {layer: measured(config(method=f"{layer}_mixup", epochs=1)) for layer in LAYERS}
    used = {made.metrics.final["multiply_adds_fused"] for made in costs.values()}
    assert len(used) == 1  # the two strips of SW lie in one square kernel, too
    trained = {layer: made.metrics.final["parameters"] for layer, made in costs.items()}
    assert trained["sw"] == trained["rot"] == trained["dia"] > trained["diarot"]


@pytest.mark.parametrize("method", ["rot_erasing", "diarot_cutmix"])
def test_a_run_repeats_to_the_bit(method) -> None:
    first, again = (measured(config(method=method)) for _ in range(2))
    other = measured(config(method=method, seed=1))
    assert first.metrics == again.metrics != other.metrics


def test_a_run_killed_after_its_last_checkpoint_measures_the_same(tmp_path) -> None:
    checkpoints = Checkpoints(tmp_path)
    first = measured(config(method="dia_mixup"), checkpoints=checkpoints)
    again = measured(config(method="dia_mixup"), checkpoints=checkpoints)  # takes no step at all
    assert first.metrics == again.metrics


def test_the_network_a_run_leaves_is_the_one_it_measured(tmp_path) -> None:
    settings = config(method="diarot_erasing")
    record = run(settings, tmp_path, device="cpu")
    left = trained.trained_network(settings, tmp_path)
    images, labels = left.batch(20)
    with torch.no_grad():
        right = left.model(images).argmax(1) == labels
    assert 100 * float(right.double().mean()) == record.metrics.final["test_accuracy"]
    found = study.angle_numbers(settings, left.model, left.normalise, 16)
    assert found == {name: record.metrics.final[name] for name in ANGLE}


@pytest.mark.parametrize("stem_stride", [1, 2, 4])
def test_the_receptive_field_is_measured_around_the_pixel_the_unit_stands_on(stem_stride) -> None:
    settings = config(stem_stride=stem_stride, large_kernel=3, erf_size=64)
    with seeded(0, CPU):
        model = study.build(settings, 4).eval()
    test_set = pictures(20, side=16, seed=1)
    map, _ = study.measure_erf(settings, model, test_set, Normalise(*test_set.statistics(), CPU))
    rows, columns = map.nonzero().T
    assert len(rows)
    for places in (rows, columns):
        assert (int(places.min()) + int(places.max())) / 2 == 32


def test_fields_lie_where_the_pieces_stand_even_untrained() -> None:
    ratios = {}
    for layer in LAYERS:
        settings = config(method=f"{layer}_mixup", width=16, large_kernel=21, erf_size=64)
        with seeded(0, CPU):
            model = study.build(settings, 4).eval()
        test_set = pictures(20, side=16, seed=1)
        normalise = Normalise(*test_set.statistics(), CPU)
        ratios[layer] = study.measure_erf(settings, model, test_set, normalise)[1]
    for name in ("erf_anisotropy", "erf_anisotropy_far"):
        for layer in ("sw", "rot"):
            assert ratios[layer][name] > 1.2
        for layer in ("dia", "diarot"):
            assert ratios[layer][name] < 1 / 1.2


def test_a_field_that_ends_nearby_has_no_number_beyond() -> None:
    settings = config(large_kernel=3, stem_stride=1, erf_size=64)
    with seeded(0, CPU):
        model = study.build(settings, 4).eval()
    test_set = pictures(20, side=16, seed=1)
    _, numbers = study.measure_erf(
        settings, model, test_set, Normalise(*test_set.statistics(), CPU)
    )
    assert "erf_anisotropy" in numbers and "erf_anisotropy_far" not in numbers


def test_photo_patches_for_learning_choosing_and_testing_differ(monkeypatch) -> None:
    monkeypatch.undo()
    sets = study.transfer_sets(config(), 16)
    assert len({each.digest for each in sets.values()}) == 3
    assert all(each.images.shape == (13 * 20, 16, 16, 3) for each in sets.values())


def test_dtd_is_taken_at_the_size_of_the_pictures(monkeypatch) -> None:
    monkeypatch.undo()
    asked = []
    monkeypatch.setattr(study, "dtd", lambda split, size: asked.append((split, size)))
    study.transfer_sets(config(transfer="dtd"), 32)
    assert asked == [("train", 32), ("val", 32), ("test", 32)]
