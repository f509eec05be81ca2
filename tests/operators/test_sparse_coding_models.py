"""Dictionary methods as a whole, on tiny dictionaries: learning, files, and enlarged pictures."""

import dataclasses
import io
import zipfile
from collections.abc import Iterator

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from data_utils import SRPair, matlab_bicubic, photos
from dynconv_lite.metrics import luma
from dynconv_lite.sparse_coding import (
    METHODS,
    Dictionaries,
    Samples,
    SparseModel,
    anchored_projection,
    collect_samples,
    cut_patches,
    enlarge_plain,
    fit_sparse,
    gradient_features,
    learn_dictionaries,
    regress_on_atoms,
    regress_on_samples,
    super_resolve_sparse,
)
from dynconv_lite.sparse_coding.dictionary import sparse_codes
from dynconv_lite.sparse_coding.inference import BAND, details, missing_detail

TINY = {"atoms": 24, "samples": 1500}
NEAR = {"ne_lle": 6, "zeyde": None, "anr": 8, "aplus": 60}


def pairs_of(scale: int, *names: str) -> list[SRPair]:
    pictures = {photo.name: photo.image for photo in photos()}
    found = []
    for name in names:
        hr = np.ascontiguousarray(pictures[name][40 : 40 + 24 * scale, 30 : 30 + 28 * scale])
        found.append(SRPair(name, matlab_bicubic(hr, 1 / scale), hr))
    return found


def error_of(image: np.ndarray, pair: SRPair) -> float:
    """Return the mean squared error of luma; the same as PSNR, without its long import."""
    return float(((luma(image) - luma(pair.hr))[4:-4, 4:-4] ** 2).mean())


@pytest.fixture(scope="module")
def pairs() -> list[SRPair]:
    return pairs_of(4, "coffee", "astronaut", "chelsea")


@pytest.fixture(scope="module")
def samples(pairs) -> Samples:
    return collect_samples(pairs, count=1500)


@pytest.fixture(scope="module")
def models(pairs) -> dict[str, SparseModel]:
    return {name: fit_sparse(name, pairs, **TINY, neighbours=NEAR[name]) for name in METHODS}


def test_samples_are_projected_windows(pairs) -> None:
    # as many as there are windows: all of them, in a random order
    pair = pairs[0]
    rows, columns = (length - 2 for length in pair.lr.shape[:2])
    found = collect_samples([pair], count=10_000, seed=3)
    assert len(found) == rows * columns
    mid = enlarge_plain(luma(pair.lr) / 255, 4)
    low = cut_patches(gradient_features(mid, 4), 12, 4) @ found.components.T
    high = cut_patches((luma(pair.hr) / 255 - mid)[None], 12, 4)
    # the same rows: in the order of their sums with random weights
    weights = np.random.default_rng(0).normal(size=high.shape[1])
    ours, theirs = np.argsort(found.high @ weights), np.argsort(high @ weights)
    np.testing.assert_allclose(found.high[ours], high[theirs], atol=1e-6)
    np.testing.assert_allclose(found.low[ours], low[theirs], atol=1e-5)


def test_directions_hold_the_energy_and_no_mean(samples, pairs) -> None:
    components = samples.components.astype(np.float64)
    np.testing.assert_allclose(components @ components.T, np.eye(len(components)), atol=1e-5)
    mids = (enlarge_plain(luma(pair.lr) / 255, 4) for pair in pairs)
    features = np.concatenate([cut_patches(gradient_features(mid, 4), 12, 4) for mid in mids])
    energy = (features.astype(np.float64) ** 2).sum()
    kept = ((features @ components.T) ** 2).sum(0)
    assert kept.sum() > 0.998 * energy  # 0.999 on those patches that were chosen
    assert kept[:-1].sum() < 0.9995 * energy


def test_equally_many_patches_of_every_picture_and_one_seed(pairs) -> None:
    found = collect_samples(iter(pairs), count=100, seed=5)
    again = collect_samples(pairs, count=100, seed=5)
    assert len(found) == 100
    for name in ("low", "high", "components"):
        np.testing.assert_array_equal(getattr(found, name), getattr(again, name))
    assert not np.array_equal(collect_samples(pairs, count=100, seed=6).high, found.high)


def test_atoms_have_norm_one_and_learning_helps(samples) -> None:
    pair = learn_dictionaries(samples, 24)
    np.testing.assert_allclose(np.linalg.norm(pair.low, axis=1), 1, atol=1e-5)

    def error(low: np.ndarray) -> float:
        return float(((samples.low - sparse_codes(samples.low, low, 3) @ low) ** 2).sum())

    unlearned = samples.low[np.linalg.norm(samples.low, axis=1) > 0.1][:24]
    unlearned = unlearned / np.linalg.norm(unlearned, axis=1, keepdims=True)
    assert error(pair.low) < 0.9 * error(unlearned)
    again = learn_dictionaries(samples, 24)
    np.testing.assert_array_equal(again.high, pair.high)


def test_details_are_recovered_where_they_are_sums_of_a_few_atoms() -> None:
    generator = np.random.default_rng(0)
    low = np.linalg.qr(generator.normal(size=(8, 8)))[0]
    high = generator.normal(size=(8, 36))
    codes = np.zeros((400, 8))
    for row in codes:
        row[generator.choice(8, 2, replace=False)] = generator.normal(size=2)
    components = np.linalg.qr(generator.normal(size=(144, 8)))[0].T.astype(np.float32)
    data = Samples((codes @ low).astype("f4"), (codes @ high).astype("f4"), components, 2)
    found = learn_dictionaries(data, 8, nonzeros=2)
    x = (codes @ low).astype(np.float32)
    model = SparseModel("zeyde", 2, components, found.low, found.high, 2)
    missed = np.abs(details(x, model) - codes @ high).max(1)
    # the hidden basis is found but for its order and signs, unless an atom got stuck
    assert (missed < 0.01).mean() > 0.9


def test_with_one_anchor_and_all_samples_it_is_global_regression(samples) -> None:
    anchor = np.eye(1, samples.low.shape[1], dtype=np.float32)
    norm = np.linalg.norm(samples.low, axis=1, keepdims=True)
    clear = norm[:, 0] >= 0.1
    found = regress_on_samples(anchor, samples, int(clear.sum()), penalty=0.1)
    fitted = Ridge(alpha=0.1, fit_intercept=False, solver="svd").fit(
        (samples.low / norm)[clear].astype(np.float64), (samples.high / norm)[clear]
    )
    np.testing.assert_allclose(found[0], fitted.coef_, atol=1e-4)

    pair = learn_dictionaries(samples, 16)
    every = regress_on_atoms(pair, 16, 0.01)
    one = anchored_projection(pair.low, pair.high, 0.01)  # all atoms are everybody's neighbours
    np.testing.assert_allclose(every, np.broadcast_to(one, every.shape), atol=1e-5)


def test_neighbours_are_the_most_correlated() -> None:
    generator = np.random.default_rng(0)
    low = generator.normal(size=(12, 5)).astype(np.float32)
    low /= np.linalg.norm(low, axis=1, keepdims=True)
    pair = Dictionaries(low, generator.normal(size=(12, 36)).astype(np.float32))
    found = regress_on_atoms(pair, 3, 0.5)
    for k in range(12):
        near = sorted(range(12), key=lambda i: -abs(low[k] @ low[i]))[:3]
        expected = anchored_projection(low[near], pair.high[near], 0.5)
        np.testing.assert_allclose(found[k], expected, atol=1e-5)


def test_anchored_detail_is_a_loop_over_patches(models) -> None:
    model = models["anr"]
    low = np.random.default_rng(0).normal(size=(50, model.atoms.shape[1])).astype(np.float32)
    expected = [model.answers[np.abs(model.atoms @ x).argmax()] @ x for x in low]
    np.testing.assert_allclose(details(low, model), expected, atol=1e-4)


def test_an_atom_of_its_own_is_rebuilt_exactly(models) -> None:
    # matching pursuit takes the atom itself; its detail is the atom's, twice for twice the patch
    model = models["zeyde"]
    found = details(2 * model.atoms[:5], model)
    np.testing.assert_allclose(found, 2 * model.answers[:5], atol=1e-4)


@pytest.mark.parametrize("method", METHODS)
def test_they_beat_bicubic_on_what_they_learned(method, models, pairs) -> None:
    for pair in pairs:
        found = super_resolve_sparse(pair.lr, models[method])
        # 0.1 dB at least
        assert error_of(found, pair) < 10**-0.01 * error_of(matlab_bicubic(pair.lr, 4), pair)


@pytest.mark.parametrize("method", METHODS)
def test_constant_pictures_stay_constant(method, models) -> None:
    for shape in ((5, 6), (3, 4, 3), (1, 1), (1, 7), (2, 2, 3)):
        image = np.full(shape, 77, np.uint8)
        enlarged = super_resolve_sparse(image, models[method])
        assert enlarged.shape == (4 * shape[0], 4 * shape[1], *shape[2:])
        assert (enlarged == 77).all()


@pytest.mark.parametrize("method", METHODS)
def test_grey_is_three_equal_colours_and_chroma_is_bicubic(method, models, pairs) -> None:
    image = pairs[0].lr[:9, :8]
    grey = super_resolve_sparse(image[..., 0], models[method])
    three = super_resolve_sparse(np.repeat(image[..., :1], 3, 2), models[method])
    assert np.abs(three.astype(int) - grey[..., None]).max() <= 1  # by rounding of float32
    # away from black and white the colours differ from bicubic by one common addend
    middle = (100 + image // 8).astype(np.uint8)
    found = super_resolve_sparse(middle, models[method])
    planes = [enlarge_plain(middle[..., c].astype(float), 4) for c in range(3)]
    addend = found - np.stack(planes, 2)
    assert np.abs(addend - addend.mean(2, keepdims=True)).max() <= 1.0


@pytest.mark.parametrize("method", METHODS)
def test_files_come_back(method, models, tmp_path) -> None:
    model, path = models[method], tmp_path / "model.npz"
    model.save(path)
    loaded = SparseModel.load(path)
    assert (loaded.method, loaded.scale, loaded.used) == (method, 4, model.used)
    assert (
        loaded.nbytes
        == model.nbytes
        == sum(loaded.arrays()[name].nbytes for name in ("components", "atoms", "answers"))
    )
    for name, array in model.arrays().items():
        np.testing.assert_array_equal(loaded.arrays()[name], array)
    image = np.random.default_rng(0).integers(0, 256, (6, 5, 3), dtype=np.uint8)
    expected = super_resolve_sparse(image, model)
    np.testing.assert_array_equal(super_resolve_sparse(image, loaded), expected)


def damaged(model: SparseModel) -> Iterator[bytes]:
    """Yield files that `load` has to refuse."""
    content = model.arrays() | {"scale": np.array(4), "method": np.array("anr", "<U6")}

    def packed(**changed: object) -> bytes:
        buffer = io.BytesIO()
        np.savez(buffer, **(content | changed))
        return buffer.getvalue()

    whole = packed()
    yield b""
    yield whole[: len(whole) // 2]
    yield whole[:-1000] + bytes(1000)
    middle = len(whole) // 2
    yield whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :]
    yield packed(more=np.zeros(3))
    yield packed(scale=np.array(3))
    yield packed(scale=np.array([4]))
    yield packed(method=np.array("unseen", "<U6"))
    yield packed(method=np.array("zeyde", "<U6"))
    yield packed(used=np.array(2))
    yield packed(used=np.array(0))
    yield packed(atoms=2 * model.atoms)
    yield packed(atoms=model.atoms.astype("f8"))
    yield packed(answers=np.full_like(model.answers, np.nan))
    yield packed(answers=model.answers[1:])
    yield packed(components=np.array([object()]))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("atoms.npy", bytes(1000))
    yield buffer.getvalue()


def test_damaged_files_are_refused(models, tmp_path) -> None:
    path = tmp_path / "model.npz"
    for data in damaged(models["anr"]):
        path.write_bytes(data)
        with pytest.raises(ValueError, match=r"model\.npz holds no dictionary that can be used"):
            SparseModel.load(path)
    with pytest.raises(ValueError, match=r"path must end in \.npz"):
        models["anr"].save(tmp_path / "model.npy")
    with pytest.raises(FileNotFoundError):
        SparseModel.load(tmp_path / "none.npz")


@pytest.mark.parametrize("method", METHODS)
def test_the_seed_decides(method, models, pairs) -> None:
    again = fit_sparse(method, pairs, **TINY, neighbours=NEAR[method])
    other = fit_sparse(method, pairs, **TINY, neighbours=NEAR[method], seed=1)
    np.testing.assert_array_equal(again.answers, models[method].answers)
    assert not np.array_equal(other.answers, again.answers)


@pytest.mark.parametrize("scale", [2, 3])
def test_other_scales(scale) -> None:
    known = pairs_of(scale, "coffee")
    model = fit_sparse("anr", known, scale, atoms=16, samples=400, neighbours=8)
    pair = known[0]
    found = super_resolve_sparse(pair.lr, model)
    assert error_of(found, pair) < error_of(matlab_bicubic(pair.lr, scale), pair)


def test_bands_do_not_show(models, monkeypatch) -> None:
    mid = enlarge_plain(np.random.default_rng(0).random((9, 8)), 4)
    whole = missing_detail(mid, models["aplus"])
    assert BAND > 7 * 6
    for patches in (1, 13, 20):  # one, two and three rows of six windows
        monkeypatch.setattr("dynconv_lite.sparse_coding.inference.BAND", patches)
        np.testing.assert_allclose(missing_detail(mid, models["aplus"]), whole, atol=1e-6)


def test_progress_rises_to_one(pairs) -> None:
    told: list[tuple[float, str]] = []
    fit_sparse("aplus", pairs, **TINY, neighbours=60, report=lambda *news: told.append(news))
    shares = [share for share, _ in told]
    assert shares == sorted(shares) and shares[-1] == pytest.approx(1)
    assert 0 < shares[0] < 0.5 and all(words for _, words in told)


def test_bad_input_is_named(pairs, samples, models) -> None:
    small = SRPair("small", np.zeros((2, 5, 3), np.uint8), np.zeros((8, 20, 3), np.uint8))
    flat = SRPair("flat", np.full((6, 5, 3), 9, np.uint8), np.full((24, 20, 3), 9, np.uint8))
    wrong = [
        (lambda: fit_sparse("anrr", pairs), "method must be one of ne_lle, zeyde.*got 'anrr'"),
        (lambda: fit_sparse("anr", pairs, 5), "scale must be 2, 3 or 4, got 5"),
        (lambda: fit_sparse("anr", pairs, 2), "coffee must be 2 times as large"),
        (lambda: fit_sparse("anr", []), "at least one picture"),
        (lambda: fit_sparse("anr", [small], samples=9), "small must have at least 3 rows"),
        (lambda: fit_sparse("anr", [flat], samples=9), "not flat"),
        (lambda: fit_sparse("anr", pairs, atoms=0), "atoms must be an integer >= 1, got 0"),
        (lambda: fit_sparse("anr", pairs, atoms=8), "neighbours must be at most atoms = 8, got 40"),
        (lambda: fit_sparse("zeyde", pairs, neighbours=3), "neighbours must be None for zeyde"),
        (lambda: fit_sparse("ne_lle", pairs, penalty=0.1), "penalty must be None for ne_lle"),
        (lambda: fit_sparse("anr", pairs, penalty=0.0), "penalty must be a finite number > 0"),
        (lambda: fit_sparse("anr", pairs, samples=2), "count must be at least one patch a picture"),
        (lambda: fit_sparse("anr", pairs, seed=-1), "seed must be an integer >= 0, got -1"),
        (lambda: fit_sparse("aplus", pairs, **TINY), "neighbours must be at most the number of"),
        (lambda: learn_dictionaries(samples, 5000), "atoms must be at most the number of samples"),
        (lambda: learn_dictionaries(samples, 8, 9), "nonzeros must be at most the number of atoms"),
        (lambda: super_resolve_sparse(np.zeros((3, 3)), models["anr"]), "image must be a numpy"),
        (lambda: dataclasses.replace(models["zeyde"], used=99), "used must be at most .* got 99"),
        (lambda: SparseModel.from_arrays("anr", 4, {}), "arrays must be answers, atoms"),
        (lambda: dataclasses.replace(samples, low=samples.low[1:]), "low, high and components"),
    ]
    for call, message in wrong:
        with pytest.raises(ValueError, match=message):
            call()
