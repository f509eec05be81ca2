"""What goes wrong in shifting maps along a diagonal."""

from collections.abc import Callable

import torch
from torch import Tensor

from dynconv_lite.course.case import Function, Hint, Mistake
from dynconv_lite.shiftwise import shift2d

# the steps by which a map is moved, down and to the right, given its place
Step = Callable[[int], tuple[int, int]]
Move = Callable[[Tensor, int, int], Tensor]


def _against(place: int) -> tuple[int, int]:
    return -place, -place


def _along(place: int) -> tuple[int, int]:
    return place, place


def _rolled(maps: Tensor, down: int, right: int) -> Tensor:
    return maps.roll((down, right), (-2, -1))


def _edge(maps: Tensor, down: int, right: int) -> Tensor:
    """Let in what stands at the edge, instead of zeros."""
    high, wide = maps.shape[-2:]
    rows = (torch.arange(high) - down).clamp(0, high - 1)
    columns = (torch.arange(wide) - right).clamp(0, wide - 1)
    return maps[..., rows, :][..., columns]


def _row(
    step: Step = _against,
    move: Move = shift2d,
    places: Callable[[list[int]], list[int]] = lambda places: places,
    result: Callable[[Tensor], Tensor] = lambda parts: parts.sum(0),
    maps: Callable[[Tensor], Tensor] = lambda maps: maps,
) -> Function:
    """Return the exercise's function, or a mistake: with one of its steps replaced."""

    def diagonal_row(given: Tensor, where: list[int]) -> Tensor:
        pieces = maps(given).unbind(1)
        moved = [move(m, *step(p)) for m, p in zip(pieces, places(where), strict=True)]
        return result(torch.stack(moved))  # of (P, B, H, W)

    return diagonal_row


def _added_first(maps: Tensor, places: list[int]) -> Tensor:
    together = maps.sum(1)
    return torch.stack([shift2d(together, -place, -place) for place in places]).sum(0)


def _moved_again(maps: Tensor, places: list[int]) -> Tensor:
    """Move the sum so far together with each new map."""
    total = torch.zeros_like(maps[:, 0])
    for i, place in enumerate(places):
        total = shift2d(total + maps[:, i], -place, -place)
    return total


def _inside(maps: Tensor, places: list[int]) -> Tensor:
    """Return how many pieces stand inside of the maps, for every pixel, (1, H, W)."""
    ones = torch.ones_like(maps[:1, 0])
    return torch.stack([shift2d(ones, -place, -place) for place in places]).sum(0)


def _only_where_all(maps: Tensor, places: list[int]) -> Tensor:
    total: Tensor = _row()(maps, places)
    return total * (_inside(maps, places) == len(places))


def _mean_inside(maps: Tensor, places: list[int]) -> Tensor:
    total: Tensor = _row()(maps, places)
    return total / _inside(maps, places).clamp_min(1)


def _two_lines(maps: Tensor, places: list[int]) -> Tensor:
    total: Tensor = _row(lambda p: (0, -p))(maps, places) + _row(lambda p: (-p, 0))(maps, places)
    return total


def _from_0(maps: Tensor, places: list[int]) -> Tensor:
    """Leave out the pieces that stand above and on the left."""
    parts = [
        shift2d(maps[:, i], -p, -p) if p >= 0 else 0 * maps[:, i] for i, p in enumerate(places)
    ]
    return torch.stack(parts).sum(0)


WRAPS = (
    "The maps wrap around: what leaves one on one side comes back on the other. Outside of them "
    "there are zeros."
)
DIRECTION = (
    "The maps are moved the wrong way. An output that looks down and to the right wants a map that "
    "is moved up and to the left."
)
ANTI = (
    "The maps are moved along the other diagonal. A piece stands as many rows down as columns to "
    "the right: both steps have the same sign."
)
HINTS = [
    Hint(
        "A place may lie farther away than the maps are high or wide. Then nothing of the map is "
        "left: shift2d gives zeros.",
        "RuntimeError: .*(narrow|resulted in a negative output size|The size of tensor|expand|"
        "expanded size|shape mismatch|[Pp]adding)",
    ),
    Hint(
        "maps[:, i] is the map of piece i in all images; maps[i] would be all maps of image i.",
        "IndexError: .*(out of bounds|out of range)",
    ),
    Hint(
        "shift2d(maps, dy, dx) takes one map of every image, maps[:, i], and two integers.",
        "(ValueError|TypeError): .*(dy|dx|shift2d)",
    ),
]
MISTAKES = [
    Mistake(DIRECTION, _row(_along)),
    Mistake(
        "The maps are moved along their rows only. The pieces stand on a diagonal: move the maps "
        "up as well.",
        _row(lambda place: (0, -place)),
    ),
    Mistake(
        "The maps are moved to the right, along their rows only. An output that looks down and to "
        "the right wants a map that is moved up and to the left.",
        _row(lambda place: (0, place)),
    ),
    Mistake(
        "The maps are moved along their columns only. The pieces stand on a diagonal: move the "
        "maps to the left as well.",
        _row(lambda place: (-place, 0)),
    ),
    Mistake(ANTI, _row(lambda place: (-place, place))),
    Mistake(ANTI, _row(lambda place: (place, -place))),
    Mistake(
        "The maps are moved along their rows, and along their columns, and all are added: this is "
        "a cross. Move each once, by both steps.",
        _two_lines,
    ),
    Mistake(WRAPS, _row(move=_rolled)),
    Mistake(
        "The maps wrap around, and are moved the wrong way. Outside of them there are zeros, and a "
        "map moves up and to the left by its place.",
        _row(_along, _rolled),
    ),
    Mistake(
        "The maps' edges are repeated outside of them. There are zeros.",
        _row(move=_edge),
    ),
    Mistake(
        "The maps' edges are repeated outside of them, and the maps are moved the wrong way. "
        "Outside there are zeros, and a map moves up and to the left by its place.",
        _row(_along, _edge),
    ),
    Mistake(
        "The maps are not moved: all pieces stand in the middle. Move each by its place first.",
        _row(lambda place: (0, 0)),
    ),
    Mistake(
        "The maps are added before they are moved, so that their sum stands at every place. Each "
        "has one place: move first.",
        _added_first,
    ),
    Mistake(
        "The sum so far is moved together with each new map. Move the new map alone, and add it "
        "then.",
        _moved_again,
    ),
    Mistake(
        "The first piece stands where the last should, and so on. Piece i has places[i].",
        _row(places=lambda places: places[::-1]),
    ),
    Mistake(
        "The places are sorted. Piece i has places[i], whatever their order.",
        _row(places=sorted),
    ),
    Mistake(
        "The places are not used: piece i is taken to stand at i. It stands at places[i].",
        _row(places=lambda places: list(range(len(places)))),
    ),
    Mistake(
        "The places are not used: piece i is taken to stand at i - P // 2. It stands at places[i].",
        _row(places=lambda places: [i - len(places) // 2 for i in range(len(places))]),
    ),
    Mistake(
        "The places have lost their signs. A negative one is up and to the left.",
        _row(lambda place: (-abs(place), -abs(place))),
    ),
    Mistake(
        "The pieces at negative places are missing. Their maps move down and to the right.",
        _from_0,
    ),
    Mistake(
        "The maps are moved twice as far as they should be: by places[i] rows and columns.",
        _row(lambda place: (-2 * place, -2 * place)),
    ),
    Mistake(
        "The maps are moved one pixel too far up and to the left.",
        _row(lambda place: (-place - 1, -place - 1)),
    ),
    Mistake(
        "The maps are moved one pixel too little up and to the left.",
        _row(lambda place: (1 - place, 1 - place)),
    ),
    Mistake(
        "This is the mean over the pieces. Take the sum.",
        _row(result=lambda parts: parts.mean(0)),
    ),
    Mistake(
        "This is the mean over the pieces that stand inside of the maps. Take the sum.",
        _mean_inside,
    ),
    Mistake(
        "The result is 0 wherever a piece stands outside of the maps. Only that piece adds nothing "
        "there.",
        _only_where_all,
    ),
    Mistake(
        "This is the largest of the maps. Take the sum.",
        _row(result=lambda parts: parts.amax(0)),
    ),
    Mistake(
        "Only the last piece is left: the result is overwritten in every turn. Add to it.",
        _row(result=lambda parts: parts[-1]),
    ),
    Mistake(
        "All places are given the map of the first piece. Place i has maps[:, i].",
        _row(maps=lambda maps: maps[:, :1].expand_as(maps)),
    ),
    Mistake(
        "The images are added up. Add over the pieces, axis 1, and keep axis 0.",
        _row(result=lambda parts: parts.sum((0, 1))),
    ),
    Mistake(
        "An axis of length 1 is left where the pieces were. The result is (B, H, W).",
        _row(result=lambda parts: parts.sum(0)[:, None]),
    ),
    Mistake(
        "The maps are moved but not added. Sum over the pieces: (B, H, W).",
        _row(result=lambda parts: parts.transpose(0, 1)),
    ),
    Mistake(
        "Rows and columns of the result are swapped.",
        _row(result=lambda parts: parts.sum(0).mT),
    ),
]
