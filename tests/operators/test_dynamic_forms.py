"""Every form of dynamic convolution gives what a loop over images gives, gradients included."""

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from dynconv_lite.dynamic import DynamicConv2d, dynamic_conv2d, forms
from dynconv_lite.dynamic.forms import Geometry, by_groups, by_outputs, by_products, choose

FORMS = (by_groups, by_products, by_outputs)
PLAIN = Geometry((1, 1), (0, 0), (1, 1), 1)
# x and weight, and the form that `choose` names for them where nothing else is said
CHOICES = {
    by_products: ((3, 4, 6, 6), (2, 5, 4, 1, 1)),
    by_outputs: ((3, 16, 4, 4), (2, 5, 16, 3, 3)),
    by_groups: ((3, 4, 6, 6), (2, 5, 4, 3, 3)),
}
each_form = pytest.mark.parametrize("form", FORMS)
each_choice = pytest.mark.parametrize("form", CHOICES)


def loop(x, weight, bias, attention, geometry):
    """Mix one kernel an image, and convolve that image by it: the definition."""
    images = []
    for image, shares in zip(x, attention, strict=True):
        kernel = torch.einsum("k,koihw->oihw", shares, weight)
        own = None if bias is None else torch.einsum("k,ko->o", shares, bias)
        images.append(F.conv2d(image[None], kernel, own, *geometry))
    return torch.cat(images)


def random_arguments(x, weight, bias=True, dtype=torch.float64):
    """Draw x, weight, bias and attention of these shapes; the attention's sum is free."""
    batch, (kernels, out, *_) = x[0], weight
    shapes = (x, weight, (kernels, out) if bias else None, (batch, kernels))
    return tuple(None if s is None else torch.randn(s, dtype=dtype) for s in shapes)


@st.composite
def problems(draw, least=1, most=4):
    """Draw the arguments of a form: any geometry, in either layout, depth-wise among them."""
    groups, into = draw(st.sampled_from([(1, 1), (1, 3), (2, 2), (3, 1), (4, 1)]))
    out = draw(st.integers(1, 3))
    pair = st.tuples(st.integers(1, 3), st.integers(1, 3))
    size, stride, dilation = draw(pair), draw(pair), draw(pair)
    padding = draw(st.tuples(st.integers(0, 2), st.integers(0, 3)))
    sides = [
        max(1, d * (k - 1) + 1 - 2 * p) + draw(st.integers(0, 4))
        for k, d, p in zip(size, dilation, padding, strict=True)
    ]
    kernels = draw(st.integers(1, 4))
    torch.manual_seed(draw(st.integers(0, 2**16)))
    x, *others = random_arguments(
        (draw(st.integers(least, most)), groups * into, *sides),
        (kernels, groups * out, into, *size),
        bias=draw(st.booleans()),
    )
    if draw(st.booleans()):
        x = x.to(memory_format=torch.channels_last)
    return (x, *others), Geometry(stride, padding, dilation, groups)


def with_gradients(form, arguments, geometry):
    """Return what a form gives, and the gradients of a fixed weighted sum of that."""
    leaves = [a if a is None else a.detach().clone().requires_grad_() for a in arguments]
    y = form(*leaves, geometry)
    sum_weights = torch.sin(torch.arange(y.numel(), dtype=torch.float64)).reshape(y.shape)
    (y.double() * sum_weights).sum().backward()
    return [y.detach(), *(leaf.grad for leaf in leaves if leaf is not None)]


def check(form, arguments, geometry, rtol=1e-10, atol=1e-10):
    found = with_gradients(form, arguments, geometry)
    expected = with_gradients(loop, arguments, geometry)
    torch.testing.assert_close(found, expected, rtol=rtol, atol=atol)


@each_form
@given(problem=problems())
def test_a_form_is_a_loop_over_images(form, problem) -> None:
    check(form, *problem)


@pytest.mark.parametrize("alone", [0, 2**40])
@given(problem=problems(least=3, most=7))
def test_chunks_change_nothing(alone, problem) -> None:
    arguments, geometry = problem
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(forms, "CHUNK", 1)
        patch.setattr(forms, "ALONE", alone)
        assert 1 <= forms._chunk(*arguments[:2], geometry) <= 2
        check(by_groups, arguments, geometry)


def test_the_sizes_of_chunks(monkeypatch) -> None:
    # an image of 4 x 6 x 6 numbers gives one of 5 x 4 x 4: 224 in and out
    x, weight, bias, attention = random_arguments((7, 4, 6, 6), (2, 5, 4, 3, 3))
    original, seen = forms._side_by_side, []

    def spy(images, *others):
        seen.append(len(images))
        return original(images, *others)

    monkeypatch.setattr(forms, "_side_by_side", spy)
    for numbers, sizes in ((224 * 7, [7]), (224 * 4, [4, 3]), (224 * 3, [3, 3, 1]), (1, [2] * 3)):
        monkeypatch.setattr(forms, "CHUNK", numbers)
        seen.clear()
        by_groups(x, weight, bias, attention, PLAIN)
        assert seen[: len(sizes)] == sizes and sum(seen) == 7
    last = x.to(memory_format=torch.channels_last)
    for alone, sizes in ((224, [1] * 7), (225, [7])):
        monkeypatch.setattr(forms, "CHUNK", 2**20)
        monkeypatch.setattr(forms, "ALONE", alone)
        seen.clear()
        by_groups(last, weight, bias, attention, PLAIN)
        assert seen == sizes
    monkeypatch.setattr(forms, "ALONE", 0)
    in_groups = torch.empty(2, 6, 2, 3, 3)  # of which channels_last has no quick kernel
    assert forms._chunk(last, in_groups, PLAIN._replace(groups=2)) == 7


@pytest.mark.parametrize(("form", "batch"), [(by_outputs, 2), (by_groups, 3), (by_products, 2)])
def test_gradients(form, batch, monkeypatch) -> None:
    monkeypatch.setattr(forms, "CHUNK", 1)
    arguments = random_arguments((batch, 4, 4, 3), (3, 2, 2, 2, 2))
    geometry = Geometry((2, 1), (1, 0), (1, 2), 2)
    inputs = [value.requires_grad_() for value in arguments]
    assert torch.autograd.gradcheck(lambda *a: form(*a, geometry), inputs)


def chosen(x, weight, **changes):
    """Return the form for these shapes; the weight's is (K, O, C / groups, kh, kw)."""
    return choose(torch.empty(x), torch.empty(weight), PLAIN._replace(**changes))


@each_choice
def test_the_usual_choices(form) -> None:
    assert chosen(*CHOICES[form]) is form


def test_kernels_of_one_pixel_go_by_products_where_every_pixel_counts_once() -> None:
    x, weight = (3, 4, 6, 6), (2, 4, 4, 1, 1)
    assert chosen(x, weight) is by_products
    assert chosen((1, *x[1:]), weight) is by_products
    assert chosen(x, (2, 4, 1, 1, 1), groups=4) is by_products
    assert chosen(x, weight, dilation=(2, 2)) is by_products  # of a single tap it says nothing
    assert chosen(x, weight, stride=(1, 2)) is by_groups
    assert chosen(x, weight, padding=(1, 0)) is by_groups


def test_few_pixels_and_many_channels_go_by_outputs() -> None:
    # 4 numbers moved, K = 2, 3 x 3 pixels out: 72, which is the 8 x 3 x 3 inputs of an output
    x, weight = (3, 8, 5, 5), (2, 5, 8, 3, 3)
    assert chosen(x, weight) is by_outputs
    assert chosen((3, 8, 5, 6), weight) is by_groups  # one column of pixels more
    assert chosen((3, 8, 11, 11), weight, stride=(4, 4)) is by_outputs
    assert chosen(x, (2, 5, 7, 3, 3)) is by_groups  # a channel less
    assert chosen(x, (2, 4, 2, 3, 3), groups=4) is by_groups


@pytest.mark.parametrize("batch", [1, 2])
def test_up_to_k_images_mix_kernels_rather_than_outputs(batch) -> None:
    assert chosen((batch, 8, 5, 5), (2, 5, 8, 3, 3)) is by_groups


def operators(layer, x, strict=False, **symbols) -> str:
    """Export a layer for a size of x that is a symbol, and return its operators' names."""
    axes = {"batch": 0, "height": 2}
    free = {axes[name]: torch.export.Dim(name, **limits) for name, limits in symbols.items()}
    program = torch.export.export(layer, (x,), dynamic_shapes=(free,), strict=strict)
    longer = torch.cat([x, x], dim=next(iter(free), 0)) if free else x
    torch.testing.assert_close(program.module()(longer), layer(longer))
    return " ".join(str(node.target) for node in program.graph.nodes)


@pytest.mark.parametrize("strict", [False, True])
def test_an_unknown_batch_goes_by_products(strict) -> None:
    layer, x = DynamicConv2d(16, 5, 3, num_kernels=2).eval(), torch.randn(3, 16, 4, 4)
    any_batch = operators(layer, x, strict, batch={"max": 64})
    assert "im2col" in any_batch and "conv2d" not in any_batch
    assert "conv2d" in operators(layer, x, strict)


def test_an_unknown_height_binds_the_program_to_no_form() -> None:
    # a map of 4 x 4 pixels would go by outputs, which means a bound on its height
    layer, x = DynamicConv2d(16, 5, 3, num_kernels=2).eval(), torch.randn(3, 16, 4, 4)
    assert choose(x, layer.weight, PLAIN) is by_outputs
    assert "conv2d" in operators(layer, x, height={"min": 4, "max": 64})


@pytest.mark.filterwarnings(
    "ignore:.torch.jit.trace:FutureWarning",  # works while torch has it
    "ignore::torch.jit.TracerWarning",  # checks of arguments are not traced, and need not be
)
def test_a_traced_layer_takes_any_batch() -> None:
    layer, x = DynamicConv2d(4, 6, 3, padding=1).eval(), torch.randn(3, 4, 5, 5)
    traced = torch.jit.trace(layer, x)
    more = torch.randn(7, 4, 5, 5)
    torch.testing.assert_close(traced(more), layer(more))


@each_choice
def test_a_choice_is_captured_whole(form) -> None:
    arguments = random_arguments(*CHOICES[form], dtype=torch.float32)
    assert choose(*arguments[:2], PLAIN) is form
    torch._dynamo.reset()
    compiled = torch.compile(dynamic_conv2d, backend="eager", fullgraph=True)
    torch.testing.assert_close(compiled(*arguments), dynamic_conv2d(*arguments))
    check(lambda *a: compiled(*a[:4]), arguments, PLAIN, rtol=1e-4, atol=1e-4)


@each_choice
def test_a_compiled_choice_takes_other_batches(form) -> None:
    torch._dynamo.reset()
    compiled = torch.compile(dynamic_conv2d, backend="eager", fullgraph=True)
    (_, *image), weight = CHOICES[form]
    for batch in (3, 5, 4, 2, 1, 6):
        arguments = random_arguments((batch, *image), weight)
        torch.testing.assert_close(compiled(*arguments), dynamic_conv2d(*arguments))


@each_form
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision(form, dtype) -> None:
    # rounded numbers: what is left to differ are the roundings of the form itself
    exact = [a.to(dtype).double() for a in random_arguments((3, 8, 6, 6), (4, 8, 4, 3, 3))]
    geometry = Geometry((1, 1), (1, 1), (1, 1), 2)
    half = [a.to(dtype) for a in exact]
    found, expected = (with_gradients(f, a, geometry) for f, a in ((form, half), (loop, exact)))
    assert all(value.dtype == dtype for value in found)
    close(found, expected, 4 * torch.finfo(dtype).eps)


@each_form
def test_autocast(form) -> None:
    exact = [a.bfloat16().double() for a in random_arguments((3, 8, 6, 6), (4, 8, 4, 3, 3))]
    geometry = Geometry((1, 1), (1, 1), (1, 1), 2)
    with torch.autocast("cpu", torch.bfloat16):
        found = with_gradients(form, [a.float() for a in exact], geometry)
    assert [value.dtype for value in found] == [torch.bfloat16, *[torch.float32] * 4]
    close(found, with_gradients(loop, exact, geometry), 4 * torch.finfo(torch.bfloat16).eps)


def close(found, expected, tolerance) -> None:
    """Compare by the largest value: sums of numbers of both signs may come out near 0."""
    for one, other in zip(found, expected, strict=True):
        assert float((one.double() - other).abs().max() / other.abs().max()) < tolerance


@each_choice
def test_no_form_takes_an_attention_of_another_dtype(form) -> None:
    x, weight, bias, attention = random_arguments(*CHOICES[form])
    with pytest.raises(ValueError, match=r"attention must have the dtype of weight, .*float64"):
        dynamic_conv2d(x, weight, bias, attention.float())
    with pytest.raises(ValueError, match=r"bias must have the dtype of weight, torch\.float64"):
        dynamic_conv2d(x, weight, bias.float(), attention)
    layer = DynamicConv2d(4, 5, 3)
    with pytest.raises(ValueError, match=r"x must have the dtype of weight, torch\.float32"):
        layer(torch.randn(2, 4, 6, 6).half())


@pytest.mark.parametrize("batch", [0, 1, 3])
@pytest.mark.parametrize(("side", "size"), [((2, 9), 3), ((9, 2), 3), ((0, 9), 1)])
def test_no_form_takes_a_map_smaller_than_the_kernel(batch, side, size) -> None:
    shapes = ((batch, 16, *side), (2, 5, 16, size, size))
    with pytest.raises(ValueError, match=r"x must be padded to at least the size of the kernel"):
        dynamic_conv2d(*random_arguments(*shapes))


@settings(max_examples=30)
@given(problem=problems())
def test_the_function_is_the_loop_too(problem) -> None:
    check(lambda *a: dynamic_conv2d(*a[:4], *a[4]), *problem)
