"""A fused model computes what it did; what cannot be fused stays and is named."""

import copy
import warnings

import pytest
import torch
import torch.nn.functional as F
import torchvision
from norms import difference, unsettle
from torch import Tensor, nn
from torchvision.ops import FrozenBatchNorm2d

from dynconv_lite.depthwise import DepthwiseConv2d
from dynconv_lite.models.resnet import CifarResNet
from dynconv_lite.reparam import Fusible, FusionReport, RepConv2d, fuse, fusion_report

EXACT = 1e-5
NORMS = (nn.BatchNorm2d, nn.SyncBatchNorm)


def norms(model: nn.Module) -> list[str]:
    return [name for name, module in model.named_modules() if isinstance(module, NORMS)]


def check(model: nn.Module, *shape: int, warns: str | None = None) -> FusionReport:
    """Fuse a model with unsettled statistics, compare, and return the report."""
    unsettle(model)
    kept = copy.deepcopy(model.state_dict())
    names = [name for name, _ in model.named_modules()]
    if warns is None:
        fused = fuse(model)
    else:
        with pytest.warns(UserWarning, match=warns):
            fused = fuse(model)
    report = fusion_report(model)
    assert [name for name, _ in model.named_modules()] == names
    for key, value in model.state_dict().items():
        torch.testing.assert_close(value, kept[key], rtol=0, atol=0)
    assert type(fused) is type(model)
    assert not any(module.training for module in fused.modules())
    # what is fused is gone under its name, what is left is there, and there is no third kind
    assert norms(fused) == [name for name in report.left if name in norms(model)]
    for _, bn in report.fused:
        assert type(fused.get_submodule(bn)) is nn.Identity
    x = torch.randn(shape or (2, 4, 12, 12))
    with torch.no_grad():
        assert difference(fused(x), model(x)) < EXACT
    return report


class Net(nn.Module):
    """A model with a forward of its own, given as a function."""

    def __init__(self, how, **parts: nn.Module) -> None:
        super().__init__()
        self.how = how
        for name, part in parts.items():
            self.add_module(name, part)

    def forward(self, x: Tensor) -> Tensor:
        return self.how(self, x)


def conv(into: int = 4, out: int = 4, size: int = 3, padding: int = 1, **how) -> nn.Conv2d:
    return nn.Conv2d(into, out, size, padding=padding, bias=False, **how)


@pytest.mark.parametrize(
    ("name", "number"), [("resnet18", 20), ("mobilenet_v2", 52), ("mobilenet_v3_small", 34)]
)
def test_networks_of_which_every_norm_goes(name, number) -> None:
    report = check(getattr(torchvision.models, name)(num_classes=5), 1, 3, 64, 64)
    assert len(report.fused) == number
    assert report.traced
    assert not report.left


def test_a_network_of_ours() -> None:
    report = check(CifarResNet(5, 8), 2, 3, 16, 16)
    assert ("layer2.0.shortcut.0", "layer2.0.shortcut.1") in report.fused
    assert not report.left


def test_a_network_without_such_norms_is_copied_and_nothing_said() -> None:
    report = check(torchvision.models.convnext_tiny(num_classes=5), 1, 3, 64, 64)
    assert not report.fused
    assert not report.left


def test_norms_before_a_relu_are_named() -> None:
    model = torchvision.models.DenseNet(8, (2, 2), 8, num_classes=5)
    report = check(model, 1, 3, 64, 64, warns="features.norm5: it reads cat, no nn.Conv2d")
    assert ("features.conv0", "features.norm0") in report.fused
    assert report.left["features.transition1.norm"].endswith("its output goes to ReLU")


def test_norms_that_are_only_used_in_training_are_named() -> None:
    model = torchvision.models.googlenet(num_classes=5, init_weights=False)
    model.eval()
    report = fusion_report(model)
    assert len(report.fused) == 57
    assert set(report.left) == {"aux1.conv.bn", "aux2.conv.bn"}
    assert set(report.left.values()) == {"forward does not call it"}


def test_order_of_definition_proves_nothing() -> None:
    # bn stands behind conv, and reads something else
    model = Net(lambda m, x: m.conv(x) + m.bn(x), conv=conv(), bn=nn.BatchNorm2d(4))
    report = check(model, warns="bn: it reads the model's input, no nn.Conv2d, and its output goes")
    assert not report.fused
    # and here it stands before
    model = Net(lambda m, x: m.bn(m.conv(x)), bn=nn.BatchNorm2d(4), conv=conv())
    assert check(model).fused == (("conv", "bn"),)


def test_a_norm_before_a_convolution() -> None:
    sequence = nn.Sequential(nn.ReLU(), nn.BatchNorm2d(4), conv(padding=0))
    assert check(sequence).fused == (("2", "1"),)
    sequence = nn.Sequential(nn.ReLU(), nn.BatchNorm2d(4), conv())
    report = check(sequence, warns="1: it reads ReLU, no nn.Conv2d, and 2 after it pads with zeros")
    assert not report.fused


def test_one_convolution_takes_in_a_norm_on_either_side() -> None:
    parts = [nn.BatchNorm2d(4), conv(padding=0), nn.BatchNorm2d(4), nn.ReLU()]
    assert set(check(nn.Sequential(*parts)).fused) == {("1", "0"), ("1", "2")}


REFUSED = {
    "its convolution is read by two": (
        lambda m, x: m.bn(y := m.conv(x)) + y,
        "bn: the output of conv is used elsewhere too",
    ),
    "its convolution is called twice": (
        lambda m, x: m.bn(m.conv(m.conv(x).relu())),
        "bn: conv is called 2 times",
    ),
    "it is called twice": (lambda m, x: m.bn(m.conv(m.bn(x))), "bn: bn is called 2 times"),
    "changed in place between": (
        lambda m, x: m.bn(m.conv(x).add_(1)),
        "bn: it reads add_, no nn.Conv2d, and its output goes to the model's output",
    ),
    "changed in place behind its back": (
        lambda m, x: m.bn(doubled(m.conv(x))),
        "bn: the output of conv is used elsewhere too",
    ),
    "its convolution's weight is used elsewhere": (
        lambda m, x: m.bn(m.conv(x)) + m.conv.weight.sum(),
        "bn: the model reads the parameters of conv itself",
    ),
    "its own weight is used elsewhere": (
        lambda m, x: m.bn(m.conv(x)) + m.bn.weight[:, None, None],
        "bn: the model reads the parameters of bn itself",
    ),
    "a relu between": (
        lambda m, x: m.bn(m.conv(x).relu()),
        "bn: it reads relu, no nn.Conv2d, and its output goes to the model's output",
    ),
    "read by two": (
        lambda m, x: m.conv(y := m.bn(x)) + y,
        "bn: it reads the model's input, no nn.Conv2d, and its output is used in several",
    ),
}


def doubled(y: Tensor) -> Tensor:
    y.mul_(2)
    return y


@pytest.mark.parametrize("name", REFUSED)
def test_pairs_that_are_none(name) -> None:
    how, message = REFUSED[name]
    report = check(Net(how, conv=conv(), bn=nn.BatchNorm2d(4)), warns=message)
    assert list(report.left) == ["bn"]
    assert report.traced


def test_convolutions_that_share_a_weight() -> None:
    def build() -> nn.Sequential:
        model = nn.Sequential(conv(), nn.BatchNorm2d(4), nn.ReLU(), conv(), nn.BatchNorm2d(4))
        model[3].weight = model[0].weight
        return model

    report = check(build(), warns="1: 0 shares a parameter with another module")
    assert set(report.left) == {"1", "4"}
    model = unsettle(build())
    with pytest.warns(UserWarning, match="shares a parameter"):
        fused = fuse(model)
    assert fused[0].weight is fused[3].weight


def test_one_module_under_two_names() -> None:
    body = nn.Sequential(conv(), nn.BatchNorm2d(4))
    both = Net(lambda m, x: m.one(x), one=body, other=body)
    assert check(both).fused == (("one.0", "one.1"),)
    fused = fuse(both)
    assert fused.one is fused.other
    block = unsettle(RepConv2d(4, 4, 3))
    fused = fuse(Net(lambda m, x: m.other(m.one(x)), one=block, other=block).eval())
    assert fused.one is fused.other
    assert type(fused.one) is nn.Conv2d
    repeated = nn.Sequential(*body, nn.ReLU(), *body)
    assert set(check(repeated, warns="1: 1 is called 2 times").left) == {"1"}


def test_hooks_are_not_lost() -> None:
    model = nn.Sequential(conv(), nn.BatchNorm2d(4))
    seen = []
    model[0].register_forward_hook(lambda *_: seen.append(True))
    unsettle(model)
    with pytest.warns(UserWarning, match="1: 0 has hooks"):
        fuse(model)(torch.zeros(1, 4, 8, 8))
    assert seen


def choosy(m: nn.Module, x: Tensor) -> Tensor:
    """Do what no tracer can follow: ask for numbers."""
    return m.body(x) if x.sum() > 0 else m.body(-x)


def test_without_a_trace_only_neighbours_in_a_sequence_are_fused() -> None:
    body = nn.Sequential(conv(), nn.BatchNorm2d(4), nn.ReLU(), nn.BatchNorm2d(4), conv(padding=0))
    report = check(Net(choosy, body=body))
    assert report.fused == (("body.0", "body.1"), ("body.4", "body.3"))
    assert not report.traced
    parts = {"conv": conv(), "bn": nn.BatchNorm2d(4), "body": nn.Identity()}
    inner = Net(lambda m, x: m.bn(m.conv(choosy(m, x))), **parts)
    message = "bn: forward cannot be traced, and it follows no convolution in an nn.Sequential"
    assert not check(inner, warns=message).fused


def test_a_sequence_with_another_forward_proves_nothing() -> None:
    class Backwards(nn.Sequential):
        def forward(self, x: Tensor) -> Tensor:
            for part in reversed(self):
                x = part(x)
            return x

    body = Backwards(conv(), nn.BatchNorm2d(4))
    assert set(check(Net(choosy, body=body), warns="forward cannot be traced").left) == {"body.1"}


def test_a_part_that_cannot_be_traced_does_not_spoil_the_rest() -> None:
    part = Net(choosy, body=nn.Sequential(conv(), nn.BatchNorm2d(4)))
    model = Net(lambda m, x: m.bn(m.conv(m.part(x))), bn=nn.BatchNorm2d(4), conv=conv(), part=part)
    report = check(model)
    assert set(report.fused) == {("conv", "bn"), ("part.body.0", "part.body.1")}
    assert report.traced


def test_what_stands_in_a_part_not_traced_and_is_called_outside_stays() -> None:
    shared = conv()
    part = Net(choosy, body=nn.Sequential(shared, nn.BatchNorm2d(4)))
    model = Net(lambda m, x: m.bn(m.conv(m.part(x))), bn=nn.BatchNorm2d(4), conv=shared, part=part)
    assert set(check(model, warns="conv is called 2 times").left) == {"bn", "part.body.1"}


def test_a_second_argument_stays_at_its_default() -> None:
    class Optional(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv, self.bn, self.other = conv(), nn.BatchNorm2d(4), nn.BatchNorm2d(4)

        def forward(self, x: Tensor, other: Tensor | None = None) -> Tensor:
            y = self.conv(x)
            return self.bn(y) if other is None else self.other(y)

    report = check(Optional(), warns="other: forward does not call it")
    assert report.fused == (("conv", "bn"),)


def test_blocks_that_fuse_themselves() -> None:
    model = nn.Sequential(RepConv2d(4, 6, 3), nn.ReLU(), nn.Sequential(RepConv2d(6, 6, 3)))
    report = check(model)
    assert report.merged == ("0", "2.0")
    assert isinstance(model[0], Fusible)
    fused = fuse(model)
    assert [type(m) for m in fused.modules() if isinstance(m, nn.Conv2d)] == [nn.Conv2d] * 2
    # a norm behind a block goes into what the block became
    assert check(nn.Sequential(RepConv2d(4, 6, 3), nn.BatchNorm2d(6))).fused == (("0", "1"),)


def test_a_block_by_itself() -> None:
    layer = unsettle(RepConv2d(4, 4, 3))
    x = torch.randn(2, 4, 8, 8)
    fused = fuse(layer)
    assert type(fused) is nn.Conv2d
    assert difference(fused(x), layer(x)) < EXACT


def test_a_layer_of_the_name_fuse_is_no_method() -> None:
    model = Net(lambda m, x: m.fuse(x), fuse=conv())
    assert not check(model).merged


def test_a_block_that_changes_itself_in_place_is_refused() -> None:
    class InPlace(nn.Identity):
        def fuse(self) -> None:
            pass

    with pytest.raises(ValueError, match=r"0\.fuse\(\) must return a new nn\.Module, got NoneType"):
        fuse(nn.Sequential(InPlace()).eval())


def test_a_block_that_cannot_is_named() -> None:
    model = nn.Sequential(RepConv2d(4, 4, 3)).eval()
    model[0].branches["large"][1].running_var.fill_(-1)
    with pytest.raises(ValueError, match=r"^0: bn holds NaN, infinite or impossible"):
        fuse(model)


@pytest.mark.parametrize("attempt", [fuse, fusion_report])
def test_training_mode_is_refused_by_name(attempt) -> None:
    model = nn.Sequential(conv(), nn.BatchNorm2d(4))
    with pytest.raises(ValueError, match=r"^model \(Sequential\) is in training mode; call \.eval"):
        attempt(model)
    model.eval()[1].train()
    with pytest.raises(ValueError, match=r"^1 \(BatchNorm2d\) is in training mode"):
        attempt(model)


def test_synchronised_norms() -> None:
    model = nn.SyncBatchNorm.convert_sync_batchnorm(CifarResNet(5, 4, (1, 1, 1, 1)))
    assert isinstance(model.stem[1], nn.SyncBatchNorm)
    report = check(model, 2, 3, 16, 16)
    assert len(report.fused) == 12
    without = nn.Sequential(conv(), nn.SyncBatchNorm(4, track_running_stats=False)).eval()
    with pytest.raises(ValueError, match="1 is a SyncBatchNorm without running statistics"):
        fuse(without)


@pytest.mark.parametrize(
    ("norm", "message"),
    [
        (nn.BatchNorm2d(4, track_running_stats=False), "1: bn must have running statistics"),
        (FrozenBatchNorm2d(4), "1: FrozenBatchNorm2d is not supported"),
        (type("Acting", (nn.BatchNorm2d,), {})(4), "1: Acting is not supported"),
    ],
)
def test_norms_of_other_kinds_stay(norm, message) -> None:
    model = nn.Sequential(conv(), norm)
    assert list(check(model, warns=message).left) == ["1"]


@pytest.mark.parametrize("before", [nn.ConvTranspose2d(4, 4, 3), nn.Conv2d(4, 4, 3)])
def test_layers_before_of_other_kinds_stay(before) -> None:
    if isinstance(before, nn.Conv2d):
        before = torch.nn.utils.parametrizations.weight_norm(before)
    report = check(nn.Sequential(before, nn.BatchNorm2d(4)), warns=r"1: it reads \w+, no nn.Conv2d")
    assert list(report.left) == ["1"]


def test_large_depth_wise_convolutions_stay_what_they_are() -> None:
    model = nn.Sequential(DepthwiseConv2d(4, 9, padding=4, bias=False), nn.BatchNorm2d(4))
    assert check(model).fused == (("0", "1"),)
    assert type(fuse(model)[0]) is DepthwiseConv2d


def test_half_fused_is_fused_no_further() -> None:
    model = fuse(unsettle(CifarResNet(5, 4, (1, 1, 1, 1))))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        again = fuse(model)
    x = torch.randn(2, 3, 16, 16)
    assert torch.equal(again(x), model(x))


def test_tensors_in_the_code_leave_nothing_behind() -> None:
    unit = torch.ones(1)
    model = Net(lambda m, x: m.bn(m.conv(x)) + unit, conv=conv(), bn=nn.BatchNorm2d(4))
    assert check(model).fused == (("conv", "bn"),)
    assert set(vars(fuse(model))) == set(vars(model))


def test_the_other_ways_into_a_model_fuse_too() -> None:
    model = unsettle(CifarResNet(5, 4, (1, 1, 1, 1)))
    x = torch.randn(2, 3, 16, 16)
    assert difference(fuse(model).features(x), model.features(x)) < EXACT
    assert F.relu(model.features(x)).any()
