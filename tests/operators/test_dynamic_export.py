"""Exported to ONNX, dynamic layers and networks of them give what torch gives, for any batch.

Exported for a fixed batch a program holds grouped convolutions; for any batch, matrix products.
"""

import copy

import onnxruntime
import pytest
import torch
import torchvision
from torch import Tensor, nn

from dynconv_lite.dynamic import DynamicConv2d, DynamicLinear, KernelAttention, to_dynamic

TOLERANCE = 1e-4  # of the largest value: float32 sums in another order, through a whole network
LAYERS = {
    "strided, dilated, in groups": lambda: DynamicConv2d(
        4, 6, (3, 2), stride=2, padding=1, dilation=(1, 2), groups=2
    ),
    "sigmoid": lambda: DynamicConv2d(4, 6, 3, gate="sigmoid"),
    "depth-wise, no bias": lambda: DynamicConv2d(4, 4, 3, groups=4, bias=False),
    "one pixel": lambda: DynamicConv2d(4, 6, 1),
    "one pixel, strided": lambda: DynamicConv2d(4, 6, 1, stride=2),
}
BLOCKS = [[1, 8, 1, 1], [6, 8, 2, 2], [6, 16, 2, 2]]  # of every kind that MobileNetV2 has
NETWORKS = {
    "resnet18": (torchvision.models.resnet18, {}),
    "mobilenet_v2": (torchvision.models.mobilenet_v2, {"inverted_residual_setting": BLOCKS}),
    "mobilenet_v3_small": (torchvision.models.mobilenet_v3_small, {"width_mult": 0.25}),
}


def pictures(batch: int, channels: int = 4, height: int = 9, width: int = 8) -> Tensor:
    """Draw noise of a colour of its own for each picture, which attention can tell apart."""
    colours = 2 * torch.randn(batch, channels, 1, 1)
    return torch.randn(batch, channels, height, width) + colours


def exported(model: nn.Module, x: Tensor, any_batch: bool) -> onnxruntime.InferenceSession:
    shapes = ({0: torch.export.Dim("batch", min=1, max=64)},) if any_batch else None
    program = torch.onnx.export(model, (x,), dynamo=True, dynamic_shapes=shapes, verbose=False)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    content = program.model_proto.SerializeToString()
    return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])


def check(model: nn.Module, session: onnxruntime.InferenceSession, x: Tensor) -> None:
    """Compare a session with the model, on images that are told apart."""
    with torch.no_grad():
        expected = model(x)
    (name,) = (each.name for each in session.get_inputs())
    found = torch.from_numpy(session.run(None, {name: x.numpy()})[0])
    assert found.shape == expected.shape
    largest = float(expected.abs().max())
    if len(x) > 1:
        assert float((expected[0] - expected[1]).abs().max()) > 0.01 * largest
    # a network's small answers may be sums of much larger numbers: torch's own rounding counts
    noise = float((expected - in_double(model, x)).abs().max())
    assert float((found - expected).abs().max()) < max(TOLERANCE * largest, 8 * noise)
    assert noise < 0.002 * largest  # so that the bound stays far below what tells images apart


def in_double(model: nn.Module, x: Tensor) -> Tensor:
    with torch.no_grad():
        return copy.deepcopy(model).double()(x.double()).float()


def awake(model: nn.Module, x: Tensor) -> nn.Module:
    """Let attention tell images apart and normalisation keep their scale, as after a training."""
    for module in model.modules():
        if isinstance(module, KernelAttention):
            module.temperature = 0.7  # a given one, not what a layer starts with
            nn.init.normal_(module.fc2.weight, std=2.0)
            if isinstance(module.fc1, nn.Linear):
                nn.init.ones_(module.fc1.bias)  # so that its relu lets something through
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.reset_running_stats()
            module.momentum = 1.0  # the statistics are those of x
    with torch.no_grad():
        model.train()(x)
    return model.eval()


@pytest.mark.parametrize("any_batch", [False, True])
@pytest.mark.parametrize("name", LAYERS)
def test_a_layer(name, any_batch) -> None:
    x, more = pictures(3), pictures(7)
    layer = awake(LAYERS[name](), x)
    shares = layer.attention(x).detach()
    assert float((shares[0] - shares[1]).abs().max()) > 0.05
    session = exported(layer, x, any_batch)
    check(layer, session, x)
    if any_batch:
        check(layer, session, more)
        check(layer, session, more[:1])


@pytest.mark.parametrize("any_batch", [False, True])
def test_the_dynamic_perceptron(any_batch) -> None:
    x, more = torch.randn(3, 8), torch.randn(7, 8)
    layer = awake(DynamicLinear(8, 5), x)
    session = exported(layer, x, any_batch)
    check(layer, session, x)
    if any_batch:
        check(layer, session, more)


def test_one_image_exported_for_any_batch() -> None:
    layer = awake(DynamicConv2d(4, 6, 3), pictures(3))
    check(layer, exported(layer, pictures(1), True), pictures(5))


def test_the_temperature_of_the_moment_is_exported() -> None:
    x = pictures(3)
    layer = awake(DynamicConv2d(4, 6, 3), x)
    session = exported(layer, x, False)
    before = layer(x)
    layer.attention.temperature = 30.0
    assert not torch.allclose(layer(x), before, atol=0.1)
    layer.attention.temperature = 0.7
    check(layer, session, x)


def test_a_given_attention_is_an_input() -> None:
    x, attention = pictures(3), torch.rand(3, 4).softmax(1)
    layer = DynamicConv2d(4, 6, 3).eval()
    program = torch.onnx.export(layer, (x, attention), dynamo=True, verbose=False)
    session = onnxruntime.InferenceSession(program.model_proto.SerializeToString())
    names = [each.name for each in session.get_inputs()]
    values = (x.numpy(), attention.numpy())
    found = session.run(None, dict(zip(names, values, strict=True)))[0]
    torch.testing.assert_close(torch.from_numpy(found), layer(x, attention).detach())


def test_a_fixed_batch_refuses_another() -> None:
    x = pictures(3)
    session = exported(DynamicConv2d(4, 6, 3).eval(), x, False)
    name = session.get_inputs()[0].name
    with pytest.raises(Exception, match=r"invalid dimensions|Invalid dimensions|Got: 5 Expected"):
        session.run(None, {name: pictures(5).numpy()})


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_takes_any_batch(name) -> None:
    build, options = NETWORKS[name]
    x, more = pictures(4, 3, 32, 32), pictures(5, 3, 32, 32)
    model = awake(to_dynamic(build(num_classes=5, **options), 2), x)
    session = exported(model, x[:2], True)
    check(model, session, x)
    check(model, session, more)


def test_a_network_of_a_fixed_batch() -> None:
    build, options = NETWORKS["mobilenet_v2"]
    x = pictures(4, 3, 32, 32)
    model = awake(to_dynamic(build(num_classes=5, **options), 2), x)
    for batch in (1, 4):
        check(model, exported(model, x[:batch], False), x[:batch])
