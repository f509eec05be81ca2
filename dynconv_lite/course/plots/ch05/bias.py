"""Figures of what large kernels are for: answers that lie far away, and outlines."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.colors import ListedColormap
from torch import Tensor

from data_utils.scenes import COLOURS, Scenes
from dynconv_lite.course.plots.style import (
    CYCLE,
    GREY,
    Picture,
    canvas,
    image_panel,
    outline,
    picture,
)

GROUND = (0.93, 0.93, 0.93)
MARKERS = ("o", "s", "^", "D")


@picture
def draw_scene(drawn: Scenes, index: int, answers: Mapping[str, Tensor], window: int) -> Picture:
    """Draw a scene, a window in it, the right classes, and what networks answer.

    The window stands around that pixel of a disc which is nearest to the key.

    Args:
        drawn: The scenes.
        index: Which of them.
        answers: Name -> classes (N, S, S) that a network finds.
        window: Pixels that the window extends to each side.
    """
    right, far = drawn.labels[index], drawn.far[index]
    maps = {"right": right, **{name: found[index].numpy() for name, found in answers.items()}}
    figure, panels = canvas(1 + len(maps), size=(7, 2.2))
    image_panel(panels[0], drawn.images[index].transpose(1, 2, 0), "synthetic scene")
    pixels, key = np.argwhere(far), np.argwhere((right > 0) & ~far).mean(0)
    row, column = pixels[np.abs(pixels - key).max(1).argmin()]  # the one nearest to the key
    outline(panels[0], row - window, column - window, 2 * window + 1, 2 * window + 1)
    colours = ListedColormap([GROUND, *COLOURS.values()])
    told = []
    for panel, (name, classes) in zip(panels[1:], maps.items(), strict=True):
        image_panel(panel, classes, name, cmap=colours, vmin=0, vmax=len(COLOURS))
        if name != "right":
            found, correct = (classes[far] > 0).mean(), (classes == right)[far].mean()
            told.append(
                f"{name} tells {100 * found:.0f} % of their pixels from the ground and names "
                f"{100 * correct:.0f} % rightly"
            )
    side = 2 * window + 1
    alt = (
        f"A synthetic scene: four grey discs around a {drawn.classes[drawn.keys[index]]} key, a "
        f"window of {side} x {side} pixels around one pixel of a disc, and the classes of all "
        f"pixels. Of the discs, {'; '.join(told)}."
    )
    return Picture(figure, alt)


@picture
def draw_cues(agreeing: Mapping[str, Tensor], conflicting: Mapping[str, Tensor]) -> Picture:
    """Draw pictures whose outline and texture agree above some in which they do not.

    Args:
        agreeing: Title -> picture (3, H, W), 0 to 1.
        conflicting: Title -> picture (3, H, W), 0 to 1; as many.
    """
    figure, panels = canvas(len(agreeing), 2, size=(7, 3.6))
    shown = [*agreeing.items(), *conflicting.items()]
    for panel, (title, image) in zip(panels, shown, strict=True):
        image_panel(panel, image.permute(1, 2, 0))
        panel.set_title(title, fontsize=8)
    above, below = (", ".join(t.replace("\n", " ") for t in row) for row in (agreeing, conflicting))
    alt = (
        f"{len(shown)} synthetic pictures, outline and texture of each. Above: {above}. "
        f"Below: {below}."
    )
    return Picture(figure, alt)


@picture
def draw_shape_share(
    shares: Mapping[str, Sequence[tuple[float, float, float]]],
    accuracies: Mapping[str, Sequence[float]],
) -> Picture:
    """Draw the share of decisions that follow the outline: bars, and against the accuracy.

    Args:
        shares: Name of the kind -> (share, low, high) of each seed, from 0 to 1.
        accuracies: Name -> accuracy of each seed where both cues agree, in percent.
    """
    figure, (bars, points) = canvas(2, size=(7, 3.4), sharey=True)
    told, start = [], 0.0
    for index, (name, group) in enumerate(shares.items()):
        places = start + np.arange(len(group))
        start = places[-1] + 2
        share, low, high = 100 * np.asarray(group, dtype=float).T
        # An interval may miss its share by a rounding error; lengths must not be negative.
        lengths = np.maximum([share - low, high - share], 0)
        colour, marker = CYCLE[index % len(CYCLE)], MARKERS[index % len(MARKERS)]
        bars.bar(places, share, 0.8, color=colour, label=name)
        bars.errorbar(places, share, lengths, color="black", linestyle="none", capsize=3)
        accuracy = accuracies[name]
        points.errorbar(accuracy, share, lengths, color=colour, marker=marker, linestyle="none")
        each = (
            f"{s:.1f} ({a:.1f} to {b:.1f}) at {r:.1f}"
            for s, a, b, r in zip(share, low, high, accuracy, strict=True)
        )
        told.append(f"{name}: {', '.join(each)}")
    for axes in (bars, points):
        axes.axhline(50, color=GREY, linestyle="--", linewidth=1)
    bars.set(ylabel="decided by shape (%)", ylim=(0, 100), xticks=[], xlabel="a bar a seed")
    points.set_xlabel("accuracy where cues agree (%)")
    figure.legend(*bars.get_legend_handles_labels(), loc="outside upper center", ncols=len(shares))
    alt = (
        "Share of decisions that follow the outline, in percent, with its 95 % interval, and the "
        f"accuracy where both cues agree; one bar and one point a seed. {'; '.join(told)}."
    )
    return Picture(figure, alt)
