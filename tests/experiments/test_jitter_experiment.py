"""The jitter study: runs differ in the method alone, and numbers are what they are called."""

import math

import numpy as np
import pytest
import torch
from tiny_training import batches_seen, config, pictures
from torch import nn

from dynconv_lite.experiments import jitter as study
from dynconv_lite.experiments.checkpoint import Checkpoints
from dynconv_lite.experiments.config import JitterConfig
from dynconv_lite.experiments.configs.jitter import METHODS
from dynconv_lite.experiments.evaluation import Normalise
from dynconv_lite.experiments.job import Job
from dynconv_lite.experiments.records import Map
from dynconv_lite.experiments.training import Extras, seeded, train
from dynconv_lite.jitter import MODES, ChannelJitter

CPU = torch.device("cpu")
MOVING = ("shift_float_0.5", "shift_int", "shift_int_fading")  # at random
LEARNT = ("shift_learnable", "shift_learnable_stable")
SMALL = {"width": 4, "batch_size": 20, "erf_epochs": (1, 2), "erf_images": 2, "erf_size": 32}


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    sets = pictures(40, side=16), pictures(20, side=16, seed=1)
    monkeypatch.setattr(study, "load_pictures", lambda config: sets)


def measured(settings: JitterConfig, **job):
    return study.measure(settings, Job("hash", **job))


# --- methods --------------------------------------------------------------------------------------


def test_every_method_has_a_mode_and_every_mode_a_method() -> None:
    modes = {study.build(config(method=m, width=4), 3).after_stem.mode for m in METHODS}
    assert modes == set(MODES)


def test_the_published_values_are_the_talks() -> None:
    found = {m: study.published(config(method=m)) for m in METHODS}
    assert {m: p[0].value for m, p in found.items() if p} == {
        "baseline": 77.62,
        "shift_det": 77.18,
        "shift_learnable": 77.01,
        "shift_float_0.5": 76.65,
        "shift_int": 76.17,
    }
    assert all(p[0].quantity == "test_accuracy" for p in found.values() if p)


def test_methods_start_from_the_same_weights_and_see_the_same_batches() -> None:
    starts, batches = [], []
    for method in METHODS:
        settings = config(method=method, width=4, batch_size=20, erasing=0.5, mixup=0.5)
        with seeded(settings.seed, CPU):
            model = study.build(settings, 4)
            state = model.state_dict()
            state.pop("after_stem.offset", None)
            starts.append({name: value.clone() for name, value in state.items()})
            seen = batches_seen(model)
            extras = Extras(groups=study.special_groups(settings, model.after_stem))
            train(settings, model, pictures(), pictures(10, seed=1), Job("hash"), extras)
        batches.append(torch.cat(seen))
    for start, batch in zip(starts, batches, strict=True):
        assert list(start) == list(starts[0])
        assert all(torch.equal(start[name], value) for name, value in starts[0].items())
        assert batch.shape == (80, 3, 12, 12) and torch.equal(batch, batches[0])


@pytest.mark.parametrize("method", METHODS)
def test_what_a_run_measures(method) -> None:
    result = measured(config(method=method, **SMALL))
    final, history = result.metrics.final, result.metrics.history
    assert ("test_accuracy_moving" in final) == (method in MOVING)
    assert ("offset_mean" in final) == ("offset_max" in final) == (method in LEARNT)
    assert final["test_accuracy"] == history[-1]["test_accuracy"]
    assert final["test_loss"] == history[-1]["test_loss"]
    assert [entry["epoch"] for entry in history] == [1, 2]
    assert list(result.metrics.maps) == ["erf_epoch_1", "erf_epoch_2"]
    for map in result.metrics.maps.values():
        assert map.array().shape == (32, 32) and map.array().min() >= 0 and map.peak > 0
    erf = {name: value for name, value in final.items() if name.startswith("erf_")}
    assert erf == {name: value for name, value in history[-1].items() if name.startswith("erf_")}
    assert "erf_width" in erf and erf["erf_width"] > 0
    assert result.weights is not None and "layer4.1.conv2.weight" in result.weights
    assert "float32" in result.device and result.data.name == "made up; made up"


@pytest.mark.parametrize("method", ["shift_int_fading", "shift_learnable_stable"])
def test_a_run_repeats_to_the_bit(method) -> None:
    small = SMALL | {"erf_epochs": (2,)}
    first, again = (measured(config(method=method, **small)) for _ in range(2))
    other = measured(config(method=method, seed=1, **small))
    assert first.metrics == again.metrics != other.metrics


@pytest.mark.parametrize("method", ["shift_int", "shift_int_fading"])
def test_a_run_killed_after_its_last_checkpoint_measures_the_same(tmp_path, method) -> None:
    settings = config(method=method, fade_until=1.0, **SMALL)
    checkpoints = Checkpoints(tmp_path)
    first = measured(settings, checkpoints=checkpoints)
    again = measured(settings, checkpoints=checkpoints)  # takes no step at all
    assert first.metrics == again.metrics


def test_an_erf_that_is_not_asked_for_is_not_measured() -> None:
    result = measured(config(**(SMALL | {"erf_epochs": (1,)})))
    assert list(result.metrics.maps) == ["erf_epoch_1"]
    assert "erf_width" in result.metrics.history[0]
    assert "erf_width" not in result.metrics.history[1]
    assert result.metrics.final["erf_width"] == result.metrics.history[0]["erf_width"]
    nothing = measured(config(**(SMALL | {"erf_epochs": ()})))
    assert not nothing.metrics.maps and "erf_width" not in nothing.metrics.final
    kept = {k: v for k, v in result.metrics.final.items() if not k.startswith("erf_")}
    assert nothing.metrics.final == kept, "measuring an ERF changes the training"


# --- fading, and offsets made stable --------------------------------------------------------------


@pytest.mark.parametrize(
    ("share", "until", "strength"),
    [(0, 1, 1), (0.5, 1, 0.5), (1, 1, 0), (0, 0.5, 1), (0.25, 0.5, 0.5), (0.5, 0.5, 0),
     (0.9, 0.5, 0), (0, 0, 0), (0.5, 0, 0)],
)  # fmt: skip
def test_fading_falls_linearly_and_stays_at_0(share, until, strength) -> None:
    assert study.fading(share, until) == pytest.approx(strength)


@pytest.mark.parametrize("method", ["shift_int_fading", "shift_int"])
def test_only_the_fading_methods_strength_falls(monkeypatch, method) -> None:
    strengths = []
    original = ChannelJitter.forward

    def forward(self: ChannelJitter, x: torch.Tensor) -> torch.Tensor:
        if self.training:
            strengths.append(self.strength)
        return original(self, x)

    monkeypatch.setattr(ChannelJitter, "forward", forward)
    measured(config(method=method, fade_until=0.5, **(SMALL | {"erf_epochs": ()})))  # 4 steps
    assert strengths == ([1.0, 0.5, 0.0, 0.0] if method == "shift_int_fading" else [1.0] * 4)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("changes", "plain", "stable"),
    [
        ({}, None, (0.01, 0.2)),
        ({"offset_lr": 3.0}, (3.0, 0.0), (3.0, 0.2)),
        ({"offset_wait": 0.5}, (1.0, 0.5), (0.01, 0.5)),
        ({"offset_lr": 0.0, "offset_wait": 0.0}, (0.0, 0.0), (0.0, 0.0)),
        ({"offset_lr": 1.0, "offset_wait": 0.0}, None, None),
    ],
)
def test_only_learnt_offsets_have_settings_of_their_own(method, changes, plain, stable) -> None:
    settings = config(method=method, width=4, **changes)
    layer = study.build(settings, 3).after_stem
    groups = study.special_groups(settings, layer)
    expected = {"shift_learnable": plain, "shift_learnable_stable": stable}.get(method)
    assert [(g["lr"], g["wait"]) for g in groups] == ([] if expected is None else [expected])
    assert all(len(g["params"]) == 1 and g["params"][0] is layer.offset for g in groups)


def test_stable_offsets_wait_and_then_move_less() -> None:
    longest = {}
    for method in LEARNT:
        wait = 0.5 if method == "shift_learnable_stable" else None
        changes = SMALL | {"erf_epochs": (), "epochs": 4, "offset_wait": wait}
        history = measured(config(method=method, **changes)).metrics.history
        longest[method] = [entry["offset_max"] for entry in history]
    free, stable = (longest[method] for method in LEARNT)
    assert stable[:2] == [0, 0] and free[0] > 0
    assert 0 < stable[-1] < 0.1 * free[-1]


def test_the_lengths_of_offsets() -> None:
    layer = ChannelJitter(2, "shift_learnable")
    with torch.no_grad():
        layer.offset.copy_(torch.tensor([[3.0, 4.0], [0.0, -1.0]]))
    assert study.offset_numbers(layer) == {"offset_mean": 3.0, "offset_max": 5.0}
    assert study.offset_numbers(ChannelJitter(4, "shift_int")) == {}


# --- the effective receptive field ----------------------------------------------------------------


@pytest.mark.parametrize(("side", "size"), [(4, 4), (4, 6), (5, 8), (4, 10), (4, 40), (3, 32)])
def test_pictures_continue_by_reflection(side, size) -> None:
    images = torch.rand(2, 3, side, side)
    before = (size - side + 1) // 2
    around = (before, size - side - before)
    expected = np.pad(images.numpy(), ((0, 0), (0, 0), around, around), mode="reflect")
    found = study.continued(images, size).numpy()
    if (size - side) % 2:  # the middle lies between two pixels; either neighbour will do
        around = around[::-1]
        other = np.pad(images.numpy(), ((0, 0), (0, 0), around, around), mode="reflect")
        assert np.array_equal(found, expected) or np.array_equal(found, other)
    else:
        assert np.array_equal(found, expected)


def test_pictures_that_are_large_enough_are_cut_in_the_middle() -> None:
    images = torch.rand(1, 3, 10, 10)
    assert torch.equal(study.continued(images, 6), images[..., 2:8, 2:8])


def bump(side: int = 33, scale: float = 1.0) -> torch.Tensor:
    place = torch.arange(side, dtype=torch.float64) - side // 2
    return scale * torch.exp(-(place[:, None] ** 2 + place**2) / 18)


@pytest.mark.parametrize("scale", [1e-9, 1e-3, 1e3, 1e9])
def test_width_and_area_do_not_depend_on_the_gradients_scale_and_the_raw_area_does(scale) -> None:
    one, other = (study.erf_numbers(bump(scale=s), (16, 16)) for s in (1.0, scale))
    assert set(one) == set(other)
    assert one["erf_width"] == pytest.approx(3.0, rel=0.01)
    free = [name for name in one if not name.startswith("erf_area_raw")]
    assert len(free) == 5
    for name in free:
        assert one[name] == pytest.approx(other[name], rel=1e-9)
    raw = [name for name in one if name.startswith("erf_area_raw")]
    assert scale < 1 or any(one[name] != other[name] for name in raw)


def test_a_threshold_that_no_square_reaches_has_no_number() -> None:
    corner = torch.zeros(9, 9, dtype=torch.float64)
    corner[0, 0] = 1.0
    corner[8, 8] = 1.0
    numbers = study.erf_numbers(corner, (2, 2))
    assert all(math.isfinite(value) for value in numbers.values())
    assert "erf_area_0.2" in numbers and "erf_area_0.99" not in numbers


def test_a_map_of_nothing_has_no_numbers() -> None:
    assert study.erf_numbers(torch.zeros(9, 9, dtype=torch.float64), (4, 4)) == {}


def test_the_erf_is_measured_in_eval_mode_and_float32_and_leaves_the_network() -> None:
    settings = config(method="shift_int", width=4, erf_images=2, erf_size=32)
    model = study.build(settings, 4).train()
    test_set = pictures(6, side=16)
    modes = []
    model.layer1.register_forward_hook(
        lambda module, inputs, output: modes.append((module.training, output.dtype))
    )
    before = {name: value.clone() for name, value in model.state_dict().items()}
    state = torch.get_rng_state()
    map, numbers = study.measure_erf(
        settings, model, test_set, Normalise(*test_set.statistics(), CPU)
    )
    assert map.shape == (32, 32) and map.dtype == torch.float64 and numbers["erf_width"] > 0
    assert modes and not any(training for training, _ in modes)
    assert {dtype for _, dtype in modes} == {torch.float32}
    assert model.training and all(parameter.grad is None for parameter in model.parameters())
    assert all(torch.equal(value, model.state_dict()[name]) for name, value in before.items())
    assert torch.equal(torch.get_rng_state(), state)


def test_the_accuracy_with_movement_is_that_of_a_moving_network(monkeypatch) -> None:
    calls = []
    original = study.evaluate

    def watched(network: nn.Module, *arguments):
        numbers = original(network, *arguments)
        calls.append((network.after_stem.in_eval, network.training, numbers["test_accuracy"]))
        return numbers

    monkeypatch.setattr(study, "evaluate", watched)
    final = measured(config(method="shift_int", **(SMALL | {"erf_epochs": ()}))).metrics.final
    assert calls == [(True, True, final["test_accuracy_moving"])]


# --- maps in a record -----------------------------------------------------------------------------


def test_a_map_comes_back_to_three_digits() -> None:
    generator = np.random.default_rng(0)
    map = 10.0 ** generator.uniform(-4, 0, (17, 23)) * 3e-7
    packed = Map.pack(torch.from_numpy(map))
    again = Map.model_validate_json(packed.model_dump_json())
    assert again == packed and (again.height, again.width) == (17, 23)
    assert again.peak == map.max()
    np.testing.assert_allclose(again.array(), map, rtol=2**-11)
    tiny = Map.pack([[1.0, 1e-6, 0.0]]).array()
    np.testing.assert_allclose(tiny, [[1, 1e-6, 0]], atol=2**-25)


@pytest.mark.parametrize("value", [0.0, 1e-300, 5e-324, 1e300])
def test_a_map_of_any_scale_can_be_packed(value) -> None:
    assert np.array_equal(Map.pack(np.full((2, 3), value)).array(), np.full((2, 3), value))


@pytest.mark.parametrize(
    ("map", "message"),
    [
        ([[1.0, math.nan]], "finite and not negative, got values from nan to nan"),
        ([[1.0, math.inf]], "finite and not negative, got values from 1.0 to inf"),
        ([[1.0, -1e-9]], "finite and not negative, got values from -1e-09"),
        ([1.0, 2.0], r"shape \(H, W\), got \(2,\)"),
        (np.zeros((0, 3)), r"shape \(H, W\), got \(0, 3\)"),
        (np.zeros((1, 2, 3)), r"shape \(H, W\), got \(1, 2, 3\)"),
    ],
)
def test_what_is_no_map_is_not_packed(map, message) -> None:
    with pytest.raises(ValueError, match=message):
        Map.pack(map)


@pytest.mark.parametrize(
    "change", [{"values": "no base64!"}, {"values": "AAAA"}, {"height": 3}, {"width": 0}]
)
def test_a_packed_map_that_cannot_be_read_is_refused(change) -> None:
    packed = Map.pack(np.ones((2, 3))).model_dump()
    with pytest.raises(ValueError, match=r"values hold no . x . map"):
        Map.model_validate(packed | change)
