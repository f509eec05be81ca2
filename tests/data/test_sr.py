"""Super-resolution pairs: layout, laziness, downloads by picture, and sets that are not whole."""

import hashlib
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from data_utils import DataError, matlab_bicubic, sr_pairs

module = sys.modules["data_utils.sr"]


def noise(shape: tuple[int, ...], seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def lay_out(root: Path, name: str = "Set5", count: int = 5) -> Path:
    folder = root / "sr" / name / "HR"
    folder.mkdir(parents=True)
    for number in range(count):
        Image.fromarray(noise((22, 31, 3), number)).save(folder / f"img_{number:03}.png")
    return folder.parent


@pytest.mark.parametrize(("scale", "shape"), [(2, (22, 30)), (3, (21, 30)), (4, (20, 28))])
def test_low_resolution_is_made_from_cut_high_resolution(
    tmp_path: Path, scale: int, shape: tuple[int, int]
) -> None:
    lay_out(tmp_path)
    pairs = sr_pairs("Set5", scale, tmp_path)
    assert len(pairs) == 5
    for number, pair in enumerate(pairs):
        assert pair.name == f"img_{number:03}"
        np.testing.assert_array_equal(pair.hr, noise((22, 31, 3), number)[: shape[0], : shape[1]])
        np.testing.assert_array_equal(pair.lr, matlab_bicubic(pair.hr, 1 / scale))
    assert pairs[-1].name == "img_004"
    with pytest.raises(IndexError):
        pairs[5]


def test_grey_becomes_rgb_first(tmp_path: Path) -> None:
    folder = lay_out(tmp_path)
    grey = noise((20, 28))
    Image.fromarray(grey).save(folder / "HR" / "img_002.png")
    pair = sr_pairs("Set5", root=tmp_path)[2]
    np.testing.assert_array_equal(pair.hr, np.repeat(grey[..., None], 3, axis=2))
    assert pair.lr.shape == (5, 7, 3)


@pytest.mark.parametrize("ending", ["", "x4"])
def test_low_resolution_on_disk_is_read(tmp_path: Path, ending: str) -> None:
    folder = lay_out(tmp_path)
    (folder / "LR_bicubic_X4").mkdir()
    Image.fromarray(noise((5, 7, 3), 9)).save(folder / "LR_bicubic_X4" / f"img_000{ending}.png")
    Image.fromarray(noise((9, 7, 3), 9)).save(folder / "LR_bicubic_X4" / f"img_001{ending}.png")
    pairs = sr_pairs("Set5", root=tmp_path)
    np.testing.assert_array_equal(pairs[0].lr, noise((5, 7, 3), 9))
    with pytest.raises(DataError, match=r"img_001.*needs \(5, 7\)"):
        pairs[1]
    with pytest.raises(DataError, match=r"img_002\.png.*missing"):
        pairs[2]


def test_pictures_are_read_one_at_a_time(tmp_path: Path) -> None:
    folder = lay_out(tmp_path)
    bad = folder / "HR" / "img_003.png"
    bad.write_bytes(bad.read_bytes()[:200])
    pairs = sr_pairs("Set5", root=tmp_path)  # opens no picture
    assert pairs[0].hr.shape == (20, 28, 3)
    with pytest.raises(DataError, match=r"img_003\.png: the picture cannot be read"):
        pairs[3]


def test_a_set_that_is_not_whole_is_refused(tmp_path: Path) -> None:
    folder = lay_out(tmp_path, count=4)
    (folder / "HR" / "Thumbs.db").write_bytes(b"")
    with pytest.raises(DataError, match="Set5 has 5 pictures, and 4 are here"):
        sr_pairs("Set5", root=tmp_path)


@pytest.fixture
def published(served: object, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Serve five small pictures in place of Set5's, with their checksums."""
    lines = ["# a comment Set5/none.png"]
    for number in range(5):
        path = served.folder / f"img_{number:03}_HR.png"
        Image.fromarray(noise((20, 28, 3), number)).save(path)
        lines.append(f"{hashlib.sha256(path.read_bytes()).hexdigest()} Set5/img_{number:03}.png")
    listed = served.folder / "listed.txt"
    listed.write_text("\n".join(lines) + "\n")
    monkeypatch.setattr(module, "CHECKSUMS", listed)
    entry = module.Collection(5, served.url + "/{stem}_HR.png", "none")
    monkeypatch.setitem(module.COLLECTIONS, "Set5", entry)
    return served.folder


def test_a_broken_download_goes_on_where_it_was(published: Path, tmp_path: Path) -> None:
    missing = published / "img_003_HR.png"
    content = missing.read_bytes()
    missing.write_bytes(content[:-1])
    with pytest.raises(DataError, match="thrown away") as caught:
        sr_pairs("Set5", root=tmp_path)
    assert "set DYNCONV_DATA to a folder that has sr/Set5/HR" in str(caught.value)
    assert not (tmp_path / "sr" / "Set5" / "HR").exists()

    missing.write_bytes(content)
    (published / "img_000_HR.png").unlink()  # it has come already
    pairs = sr_pairs("Set5", root=tmp_path)
    np.testing.assert_array_equal(pairs[3].hr, noise((20, 28, 3), 3))
    assert list((tmp_path / "downloads").iterdir()) == []


def test_div2k_comes_as_an_archive(
    served: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = served.folder / "DIV2K_train_HR.zip"
    inner = served.folder / "0001.png"
    Image.fromarray(noise((20, 28, 3))).save(inner)
    with zipfile.ZipFile(archive, "w") as bundle:
        bundle.writestr("DIV2K_train_HR/", "")
        for number in (1, 2):
            bundle.write(inner, f"DIV2K_train_HR/{number:04}.png")
    entry = module.Collection(2, f"{served.url}/{archive.name}", "none")
    monkeypatch.setitem(module.COLLECTIONS, "DIV2K", entry)
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    monkeypatch.setattr(module, "DIV2K_DIGEST", f"sha256:{digest}")
    assert [pair.name for pair in sr_pairs("DIV2K", root=tmp_path)] == ["0001", "0002"]


def test_manga109_says_where_to_ask(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"on application.*manga109\.org.*sr/Manga109/HR"):
        sr_pairs("Manga109", root=tmp_path)


@pytest.mark.parametrize("name", ["Set5", "Set14", "BSD100", "Urban100", "BSDS400"])
def test_every_picture_to_download_has_a_checksum(name: str) -> None:
    listed = module.checksums(name)
    assert len(listed) == module.COLLECTIONS[name].count
    assert all(len(digest) == 64 and int(digest, 16) for digest in listed.values())
    assert len({Path(path).name for path in listed}) == len(listed)


def test_bsds400_leaves_out_the_test_pictures() -> None:
    assert {path.split("/")[0] for path in module.checksums("BSDS400")} == {"train", "test"}


@pytest.mark.parametrize(
    ("name", "scale", "word"), [("set5", 4, "name"), ("Set5", 8, "scale"), ("Set5", 0.25, "scale")]
)
def test_bad_arguments_are_named(tmp_path: Path, name: str, scale: int, word: str) -> None:
    with pytest.raises(ValueError, match=f"{word} = "):
        sr_pairs(name, scale, tmp_path)


@pytest.mark.parametrize("name", ["Set5", "Set14"])
def test_the_real_test_sets(real_root: Callable[[str], Path], name: str) -> None:
    for pair in sr_pairs(name, root=real_root(f"sr/{name}/LR_bicubic_X4")):
        np.testing.assert_array_equal(matlab_bicubic(pair.hr, 1 / 4), pair.lr, err_msg=pair.name)


def test_the_real_training_set(real_root: Callable[[str], Path]) -> None:
    root = real_root("sr/BSDS400/HR")
    pairs = sr_pairs("BSDS400", root=root)
    assert len(pairs) == 400
    assert sorted(pairs[0].hr.shape) == [3, 320, 480]
    listed = {Path(path).name: digest for path, digest in module.checksums("BSDS400").items()}
    for path in pairs.files[::40]:
        assert hashlib.sha256(path.read_bytes()).hexdigest() == listed[path.name]
