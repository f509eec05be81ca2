"""Reach one feature map of any model, without changing the model."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from copy import copy
from typing import Any

import torch
from torch import Tensor, nn


class Features:
    """Keeps the feature map that a forward pass produces at the chosen layer."""

    def __init__(self, chosen: str | None, call: int | None = None) -> None:
        self.chosen = chosen
        self.pinned = call  # keep this call's output, whatever its size
        self.count = 0  # calls seen
        self.call = -1  # the one whose output is kept
        self.kept: Tensor | None = None
        self.tokens = False  # the last map went on as a sequence

    def hook(self, module: nn.Module, args: Any, output: Any) -> None:
        """Look at the output of a module (called by torch after its forward)."""
        self.count += 1
        if self.pinned is not None:
            if self.pinned == self.count:
                self._keep_chosen(output)
        elif self.chosen is not None:
            self._keep_chosen(output)
        elif isinstance(output, Tensor) and output.ndim == 4:
            # A map pooled to a fixed size already belongs to the classifier.
            pooled = isinstance(module, (nn.AdaptiveAvgPool2d, nn.AdaptiveMaxPool2d))
            if max(output.shape[-2:]) > 1 and not pooled:
                self._keep_chosen(output)
                self.tokens = False
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
        self.call = self.count
        self.kept = output.clone()  # a later in-place operation must not reach back into it


@contextmanager
def tap(
    model: nn.Module, layer: str | nn.Module | None, call: int | None = None
) -> Iterator[Features]:
    """Attach hooks that keep a layer's feature map, and take them off again.

    Args:
        model: the model to look into.
        layer: a module of the model or its dotted name; None for the last feature map.
        call: `Features.call` of an earlier forward pass, to keep the same output again.

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
    watched = [modules[chosen]] if chosen is not None else list(modules.values())
    # Scripted code runs without hooks; what it returns is seen by the module around it.
    watched = [module for module in watched if not isinstance(module, torch.jit.ScriptModule)]
    if not watched and chosen is not None:
        raise ValueError(f"layer {chosen!r} is scripted; torch cannot look at its output")
    features = Features(chosen, call)
    handles = [module.register_forward_hook(features.hook) for module in watched]
    try:
        yield features
    finally:
        for handle in handles:
            handle.remove()


@contextmanager
def eval_mode(model: nn.Module) -> Iterator[None]:
    """Put a model into eval mode, uncompiled, and every module of it back as it was."""
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    # The compiler would try to compile what looks on as well. Where it was never imported,
    # nothing can be compiled.
    compiler = "torch._dynamo" in sys.modules
    try:
        with torch.compiler.set_stance("force_eager") if compiler else nullcontext():
            yield
    finally:
        for module, mode in modes:
            module.training = mode


@contextmanager
def untouched(model: nn.Module) -> Iterator[None]:
    """Undo what a forward pass leaves in a model's attributes, such as a mask kept for later.

    A traced pass computes shapes alone: a tensor that it leaves behind has no numbers in it.
    """
    own = [vars(m) for m in model.modules() if not isinstance(m, torch.jit.ScriptModule)]
    boxes = [b for held in own for b in (held, *held.values()) if isinstance(b, (dict, list))]
    before = [(box, copy(box)) for box in boxes]
    try:
        yield
    finally:
        for box, content in before:
            box.clear()
            box.extend(content) if isinstance(box, list) else box.update(content)
