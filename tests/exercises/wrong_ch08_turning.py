"""Answers to exercise 3 of chapter 8, as learners write them: turn, process, turn back."""

import numpy as np
import torch


def turn(x, k):
    return torch.rot90(x, k, (2, 3))


def looped(
    there=turn,
    back=lambda y, k: turn(y, -k),
    turns=(0, 1, 2, 3),
    add=lambda total, part: total + part,
    result=lambda y, x: y,
):
    """Return the exercise's function with one of its steps replaced."""

    def turned_and_back(x, operator):
        total = 0
        for k in turns:
            total = add(total, back(operator(there(x, k)), k))
        return result(total, x)

    return turned_and_back


def stacked(join=lambda parts: torch.stack(parts).sum(0)):
    def turned_and_back(x, operator):
        return join([turn(operator(turn(x, k)), 4 - k) for k in range(4)])

    return turned_and_back


def by_flips(x, operator):
    """Turn by transposing and flipping."""

    def once(z):
        return z.mT.flip(2)

    def back(z):
        return z.flip(2).mT

    y = operator(x) + back(operator(once(x)))
    half = operator(x.flip(2, 3)).flip(2, 3)
    return y + half + back(back(back(operator(once(once(once(x)))))))


def by_numpy(x, operator):
    parts = []
    for k in range(4):
        turned = torch.from_numpy(np.rot90(x.numpy(), k, (2, 3)).copy())
        parts.append(np.rot90(operator(turned).numpy(), k, (3, 2)))
    return sum(parts)


def clockwise(x, operator):
    return sum(turn(operator(turn(x, -k)), k) for k in (1, 2, 3, 4))


def flip(x, k):
    return (x, x.flip(2), x.flip(3), x.flip(2, 3))[k]


def transposed(x, k):
    return x.mT if k in (1, 3) else x


def chained(x, operator):
    for k in range(4):
        x = turn(operator(turn(x, k)), -k)
    return x


def running(x, operator):
    y = operator(x)
    total = y
    for k in (1, 2, 3):
        y = operator(turn(y, 1))
        total = total + turn(y, -k)
    return total


def added_first(x, operator):
    return operator(sum(turn(x, k) for k in range(4)))


def with_mirrors(x, operator):
    return looped()(x, operator) + looped()(x.flip(3), operator).flip(3)


def in_place(x, operator):
    y = looped()(x, operator)
    x.zero_()
    return y


def in_float32(x, operator):
    return looped()(x, lambda z: operator(z).float())


TURNS = {
    "not back": (looped(back=lambda y, k: y), "The results are not turned back"),
    "not back, stacked": (
        lambda x, operator: torch.stack([operator(turn(x, k)) for k in range(4)]).sum(0),
        "The results are not turned back",
    ),
    "on": (looped(back=turn), "The result is turned on, not back"),
    "back by one": (looped(back=lambda y, k: turn(y, -1)), "turned back by one quarter"),
    "one quarter": (
        lambda x, operator: 4 * turn(operator(turn(x, 1)), -1),
        "All four turn by one quarter",
    ),
    "without 0": (looped(turns=(1, 2, 3)), "x as it stands, k = 0, is missing"),
    "without 3": (looped(turns=range(3)), "The last turn is missing"),
    "five": (looped(turns=range(5)), "There are five turns"),
    "halves": (looped(turns=(0, 2)), "The quarter turns, k = 1 and k = 3"),
    "two": (looped(turns=(0, 1)), "The half turn, k = 2, and that"),
    "doubled": (
        looped(lambda x, k: turn(x, 2 * k), lambda y, k: turn(y, -2 * k)),
        "The turns are by 2 k quarters",
    ),
    "the operator": (lambda x, operator: operator(x), "This is the operator's result alone"),
    "overwritten": (looped(add=lambda total, part: part), "Only the last turn is left"),
    "mean": (looped(result=lambda y, x: y / 4), "This is the mean over the turns"),
    "mean of a stack": (
        stacked(lambda parts: torch.stack(parts).mean(0)),
        "This is the mean over the turns",
    ),
    "max": (stacked(lambda parts: torch.stack(parts).amax(0)), "This is the largest of the four"),
    "four times": (lambda x, operator: 4 * operator(x), "x is not turned, so that"),
    "turned afterwards": (
        lambda x, operator: sum(turn(turn(operator(x), k), -k) for k in range(4)),
        "x is not turned, so that",
    ),
    "first axes": (
        looped(torch.rot90, lambda y, k: torch.rot90(y, -k)),
        "The plane is that of axes 0 and 1",
    ),
    "x as it is": (looped(lambda x, k: x), "The operator is given x as it stands"),
    "no operator": (
        lambda x, operator: sum(turn(turn(x, k), -k) for k in range(4)),
        "The operator is not applied",
    ),
    "flips": (looped(flip, flip), "x is mirrored, not turned"),
    "transposes": (looped(transposed, transposed), "Rows and columns are swapped, which"),
    "transposed back": (looped(back=transposed), "by swapping rows and columns"),
    "mirrors": (with_mirrors, "The mirror images are added, too"),
    "chained": (chained, "The turns follow each other"),
    "running": (running, "turned on and processed again"),
    "added first": (added_first, "The turned images are added before"),
    "shortcut": (looped(result=lambda y, x: x + y), "There is no shortcut here"),
    "channels": (stacked(lambda parts: torch.cat(parts, 1)), "side by side as channels"),
    "a stack": (stacked(torch.stack), "The four results are not added"),
    "images added": (
        looped(result=lambda y, x: y.sum(0)),
        "The images are added, too",
    ),
    "relu": (looped(result=lambda y, x: y.relu()), "Negative values are cut off"),
    "sum of images": (
        lambda x, operator: sum(stacked(torch.stack)(x, operator).unbind(1)),
        "The result has shape (4, 1, 5, 5)",
    ),
    "channels and rows": (
        looped(
            lambda x, k: torch.rot90(x, k, (1, 2)),
            lambda y, k: torch.rot90(y, -k, (1, 2)),
        ),
        "wrong number of channels",
    ),
    "in place": (in_place, "changes its argument x in place"),
    "float32": (in_float32, "float64 in, float32 out"),
    "not called": (lambda x, operator: operator, "expected a tensor (B, O, H, W)"),
    "None": (lambda x, operator: None, "returned None"),
}
