"""The page of the super-resolution study: what was published, and what the records say."""

from collections.abc import Mapping, Sequence
from typing import Any

from dynconv_lite.experiments.comparison import spread
from dynconv_lite.experiments.configs.super_resolution import METHODS, OPTIONS, title_of
from dynconv_lite.experiments.markdown import provenance, table
from dynconv_lite.experiments.records import Record
from dynconv_lite.experiments.series import series, settings
from dynconv_lite.experiments.super_resolution_published import (
    PAPER,
    PAPER_ROWS,
    SETS,
    TALK,
    TALK_ROWS,
)

NAME = "super_resolution"
NAMES = {
    "set5": "Set5",
    "set14": "Set14",
    "bsd100": "BSD100",
    "urban100": "Urban100",
    "manga109": "Manga109",
    "photos": "photographs",
}
INTRODUCTION = """# Super-resolution by lookup tables: published and ours

Made from `records/super_resolution-*.json` alone, by `./course results`; `./course results --check`
says whether this page still fits them, and whether `tables/` still holds what they were made with.
New records come from

```sh
./course experiment super_resolution --profile laptop  # or full, on a GPU
./course results --add runs/laptop  # copies finished records and their tables, writes this page
```

A float network is trained; its answers at the nodes of a grid are sampled into tables of bytes;
and the entries of the tables are trained once more, as they will be used. (Where there are no steps
on a network, tables learn without one, on coarse grids first, from tables that repeat every pixel.)
What enlarges a picture in the end, the product, is tables alone. "MuLUT, two side by side" is two
of MuLUT's cascades with half as many nodes on an axis, and the mean of what both give. Pixel-mix
shifts features and puts them side by side. Where the features are bytes, tables can hold what comes
after: "MuLUT + pixel-mix" is three sets of such tables, one on each of MuLUT's patterns, and the
mean of what they give. In its "float network" they are not, and the product is the network. Sums of
one-index tables are trained as such: "sampled" there means rounded. Sparse coding has dictionaries
of patches; deep networks are trained where the profile says so, and otherwise counted.

PSNR in dB and SSIM are means over the pictures of a set, on the Y of YCbCr, not rounded, without a
border as wide as the scale. Low resolution is made by MATLAB's bicubic. Over seeds: mean ± sample
standard deviation (n - 1); (n = 1) is a single run.
"""
PUBLISHED = f"""## Published, x4

The {TALK}, trained on DIV2K; "Shift"
is pixel-mix. It gives neither sizes nor times:

{{talk}}
{PAPER}: PSNR / SSIM as
printed (by its SSIM, the 26.69 of Zeyde et al. may be meant as 29.69). SR-LUT's own tables learned
from DIV2K. Milliseconds are for 320 x 180 to 1280 x 720, on a phone or on a desktop's CPU.

{{paper}}"""
PRODUCTS = {
    "interpolation": "formula",
    "dictionary": "dictionary",
    "fsrcnn": "network",
    "deep": "network",
}
WARNING = (
    "Ours learned from another set of pictures than what is published, and for fewer steps: "
    "compare our rows with each other, and with the published ones only roughly."
)
TIMES = """Milliseconds: 320 x 180 pixels in RGB, the median of several calls, in Python from array
to array, on the device named, whatever else it did at the time; bicubic is this course's exact one
in NumPy, which is not made for speed (`benchmarks/lut.json` has those of OpenCV and Pillow). Bytes
are those of all table entries, or four for each parameter of a network without tables.
"""
TABLES = """From the network to its tables, PSNR: the float network / tables sampled from it /
tables finetuned and rounded. SSIM: network / finetuned.
"""


def super_resolution_page(records: Sequence[Record]) -> str:
    """Write the page, in Markdown.

    Args:
        records: Records of any experiments; those of others are left out.
    """
    parts = [INTRODUCTION, _published()]
    groups = settings(records, NAME)
    for name, group in groups.items():
        parts.append(_section(name, group))
    if not groups:
        parts.append(f"## Ours\n\n{_not_run([])}")
    if pictured(records):
        parts.append(_pictures())
    return "\n".join(parts)


def pictured(records: Sequence[Record]) -> list[Record]:
    """Return the runs that the page shows in pictures: of the x4 setting with most runs on Set5."""
    groups = [
        [r for r in group if r.config["scale"] == 4 and "psnr_set5" in r.metrics.final]
        for group in settings(records, NAME).values()
    ]
    return max(groups, key=len, default=[])


def title(name: str) -> str:
    """Name a series: "SR-LUT, S, table_steps = 100"."""
    method, *changed = name.split(", ", 1)
    return ", ".join([title_of(method), *changed])


def values(runs: Sequence[Record], quantity: str) -> list[float]:
    """Return a final metric of the runs that have it."""
    return [run.metrics.final[quantity] for run in runs if quantity in run.metrics.final]


def in_bytes(size: float) -> str:
    """Write a size as people say it: 27.3 KB, 1.27 MB (1024 and 1024**2 bytes)."""
    return f"{size / 2**20:.2f} MB" if size >= 2**20 else f"{size / 2**10:.1f} KB"


def _published() -> str:
    talk = table(
        ("method", "Set5", "Set14"),
        [(name, f"{five:.2f}", f"{more:.2f}") for name, five, more in TALK_ROWS.values()],
    )
    rows = [
        (
            row.title,
            row.size,
            f"{row.milliseconds:g} {'phone' if row.phone else 'desktop'}",
            *(f"{psnr:.2f} / {ssim:.4f}" for psnr, ssim in row.scores),
        )
        for row in PAPER_ROWS.values()
    ]
    header = ("method", "size", "ms", *(NAMES[name] for name in SETS))
    return PUBLISHED.format(talk=talk, paper=table(header, rows))


def _section(name: str, group: list[Record]) -> str:
    found = series(group)
    keys = [key for key in NAMES if any(f"psnr_{key}" in r.metrics.final for r in group)]
    header = (
        "method",
        "product",
        "size",
        "ms",
        *(f"{NAMES[key]}, PSNR / SSIM" for key in keys),
        "steps, network + tables",
        "seeds",
        "device",
        "minutes a run",
    )
    rows = [_row(title(name), runs, keys) for name, runs in found.items()]
    parts = [f"## Ours: `{name}`\n", f"{_words(group)}\n", provenance(group)]
    parts += [TIMES, table(header, rows), *_recipes(found)]
    tabled = [
        (title(name), *_stages(runs, keys))
        for name, runs in found.items()
        if any(values(runs, f"psnr_{key}_network") for key in keys)
    ]
    if tabled:
        columns = [f"{NAMES[key]}, {what}" for key in keys for what in ("PSNR", "SSIM")]
        parts += [TABLES, table(("method", "network: parameters", "ms", *columns), tabled)]
    return "\n".join([*parts, _not_run([run.config["method"] for run in group])])


def _words(group: Sequence[Record]) -> str:
    config = group[0].config
    learned = {
        "photos": "Learned from a few photographs, to try that everything works",
        "BSDS400": "Learned from BSDS400 only: 400 pictures of 481 x 321 pixels",
        "DIV2K": "Learned from DIV2K: 800 pictures",
    }[config["data"]]
    sizes = sorted({(r.config["batch_size"], r.config["core"]) for r in group if trains(r)})
    steps = " or ".join(f"{count} patches of {core} x {core}" for count, core in reversed(sizes))
    patches = (
        f"; a step takes {steps} pixels of low resolution, each with the margin that its method "
        "sees" if steps else ""
    )  # fmt: skip
    return f"x{config['scale']}. {learned}{patches}. {WARNING}"


def trains(record: Record) -> bool:
    """Tell whether a run took steps on patches."""
    return bool(record.config["network_steps"] or record.config["table_steps"])


def _row(name: str, runs: list[Record], keys: Sequence[str]) -> tuple[str, ...]:
    sizes, config = values(runs, "bytes"), runs[0].config
    product = PRODUCTS.get(config["kind"], "tables")
    if not OPTIONS[config["method"]].tables and product == "tables":
        product = "network"
    return (
        name,
        product,
        in_bytes(sizes[0]) if sizes else "-",
        spread(values(runs, "milliseconds"), 1).removesuffix(" (n = 1)"),
        *(_scores(runs, key) for key in keys),
        _effort(config),
        ", ".join(str(run.seed) for run in runs),
        "; ".join(sorted({run.device for run in runs})),
        spread([run.wall_seconds / 60 for run in runs], 1).removesuffix(" (n = 1)"),
    )


def _recipes(found: Mapping[str, list[Record]]) -> list[str]:
    """Say how methods were trained that had more than squared errors of patches as they are."""
    told, changed = [], ""
    for name, runs in found.items():
        if name != runs[0].config["method"]:
            changed = " A row that names settings was trained like its method's, but for these."
            continue
        config = runs[0].config
        words = {
            "without a network": not config["network_steps"] and config["table_steps"],
            f"on {1 + config.get('coarser', 0)} grids, coarse to fine": config.get("coarser"),
            "by the logarithm of each patch's error": config.get("loss") == "log_mse",
            "in other light and as negatives": config.get("relit"),
            "from pictures at half their size as well": config.get("halves"),
        }
        if any(words.values()):
            told.append(f"{title(name)} {', '.join(w for w, holds in words.items() if holds)}")
    if not told:
        return []
    return [f"Trained by plain squared errors, and on one grid; but {'; '.join(told)}.{changed}\n"]


def _effort(config: dict[str, Any]) -> str:
    """Write how much a run has learned from."""
    if config["kind"] == "dictionary":
        return f"{config['samples']} samples"
    if config["kind"] == "deep" and not config["network_steps"]:
        return "not trained here"
    return f"{config['network_steps']} + {config['table_steps']}"


def _scores(runs: list[Record], key: str) -> str:
    psnr, ssim = values(runs, f"psnr_{key}"), values(runs, f"ssim_{key}")
    told = [spread(found, n) for found, n in ((psnr, 2), (ssim, 4)) if found]
    return " / ".join(each.removesuffix(" (n = 1)") for each in told) or "-"


def _stages(runs: list[Record], keys: Sequence[str]) -> tuple[str, ...]:
    """Write what a method's network and its tables reach, set by set."""
    cells = [
        f"{values(runs, 'parameters')[0]:,.0f}" if values(runs, "parameters") else "-",
        _joined(runs, ("milliseconds_network",), 1),
    ]
    for key in keys:
        cells.append(
            _joined(runs, (f"psnr_{key}_network", f"psnr_{key}_sampled", f"psnr_{key}"), 2)
        )
        cells.append(_joined(runs, (f"ssim_{key}_network", f"ssim_{key}"), 4))
    return tuple(cells)


def _joined(runs: list[Record], quantities: Sequence[str], digits: int) -> str:
    found = (spread(values(runs, quantity), digits) for quantity in quantities)
    return " / ".join(each.removesuffix(" (n = 1)") for each in found)


def _not_run(methods: Sequence[str]) -> str:
    left = [title_of(method) for method in METHODS if method not in methods]
    return f"Not run here: {'; '.join(left) or 'nothing'}.\n"


def _pictures() -> str:
    return (
        "## Pictures\n\nOf the x4 setting with most runs, on Set5. PSNR and bytes are those of the "
        "tables above. Milliseconds are those of `super_resolution_comparison.md`, where all "
        "methods were timed side by side; without such times, each run's own.\n\n"
        "![PSNR on Set5 against the bytes that have to be stored, on a logarithmic axis: ours, and "
        "published ones trained on DIV2K.](super_resolution_bytes.png)\n"
        "\n![PSNR on Set5 against milliseconds for 320 x 180 pixels, on a logarithmic axis: ours, "
        "and published ones on a phone or a desktop.](super_resolution_milliseconds.png)\n"
    )
