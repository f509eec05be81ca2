"""Any layer of any model can be reached, and the model is left as it was."""

import pytest
import torch
from torch import Tensor, nn

from dynconv_lite.feature_map import Features, eval_mode, tap, untouched


def look(model: nn.Module, x: Tensor, layer: str | nn.Module | None = None) -> Features:
    with torch.no_grad(), tap(model, layer) as features:
        features.see(model(x))
    return features


class Pyramid(nn.Module):
    """Returns a dictionary, as segmentation models do."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(1, 2, 3, padding=1)
        self.down = nn.Conv2d(2, 4, 2, stride=2)
        nn.init.constant_(self.stem.bias, -0.5)  # so that the ReLU cuts something off

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        return {"out": self.down(self.stem(x).relu_())}


X = torch.rand(1, 1, 6, 8, generator=torch.Generator().manual_seed(0))


def test_by_name_by_module_and_by_itself() -> None:
    model = Pyramid()
    assert look(model, X, "down").tensor().shape == (1, 4, 3, 4)
    assert look(model, X, model.stem).tensor().shape == (1, 2, 6, 8)
    assert torch.equal(look(model, X).tensor(), model(X)["out"])


def test_a_later_in_place_operation_does_not_reach_back() -> None:
    model = Pyramid()
    assert torch.equal(look(model, X, "stem").tensor(), model.stem(X))
    assert (model.stem(X) < 0).any()  # so that the ReLU behind it would have shown


def test_the_last_map_is_the_one_before_the_classifier() -> None:
    convolutions = nn.Sequential(nn.Conv2d(1, 3, 3), nn.ReLU())
    head = [nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(12, 5)]
    model = nn.Sequential(*convolutions, *head)
    assert torch.equal(look(model, X).tensor(), convolutions(X))


def test_the_models_own_map_wins() -> None:
    class Doubled(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv2d(1, 3, 3)

        def forward(self, x: Tensor) -> Tensor:
            return 2 * self.conv(x)

    model = Doubled()
    assert torch.equal(look(model, X).tensor(), model(X))


def test_a_call_can_be_asked_for_again_at_another_size() -> None:
    model = nn.Sequential(nn.Conv2d(1, 2, 1), nn.Conv2d(2, 3, 1, stride=2))
    call = look(model, X).call
    with torch.no_grad(), tap(model, None, call) as features:
        features.see(model(X[:, :, :2, :2]))
    # Left to itself it would take the first layer's map, the last one larger than 1 x 1.
    assert features.tensor().shape == (1, 3, 1, 1)
    assert look(model, X[:, :, :2, :2]).tensor().shape == (1, 2, 2, 2)


def test_unclear_maps_are_refused() -> None:
    tokens = nn.Sequential(nn.Conv2d(1, 2, 2, stride=2), nn.Flatten(2))
    with pytest.raises(ValueError, match=r"layer must be named.*sequence \(B, N, C\)"):
        look(tokens, X).tensor()
    with pytest.raises(ValueError, match=r"layer must be named.*none larger than 1 x 1"):
        look(nn.Conv2d(1, 2, (6, 8)), X).tensor()
    assert look(tokens, X, "0").tensor().shape == (1, 2, 3, 4)


def test_hooks_come_off_even_after_a_failure() -> None:
    model = Pyramid()
    with pytest.raises(ZeroDivisionError), tap(model, None):
        raise ZeroDivisionError
    assert not any(module._forward_hooks for module in model.modules())


def test_eval_mode_puts_every_module_back() -> None:
    model = nn.Sequential(nn.BatchNorm2d(1), nn.Sequential(nn.Dropout(), nn.Dropout()))
    model[1].eval()
    before = [module.training for module in model.modules()]
    with pytest.raises(ZeroDivisionError), eval_mode(model):
        assert not any(module.training for module in model.modules())
        raise ZeroDivisionError
    assert [module.training for module in model.modules()] == before


def test_untouched_takes_back_what_a_pass_left_behind() -> None:
    class Keeps(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.calls, self.masks, self.log = 0, {}, []
            self.register_buffer("scale", torch.ones(1))

        def forward(self, x: Tensor) -> Tensor:
            self.calls += 1
            self.masks[x.shape] = x
            self.log.append(x)
            self.scale = x
            self.extra = x
            return x

    model = Keeps()
    masks, log, scale = model.masks, model.log, model.scale
    with untouched(model):
        model(X)
        assert model.calls == len(model.log) == 1
    assert (model.calls, model.masks, model.log) == (0, {}, [])
    assert model.masks is masks
    assert model.log is log
    assert model.scale is scale
    assert not hasattr(model, "extra")
