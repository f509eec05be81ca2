"""The theoretical receptive field agrees with what NaN can reach, and with published numbers."""

import pytest
import torch
import torch.nn.functional as F
import torchvision
from hypothesis import assume, given, settings
from stacks import CHANNELS, feature_size, randomise, sizes, stacks
from torch import Tensor, nn

from dynconv_lite.erf import theoretical_receptive_field

VGG16 = [64, 64, "M", 128, 128, "M", 256, 256, 256, "M", 512, 512, 512, "M", 512, 512, 512, "M"]


def reached(model: nn.Module, size: tuple[int, int], unit: tuple[int, int]) -> list[list[int]]:
    """Return the rows and the columns of the image that a unit sees.

    NaN spreads through every sum and maximum, so a unit sees a row exactly if putting NaN there
    turns the unit into NaN. One image of the batch per row, then per column.
    """
    seen = []
    for axis in (0, 1):
        lines = torch.zeros(size[axis], CHANNELS, *size, dtype=torch.float64)
        for index, line in enumerate(lines):
            line.select(1 + axis, index).fill_(torch.nan)
        with torch.no_grad():
            units = model(lines)[:, :, unit[0], unit[1]]
        seen.append(torch.nonzero(units.isnan().any(dim=1)).flatten().tolist())
    return seen


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel:UserWarning")
@settings(max_examples=150)
@given(stacks, sizes)
def test_the_field_is_what_nan_can_reach(model: nn.Sequential, size: tuple[int, int]) -> None:
    randomise(model, seed=0)
    height, width = feature_size(model, size)
    assume(max(height, width) > 1)
    field = theoretical_receptive_field(model, str(len(model) - 1), size, in_channels=CHANNELS)
    assert field.bounded
    seen = reached(model, size, (height // 2, width // 2))
    spans = [(start, start + n - 1) for start, n in zip(field.start, field.size, strict=True)]
    assert field.center == tuple((first + last) / 2 for first, last in spans)
    for lines, (first, last) in zip(seen, spans, strict=True):
        assert all(first <= line <= last for line in lines), "the unit sees more than its field"
    # At the border taps may fall between the padding and the pixels; inside they cannot.
    if all(first >= 0 and last < n for (first, last), n in zip(spans, size, strict=True)):
        assert [(lines[0], lines[-1]) for lines in seen] == spans, "the field is too large"


def chain(*layers: tuple[int, int]) -> nn.Sequential:
    """A chain of (kernel, stride) convolutions on one channel."""
    return nn.Sequential(*(nn.Conv2d(1, 1, k, s, padding=k // 2) for k, s in layers))


def mobilenet_v1() -> nn.Sequential:
    strides = [2, 1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1]
    return chain(*((3, s) for s in strides))


def resnet_v1_50_slim() -> nn.Sequential:
    """The 3x3 convolutions of the layout that strides in the last unit of a stage."""
    stages = [(3, 2), (4, 2), (6, 2), (3, 1)]
    units = [(3, last if i == n - 1 else 1) for n, last in stages for i in range(n)]
    return chain((7, 2), (3, 2), *units)


# From the table of Araujo et al., "Computing Receptive Fields of Convolutional Neural Networks",
# Distill 2019, each recomputed with its formula r = 1 + sum_l (k_l - 1) * prod_{i<l} s_i.
# ResNet-18 and -50 are in torchvision's layout, which strides in the first 3x3 of a stage:
#   ResNet-18: 1 + 6 + 2*2 + 4*8 + (8 + 3*16) + (16 + 3*32) + (32 + 3*64) = 435
#   ResNet-50: 1 + 6 + 2*2 + 3*8 + (8 + 3*16) + (16 + 5*32) + (32 + 2*64) = 427
PUBLISHED = {
    "VGG-16, pool5": (lambda: torchvision.models.vgg.make_layers(VGG16), None, 212, 32),
    "MobileNet v1": (mobilenet_v1, None, 315, 32),
    "ResNet v1 50, stride last": (resnet_v1_50_slim, None, 483, 32),
    "ResNet-18, layer 1": (torchvision.models.resnet18, "layer1", 43, 4),
    "ResNet-18": (torchvision.models.resnet18, None, 435, 32),
    "ResNet-50, layer 3": (torchvision.models.resnet50, "layer3", 267, 16),
    "ResNet-50": (torchvision.models.resnet50, None, 427, 32),
}


@pytest.mark.parametrize(("build", "layer", "size", "stride"), PUBLISHED.values(), ids=PUBLISHED)
def test_published_fields(build, layer: str | None, size: int, stride: int) -> None:
    with torch.device("meta"):  # the weights do not matter
        model = build()
    field = theoretical_receptive_field(model, layer, (1024, 1024))
    assert field.size == (size, size)
    assert field.stride == (stride, stride)
    assert field.bounded


def test_centres_by_hand() -> None:
    with torch.device("meta"):
        resnet, convnext = torchvision.models.resnet18(), torchvision.models.convnext_tiny()
    # ResNet: every layer has odd kernels with half padding, so unit i looks at pixel 32 i;
    # of 224 / 32 = 7 units the middle one is 3: 3 * 32 = 96, not 112.
    assert theoretical_receptive_field(resnet, None, (224, 224)).center == (96.0, 96.0)
    # ConvNeXt: 4x4 patches shift the centre by 1.5 pixels, the 2x2 patches of the three
    # down-samplings by half a step of 4, 8 and 16: 1.5 + 2 + 4 + 8 = 15.5.
    # Unit 16 of 1024 / 32 = 32 then looks at 16 * 32 + 15.5 = 527.5, not 512.
    assert theoretical_receptive_field(convnext, None, (1024, 1024)).center == (527.5, 527.5)


def test_the_docstring_example() -> None:
    field = theoretical_receptive_field(nn.Conv2d(3, 1, 3, padding=1), None, (9, 9))
    assert (field.size, field.start, field.center) == ((3, 3), (3, 3), (4.0, 4.0))
    assert field.stride == (1.0, 1.0)


def test_rows_and_columns_are_told_apart() -> None:
    model = nn.Conv2d(1, 1, (3, 5), stride=(2, 3), padding=(1, 0), dilation=(1, 2))
    # Rows: (20 + 2 - 3) // 2 + 1 = 10 units, unit 5 starts at 5*2 - 1 = 9 and sees 3.
    # Columns: a kernel of 2*4 + 1 = 9 pixels, (30 - 9) // 3 + 1 = 8 units, unit 4 starts at 12.
    field = theoretical_receptive_field(model, None, (20, 30))
    assert (field.size, field.stride, field.start) == ((3, 9), (2.0, 3.0), (9, 12))
    assert field.center == (10.0, 16.0)


def test_up_sampling_undoes_a_stride() -> None:
    model = nn.Sequential(nn.Conv2d(1, 1, 2, stride=2), nn.Upsample(scale_factor=4))
    field = theoretical_receptive_field(model, None, (16, 16))
    # 8 units become 32; unit 16 copies unit 4, which sees pixels 8 and 9.
    assert (field.size, field.stride, field.start) == ((2, 2), (0.5, 0.5), (8, 8))


def test_a_dilated_transposed_convolution() -> None:
    # Output o takes input i where o = i + 3 t for the taps t = 0 and 1. Of the 7 + 3 + 1 = 11
    # outputs of 8 pixels the middle one is 5, which takes pixels 5 and 2.
    field = theoretical_receptive_field(nn.ConvTranspose2d(1, 1, 2, dilation=3), None, (8, 8))
    assert (field.size, field.start) == ((4, 4), (2, 2))


def test_a_branch_that_goes_farther_counts() -> None:
    class Residual(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.wide = nn.Conv2d(1, 1, 7, padding=3)
            self.far = nn.Conv2d(1, 1, 3, padding=4, dilation=4)

        def forward(self, x: Tensor) -> Tensor:
            return x + self.wide(x) + self.far(x)

    assert theoretical_receptive_field(Residual(), None, (21, 21)).size == (9, 9)


@pytest.mark.parametrize(
    "layer",
    [
        nn.GroupNorm(1, 2),
        nn.InstanceNorm2d(2),
        nn.Softmax2d(),
        nn.BatchNorm2d(2),
        nn.Softmax(dim=3),
    ],
    ids=lambda layer: type(layer).__name__,
)
def test_what_mixes_all_positions_is_unbounded(layer: nn.Module) -> None:
    model = nn.Sequential(nn.Conv2d(3, 2, 3, padding=1), layer)
    field = theoretical_receptive_field(model, None, (12, 16))
    local = isinstance(layer, (nn.BatchNorm2d, nn.Softmax2d))  # per pixel, in eval mode
    assert field.bounded is local
    assert field.size == ((3, 3) if local else (12, 16))
    assert field.center == (6.0, 8.0)  # where the unit is stays known


def test_a_model_that_cannot_be_traced_sees_everything() -> None:
    class Branches(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return F.avg_pool2d(x, 3) if float(x.sum()) > 1 else F.avg_pool2d(x, 2)

    field = theoretical_receptive_field(Branches(), None, (8, 12))
    assert (field.size, field.start, field.bounded) == ((8, 12), (0, 0), False)
    assert field.stride == (2.0, 2.0)


def test_a_broken_model_raises_its_own_error() -> None:
    with pytest.raises(RuntimeError, match="expected input"):
        theoretical_receptive_field(nn.Conv2d(3, 1, 3), None, (8, 8), in_channels=4)


def test_the_model_is_left_as_it_was() -> None:
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Dropout())
    model[1].eval()
    state = {name: value.clone() for name, value in model.state_dict().items()}
    before = torch.get_rng_state()
    theoretical_receptive_field(model, None, (8, 8))
    assert [m.training for m in model.modules()] == [True, True, False, True]
    assert all(torch.equal(value, state[name]) for name, value in model.state_dict().items())
    assert not any(m._forward_hooks for m in model.modules())
    assert torch.equal(torch.get_rng_state(), before)


MODEL = nn.Sequential(nn.Conv2d(3, 4, 3), nn.Flatten(), nn.Linear(144, 2))
BAD = {
    "size": ((None, (0, 8)), {}, r"input_size must be .*got \(0, 8\)"),
    "sizes": ((None, (8, 8, 8)), {}, r"input_size must be .*got \(8, 8, 8\)"),
    "unknown layer": (("convs", (8, 8)), {}, "'convs' is not in the model.*include 0, 1, 2"),
    "foreign layer": ((nn.ReLU(), (8, 8)), {}, "layer ReLU is not a part of the model"),
    "vector": (("2", (8, 8)), {}, r"layer '2' gives \(1, 2\), not a feature map"),
}


@pytest.mark.parametrize(("arguments", "options", "message"), BAD.values(), ids=BAD)
def test_bad_arguments_are_named(arguments: tuple, options: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        theoretical_receptive_field(MODEL, *arguments, **options)


def test_a_layer_that_never_runs_is_named() -> None:
    class Idle(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.used, self.idle = nn.Conv2d(3, 3, 3), nn.Conv2d(3, 3, 3)

        def forward(self, x: Tensor) -> Tensor:
            return self.used(x)

    with pytest.raises(ValueError, match="layer 'idle' did not run"):
        theoretical_receptive_field(Idle(), "idle", (8, 8))


def test_a_channels_last_layer_is_named() -> None:
    with torch.device("meta"):
        model = torchvision.models.convnext_tiny()
    with pytest.raises(ValueError, match=r"'features.1.0.block.3' gives .* on axes \(-3, -2\)"):
        theoretical_receptive_field(model, "features.1.0.block.3", (64, 64))
