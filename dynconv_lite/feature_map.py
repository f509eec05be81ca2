"""Reach one feature map of any model, without changing the model."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from torch import Tensor, nn


class Features:
    """Keeps the feature map that a forward pass produces at the chosen layer."""

    def __init__(self, chosen: str | None) -> None:
        self.chosen = chosen
        self.kept: Tensor | None = None
        self.tokens = False  # the last map went on as a sequence

    def hook(self, module: nn.Module, args: Any, output: Any) -> None:
        """Look at the output of a module (called by torch after its forward)."""
        if self.chosen is not None:
            self._keep_chosen(output)
        elif isinstance(output, Tensor) and output.ndim == 4:
            # A map pooled to a fixed size already belongs to the classifier.
            pooled = isinstance(module, (nn.AdaptiveAvgPool2d, nn.AdaptiveMaxPool2d))
            if max(output.shape[-2:]) > 1 and not pooled:
                self.kept, self.tokens = output.clone(), False
        elif isinstance(output, Tensor) and output.ndim == 3:
            self.tokens = True

    def see(self, output: Any) -> None:
        """Look at the model's own output: it wins if no layer was named and it is a map."""
        if self.chosen is None:
            self.hook(nn.Identity(), (), output)

    def tensor(self) -> Tensor:
        """Return the map, or say why there is none.

        Raises:
            ValueError: naming the layer, or asking for one.
        """
        if self.kept is not None and not self.tokens:
            return self.kept
        if self.chosen is not None:
            raise ValueError(f"layer {self.chosen!r} did not run in the model's forward pass")
        found = "ends in a sequence (B, N, C)" if self.tokens else "gives none larger than 1 x 1"
        raise ValueError(
            f"layer must be named: the model's last feature map is unclear, it {found}"
        )

    def _keep_chosen(self, output: Any) -> None:
        if not isinstance(output, Tensor) or output.ndim != 4:
            shape = tuple(output.shape) if isinstance(output, Tensor) else type(output).__name__
            raise ValueError(
                f"layer {self.chosen!r} gives {shape}, not a feature map (B, C, H, W); "
                "choose a layer before the map is flattened"
            )
        self.kept = output.clone()  # a later in-place operation must not reach back into it


@contextmanager
def tap(model: nn.Module, layer: str | nn.Module | None) -> Iterator[Features]:
    """Attach hooks that keep a layer's feature map, and take them off again.

    Raises:
        ValueError: if `layer` is not part of the model; similar names are listed.
    """
    names = {id(module): name for name, module in model.named_modules()}
    modules = dict(model.named_modules())
    if isinstance(layer, str) and layer not in modules:
        listed = ", ".join(list(modules)[1:13]) or "none, the model has no parts"
        raise ValueError(f"layer {layer!r} is not in the model; its layers include {listed}")
    if isinstance(layer, nn.Module) and id(layer) not in names:
        raise ValueError(f"layer {type(layer).__name__} is not a part of the model")
    chosen = layer if isinstance(layer, str) else names[id(layer)] if layer is not None else None
    watched = list(modules.values()) if chosen is None else [modules[chosen]]
    features = Features(chosen)
    handles = [module.register_forward_hook(features.hook) for module in watched]
    try:
        yield features
    finally:
        for handle in handles:
            handle.remove()


@contextmanager
def eval_mode(model: nn.Module) -> Iterator[None]:
    """Put a model into eval mode, and every module of it back as it was."""
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        yield
    finally:
        for module, mode in modes:
            module.training = mode
