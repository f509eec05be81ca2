"""Sums of one-index tables: equal to a convolution, to numpy's interpolation, and to a loop."""

import io
import pickle
import zipfile

import numpy as np
import pytest
import torch
from additive_by_hand import SMALL, by_loop, random_image, random_tables
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.autograd import gradcheck
from torch.nn import functional as F

from dynconv_lite.lut.additive import AdditiveTables
from dynconv_lite.lut.additive_forward import super_resolve_additive
from dynconv_lite.models.additive_net import AdditiveNet, additive_conv2d, hats


@given(nodes=st.integers(2, 40), seed=st.integers(0, 99))
@settings(max_examples=30)
def test_hats_are_linear_interpolation(nodes, seed) -> None:
    generator = torch.Generator().manual_seed(seed)
    x = 255 * torch.rand(1, 1, 3, 7, generator=generator, dtype=torch.float64)
    weights = hats(x, nodes)  # (1, L, 3, 7)
    torch.testing.assert_close(weights.sum(1), torch.ones(1, 3, 7).double())
    assert int((weights > 0).sum(1).max()) <= 2
    table = torch.rand(nodes, generator=generator, dtype=torch.float64)
    expected = np.interp(x[0, 0].numpy(), np.linspace(0, 255, nodes), table.numpy())
    found = (table[:, None, None] * weights[0]).sum(0)
    torch.testing.assert_close(found, torch.from_numpy(expected))


def test_straight_tables_are_a_convolution() -> None:
    x = 255 * torch.rand(2, 3, 8, 7, dtype=torch.float64)
    weight = torch.randn(5, 3, 3, 3, dtype=torch.float64)
    place = torch.linspace(0, 255, 6, dtype=torch.float64)
    # T(v) = w v at all nodes: (C, k, k, L, O)
    table = weight.permute(1, 2, 3, 0)[:, :, :, None] * place[:, None]
    torch.testing.assert_close(additive_conv2d(x, table), F.conv2d(x, weight))


def test_one_output_by_hand() -> None:
    # two nodes, 0 and 255; T(102) = 0.6 * 10 + 0.4 * 20 = 14, and twice that for another place
    table = torch.tensor([10.0, 20.0]).reshape(1, 1, 1, 2, 1)
    assert additive_conv2d(torch.full((1, 1, 1, 1), 102.0), table).item() == pytest.approx(14)
    wide = torch.stack([table[0, 0, 0]] * 9).reshape(1, 3, 3, 2, 1)
    assert additive_conv2d(torch.full((1, 1, 3, 3), 102.0), wide).item() == pytest.approx(9 * 14)


def test_gradients() -> None:
    x = (20 + 200 * torch.rand(1, 2, 4, 4, dtype=torch.float64)).requires_grad_()
    table = torch.randn(2, 3, 3, 4, 2, dtype=torch.float64, requires_grad=True)
    assert gradcheck(additive_conv2d, (x, table))


@given(
    seed=st.integers(0, 99),
    shape=st.tuples(st.integers(1, 4), st.integers(1, 4)),
    how=st.sampled_from(
        [
            {},
            {"turns": 1},
            {"shapes": ((9, 1, 17),)},
            {"shapes": ((2, 5, 3), (5, 3, 2), (16, 1, 256))},
        ]
    ),
)
@settings(max_examples=20)
def test_it_is_the_loop(seed, shape, how) -> None:
    tables, image = random_tables(seed, **how), random_image(seed, shape)
    expected = by_loop(image, tables)
    for backend in ("numba", "torch"):
        assert np.array_equal(super_resolve_additive(image, tables, backend=backend), expected)


def test_colours_are_channels_and_reflection_is_numpys() -> None:
    tables, image = random_tables(1), random_image(1, (5, 4, 3))
    for padding in ("edge", "reflect"):
        whole = super_resolve_additive(image, tables, padding=padding)
        assert whole.shape == (10, 8, 3) and whole.dtype == np.uint8
        planes = [by_loop(image[..., c], tables, padding) for c in range(3)]
        assert np.array_equal(whole, np.stack(planes, -1))
    tiny = image[:2, :1]  # too small for a reflection: the edge instead
    assert np.array_equal(
        super_resolve_additive(tiny, tables, padding="reflect"),
        super_resolve_additive(tiny, tables),
    )


def test_turning_the_picture_turns_the_result() -> None:
    tables, image = random_tables(2), random_image(2, (6, 9))
    expected = np.rot90(super_resolve_additive(image, tables))
    assert np.array_equal(super_resolve_additive(np.rot90(image), tables), expected)
    once = random_tables(2, turns=1)
    assert not np.array_equal(
        super_resolve_additive(np.rot90(image), once), np.rot90(super_resolve_additive(image, once))
    )


@pytest.mark.parametrize("turns", [1, 4])
@pytest.mark.parametrize("scale", [2, 3, 4])
def test_the_rounded_network_is_its_tables(turns, scale) -> None:
    torch.manual_seed(scale)
    layers = ((5, 3, 6), (3, 1, 4), (scale**2, 3, 5))
    net = AdditiveNet(scale, layers, turns, quantised=True).double()
    with torch.no_grad():
        for table in net.entries:
            table += 0.02 * torch.randn_like(table)
    tables, image = net.export(), random_image(scale, (9, 11))
    x = torch.from_numpy(image)[None, None].double() / 255
    for padding in ("edge", "reflect"):
        found = (255 * net(x, padding)[0, 0]).round().clamp(0, 255).to(torch.uint8)
        expected = super_resolve_additive(image, tables, padding=padding)
        assert np.array_equal(found.numpy(), expected)
    assert tables.nbytes == sum(table.numel() for table in net.entries)
    assert (tables.scale, tables.turns, tables.reach, net.reach) == (scale, turns, 2, 2)
    # 8 bits an entry lose little, and something
    net.quantised = False
    tables_say = torch.from_numpy(super_resolve_additive(image, tables)) / 255
    gap = (net(x)[0, 0].clamp(0, 1) - tables_say).abs()
    assert 0.5 / 255 < float(gap.detach().max()) < 0.05


def test_pieces_of_a_picture_are_the_picture() -> None:
    """A map with its surroundings, without padding, gives what the whole picture gives there."""
    net = AdditiveNet(2, SMALL, 4).double()
    x = torch.randint(256, (1, 1, 12, 13)) / 255.0
    whole, piece = net(x.double()), net(x[:, :, 2:10, 3:12].double(), "valid")
    torch.testing.assert_close(piece, whole[:, :, 8:16, 10:20])


def test_what_the_result_depends_on() -> None:
    tables, image = random_tables(3), np.full((9, 9), 100, np.uint8)
    before = super_resolve_additive(image, tables)
    image[4, 4] = 250
    changed = np.argwhere(super_resolve_additive(image, tables) != before)
    reach = tables.reach  # 2: rows 2 to 6 of the picture, 4 to 13 of the result
    assert changed.min(0).tolist() == [2 * (4 - reach)] * 2
    assert changed.max(0).tolist() == [2 * (4 + reach) + 1] * 2


def test_training_moves_all_tables() -> None:
    net = AdditiveNet(2, SMALL, 1)
    x, target = torch.randint(256, (4, 1, 9, 9)) / 255.0, torch.rand(4, 1, 10, 10)
    for net.quantised in (False, True):
        net.zero_grad()
        (net(x, "valid") - target).square().mean().backward()
        assert all(float(table.grad.abs().max()) > 0 for table in net.entries)


def test_a_file_keeps_everything(tmp_path) -> None:
    tables = random_tables(4, turns=1)
    tables.save(tmp_path / "t.npz")
    again = AdditiveTables.load(tmp_path / "t.npz")
    assert all(np.array_equal(a, b) for a, b in zip(tables.layers, again.layers, strict=True))
    assert (again.steps, again.turns, again.scale) == (tables.steps, 1, 2)
    assert not again.layers[0].flags.writeable
    with pytest.raises(ValueError, match="npz"):
        tables.save(tmp_path / "t.npy")


def damaged(data: bytes) -> dict[str, bytes]:
    """Make bad files of a good one."""

    def with_members(**arrays) -> bytes:
        buffer = io.BytesIO()
        np.savez(buffer, **arrays)
        return buffer.getvalue()

    parts = dict(np.load(io.BytesIO(data)))
    squeezed = io.BytesIO()
    np.savez_compressed(squeezed, **parts)
    objects = io.BytesIO()
    with zipfile.ZipFile(objects, "w") as archive:
        for name in parts:
            member = io.BytesIO()
            np.lib.format.write_array(member, np.array([{}], object))
            archive.writestr(f"{name}.npy", member.getvalue())
    much = io.BytesIO()  # a header that promises more than any memory holds, and nothing behind it
    np.lib.format.write_array_header_1_0(
        much, {"descr": "|i1", "fortran_order": False, "shape": (10**14,)}
    )
    promising = io.BytesIO()
    with zipfile.ZipFile(promising, "w") as archive:
        for name in parts:
            archive.writestr(f"{name}.npy", much.getvalue())
    without = {name: part for name, part in parts.items() if name != "layer1"}
    return {
        "empty": b"",
        "half": data[: len(data) // 2],
        "pickle": pickle.dumps(parts),
        "objects": objects.getvalue(),
        "promising": promising.getvalue(),
        "compressed": squeezed.getvalue(),
        "missing": with_members(**without),
        "more": with_members(**parts, other=np.zeros(1)),
        "steps": with_members(**{**parts, "steps": parts["steps"].astype(np.float32)}),
        "turns": with_members(**{**parts, "turns": np.array([4])}),
        "type": with_members(**{**parts, "layer1": parts["layer1"].astype(np.int16)}),
        "order": with_members(**{**parts, "layer1": parts["layer2"], "layer2": parts["layer1"]}),
    }


def test_bad_files(tmp_path) -> None:
    path = tmp_path / "t.npz"
    random_tables().save(path)
    good = path.read_bytes()
    for name, data in damaged(good).items():
        path.write_bytes(data)
        with pytest.raises(ValueError, match="holds no tables that can be used"):
            AdditiveTables.load(path)
            pytest.fail(f"{name} was read")


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"layers": []}, "layers must be"),
        ({"layers": [np.zeros((1, 3, 3, 4, 4))]}, "int8"),
        ({"layers": [np.zeros((2, 3, 3, 4, 4), np.int8)]}, "C = 1"),
        ({"layers": [np.zeros((1, 2, 2, 4, 4), np.int8)]}, "odd k"),
        ({"layers": [np.zeros((1, 3, 3, 1, 4), np.int8)]}, "L from 2"),
        ({"layers": [np.zeros((1, 3, 3, 4, 5), np.int8)]}, "4, 9 or 16"),
        ({"layers": [np.zeros((1, 23, 23, 2, 4), np.int8)]}, "exact in float32"),
        ({"steps": [1.0, 1.0]}, "steps must be 1"),
        ({"steps": [float("nan")]}, "steps must be 1"),
        ({"turns": 2}, "turns must be"),
        ({"turns": True}, "turns must be"),
    ],
)
def test_tables_that_do_not_fit(change, match) -> None:
    good = {"layers": [np.zeros((1, 3, 3, 4, 4), np.int8)], "steps": [1.0], "turns": 1}
    AdditiveTables(**good)
    with pytest.raises(ValueError, match=match):
        AdditiveTables(**(good | change))


def test_other_bad_input() -> None:
    tables = random_tables()
    for image in (np.zeros((3, 3)), np.zeros((3, 3, 4), np.uint8), np.zeros((0, 3), np.uint8)):
        with pytest.raises(ValueError, match="image must be"):
            super_resolve_additive(image, tables)
    with pytest.raises(ValueError, match="padding"):
        super_resolve_additive(np.zeros((3, 3), np.uint8), tables, padding="zero")
    for bad, match in (
        ({"scale": 5}, "scale"),
        ({"turns": 2}, "turns"),
        ({"layers": ()}, "layers must end"),
        ({"layers": ((9, 3, 5),)}, "layers must end"),
        ({"layers": ((4, 2, 5), (16, 3, 5))}, "kernel_size"),
        ({"layers": ((4, 3, 1), (16, 3, 5))}, "nodes"),
        ({"layers": ((0, 3, 5), (16, 3, 5))}, "out_channels"),
    ):
        with pytest.raises(ValueError, match=match):
            AdditiveNet(**bad)
    with pytest.raises(ValueError, match=r"x must be \(B, 1, H, W\)"):
        AdditiveNet()(torch.zeros(1, 3, 8, 8))
    with pytest.raises(ValueError, match="finite"):
        broken = AdditiveNet(2, SMALL)
        torch.nn.init.constant_(broken.entries[0], float("inf"))
        broken.export()
