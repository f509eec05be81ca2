"""The command that fills the whole comparison table of super-resolution: compare."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from dynconv_lite.cli_shared import DeviceChoice, ProfileChoice, refusing, stop
from dynconv_lite.files import ROOT, write_atomic

comparing = typer.Typer()
STUDY = "super_resolution"


@comparing.command()
def compare(
    profile: Annotated[ProfileChoice, typer.Option(help="How much to compute.")] = (
        ProfileChoice.SMOKE
    ),
    methods: Annotated[
        list[str] | None,
        typer.Option(metavar="A,B", help="Rows to fill; all by default."),
    ] = None,
    rounds: Annotated[int, typer.Option(min=1, help="Calls of each method for its time.")] = 5,
    device: Annotated[DeviceChoice, typer.Option(help="Where to train.")] = DeviceChoice.AUTO,
    out: Annotated[Path, typer.Option(help="The folder of results.")] = Path("runs"),
) -> None:
    """Fill the comparison table of super-resolution: published beside ours.

    Runs what is missing of the study super_resolution, times all methods side by side on the CPU,
    and writes OUT/PROFILE/comparison.md. A command that was stopped goes on where it was.
    """
    from tqdm import tqdm

    from dynconv_lite.experiments.job import choose_device
    from dynconv_lite.experiments.matrix import parse_words, plan_matrix
    from dynconv_lite.experiments.progress import execute
    from dynconv_lite.experiments.records import load_records
    from dynconv_lite.experiments.super_resolution_family import comparison_page
    from dynconv_lite.experiments.super_resolution_times import NAME, take_times, ways

    with refusing("--methods"):
        chosen = parse_words(methods or [])
        runs = plan_matrix(
            STUDY, profile.value, methods=chosen, out=out, root=ROOT, device=device.value
        )
    with refusing("--device"):
        choose_device(device.value)
    folder = out / profile.value
    try:
        failed = [o for o in execute(runs) if o.error is not None]
        kept, broken = load_records(folder / "records")
        ours = [r for r in kept if r.experiment == STUDY and r.config["profile"] == profile.value]
        found = ways(ours, folder / "records")
        with tqdm(total=1.0, file=sys.stderr, leave=False, disable=None) as bar:

            def report(share: float, name: str) -> None:
                bar.set_description(name)
                bar.update(share - bar.n)

            times = take_times(found, rounds, report)
        write_atomic(folder / NAME, times.model_dump_json(indent=1) + "\n")
        page = folder / "comparison.md"
        write_atomic(page, comparison_page(ours, times))
    except KeyboardInterrupt:
        typer.echo("Stopped; the same command goes on from there.", err=True)
        raise typer.Exit(130) from None
    except (OSError, ValueError) as error:
        stop(str(error))
    for sentence in [*broken, *(str(outcome.error) for outcome in failed)]:
        typer.echo(sentence, err=True)
    typer.echo(f"wrote {page}")
    raise typer.Exit(1 if broken or failed else 0)
