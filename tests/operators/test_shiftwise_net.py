"""The network of shift-wise layers: its four forms, its sizes, and what is left after fusing."""

import pytest
import torch
from norms import difference, unsettle
from torch import nn

from dynconv_lite.erf import effective_receptive_field
from dynconv_lite.models.shiftwise_net import ShiftwiseNet
from dynconv_lite.reparam import fuse
from dynconv_lite.shiftwise import ShiftwiseConv2d

FORMS = {
    "sw": (("horizontal", "vertical"), False),
    "rot": (("horizontal", "vertical"), True),
    "dia": (("diagonal", "anti-diagonal"), False),
    "diarot": (("diagonal",), True),
}


def net(form: str = "sw", **changes) -> ShiftwiseNet:
    directions, rotate = FORMS[form]
    torch.manual_seed(0)
    plain = {"num_classes": 5, "width": 8, "blocks": 2, "large_kernel": 9, "expansion": 2}
    return ShiftwiseNet(**(plain | changes), directions=directions, rotate=rotate)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("stem_stride", [1, 2, 4])
def test_shapes(form, stem_stride) -> None:
    model, x = net(form, stem_stride=stem_stride).eval(), torch.randn(2, 3, 16, 16)
    assert model.features(x).shape == (2, 8, 16 // stem_stride, 16 // stem_stride)
    assert model(x).shape == (2, 5)
    pooled = model.features(x).mean((2, 3))
    assert torch.allclose(model(x), model.fc(pooled), atol=1e-6)


@pytest.mark.parametrize("form", FORMS)
@torch.no_grad()
def test_fused_it_computes_the_same_with_no_normalisation_left(form) -> None:
    model = unsettle(net(form)).double()
    fused = fuse(model)
    left = [m for m in fused.modules() if isinstance(m, nn.BatchNorm2d | ShiftwiseConv2d)]
    assert not left
    x = torch.randn(2, 3, 16, 16, dtype=torch.float64)
    assert difference(fused(x), model(x)) < 1e-10


def test_the_four_forms_draw_the_same_weights_and_differ_in_one_normalisation() -> None:
    models = {form: net(form, width=32) for form in FORMS}
    weights = {
        form: [p for p in model.parameters() if p.ndim > 1] for form, model in models.items()
    }
    for form in FORMS:
        assert all(torch.equal(a, b) for a, b in zip(weights[form], weights["sw"], strict=True))
    counts = {form: sum(p.numel() for p in model.parameters()) for form, model in models.items()}
    assert counts["sw"] == counts["rot"] == counts["dia"]
    used = len(models["sw"].blocks[0][0].used)
    assert counts["sw"] - counts["diarot"] == 2 * 2 * used  # two numbers a channel, two blocks
    assert counts["diarot"] > 0.98 * counts["sw"]


@torch.no_grad()
def test_only_turned_layers_turn_with_their_input() -> None:
    x = torch.randn(1, 8, 12, 12, dtype=torch.float64)
    for form, (_, rotate) in FORMS.items():
        layer = unsettle(net(form)).double().blocks[0]
        off = difference(layer(x.rot90(1, (2, 3))).rot90(-1, (2, 3)), layer(x))
        assert off < 1e-12 if rotate else off > 1e-3


@torch.no_grad()
def test_channels_last_changes_the_layout_and_nothing_else() -> None:
    model, x = unsettle(net("diarot")).double(), torch.randn(2, 3, 16, 16, dtype=torch.float64)
    expected = model(x)
    model.to(memory_format=torch.channels_last)
    got = model(x.to(memory_format=torch.channels_last))
    assert difference(got, expected) < 1e-12
    assert model.blocks[0][0].weight.shape == (2, 6, 3, 3, 3)


def test_blocks_have_shuffles_of_their_own() -> None:
    first, second = (block[0] for block in net("dia", large_kernel=13).blocks)
    assert not torch.equal(first.order_diagonal, second.order_diagonal)


@pytest.mark.parametrize("form", ["sw", "diarot"])
def test_an_untrained_network_looks_along_its_own_directions(form) -> None:
    model = net(form, blocks=1, large_kernel=21)
    images = torch.randn(4, 3, 48, 48, generator=torch.Generator().manual_seed(1))
    map = effective_receptive_field(model, images, layer="blocks", crop=False).map
    axis, diagonal = float(map[24, 33]), float(map[33, 33])
    assert (axis > 0) == (form == "sw") and (diagonal > 0) == (form == "diarot")


@pytest.mark.parametrize(
    ("changes", "allowed"),
    [
        ({"num_classes": 0}, "num_classes must be an integer >= 1, got 0"),
        ({"width": 7}, "width must be even.* got 7"),
        ({"width": 0}, "width must be an integer >= 2, got 0"),
        ({"blocks": 0}, "blocks must be an integer >= 1, got 0"),
        ({"in_channels": 0}, "in_channels must be an integer >= 1, got 0"),
        ({"expansion": 0}, "expansion must be an integer >= 1, got 0"),
        ({"large_kernel": 8}, "large_kernel must be an odd integer"),
        ({"small_kernel": 2}, "small_kernel must be an odd integer"),
        ({"stem_stride": 3}, r"stem_stride must be one of \(1, 2, 4\), got 3"),
    ],
)
def test_what_cannot_be_is_refused(changes, allowed) -> None:
    with pytest.raises(ValueError, match=allowed):
        net(**changes)
