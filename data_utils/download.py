"""Fetch a file over the network: checked, whole or not at all, with words for what went wrong."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path
from typing import Any

from .root import DataError, explain, reported, staged

TIMEOUT = 30.0  # seconds without a single byte before a download is given up
CHUNK = 1 << 16  # bytes
HEADROOM = 16 << 20  # bytes to leave free on the disk


def fetch(
    url: str,
    digest: str,
    target: Path,
    remedy: str = "connect to the network and run again",
    *,
    timeout: float = TIMEOUT,
    progress: bool = True,
) -> Path:
    """Download one file, unless it is there already with the right checksum.

    The bytes go to a partial file beside the target, are checked, and only then take its name, so
    a file of that name is always whole. A broken download starts over at the next call.

    Args:
        url: where the file is.
        digest: its checksum, as "sha256:<hex>" or "md5:<hex>".
        target: where to put it.
        remedy: what a reader can do if it fails, for the error message.
        timeout: seconds of silence before giving up.
        progress: whether to show a progress bar on standard error.

    Returns:
        The target's path.

    Raises:
        ValueError: if the digest is not of that form.
        DataError: if the file cannot be had, saying which, why, and what to do.
    """
    algorithm, _, expected = digest.partition(":")
    if algorithm not in ("sha256", "md5") or not expected:
        raise ValueError(f"digest = {digest!r}: it must be 'sha256:<hex>' or 'md5:<hex>'")
    with reported(target, remedy):
        if target.is_file() and checksum(target, algorithm) == expected:
            return target
        with staged(target) as partial:
            _download(url, partial, target, remedy, timeout, progress)
            found = checksum(partial, algorithm)
            if found != expected:
                raise DataError(
                    target,
                    f"{url} sent {partial.stat().st_size} bytes whose {algorithm} is {found} "
                    f"and not {expected}; they were thrown away",
                    f"run again, in case the transfer was damaged; otherwise {remedy}",
                )
    return target


def checksum(path: Path, algorithm: str) -> str:
    """Compute a file's checksum as lower-case hexadecimal digits."""
    import pooch

    return str(pooch.file_hash(str(path), alg=algorithm))


def need_space(folder: Path, size: int) -> None:
    """Raise OSError (no space) unless `folder`'s disk has room for `size` more bytes."""
    free = shutil.disk_usage(folder).free
    if free < size + HEADROOM:
        text = f"{size / 1e6:.1f} MB are needed and {free / 1e6:.1f} MB are free"
        raise OSError(errno.ENOSPC, text, str(folder))


def _download(
    url: str, partial: Path, target: Path, remedy: str, timeout: float, progress: bool
) -> None:
    from pooch import HTTPDownloader
    from tqdm import tqdm

    answers: list[Any] = []

    def refuse_if_full(response: Any, *_: Any, **__: Any) -> None:
        # requests calls this when the headers have come and before the body does.
        answers.append(response)
        if response.status_code == 200:
            need_space(target.parent, int(response.headers.get("Content-Length", 0)))

    style = {"unit": "B", "unit_scale": True, "leave": False}
    with (
        # pooch sets the true total when it knows it; it asks for one that is not 0 until then.
        tqdm(desc=target.name, total=1, disable=not progress, **style) as bar,
        partial.open("wb") as file,
    ):
        get = HTTPDownloader(
            progressbar=bar,
            chunk_size=CHUNK,
            timeout=timeout,
            hooks={"response": refuse_if_full},
            # A server that compresses on the way would change the length, and then the progress.
            headers={"Accept-Encoding": "identity"},
        )
        try:
            get(url, file, None)
        except OSError as error:  # requests' own errors are of this kind, too
            raise DataError(target, _network_reason(url, error), remedy) from error
        finally:
            for answer in answers:  # pooch leaves the connection open when an answer breaks off
                answer.close()


def _network_reason(url: str, error: OSError) -> str:
    if error.errno is not None and not hasattr(error, "request"):
        return explain(error)
    response = getattr(error, "response", None)
    if response is not None:
        return f"{url} answered {response.status_code} {response.reason}"
    if "timed out" in str(error).lower():
        return f"{url} fell silent"
    return f"{url} could not be reached, or broke off ({type(error).__name__})"
