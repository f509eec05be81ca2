"""Exercise 8: the temperature over training."""

from dynconv_lite.course.answer import Answer
from dynconv_lite.course.case import Case
from dynconv_lite.course.checks.ch02.schedule_mistakes import HINTS, MISTAKES
from dynconv_lite.course.draw import Random
from dynconv_lite.course.exercise import exercise


def _temperature_at(epoch: float, start: float, end: float, epochs: float) -> float:
    """Return the temperature of an epoch: on a line from `start` to `end`, then constant.

    Args:
        epoch: counted from 0; may be fractional.
        start: the temperature at epoch 0.
        end: the temperature at `epochs`, and from then on.
        epochs: how long the change takes; 0 gives `end` at once.
    """
    share = min(epoch / epochs, 1.0) if epochs else 1.0
    return start + share * (end - start)


@exercise("Exercise 8: a falling temperature", fallback=_temperature_at)
def temperature_at(answer: Answer, random: Random) -> None:
    """Check `temperature_at(epoch, start, end, epochs)`: four numbers -> one number."""
    start, end = float(random.integer(20, 40)), float(random.integer(1, 3))
    epochs = random.integer(7, 12)
    middle = random.integer(2, 4)

    def case(new: str, epoch: float, a: float, b: float, n: int) -> Case:
        return Case({"epoch": epoch, "start": a, "end": b, "epochs": n}, new)

    cases = [
        case("the first epoch", 0, start, end, epochs),
        case("the end of the fall", epochs, start, end, epochs),
        case("an epoch on the way", middle, start, end, epochs),
        case("another epoch on the way", epochs - 2, start, end, epochs),
        case("a fraction of an epoch", middle + random.integer(6, 9) / 10, start, end, epochs),
        case("an epoch after the end", epochs + random.integer(2, 4), start, end, epochs),
        case("a temperature that rises", middle, end, start, epochs),
        case("one that has risen", epochs + middle, end, start, epochs),
        case("a fall within one epoch", 0.25, start, end, 1),
        case("no time to fall in", 0, start, end, 0),
        case("half an epoch after no time", 0.5, start, end, 0),
        case("later than no time", middle, start, end, 0),
    ]
    answer.compare(_temperature_at, cases, MISTAKES, hints=HINTS)
