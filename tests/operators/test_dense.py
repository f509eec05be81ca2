"""A dense predictor is its network's classifier, asked at every pixel."""

import pytest
import torch

from dynconv_lite.large_kernel import RepLKNet
from dynconv_lite.models.dense import DensePredictor


def network(stem_stride: int = 1, kernel: int = 7, dtype: torch.dtype = torch.float64) -> RepLKNet:
    torch.manual_seed(0)
    model = RepLKNet((1,), (kernel,), (6,), 4, stem_stride=stem_stride, expansion=2).to(dtype)
    with torch.no_grad():  # fresh statistics would hide a forgotten normalisation
        model.norm.running_mean.uniform_(-1, 1)
        model.norm.running_var.uniform_(0.5, 2)
        model.norm.weight.uniform_(0.5, 2)
        model.norm.bias.uniform_(-1, 1)
        model.fc.bias.uniform_(-1, 1)
    return model.eval()


def test_the_mean_over_the_pixels_is_the_network_s_own_answer() -> None:
    model, x = network(), torch.rand(3, 3, 11, 14, dtype=torch.float64)
    dense = DensePredictor(model)(x)
    assert dense.shape == (3, 4, 11, 14)
    torch.testing.assert_close(dense.mean(dim=(2, 3)), model(x), rtol=1e-12, atol=1e-12)


def test_a_pixel_s_logits_are_the_classifier_of_its_features() -> None:
    model, x = network(), torch.rand(2, 3, 9, 8, dtype=torch.float64)
    features = model.norm(model.features(x))[:, :, 5, 3]  # (2, 6)
    expected = model.fc(features)
    torch.testing.assert_close(DensePredictor(model)(x)[:, :, 5, 3], expected)


@pytest.mark.parametrize("stride", [2, 4])
def test_a_network_that_shrinks_is_interpolated(stride: int) -> None:
    model, x = network(stride), torch.rand(1, 3, 16, 24, dtype=torch.float64)
    coarse = model.fc(model.norm(model.features(x)).movedim(1, -1)).movedim(-1, 1)
    assert coarse.shape == (1, 4, 16 // stride, 24 // stride)
    y = DensePredictor(model)(x)
    assert y.shape == (1, 4, 16, 24)
    torch.testing.assert_close(y[..., 0, 0], coarse[..., 0, 0])  # a corner has one neighbour
    torch.testing.assert_close(y[..., -1, -1], coarse[..., -1, -1])
    # Its pixel of the middle lies between four of the coarse ones, equally near to all.
    half = coarse[..., :2, :2].mean((2, 3))
    middle = y[..., stride - 1 : stride + 1, stride - 1 : stride + 1].mean((2, 3))
    torch.testing.assert_close(middle, half)


def test_there_is_no_parameter_more() -> None:
    model = network()
    count = sum(p.numel() for p in model.parameters())
    assert sum(p.numel() for p in DensePredictor(model).parameters()) == count


@pytest.mark.parametrize(("kernel", "radius"), [(3, 4), (13, 9), (31, 18)])
def test_a_pixel_depends_on_its_window_and_on_nothing_else(kernel: int, radius: int) -> None:
    side = 2 * radius + 9
    x = torch.rand(1, 3, side, side, dtype=torch.float64, requires_grad=True)
    middle = side // 2
    # Smooth everywhere, so that no zero is an accident of a rectifier.
    model = network(kernel=kernel)
    for module in model.modules():
        for name, child in module.named_children():
            if isinstance(child, torch.nn.ReLU):
                setattr(module, name, torch.nn.Softplus())
    DensePredictor(model)(x)[0, :, middle, middle].sum().backward()
    touched = torch.zeros(side, side, dtype=torch.bool)
    touched[middle - radius : middle + radius + 1, middle - radius : middle + radius + 1] = True
    assert x.grad is not None
    seen = x.grad[0].abs().sum(0)
    # Spectra leave rounding errors where there is nothing.
    assert torch.equal(seen > 1e-13 * seen.max(), touched)


def test_every_parameter_gets_a_gradient() -> None:
    model = DensePredictor(network().train())
    model(torch.rand(2, 3, 8, 8, dtype=torch.float64)).square().mean().backward()
    assert all(p.grad is not None for p in model.parameters())
