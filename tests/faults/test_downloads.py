"""Downloads that go wrong: each ends in one clear error, and the next call succeeds."""

import errno
import hashlib
import io
import os
import shutil
import signal
import socket
import subprocess
import sys
import tarfile
import threading
import time
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from data_utils import DataError
from data_utils.archive import extract
from data_utils.download import fetch
from data_utils.root import ABANDONED_AFTER, PARTIAL

CONTENT = bytes(range(256)) * 4096  # 1 MiB
DIGEST = "sha256:" + hashlib.sha256(CONTENT).hexdigest()
REMEDY = "ask the teacher"
posix_only = pytest.mark.skipif(os.name != "posix", reason="needs POSIX signals and permissions")


class Server(ThreadingHTTPServer):
    """A server that behaves as its `mode` says, and counts what it was asked."""

    daemon_threads = True
    mode = "good"
    requests = 0

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.release = threading.Event()  # lets a stalled answer end

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/picture.bin"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        self.server.requests += 1
        mode = self.server.mode
        if mode in ("404", "503"):
            self.send_error(int(mode))
            return
        body = CONTENT[::-1] if mode == "corrupt" else CONTENT
        if mode == "cut off":  # a whole answer by its own account, but half of the file
            body = CONTENT[: len(CONTENT) // 2]
        self.send_response(200)
        if mode != "no length":
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if mode in ("stalled", "interrupted"):
            self.wfile.write(body[: len(body) // 2])
            self.wfile.flush()
            if mode == "stalled":
                self.server.release.wait(30)
            return
        self.wfile.write(body)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with Server() as running:
        threading.Thread(target=running.serve_forever, args=(0.02,), daemon=True).start()
        yield running
        running.release.set()
        running.shutdown()


def leftovers(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name.endswith(PARTIAL)]


def get(server: Server, target: Path, timeout: float = 5.0) -> Path:
    return fetch(server.url, DIGEST, target, REMEDY, timeout=timeout, progress=False)


@pytest.mark.parametrize("mode", ["good", "no length"])
def test_a_good_file_arrives_whole_and_is_not_fetched_twice(
    server: Server, tmp_path: Path, mode: str
) -> None:
    server.mode = mode
    target = tmp_path / "new" / "folder" / "picture.bin"
    assert get(server, target) == target
    assert get(server, target).read_bytes() == CONTENT
    assert server.requests == 1
    assert leftovers(target.parent) == []


@pytest.mark.parametrize(
    ("mode", "words"),
    [
        ("404", "answered 404 Not Found"),
        ("503", "answered 503 Service Unavailable"),
        ("corrupt", "were thrown away"),
        ("cut off", "were thrown away"),
        ("interrupted", "broke off"),
        ("stalled", "fell silent"),
    ],
)
def test_a_broken_download_says_what_happened_and_the_next_call_succeeds(
    server: Server, tmp_path: Path, mode: str, words: str
) -> None:
    server.mode = mode
    target = tmp_path / "picture.bin"
    with pytest.raises(DataError) as caught:
        get(server, target, timeout=0.5)
    message = str(caught.value)
    assert str(target) in message
    assert server.url in message
    assert words in message
    assert REMEDY in message
    assert list(tmp_path.iterdir()) == []

    server.mode = "good"
    assert get(server, target).read_bytes() == CONTENT


def test_the_progress_bar_names_the_file(
    server: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fetch(server.url, DIGEST, tmp_path / "picture.bin")
    out, err = capsys.readouterr()
    assert out == ""
    assert "picture.bin" in err


def test_no_server_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with socket.socket() as free:  # bound but not listening: connections are refused
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/picture.bin"
        with pytest.raises(DataError, match="could not be reached") as caught:
            fetch(url, DIGEST, tmp_path / "picture.bin", REMEDY, progress=False)
    assert REMEDY in str(caught.value)


def test_a_damaged_file_of_the_right_name_is_fetched_again(server: Server, tmp_path: Path) -> None:
    target = tmp_path / "picture.bin"
    target.write_bytes(CONTENT[:-1])
    assert get(server, target).read_bytes() == CONTENT
    assert server.requests == 1


def test_a_failure_leaves_the_file_that_was_there(server: Server, tmp_path: Path) -> None:
    server.mode = "corrupt"
    target = tmp_path / "picture.bin"
    target.write_bytes(b"older")
    with pytest.raises(DataError):
        get(server, target)
    assert target.read_bytes() == b"older"


@posix_only
def test_a_killed_download_leaves_nothing_that_counts(server: Server, tmp_path: Path) -> None:
    server.mode = "stalled"
    target = tmp_path / "picture.bin"
    code = (
        "import sys; from pathlib import Path; from data_utils.download import fetch\n"
        "fetch(sys.argv[1], sys.argv[2], Path(sys.argv[3]), progress=False)"
    )
    root = Path(__file__).parents[2]
    process = subprocess.Popen([sys.executable, "-c", code, server.url, DIGEST, target], cwd=root)
    try:
        deadline = time.monotonic() + 60
        while not any(path.stat().st_size for path in tmp_path.iterdir()):
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.02)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert len(leftovers(tmp_path)) == 1
    assert not target.exists()

    server.release.set()
    server.mode = "good"
    assert get(server, target).read_bytes() == CONTENT
    # What was left may belong to a living process, so it goes only after a long silence.
    (left,) = leftovers(tmp_path)
    long_ago = time.time() - 2 * ABANDONED_AFTER
    os.utime(tmp_path / left, (long_ago, long_ago))
    target.unlink()
    assert get(server, target).read_bytes() == CONTENT
    assert leftovers(tmp_path) == []


def test_several_at_once_do_not_disturb_each_other(server: Server, tmp_path: Path) -> None:
    target = tmp_path / "picture.bin"
    with ThreadPoolExecutor(4) as pool:
        paths = list(pool.map(lambda _: get(server, target), range(4)))
    assert paths == [target] * 4
    assert target.read_bytes() == CONTENT
    assert leftovers(tmp_path) == []


def test_too_little_space_is_noticed_before_the_download(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)._replace(free=len(CONTENT) - 1)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    with pytest.raises(DataError, match="no space is left") as caught:
        get(server, tmp_path / "picture.bin")
    assert REMEDY in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_fills_up_on_the_way(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class FullDisk(io.BytesIO):
        def write(self, data: object) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    plain_open = Path.open

    def full(self: Path, mode: str = "r", *rest: object) -> object:
        if mode == "wb":
            plain_open(self, mode).close()
            return FullDisk()
        return plain_open(self, mode, *rest)

    monkeypatch.setattr(Path, "open", full)
    with pytest.raises(DataError, match="no space is left"):
        get(server, tmp_path / "picture.bin")
    assert list(tmp_path.iterdir()) == []


@posix_only
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write")
def test_a_read_only_folder(server: Server, tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(DataError, match="may not be read or written"):
            get(server, tmp_path / "picture.bin")
    finally:
        tmp_path.chmod(0o700)


def test_a_folder_that_may_not_be_made(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path, *_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(self))

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(DataError, match="may not be read or written") as caught:
        get(server, tmp_path / "new" / "picture.bin")
    assert str(tmp_path / "new") in str(caught.value)
    assert server.requests == 0


def test_a_file_where_the_folder_should_be(server: Server, tmp_path: Path) -> None:
    (tmp_path / "root").write_text("not a folder")
    with pytest.raises(DataError, match="a file stands where a folder is needed"):
        get(server, tmp_path / "root" / "deep" / "picture.bin")


@pytest.mark.parametrize("digest", ["", "sha256:", "crc:123", "abcdef"])
def test_a_download_without_a_checksum_is_refused(tmp_path: Path, digest: str) -> None:
    with pytest.raises(ValueError, match="digest = "):
        fetch("http://127.0.0.1/", digest, tmp_path / "picture.bin")


def tarball(path: Path, names: list[str], link: str | None = None) -> Path:
    with tarfile.open(path, "w:gz") as ball:
        for name in names:
            info = tarfile.TarInfo(name)
            info.size = 5
            ball.addfile(info, io.BytesIO(b"hello"))
        if link:
            info = tarfile.TarInfo(link)
            info.type, info.linkname = tarfile.SYMTYPE, "/etc"
            ball.addfile(info)
    return path


def zipped(path: Path, names: list[str]) -> Path:
    with zipfile.ZipFile(path, "w") as bundle:
        for name in names:
            bundle.writestr(name, "hello")
    return path


@pytest.mark.parametrize("pack", [tarball, zipped])
def test_an_archive_is_unpacked_and_deleted(tmp_path: Path, pack: object) -> None:
    archive = pack(tmp_path / "a", ["set/one.txt", "set/deep/two.txt", "other/three.txt"])
    target = extract(archive, tmp_path / "data" / "set", "set", REMEDY)
    files = sorted(str(p.relative_to(target)) for p in target.rglob("*") if p.is_file())
    assert files == [os.path.join("deep", "two.txt"), "one.txt"]
    assert not archive.exists()
    assert leftovers(target.parent) == []


@pytest.mark.parametrize("pack", [tarball, zipped])
@pytest.mark.parametrize("name", ["set/../../evil.txt", "set//evil.txt", "set/a\\..\\..\\evil.txt"])
def test_an_archive_that_would_write_elsewhere_is_refused(
    tmp_path: Path, pack: object, name: str
) -> None:
    archive = pack(tmp_path / "a", ["set/one.txt", name])
    with pytest.raises(DataError, match="outside its folder"):
        extract(archive, tmp_path / "data" / "set", "set", REMEDY)
    assert list((tmp_path / "data").iterdir()) == []


def test_an_archive_with_a_link_is_refused(tmp_path: Path) -> None:
    archive = tarball(tmp_path / "a.tgz", ["set/one.txt"], link="set/etc")
    with pytest.raises(DataError, match="neither a file nor a folder"):
        extract(archive, tmp_path / "set", "set", REMEDY)


@pytest.mark.parametrize("pack", [tarball, zipped])
def test_a_truncated_archive_leaves_no_folder(tmp_path: Path, pack: object) -> None:
    archive = pack(tmp_path / "a", [f"set/{number}.txt" for number in range(50)])
    archive.write_bytes(archive.read_bytes()[:-40])
    with pytest.raises(DataError, match="broken") as caught:
        extract(archive, tmp_path / "data" / "set", "set", REMEDY)
    assert str(archive) in str(caught.value)
    assert not (tmp_path / "data" / "set").exists()


def test_an_archive_without_the_folder(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "a.zip", ["other/one.txt"])
    with pytest.raises(DataError, match="no folder set/"):
        extract(archive, tmp_path / "set", "set", REMEDY)


def test_no_room_to_unpack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = zipped(tmp_path / "a.zip", ["set/one.txt"])
    usage = shutil.disk_usage(tmp_path)._replace(free=3)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    with pytest.raises(DataError, match="no space is left"):
        extract(archive, tmp_path / "set", "set", REMEDY)
    assert archive.exists()  # so that the next call need not fetch it again
