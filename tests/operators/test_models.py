"""The small networks compute what they say, and leave the global generator alone."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from dynconv_lite.models.attention import AttentionStack
from dynconv_lite.models.plain import PlainClassifier, PlainStack

BUILDERS: dict[str, Callable[[int], nn.Module]] = {
    "plain": lambda seed: PlainStack(norm=True, seed=seed),
    "classifier": lambda seed: PlainClassifier(PlainStack(seed=seed), 8, 4, seed=seed),
    "attention": lambda seed: AttentionStack(seed=seed),
}


@pytest.mark.parametrize("build", BUILDERS.values(), ids=BUILDERS)
def test_the_seed_alone_decides_the_weights(build: Callable[[int], nn.Module]) -> None:
    before = torch.get_rng_state()
    first = build(3)
    assert torch.equal(torch.get_rng_state(), before)
    torch.rand(5)
    again, other = build(3), build(4)
    pairs = list(zip(first.parameters(), again.parameters(), strict=True))
    assert all(torch.equal(a, b) for a, b in pairs)
    assert any(
        not torch.equal(a, b) for a, b in zip(first.parameters(), other.parameters(), strict=True)
    )


@pytest.mark.parametrize(
    ("options", "shape"),
    [
        ({}, (2, 8, 9, 7)),
        ({"kernel_size": 1, "depth": 1, "channels": 5}, (2, 5, 9, 7)),
        ({"kernel_size": 5, "dilation": 2, "nonlinearity": "gelu"}, (2, 8, 9, 7)),
        ({"stride": 2, "residual": True, "nonlinearity": "tanh"}, (2, 8, 5, 4)),
    ],
)
def test_shapes_of_a_plain_stack(options: dict, shape: tuple[int, ...]) -> None:
    assert PlainStack(**options)(torch.rand(2, 3, 9, 7)).shape == shape


def test_uniform_weights_keep_a_constant_image_inside() -> None:
    y = PlainStack(3, 2, weights="uniform", nonlinearity="linear")(torch.full((1, 3, 7, 7), 2.0))
    # Every tap is 1 / fan_in, so a window of equal pixels gives that pixel back; 2 layers lose
    # a border of 2 pixels to the zeros around.
    torch.testing.assert_close(y[:, :, 2:-2, 2:-2], torch.full((1, 8, 3, 3), 2.0))
    assert (y[:, :, 0, 0] < 2).all()


def test_a_residual_adds_the_input() -> None:
    x = torch.rand(1, 8, 6, 6)
    plain = PlainStack(depth=1, in_channels=8, seed=1)
    residual = PlainStack(depth=1, in_channels=8, seed=1, residual=True)
    torch.testing.assert_close(residual(x), x + plain(x))


def test_attention_is_the_textbook_formula() -> None:
    model = AttentionStack(patch_size=2, depth=1, channels=4).double()
    x = torch.rand(1, 3, 4, 6, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    block = model.blocks[0]
    tokens = model.embed(x)[0].flatten(1).T  # (N, C)
    q, k, v = (block.query_key_value(block.norm_attention(tokens))).split(4, dim=1)
    attended = nn.functional.scaled_dot_product_attention(q[None], k[None], v[None])[0]
    tokens = tokens + block.project(attended)
    tokens = tokens + block.mlp(block.norm_mlp(tokens))
    expected: Tensor = tokens.T.reshape(1, 4, 2, 3)
    torch.testing.assert_close(model(x), expected, atol=1e-12, rtol=1e-12)


def test_the_classifier_averages_then_maps() -> None:
    features = PlainStack(depth=1)
    model = PlainClassifier(features, 8, 5)
    x = torch.rand(2, 3, 6, 6)
    expected = features(x).mean((2, 3)) @ model.classify.weight.T + model.classify.bias
    torch.testing.assert_close(model(x), expected)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"kernel_size": 4}, "kernel_size must be odd and positive, got 4"),
        ({"kernel_size": -1}, "kernel_size must be odd and positive, got -1"),
        ({"depth": 0}, "depth must be at least 1, got 0"),
        ({"stride": 0}, "stride must be at least 1, got 0"),
        ({"dilation": -2}, "dilation must be at least 1, got -2"),
        ({"nonlinearity": "swish"}, "nonlinearity must be one of .*got 'swish'"),
        ({"weights": "ones"}, "weights must be 'random' or 'uniform', got 'ones'"),
    ],
)
def test_bad_arguments_are_named(options: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        PlainStack(**options)
