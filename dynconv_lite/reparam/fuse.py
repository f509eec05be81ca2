"""Fuse a whole model: every block that can merge itself, and every convolution beside a BN."""

import copy
import warnings
from collections import defaultdict
from typing import NamedTuple, Protocol, cast, runtime_checkable

from torch import nn

from dynconv_lite.reparam.batchnorm import (
    CONVS,
    EVAL_FIRST,
    NORMS,
    BatchNorm,
    affine_of,
    fuse_bn_conv,
    fuse_conv_bn,
    pads_with_zeros,
)
from dynconv_lite.reparam.flow import NORM_TYPES, Flow, shared_parameters


@runtime_checkable
class Fusible(Protocol):
    """A module that can return a simpler one which computes the same in eval mode."""

    def fuse(self) -> nn.Module:
        """Return the simpler module."""


class FusionReport(NamedTuple):
    """What fusing a model does.

    Attributes:
        fused: Names of a convolution and the batch normalisation that goes into it.
        left: Names of the batch normalisations that stay, and why.
        traced: Whether the model's forward could be followed. If not, only neighbours in an
            `nn.Sequential` are fused.
        merged: Names of the modules replaced by what their own `fuse()` returns.
    """

    fused: tuple[tuple[str, str], ...]
    left: dict[str, str]
    traced: bool
    merged: tuple[str, ...]


class _Pair(NamedTuple):
    """Names of a convolution and a batch normalisation, and whether the latter comes first."""

    conv: str
    bn: str
    bn_first: bool


def fuse(model: nn.Module) -> nn.Module:
    """Return a copy of a model in which branches are merged and batch normalisation is folded.

    Every module with a method `fuse()` is replaced by what it returns. A batch normalisation
    becomes an `nn.Identity` where a convolution that only it reads can do its work, or the one
    convolution that reads it, if that pads with no zeros. What has to stay is named in a warning.

    Args:
        model: Any model in eval mode; it is left as it is.

    Returns:
        The new model, of the same class and in eval mode.

    Raises:
        ValueError: If a module is in training mode or cannot fuse itself; names it.

    Source: Ding et al. 2021 (RepVGG), section 3.3.
    """
    new, pairs, report = _plan(model)
    for conv_name, bn_name, bn_first in pairs:
        conv = cast(nn.Conv2d, new.get_submodule(conv_name))
        bn = cast(BatchNorm, new.get_submodule(bn_name))
        fused = fuse_bn_conv(bn, conv) if bn_first else fuse_conv_bn(conv, bn)
        new = _replace(new, {id(conv): fused, id(bn): nn.Identity().eval()})
    if report.left:
        names = defaultdict(list)
        for name, reason in report.left.items():
            names[reason].append(name)
        why = "; ".join(f"{', '.join(each)}: {reason}" for reason, each in names.items())
        warnings.warn(f"not fused: {why}", UserWarning, stacklevel=2)
    return new


def fusion_report(model: nn.Module) -> FusionReport:
    """Return what `fuse` would do to a model, without doing it.

    Raises:
        ValueError: As `fuse`.
    """
    return _plan(model)[2]


def _plan(model: nn.Module) -> tuple[nn.Module, list[_Pair], FusionReport]:
    """Return a copy with its blocks merged, the pairs to fuse in it, and the report."""
    for name, module in model.named_modules():
        if module.training:
            raise ValueError(
                f"{name or 'model'} ({type(module).__name__}) is in training mode; {EVAL_FIRST}"
            )
    new, merged = _merge_blocks(copy.deepcopy(model))
    norms = {n: m for n, m in new.named_modules() if isinstance(m, NORM_TYPES)}
    for name, norm in norms.items():
        if isinstance(norm, nn.SyncBatchNorm) and norm.running_mean is None:
            raise ValueError(
                f"{name or 'model'} is a SyncBatchNorm without running statistics: what it "
                "computes depends on the batches of all processes, and no kernel can"
            )
    flow = Flow(new)
    search = _Search(new, flow)
    pairs, left = [], {}
    for name, norm in norms.items():
        found = search.partner(name, norm)
        if isinstance(found, str):
            left[name] = found
        else:
            pairs.append(found)
    report = FusionReport(tuple(pair[:2] for pair in pairs), left, flow.traced, merged)
    return new, pairs, report


def _merge_blocks(model: nn.Module) -> tuple[nn.Module, tuple[str, ...]]:
    """Replace every module that can fuse itself, the outermost of them, wherever it stands."""
    merged: dict[str, nn.Module] = {}
    swaps: dict[int, nn.Module] = {}
    for name, module in model.named_modules():
        inside = any(not outer or name.startswith(f"{outer}.") for outer in merged)
        # a method, where some modules have a layer of that name
        if inside or not (isinstance(module, Fusible) and hasattr(type(module), "fuse")):
            continue
        try:
            new = module.fuse()
        except ValueError as error:
            raise ValueError(f"{name or 'model'}: {error}") from error
        if not isinstance(new, nn.Module):
            raise ValueError(
                f"{name or 'model'}.fuse() must return a new nn.Module, got {type(new).__name__}"
            )
        merged[name] = swaps[id(module)] = new.eval()
    return _replace(model, swaps), tuple(merged)


def _replace(model: nn.Module, swaps: dict[int, nn.Module]) -> nn.Module:
    """Put new modules, by the ids of the old, under every name that the old had."""
    if id(model) in swaps:
        return swaps[id(model)]
    for parent in list(model.modules()):
        for name, child in list(parent._modules.items()):  # children() skips repeated ones
            if id(child) in swaps:
                setattr(parent, name, swaps[id(child)])
    return model


class _Search:
    """Find the convolution that takes in a batch normalisation, or say why there is none."""

    def __init__(self, model: nn.Module, flow: Flow) -> None:
        self.model, self.flow = model, flow
        self.shared = shared_parameters(model)

    def partner(self, name: str, norm: nn.Module) -> _Pair | str:
        """Return the pair, or the reason why the normalisation has to stay."""
        if type(norm) not in NORMS:
            return f"{type(norm).__name__} is not supported"
        try:
            affine_of(cast(BatchNorm, norm))
        except ValueError as error:
            return str(error).partition(":")[0]
        trouble = self._trouble(name, norm)
        if trouble:
            return trouble
        source = self.flow.sources.get(name)
        if source is None:
            return self._unknown()
        after = self._behind(name, source.module)
        if after is None:
            return _Pair(cast(str, source.module), name, False)
        before = self._ahead(name)
        if before is None:
            return _Pair(cast(str, self.flow.takers[name][0].module), name, True)
        if self._is_conv(source.module):
            return after
        return f"it reads {source.what}, no nn.Conv2d, and {before}"

    def _behind(self, name: str, conv_name: str | None) -> str | None:
        """Tell what keeps the convolution before a normalisation from taking it in."""
        if not self._is_conv(conv_name):
            return "no nn.Conv2d comes before it"
        conv_name = cast(str, conv_name)
        trouble = self._trouble(conv_name, self.model.get_submodule(conv_name))
        if trouble is None and len(self.flow.takers[conv_name]) != 1:
            return f"the output of {conv_name} is used elsewhere too"
        return trouble

    def _ahead(self, name: str) -> str | None:
        """Tell what keeps the convolution behind a normalisation from taking it in."""
        takers = self.flow.takers[name]
        if len(takers) != 1:
            return "its output is used in several places"
        conv_name, what = takers[0]
        if not self._is_conv(conv_name):
            return f"its output goes to {what}"
        conv = cast(nn.Conv2d, self.model.get_submodule(cast(str, conv_name)))
        _, shift = affine_of(cast(BatchNorm, self.model.get_submodule(name)))
        if pads_with_zeros(conv) and bool(shift.any()):
            return f"{conv_name} after it pads with zeros, not with its shift"
        return self._trouble(cast(str, conv_name), conv)

    def _trouble(self, name: str, module: nn.Module) -> str | None:
        """Tell what makes a module unfit, whatever its neighbour is."""
        calls = self.flow.calls[name]
        if calls != 1:
            never = "forward does not call it" if self.flow.traced else self._unknown()
            return f"{name} is called {calls} times" if calls else never
        if name in self.flow.touched:
            return f"the model reads the parameters of {name} itself"
        if module._forward_hooks or module._forward_pre_hooks:
            return f"{name} has hooks"
        own = module.parameters(recurse=False)
        if isinstance(module, nn.Conv2d) and any(id(value) in self.shared for value in own):
            return f"{name} shares a parameter with another module"
        return None

    def _unknown(self) -> str:
        if self.flow.traced:
            return "what its input comes from cannot be followed"
        return "forward cannot be traced, and it follows no convolution in an nn.Sequential"

    def _is_conv(self, name: str | None) -> bool:
        # a subclass may use its weight in another way
        return name is not None and type(self.model.get_submodule(name)) in CONVS
