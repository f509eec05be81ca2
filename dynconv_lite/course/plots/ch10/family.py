"""The whole family: what each idea since bicubic interpolation reaches, and what it costs."""

from collections.abc import Sequence
from dataclasses import dataclass

from dynconv_lite.course.plots.ch10.trade import mean_of, short
from dynconv_lite.experiments.records import Record
from dynconv_lite.experiments.super_resolution_family import FAMILIES
from dynconv_lite.experiments.super_resolution_published import PAPER_ROWS
from dynconv_lite.experiments.super_resolution_times import Times

# of the paper in which a method appeared; what only this course has is not there
YEARS = {
    "bicubic": 1981,
    "ne_lle": 2004,
    "zeyde": 2010,
    "anr": 2013,
    "aplus": 2014,
    "fsrcnn": 2016,
    "carn_m": 2018,
    "rrdb": 2018,
    "srlut_v": 2021,
    "srlut_f": 2021,
    "srlut_s": 2021,
    "mulut": 2022,
}
# Zeyde et al. on Set5: printed as 26.69, with the SSIM (0.8429) of a method that has 29.77
MEANT = {"zeyde": 29.69}
SHORTER = {"zeyde": "Zeyde"}
# Li et al. 2022, table 1; six tables, of which three answer with one byte and three with 16
MULUT_PSNR, MULUT_BYTES = 30.60, 3 * 17**4 * (1 + 16)
COURSE = "this course"


@dataclass(frozen=True)
class Member:
    """A method, as somebody measured it.

    Attributes:
        method: As in the study's configuration.
        name: What it is called in a figure.
        family: One of `FAMILIES`.
        psnr: On luma of Set5, x4, in dB.
        size: Bytes to store; None if there are none, or not known.
        times: In terms of a bicubic interpolation by the same machine; None if not known.
        ours: Whether measured by this course.
    """

    method: str
    name: str
    family: str
    psnr: float
    size: float | None = None
    times: float | None = None
    ours: bool = False

    @property
    def year(self) -> int | None:
        """Of the idea; None if only this course has it."""
        return YEARS.get(self.method)


def published_members() -> list[Member]:
    """Return what papers say. Times are a phone's; those of a desktop have no bicubic beside them.

    A value that is a misprint is there twice, as printed and as it may have been meant.
    """
    base, members = PAPER_ROWS["bicubic"].milliseconds, []
    for method, row in PAPER_ROWS.items():
        psnr, times = row.scores[0][0], row.milliseconds / base if row.phone else None
        name, family = _name(method), _family(method)
        if method in MEANT:
            members.append(Member(method, name, family, MEANT[method], row.bytes, times))
            name = f"printed: {name}"
        members.append(Member(method, name, family, psnr, row.bytes, times))
    members.append(Member("mulut", _name("mulut"), _family("mulut"), MULUT_PSNR, MULUT_BYTES))
    return members


def own_members(records: Sequence[Record], times: Times | None = None) -> list[Member]:
    """Return what the study has measured here; methods without a PSNR are left out.

    Args:
        records: Runs of `super_resolution`, any subset of its methods, or none.
        times: Of the methods, side by side; None leaves them out.
    """
    ratios, members = times.ratio if times else {}, []
    for method in (m for methods in FAMILIES.values() for m in methods):
        psnr, size = mean_of(records, method, "psnr_set5"), mean_of(records, method, "bytes")
        if psnr is not None:
            members.append(
                Member(method, _name(method), _family(method), psnr, size or None,
                       ratios.get(method), ours=True)
            )  # fmt: skip
    return members


def gains(members: Sequence[Member]) -> list[tuple[str, ...]]:
    """Return a table's rows: what each idea brought above bicubic interpolation, and its price.

    Args:
        members: Each is compared with the bicubic of the same source, which must be among them.

    Returns:
        Idea, year, whose figures, dB above bicubic, the same for each kilobyte (1024 bytes), times
        of a bicubic interpolation, dB for each of those; "-" where something is not known. In the
        order of the years, interpolations left out.
    """
    bases = {m.ours: m.psnr for m in members if m.method == "bicubic"}
    rows: list[tuple[str, ...]] = []
    for m in sorted(members, key=lambda m: (m.year or 9999, m.method, m.ours)):
        if m.family == "interpolation" or m.ours not in bases:
            continue
        gain = m.psnr - bases[m.ours]
        rows.append((
            m.name, str(m.year or COURSE), "here" if m.ours else "paper", f"{gain:+.2f}",
            f"{m.size / 1024:,.0f}" if m.size else "-",
            f"{gain / (m.size / 1024):.2g}" if m.size else "-",
            f"{m.times:.2g}" if m.times and m.times < 10 else f"{m.times:,.0f}" if m.times else "-",
            f"{gain / m.times:.2g}" if m.times else "-",
        ))  # fmt: skip
    return rows


def _name(method: str) -> str:
    return SHORTER.get(method, short(method))


def _family(method: str) -> str:
    return next(family for family, methods in FAMILIES.items() if method in methods)
