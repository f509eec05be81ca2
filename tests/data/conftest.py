"""A folder served over loopback, and the real data where this machine has them."""

import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@dataclass(frozen=True)
class Served:
    folder: Path
    url: str


@pytest.fixture
def served(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Served]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    folder = tmp_path_factory.mktemp("served")
    handler = partial(Quiet, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield Served(folder, f"http://127.0.0.1:{server.server_port}")
        server.shutdown()


@pytest.fixture
def real_root() -> Callable[[str], Path]:
    """Give the data root if it has a certain file or folder; otherwise skip, saying why."""

    def find(needed: str) -> Path:
        root = os.environ.get("DYNCONV_DATA")
        if not root or not (Path(root) / needed).exists():
            pytest.skip(f"needs real data: DYNCONV_DATA has no {needed}")
        return Path(root)

    return find
