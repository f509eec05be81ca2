"""Random stacks of local layers, for properties that must hold whatever the network."""

import torch
from hypothesis import strategies as st
from torch import Tensor, nn

CHANNELS = 2


class Dilated(nn.Module):
    """Two branches with kernels of different size and dilation, joined by `cat` or added."""

    def __init__(self, kernels: tuple[int, int], dilation: int, join: str) -> None:
        super().__init__()
        self.join = join
        self.branches = nn.ModuleList(
            nn.Conv2d(CHANNELS, CHANNELS, k, padding=d * (k // 2), dilation=d)
            for k, d in zip(kernels, (1, dilation), strict=True)
        )
        self.mix = nn.Conv2d(2 * CHANNELS, CHANNELS, 1)

    def forward(self, x: Tensor) -> Tensor:
        a, b = (branch(x) for branch in self.branches)
        if self.join == "cat":
            return self.mix(torch.cat([a, b], dim=1))
        return x + a * 0.5 + b


def integers(low: int, high: int) -> st.SearchStrategy[int]:
    return st.integers(low, high)


@st.composite
def conv(draw: st.DrawFn) -> nn.Module:
    pair = st.tuples(integers(1, 4), integers(1, 4))
    kernel, dilation = draw(pair), draw(integers(1, 3))
    stride = draw(st.sampled_from([1, 1, 2, 3, (1, 2)]))
    padding = draw(st.tuples(integers(0, 3), integers(0, 3)))
    return nn.Conv2d(CHANNELS, CHANNELS, kernel, stride, padding, dilation)


@st.composite
def same_conv(draw: st.DrawFn) -> nn.Module:
    kernel, dilation = draw(st.tuples(integers(1, 4), integers(1, 4))), draw(integers(1, 2))
    return nn.Conv2d(CHANNELS, CHANNELS, kernel, padding="same", dilation=dilation)


@st.composite
def pool(draw: st.DrawFn) -> nn.Module:
    kernel = draw(integers(1, 4))
    options = {
        "stride": draw(integers(1, 3)),
        "padding": draw(integers(0, kernel // 2)),
        "ceil_mode": draw(st.booleans()),
    }
    if draw(st.booleans()):
        return nn.AvgPool2d(kernel, count_include_pad=draw(st.booleans()), **options)
    return nn.MaxPool2d(kernel, dilation=draw(integers(1, 2)), **options)


@st.composite
def up(draw: st.DrawFn) -> nn.Module:
    factor = draw(integers(2, 3))
    if draw(st.booleans()):
        mode = draw(st.sampled_from(["nearest", "bilinear"]))
        return nn.Upsample(scale_factor=factor, mode=mode)
    kernel = factor + draw(integers(0, 2))  # no gaps between the copies
    padding = draw(integers(0, 1))
    return nn.ConvTranspose2d(
        CHANNELS, CHANNELS, kernel, stride=factor, padding=padding, output_padding=factor - 1
    )


pointwise = st.one_of(
    *(st.builds(kind) for kind in (nn.ReLU, nn.GELU)),
    *(st.builds(kind, st.just(CHANNELS)) for kind in (nn.BatchNorm2d, nn.PReLU)),
)
branches = st.builds(
    Dilated,
    st.tuples(st.sampled_from([1, 3, 5]), st.sampled_from([3, 5])),
    integers(1, 3),
    st.sampled_from(["cat", "add"]),
)
padded = st.builds(
    nn.Conv2d,
    st.just(CHANNELS),
    st.just(CHANNELS),
    st.just(3),
    padding=st.just(1),
    padding_mode=st.sampled_from(["reflect", "replicate"]),
)
stacks = st.lists(
    st.one_of(conv(), same_conv(), pool(), up(), branches, padded, pointwise),
    min_size=1,
    max_size=5,
).map(lambda layers: nn.Sequential(*layers).double().eval())
sizes = st.tuples(integers(12, 30), integers(12, 30))


def randomise(model: nn.Module, seed: int) -> None:
    """Give every weight and running statistic a value that no default hides."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, value in (*model.named_parameters(), *model.named_buffers()):
            if value.is_floating_point():
                value.normal_(0, 0.5, generator=generator)
            if name.endswith("running_var"):
                value.abs_().add_(0.5)


def feature_size(model: nn.Module, size: tuple[int, int]) -> tuple[int, int]:
    """Return the size of the stack's output, (0, 0) if the image is too small for it."""
    try:
        with torch.no_grad():
            return tuple(model(torch.zeros(1, CHANNELS, *size, dtype=torch.float64)).shape[2:])
    except RuntimeError:
        return 0, 0
