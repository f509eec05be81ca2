"""Compare a map computed on a crop with the map of the whole image."""

import torch
from torch import Tensor, nn

from dynconv_lite.erf import Erf, effective_receptive_field


def images(count: int, channels: int, *size: int, dtype: torch.dtype = torch.float64) -> Tensor:
    """Return random images that are the same for the same arguments."""
    seed = torch.Generator().manual_seed(0)
    return torch.rand(count, channels, *size, generator=seed, dtype=torch.float64).to(dtype)


def reseed(model: nn.Module) -> nn.Module:
    """Make every weight and statistic random, so that no symmetric default hides a mistake.

    Mostly positive, so that no chain of rectifiers falls silent.
    """
    seed = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for value in (*model.parameters(), *model.buffers()):
            if value.is_floating_point():
                value.uniform_(-0.4 if value.ndim > 1 else 0.5, 1.5, generator=seed)
                value.div_(value[0].numel() if value.ndim > 1 else 1)
    return model


def check_crop(
    model: nn.Module, batch: Tensor, tolerance: float = 1e-9, *, silent: bool = False, **options
) -> bool:
    """Assert that cropping changes nothing; return whether the model saw less than the image.

    The map must hold something to compare, unless the unit may be `silent`.
    """
    seen = []
    handle = model.register_forward_pre_hook(lambda _, args: seen.append(args[0].shape[2:]))
    cropped = effective_receptive_field(model, batch, **options)
    used = seen[-1]
    whole = effective_receptive_field(model, batch, crop=False, **options)
    handle.remove()
    assert seen[-1] == batch.shape[2:]
    assert silent or whole.map.max() > 0
    assert_same(cropped, whole, tolerance)
    return used != batch.shape[2:]


def assert_same(a: Erf, b: Erf, tolerance: float) -> None:
    """Assert that two maps agree to a share of their largest value."""
    peak = float(b.map.max())
    torch.testing.assert_close(a.map, b.map, rtol=0, atol=tolerance * peak)
    assert a.center == b.center
