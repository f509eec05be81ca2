"""Pixel-mix by sums of one-index tables: a convolution whose weights are functions."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from dynconv_lite.lut.additive import AdditiveTables
from dynconv_lite.lut.mixed_tabulate import to_int8
from dynconv_lite.lut.rounding import round_through, to_bytes
from dynconv_lite.lut.stage import ROTATIONS
from dynconv_lite.models.srlut_net import check_scale
from dynconv_lite.pixel_mix import Padding, check_padding, pad_map
from dynconv_lite.validation import check_count

WHITE = 255.0
LAYERS = ((12, 3, 17), (12, 3, 9), (16, 3, 9))


def hats(x: Tensor, nodes: int) -> Tensor:
    """Write each byte as weights of the two nodes that it lies between.

    Args:
        x: Bytes, floating point (B, C, H, W), 0 to 255.
        nodes: L >= 2; node j stands at 255 j / (L - 1).

    Returns:
        (B, C L, H, W): channel c L + j is max(0, 1 - |(L - 1) x_c / 255 - j|). A table (L,) that is
        multiplied by them is interpolated linearly.
    """
    place = x[:, :, None] * ((nodes - 1) / WHITE)  # (B, C, 1, H, W)
    node = torch.arange(nodes, dtype=x.dtype, device=x.device)[:, None, None]
    return F.relu(1 - (place - node).abs()).flatten(1, 2)  # its gradient is faster than clamp's


def additive_conv2d(x: Tensor, table: Tensor) -> Tensor:
    """Add, at each pixel, what every byte of its window says in a table of its own.

    An ordinary convolution adds weight * byte; here the product is replaced by any piecewise linear
    function of the byte, one for every input channel, place in the window and output channel.

    Args:
        x: Bytes, floating point (B, C, H, W), 0 to 255.
        table: (C, k, k, L, O): the values at L nodes, of x's type.

    Returns:
        (B, O, H - k + 1, W - k + 1).

    Source: functions on the edges, Liu et al. 2024, "KAN", arXiv 2404.19756; one table per pixel
    and channel, Li et al. 2024, "TinyLUT", NeurIPS.
    """
    weight = table.permute(4, 0, 3, 1, 2).flatten(1, 2)  # (O, C L, k, k)
    return F.conv2d(hats(x, table.shape[3]), weight)


class AdditiveNet(nn.Module):
    """Enlarge by a chain of layers of one-index tables, with bytes between them.

    Layer l turns bytes f of C channels into bytes of O: channel o becomes

        round(clip(f_{o mod C}(p) + sum over c, d of T_{c, d, o}(f_c(p + d)), 0, 255)),

    with every T piecewise linear. The last layer has r * r outputs, and adds them to the pixel
    itself, as real numbers. So everything that the network knows is in tables of one index, which
    `export` rounds; there is nothing else to sample. With `turns` of 4 the result is the mean over
    four rotations of the picture.

    Args:
        scale: r = 2, 3 or 4.
        layers: (out_channels, kernel_size, nodes) of every layer; the last has r * r channels, and
            kernel sizes are odd.
        turns: 1 or 4. Can be changed later: a net that is trained with one turn, on pictures
            turned at random, gains when it is used with four.
        quantised: Compute with entries rounded to int8 as `export` does, straight through. Can
            be changed later.

    Shape:
        (B, 1, H, W), x in 0..1 -> (B, 1, r H, r W), about 0..1, not clipped

    Raises:
        ValueError: If an argument is out of range.

    Source: the talk's method 3 (shift and concatenate), in a form of our own.
    """

    def __init__(
        self,
        scale: int = 4,
        layers: Sequence[tuple[int, int, int]] = LAYERS,
        turns: int = ROTATIONS,
        *,
        quantised: bool = False,
    ) -> None:
        super().__init__()
        check_scale(scale)
        if turns not in (1, ROTATIONS):
            raise ValueError(f"turns must be 1 or {ROTATIONS}, got {turns!r}")
        if not layers or layers[-1][0] != scale**2:
            raise ValueError(f"layers must end with {scale**2} channels, got {tuple(layers)}")
        self.scale, self.turns, self.quantised = scale, turns, quantised
        self.entries = nn.ParameterList()
        channels = 1
        for number, (out_channels, kernel_size, nodes) in enumerate(layers, 1):
            check_count("out_channels", out_channels)
            check_count("nodes", nodes, 2)
            if kernel_size not in range(1, 100, 2):
                raise ValueError(f"kernel_size must be an odd number, got {kernel_size!r}")
            gain = 0.1 if number == len(layers) else 0.6
            self.entries.append(_first_entries(channels, kernel_size, nodes, out_channels, gain))
            channels = out_channels

    @property
    def reach(self) -> int:
        """How many pixels the chain looks to every side."""
        return sum(table.shape[1] // 2 for table in self.entries)

    def forward(self, x: Tensor, padding: Padding = "edge") -> Tensor:
        """Enlarge x, (B, 1, H, W); the padding is as of `rotation_ensemble`, once, at the start."""
        if x.ndim != 4 or x.shape[1] != 1:
            raise ValueError(f"x must be (B, 1, H, W), got {tuple(x.shape)}")
        check_padding(padding)
        grey = (WHITE * x).round()
        if padding != "valid":
            grey = pad_map(grey, (self.reach,) * 4, padding)
        entries = [WHITE * table for table in self.entries]
        if self.quantised:
            entries = [_rounded(table) for table in entries]
        total = torch.zeros((), dtype=x.dtype, device=x.device)
        for turn in range(self.turns):
            addend = self._addend(torch.rot90(grey, turn, (2, 3)), entries)
            total = total + torch.rot90(addend, -turn, (2, 3))
        pixels = _inside(grey, self.reach)
        pixels = pixels.repeat_interleave(self.scale, 2).repeat_interleave(self.scale, 3)
        return (pixels + total / self.turns) / WHITE

    def _addend(self, grey: Tensor, entries: Sequence[Tensor]) -> Tensor:
        """Return what is to be added to the enlarged pixels inside, in grey levels."""
        bytes_ = grey
        for table in entries[:-1]:
            inside = _inside(bytes_, table.shape[1] // 2)
            repeats = -(-table.shape[4] // bytes_.shape[1])
            base = inside.repeat(1, repeats, 1, 1)[:, : table.shape[4]]  # channel o mod C
            bytes_ = to_bytes(base + additive_conv2d(bytes_, table))
        return F.pixel_shuffle(additive_conv2d(bytes_, entries[-1]), self.scale)

    @torch.no_grad()
    def export(self) -> AdditiveTables:
        """Round the entries to int8, every layer in units of its own, max |entry| / 127.

        Raises:
            ValueError: If an entry is not finite.
        """
        values, steps = zip(*(to_int8(WHITE * table) for table in self.entries), strict=True)
        return AdditiveTables(values, steps, self.turns)


def _first_entries(
    channels: int, kernel_size: int, nodes: int, out_channels: int, gain: float
) -> nn.Parameter:
    """Draw tables that are nearly straight: a random slope and a random bend in the middle."""
    size = (channels, kernel_size, kernel_size, 1, out_channels)
    place = (torch.arange(nodes) / (nodes - 1) - 0.5)[:, None]  # (L, 1)
    spread = gain * (3 / (channels * kernel_size**2)) ** 0.5
    slope, bend = spread * torch.randn(size), spread * torch.randn(size)
    return nn.Parameter(slope * place + bend * (place.abs() - 0.25))


def _rounded(table: Tensor) -> Tensor:
    step = table.detach().abs().max().clamp(min=1e-12) / 127
    return round_through(table / step) * step


def _inside(x: Tensor, margin: int) -> Tensor:
    return x[:, :, margin : x.shape[2] - margin, margin : x.shape[3] - margin]
