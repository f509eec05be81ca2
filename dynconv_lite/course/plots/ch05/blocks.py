"""Figure of the blocks of three large-kernel networks, layer by layer."""

import matplotlib as mpl
from matplotlib.axes import Axes

from dynconv_lite.course.plots.style import BLUE, GREEN, GREY, ORANGE, Picture, canvas, picture

PIXELS, CHANNELS, NORM, REST = BLUE, ORANGE, GREY, GREEN
Layer = tuple[str, str]

CONVNEXT: tuple[Layer, ...] = (
    ("depth-wise 7 x 7", PIXELS),
    ("layer norm", NORM),
    ("linear C to 4C", CHANNELS),
    ("GELU", REST),
    ("linear 4C to C", CHANNELS),
    ("layer scale", NORM),
)
REPLK: tuple[Layer, ...] = (
    ("batch norm", NORM),
    ("1 x 1, BN", CHANNELS),
    ("ReLU", REST),
    ("depth-wise 31 x 31, BN\n+ depth-wise 5 x 5, BN", PIXELS),
    ("ReLU", REST),
    ("1 x 1, BN", CHANNELS),
)
FFN: tuple[Layer, ...] = (
    ("batch norm", NORM),
    ("1 x 1 C to 4C, BN", CHANNELS),
    ("GELU", REST),
    ("1 x 1 4C to C, BN", CHANNELS),
)
SLAK: tuple[Layer, ...] = (
    ("51 x 5, BN + 5 x 51, BN\n+ 5 x 5, BN", PIXELS),
    *CONVNEXT[1:],
)
BLOCKS = {"ConvNeXt": CONVNEXT, "RepLK block": REPLK, "ConvFFN": FFN, "SLaK": SLAK}
TALL = max(map(len, BLOCKS.values()))


@picture
def draw_blocks() -> Picture:
    """Draw the four blocks side by side, from top to bottom, each with its shortcut."""
    figure, panels = canvas(len(BLOCKS), size=(7, 3.6))
    for axes, (name, layers) in zip(panels, BLOCKS.items(), strict=True):
        axes.set(xlim=(-0.3, 1.12), ylim=(-TALL - 0.6, 0.6), xticks=[], yticks=[], title=name)
        axes.spines[:].set_visible(False)
        _draw_block(axes, layers)
    told = "; ".join(
        f"{name}, {len(layers)} layers: {', '.join(word for word, _ in layers)}".replace("\n", " ")
        for name, layers in BLOCKS.items()
    )
    alt = (
        "Blocks from top to bottom, each with a shortcut from its input to its output; blue layers "
        f"mix pixels, orange ones channels. {told}."
    )
    return Picture(figure, alt)


def _draw_block(axes: Axes, layers: tuple[Layer, ...]) -> None:
    """Draw layers as boxes below one another, and the way around them."""
    end = -len(layers) - 0.15
    arrow = {"arrowstyle": "-|>", "color": GREY, "linewidth": 1.2}
    axes.annotate("", (0.5, end), (0.5, 0.5), arrowprops=arrow, zorder=0)
    for index, (word, colour) in enumerate(layers):
        box = mpl.patches.FancyBboxPatch(
            (0.02, -index - 0.78), 1.06, 0.62, boxstyle="round,pad=0.02,rounding_size=0.08",
            facecolor=_pale(colour), edgecolor=colour,
        )  # fmt: skip
        axes.add_patch(box)
        axes.text(0.55, -index - 0.47, word, ha="center", va="center", fontsize=7.5)
    axes.plot([0.5, -0.2, -0.2, 0.5], [0.2, 0.2, end, end], color=GREY, linewidth=1.2)
    ring = {"boxstyle": "circle,pad=0.1", "facecolor": "white", "edgecolor": GREY}
    axes.text(0.5, end - 0.02, "+", ha="center", va="center", fontsize=11, bbox=ring)


def _pale(colour: str) -> tuple[float, ...]:
    """Mix a colour with three parts of white, so that lines behind it are covered."""
    return tuple(0.75 + 0.25 * part for part in mpl.colors.to_rgb(colour))
