"""How far two outputs lie apart: as maps, and over a training."""

from collections.abc import Mapping, Sequence

from torch import Tensor

from dynconv_lite.course.plots.style import CYCLE, DASHES, GREY, Picture, canvas, picture
from dynconv_lite.course.plots.style import signed_panel as signed

FLOOR = 1e-9  # what is drawn for an error of exactly 0, on a logarithmic axis


@picture
def draw_difference(first: Tensor, second: Tensor, names: tuple[str, str]) -> Picture:
    """Draw two maps on one scale, and their difference on a scale of its own.

    Args:
        first: (H, W).
        second: (H, W).
        names: Of the two.
    """
    figure, (left, middle, right) = canvas(3, size=(7, 2.5))
    limit = max(float(first.abs().max()), float(second.abs().max())) or 1.0
    signed(left, first, names[0], vmin=-limit, vmax=limit)
    signed(middle, second, names[1], vmin=-limit, vmax=limit)
    off = second - first
    most = float(off.abs().max())
    signed(right, off, f"difference, up to {most:.2g}")
    far = off.abs() > 1e-3 * limit
    where = "nowhere"
    if bool(far.any()):
        rim = far.clone()
        rim[1:-1, 1:-1] = False
        where = "at the outermost pixels alone" if bool((rim == far).all()) else "inside as well"
    alt = (
        f"Two maps of {first.shape[0]} x {first.shape[1]} pixels, {names[0]} and {names[1]}, and "
        f"their difference: up to {most:.2g}, where the largest value is {limit:.2g}. "
        f"{int(far.sum())} pixels differ by more than a thousandth of it, {where}."
    )
    return Picture(figure, alt)


@picture
def draw_errors(
    steps: Sequence[int], errors: Mapping[str, Sequence[float]], tolerance: float
) -> Picture:
    """Draw the error of several ways to fuse a network, over the steps of its training.

    Args:
        steps: At which the errors were measured, from 0.
        errors: Name -> the largest difference of outputs at each step, as a share of the largest
            output.
        tolerance: That of a test, drawn as a line.
    """
    figure, (axes,) = canvas(1, size=(7, 3.4))
    for index, (name, values) in enumerate(errors.items()):
        axes.plot(steps, [max(value, FLOOR) for value in values], marker="o", markersize=4,
                  color=CYCLE[index % len(CYCLE)], linestyle=DASHES[index % len(DASHES)],
                  label=name)  # fmt: skip
    axes.axhline(tolerance, color=GREY, linewidth=1)
    axes.text(steps[-1], tolerance, " a test's tolerance", color=GREY, ha="right", va="bottom",
              fontsize=9)  # fmt: skip
    axes.set(yscale="log", xlabel="step of the training",
             ylabel="largest difference,\nas a share of the largest output")  # fmt: skip
    axes.set_xscale("symlog", linthresh=1)
    axes.set_xticks(steps, [str(step) for step in steps])
    axes.minorticks_off()
    axes.set_xlim(-0.1, 1.2 * steps[-1])  # symlog would show as much below 0
    figure.legend(loc="outside right center", fontsize=9)
    told = "; ".join(
        f"{name} {values[0]:.0e} at step {steps[0]}, {values[-1]:.0e} at step {steps[-1]}"
        for name, values in errors.items()
    )
    alt = (
        f"Error of {len(errors)} ways to fuse a network, as a share of the largest output, on a "
        f"logarithmic scale. {told}. "
    )
    return Picture(figure, alt + f"The line is a tolerance of {tolerance:g}.")
