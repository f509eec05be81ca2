"""Figures of PSNR: small trainings of this chapter, and the study beside the talk."""

from collections.abc import Mapping, Sequence
from typing import Any

from dynconv_lite.course.plots.style import (
    BLUE,
    CYCLE,
    GREY,
    ORANGE,
    Picture,
    canvas,
    picture,
)
from dynconv_lite.experiments.records import Record
from dynconv_lite.experiments.series import unchanged
from dynconv_lite.experiments.super_resolution_published import TALK_ROWS

SETS = ("set5", "set14")
NAME = "super_resolution"
NOT_RUN = "not run here"


def study(records: Sequence[Record], profile: str = "laptop") -> dict[str, list[Record]]:
    """Return the runs of the super-resolution study at x 4: method -> its runs, by seed.

    Args:
        records: Runs of any studies.
        profile: Only those of this profile, with all its numbers.
    """
    found: dict[str, list[Record]] = {}
    for record in sorted(unchanged(records, NAME, profile), key=lambda record: record.seed):
        found.setdefault(record.config["method"], []).append(record)
    return found


@picture
def draw_scores(scores: Mapping[str, Sequence[float]], bicubic: float) -> Picture:
    """Draw the PSNR of small trainings: a row a network, a mark a seed.

    Args:
        scores: Name -> mean PSNR over the test photographs, a value a seed.
        bicubic: PSNR of bicubic interpolation, drawn as a line.
    """
    figure, (axes,) = canvas(1, size=(6.4, min(4.0, 0.36 * len(scores) + 1.1)))
    axes.axvline(bicubic, color=GREY, linestyle="--", linewidth=1.3)
    axes.text(bicubic, -0.6, "bicubic", color=GREY, fontsize=9, ha="center", va="bottom")
    told = []
    for row, (name, values) in enumerate(scores.items()):
        colour = CYCLE[row % len(CYCLE)]
        axes.plot(values, [row] * len(values), "o", color=colour, markersize=8,
                  markerfacecolor="none", markeredgewidth=1.8)  # fmt: skip
        told.append(f"{name} {', '.join(f'{value:.2f}' for value in values)}")
    axes.set_yticks(range(len(scores)), list(scores))
    axes.set(xlabel="PSNR on luma (dB)", ylim=(len(scores) - 0.5, -0.5))
    axes.margins(x=0.1)
    axes.grid(axis="y", color="#dddddd", linewidth=1)
    axes.set_axisbelow(True)
    alt = f"PSNR in dB, a value a seed: {'; '.join(told)}. Bicubic interpolation {bicubic:.2f}."
    return Picture(figure, alt)


@picture
def draw_talk(ours: Mapping[str, Sequence[Record]]) -> Picture:
    """Draw the talk's table beside our runs, a panel a test set.

    Args:
        ours: Method -> its runs; methods and test sets that are missing say so.
    """
    figure, panels = canvas(2, size=(7, 2.7), sharey=True)
    look: dict[str, Any] = {"linestyle": "none", "markersize": 7}
    told, handles = [], {}
    for column, (axes, test) in enumerate(zip(panels, SETS, strict=True)):
        for row, (method, (name, *published)) in enumerate(TALK_ROWS.items()):
            handles["the talk, DIV2K"] = axes.plot(
                published[column], row, marker="D", color=ORANGE, **look
            )[0]
            finals = [run.metrics.final for run in ours.get(method, ())]
            found = [final[f"psnr_{test}"] for final in finals if f"psnr_{test}" in final]
            if found:
                handles["ours, BSDS400"] = axes.plot(
                    found, [row] * len(found), marker="o", color=BLUE, alpha=0.8, **look
                )[0]
            else:
                right = 2 * row < len(TALK_ROWS)  # where the row's diamond does not stand
                axes.text(0.98 if right else 0.02, row, NOT_RUN, color=GREY, fontsize=8,
                          ha="right" if right else "left", va="center",
                          transform=axes.get_yaxis_transform())  # fmt: skip
            mine = ", ".join(f"{value:.2f}" for value in found) or NOT_RUN
            told.append(f"{test}, {name}: talk {published[column]:.2f}, ours {mine}")
        axes.set_title(test.capitalize())
        axes.set(xlabel="PSNR (dB)", ylim=(len(TALK_ROWS) - 0.5, -0.5))
        axes.margins(x=0.15)
    panels[0].set_yticks(range(len(TALK_ROWS)), [name for name, *_ in TALK_ROWS.values()])
    figure.legend(handles.values(), handles.keys(), loc="outside upper center", ncols=2, fontsize=9)
    return Picture(figure, f"PSNR in dB at x 4. {'; '.join(told)}.")
