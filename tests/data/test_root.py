"""The data root, and how a file or folder comes to be there whole or not at all."""

import pickle
from pathlib import Path

import numpy as np
import platformdirs
import pytest

from data_utils import DataError, ImageSet, data_root
from data_utils.root import staged


def test_argument_before_environment_before_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DYNCONV_DATA", str(tmp_path / "environment"))
    assert data_root(tmp_path / "argument") == tmp_path / "argument"
    assert data_root(str(tmp_path / "argument")) == tmp_path / "argument"
    assert data_root() == tmp_path / "environment"
    monkeypatch.setattr(platformdirs, "user_cache_path", lambda *_, **__: tmp_path / "cache")
    monkeypatch.setenv("DYNCONV_DATA", "")
    assert data_root() == tmp_path / "cache"
    monkeypatch.delenv("DYNCONV_DATA")
    assert data_root() == tmp_path / "cache"
    assert list(tmp_path.iterdir()) == []  # looking makes nothing


def test_home_and_relative_paths_become_absolute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert data_root("~/data") == tmp_path / "data"
    assert data_root("data") == tmp_path / "data"


def test_a_staged_file_appears_only_when_the_block_succeeds(tmp_path: Path) -> None:
    target = tmp_path / "new" / "file.txt"
    with staged(target) as partial:
        partial.write_text("whole")
        assert not target.exists()
    assert target.read_text() == "whole"
    with pytest.raises(KeyboardInterrupt), staged(target) as partial:
        partial.write_text("hal")
        raise KeyboardInterrupt
    assert target.read_text() == "whole"
    assert list(target.parent.iterdir()) == [target]


def test_of_two_staged_folders_the_first_stays(tmp_path: Path) -> None:
    target = tmp_path / "set"
    with staged(target) as slow:
        slow.mkdir()
        (slow / "a").write_text("slow")
        with staged(target) as fast:
            fast.mkdir()
            (fast / "a").write_text("fast")
    assert (target / "a").read_text() == "fast"
    assert list(tmp_path.iterdir()) == [target]


def test_a_data_error_survives_a_trip_between_processes() -> None:
    error = DataError(Path("a") / "b.npz", "it is empty", "delete it")
    again = pickle.loads(pickle.dumps(error))
    assert str(again) == str(error) == f"{Path('a/b.npz')}: it is empty. What to do: delete it."
    assert isinstance(error, RuntimeError)


def make(images: object = None, labels: object = None) -> ImageSet:
    images = np.zeros((3, 4, 5, 3), np.uint8) if images is None else images
    labels = np.array([0, 1, 1], np.int64) if labels is None else labels
    return ImageSet(images, labels, ("a", "b"), "toy", True, "none")


def test_an_image_set_has_a_length_and_a_digest_of_its_content() -> None:
    toy = make()
    assert len(toy) == 3
    assert toy.digest == make().digest
    assert int(toy.digest, 16) >= 0 and len(toy.digest) == 16
    brighter = np.zeros((3, 4, 5, 3), np.uint8)
    brighter[2, 3, 4, 2] = 1
    turned = np.zeros((3, 5, 4, 3), np.uint8)
    others = {make(brighter).digest, make(turned).digest, make(labels=np.array([0, 0, 1])).digest}
    assert len(others | {toy.digest}) == 4


@pytest.mark.parametrize(
    ("images", "labels"),
    [
        (np.zeros((3, 4, 5, 3)), None),
        (np.zeros((3, 3, 4, 5), np.uint8), None),
        (np.zeros((2, 4, 5, 3), np.uint8), None),
        (None, np.array([0, 1, 2])),
        (None, np.array([0, -1, 1])),
        (None, np.array([0, 1, 1], np.int32)),
        (None, np.array([[0, 1, 1]])),
    ],
)
def test_an_image_set_refuses_what_does_not_fit(images: object, labels: object) -> None:
    with pytest.raises(ValueError, match="of toy"):
        make(images, labels)
