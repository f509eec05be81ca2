"""A fused network is an ordinary one: it is saved, loaded and exported as such."""

import copy
import io

import onnxruntime
import pytest
import torch
from norms import difference, unsettle
from torch import nn

from dynconv_lite.reparam import RepConv2d, fuse

LAYERS = {
    "a block of RepVGG": {},
    "cropped": {"padding": 0},
    "strided, in groups": {"stride": 2, "groups": 2},
    "large and depth-wise": {"kernel_size": 9, "groups": 4, "small_kernels": (5,)},
}


def network(**how) -> nn.Module:
    block = RepConv2d(**{"in_channels": 4, "out_channels": 4, "kernel_size": 3, **how})
    stem = nn.Sequential(nn.Conv2d(3, 4, 3, bias=False), nn.BatchNorm2d(4), nn.ReLU())
    head = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 5))
    return unsettle(nn.Sequential(stem, block, nn.ReLU(), head))


def run(model: nn.Module, x: torch.Tensor) -> torch.Tensor:
    """Export a model to ONNX and run it there."""
    program = torch.onnx.export(model, (x,), dynamo=True, verbose=False)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    content = program.model_proto.SerializeToString()
    session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    (name,) = (each.name for each in session.get_inputs())
    return torch.from_numpy(session.run(None, {name: x.numpy()})[0])


@pytest.mark.parametrize("name", LAYERS)
def test_both_forms_run_elsewhere(name) -> None:
    model, x = network(**LAYERS[name]), torch.randn(2, 3, 16, 16)
    with torch.no_grad():
        expected = model(x)
    fused = fuse(model)
    assert difference(run(fused, x), expected) < 1e-5
    assert difference(run(model, x), expected) < 1e-5


def test_saved_and_loaded() -> None:
    fused, x = fuse(network()), torch.randn(2, 3, 16, 16)
    file = io.BytesIO()
    torch.save(fused.state_dict(), file)
    file.seek(0)
    state = torch.load(file, weights_only=True)
    assert not any("running" in key for key in state)
    other = copy.deepcopy(fused)
    with torch.no_grad():
        for parameter in other.parameters():
            parameter.zero_()
    other.load_state_dict(state)
    assert torch.equal(other(x), fused(x))


def test_one_convolution_is_left_of_a_block_and_no_norm() -> None:
    modules = list(fuse(network()).modules())
    assert sum(isinstance(module, nn.Conv2d) for module in modules) == 2  # the stem's, and one
    assert not any(isinstance(module, nn.BatchNorm2d) for module in modules)
