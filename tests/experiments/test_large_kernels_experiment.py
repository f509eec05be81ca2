"""The study of large kernels: what each method trains, and what its numbers mean."""

from typing import Any

import pytest
import torch
import torch.nn.functional as F
from tiny_training import batches_seen, pictures
from torch import Tensor, nn

from dynconv_lite.cost import count_cost
from dynconv_lite.depthwise import DepthwiseConv2d
from dynconv_lite.experiments import large_kernels as study
from dynconv_lite.experiments import run, trained
from dynconv_lite.experiments.checkpoint import Checkpoints
from dynconv_lite.experiments.config import PROFILE_NAMES, config_for, config_hash, parse_config
from dynconv_lite.experiments.configs.large_kernels import (
    METHODS,
    Form,
    LargeKernelsConfig,
    form_of,
)
from dynconv_lite.experiments.evaluation import Normalise
from dynconv_lite.experiments.job import Job
from dynconv_lite.experiments.layer_cost import count_layers
from dynconv_lite.experiments.training import seeded, train
from dynconv_lite.reparam import RepConv2d, fuse

CPU = torch.device("cpu")
ERF = {"erf_width", *(f"erf_area{raw}_{t}" for raw in ("", "_raw") for t in (0.2, 0.3, 0.5, 0.99))}


def config(**changes: Any) -> LargeKernelsConfig:
    """A network of four and eight channels, two steps an epoch."""
    plain = {"channels": (4, 8), "batch_size": 20, "precision": "float32", "crop": 2}
    small = {"erf_images": 3, "erf_size": 32}
    made = config_for("large_kernels", "smoke", **(plain | small | changes))
    assert isinstance(made, LargeKernelsConfig)
    return made


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    sets = pictures(40, side=16), pictures(20, side=16, seed=1)
    for module in (study, trained):
        monkeypatch.setattr(module, "load_pictures", lambda config: sets)


def measured(settings: LargeKernelsConfig, **job: Any):
    return study.measure(settings, Job("hash", **job))


# --- the configuration ----------------------------------------------------------------------------


def test_a_method_says_what_its_network_is_made_of() -> None:
    forms = {method: form_of(method) for method in METHODS}
    assert forms["k3"] == (3, True, 0) and forms["k3_no_shortcut"] == (3, False, 0)
    assert forms["k13"] == (13, True, 3) and forms["k31_no_shortcut"] == (31, False, 3)
    assert forms["k9_no_small"] == (9, True, 0)
    assert len(set(forms.values())) == len(METHODS) == 11
    titles = {form.title for form in forms.values()}
    assert {"K = 3", "K = 3, no shortcut", "K = 31, no small kernel", "K = 9"} < titles
    assert len(titles) == len(METHODS)
    assert Form(13, False, 0).title == "K = 13, no shortcut, no small kernel"
    assert Form(13, True, 5).title == "K = 13, small kernel 5"


@pytest.mark.parametrize("profile", PROFILE_NAMES)
@pytest.mark.parametrize("method", METHODS)
def test_a_record_tells_the_form_whatever_the_profile(method, profile) -> None:
    made = config_for("large_kernels", profile, method=method)
    assert isinstance(made, LargeKernelsConfig)
    assert made.form == form_of(method)
    assert made.model_dump().items() >= form_of(method)._asdict().items()
    assert parse_config(made.model_dump(mode="json")) == made
    assert config_hash(made) == config_hash(
        config_for("large_kernels", profile, method=method, **form_of(method)._asdict())
    )


def test_a_form_may_be_changed_field_by_field() -> None:
    assert config(method="k13", kernel_size=21).form == (21, True, 3)
    assert config(method="k13", small_kernel=5, shortcut=False).form == (13, False, 5)
    assert config(method="k31_no_small", small_kernel=None).form == (31, True, 0)
    # a 3 x 3 kernel has no 3 x 3 kernel beside it, whoever asks for one
    assert config(method="k3", small_kernel=3).form == (3, True, 0)
    assert config(method="k13", kernel_size=3).form == (3, True, 0)
    assert config_for("large_kernels").method == "k3"


@pytest.mark.parametrize(
    ("changes", "allowed"),
    [
        ({"method": "k5"}, "method = 'k5'.*'k3', 'k7', 'k13'"),
        ({"kernel_size": 4}, "kernel_size = 4.*odd"),
        ({"kernel_size": 1}, "kernel_size = 1.*greater than or equal to 3"),
        ({"kernel_size": 53}, "kernel_size = 53.*less than or equal to 51"),
        ({"kernel_size": "wide"}, "kernel_size = 'wide'.*integer"),
        ({"method": "k13", "small_kernel": 4}, "small_kernel = 4 must be 0, or odd and below K"),
        ({"method": "k13", "small_kernel": 13}, "small_kernel = 13 must be 0.*below K = 13"),
        ({"small_kernel": 5}, "small_kernel = 5 must be 0.*below K = 3"),
        ({"small_kernel": -1}, "small_kernel = -1.*greater than or equal to 0"),
        ({"shortcut": "perhaps"}, "shortcut = 'perhaps'.*boolean"),
        ({"blocks": (1, 2, 3)}, r"blocks = \(1, 2, 3\) and channels = \(4, 8\) must have one"),
        ({"blocks": ()}, r"blocks = \(\).*at least 1 item"),
        ({"channels": (4, 0)}, "channels.1 = 0.*greater than or equal to 1"),
        ({"channels": (4,) * 5}, "channels = .*at most 4 items"),
        ({"stem_stride": 3}, "stem_stride = 3.*1, 2 or 4"),
        ({"erf_images": 0}, "erf_images = 0.*greater than or equal to 1"),
        ({"erf_size": 60}, "erf_size = 60.*multiple of 8"),
        ({"erf_size": 24}, "erf_size = 24.*greater than or equal to 32"),
        ({"lr": None}, "lr = None.*valid number"),
    ],
)
def test_what_cannot_be_is_refused(changes, allowed) -> None:
    with pytest.raises(ValueError, match=f"large_kernels: .*{allowed}"):
        config(**changes)


# --- the network ----------------------------------------------------------------------------------


def large(model: nn.Module, size: int) -> list[DepthwiseConv2d]:
    """The kernels of the blocks that have a size."""
    layers = [m for m in model.modules() if isinstance(m, DepthwiseConv2d)]
    return [layer for layer in layers if layer.kernel_size == (size, size)]


@pytest.mark.parametrize("method", METHODS)
def test_every_method_builds_its_network(method) -> None:
    settings = config(method=method, blocks=(1, 2), channels=(4, 6))
    model, form = study.build(settings, 7).eval(), form_of(method)
    for size in {form.kernel_size, form.small_kernel} - {0}:
        assert [layer.in_channels for layer in large(model, size)] == [4, 6, 6]
    x = torch.randn(2, 3, 16, 16)
    assert model(x).shape == (2, 7)
    assert model.features(x).shape == (2, 6, 8, 8)  # by default the stem keeps the size
    halved = study.build(settings.model_copy(update={"stem_stride": 2}), 7).eval()
    assert halved.features(x).shape == (2, 6, 4, 4)
    without = study.build(settings.model_copy(update={"small_kernel": 0}), 7)
    beside = sum(p.numel() for p in model.parameters()) - sum(
        p.numel() for p in without.parameters()
    )
    # nine weights a channel, and a normalisation's two numbers
    assert beside == (form.small_kernel > 0) * (4 + 6 + 6) * (9 + 2)


@torch.no_grad()
@pytest.mark.parametrize(
    "of_a_block", [lambda s: s[-1] == 13, lambda s: s[0] == 4 * s[1] and s[-1] == 1]
)
def test_without_shortcuts_nothing_goes_round_a_block(of_a_block) -> None:
    """With all large kernels at 0, or all ConvFFNs, only shortcuts tell pictures apart."""
    apart = {}
    for shortcut in (True, False):
        model = study.build(config(method="k13_no_small", shortcut=shortcut), 7).eval()
        weights = [p for p in model.parameters() if p.ndim == 4 and of_a_block(p.shape)]
        assert len(weights) == 2  # one a stage
        for weight in weights:
            weight.zero_()
        first, second = model(torch.randn(2, 3, 16, 16))
        apart[shortcut] = float((first - second).abs().max())
    assert apart[False] == 0 < apart[True]


def test_methods_see_the_same_batches() -> None:
    batches = []
    for method in ("k3", "k13", "k13_no_small"):
        settings = config(method=method, erasing=0.5, mixup=0.5)
        with seeded(settings.seed, CPU):
            model = study.build(settings, 4)  # draws more numbers the larger the kernels are
            seen = batches_seen(model)
            train(settings, model, pictures(), pictures(10, seed=1), Job("hash"))
        batches.append(torch.cat(seen))
    for batch in batches:
        assert batch.shape == (80, 3, 12, 12) and torch.equal(batch, batches[0])


# --- what is measured -----------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["k3", "k13", "k31_no_shortcut", "k9_no_small"])
def test_what_a_run_measures(method) -> None:
    result = measured(config(method=method))
    final, history = result.metrics.final, result.metrics.history
    names = {"test_accuracy", "test_loss", "fused_difference"}
    names |= {
        f"{cost}{form}" for cost in ("parameters", "multiply_adds") for form in ("", "_fused")
    }
    assert names <= set(final) <= names | ERF and "erf_area_0.2" in final
    assert [entry["epoch"] for entry in history] == [1, 2]
    assert final["test_accuracy"] == history[-1]["test_accuracy"]
    assert final["test_loss"] == history[-1]["test_loss"]
    assert 0 <= final["fused_difference"] < 1e-4
    assert final["parameters_fused"] < final["parameters"]
    small = form_of(method).small_kernel
    assert (final["multiply_adds_fused"] < final["multiply_adds"]) == bool(small)
    assert result.metrics.maps["erf"].array().shape == (32, 32)
    assert "float32" in result.device and result.data.name == "made up; made up"
    assert result.weights is not None and not result.published


def test_fusing_takes_the_small_kernel_and_the_normalisations_away() -> None:
    final = measured(config(method="k13", epochs=1)).metrics.final
    plain = measured(config(method="k13_no_small", epochs=1)).metrics.final
    for cost in ("parameters_fused", "multiply_adds_fused"):
        assert final[cost] == plain[cost]  # it is as if there had never been one
    beside = 9 * (4 * 16 * 16 + 8 * 8 * 8)
    assert final["multiply_adds"] - plain["multiply_adds"] == beside
    k31 = measured(config(method="k31", epochs=1)).metrics.final
    larger = (31**2 - 13**2) * (4 * 16 * 16 + 8 * 8 * 8)
    assert k31["multiply_adds_fused"] - final["multiply_adds_fused"] == larger


def test_the_difference_is_a_share_of_the_largest_logit() -> None:
    class Constant(nn.Module):
        def __init__(self, *logits: float) -> None:
            super().__init__()
            self.logits = logits

        def forward(self, x: Tensor) -> Tensor:
            return torch.tensor(self.logits).expand(len(x), -1)

    images = torch.zeros(3, 1)
    assert study.difference(Constant(1, -4), Constant(1.5, -4), images) == 0.5 / 4
    assert study.difference(Constant(0, 0), Constant(0, 0), images) == 0


@pytest.mark.parametrize("method", ["k3", "k13_no_small"])
def test_a_run_repeats_to_the_bit(method) -> None:
    first, again = (measured(config(method=method)) for _ in range(2))
    other = measured(config(method=method, seed=1))
    assert first.metrics == again.metrics != other.metrics


def test_a_run_killed_after_its_last_checkpoint_measures_the_same(tmp_path) -> None:
    checkpoints = Checkpoints(tmp_path)
    first = measured(config(method="k13"), checkpoints=checkpoints)
    again = measured(config(method="k13"), checkpoints=checkpoints)  # takes no step at all
    assert first.metrics == again.metrics


def test_the_network_a_run_leaves_is_the_one_it_measured(tmp_path) -> None:
    settings = config(method="k13")
    record = run(settings, tmp_path, device="cpu")
    left = trained.trained_network(settings, tmp_path)
    images, labels = left.batch(20)
    with torch.no_grad():
        right = left.model(images).argmax(1) == labels
    assert 100 * float(right.double().mean()) == record.metrics.final["test_accuracy"]
    map, numbers = study.measure_erf(settings, left.model, left.test_set, left.normalise)
    assert numbers["erf_width"] == pytest.approx(record.metrics.final["erf_width"], rel=1e-5)
    assert map.shape == (32, 32)


@pytest.mark.parametrize(
    ("blocks", "stem_stride"), [((1,), 1), ((1, 1), 1), ((1, 1, 1), 1), ((1, 1), 2), ((1,), 4)]
)
def test_the_receptive_field_is_measured_around_the_pixel_the_unit_stands_on(
    blocks, stem_stride
) -> None:
    """With K = 3 a field is small: it must lie symmetrically around that pixel."""
    shape = {"blocks": blocks, "channels": (4,) * len(blocks), "stem_stride": stem_stride}
    settings = config(**shape, erf_size=64)
    with seeded(0, CPU):
        model = study.build(settings, 4).eval()
    test_set = pictures(20, side=16, seed=1)
    map, _ = study.measure_erf(settings, model, test_set, Normalise(*test_set.statistics(), CPU))
    rows, columns = map.nonzero().T
    assert len(rows)
    for places in (rows, columns):
        assert (int(places.min()) + int(places.max())) / 2 == 32


def test_a_larger_kernel_has_a_wider_receptive_field_even_untrained() -> None:
    widths = []
    for method in ("k3", "k9", "k31"):
        settings = config(method=method, erf_size=64)
        with seeded(0, CPU):
            model = study.build(settings, 4).eval()
        test_set = pictures(20, side=16, seed=1)
        normalise = Normalise(*test_set.statistics(), CPU)
        widths.append(study.measure_erf(settings, model, test_set, normalise)[1]["erf_width"])
    assert widths[0] < widths[1] < widths[2]


# --- the cost of a network ------------------------------------------------------------------------


def test_layers_cost_what_a_counter_of_operators_sees_where_they_run_directly() -> None:
    model = nn.Sequential(
        nn.Conv2d(3, 8, 3, stride=2, padding=1),
        nn.BatchNorm2d(8),
        nn.Conv2d(8, 8, (5, 3), groups=8),
        nn.Flatten(),
        nn.Linear(8 * 4 * 6, 5),
    )
    found, counted = count_layers(model, (3, 16, 16)), count_cost(model, (3, 16, 16))
    assert found.multiply_adds == counted.multiply_adds == sum(found.by_layer.values())
    assert found.parameters == counted.parameters
    assert found.by_layer == {"0": 64 * 8 * 27, "2": 24 * 8 * 15, "4": 192 * 5}
    assert model.training and int(model[1].num_batches_tracked) == 0
    study_model = study.build(config(), 4)  # K = 3: too small for a Fourier transform
    assert (
        count_layers(study_model, (3, 16, 16)).multiply_adds
        == count_cost(study_model, (3, 16, 16)).multiply_adds
    )


def test_the_branches_of_one_convolution_all_count() -> None:
    layer = RepConv2d(6, 6, 7, groups=6, small_kernels=(3, 1))
    model = nn.Sequential(RepConv2d(3, 6, 3, 2), layer)
    trained = count_layers(model, (3, 16, 16))
    assert trained.multiply_adds == 64 * 6 * 3 * (9 + 1) + 64 * 6 * (49 + 9 + 1)
    fused = count_layers(fuse(model.eval()), (3, 16, 16))
    assert fused.by_layer == {"0": 64 * 6 * 3 * 9, "1": 64 * 6 * 49}
    assert fused.parameters == 6 * (27 + 1) + 6 * (49 + 1)


def test_a_layer_used_twice_counts_twice_and_one_behind_the_back_is_found_out() -> None:
    class Net(nn.Module):
        def __init__(self, behind: bool) -> None:
            super().__init__()
            self.layer, self.behind = nn.Linear(4, 4), behind

        def forward(self, x: Tensor) -> Tensor:
            if self.behind:
                return F.linear(x, self.layer.weight)
            return self.layer(self.layer(x))

    assert count_layers(Net(behind=False), (4,)).multiply_adds == 32
    assert count_layers(Net(behind=False), (7, 4)).multiply_adds == 7 * 32
    with pytest.raises(ValueError, match=r"model uses layer\.weight outside of a layer"):
        count_layers(Net(behind=True), (4,))
