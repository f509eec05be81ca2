"""A tape of torch calls, each with a rule for what it needs of its input."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from torch import Tensor
from torch._subclasses.fake_tensor import FakeTensor
from torch.overrides import TorchFunctionMode

Interval = tuple[int, int]  # first and last index, both included

WRITING_OPERATORS = {"__setitem__", "__set__"} | {
    f"__i{name}__"
    for name in (
        "add",
        "sub",
        "mul",
        "truediv",
        "div",
        "floordiv",
        "mod",
        "pow",
        "and",
        "or",
        "xor",
    )
}


@dataclass(frozen=True)
class Axis:
    """How one spatial axis of an output looks back at its input.

    Attributes:
        needs: maps an output interval to the input interval it needs.
        scale: input steps per output step, so that strides multiply along a path.
    """

    needs: Callable[[Interval], Interval]
    scale: Fraction = Fraction(1)


SAME = Axis(lambda ab: ab)


@dataclass
class Node:
    """One tensor on the tape; `dims` are its spatial axes, counted from the end."""

    shape: tuple[int, ...]
    dims: tuple[int, int] | None
    jump: tuple[Fraction, Fraction]
    parents: list[tuple["Node", Axis, Axis]] = field(default_factory=list)
    whole: bool = False  # sees the whole image
    anchored: bool = False  # depends on where the image's borders are: do not crop
    name: str = ""  # of the call that made it
    numbers: tuple[float, ...] = ()  # plain numbers in that call
    index: int = 0

    @property
    def size(self) -> tuple[int, int] | None:
        """Rows and columns, or None once the spatial axes are gone."""
        return None if self.dims is None else (self.shape[self.dims[0]], self.shape[self.dims[1]])


class Tape(TorchFunctionMode):
    """Records, for every tensor made from the image, what it needs of its parents.

    It must be entered inside a `FakeTensorMode`: real tensors then are the model's own numbers,
    and a fake tensor that is not on record came from code that the tape cannot see.
    """

    def __init__(self) -> None:
        super().__init__()
        self.nodes: dict[int, Node] = {}
        self.count = 0
        self.constants: set[int] = set()  # fake tensors that do not depend on the image
        self.numbers: list[float] = []  # plain numbers that those were made from
        self.sharing: dict[int, list[Tensor]] = defaultdict(list)  # by storage; keeps ids unique

    def add(self, tensor: Tensor, node: Node | None) -> None:
        """Put `tensor` on the tape as `node`, or as a constant if that is None."""
        alike = self.sharing[_storage(tensor)]
        if not any(tensor is other for other in alike):
            alike.append(tensor)
        if node is None:
            self.constants.add(id(tensor))
            return
        node.index = self.count
        self.count += 1
        self.nodes[id(tensor)] = node

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        out = func(*args, **kwargs)
        self.record(getattr(func, "__name__", ""), args, kwargs, out)
        return out

    def record(self, name: str, args: Sequence[Any], kwargs: dict[str, Any], out: Any) -> None:
        """Put the outputs of one torch call on the tape."""
        inputs = [leaf for leaf in leaves((args, kwargs)) if isinstance(leaf, Tensor)]
        outputs = [leaf for leaf in leaves(out) if isinstance(leaf, Tensor)]
        if _writes(name) and not any(args[0] is t for t in outputs):
            outputs.append(args[0])  # it returns nothing, or a stand-in for a model's own tensor
        tracked = [t for t in inputs if id(t) in self.nodes]
        hidden = [
            t
            for t in inputs
            if isinstance(t, FakeTensor) and id(t) not in self.nodes and id(t) not in self.constants
        ]
        parents = [self.nodes[id(t)] for t in tracked]
        if name == "register_hook" and parents:
            parents[0].anchored = True  # whoever asks for a gradient may change it
        if not tracked and not hidden:
            self.numbers += plain_numbers((args, kwargs))
        for tensor in outputs:
            if not tracked and not hidden:
                self.add(tensor, None)
                continue
            node = None
            if tracked and not hidden and name in RULES:
                call = Call(self, name, args, kwargs, tensor, parents[0], len(tracked))
                node = call.node()
            if any(tensor is t for t in inputs):  # written in place: so were all views of it
                for other in self.sharing[_storage(tensor)]:
                    if other is not tensor:
                        self.add(other, _unknown([*parents, *self._node_of(other)], other))
            node = node or _unknown(parents, tensor)
            node.name = name
            self.add(tensor, node)

    def _node_of(self, tensor: Tensor) -> list[Node]:
        node = self.nodes.get(id(tensor))
        return [] if node is None else [node]


def _writes(name: str) -> bool:
    """Tell whether a torch function of this name writes into its first argument."""
    if name.startswith("__"):
        return name in WRITING_OPERATORS
    return name.endswith("_")


def _storage(tensor: Tensor) -> int:
    return int(tensor.untyped_storage()._cdata)


@dataclass(frozen=True)
class Call:
    """One torch call: its name, arguments, an output, and the first image-dependent input."""

    tape: Tape
    name: str
    args: Sequence[Any]
    kwargs: dict[str, Any]
    out: Tensor
    first: Node
    tracked: int  # how many inputs depend on the image

    def get(self, position: int, key: str, default: Any = None) -> Any:
        """Return an argument given by position or by name."""
        if key == "dim" and "axis" in self.kwargs:  # torch takes NumPy's name as well
            return self.kwargs["axis"]
        return self.args[position] if len(self.args) > position else self.kwargs.get(key, default)

    def node(self) -> Node | None:
        """Return what the call's rule makes of it; None if it is called in an unforeseen way."""
        try:
            return RULES[self.name](self)
        except (AttributeError, IndexError, KeyError, TypeError, ValueError):
            return None

    def plain(self) -> bool:
        """Tell whether this is f(image (B, C, H, W), fixed numbers)."""
        alone = self.tracked == 1 and self.tape.nodes.get(id(self.args[0])) is self.first
        return alone and self.first.dims == (-2, -1)

    def child(self, rows: Axis = SAME, columns: Axis = SAME, **changes: Any) -> Node:
        """Return the output's node, looking back at `first` along both axes."""
        jump = (self.first.jump[0] * rows.scale, self.first.jump[1] * columns.scale)
        node = Node(tuple(self.out.shape), self.first.dims, jump, [(self.first, rows, columns)])
        for key, value in changes.items():
            setattr(node, key, value)
        return node


Rule = Callable[[Call], Node | None]
RULES: dict[str, Rule] = {}


def rule(*names: str) -> Callable[[Rule], Rule]:
    """Register a rule for torch functions of these names."""

    def register(function: Rule) -> Rule:
        RULES.update(dict.fromkeys(names, function))
        return function

    return register


def leaves(value: Any) -> list[Any]:
    """Return the items of nested lists, tuples and dictionaries, in order."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        return [leaf for item in value for leaf in leaves(item)]
    return [value]


def plain_numbers(value: Any) -> list[float]:
    """Return the plain numbers among nested arguments, in order."""
    return [leaf for leaf in leaves(value) if isinstance(leaf, (int, float))]


def _unknown(parents: list[Node], out: Tensor) -> Node:
    """Return a node that sees everything; it keeps its place if the map keeps its size."""
    for parent in parents:
        dims = parent.dims
        kept = dims is not None and len(parent.shape) == out.ndim
        if dims and kept and parent.size == (out.shape[dims[0]], out.shape[dims[1]]):
            back = [(parent, SAME, SAME)]
            return Node(tuple(out.shape), dims, parent.jump, back, whole=True)
    return Node(tuple(out.shape), None, (Fraction(1), Fraction(1)), whole=True)


def affine(step: int, first: int, last: int) -> Axis:
    """Return an axis whose output [a, b] needs input [a * step + first, b * step + last]."""
    return Axis(lambda ab: (ab[0] * step + first, ab[1] * step + last), Fraction(step))
