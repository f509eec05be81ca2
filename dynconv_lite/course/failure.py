"""How a wrong answer is reported: in short, and in the learner's own frames."""

import dis
import traceback
from types import TracebackType


class CheckFailed(AssertionError):
    """An answer is wrong; the message says how, and what to try."""

    def _render_traceback_(self) -> list[str]:
        """Show the message in Jupyter, after the learner's own error if there was one."""
        cause = self.__cause__
        lines = [] if cause is None else [*_format(cause), ""]
        return [*lines, str(self)]


class Unsolved(Exception):
    """The learner's function still raises NotImplementedError."""


def own_frames(tb: TracebackType | None) -> TracebackType | None:
    """Drop the frames of this package's checks, which lead to the learner's own."""
    while tb is not None and tb.tb_frame.f_globals.get("__name__") == "dynconv_lite.course.answer":
        tb = tb.tb_next
    return tb


def is_stub(tb: TracebackType | None) -> bool:
    """Tell a `raise NotImplementedError` of the learner's from one that comes out of a library."""
    if tb is None:
        return False
    while tb.tb_next is not None:
        tb = tb.tb_next
    library = str(tb.tb_frame.f_globals.get("__name__")).partition(".")[0] in ("torch", "numpy")
    return not library and tb.tb_frame.f_code.co_code[tb.tb_lasti] == dis.opmap["RAISE_VARARGS"]


def _format(error: BaseException) -> list[str]:
    """Format a learner's error as Jupyter does, or as Python does elsewhere."""
    from IPython import get_ipython

    shell = get_ipython()
    if shell is None:
        return "".join(traceback.format_exception(error)).splitlines()
    return list(shell.InteractiveTB.structured_traceback(type(error), error, error.__traceback__))
