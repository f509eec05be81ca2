"""The pages in results/, made from the records that are kept there and from nothing else."""

from collections.abc import Callable, Sequence
from pathlib import Path

from dynconv_lite.experiments.comparison import (
    Paired,
    RankCorrelation,
    paired_differences,
    rank_correlation,
)
from dynconv_lite.experiments.dynamic_page import attending, dynamic_page
from dynconv_lite.experiments.dynamic_page import pictured as pictured_dynamic
from dynconv_lite.experiments.growth_page import growth_page
from dynconv_lite.experiments.jitter_page import jitter_page, pictured
from dynconv_lite.experiments.jitter_table import jitter_table
from dynconv_lite.experiments.large_kernels_page import large_kernels_page
from dynconv_lite.experiments.large_kernels_page import pictured as pictured_large
from dynconv_lite.experiments.records import Record, load_records, read_record, write_record
from dynconv_lite.experiments.rotation import FAR
from dynconv_lite.experiments.rotation_page import pictured as pictured_rotation
from dynconv_lite.experiments.rotation_page import rotation_page
from dynconv_lite.experiments.super_resolution_family import comparison_page
from dynconv_lite.experiments.super_resolution_page import pictured as pictured_resolution
from dynconv_lite.experiments.super_resolution_page import super_resolution_page
from dynconv_lite.experiments.super_resolution_tables import FOLDER, check_tables_of, copy_tables
from dynconv_lite.experiments.super_resolution_times import NAME as TIMES
from dynconv_lite.experiments.super_resolution_times import Times, read_times
from dynconv_lite.files import ROOT, write_atomic

__all__ = [
    "Paired",
    "RankCorrelation",
    "add_records",
    "check_tables",
    "jitter_table",
    "paired_differences",
    "rank_correlation",
    "write_tables",
]

RESULTS = ROOT / "results"
COMPARISON = "super_resolution_comparison.md"  # made from times as well
PAGES: dict[str, Callable[[Sequence[Record]], str]] = {
    "jitter.md": jitter_page,
    "erf_growth.md": growth_page,
    "dynamic_conv.md": dynamic_page,
    "large_kernels.md": large_kernels_page,
    "rotation.md": rotation_page,
    "super_resolution.md": super_resolution_page,
    COMPARISON: comparison_page,
}


def write_tables(results: Path = RESULTS) -> list[Path]:
    """Write the pages, and the pictures on them, from `results/records`.

    Args:
        results: The folder that holds `records`.

    Returns:
        The files written.

    Raises:
        ValueError: If a record is broken; names every broken one. Nothing is written then.
    """
    records = _all_records(Path(results))
    times = _kept_times(Path(results))
    written = []
    for name, text in _pages(records, times).items():
        path = Path(results) / name
        write_atomic(path, text)
        written.append(path)
    return written + _write_pictures(records, times, Path(results))


def check_tables(results: Path = RESULTS) -> list[str]:
    """Compare the pages with what the records say; write nothing.

    The pictures are left out: another machine may draw the same numbers in other bytes.

    Args:
        results: The folder that holds `records`.

    Returns:
        One sentence for each page that differs, each record that is broken, and each set of
        lookup tables that is not what its record says; none if all fits.
    """
    records, messages = load_records(Path(results) / "records")
    if messages:
        return messages
    try:
        pages = _pages(records, _kept_times(Path(results)))
    except ValueError as error:
        return [str(error)]
    for name, text in pages.items():
        path = Path(results) / name
        if not path.is_file():
            messages.append(f"{path} is missing; ./course results writes it")
        elif path.read_text(encoding="utf-8") != text:
            messages.append(f"{path} differs from what the records say; ./course results writes it")
    return messages + check_tables_of(records, Path(results) / FOLDER)


def add_records(folder: Path, results: Path = RESULTS) -> list[Path]:
    """Copy the finished records of a folder of runs to `results/records`.

    Lookup tables that a run has left go to `results/tables`, if they are small, and the times of
    `./course compare` to `results/benchmarks`, in place of older ones. A configuration whose
    numbers are kept already, and are the same, is left as it is.

    Args:
        folder: Such as `runs/laptop`, or its folder `records`.
        results: The folder that holds `records`.

    Returns:
        The files that are new.

    Raises:
        ValueError: If there is no record, or one is broken, or a record of the same configuration
            with other numbers is kept already, or a record's tables are missing or are others.
            All others are copied before it is raised.
    """
    source, target = Path(folder), Path(results) / "records"
    source = source / "records" if (source / "records").is_dir() else source
    left, kept = source.absolute().parent / FOLDER, Path(results) / FOLDER
    records, refused = load_records(source)
    if not records and not refused:
        raise ValueError(f"{folder} holds no record; give a folder of runs such as runs/laptop")
    added = []
    for record in records:
        path = target / record.file_name
        try:
            if not path.exists():
                copied = copy_tables(record, left, kept)
                added += [copied] if copied is not None else []
                added.append(write_record(record, target))  # last: tables without it are nobody's
                continue
            same = _same_numbers(read_record(path), record)
        except ValueError as error:
            refused.append(str(error))
            continue
        if not same:
            refused.append(
                f"{path} holds other numbers of the same configuration than "
                f"{source / record.file_name}; delete the one that is not to be kept"
            )
    try:
        added += _add_times(left.parent, Path(results))
    except ValueError as error:
        refused.append(str(error))
    if refused:
        raise ValueError("; ".join(refused))
    return added


def _add_times(folder: Path, results: Path) -> list[Path]:
    """Keep the times of a folder of runs, if it has some that are not kept yet."""
    times, path = read_times(folder / TIMES), results / "benchmarks" / TIMES
    if times is None or times == _kept_times(results):
        return []
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(path, times.model_dump_json(indent=1) + "\n")
    return [path]


def _kept_times(results: Path) -> Times | None:
    return read_times(results / "benchmarks" / TIMES)


def _pages(records: Sequence[Record], times: Times | None) -> dict[str, str]:
    """Return the texts of all pages."""
    pages = {name: page(records) for name, page in PAGES.items()}
    return pages | {COMPARISON: comparison_page(records, times)}


def _same_numbers(kept: Record, new: Record) -> bool:
    """Tell whether two records differ in nothing but when and how fast they were made."""
    fields = ("config_hash", "data", "weights_sha256", "tables_sha256")
    metrics = [
        record.metrics.model_copy(update={"final": _untimed(record)}) for record in (kept, new)
    ]
    return metrics[0] == metrics[1] and all(
        getattr(kept, field) == getattr(new, field) for field in fields
    )


def _untimed(record: Record) -> dict[str, float]:
    """Return the final metrics without those that are times."""
    final = record.metrics.final
    return {name: value for name, value in final.items() if not name.startswith("milliseconds")}


def _all_records(results: Path) -> list[Record]:
    records, problems = load_records(results / "records")
    if problems:
        raise ValueError("; ".join(problems))
    return records


def _write_pictures(records: Sequence[Record], times: Times | None, results: Path) -> list[Path]:
    # the course's figures stand above the experiments; only this one command reaches up to them
    from dynconv_lite.course.plots.ch03 import draw_attention, draw_cost
    from dynconv_lite.course.plots.ch05.runs import draw_by_kernel, draw_run_fields
    from dynconv_lite.course.plots.ch07 import draw_area_scatter, draw_erf_grid
    from dynconv_lite.course.plots.ch08 import draw_differences, draw_profiles, draw_scatter
    from dynconv_lite.course.plots.ch08.runs import mean_fields
    from dynconv_lite.experiments.super_resolution_pictures import draw_tradeoff

    pictures = {}
    if shown := pictured(records):
        pictures["jitter_erf.png"] = draw_erf_grid(shown)
        pictures["jitter_scatter.png"] = draw_area_scatter(shown)
    if shown := pictured_dynamic(records):
        pictures["dynamic_conv_cost.png"] = draw_cost(shown)
        if attending(shown):
            pictures["dynamic_conv_attention.png"] = draw_attention(shown)
    if shown := pictured_large(records):
        pictures["large_kernels_accuracy.png"] = draw_by_kernel(shown)
        if any(record.metrics.maps for record in shown):
            pictures["large_kernels_erf.png"] = draw_run_fields(shown)
    if shown := pictured_rotation(records):
        compared = ("test_accuracy", "transfer_knn", "transfer_linear")
        pictures["rotation_differences.png"] = draw_differences(shown, compared)
        fields = ("erf_width", "erf_area_0.5", "erf_anisotropy")
        pictures["rotation_scatter.png"] = draw_scatter(shown, fields)
        if maps := mean_fields(shown):
            pictures["rotation_erf.png"] = draw_profiles(maps, inner=FAR)
    if shown := pictured_resolution(records):
        for cost in ("bytes", "milliseconds"):
            pictures[f"super_resolution_{cost}.png"] = draw_tradeoff(shown, cost, times)
    for name, drawn in pictures.items():
        write_atomic(results / name, drawn.png())
    return [results / name for name in pictures]
