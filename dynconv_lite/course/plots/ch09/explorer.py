"""The picture behind the mix explorer: a choice of offsets, and whom it brings together."""

from collections.abc import Sequence

from dynconv_lite.course.plots.ch09.fields import (
    Place,
    as_grid,
    four_turns,
    pairs,
    partners,
    paths,
    reach,
    three,
)
from dynconv_lite.course.plots.ch09.nodes import mixed_bytes
from dynconv_lite.course.plots.style import (
    VERMILION,
    Picture,
    canvas,
    image_panel,
    outline,
    picture,
    write_numbers,
)

SIDE = 5  # of the grid of offsets
SQUARE = ((0, 0), (0, 1), (1, 0), (1, 1))
LARGEST = 1 << 24  # rows of a table


def chosen(pressed: Sequence[bool], side: int = SIDE) -> list[Place]:
    """Return the offsets (dy, dx) of the buttons that are pressed, the middle one (0, 0).

    Raises:
        ValueError: If none is pressed.
    """
    half = side // 2
    found = [(n // side - half, n % side - half) for n, on in enumerate(pressed) if on]
    if not found:
        raise ValueError("offsets must hold at least one place: press a button of the grid")
    return found


@picture
def draw_mix(
    offsets: Sequence[Place],
    mixed_nodes: int | None = 7,
    features: int = 2,
    partner: Place = (0, 1),
) -> Picture:
    """Draw what mixing over some offsets behind a 2 x 2 layer sees, and the bytes it takes.

    Args:
        offsets: (dy, dx) of the mix.
        mixed_nodes: Nodes of each axis of the features' tables; None counts no bytes.
        features: Bytes per pixel between the stages.
        partner: A pixel, (dy, dx) from the output's, whose partners are shown.

    Raises:
        ValueError: If there is no offset.
    """
    if not offsets:
        raise ValueError("offsets must hold at least one pair (dy, dx), got none")
    stages = (SQUARE, tuple(offsets))
    own, four = paths(stages), four_turns(stages)
    near = partners(stages, partner)
    half = max(2, reach([four, [partner]]))
    figure, panels = canvas(3, size=(7, 2.9))
    for axes, (name, counts) in zip(
        panels, {"one turn": own, "four turns": four}.items(), strict=False
    ):
        grid = as_grid(counts, half)
        image_panel(axes, grid, name, cmap="viridis", vmin=0)
        write_numbers(axes, grid, "{:.0f}", 8 if half < 3 else 6)
        outline(axes, half, half, 1, 1)
    image_panel(panels[2], as_grid({p: 2 if p in near else 1 for p in four}, half),
                f"partners of {partner}", cmap=three(), vmin=0, vmax=2)  # fmt: skip
    panels[2].plot(half + partner[1], half + partner[0], "o", color=VERMILION, markersize=8)
    outline(panels[2], half, half, 1, 1, edgecolor="black")
    met, all_pairs = pairs(stages)
    for axes, label in zip(
        panels, (f"{len(own)} pixels", f"{len(four)} pixels", f"{met} of {all_pairs} pairs meet"),
        strict=True,
    ):  # fmt: skip
        axes.set_xlabel(label, fontsize=9)
    cost = ""
    if mixed_nodes is not None:
        rows = mixed_nodes ** len(offsets)
        size = sum(mixed_bytes(5, 9, features, mixed_nodes, len(offsets)))
        told = f"{size:,} bytes" if rows <= LARGEST else "too many rows for a table"
        figure.suptitle(f"{len(offsets)} axes of {mixed_nodes} nodes, {features} features: {told}",
                        fontsize=10)  # fmt: skip
        cost = f" Tables of {mixed_nodes} nodes an axis and {features} features: {told}."
    meets = f"{len(near)} pixels" if partner in four else "nobody: it is not seen"
    alt = (
        f"Behind a 2 x 2 layer, mixing over {', '.join(map(str, offsets))} sees {len(own)} pixels "
        f"in one turn and {len(four)} in four; {met} of {all_pairs} pairs meet in a window. "
        f"The pixel {partner} meets {meets}.{cost}"
    )
    return Picture(figure, alt)
