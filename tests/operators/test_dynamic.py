"""Dynamic convolution equals what it is a shorter way of writing."""

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from dynconv_lite.dynamic import (
    DynamicConv2d,
    DynamicLinear,
    KernelAttention,
    TemperatureSchedule,
    dynamic_conv2d,
    dynamic_linear,
)

NAN = float("nan")


def one_by_one(x, weight, bias, attention, **how):
    """Mix and convolve in a loop over images and kernels: the definition."""
    images = []
    for image, shares in zip(x, attention, strict=True):
        kernel = sum(share * w for share, w in zip(shares, weight, strict=True))
        own = None if bias is None else sum(s * b for s, b in zip(shares, bias, strict=True))
        images.append(F.conv2d(image[None], kernel, own, **how))
    return torch.cat(images)


def draw(batch=3, kernels=4, out=6, into=4, size=(3, 3), groups=1, side=(9, 8), bias=True):
    """Draw the arguments of a dynamic convolution, in float64."""
    options = {"dtype": torch.float64}
    x = torch.randn(batch, into, *side, **options)
    weight = torch.randn(kernels, out, into // groups, *size, **options)
    own = torch.randn(kernels, out, **options) if bias else None
    return x, weight, own, torch.rand(batch, kernels, **options).softmax(1)


@given(
    batch=st.integers(1, 4),
    kernels=st.integers(1, 5),
    groups=st.sampled_from([1, 2, 4]),
    size=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    stride=st.tuples(st.integers(1, 3), st.integers(1, 2)),
    padding=st.tuples(st.integers(0, 2), st.integers(0, 3)),
    dilation=st.tuples(st.integers(1, 2), st.integers(1, 3)),
    bias=st.booleans(),
    last=st.booleans(),
)
def test_it_is_a_loop_over_images_and_kernels(
    batch, kernels, groups, size, stride, padding, dilation, bias, last
) -> None:
    arguments = draw(batch, kernels, 8, 4, size, groups, bias=bias)
    if last:
        arguments = (arguments[0].to(memory_format=torch.channels_last), *arguments[1:])
    how = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    expected = one_by_one(*arguments, **how)
    torch.testing.assert_close(dynamic_conv2d(*arguments, **how), expected, rtol=1e-12, atol=1e-12)


def test_depth_wise_is_a_loop_too() -> None:
    arguments = draw(3, 4, 8, 8, groups=8)
    expected = one_by_one(*arguments, padding=1, groups=8)
    torch.testing.assert_close(dynamic_conv2d(*arguments, padding=1, groups=8), expected)


def test_it_is_the_mixture_of_the_outputs_of_k_convolutions() -> None:
    x, weight, bias, attention = draw()
    outputs = torch.stack([F.conv2d(x, w, b) for w, b in zip(weight, bias, strict=True)], dim=1)
    expected = (attention[:, :, None, None, None] * outputs).sum(1)
    torch.testing.assert_close(dynamic_conv2d(x, weight, bias, attention), expected)


def test_a_one_hot_attention_chooses_a_static_kernel() -> None:
    x, weight, bias, _ = draw(batch=4)
    y = dynamic_conv2d(x, weight, bias, torch.eye(4, dtype=x.dtype), padding=1)
    for image, kernel, own, result in zip(x, weight, bias, y, strict=True):
        torch.testing.assert_close(result, F.conv2d(image[None], kernel, own, padding=1)[0])


def test_equal_kernels_are_one_static_kernel_whatever_the_attention() -> None:
    x, weight, bias, attention = draw()
    weight[:], bias[:] = weight[0].clone(), bias[0].clone()
    y = dynamic_conv2d(x, weight, bias, attention)
    torch.testing.assert_close(y, F.conv2d(x, weight[0], bias[0]))


def test_a_very_high_temperature_gives_the_mean_kernel() -> None:
    layer = DynamicConv2d(4, 6, 3, temperature=1e12).double()
    x = torch.randn(3, 4, 7, 7, dtype=torch.float64)
    expected = F.conv2d(x, layer.weight.mean(0), layer.bias.mean(0))
    torch.testing.assert_close(layer(x), expected, rtol=1e-9, atol=1e-9)


def test_attention_is_squeeze_excitation_and_a_softmax() -> None:
    attention = KernelAttention(8, 5, temperature=3.0).double()
    x = torch.randn(2, 8, 4, 6, dtype=torch.float64)
    z = x.mean((2, 3))
    hidden = (z @ attention.fc1.weight.T + attention.fc1.bias).clamp(min=0)
    logits = hidden @ attention.fc2.weight.T + attention.fc2.bias
    powers = (logits / 3).exp()
    torch.testing.assert_close(attention(x), powers / powers.sum(1, keepdim=True))
    torch.testing.assert_close(attention(z), attention(x))


def test_condconv_is_a_sigmoid_of_one_linear_map() -> None:
    attention = KernelAttention(8, 5, gate="sigmoid", temperature=1.0).double()
    x = torch.randn(2, 8, 4, 6, dtype=torch.float64)
    logits = x.mean((2, 3)) @ attention.fc2.weight.T + attention.fc2.bias
    torch.testing.assert_close(attention(x), 1 / (1 + (-logits).exp()))
    deep = KernelAttention(8, 5, gate="sigmoid", hidden_channels=3)
    assert deep.fc1.weight.shape == (3, 8)


@pytest.mark.parametrize(("channels", "hidden"), [(1, 1), (3, 1), (8, 2), (64, 16)])
def test_the_hidden_size_is_a_quarter_of_the_channels_and_at_least_one(channels, hidden) -> None:
    assert KernelAttention(channels).fc1.weight.shape == (hidden, channels)


@given(temperature=st.floats(0.1, 100), scale=st.floats(0.1, 100))
def test_the_softmax_lies_in_the_simplex_and_the_sigmoid_in_the_cube(temperature, scale) -> None:
    x = scale * torch.randn(16, 8)
    shares = KernelAttention(8, temperature=temperature)(x)
    assert (shares >= 0).all()
    torch.testing.assert_close(shares.sum(1), torch.ones(16))
    free = KernelAttention(8, gate="sigmoid")(x)
    assert ((free >= 0) & (free <= 1)).all()


@pytest.mark.parametrize("groups", [1, 2])
@pytest.mark.parametrize("batch", [1, 3])
def test_gradients(groups, batch) -> None:
    x, weight, bias, attention = draw(batch, 3, 4, 4, (3, 2), groups, (5, 4))
    inputs = [value.requires_grad_() for value in (x, weight, bias, attention)]
    how = (2, 1, 1, groups)
    assert torch.autograd.gradcheck(lambda *a: dynamic_conv2d(*a, *how), inputs)


@pytest.mark.parametrize("gate", ["softmax", "sigmoid"])
def test_gradients_of_the_layers(gate) -> None:
    layer = DynamicConv2d(4, 4, 3, gate=gate, temperature=2.0).double()
    x = torch.randn(2, 4, 4, 4, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(layer, x)
    line = DynamicLinear(4, 3, gate=gate, temperature=2.0).double()
    assert torch.autograd.gradcheck(line, torch.randn(2, 4, dtype=torch.float64).requires_grad_())


def test_the_dynamic_perceptron_is_a_loop_and_a_convolution_of_one_pixel() -> None:
    x, weight, bias, attention = draw(side=(1, 1), size=(1, 1))
    flat = (x.flatten(1), weight.flatten(2), bias, attention)
    y = dynamic_linear(*flat)
    for b in range(len(x)):
        mixed = torch.einsum("k,koi->oi", attention[b], weight.flatten(2))
        torch.testing.assert_close(y[b], mixed @ x[b].flatten() + attention[b] @ bias)
    torch.testing.assert_close(y, dynamic_conv2d(x, weight, bias, attention).flatten(1))
    torch.testing.assert_close(
        dynamic_linear(flat[0], flat[1], None, attention), y - attention @ bias
    )


def test_a_given_attention_takes_the_place_of_the_layer_s_own() -> None:
    layer = DynamicConv2d(4, 6, 3)
    x = torch.randn(2, 4, 5, 5)
    torch.testing.assert_close(layer(x, layer.attention(x)), layer(x))
    chosen = torch.tensor([[0.0, 1, 0, 0], [0, 0, 0, 1]])
    assert not torch.allclose(layer(x, chosen), layer(x))


@pytest.mark.parametrize("gate", ["softmax", "sigmoid"])
def test_an_empty_batch(gate) -> None:
    layer = DynamicConv2d(4, 6, 3, stride=2, padding=1, gate=gate)
    y = layer(torch.randn(0, 4, 9, 8))
    assert y.shape == (0, 6, 5, 4)
    y.sum().backward()
    assert DynamicLinear(4, 3)(torch.randn(0, 4)).shape == (0, 3)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision(dtype) -> None:
    layer = DynamicConv2d(8, 8, 3, padding=1, temperature=1.0)
    x = torch.randn(2, 8, 6, 6)
    expected = layer(x)
    got = layer.to(dtype)(x.to(dtype))
    assert got.dtype == dtype
    torch.testing.assert_close(got.float(), expected, rtol=0.05, atol=0.05)


def test_channels_last_changes_the_layout_and_nothing_else() -> None:
    layer = DynamicConv2d(4, 8, 3, padding=1)
    x = torch.randn(3, 4, 6, 6)
    expected = layer(x)
    layer.to(memory_format=torch.channels_last)
    assert layer.weight.shape == (4, 8, 4, 3, 3)
    assert layer.weight[0].is_contiguous(memory_format=torch.channels_last)
    torch.testing.assert_close(layer(x.to(memory_format=torch.channels_last)), expected)


def test_autocast() -> None:
    layer = DynamicConv2d(8, 8, 3, padding=1, temperature=1.0)
    x = torch.randn(2, 8, 6, 6)
    with torch.autocast("cpu", torch.bfloat16):
        got = layer(x)
    assert got.dtype == torch.bfloat16
    torch.testing.assert_close(got.float(), layer(x), rtol=0.05, atol=0.05)


def test_the_temperature_falls_linearly_from_30_to_1_over_10_epochs() -> None:
    # Chen et al. 2020, section 4.2
    model = nn.Sequential(DynamicConv2d(3, 4, 3), nn.ReLU(), DynamicConv2d(4, 4, 3, gate="sigmoid"))
    schedule = TemperatureSchedule(model)
    seen = [schedule.step(epoch) for epoch in range(13)]
    by_hand = [30, 27.1, 24.2, 21.3, 18.4, 15.5, 12.6, 9.7, 6.8, 3.9, 1, 1, 1]
    assert seen == pytest.approx(by_hand)
    assert model[0].attention.temperature == 1
    assert model[2].attention.temperature == 30  # unused
    assert schedule.step(0.5) == pytest.approx(28.55)


def test_a_seed_fixes_the_layer() -> None:
    torch.manual_seed(3)
    first = DynamicConv2d(4, 4, 3)
    torch.manual_seed(3)
    second = DynamicConv2d(4, 4, 3)
    x = torch.randn(2, 4, 5, 5)
    assert torch.equal(first(x), second(x))


def test_every_kernel_starts_as_torch_s_own_would() -> None:
    layer, static = DynamicConv2d(32, 64, 3), nn.Conv2d(32, 64, 3)
    kernels, biases = layer.weight.detach(), layer.bias.detach()
    for kernel, own in zip(kernels, biases, strict=True):
        assert float(kernel.std()) == pytest.approx(float(static.weight.detach().std()), rel=0.03)
        assert float(kernel.abs().max()) <= 1 / (32 * 9) ** 0.5
        assert float(own.abs().max()) <= 1 / (32 * 9) ** 0.5


@pytest.mark.parametrize("dynamic_shapes", [False, True])
def test_export(dynamic_shapes) -> None:
    layer = DynamicConv2d(4, 6, 3, stride=2, padding=1, dilation=2, groups=2).eval()
    x = torch.randn(3, 4, 9, 8)
    shapes = ({0: torch.export.Dim("batch", min=1, max=64)},) if dynamic_shapes else None
    exported = torch.export.export(layer, (x,), dynamic_shapes=shapes).module()
    torch.testing.assert_close(exported(x), layer(x))
    if dynamic_shapes:
        more = torch.randn(7, 4, 9, 8)
        torch.testing.assert_close(exported(more), layer(more))


def test_a_graph_is_captured_whole() -> None:
    layer = DynamicConv2d(4, 6, 3)
    compiled = torch.compile(layer, backend="aot_eager", fullgraph=True)
    x = torch.randn(3, 4, 6, 6)
    torch.testing.assert_close(compiled(x), layer(x))
    compiled(x).sum().backward()
    assert layer.attention.fc2.weight.grad is not None


X, W, B, A = (
    torch.randn(2, 4, 5, 5),
    torch.randn(3, 6, 4, 3, 3),
    torch.randn(3, 6),
    torch.ones(2, 3),
)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"x": X[0]}, "x must be"),
        ({"x": torch.randn(2, 5, 5, 5)}, r"x must be \(B, 4, H, W\)"),
        ({"x": X * NAN}, "x holds NaN"),
        ({"x": X.double()}, "x must have the dtype of weight, torch.float32"),
        ({"weight": W[0]}, "weight must be"),
        ({"weight": W[:0]}, "weight must be"),
        ({"bias": B[:2]}, r"bias must be \(K, O\) = \(3, 6\), got \(2, 6\)"),
        ({"attention": A[:, :2]}, r"attention must be \(B, K\) = \(2, 3\), got \(2, 2\)"),
        ({"attention": A[:1]}, "attention must be"),
        ({"attention": A * NAN}, "attention holds NaN"),
        ({"groups": 3}, "x must be"),
        ({"groups": 4}, "multiple of groups = 4"),
        ({"groups": 0}, "groups must be an integer >= 1, got 0"),
        ({"stride": 0}, "stride must be"),
        ({"padding": -1}, "padding must be"),
        ({"dilation": (1, 0)}, "dilation must be"),
    ],
)
def test_wrong_arguments_of_the_function_are_named(changes, message) -> None:
    arguments = {"x": X, "weight": W, "bias": B, "attention": A}
    with pytest.raises(ValueError, match=message):
        dynamic_conv2d(**(arguments | changes))


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: DynamicConv2d(0, 4, 3), "in_channels must be an integer >= 1, got 0"),
        (lambda: DynamicConv2d(4, 4, 3, groups=3), "in_channels must be a multiple of groups = 3"),
        (lambda: DynamicConv2d(4, 6, 3, groups=4), "out_channels must be a multiple of groups"),
        (lambda: DynamicConv2d(4, 4, 0), "kernel_size must be"),
        (lambda: DynamicConv2d(4, 4, 3, num_kernels=0), "num_kernels must be an integer >= 1"),
        (lambda: DynamicConv2d(4, 4, 3, num_kernels=2.0), "num_kernels must be an integer >= 1"),
        (lambda: DynamicConv2d(4, 4, 3, temperature=0), "temperature must be a finite number > 0"),
        (lambda: DynamicConv2d(4, 4, 3, temperature=NAN), "temperature must be a finite number"),
        (lambda: DynamicConv2d(4, 4, 3, hidden_channels=-1), "hidden_channels must be"),
        (lambda: DynamicConv2d(4, 4, 3, gate="relu"), "gate must be one of softmax, sigmoid"),
        (lambda: DynamicLinear(4, 0), "out_features must be"),
        (lambda: DynamicLinear(4, 3)(torch.randn(2, 5)), r"x must be \(B, 4\)|x must be"),
        (lambda: DynamicLinear(4, 3)(torch.full((2, 4), NAN)), "x holds NaN"),
        (lambda: DynamicConv2d(4, 4, 3)(X * NAN), "x holds NaN"),
        (lambda: DynamicConv2d(4, 4, 3)(X[:, :3]), r"x must be \(B, 4, H, W\)"),
        (lambda: DynamicConv2d(4, 4, 3, num_kernels=3)(X, A), "must sum to 1"),
        (lambda: DynamicConv2d(4, 4, 3, num_kernels=3)(X, A[:1] / 3), "attention must be"),
        (lambda: TemperatureSchedule(nn.ReLU()), "model has no KernelAttention"),
        (lambda: TemperatureSchedule(DynamicConv2d(4, 4, 3), end=0), "end must be"),
        (lambda: TemperatureSchedule(DynamicConv2d(4, 4, 3), epochs=-1), "epochs must be"),
        (lambda: TemperatureSchedule(DynamicConv2d(4, 4, 3)).step(-1), "epoch must be"),
        (lambda: setattr(KernelAttention(4), "temperature", -1.0), "temperature must be"),
    ],
)
def test_wrong_arguments_of_the_layers_are_named(build, message) -> None:
    with pytest.raises(ValueError, match=message):
        build()


def test_a_sigmoid_layer_takes_any_attention() -> None:
    assert DynamicConv2d(4, 4, 3, num_kernels=3, gate="sigmoid")(X, A).shape == (2, 4, 3, 3)
