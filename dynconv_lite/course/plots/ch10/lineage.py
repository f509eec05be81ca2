"""Figures of the whole family: quality against size, against time, and by the year of the idea."""

from collections.abc import Iterable, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from dynconv_lite.course.plots.ch10.family import COURSE, YEARS, Member
from dynconv_lite.course.plots.ch10.labels import Label, write_labels
from dynconv_lite.course.plots.style import (
    BLUE,
    GREEN,
    GREY,
    PURPLE,
    VERMILION,
    Picture,
    canvas,
    picture,
)

LOOKS = {
    "interpolation": (GREEN, "s"),
    "sparse coding": (PURPLE, "P"),
    "deep networks": (BLUE, "^"),
    "lookup tables": (VERMILION, "D"),
}
TICKS = (1981, 1990, 2000, 2004, 2010, 2014, 2018, 2022)
LAST = max(YEARS.values()) + 4  # where the ideas stand that only this course has


@picture
def draw_family(members: Sequence[Member]) -> Picture:
    """Draw quality against size and against time, on logarithmic axes, coloured by family.

    Published figures are open marks, ours filled ones; a line joins the two of one method.

    Args:
        members: At least one; those without a size or times are left out of that panel.

    Raises:
        ValueError: If there is none, or one is of an unknown family.
    """
    _check(members)
    figure, panels = canvas(2, size=(7, 4), sharey=True)
    levels = [m.psnr for m in members]
    for axes, quantity in zip(panels, ("size", "times"), strict=True):
        shown = [m for m in members if getattr(m, quantity)]
        for m in shown:
            _mark(axes, getattr(m, quantity), m)
        for mine, theirs in _pairs(shown):
            xs = [getattr(m, quantity) for m in (theirs, mine)]
            axes.plot(xs, [theirs.psnr, mine.psnr], color=LOOKS[mine.family][0], linewidth=0.7)
        axes.set(xscale="log", ylim=(min(levels) - 0.3, max(levels) + 0.4))
        axes.margins(x=0.15)
        axes.grid(axis="y", color="#eeeeee")
        axes.set_axisbelow(True)
        write_labels(axes, _labels(shown, [getattr(m, quantity) for m in shown], years=True))
    panels[0].set(xlabel="bytes to store", ylabel="Set5, x4, PSNR on luma (dB)")
    panels[1].set(xlabel="times of a bicubic interpolation")
    _legend(figure, members)
    told = "; ".join(map(_told, members))
    return Picture(figure, f"Quality on Set5 against size and time: {told}.")


@picture
def draw_years(members: Sequence[Member]) -> Picture:
    """Draw quality against the year of the idea; what only this course has stands at the right.

    Args:
        members: At least one. A line runs along the best of each family, year by year, ours aside.

    Raises:
        ValueError: If there is none, or one is of an unknown family.
    """
    _check(members)
    shown = [m for m in members if m.year or m.family != "interpolation"]
    figure, (axes,) = canvas(size=(7, 3.6))
    for m in shown:
        _mark(axes, m.year or LAST, m)
    for family, (colour, _) in LOOKS.items():
        best: dict[int, float] = {}
        for m in shown:
            if m.family == family and m.year and not m.ours:
                best[m.year] = max(m.psnr, best.get(m.year, m.psnr))
        axes.plot(sorted(best), [best[year] for year in sorted(best)], color=colour, linewidth=1)
    axes.set(xlim=(1978, LAST + 9), ylabel="Set5, x4, PSNR on luma (dB)")
    axes.set_xticks([*TICKS, LAST], [*map(str, TICKS), "here"])
    axes.tick_params(axis="x", labelsize=8)
    axes.grid(axis="y", color="#eeeeee")
    axes.set_axisbelow(True)
    write_labels(axes, _labels(shown, [m.year or LAST for m in shown], years=False))
    _legend(figure, shown)
    told = "; ".join(
        f"{m.year or COURSE}: {m.name} {m.psnr:.2f} dB ({'ours' if m.ours else 'published'})"
        for m in sorted(shown, key=lambda m: (m.year or LAST, m.psnr))
    )
    return Picture(figure, f"Quality on Set5 by the year of the idea: {told}.")


def _check(members: Sequence[Member]) -> None:
    if not members or any(m.family not in LOOKS for m in members):
        families = sorted({m.family for m in members})
        raise ValueError(f"members must be of {', '.join(LOOKS)}, got {families or 'none'}")


def _mark(axes: Axes, x: float, member: Member) -> None:
    colour, marker = LOOKS[member.family]
    filling = colour if member.ours else "white"
    axes.plot(x, member.psnr, marker, color=colour, markerfacecolor=filling, markersize=5.5)


def _pairs(members: Iterable[Member]) -> list[tuple[Member, Member]]:
    """Return what was measured here and also published, both of them."""
    published: dict[str, Member] = {}
    for member in members:
        if not member.ours:
            published.setdefault(member.method, member)
    return [(m, published[m.method]) for m in members if m.ours and m.method in published]


def _labels(members: Sequence[Member], xs: Sequence[float], years: bool) -> list[Label]:
    """Name each method once: where it was published, if it was."""
    paired = {mine for mine, _ in _pairs(members)}
    return [
        Label(
            "" if m in paired else f"{m.name} {m.year}" if years and m.year else m.name,
            x, m.psnr, LOOKS[m.family][0],
        )
        for m, x in zip(members, xs, strict=True)
    ]  # fmt: skip


def _legend(figure: Figure, members: Sequence[Member]) -> None:
    marks = [
        Line2D([], [], marker=marker, linestyle="", color=colour, markersize=5.5, label=family)
        for family, (colour, marker) in LOOKS.items()
        if any(m.family == family for m in members)
    ]
    for name, filling in (("published", "white"), ("ours", GREY)):
        if any(m.ours == (name == "ours") for m in members):
            marks.append(Line2D([], [], marker="o", linestyle="", color=GREY, markersize=5.5,
                                markerfacecolor=filling, label=name))  # fmt: skip
    figure.legend(handles=marks, loc="outside upper center", ncols=6, fontsize=8,
                  columnspacing=1.0, handletextpad=0.2)  # fmt: skip


def _told(member: Member) -> str:
    size = "" if member.size is None else f", {member.size:.0f} bytes"
    times = "" if member.times is None else f", {member.times:.3g} bicubics"
    whose = "ours" if member.ours else "published"
    return f"{member.name} ({whose}) {member.psnr:.2f} dB{size}{times}"
