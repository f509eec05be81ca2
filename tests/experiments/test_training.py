"""A training does what its configuration says, and the same thing every time."""

import math
from contextlib import nullcontext

import pytest
import torch
import torch.nn.functional as F
from tiny_training import batches_seen, config, network, pictures, same_weights, trained
from torch import nn

from dynconv_lite.experiments import arithmetic, augment
from dynconv_lite.experiments.arithmetic import Arithmetic, choose_arithmetic, has_fast_bfloat16
from dynconv_lite.experiments.checkpoint import Checkpoints
from dynconv_lite.experiments.evaluation import Normalise, evaluate
from dynconv_lite.experiments.optimisation import (
    cross_entropy,
    learning_rate_factor,
    make_optimizer,
)
from dynconv_lite.experiments.training import Extras, seeded

CPU = torch.device("cpu")
FLOAT32 = Arithmetic(CPU, torch.float32, compiled=False)


# --- learning rate --------------------------------------------------------------------------------


def rates(schedule: str, steps: int, warmup: float = 0) -> list[float]:
    return [learning_rate_factor(schedule, step, steps, warmup) for step in range(steps)]


def test_cosine_is_torchs_cosine() -> None:
    weight = nn.Parameter(torch.zeros(()))
    optimizer = torch.optim.SGD([weight], lr=1.0)
    theirs = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=50)
    expected = []
    for _ in range(50):
        expected.append(theirs.get_last_lr()[0])
        optimizer.step()
        theirs.step()
    assert rates("cosine", 50) == pytest.approx(expected, abs=1e-12)


def test_cosine_goes_from_1_over_a_half_to_0() -> None:
    found = rates("cosine", 1000)
    assert found[0] == 1 and found[500] == pytest.approx(0.5) and 0 < found[-1] < 1e-5
    assert learning_rate_factor("cosine", 1000, 1000, 0) == pytest.approx(0, abs=1e-15)


def test_one_cycle_rises_for_30_percent_and_falls_to_0() -> None:
    found = rates("one_cycle", 1000)
    assert found[0] == pytest.approx(1 / 25)
    assert found[150] == pytest.approx((1 + 1 / 25) / 2)  # half-way up
    assert found[300] == 1 == max(found)
    assert found[650] == pytest.approx(0.5)  # half-way down
    assert 0 < found[-1] < 1e-5
    assert found[:301] == sorted(found[:301]) and found[300:] == sorted(found[300:], reverse=True)


def test_one_cycle_is_torchs_but_for_the_lowest_rates() -> None:
    weight = nn.Parameter(torch.zeros(()))
    optimizer = torch.optim.SGD([weight], lr=1.0)
    theirs = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, max_lr=1.0, total_steps=1001, pct_start=0.301, div_factor=25,
        final_div_factor=1e9, cycle_momentum=False,
    )  # fmt: skip
    expected = []
    for _ in range(1000):
        expected.append(theirs.get_last_lr()[0])
        optimizer.step()
        theirs.step()
    # theirs counts the peak as a step of the rise: the two are at most one step apart
    assert rates("one_cycle", 1000) == pytest.approx(expected, abs=0.006)


@pytest.mark.parametrize("schedule", ["constant", "cosine"])
def test_warm_up_rises_in_equal_steps_to_the_largest_rate(schedule) -> None:
    found = rates(schedule, 20, warmup=4)
    assert found[:5] == pytest.approx([0.2, 0.4, 0.6, 0.8, 1.0])
    if schedule == "constant":
        assert set(found[4:]) == {1.0}
    else:
        assert found[12] == pytest.approx(0.5)  # the middle of what is left
        assert found[4:] == sorted(found[4:], reverse=True)


@pytest.mark.parametrize("schedule", ["constant", "cosine", "one_cycle"])
@pytest.mark.parametrize(("steps", "warmup"), [(1, 0), (2, 0), (3, 2.5), (3, 3), (3, 50)])
def test_rates_stay_between_0_and_1_in_the_shortest_trainings(schedule, steps, warmup) -> None:
    assert all(0 < rate <= 1 for rate in rates(schedule, steps, warmup))


def test_a_trainings_rates_are_those_of_its_schedule() -> None:
    settings = config(epochs=4, lr=0.02, schedule="cosine", warmup_epochs=1)
    result = trained(settings, network())
    # the history has the rate that the next step would take; 5 steps an epoch
    expected = [0.02 * learning_rate_factor("cosine", 5 * e, 20, 5) for e in (1, 2, 3, 4)]
    assert [entry["lr"] for entry in result.history] == pytest.approx(expected, abs=1e-12)


# --- groups ---------------------------------------------------------------------------------------


def test_a_group_has_its_own_share_of_the_rate_and_everything_else_is_in_the_first() -> None:
    model = network()
    special = [model[5].bias]
    settings = config(lr=0.2, momentum=0.8, weight_decay=1e-3)
    optimizer = make_optimizer(settings, model, [{"params": special, "lr": 0.1, "wait": 0.5}])
    first, second = optimizer.param_groups
    assert second["params"] == special and len(first["params"]) == 5
    assert first["lr"] == 0.2 and second["lr"] == pytest.approx(0.02)
    for group in (first, second):
        assert group["momentum"] == 0.8 and group["nesterov"] and group["weight_decay"] == 1e-3


def test_a_group_of_its_own_decay_keeps_it() -> None:
    model = network()
    groups = [{"params": [model[5].bias], "weight_decay": 0.0}]
    optimizer = make_optimizer(config(lr=0.2), model, groups)
    assert [group["weight_decay"] for group in optimizer.param_groups] == [5e-4, 0.0]
    assert [group["lr"] for group in optimizer.param_groups] == [0.2, 0.2]


@pytest.mark.parametrize(("wait", "first_move"), [(0.0, 1), (0.5, 11), (1.0, None)])
def test_a_group_that_waits_stays_to_the_bit_and_then_moves(wait, first_move) -> None:
    model, seen = network(), []
    bias = model[5].bias
    extras = Extras(
        groups=[{"params": [bias], "lr": 0.5, "wait": wait}],
        before_step=lambda share: seen.append((share, bias.detach().clone())),
    )
    trained(config(epochs=4), model, extras)  # 20 steps
    values = [value for _, value in seen] + [bias.detach().clone()]
    moved = [step for step, value in enumerate(values) if not torch.equal(value, values[0])]
    assert moved[:1] == ([] if first_move is None else [first_move])
    assert [share for share, _ in seen] == [step / 20 for step in range(20)]


# --- the same every time --------------------------------------------------------------------------

EVERYTHING = {
    "cutout": 3, "erasing": 0.5, "mixup": 0.4, "cutmix": 1.0, "label_smoothing": 0.1,
}  # fmt: skip


@pytest.mark.parametrize("changes", [{}, EVERYTHING], ids=["plain", "everything"])
def test_a_seed_decides_every_bit(changes) -> None:
    models = [network() for _ in range(3)]
    results = []
    for model, seed in zip(models, (0, 0, 1), strict=True):
        torch.rand(seed + 7)  # whatever happened before does not matter
        results.append(trained(config(seed=seed, **changes), model).history)
    assert results[0] == results[1] and same_weights(models[0], models[1])
    assert results[0] != results[2] and not same_weights(models[0], models[2])


def test_seeded_puts_the_global_generator_back() -> None:
    before = torch.get_rng_state()
    with seeded(3, CPU):
        first = torch.rand(4)
    with seeded(3, CPU):
        assert torch.equal(torch.rand(4), first)
    assert torch.equal(torch.get_rng_state(), before)


def test_every_epoch_deals_every_picture_once_in_a_new_order() -> None:
    model = network()
    seen = batches_seen(model)
    trained(config(crop=0, flip=False), model)
    assert [len(batch) for batch in seen] == [8] * 10
    epochs = [torch.cat(seen[:5]).flatten(1), torch.cat(seen[5:]).flatten(1)]
    train_set = pictures()
    normalise = Normalise(*train_set.statistics(), CPU)
    own = normalise(train_set.images.permute(0, 3, 1, 2)).flatten(1)  # (40, 432)
    orders = [torch.cdist(epoch, own).argmin(1).tolist() for epoch in epochs]
    assert all(sorted(order) == list(range(40)) for order in orders)
    assert orders[0] != orders[1]


def test_what_is_left_over_of_an_epoch_is_not_used() -> None:
    model = network()
    seen = batches_seen(model)
    trained(config(batch_size=12, epochs=1), model)  # 40 = 3 * 12 + 4
    assert [len(batch) for batch in seen] == [12] * 3


@pytest.mark.parametrize("stop_at", [3, 5, 8, 9, 10])
def test_a_training_that_was_stopped_ends_as_if_it_had_not_been(tmp_path, stop_at) -> None:
    settings = config(**EVERYTHING)
    whole, broken = network(), network()
    expected = trained(settings, whole).history
    checkpoints = Checkpoints(tmp_path)
    strength: list[float] = []
    extras = Extras(before_step=strength.append)

    def stop(share: float, text: str) -> None:
        if round(share * 10) == stop_at:
            raise KeyboardInterrupt

    job = {"checkpoints": checkpoints, "checkpoint_minutes": 0}
    with pytest.raises(KeyboardInterrupt):
        trained(settings, broken, **job, report=stop)
    resumed = network(seed=99)
    assert trained(settings, resumed, extras, **job).history == expected
    assert same_weights(whole, resumed)
    # the stopped step left no checkpoint; what steps had set up is set up again before it is done
    assert strength == [step / 10 for step in range(stop_at - 2, 10)]


# --- loss, labels and mixtures --------------------------------------------------------------------


def test_a_smoothed_loss_is_that_of_the_smoothed_target() -> None:
    logits, labels = torch.randn(6, 5), torch.tensor([0, 4, 2, 2, 1, 3])
    target = 0.9 * F.one_hot(labels, 5) + 0.1 / 5
    expected = -(target * logits.log_softmax(1)).sum(1)
    torch.testing.assert_close(cross_entropy(logits, labels, 0.1), expected)
    assert cross_entropy(logits.bfloat16(), labels, 0.1).dtype == torch.float32


@pytest.mark.parametrize("name", ["mixup", "cutmix"])
def test_a_mixture_is_learnt_as_its_soft_label(monkeypatch, name) -> None:
    partner = torch.arange(40).roll(7)
    share = torch.linspace(0, 1, 40)
    monkeypatch.setattr(
        augment, name, lambda images, alpha, generator: augment.Mixed(images, partner, share)
    )
    model, outputs = network(), []
    model.register_forward_hook(
        lambda module, inputs, output: outputs.append((inputs[0], output, module.training))
    )
    settings = config(batch_size=40, epochs=1, crop=0, flip=False, **{name: 1.0})
    result = trained(settings, model)
    images, logits, _ = next(entry for entry in outputs if entry[2])
    train_set = pictures()
    own = Normalise(*train_set.statistics(), CPU)(train_set.images.permute(0, 3, 1, 2))
    labels = train_set.labels[torch.cdist(images.flatten(1), own.flatten(1)).argmin(1)]
    one_hot = F.one_hot(labels, 4).float()
    target = share[:, None] * one_hot + (1 - share[:, None]) * one_hot[partner]
    expected = F.cross_entropy(logits.detach(), target)
    assert result.history[0]["train_loss"] == pytest.approx(float(expected), rel=1e-5)


def test_with_both_mixtures_each_batch_takes_one_by_lot(monkeypatch) -> None:
    taken = []
    for name in ("mixup", "cutmix"):
        original = getattr(augment, name)
        monkeypatch.setattr(
            augment, name, lambda *a, name=name, f=original: (taken.append(name), f(*a))[1]
        )
    trained(config(epochs=8, mixup=1.0, cutmix=1.0), network())
    assert len(taken) == 40 and 10 <= taken.count("mixup") <= 30  # sigma = 3.2
    taken.clear()
    trained(config(epochs=1, mixup=1.0), network())
    trained(config(epochs=1, cutmix=1.0), network())
    assert taken == ["mixup"] * 5 + ["cutmix"] * 5


def test_the_train_loss_is_the_mean_over_the_epochs_steps() -> None:
    model, losses = network(), []
    original = F.cross_entropy

    def keep(module: nn.Module, inputs: tuple, output: torch.Tensor) -> None:
        if module.training:
            losses.append(output.detach())

    model.register_forward_hook(keep)
    result = trained(config(lr=1e-12, epochs=1, crop=0, flip=False), model)
    assert len(losses) == 5
    # at no learning rate, the mean loss is that of a network that stands still
    still = network().train()
    train_set = pictures()
    own = Normalise(*train_set.statistics(), CPU)(train_set.images.permute(0, 3, 1, 2))
    with torch.no_grad():
        value = original(still(own), train_set.labels)
    assert result.history[0]["train_loss"] == pytest.approx(float(value), rel=0.05)


def test_a_tiny_problem_is_learnt() -> None:
    result = trained(config(epochs=12, lr=0.05, schedule="one_cycle"), network())
    assert [entry["epoch"] for entry in result.history] == list(range(1, 13))
    assert result.history[-1]["test_accuracy"] > 90
    assert result.history[-1]["train_loss"] < result.history[0]["train_loss"]
    assert result.seconds > 0 and result.maps == {}


def test_what_an_experiment_adds_to_an_epoch_is_kept() -> None:
    extras = Extras(after_epoch=lambda epoch: ({"twice": 2.0 * epoch}, {f"map {epoch}": MAP}))
    result = trained(config(), network(), extras)
    assert [entry["twice"] for entry in result.history] == [2.0, 4.0]
    assert list(result.maps) == ["map 1", "map 2"]


MAP = torch.ones(2, 2)


# --- testing --------------------------------------------------------------------------------------


def test_the_accuracy_is_that_of_a_loop_over_pictures() -> None:
    test_set, model = pictures(503, side=8, seed=4), network()
    normalise = Normalise(*test_set.statistics(), CPU)
    model(normalise(test_set.images[:64].permute(0, 3, 1, 2)))  # statistics of its own
    model.train()
    right, loss = 0, 0.0
    quiet = network().eval()
    quiet.load_state_dict(model.state_dict())
    with torch.no_grad():
        for image, label in zip(test_set.images, test_set.labels, strict=True):
            logits = quiet(normalise(image.permute(2, 0, 1)[None]))[0]
            right += int(logits.argmax() == label)
            loss -= float(logits.log_softmax(0)[label])
    before = {name: value.clone() for name, value in model.state_dict().items()}
    found = evaluate(model, test_set, normalise, FLOAT32)
    assert found["test_accuracy"] == pytest.approx(100 * right / 503)
    assert found["test_loss"] == pytest.approx(loss / 503, rel=1e-5)
    assert 0 < right < 503
    assert model.training, "the mode is put back"
    assert all(torch.equal(model.state_dict()[name], value) for name, value in before.items())


def test_normalised_pictures_have_mean_0_and_deviation_1() -> None:
    train_set = pictures(50)
    images = Normalise(*train_set.statistics(), CPU)(train_set.images.permute(0, 3, 1, 2))
    flat = images.double().transpose(0, 1).flatten(1)
    torch.testing.assert_close(flat.mean(1), torch.zeros(3).double(), atol=1e-5, rtol=0)
    torch.testing.assert_close(flat.std(1, correction=0), torch.ones(3).double(), atol=1e-5, rtol=0)


# --- arithmetic -----------------------------------------------------------------------------------


@pytest.mark.parametrize("fast", [True, False])
@pytest.mark.parametrize("precision", ["auto", "float32", "bfloat16"])
def test_auto_is_bfloat16_where_that_is_fast(monkeypatch, precision, fast) -> None:
    monkeypatch.setattr(arithmetic, "has_fast_bfloat16", lambda device: fast)
    found = choose_arithmetic(config(precision=precision), CPU)
    wide = precision == "float32" or (precision == "auto" and not fast)
    assert found.dtype == (torch.float32 if wide else torch.bfloat16)
    assert isinstance(found.autocast(), nullcontext) == wide
    assert str(found.dtype).removeprefix("torch.") in str(found)


@pytest.mark.parametrize(
    ("able", "expected"),
    [
        ({}, False),
        ({"avx512_f": True}, False),
        ({"avx512_bf16": False, "amx_bf16": False}, False),
        ({"avx512_bf16": True}, True),
        ({"amx_bf16": True}, True),
    ],
)
def test_a_cpu_is_fast_in_bfloat16_by_instructions_alone(monkeypatch, able, expected) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: able, raising=False)
    assert has_fast_bfloat16(CPU) is expected


def test_an_older_torch_and_an_unknown_device_get_float32(monkeypatch) -> None:
    monkeypatch.delattr(torch.cpu, "get_capabilities", raising=False)
    assert has_fast_bfloat16(CPU) is False
    assert has_fast_bfloat16(torch.device("meta")) is False


def test_only_a_gpu_compiles_and_only_if_it_may() -> None:
    gpu = torch.device("cuda")  # named, not touched
    assert choose_arithmetic(config(), gpu).compiled
    assert not choose_arithmetic(config(compile="off"), gpu).compiled
    assert not choose_arithmetic(config(), CPU).compiled
    model = network()
    assert FLOAT32.wrap(model) is model


def test_the_arithmetic_is_named_with_its_threads() -> None:
    assert str(FLOAT32) == f"cpu, {torch.get_num_threads()} threads, float32"
    assert str(Arithmetic(CPU, torch.bfloat16, True)).endswith("bfloat16, compiled")


def test_bfloat16_computes_in_it_and_keeps_weights_in_float32() -> None:
    model, seen = network(), set()
    model[0].register_forward_hook(lambda module, inputs, output: seen.add(output.dtype))
    result = trained(config(precision="bfloat16"), model)
    assert seen == {torch.bfloat16}
    assert {value.dtype for value in model.state_dict().values()} == {torch.float32, torch.int64}
    assert all(math.isfinite(entry["test_loss"]) for entry in result.history)
    assert "bfloat16" in str(result.arithmetic)


def test_the_network_learns_in_channels_last() -> None:
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    seen = batches_seen(model)
    trained(config(epochs=1), model)
    assert model[0].weight.is_contiguous(memory_format=torch.channels_last)
    assert all(batch.is_contiguous(memory_format=torch.channels_last) for batch in seen)
