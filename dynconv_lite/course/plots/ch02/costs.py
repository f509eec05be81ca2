"""A figure of what mixing costs: multiplications against the places that share a mixture."""

from collections.abc import Mapping, Sequence

import matplotlib as mpl
import numpy as np

from dynconv_lite.course.plots.style import CYCLE, DASHES, GREY, Picture, canvas, picture


@picture
def draw_costs(
    places: Sequence[int], costs: Mapping[str, Sequence[float]], marks: Mapping[str, int]
) -> Picture:
    """Draw multiplications *for one place* against the number of places.

    Args:
        places: Numbers of places, rising.
        costs: Way to compute, and multiplications for all places together, one for each number.
        marks: Words and a number of places, to be marked.

    Raises:
        ValueError: If a way has not as many numbers as there are places.
    """
    lengths = {name: len(values) for name, values in costs.items()}
    if not costs or set(lengths.values()) != {len(places)}:
        raise ValueError(f"costs must have {len(places)} numbers each, got {lengths}")
    figure, (axes,) = canvas(1, size=(6.4, 3.2))
    x = np.asarray(places, dtype=float)
    told = []
    for index, (name, values) in enumerate(costs.items()):
        y = np.asarray(values, dtype=float) / x
        axes.plot(x, y, color=CYCLE[index], linestyle=DASHES[index % 4], label=name)
        told.append(f"{name}: {y[0]:.0f} at {places[0]}, {y[-1]:.0f} at {places[-1]}")
    axes.set(xscale="log", xlabel="places that share one mixture", ylim=(0, None))
    axes.yaxis.set_major_formatter(mpl.ticker.StrMethodFormatter("{x:,.0f}"))
    axes.set_ylabel("multiplications\nfor one place")
    for word, place in marks.items():
        axes.axvline(place, color=GREY, linewidth=1, linestyle=":")
        axes.text(place, 0.98, f" {word}", transform=axes.get_xaxis_transform(), va="top",
                  fontsize=9)  # fmt: skip
    axes.legend(loc="center right")
    alt = f"Multiplications for one place, by the number of places. {'; '.join(told)}."
    return Picture(figure, alt)
