"""Who hands its output to whom in a model: what has to be known before two layers become one.

The order in which layers are defined proves nothing. `torch.fx` runs the model's forward with
stand-ins for tensors and writes down every call. Where that fails, because the code asks for
numbers, the parts of an `nn.Sequential` still are known to follow one another.
"""

import inspect
import warnings
from collections import Counter, defaultdict
from itertools import pairwise
from typing import Any, NamedTuple

from torch import Tensor, fx, nn
from torch.nn.modules.batchnorm import _BatchNorm
from torchvision.ops import FrozenBatchNorm2d

NORM_TYPES: Any = (_BatchNorm, FrozenBatchNorm2d)


class Place(NamedTuple):
    """One end of a connection: a module by its name, or in words what else it is."""

    module: str | None
    what: str


class Flow:
    """The connections between a model's modules.

    A module that is registered under several names goes by the first.

    Args:
        model: Any model; its forward is run with stand-ins, no numbers are computed.

    Attributes:
        calls: How often each module is called, or stands in a sequence that is not traced.
        sources: Where a module's input comes from, if it has one input.
        takers: Who takes a module's output.
        touched: Modules whose parameters the model's own code reads.
        traced: Whether the model's forward could be followed; parts of it may not.
    """

    def __init__(self, model: nn.Module) -> None:
        self.calls: Counter[str] = Counter()
        self.sources: dict[str, Place] = {}
        self.takers: defaultdict[str, list[Place]] = defaultdict(list)
        self.touched: set[str] = set()
        self._model = model
        self._names = {id(module): name for name, module in model.named_modules()}
        graph, opaque = _trace(model)
        self.traced = graph is not None
        if graph is not None:
            self._read(graph)
        for module in opaque:
            self._read_sequences(module)

    def name(self, module: nn.Module) -> str:
        """Return the first name of a module."""
        return self._names[id(module)]

    def _read(self, graph: fx.Graph) -> None:
        for node in graph.nodes:
            if node.op == "get_attr":
                owner = str(node.target).rpartition(".")[0]
                self.touched.add(self.name(self._model.get_submodule(owner)))
            if node.op != "call_module":
                continue
            name = self.name(self._model.get_submodule(str(node.target)))
            self.calls[name] += 1
            if len(node.all_input_nodes) == 1:
                self.sources[name] = self._place(node.all_input_nodes[0])
            self.takers[name] += [self._place(user) for user in node.users]

    def _place(self, node: fx.Node) -> Place:
        if node.op == "call_module":
            module = self._model.get_submodule(str(node.target))
            return Place(self.name(module), type(module).__name__)
        if node.op in ("placeholder", "output"):
            return Place(None, f"the model's {'output' if node.op == 'output' else 'input'}")
        return Place(None, str(getattr(node.target, "__name__", node.target)))

    def _read_sequences(self, outer: nn.Module) -> None:
        """Read the neighbours in every plain `nn.Sequential` within a module that is not traced."""
        for name, module in outer.named_modules(remove_duplicate=False):
            if name:
                self.calls[self.name(module)] += 1
            if type(module).forward is not nn.Sequential.forward:
                continue
            parts = list(module.children()) if len(module) == len(set(module)) else []
            for first, second in pairwise(parts):
                before, after = self.name(first), self.name(second)
                self.sources[after] = Place(before, type(first).__name__)
                self.takers[before].append(Place(after, type(second).__name__))


class _Tracer(fx.Tracer):
    """Follow a model's forward; remember the innermost module in which that failed."""

    def __init__(self, opaque: set[type[nn.Module]]) -> None:
        super().__init__()
        self.opaque = opaque
        self.failed: nn.Module | None = None
        self.skipped: set[nn.Module] = set()

    def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:
        if type(m) in self.opaque:
            self.skipped.add(m)
            return True
        # subclasses too, which may live anywhere and do more
        return isinstance(m, (nn.Conv2d, *NORM_TYPES)) or super().is_leaf_module(
            m, module_qualified_name
        )

    def call_module(
        self, m: nn.Module, forward: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        try:
            return super().call_module(m, forward, args, kwargs)
        except Exception:
            self.failed = m if self.failed is None else self.failed
            raise


def _trace(model: nn.Module) -> tuple[fx.Graph | None, list[nn.Module]]:
    """Return the graph of a model's forward, or None, and the modules that are not followed in it.

    Where a module cannot be followed, the next attempt takes all of its kind as they are.
    """
    opaque: set[type[nn.Module]] = set()
    # a parameter with a default is left at it, so that the usual way through the code is followed
    defaults = {
        name: parameter.default
        for name, parameter in inspect.signature(model.forward).parameters.items()
        if parameter.default is not inspect.Parameter.empty
    }
    own = set(vars(model))
    while True:
        tracer = _Tracer(opaque)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of defaults that the graph cannot check
                return tracer.trace(model, concrete_args=defaults or None), list(tracer.skipped)
        except Exception:  # whatever a model's code does when it meets no numbers
            if tracer.failed is None or type(tracer.failed) in opaque:
                return None, [model]
            opaque.add(type(tracer.failed))
        finally:
            for name in set(vars(model)) - own:  # tensors of the code, which the tracer keeps there
                delattr(model, name)


def shared_parameters(model: nn.Module) -> set[int]:
    """Return the ids of the parameters that several modules own."""
    owners: Counter[int] = Counter()
    for module in model.modules():
        values: list[Tensor] = list(module.parameters(recurse=False))
        owners.update(id(value) for value in values)
    return {key for key, count in owners.items() if count > 1}
