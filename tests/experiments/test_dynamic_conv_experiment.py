"""The study of dynamic convolution: what each method trains, and what its numbers mean."""

import math
from typing import Any

import pytest
import torch
from tiny_training import batches_seen, pictures
from torch import Tensor, nn

from dynconv_lite.dynamic import DynamicConv2d, KernelAttention, dynamic_layers
from dynconv_lite.experiments import attention_measures as measures
from dynconv_lite.experiments import dynamic_conv as study
from dynconv_lite.experiments import run, trained
from dynconv_lite.experiments.checkpoint import Checkpoints
from dynconv_lite.experiments.config import DynamicConvConfig, config_for, config_hash, parse_config
from dynconv_lite.experiments.configs.dynamic_conv import METHODS
from dynconv_lite.experiments.evaluation import Normalise, evaluate
from dynconv_lite.experiments.job import Job
from dynconv_lite.experiments.training import Extras, seeded, train

CPU = torch.device("cpu")
DYNAMIC = tuple(method for method in METHODS if method != "static")
SOFTMAX = ("dynamic", "dynamic_t1")
NETWORKS = ("resnet10", "resnet18", "mobilenet_v2")
LABELS = torch.arange(8) % 2  # classes 0, 1, 0, 1, ...


def config(**changes: Any) -> DynamicConvConfig:
    """A network of width 4, two steps an epoch."""
    plain = {"width_mult": 0.0625, "batch_size": 20, "precision": "float32", "crop": 2}
    made = config_for("dynamic_conv", "smoke", **(plain | {"attention_images": 12} | changes))
    assert isinstance(made, DynamicConvConfig)
    return made


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    sets = pictures(40, side=16), pictures(20, side=16, seed=1)
    for module in (study, trained):
        monkeypatch.setattr(module, "load_pictures", lambda config: sets)


def measured(settings: DynamicConvConfig, **job: Any):
    return study.measure(settings, Job("hash", **job))


class Temperatures:
    """What temperature the attentions of a model had in its training steps."""

    def __init__(self) -> None:
        self.steps: list[set[float]] = []
        self.first: KernelAttention | None = None

    def note(self, attention: KernelAttention) -> None:
        """Take note of a layer; the model's first one begins a step."""
        self.first = self.first or attention
        if attention is self.first:
            self.steps.append(set())
        self.steps[-1].add(attention.temperature)

    def take(self) -> list[float]:
        """Return what all layers had, step by step, and begin anew."""
        assert all(len(step) == 1 for step in self.steps), "layers differ"
        found = [step.pop() for step in self.steps]
        self.__init__()
        return found


@pytest.fixture
def temperatures(monkeypatch: pytest.MonkeyPatch) -> Temperatures:
    seen, original = Temperatures(), KernelAttention.forward

    def forward(self: KernelAttention, x: Tensor) -> Tensor:
        if self.training and len(x) == 20:  # one picture counts the cost
            seen.note(self)
        return original(self, x)

    monkeypatch.setattr(KernelAttention, "forward", forward)
    return seen


# --- methods --------------------------------------------------------------------------------------


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("method", METHODS)
def test_every_network_builds_by_every_method(network, method) -> None:
    settings = config(method=method, network=network, width_mult=0.125, num_kernels=3)
    model = study.build(settings, 7)
    static = study.build(config(network=network, width_mult=0.125), 7)
    convolutions = [n for n, m in static.named_modules() if isinstance(m, nn.Conv2d)]
    layers = dynamic_layers(model)
    assert list(layers) == ([] if method == "static" else convolutions[1:])
    assert isinstance(model.get_submodule(convolutions[0]), nn.Conv2d)
    for name, layer in layers.items():
        assert layer.weight.shape == (3, *static.get_submodule(name).weight.shape)
        assert layer.attention.gate == ("sigmoid" if method == "condconv" else "softmax")
    assert model(torch.randn(2, 3, 32, 32)).shape == (2, 7)


@pytest.mark.parametrize("num_kernels", [1, 2, 5])
def test_k_kernels_cost_k_times_the_weights_and_a_little_attention(num_kernels) -> None:
    static = measured(config(epochs=1, temperature_epochs=0)).metrics.final
    settings = config(method="dynamic", num_kernels=num_kernels, epochs=1, temperature_epochs=0)
    final = measured(settings).metrics.final
    layers = dynamic_layers(study.build(settings, 4)).values()
    one = sum(layer.weight[0].numel() for layer in layers)
    hidden = [(max(1, layer.in_channels // 4), layer.in_channels) for layer in layers]
    attention = sum(h * (c + 1) + num_kernels * (h + 1) for h, c in hidden)
    assert final["parameters"] == static["parameters"] + (num_kernels - 1) * one + attention
    mixing = num_kernels * one  # multiply-adds to mix the kernels of one picture, once a layer
    assert 0 < final["multiply_adds"] - static["multiply_adds"] < 1.2 * mixing + attention


def test_at_the_laptops_size_parameters_grow_by_about_k_and_multiply_adds_do_not() -> None:
    costs = {}
    for method in ("static", "dynamic", "condconv"):
        model = study.build(config_for("dynamic_conv", "laptop", method=method), 100)
        costs[method] = study.count_cost(model, (3, 32, 32))
    for method in ("dynamic", "condconv"):
        assert 3.8 < costs[method].parameters / costs["static"].parameters < 4
        assert 1 < costs[method].multiply_adds / costs["static"].multiply_adds < 1.1


def test_methods_see_the_same_batches() -> None:
    batches = []
    for method in METHODS:
        settings = config(method=method, erasing=0.5, mixup=0.5)
        with seeded(settings.seed, CPU):
            model = study.build(settings, 4)  # draws more numbers the more kernels there are
            seen = batches_seen(model)
            train(settings, model, pictures(), pictures(10, seed=1), Job("hash"), Extras())
        batches.append(torch.cat(seen))
    for batch in batches:
        assert batch.shape == (80, 3, 12, 12) and torch.equal(batch, batches[0])


@pytest.mark.parametrize("method", METHODS)
def test_what_a_run_measures(method) -> None:
    result = measured(config(method=method))
    final, history = result.metrics.final, result.metrics.history
    names = {"test_accuracy", "test_loss", "parameters", "multiply_adds"}
    numbers = {"attention_entropy", "attention_spread"}
    if method in DYNAMIC:
        layers = dynamic_layers(study.build(config(method=method), 4))
        parts = numbers | {"attention_of_class"}
        names |= parts | {f"{part}.{layer}" for part in parts for layer in layers}
        names |= {"test_accuracy_mean_attention", "test_accuracy_swapped_attention"}
        assert len(layers) == 11
        by_layer = [final[f"attention_spread.{layer}"] for layer in layers]
        assert final["attention_spread"] == pytest.approx(sum(by_layer) / 11) and by_layer[0] > 0
        assert 0.5 < final["attention_entropy"] < 1 and 0 < final["attention_of_class"] < 1
    assert set(final) == names
    assert [entry["epoch"] for entry in history] == [1, 2]
    for entry in history:
        assert (numbers <= set(entry)) == (method in DYNAMIC)
        assert ("temperature" in entry) == (method in SOFTMAX)
    assert final["test_accuracy"] == history[-1]["test_accuracy"]
    assert final["test_loss"] == history[-1]["test_loss"]
    assert result.weights is not None
    assert result.weights["layer4.0.conv2.weight"].ndim == (5 if method in DYNAMIC else 4)
    assert "float32" in result.device and result.data.name == "made up; made up"
    assert not result.published


def test_the_history_holds_the_attention_of_some_pictures_and_the_end_that_of_all() -> None:
    few = measured(config(method="dynamic", attention_images=5)).metrics
    all = measured(config(method="dynamic", attention_images=20)).metrics
    more = measured(config(method="dynamic", attention_images=2000)).metrics  # than there are
    assert few.final == all.final and all == more
    assert few.history[-1]["attention_spread"] != all.history[-1]["attention_spread"]
    for name in ("attention_entropy", "attention_spread"):
        assert all.history[-1][name] == pytest.approx(all.final[name], abs=1e-12)


@pytest.mark.parametrize("method", ["static", "dynamic"])
def test_a_run_repeats_to_the_bit(method) -> None:
    first, again = (measured(config(method=method)) for _ in range(2))
    other = measured(config(method=method, seed=1))
    assert first.metrics == again.metrics != other.metrics


@pytest.mark.parametrize("method", ["dynamic", "condconv"])
def test_a_run_killed_after_its_last_checkpoint_measures_the_same(tmp_path, method) -> None:
    checkpoints = Checkpoints(tmp_path)
    first = measured(config(method=method), checkpoints=checkpoints)
    again = measured(config(method=method), checkpoints=checkpoints)  # takes no step at all
    assert first.metrics == again.metrics


# --- temperature ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, [30, 15.5, 1, 1]),
        ({"temperature_epochs": 0}, [1, 1, 1, 1]),
        ({"temperature_epochs": 1.5}, [30, 30 - 29 / 3, 30 - 58 / 3, 1]),
        ({"temperature_epochs": 0.25}, [30, 1, 1, 1]),
        ({"temperature": 5}, [5, 3, 1, 1]),
        ({"temperature": 0.5}, [0.5, 0.75, 1, 1]),
    ],
)
def test_the_temperature_falls_to_1_by_the_step_and_stays_there(
    temperatures, changes, expected
) -> None:
    history = measured(config(method="dynamic", **changes)).metrics.history
    found = temperatures.take()
    assert found == pytest.approx(expected)
    assert found[-1] == history[-1]["temperature"] == 1
    assert history[0]["temperature"] == found[1]  # of the last step, which the test is made with


@pytest.mark.parametrize("method", ["dynamic_t1", "condconv"])
def test_the_other_methods_have_no_temperature_but_1(temperatures, method) -> None:
    result = measured(config(method=method, temperature=7.0))
    assert temperatures.take() == [1] * 4
    assert [e.get("temperature", 1) for e in result.metrics.history] == [1, 1]


class Killed(Exception):
    """Stands for a kill -9."""


@pytest.mark.parametrize("killed_at", [1, 2, 3, 4])
def test_a_resumed_run_goes_on_at_the_temperature_it_had(tmp_path, temperatures, killed_at) -> None:
    settings = config(method="dynamic", temperature_epochs=1.5)
    undisturbed = measured(settings).metrics
    expected = temperatures.take()
    count = 0

    def report(share: float, text: str) -> None:
        nonlocal count
        count += 1
        if count == killed_at:  # before this step is saved
            raise Killed

    kept = {"checkpoints": Checkpoints(tmp_path), "checkpoint_minutes": 0.0}
    with pytest.raises(Killed):
        measured(settings, report=report, **kept)
    assert temperatures.take() == expected[:killed_at]
    again = measured(settings, **kept).metrics
    assert temperatures.take() == expected[killed_at - 1 :]
    assert again == undisturbed


def test_a_run_killed_while_its_attention_is_measured_tells_the_temperature_of_the_last_step(
    tmp_path, monkeypatch
) -> None:
    settings = config(method="dynamic")
    undisturbed = measured(settings).metrics
    kept = {"checkpoints": Checkpoints(tmp_path), "checkpoint_minutes": 1000.0}

    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(study, "measure_attention", killed)
        with pytest.raises(Killed):
            measured(settings, **kept)
    again = measured(settings, **kept).metrics
    assert again.history[0]["temperature"] == 15.5
    assert again == undisturbed


def test_the_network_a_run_leaves_is_used_at_temperature_1(tmp_path) -> None:
    settings = config(method="dynamic", temperature=10.0)
    record = run(settings, tmp_path / "records", device="cpu")
    left = trained.trained_network(settings, tmp_path / "records")
    attentions = [m for m in left.model.modules() if isinstance(m, KernelAttention)]
    assert len(attentions) == 11 and {m.temperature for m in attentions} == {1.0}
    assert not left.model.training
    images, labels = left.batch(20)
    with torch.no_grad():
        right = left.model(images).argmax(1) == labels
    assert 100 * float(right.double().mean()) == record.metrics.final["test_accuracy"]
    again = measures.measure_attention(left.model, left.test_set, left.normalise)
    found = measures.attention_numbers(again, left.test_set.labels)
    assert found["attention_entropy"] == pytest.approx(
        record.metrics.final["attention_entropy"], rel=1e-6
    )


# --- what attention is ----------------------------------------------------------------------------


def test_an_even_attention_has_entropy_1_and_no_spread() -> None:
    for value in (0.25, 1.0, 1e-3):  # a sigmoid's attention is divided by its sum
        numbers = measures.attention_numbers({"x": torch.full((8, 4), value)}, LABELS)
        assert numbers["attention_entropy"] == pytest.approx(1)
        assert numbers["attention_spread"] == pytest.approx(0, abs=1e-9)
        assert numbers["attention_of_class"] == pytest.approx(0, abs=1e-3)


@pytest.mark.parametrize("num_kernels", [2, 4])
@pytest.mark.parametrize(("by_class", "of_class"), [(True, 1), (False, 0)])
def test_pictures_that_choose_one_kernel_or_another(num_kernels, by_class, of_class) -> None:
    chosen = LABELS if by_class else torch.arange(8) // 2 % 2  # both kernels in both classes
    numbers = measures.attention_numbers({"x": torch.eye(num_kernels)[chosen]}, LABELS)
    assert numbers["attention_entropy"] == 0
    # two of the kernels have the shares 0 and 1 equally often, so a variance of 1/4
    assert numbers["attention_spread"] == pytest.approx(math.sqrt(0.25 * 2 / num_kernels))
    assert numbers["attention_of_class"] == pytest.approx(of_class)


def test_entropy_of_half_and_half_is_what_it_is_of_k() -> None:
    halves = torch.tensor([[0.5, 0.5, 0.0, 0.0]]).repeat(8, 1)
    numbers = measures.attention_numbers({"x": halves}, LABELS)
    assert numbers["attention_entropy"] == pytest.approx(math.log(2) / math.log(4))
    assert numbers["attention_spread"] == 0


def test_one_kernel_has_nothing_to_choose_from() -> None:
    numbers = measures.attention_numbers({"x": torch.full((8, 1), 0.7)}, LABELS)
    assert numbers["attention_entropy"] == numbers["attention_spread"] == 0


def test_numbers_are_given_by_layer_and_on_average() -> None:
    attention = {"even": torch.full((8, 2), 0.5), "chosen": torch.eye(2)[LABELS]}
    numbers = measures.attention_numbers(attention, LABELS)
    assert numbers["attention_entropy.even"] == pytest.approx(1)
    assert numbers["attention_entropy.chosen"] == 0
    assert numbers["attention_entropy"] == pytest.approx(0.5)
    assert numbers["attention_spread"] == pytest.approx(0.25)
    assert len(numbers) == 9


def test_an_attention_that_knows_no_class_has_the_share_of_chance() -> None:
    generator = torch.Generator().manual_seed(0)
    values = torch.rand(2000, 4, generator=generator)
    labels = torch.randint(0, 50, (2000,), generator=generator)
    found = measures.attention_numbers({"x": values}, labels)["attention_of_class"]
    assert found == pytest.approx(49 / 1999, rel=0.3)


def dynamic_stack() -> nn.Sequential:
    return nn.Sequential(
        DynamicConv2d(3, 4, 3, temperature=0.1), nn.ReLU(), DynamicConv2d(4, 4, 3, temperature=0.1)
    )


def by_hand(model: nn.Sequential, x: Tensor, change: measures.Change) -> Tensor:
    """Run the stack with an attention that is given, rather than caught on its way."""
    for name, layer in model.named_children():
        if isinstance(layer, DynamicConv2d):
            x = layer(x, change(name, layer.attention(x)))
        else:
            x = layer(x)
    return x


def test_a_changed_attention_is_used_by_every_layer_and_only_within() -> None:
    model = dynamic_stack()
    x = torch.randn(6, 3, 8, 8) + torch.arange(6.0).view(6, 1, 1, 1)  # attended to differently
    own = model(x)
    attention = {"0": torch.rand(9, 4).softmax(1), "2": torch.rand(9, 4).softmax(1)}
    for change in (measures.swapped, measures.averaged(attention)):
        with measures.changed_attention(model, change):
            found = model(x)
        torch.testing.assert_close(found, by_hand(model, x, change))
        assert not torch.allclose(found, own, atol=1e-3)
    assert torch.equal(model(x), own)
    with pytest.raises(Killed), measures.changed_attention(model, measures.swapped):
        raise Killed
    assert torch.equal(model(x), own)


def test_averaged_gives_a_layers_mean_to_all_pictures() -> None:
    attention = {"a": torch.eye(2), "b": torch.tensor([[1.0, 0.0], [0.5, 0.5]])}
    change = measures.averaged(attention)
    assert change("a", torch.rand(3, 2)).tolist() == [[0.5, 0.5]] * 3
    assert change("b", torch.rand(1, 2)).tolist() == [[0.75, 0.25]]


def test_swapped_deals_the_same_attentions_out_to_others() -> None:
    own = torch.arange(500.0)[:, None]
    found = measures.swapped("a", own)
    assert torch.equal(found, measures.swapped("b", own))  # of one picture in all layers
    assert torch.equal(found.sort(0).values, own)
    assert int((found == own).sum()) <= 5


def test_accuracies_under_another_attention_are_those_of_the_network_by_hand(tmp_path) -> None:
    settings = config(method="dynamic")
    record = run(settings, tmp_path, device="cpu")
    left = trained.trained_network(settings, tmp_path)
    images, labels = left.batch(20)
    attention = measures.measure_attention(left.model, left.test_set, left.normalise)
    changes = {"mean": measures.averaged(attention), "swapped": measures.swapped}
    for name, change in changes.items():
        with measures.changed_attention(left.model, change), torch.no_grad():
            right = (left.model(images).argmax(1) == labels).double()
        final = record.metrics.final[f"test_accuracy_{name}_attention"]
        assert final == pytest.approx(100 * float(right.mean()))


def test_of_one_kernel_no_attention_is_better_than_another() -> None:
    final = measured(config(method="dynamic", num_kernels=1)).metrics.final
    accuracies = {v for k, v in final.items() if k.startswith("test_accuracy")}
    assert len(accuracies) == 1


def test_attention_is_measured_in_eval_mode_over_all_pictures_and_leaves_the_network() -> None:
    model = study.build(config(method="dynamic"), 4).train()
    test_set = pictures(6, side=16)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    state = torch.get_rng_state()
    modes = []
    model.layer1.register_forward_hook(lambda module, *_: modes.append(module.training))
    normalise = Normalise(*test_set.statistics(), CPU)
    attention = measures.measure_attention(model, test_set, normalise)
    assert list(attention) == list(dynamic_layers(model))
    for values in attention.values():
        assert values.shape == (6, 4) and values.dtype == torch.float32
        torch.testing.assert_close(values.sum(1), torch.ones(6))
    assert modes == [False] and model.training
    assert all(torch.equal(value, model.state_dict()[name]) for name, value in before.items())
    assert torch.equal(torch.get_rng_state(), state)


def test_the_accuracies_under_another_attention_are_tested_as_the_own_one_is(monkeypatch) -> None:
    calls = []

    def watched(network: nn.Module, *arguments):
        numbers = evaluate(network, *arguments)
        calls.append(numbers["test_accuracy"])
        return numbers

    monkeypatch.setattr(study, "evaluate", watched)
    final = measured(config(method="condconv")).metrics.final
    names = ("test_accuracy_mean_attention", "test_accuracy_swapped_attention")
    assert calls == [final[name] for name in names]


# --- the configuration ----------------------------------------------------------------------------


@pytest.mark.parametrize("profile", ["smoke", "laptop", "full"])
@pytest.mark.parametrize("method", METHODS)
def test_every_method_is_valid_in_every_profile(method, profile) -> None:
    made = config_for("dynamic_conv", profile, seed=3, method=method)
    assert isinstance(made, DynamicConvConfig)
    assert (made.method, made.profile, made.seed, made.num_kernels) == (method, profile, 3, 4)
    assert made.temperature == 30 and made.temperature_epochs < made.epochs


@pytest.mark.parametrize(
    ("field", "value", "allowed"),
    [
        ("method", "dynamic_t2", "'static', 'dynamic', 'dynamic_t1' or 'condconv'"),
        ("network", "resnet50", "'resnet10', 'resnet18' or 'mobilenet_v2'"),
        ("width_mult", 0.05, "greater than or equal to 0.0625"),
        ("width_mult", 9, "less than or equal to 8"),
        ("num_kernels", 0, "greater than or equal to 1"),
        ("num_kernels", 65, "less than or equal to 64"),
        ("temperature", 0, "greater than 0"),
        ("temperature", math.inf, "finite number"),
        ("temperature_epochs", -1, "greater than or equal to 0"),
        ("attention_images", 0, "greater than or equal to 1"),
    ],
)
def test_a_value_out_of_range_is_named_with_what_is_allowed(field, value, allowed) -> None:
    with pytest.raises(ValueError, match=rf"dynamic_conv: {field} = .*{allowed}"):
        config(**{field: value})


@pytest.mark.parametrize("epochs", [2, 2.5, 100])
def test_a_temperature_that_would_not_reach_1_is_refused(epochs) -> None:
    with pytest.raises(
        ValueError, match=rf"temperature_epochs = {epochs:g} must be smaller than epochs = 2"
    ):
        config(temperature_epochs=epochs)


def test_the_hash_sees_every_field_of_the_study() -> None:
    others = {
        "method": "condconv", "network": "resnet18", "width_mult": 0.5, "num_kernels": 2,
        "temperature": 10.0, "temperature_epochs": 0.5, "attention_images": 3,
    }  # fmt: skip
    plain = config().model_dump()
    hashes = {config_hash(parse_config(plain | {field: value})) for field, value in others.items()}
    assert len(hashes | {config_hash(config())}) == len(others) + 1
