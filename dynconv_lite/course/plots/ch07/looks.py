"""One colour and one marker for each method of a study, the same in every figure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from dynconv_lite.course.plots.style import BLUE, GREEN, GREY, ORANGE, PURPLE, SKY, VERMILION

BLACK = "#000000"  # the eighth colour of Okabe and Ito's palette
COLOURS = {  # of the jitter study
    "baseline": (BLACK, "o"),
    "shift_det": (BLUE, "s"),
    "shift_learnable": (VERMILION, "^"),
    "shift_float_0.5": (GREEN, "D"),
    "shift_int": (ORANGE, "v"),
    "shift_int_fading": (SKY, "P"),
    "shift_learnable_stable": (PURPLE, "X"),
}
DASHES = ("--", ":", "-.")


@dataclass(frozen=True)
class Look:
    """How a series is drawn: a change of its method shows as dashes and hollow markers."""

    colour: str
    marker: str
    dashes: str = "-"

    @property
    def line(self) -> dict[str, Any]:
        """Arguments of `Axes.plot`."""
        return {"color": self.colour, "linestyle": self.dashes, **self.points}

    @property
    def points(self) -> dict[str, Any]:
        """Arguments of `Axes.plot` for markers alone."""
        face = self.colour if self.dashes == "-" else "white"
        return {"marker": self.marker, "markerfacecolor": face, "markeredgecolor": self.colour}


def looks(
    names: Iterable[str], colours: Mapping[str, tuple[str, str]] = COLOURS
) -> dict[str, Look]:
    """Give every series of a figure its look.

    Args:
        names: Names of series, as `experiments.series.series_name` makes them.
        colours: Colour and marker of every method.
    """
    found: dict[str, Look] = {}
    changed: dict[str, int] = {}
    for name in names:
        method, *rest = name.split(", ")
        colour, marker = colours.get(method, (GREY, "*"))
        if not rest:
            found[name] = Look(colour, marker)
            continue
        place = changed.get(method, 0)
        changed[method] = place + 1
        found[name] = Look(colour, marker, DASHES[place % len(DASHES)])
    return found


def short(name: str) -> str:
    """Break a series' name for a legend or a title: its changes come below the method."""
    return name.replace(", ", "\n")


def narrow(name: str, width: int = 11) -> str:
    """Break a series' name for a narrow column, after underscores and at spaces."""
    words = name.replace(" = ", "=").replace("_", "_ ").split()
    lines = [""]
    for word in words:
        joined = lines[-1] + ("" if lines[-1].endswith("_") or not lines[-1] else " ") + word
        if len(joined) <= width or not lines[-1]:
            lines[-1] = joined
        else:
            lines.append(word)
    return "\n".join(lines)
