"""What goes wrong in turning a network into a table."""

from collections.abc import Callable

import torch
from torch import Tensor

from dynconv_lite.course.case import Case, Function, Hint, Mistake

Change = Callable[[Tensor], Tensor]
Network = Callable[[Tensor], Tensor]


def _nodes(interval: int) -> Tensor:
    return torch.arange(0, 257, 2**interval).clamp(max=255)


def _product(nodes: Tensor, taps: int) -> Tensor:
    return torch.cartesian_prod(*[nodes] * taps).reshape(-1, taps)


def _backwards(nodes: Tensor, taps: int) -> Tensor:
    return _product(nodes, taps).flip(1)


def _first_two_swapped(nodes: Tensor, taps: int) -> Tensor:
    """Order the nodes as meshgrid does by numpy's default, indexing="xy"."""
    order = [1, 0, *range(2, taps)][:taps] if taps > 1 else [0]
    return _product(nodes, taps)[:, order]


def _clipped(y: Tensor) -> Tensor:
    return y.clamp(-1, 1)


def _byte(y: Tensor) -> Tensor:
    return (y * 127).round()


def _table(
    nodes: Callable[[int], Tensor] = _nodes,
    grid: Callable[[Tensor, int], Tensor] = _product,
    scale: float = 255,
    clip: Change = _clipped,
    byte: Change = _byte,
    result: Change = lambda table: table,
) -> Function:
    """Return the exercise's function, or a mistake: with one of its steps replaced."""

    def sample_table(network: Network, taps: int, interval: int) -> Tensor:
        outputs = network(grid(nodes(interval), taps).float() / scale)
        # by int64: what becomes of 200.0 as int8 is then the same on every machine
        return result(byte(clip(outputs)).long().to(torch.int8))

    return sample_table


def _unflattened(network: Network, taps: int, interval: int) -> Tensor:
    table: Tensor = _table()(network, taps, interval)
    return table.reshape(*[len(_nodes(interval))] * taps, -1)


def _diagonal(network: Network, taps: int, interval: int) -> Tensor:
    table: Tensor = _table(grid=lambda n, t: n[:, None].expand(-1, t))(network, taps, interval)
    return table


def _one_tap(case: Case) -> bool:
    return case.arguments["taps"] == 1


LAST = "There is no pixel of 256: ask the network at 255 for the last node, nodes[-1] = 255."
NODES = "The nodes are 0, q, 2 q, ..., 256 - q, and 255 for the last."
ORDER = "As in the index, the first pixel changes slowest and the last one fastest."
CLIP = "Clip the outputs to -1 ... 1 first."
BYTE = "An entry is round(clip(output, -1, 1) * 127)."
HINTS = [
    Hint(
        "There are more nodes than there should be: L = 2 ** (8 - interval) + 1 on every axis.",
        "ValueError: this network takes at most",
    ),
    Hint(
        "cartesian_prod of one tensor is (L,), not (L, 1): .reshape(-1, taps).",
        "ValueError: this network takes floating",
        _one_tap,
    ),
    Hint(
        "Make the nodes floating-point numbers from 0 to 1, and the grid (L**taps, taps): "
        "torch.cartesian_prod(*[nodes] * taps).",
        "ValueError: this network takes floating|RuntimeError: .*(dtype|scalar type|integer)",
    ),
]
MISTAKES = [
    Mistake(
        f"The last node is asked at 256 / 255. {LAST}", _table(lambda n: torch.arange(0, 257, 2**n))
    ),
    Mistake(f"The last node is missing. {NODES}", _table(lambda n: torch.arange(0, 256, 2**n))),
    Mistake(
        f"The nodes lie evenly between 0 and 255. {NODES}",
        _table(lambda n: torch.linspace(0, 255, 2 ** (8 - n) + 1)),
    ),
    Mistake(
        f"The nodes lie evenly between 0 and 255, and are rounded. {NODES}",
        _table(lambda n: torch.linspace(0, 255, 2 ** (8 - n) + 1).round()),
    ),
    Mistake(
        f"The nodes are in the middles of the cells. {NODES}",
        _table(lambda n: (torch.arange(0, 257, 2**n) + 2**n // 2).clamp(max=255)),
    ),
    Mistake(
        f"All nodes but the first are one too low. {NODES}",
        _table(lambda n: (torch.arange(0, 257, 2**n) - 1).clamp(min=0)),
    ),
    Mistake(
        f"The last node repeats the one before. {LAST}",
        _table(lambda n: torch.arange(0, 257, 2**n).clamp(max=256 - 2**n)),
    ),
    Mistake(f"The interval is always taken to be 4. {NODES}", _table(lambda n: _nodes(4))),
    Mistake(
        f"The number of cells and their size are confused: q = 2 ** interval. {NODES}",
        _table(lambda n: _nodes(8 - n)),
    ),
    Mistake(
        "The nodes are divided by 256. The network was trained on pixel / 255.", _table(scale=256)
    ),
    Mistake("The network is asked at 0 ... 255. It was trained on pixel / 255.", _table(scale=1)),
    Mistake(
        "The nodes are divided by 127.5. The network was trained on pixel / 255.",
        _table(scale=127.5),
    ),
    Mistake(f"The first pixel changes fastest. {ORDER}", _table(grid=_backwards)),
    Mistake(
        f"The first two pixels are swapped, as np.meshgrid does unless indexing='ij'. {ORDER}",
        _table(grid=_first_two_swapped),
    ),
    Mistake(
        "All pixels have the same value in every row. Every combination of nodes is wanted, "
        "L**taps rows.",
        _diagonal,
    ),
    Mistake(
        f"Nothing is clipped: 1.2 * 127 = 152 wraps around and becomes -104. {CLIP}",
        _table(clip=lambda y: y),
    ),
    Mistake(f"Negative outputs are set to 0. {CLIP}", _table(clip=lambda y: y.clamp(0, 1))),
    Mistake(
        f"Outputs are clipped above, but not below. {CLIP}", _table(clip=lambda y: y.clamp(max=1))
    ),
    Mistake(
        f"Outputs are clipped below, but not above. {CLIP}", _table(clip=lambda y: y.clamp(min=-1))
    ),
    Mistake(
        f"The outputs are clipped to -128 ... 127, so that -1.2 becomes -128. {CLIP}",
        _table(clip=lambda y: y, byte=lambda y: (y * 127).round().clamp(-128, 127)),
    ),
    Mistake(f"The outputs are squeezed by tanh. {CLIP}", _table(clip=torch.tanh)),
    Mistake(
        f"The outputs are clipped after they are multiplied: only -1, 0 and 1 are left. {BYTE}",
        _table(clip=lambda y: y, byte=lambda y: (y * 127).clamp(-1, 1).round()),
    ),
    Mistake(
        f"The outputs are rounded before they are multiplied. {BYTE}",
        _table(byte=lambda y: y.round() * 127),
    ),
    Mistake(
        f"The outputs are multiplied by 128, and 128 is no int8. {BYTE}",
        _table(byte=lambda y: (y * 128).round()),
    ),
    Mistake(
        f"The outputs are multiplied by 128. {BYTE}",
        _table(byte=lambda y: (y * 128).round().clamp(-128, 127)),
    ),
    Mistake(
        f"The outputs are multiplied by 255, and wrap around. {BYTE}",
        _table(byte=lambda y: (y * 255).round()),
    ),
    Mistake(f"The outputs are not multiplied by 127. {BYTE}", _table(byte=torch.round)),
    Mistake(
        f"The outputs are cut, not rounded: .to(torch.int8) drops the fraction. {BYTE}",
        _table(byte=lambda y: (y * 127).trunc()),
    ),
    Mistake(f"The outputs are rounded down. {BYTE}", _table(byte=lambda y: (y * 127).floor())),
    Mistake(f"The outputs are rounded up. {BYTE}", _table(byte=lambda y: (y * 127).ceil())),
    Mistake(
        f"The outputs are moved up by 127, and wrap around. The table has a sign. {BYTE}",
        _table(byte=lambda y: _byte(y) + 127),
    ),
    Mistake(
        "The table is transposed: one row for every combination of nodes, (L**taps, outputs).",
        _table(result=lambda t: t.T),
    ),
    Mistake(
        "The table has one axis for every pixel. Flatten them: (L**taps, outputs).", _unflattened
    ),
    Mistake(
        "Only the first output is in the table. All are wanted: (L**taps, outputs).",
        _table(result=lambda t: t[:, :1]),
    ),
    Mistake(
        "The table is flat. Keep one row for every combination: (L**taps, outputs).",
        _table(result=lambda t: t.flatten()),
    ),
]
