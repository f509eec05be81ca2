"""SLaK: a cross of strips is one kernel, and sparse masks keep what they promise."""

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from norms import difference, unsettle
from torch import nn

from dynconv_lite.large_kernel import DynamicSparsity, SlakConv2d, snip_scores

SHAPES = {"a": (4, 1, 9, 3), "b": (4, 1, 3, 9), "c": (6, 5)}


def weights(seed: int = 0) -> dict[str, nn.Parameter]:
    torch.manual_seed(seed)
    return {name: nn.Parameter(torch.randn(shape)) for name, shape in SHAPES.items()}


@given(
    size=st.sampled_from([5, 9, 13, 51]),
    strip=st.sampled_from([1, 3]),
    side=st.integers(3, 20),
    seed=st.integers(0, 2**16),
)
@settings(max_examples=30, deadline=None)
def test_the_cross_is_one_kernel(size, strip, side, seed) -> None:
    torch.manual_seed(seed)
    layer = unsettle(SlakConv2d(3, size, strip)).double()
    x = torch.randn(2, 3, side, side + 2, dtype=torch.float64)
    expected = layer(x)
    assert difference(layer.fuse()(x), expected) < 1e-12
    weight, bias = layer.equivalent_kernel()
    assert weight.shape == (3, 1, size, size)
    found = F.conv2d(x, weight, bias, padding=size // 2, groups=3)
    assert difference(found, expected) < 1e-12


def test_the_cross_is_the_sum_of_three_batch_normalised_branches() -> None:
    layer = unsettle(SlakConv2d(3, 9, 5)).double()
    x = torch.randn(2, 3, 12, 12, dtype=torch.float64)
    total = 0
    sizes = []
    for conv, norm in layer.branches.values():
        high, wide = conv.weight.shape[2:]
        sizes.append((high, wide))
        y = F.conv2d(x, conv.weight, padding=(high // 2, wide // 2), groups=3)
        total = total + norm(y)
    assert sizes == [(9, 5), (5, 9), (5, 5)]
    assert difference(layer(x), total) < 1e-12


def test_the_corners_are_empty() -> None:
    weight, _ = unsettle(SlakConv2d(3, 51, 5)).equivalent_kernel()
    corners = torch.ones(51, 51, dtype=torch.bool)
    corners[23:28] = corners[:, 23:28] = False
    assert not weight[..., corners].any()
    assert weight[..., ~corners].all()


def test_single_precision() -> None:
    layer = unsettle(SlakConv2d(4, 13))
    x = torch.randn(2, 4, 16, 16)
    fused = layer.fuse()
    assert fused.weight.dtype == torch.float32
    assert not fused.training
    assert difference(fused(x), layer(x)) < 1e-5


def test_training_mode_is_refused() -> None:
    with pytest.raises(ValueError, match="SlakConv2d is in training mode"):
        SlakConv2d(3, 9).fuse()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0, 9), "channels must be"),
        ((3, 8), "kernel_size must be odd"),
        ((3, 9, 4), "strip must be odd"),
        ((3, 9, 9), "strip must be less than kernel_size"),
    ],
)
def test_bad_layers(arguments, message) -> None:
    with pytest.raises(ValueError, match=message):
        SlakConv2d(*arguments)


def test_bad_input() -> None:
    with pytest.raises(ValueError, match=r"x must be \(B, 3, H, W\)"):
        SlakConv2d(3, 9)(torch.zeros(1, 4, 8, 8))


@given(sparsity=st.floats(0, 0.95), share=st.floats(0, 0.9), seed=st.integers(0, 99))
@settings(max_examples=40, deadline=None)
def test_density_stays(sparsity, share, seed) -> None:
    parameters = weights(seed)
    sparse = DynamicSparsity(parameters, sparsity, seed=seed)
    total = sum(p.numel() for p in parameters.values())
    assert abs(sparse.density - (1 - sparsity)) <= 1.5 / total + 1e-9
    kept = {name: int(mask.sum()) for name, mask in sparse.masks.items()}
    sparse.regrow(share)
    assert {name: int(mask.sum()) for name, mask in sparse.masks.items()} == kept
    for name, value in parameters.items():
        assert not value[~sparse.masks[name]].any()


def test_the_smallest_are_dropped_and_none_comes_straight_back() -> None:
    parameters = weights()
    sparse = DynamicSparsity(parameters, 0.5)
    before = {name: mask.clone() for name, mask in sparse.masks.items()}
    values = {name: value.detach().clone() for name, value in parameters.items()}
    moved = sparse.regrow(0.3)
    count = 0
    for name, mask in sparse.masks.items():
        dropped, grown = before[name] & ~mask, mask & ~before[name]
        assert int(dropped.sum()) == int(grown.sum()) == int(0.3 * int(before[name].sum()))
        stayed = before[name] & mask
        assert values[name].abs()[dropped].max() < values[name].abs()[stayed].min()
        assert not parameters[name][grown].any()
        assert torch.equal(parameters[name][stayed], values[name][stayed])
        count += int(grown.sum())
    assert moved == count


def test_a_seed_fixes_the_masks() -> None:
    def masks(seed):
        sparse = DynamicSparsity(weights(), 0.6, seed=seed)
        sparse.regrow(0.5)
        return torch.cat([mask.flatten() for mask in sparse.masks.values()])

    state = torch.get_rng_state()
    first = masks(0)
    torch.set_rng_state(state)
    assert torch.equal(first, masks(0))
    assert not torch.equal(first, masks(1))


def test_the_global_generator_is_left_alone() -> None:
    parameters = weights()
    state = torch.get_rng_state()
    DynamicSparsity(parameters, 0.6).regrow(0.5)
    assert torch.equal(torch.get_rng_state(), state)


def test_scores_share_out_the_weights() -> None:
    """A tensor whose weights the loss feels most keeps most: here one keeps all, one none."""
    parameters = weights()
    scores = {"a": torch.zeros(SHAPES["a"]), "b": torch.ones(SHAPES["b"]), "c": torch.zeros(6, 5)}
    scores["c"].view(-1)[:3] = 2
    total = sum(p.numel() for p in parameters.values())
    kept = parameters["b"].numel() + 3
    sparse = DynamicSparsity(parameters, 1 - kept / total, scores=scores)
    assert {name: int(m.sum()) for name, m in sparse.masks.items()} == {"a": 0, "b": 108, "c": 3}


def test_snip_scores_are_the_losses_first_order_change() -> None:
    """Scaling one weight by 1 - e changes the loss by e * score: Lee et al. 2019, equation 5."""
    torch.manual_seed(0)
    layer = nn.Linear(3, 2).double()
    x = torch.randn(5, 3, dtype=torch.float64)

    def loss():
        return layer(x).tanh().square().mean()

    loss().backward()
    scores = snip_scores(dict(layer.named_parameters()))
    step = 1e-6
    for i, j in ((0, 0), (1, 2)):
        with torch.no_grad():
            start = layer.weight[i, j].clone()
            layer.weight[i, j] = start * (1 + step)
            high = loss()
            layer.weight[i, j] = start * (1 - step)
            low = loss()
            layer.weight[i, j] = start
        assert abs(float((high - low) / (2 * step))) == pytest.approx(float(scores["weight"][i, j]))


def test_momentum_goes_with_the_weight() -> None:
    parameters = weights()
    optimizer = torch.optim.SGD(parameters.values(), 0.1, momentum=0.9)
    sparse = DynamicSparsity(parameters, 0.5)
    for _ in range(2):
        sum(value.square().sum() + value.sum() for value in parameters.values()).backward()
        optimizer.step()
        sparse.apply(optimizer)
    sparse.regrow(0.3, optimizer)
    for name, value in parameters.items():
        momentum = optimizer.state[value]["momentum_buffer"]
        assert not momentum[~sparse.masks[name]].any()
        assert momentum[sparse.masks[name]].any()
        assert not value[~sparse.masks[name]].any()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"parameters": {}}, "parameters must hold at least one tensor"),
        ({"sparsity": 1.0}, "sparsity must be a number >= 0 and < 1"),
        ({"sparsity": -0.1}, "sparsity must be"),
        ({"scores": {"a": torch.zeros(2)}}, "scores must hold a tensor"),
    ],
)
def test_bad_sparsity(change, message) -> None:
    with pytest.raises(ValueError, match=message):
        DynamicSparsity(**{"parameters": weights(), "sparsity": 0.5, **change})


def test_bad_shares_and_gradients() -> None:
    sparse = DynamicSparsity(weights(), 0.5)
    with pytest.raises(ValueError, match="share must be a number >= 0 and < 1"):
        sparse.regrow(1.0)
    with pytest.raises(ValueError, match="a has none"):
        snip_scores(weights())
