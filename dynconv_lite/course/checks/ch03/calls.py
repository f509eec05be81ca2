"""Which convolutions an answer calls, whatever it is written with."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from torch.utils._python_dispatch import TorchDispatchMode

CONVOLUTIONS = ("convolution", "conv1d", "conv2d", "conv3d")
GROUPS = {"convolution": 8, "conv1d": 6, "conv2d": 6, "conv3d": 6}  # position of the argument
CUTS = ("im2col", "unfold")


class Calls(TorchDispatchMode):
    """While it is entered, note the groups of every convolution, and how often a map is cut.

    Attributes:
        groups: of every convolution so far.
        cuts: calls so far that cut windows out of a map.
    """

    def __init__(self) -> None:
        super().__init__()
        self.groups: list[int] = []
        self.cuts = 0

    def __torch_dispatch__(
        self,
        func: Any,
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        """Make the call, and note it if it is one of those looked for."""
        options = dict(kwargs or {})
        name = func.overloadpacket.__name__
        if name in CONVOLUTIONS:
            at = GROUPS[name]
            self.groups.append(int(args[at] if len(args) > at else options.get("groups", 1)))
        self.cuts += name in CUTS
        call: Callable[..., Any] = func
        return call(*args, **options)
