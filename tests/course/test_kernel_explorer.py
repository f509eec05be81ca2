"""The explorer of chapter 03 shows what a layer computes, for images and for drawings."""

import pytest
import torch
from torch import nn

from dynconv_lite.course.plots.ch03.layer import draw_layer, view_layer
from dynconv_lite.course.widgets.ch03 import DRAWING, kernel_explorer
from dynconv_lite.course.widgets.sketch import Sketch
from dynconv_lite.dynamic import DynamicConv2d, dynamic_layers, to_dynamic

PNG = b"\x89PNG\r\n"


def network(gate: str = "softmax") -> nn.Module:
    torch.manual_seed(0)
    static = nn.Sequential(
        nn.Conv2d(3, 4, 3, padding=1),
        nn.BatchNorm2d(4),
        nn.ReLU(),
        nn.Conv2d(4, 6, 3, stride=2, bias=True),
        nn.ReLU(),
        nn.Conv2d(6, 6, 1, groups=2),
    )
    return to_dynamic(static, 3, gate=gate, temperature=2.0)  # type: ignore[arg-type]


def image(seed: int = 0, side: int = 16) -> torch.Tensor:
    return torch.rand(3, side, side, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("gate", ["softmax", "sigmoid"])
@pytest.mark.parametrize(("layer", "output", "input"), [("3", 5, 3), ("5", 4, 2)])
def test_with_the_layer_s_own_gate_the_response_is_what_the_network_computes(
    gate, layer, output, input
) -> None:
    model, x = network(gate).eval(), image()
    seen = {}
    model[int(layer)].register_forward_hook(lambda m, i, y: seen.update(x=i[0], y=y))
    with torch.no_grad():
        model(x[None])
    view = view_layer(model, layer, x, gate=gate, temperature=2.0, output=output, input=input)
    torch.testing.assert_close(view.response, seen["y"][0, output])
    with torch.no_grad():
        torch.testing.assert_close(view.attention, model[int(layer)].attention(seen["x"])[0])
    kernels = model[int(layer)].weight.detach()[:, output, input]
    assert torch.equal(view.kernels, kernels)
    expected = sum(a * kernel for a, kernel in zip(view.attention, kernels, strict=True))
    torch.testing.assert_close(view.mixture, expected)


def test_at_a_high_temperature_the_response_is_the_even_mixture_s() -> None:
    model = network()
    view = view_layer(model, "3", image(), temperature=1e6)
    torch.testing.assert_close(view.attention, torch.full((3,), 1 / 3), rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(view.response, view.even, rtol=1e-3, atol=1e-4)
    sharp = view_layer(model, "3", image(), temperature=0.1)
    assert float((sharp.response - sharp.even).abs().max()) > 1e-3


def test_a_look_leaves_the_network_as_it_was() -> None:
    model = network().train()
    model[1].eval()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    view_layer(model, "3", image(), gate="sigmoid")
    assert model.training and not model[1].training and model[3].training
    assert all(torch.equal(value, model.state_dict()[name]) for name, value in before.items())
    assert not any(part._forward_pre_hooks for part in model.modules())
    assert model[3].attention.temperature == 2.0


def test_the_words_give_the_attention_and_the_difference() -> None:
    view = view_layer(network(), "3", image(), temperature=0.5)
    drawn = draw_layer(view, image().permute(1, 2, 0), "3, softmax")
    assert ", ".join(f"{share:.3f}" for share in view.attention) in drawn.alt
    off = float((view.response - view.even).norm() / view.even.norm())
    assert f"it differs by {100 * off:.1f} %" in drawn.alt and "7 x 7" in drawn.alt
    bars = [patch.get_height() for patch in drawn.figure.axes[4].patches]
    assert bars == pytest.approx(view.attention.tolist())


def test_only_dynamic_layers_are_listed_in_order() -> None:
    assert list(dynamic_layers(network())) == ["3", "5"]
    assert all(isinstance(m, DynamicConv2d) for m in dynamic_layers(network()).values())


@pytest.mark.parametrize(
    ("control", "value"),
    [
        ("image", "second"),
        ("image", DRAWING),
        ("layer", "5"),
        ("gate", "sigmoid"),
        ("temperature", 10.0),
        ("output", 3),
        ("input", 2),
    ],
)
def test_each_control_changes_the_picture(control, value) -> None:
    explorer = kernel_explorer(network(), {"first": image(0), "second": image(1)})
    before = explorer.image.value
    explorer.controls[control].value = value
    assert bytes(explorer.image.value).startswith(PNG) and explorer.image.value != before


def test_channels_end_where_the_layer_ends() -> None:
    explorer = kernel_explorer(network(), {"first": image()})
    assert (explorer.controls["output"].max, explorer.controls["input"].max) == (5, 3)
    explorer.set(output=5, input=3)
    explorer.controls["layer"].value = "5"
    assert (explorer.controls["output"].max, explorer.controls["input"].max) == (5, 2)
    assert explorer.controls["input"].value == 2
    assert "<b>" not in explorer.words.value, "an error is shown"


def test_a_drawing_is_what_was_pressed() -> None:
    explorer = kernel_explorer(network(), {"first": image()})
    sketch = explorer.controls["sketch"]
    assert sketch.layout.display == "none"
    explorer.controls["image"].value = DRAWING
    assert sketch.layout.display is None
    empty = explorer.image.value
    sketch.buttons[8 * 2 + 5].value = True  # row 2, column 5
    assert explorer.image.value != empty
    drawn = sketch.image(32)
    assert drawn.shape == (3, 32, 32)
    assert drawn[:, 8:12, 20:24].eq(1).all() and float(drawn.sum()) == 3 * 16
    sketch.clear.click()
    assert not any(sketch.value) and explorer.image.value == empty


def test_a_sheet_tells_of_a_press_once_and_of_clearing_once() -> None:
    sketch, told = Sketch(3), []
    sketch.observe(lambda change: told.append(sum(change["new"])), names="value")
    sketch.buttons[0].value = True
    sketch.buttons[8].value = True
    sketch.wipe()
    assert told == [1, 2, 0]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"layer": "0"}, "layer must be one of 3, 5, got '0'"),
        ({"gate": "hard"}, "gate must be one of softmax, sigmoid, got 'hard'"),
        ({"temperature": 0.0}, "temperature must be a finite number > 0, got 0"),
        ({"output": 6}, "output must be from 0 to 5, got 6"),
        ({"input": -1}, "input must be from 0 to 3, got -1"),
    ],
)
def test_what_is_not_there_is_named(changes, message) -> None:
    arguments = {"layer": "3", "image": image()} | changes
    with pytest.raises(ValueError, match=message):
        view_layer(network(), **arguments)


def test_a_static_network_or_no_image_is_refused() -> None:
    with pytest.raises(ValueError, match="no dynamic layer"):
        kernel_explorer(nn.Conv2d(3, 3, 3), {"first": image()})
    with pytest.raises(ValueError, match="at least one image"):
        kernel_explorer(network(), {})
