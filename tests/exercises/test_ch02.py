"""What is particular to the checks of chapter 2; see test_banks.py for what is not."""

import pytest
import torch

from dynconv_lite.course.checks import ch02
from dynconv_lite.course.exercise import CheckFailed
from dynconv_lite.dynamic import DynamicLinear, TemperatureSchedule, dynamic_linear
from dynconv_lite.dynamic.kernels import mix


def answer(name: str):
    return getattr(ch02, name).fallback


def test_the_parts_together_are_the_library_s_layer():
    layer = DynamicLinear(6, 5, 4, hidden_features=7, temperature=2.5).double()
    x = torch.randn(9, 6, dtype=torch.float64)
    fc1, fc2 = layer.attention.fc1, layer.attention.fc2
    attention = answer("attend")(x, fc1.weight, fc1.bias, fc2.weight, fc2.bias, 2.5)
    torch.testing.assert_close(attention, layer.attention(x))
    y = answer("dynamic_perceptron")(x, layer.weight, layer.bias, attention)
    torch.testing.assert_close(y, layer(x))
    own = answer("mix")(layer.weight, attention[3])
    torch.testing.assert_close(own, mix(layer.weight, attention)[3])


def test_the_gradients_are_those_that_autograd_finds():
    weight = torch.randn(3, 2, 4, requires_grad=True)
    x, attention = torch.randn(8, 4), torch.randn(8, 3).softmax(1)
    y = dynamic_linear(x, weight, None, attention)
    y.square().sum().backward()
    of_mixed = 2 * y.detach()[:, :, None] * x[:, None]
    torch.testing.assert_close(answer("kernel_gradients")(of_mixed, attention), weight.grad)


def test_the_schedule_is_the_library_s():
    schedule = TemperatureSchedule(DynamicLinear(2, 2), 20.0, 2.0, 7)
    for epoch in (0, 0.5, 3, 6.9, 7, 30):
        assert answer("temperature_at")(epoch, 20.0, 2.0, 7) == pytest.approx(schedule.step(epoch))


@pytest.mark.parametrize("gate", ["softmax", "sigmoid"])
def test_what_a_gate_makes_is_reachable_and_has_its_shares_back(gate):
    corners = torch.eye(3, 5, dtype=torch.float64) + 0.2
    for scale in (0.1, 1.0, 30.0):
        logits = scale * torch.randn(20, 3, dtype=torch.float64)
        made = logits.softmax(1) if gate == "softmax" else logits.sigmoid()
        for shares in made:
            found = answer("shares_of")(shares @ corners, corners)
            torch.testing.assert_close(found, shares, rtol=1e-9, atol=1e-9)
            soft, free = answer("reachable")(found)
            assert free and soft == (abs(float(shares.sum()) - 1) <= 1e-6)
            assert soft or gate == "sigmoid"


def test_a_verdict_is_told_with_its_shares():
    with pytest.raises(CheckFailed) as caught:
        ch02.reachable(lambda shares: (len(shares) == 4, True))
    assert "For the shares" in str(caught.value) and "(softmax, sigmoid)" in str(caught.value)
