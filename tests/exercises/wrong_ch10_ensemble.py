"""Answers to exercise 8 of chapter 10, as learners write them: four turns."""

import numpy as np
import torch


def turned(
    there=lambda x, r: torch.rot90(x, r),
    back=lambda y, r: torch.rot90(y, -r),
    members=range(4),
    join=sum,
):
    """Return the exercise's function with one of its steps replaced."""

    def ensemble(image, look_up):
        return join([back(look_up(there(image, r)), r) for r in members])

    return ensemble


def onwards(image, look_up):
    """Turn the image on and the sum back, a quarter in every step."""
    total = torch.zeros_like(look_up(image))
    for _ in range(4):
        total = torch.rot90(total + look_up(image), -1)
        image = torch.rot90(image, -1)
    return total


def by_numpy(image, look_up):
    total = 0
    for r in range(4):
        part = look_up(torch.from_numpy(np.rot90(image.numpy(), r).copy()))
        total = total + np.rot90(part.numpy(), -r)
    return torch.from_numpy(total.copy())


def added_first(image, look_up):
    total = sum(look_up(torch.rot90(image, r)) for r in range(4))
    return sum(torch.rot90(total, -r) for r in range(4))


def back_at_the_end(image, look_up):
    total = 0
    for r in range(4):
        total = total + look_up(torch.rot90(image, r))
    return torch.rot90(total, -r)


def turning_on(image, look_up):
    total, x = 0, image
    for r in range(4):
        x = torch.rot90(x, r)
        total = total + torch.rot90(look_up(x), -r)
    return total


def eight(image, look_up):
    return turned()(image, look_up) + turned()(image.flip(1), look_up).flip(1)


def reflections(image, look_up):
    axes = ([], [0], [1], [0, 1])
    return sum(look_up(image.flip(a)).flip(a) for a in axes)


def half_turns(image, look_up):
    return turned(lambda x, r: x.rot90(2 * r), lambda y, r: y.rot90(-2 * r))(image, look_up)


def in_place(image, look_up):
    image -= image.mean()
    return turned()(image, look_up)


def in_a_batch(image, look_up):
    return look_up(torch.stack([torch.rot90(image, r) for r in range(4)])).sum(0)


def transposed(x, r):
    return x.T if r % 2 else x


def four_axes(x, r):
    return torch.rot90(x, r, (2, 3))


def stacked(reduce):
    return lambda parts: reduce(torch.stack(parts))


ENSEMBLES = {
    "not back": (turned(back=lambda y, r: y), "Nothing is turned back"),
    "on": (turned(back=lambda y, r: torch.rot90(y, r)), "turned on in the same direction"),
    "one back": (
        turned(back=lambda y, r: torch.rot90(y, -1) if r else y),
        "turned back by one quarter",
    ),
    "two back": (
        turned(back=lambda y, r: torch.rot90(y, 2) if r else y),
        "turned back by half a turn",
    ),
    "back at the end": (back_at_the_end, "Only the sum is turned back"),
    "added first": (added_first, "added up before they are turned back"),
    "there not": (turned(lambda x, r: x), "The image is not turned before"),
    "not at all": (turned(lambda x, r: x, lambda y, r: y), "Nothing is turned at all"),
    "one": (turned(members=[0]), "Only the image as it is"),
    "without 0": (turned(members=range(1, 4)), "(k = 0) is missing"),
    "without 3": (turned(members=range(3)), "three quarters is missing"),
    "halves": (turned(members=(0, 2)), "Only half a turn is added"),
    "a quarter": (turned(members=(0, 1)), "Only a quarter turn is added"),
    "without half a turn": (turned(members=(0, 1, 3)), "The shape is right, but"),
    "five": (turned(members=range(5)), "There is a fifth"),
    "1 to 4": (turned(members=range(1, 6)), "The shape is right, but"),
    "overwritten": (turned(join=lambda parts: parts[-1]), "Only the last turn is left"),
    "turning on": (turning_on, "turned on in every step by k more"),
    "mean": (turned(join=lambda parts: sum(parts) / 4), "This is the mean"),
    "255": (turned(join=lambda parts: sum(parts) / 255), "The sum is divided by 255"),
    "largest": (turned(join=stacked(lambda p: p.max(0).values)), "This is the largest"),
    "median": (turned(join=stacked(lambda p: p.quantile(0.5, 0))), "This is the median"),
    "stacked": (turned(join=torch.stack), "The four are stacked"),
    "a list": (turned(join=list), "expected a tensor (r H, r W)"),
    "an array": (
        turned(join=lambda parts: sum(parts).numpy()),
        "array of shape (5, 5), expected a tensor (r H, r W)",
    ),
    "rounded": (turned(join=lambda parts: sum(parts).round()), "The sum is rounded"),
    "clipped": (turned(join=lambda parts: sum(parts).clamp(0, 255)), "The sum is clipped. Add"),
    "clipped to 1": (turned(join=lambda parts: sum(parts).clip(0, 1)), "clipped to 0 ... 1"),
    "reflected": (reflections, "The image is reflected, not turned"),
    "transposed": (turned(transposed, transposed), "The image is transposed"),
    "eight": (eight, "There are eight members"),
    "half turns": (half_turns, "turned by half turns"),
    "summed images": (
        lambda x, f: f(sum(torch.rot90(x.mean(0, True).expand(5, 5), r) for r in range(4))),
        "The shape is right, but",
    ),
    "not back, not square": (
        lambda x, f: turned(back=lambda y, r: y)(x, f) if len(x) != x.shape[1] else turned()(x, f),
        "The four do not have the same shape",
    ),
    "batch axes": (turned(there=four_axes), "its axes are 0 and 1"),
    "a batch": (in_a_batch, "look_up takes one image (H, W) at a time"),
    "channels": (
        lambda x, f: turned(lambda v, r: torch.rot90(v, r)[None])(x, f),
        "look_up takes one image (H, W) at a time",
    ),
    "in place": (in_place, "changes its argument image in place"),
    "float32": (lambda x, f: turned()(x.float(), f), "float64 in, float32 out"),
    "None": (lambda x, f: None, "returned None"),
}
