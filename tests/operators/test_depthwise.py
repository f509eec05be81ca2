"""Depth-wise convolution: every form equals `F.conv2d` with groups, gradients included."""

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.autograd import gradcheck, gradgradcheck

from dynconv_lite.depthwise import BACKENDS, DepthwiseConv2d, depthwise_conv2d, forms, spectrum
from dynconv_lite.depthwise.plan import TINY, axis, make_plan

each_backend = pytest.mark.parametrize("backend", BACKENDS)


@st.composite
def problems(draw):
    """Draw x, weight, bias, stride and padding: kernels of any size, larger than the map too."""
    size = [draw(st.sampled_from([1, 2, 3, 5, 7, 8, 13, 21])) for _ in range(2)]
    padding = tuple(draw(st.integers(0, k + 2)) for k in size)
    sides = [
        max(1, k - 2 * p) + draw(st.integers(0, 12)) for k, p in zip(size, padding, strict=True)
    ]
    stride = (draw(st.integers(1, 3)), draw(st.integers(1, 3)))
    channels, batch = draw(st.integers(1, 4)), draw(st.integers(1, 3))
    torch.manual_seed(draw(st.integers(0, 2**16)))
    x = torch.randn(batch, channels, *sides, dtype=torch.float64)
    if draw(st.booleans()):
        x = x.contiguous(memory_format=torch.channels_last)
    weight = torch.randn(channels, 1, *size, dtype=torch.float64)
    bias = torch.randn(channels, dtype=torch.float64) if draw(st.booleans()) else None
    return x, weight, bias, stride, padding


def differences(found, expected, leaves):
    """Return how far two outputs, and their gradients, are apart, as shares of the largest."""
    assert found.shape == expected.shape
    gradient = torch.randn_like(expected)
    ours = (found, *torch.autograd.grad(found, leaves, gradient))
    theirs = (expected, *torch.autograd.grad(expected, leaves, gradient))
    pairs = zip(ours, theirs, strict=True)
    detached = [(a.detach(), b.detach()) for a, b in pairs]
    return [float((a - b).abs().max() / b.abs().max().clamp_min(1)) for a, b in detached]


@each_backend
@given(problem=problems())
@settings(max_examples=60, deadline=None)
def test_equals_a_grouped_convolution(backend, problem) -> None:
    x, weight, bias, stride, padding = problem
    leaves = [value.requires_grad_() for value in (x, weight, bias) if value is not None]
    found = depthwise_conv2d(x, weight, bias, stride, padding, backend=backend)
    expected = F.conv2d(x, weight, bias, stride, padding, 1, x.shape[1])
    assert max(differences(found, expected, leaves)) < 1e-11


@pytest.mark.parametrize("size", [3, 7, 13, 31, 51])
@pytest.mark.parametrize("side", [14, 56])
def test_single_precision_is_as_exact_as_torch(size, side) -> None:
    torch.manual_seed(size)
    x, weight = torch.randn(2, 8, side, side), torch.randn(8, 1, size, size) / size
    exact = F.conv2d(x.double(), weight.double(), padding=size // 2, groups=8)
    for backend in BACKENDS:
        y = depthwise_conv2d(x, weight, backend=backend)
        assert y.dtype == torch.float32
        assert float((y - exact).abs().max() / exact.abs().max()) < 1e-5


@each_backend
def test_gradients(backend) -> None:
    torch.manual_seed(0)
    x = torch.randn(2, 2, 6, 5, dtype=torch.float64, requires_grad=True)
    weight = torch.randn(2, 1, 7, 5, dtype=torch.float64, requires_grad=True)
    bias = torch.randn(2, dtype=torch.float64, requires_grad=True)

    def call(*values):
        return depthwise_conv2d(*values, (2, 1), backend=backend)

    assert gradcheck(call, (x, weight, bias))
    assert gradgradcheck(call, (x, weight, bias))


def test_all_forms_are_chosen() -> None:
    """The sizes here are those at which the record of `benchmarks/large_kernel.py` changes."""
    small, large = (
        make_plan((28, 28), (13, 13), 1, "same"),
        make_plan((56, 56), (31, 31), 1, "same"),
    )
    assert (small.by_spectrum, small.gradient_by_spectrum) == (False, True)
    assert (large.by_spectrum, large.gradient_by_spectrum) == (True, True)
    assert make_plan((56, 56), (5, 5), 1, "same").small


def test_auto_calls_what_the_plan_says(monkeypatch) -> None:
    called = []
    for name in ("correlate", "kernel_gradient"):
        form = getattr(spectrum, name)

        def spy(*args, _name=name, _form=form, **sizes):
            called.append(_name)
            return _form(*args, **sizes)

        monkeypatch.setattr(spectrum, name, spy)
    for side, size, expected in (
        (28, 13, ["kernel_gradient"]),
        (56, 31, ["correlate", "correlate", "kernel_gradient"]),
        (56, 5, []),
    ):
        called.clear()
        x = torch.randn(2, 8, side, side, requires_grad=True)
        weight = torch.randn(8, 1, size, size, requires_grad=True)
        assert size < 7 or x.numel() * size**2 > TINY
        depthwise_conv2d(x, weight).sum().backward()
        assert called == expected


@given(pixels=st.integers(1, 40), taps=st.integers(1, 60), padding=st.integers(0, 40))
@settings(max_examples=200, deadline=None)
def test_an_axis_is_counted_right(pixels, taps, padding) -> None:
    """Taps, outputs and products counted one by one."""
    if pixels + 2 * padding < taps:
        return
    found = axis(pixels, taps, padding)
    outputs = range(pixels + 2 * padding - taps + 1)
    met = [[0 <= i + u - padding < pixels for u in range(taps)] for i in outputs]
    used = [any(row[u] for row in met) for u in range(taps)]
    assert found.outputs == len(outputs)
    dead = min(used.index(True), used[::-1].index(True)) if any(used) else found.unused
    assert found.unused == dead
    assert found.transform >= max(taps - 2 * dead, pixels + padding - dead)
    if padding - dead <= min(len(outputs), taps - 2 * dead) and padding <= taps - 1:
        assert found.products == max(1, sum(map(sum, met)))


def test_taps_that_no_pixel_meets_get_no_gradient() -> None:
    weight = torch.randn(3, 1, 51, 51, requires_grad=True)
    depthwise_conv2d(torch.randn(2, 3, 14, 14), weight, backend="fft").square().sum().backward()
    middle = torch.zeros(51, 51, dtype=torch.bool)
    middle[12:39, 12:39] = True  # 27 = 2 * 14 - 1
    assert (weight.grad[..., ~middle] == 0).all()
    assert (weight.grad[..., middle] != 0).all()


def test_chunks_do_not_matter(monkeypatch) -> None:
    x = torch.randn(2, 5, 20, 20, dtype=torch.float64, requires_grad=True)
    weight = torch.randn(5, 1, 9, 9, dtype=torch.float64, requires_grad=True)
    whole = depthwise_conv2d(x, weight, backend="fft")
    monkeypatch.setattr(spectrum, "CHUNK", 1)  # one channel at a time
    assert max(differences(depthwise_conv2d(x, weight, backend="fft"), whole, (x, weight))) < 1e-12


@each_backend
def test_shortened_floats(backend) -> None:
    x, weight = torch.randn(2, 4, 16, 16), torch.randn(4, 1, 13, 13) / 13
    y = depthwise_conv2d(x.bfloat16(), weight.bfloat16(), backend=backend)
    assert y.dtype == torch.bfloat16
    expected = depthwise_conv2d(x, weight)
    assert float((y - expected).abs().max() / expected.abs().max()) < 0.03  # 8 bits


def test_autocast_keeps_large_kernels_in_single_precision() -> None:
    layer = DepthwiseConv2d(4, 13)
    x = torch.randn(2, 4, 16, 16)
    with torch.autocast("cpu", torch.bfloat16):
        y = layer(x.bfloat16())
        assert layer(x).dtype == torch.float32
    assert y.dtype == torch.float32
    y.sum().backward()
    assert layer.weight.grad.dtype == torch.float32
    assert torch.equal(y, layer(x.bfloat16().float()))


def test_an_empty_batch() -> None:
    weight = torch.randn(3, 1, 31, 31, requires_grad=True)
    y = depthwise_conv2d(torch.randn(0, 3, 40, 40), weight, stride=2)
    assert y.shape == (0, 3, 20, 20)
    y.sum().backward()
    assert not weight.grad.any()


def test_a_compiler_sees_one_convolution() -> None:
    layer = DepthwiseConv2d(3, 13)
    x = torch.randn(2, 3, 16, 16)
    program = torch.export.export(layer, (x,))
    names = [str(node.target) for node in program.graph.nodes if node.op == "call_function"]
    assert [name for name in names if "conv" in name] == ["aten.conv2d.default"]
    assert torch.allclose(program.module()(x), layer(x), atol=1e-5)


def test_the_layer_is_a_conv2d() -> None:
    torch.manual_seed(0)
    plain = torch.nn.Conv2d(4, 4, 13, 2, 6, groups=4)
    torch.manual_seed(0)
    layer = DepthwiseConv2d(4, 13, stride=2)
    assert torch.equal(layer.weight, plain.weight)
    plain.load_state_dict(layer.state_dict())
    x = torch.randn(2, 4, 20, 20)
    assert torch.allclose(layer(x), plain(x), atol=1e-5)
    assert DepthwiseConv2d(4, 3, bias=False, device="meta").weight.is_meta


def test_the_map_keeps_its_shares_of_memory() -> None:
    """What a transform leaves behind is a copy: no margin is kept alive by the output."""
    y = forms.convolve(
        torch.randn(1, 2, 20, 20), torch.randn(2, 1, 9, 9), make_plan((20, 20), (9, 9), 1, 4), "fft"
    )
    assert y.is_contiguous()
    assert y.untyped_storage().nbytes() == y.numel() * 4


X, WEIGHT = torch.zeros(1, 3, 8, 8), torch.zeros(3, 1, 5, 5)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"backend": "cudnn"}, "backend must be one of"),
        ({"weight": torch.zeros(3, 2, 5, 5)}, "weight must be"),
        ({"weight": torch.zeros(3, 1, 0, 5)}, "weight must be"),
        ({"x": torch.zeros(1, 4, 8, 8)}, r"x must be \(B, 3, H, W\)"),
        ({"x": torch.zeros(3, 8, 8)}, r"x must be \(B, 3, H, W\)"),
        ({"x": torch.zeros(1, 3, 8, 8, dtype=torch.float64)}, "x must have the dtype of weight"),
        ({"bias": torch.zeros(2)}, r"bias must be \(3,\)"),
        ({"stride": 0}, "stride must be an integer >= 1"),
        ({"padding": -1}, "padding must be an integer >= 0"),
        ({"padding": "valid"}, 'padding must be "same"'),
        ({"weight": torch.zeros(3, 1, 4, 5)}, "odd size"),
        ({"x": torch.zeros(1, 3, 2, 8), "padding": 1}, "at least as large as the kernel"),
    ],
)
def test_bad_arguments(arguments, message) -> None:
    with pytest.raises(ValueError, match=message):
        depthwise_conv2d(**{"x": X, "weight": WEIGHT, **arguments})


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"kernel_size": 0}, "kernel_size must be"),
        ({"kernel_size": 4}, "odd size"),
        ({"kernel_size": 5, "stride": 0}, "stride must be"),
        ({"kernel_size": 5, "padding": "full"}, 'padding must be "same"'),
    ],
)
def test_bad_layers(arguments, message) -> None:
    with pytest.raises(ValueError, match=message):
        DepthwiseConv2d(3, **arguments)
