"""The whole comparison of super-resolution, published beside ours, and what each idea buys."""

from collections.abc import Sequence
from statistics import fmean

from dynconv_lite.experiments.configs.super_resolution import METHODS, OPTIONS, title_of
from dynconv_lite.experiments.markdown import provenance, table
from dynconv_lite.experiments.records import Record
from dynconv_lite.experiments.series import series_name, settings
from dynconv_lite.experiments.super_resolution_page import NAME, NAMES, in_bytes, values
from dynconv_lite.experiments.super_resolution_published import PAPER, PAPER_ROWS, SETS, Row
from dynconv_lite.experiments.super_resolution_times import BICUBIC, Times

FAMILY = {  # of a kind of method; all others are lookup tables
    "interpolation": "interpolation",
    "dictionary": "sparse coding",
    "fsrcnn": "deep networks",
    "deep": "deep networks",
}
FAMILIES = {
    name: tuple(m for m in METHODS if FAMILY.get(OPTIONS[m].kind, "lookup tables") == name)
    for name in ("interpolation", "lookup tables", "sparse coding", "deep networks")
}
PUBLISHED_BICUBIC = PAPER_ROWS["bicubic"].milliseconds  # on the phone
INTRODUCTION = f"""# The whole comparison, x4: published and ours

Made by `./course compare`, which runs what is missing of the study, times all methods side by side,
and writes this table; `./course results` writes it from what is kept.

```sh
./course compare --profile laptop      # every row; goes on where it was stopped
./course results --add runs/laptop     # keep its records, small tables and times
```

Published: {PAPER}; learned from DIV2K by tables
and networks, from other pictures by sparse coding; times on a phone, or on a desktop's CPU where
marked *. Ours: means over seeds; learned from what the line below the table names. PSNR in dB /
SSIM on luma. A size in KB or MB is what has to be stored, four bytes for each parameter of a
network. "×" is the time in terms of a bicubic interpolation: the paper's on the same phone, and
Pillow's here, in the same process. Bicubic of ours is the exact one of this course, in NumPy, made
to be read.

Zeyde et al. on Set5 is printed as 26.69 with an SSIM of 0.8429. ANR and SR-LUT's F, whose SSIM is
0.8422 and 0.8429, have 29.70 and 29.77, and on the other four sets the method is level with ANR:
most likely 29.69 was meant. Both are shown.
"""
WORTH = """## What the ideas buy

Decibels above bicubic interpolation, the paper's on Set5 and ours on {}; the same for each kilobyte
that has to be stored; and what it costs, in times of a bicubic interpolation. Nothing is stored for
an interpolation.
"""
NOTE = {"zeyde": " [29.69?]"}  # 3 dB more than printed
ABSENT = "not run here"


def comparison_page(records: Sequence[Record], times: Times | None = None) -> str:
    """Write the page, in Markdown.

    Args:
        records: Of any experiments; those of the x4 setting that has most runs on Set5 count, or
            of the largest one.
        times: Of the methods, side by side; None leaves them out.
    """
    ours = _shown(records)
    found = {method: [r for r in ours if series_name(r) == method] for method in METHODS}
    keys = [key for key in NAMES if any(values(runs, f"psnr_{key}") for runs in found.values())]
    keys = keys or list(SETS[:2])
    header = ["family", "method", "size: paper", "size: ours", "ms: paper", "ms: ours"]
    header += [f"{NAMES[key]}: {whose}" for key in keys for whose in ("paper", "ours")]
    rows = [
        (family, title_of(method), *_costs(method, found[method], times),
         *_qualities(method, found[method], keys))
        for family, methods in FAMILIES.items() for method in methods
    ]  # fmt: skip
    parts = [INTRODUCTION, table(header, rows), _made_with(ours, times)]
    parts += [WORTH.format(NAMES[keys[0]]), table(WORTH_HEADER, _worths(found, times, keys[0]))]
    return "\n".join(parts)


def _shown(records: Sequence[Record]) -> list[Record]:
    """Return the runs of the x4 setting that has most of them on Set5, or else at all."""
    groups = [
        [r for r in group if r.config["scale"] == 4] for group in settings(records, NAME).values()
    ]

    def rank(group: list[Record]) -> tuple[int, int]:
        return sum("psnr_set5" in r.metrics.final for r in group), len(group)

    return max(groups, key=rank, default=[])


def _costs(method: str, runs: list[Record], times: Times | None) -> tuple[str, ...]:
    """Write sizes and times, the paper's and ours."""
    row, sizes = PAPER_ROWS.get(method), values(runs, "bytes")
    counts = values(runs, "parameters")
    network = method in FAMILIES["deep networks"] and counts
    size = f"{counts[0]:,.0f} params" if network else in_bytes(sizes[0]) if sizes else "-"
    theirs = "-" if row is None else f"{row.milliseconds:g}{_ratio_of(row)}"
    if times is None or method not in times.milliseconds:
        return (row.size if row else "-", size, theirs, ABSENT)
    ours = f"{times.milliseconds[method]:.4g} ({_factor(times.ratio[method])})"
    return (row.size if row else "-", size, theirs, ours)


def _ratio_of(row: Row) -> str:
    return f" ({_factor(row.milliseconds / PUBLISHED_BICUBIC)})" if row.phone else "*"


def _factor(ratio: float) -> str:
    return f"{ratio:.3g}×" if ratio < 100 else f"{ratio:,.0f}×"


def _qualities(method: str, runs: list[Record], keys: Sequence[str]) -> list[str]:
    """Write PSNR and SSIM on every set, the paper's and ours."""
    row, cells = PAPER_ROWS.get(method), []
    untrained = bool(runs) and not any(values(runs, f"psnr_{key}") for key in keys)
    for key in keys:
        note = NOTE.get(method, "") if key == "set5" else ""
        known = row is not None and key in SETS
        psnr, ssim = row.scores[SETS.index(key)] if row and known else (None, None)
        cells.append("-" if psnr is None else f"{psnr:.2f}{note} / {ssim:.4f}")
        found = [values(runs, f"{quantity}_{key}") for quantity in ("psnr", "ssim")]
        if all(found):
            cells.append(f"{fmean(found[0]):.2f} / {fmean(found[1]):.4f}")
        else:
            cells.append("not trained here" if untrained else ABSENT)
    return cells


def _made_with(ours: list[Record], times: Times | None) -> str:
    """Say what made our numbers."""
    timed = "Times: not taken here."
    if times is not None:
        base = times.milliseconds[BICUBIC]
        timed = (
            f"Times: {times.what}; median of {times.rounds} rounds (one call, if it takes longer "
            f"than 5 s), on {times.cpu}, {times.threads} threads, torch {times.torch}; "
            f"Pillow's bicubic {base:.4g} ms."
        )
    if not ours:
        return f"Ours: {ABSENT}. {timed}\n"
    runs = [r for r in ours if any(name.startswith("psnr") for name in r.metrics.final)] or ours
    seeds = ", ".join(str(seed) for seed in sorted({r.seed for r in runs}))
    devices = "; ".join(sorted({r.device for r in runs}))
    return (
        f"Profile {ours[0].config['profile']}, seeds {seeds}, {devices}. {provenance(runs)}\n"
        f"{timed}\n"
    )


WORTH_HEADER = (
    "method", "dB: paper", "dB: ours", "dB per KB: paper", "dB per KB: ours", "×: paper", "×: ours"
)  # fmt: skip


def _worths(found: dict[str, list[Record]], times: Times | None, key: str) -> list[tuple[str, ...]]:
    """Write what each method gains on a set, and for what."""
    plain = values(found["bicubic"], f"psnr_{key}")
    rows: list[tuple[str, ...]] = []
    for method in (m for methods in FAMILIES.values() for m in methods):
        row, runs = PAPER_ROWS.get(method), found[method]
        theirs = None if row is None else row.scores[0][0] - PAPER_ROWS["bicubic"].scores[0][0]
        psnr = values(runs, f"psnr_{key}")
        gain = fmean(psnr) - fmean(plain) if psnr and plain else None
        size = fmean(values(runs, "bytes")) if values(runs, "bytes") else None
        ratio = times.ratio.get(method) if times is not None else None
        meant = f" [{_signed(theirs + 3)}?]" if theirs is not None and method in NOTE else ""
        rows.append(
            (
                title_of(method),
                _signed(theirs) + meant,
                _signed(gain),
                _per_kilobyte(theirs, row.bytes if row else None),
                _per_kilobyte(gain, size),
                _factor(row.milliseconds / PUBLISHED_BICUBIC) if row and row.phone else "-",
                "-" if ratio is None else _factor(ratio),
            )
        )
    return rows


def _signed(gain: float | None) -> str:
    return "-" if gain is None else f"{gain:+.2f}"


def _per_kilobyte(gain: float | None, size: float | None) -> str:
    return "-" if gain is None or not size else f"{gain / (size / 1024):.3g}"
