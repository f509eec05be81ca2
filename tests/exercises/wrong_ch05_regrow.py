"""Answers to exercise 7 of chapter 5, as learners write them: drop and regrow."""

import math
import random

import numpy as np
import torch


def places(mask):
    return mask.flatten().nonzero().squeeze(1)


def chosen(free, count, g):
    return free[torch.randperm(len(free), generator=g)[:count]]


def by_places(
    size=lambda w: w.abs(),
    number=lambda share, kept, free: math.floor(share * kept),
    draw=chosen,
    result=lambda new, mask: new.view_as(mask),
):
    """Return the exercise's function with one of its steps replaced."""

    def regrow(weight, mask, share, generator):
        kept, free = places(mask), places(~mask)
        count = number(share, len(kept), len(free))
        order = size(weight.reshape(-1)[kept]).argsort()
        grown = draw(free, count, generator)
        new = mask.reshape(-1).clone()
        new[kept[order[:count]]] = False
        new[grown] = True
        return result(new, mask)

    return regrow


def by_topk(weight, mask, share, generator):
    count = int(share * int(mask.sum()))
    sizes = weight.abs().masked_fill(~mask, math.inf).flatten()
    new = mask.clone().flatten()
    new[sizes.topk(count, largest=False).indices] = False
    free = torch.where(~mask.flatten())[0]
    new[free[torch.randperm(free.numel(), generator=generator)][:count]] = True
    return new.reshape(mask.shape)


def by_noise(weight, mask, share, generator):
    """Draw by sorting random numbers instead of a permutation."""
    count = math.floor(share * mask.sum().item())
    noise = torch.rand(mask.shape, generator=generator).masked_fill(mask, 2)
    sizes = torch.where(mask, weight.abs(), torch.inf)
    drop = torch.zeros_like(mask).view(-1)
    grow = torch.zeros_like(mask).view(-1)
    drop[sizes.flatten().argsort()[:count]] = True
    grow[noise.flatten().argsort()[:count]] = True
    return (mask & ~drop.view_as(mask)) | grow.view_as(mask)


def by_lists(weight, mask, share, generator):
    flat, new = weight.flatten().tolist(), mask.flatten().tolist()
    kept = [i for i, keep in enumerate(new) if keep]
    free = [i for i, keep in enumerate(new) if not keep]
    count = int(share * len(kept))
    for i in sorted(kept, key=lambda i: abs(flat[i]))[:count]:
        new[i] = False
    for j in torch.randperm(len(free), generator=generator).tolist()[:count]:
        new[free[j]] = True
    return torch.tensor(new).view(mask.shape)


def back(weight, mask, share, generator):
    """Draw after dropping, also from what was dropped."""
    kept = places(mask)
    count = math.floor(share * len(kept))
    new = mask.flatten().clone()
    new[kept[weight.flatten()[kept].abs().argsort()[:count]]] = False
    free = places(~new)
    new[free[torch.randperm(len(free), generator=generator)[:count]]] = True
    return new.view_as(mask)


def among_dropped(weight, mask, share, generator):
    return mask.clone()


def among_all(weight, mask, share, generator):
    """Look for the smallest among all weights, dropped ones included."""
    count = math.floor(share * int(mask.sum()))
    new = mask.flatten().clone()
    new[weight.abs().flatten().argsort()[:count]] = False
    free = places(~mask)
    new[free[torch.randperm(len(free), generator=generator)[:count]]] = True
    return new.view_as(mask)


def by_threshold(weight, mask, share, generator):
    kept = weight[mask].abs()
    count = math.floor(share * len(kept))
    if not count:
        return mask.clone()
    limit = kept.sort().values[count - 1]
    drop = mask & (weight.abs() <= limit)
    free = places(~mask)
    new = (mask & ~drop).flatten()
    new[free[torch.randperm(len(free), generator=generator)[: int(drop.sum())]]] = True
    return new.view_as(mask)


def by_kthvalue(weight, mask, share, generator):
    kept = weight[mask].abs()
    limit = kept.kthvalue(math.floor(share * len(kept))).values
    drop = torch.zeros_like(mask)
    drop[mask] = kept <= limit
    free = places(~mask)
    new = (mask & ~drop).flatten()
    new[free[torch.randperm(len(free), generator=generator)[: int(drop.sum())]]] = True
    return new.view_as(mask)


def not_zero(weight, mask, share, generator):
    """Take the weights that are not zero for the kept ones."""
    return by_topk(weight, weight != 0, share, generator)


def in_place(weight, mask, share, generator):
    kept, free = places(mask), places(~mask)
    count = math.floor(share * len(kept))
    mask.view(-1)[kept[weight.flatten()[kept].abs().argsort()[:count]]] = False
    mask.view(-1)[free[torch.randperm(len(free), generator=generator)[:count]]] = True
    return mask


def zeroed(weight, mask, share, generator):
    new = by_topk(weight, mask, share, generator)
    weight *= new
    return new


def with_repetition(free, count, g):
    return free[torch.randint(len(free), (count,), generator=g)]


def own_seed(weight, mask, share, generator):
    return by_topk(weight, mask, share, torch.Generator().manual_seed(generator.initial_seed()))


def fixed_seed(weight, mask, share, generator):
    return by_topk(weight, mask, share, torch.Generator().manual_seed(0))


def fresh_seed(weight, mask, share, generator):
    fresh = torch.Generator()
    fresh.seed()
    return by_topk(weight, mask, share, fresh)


def global_draw(free, count, g):
    return free[torch.randperm(len(free))[:count]]


def numpy_draw(free, count, g):
    return free[torch.from_numpy(np.random.permutation(len(free))[:count])]


def python_draw(free, count, g):
    return torch.tensor(random.sample(free.tolist(), count), dtype=torch.int64)


def all_but_the_last(free, count, g):
    if count == len(free):
        return free
    return free[torch.randperm(len(free) - 1, generator=g)[:count]]


def of_the_first(free, count, g):
    """Permute too few places: the first ones are favoured."""
    few = min(len(free), count + 1)
    return free[torch.randperm(few, generator=g)[:count]]


MOVES = {
    "largest": (by_places(lambda w: -w.abs()), "The largest weights are dropped"),
    "by value": (by_places(lambda w: w), "sorted by value"),
    "largest by value": (by_places(lambda w: -w), "is dropped, while a kept one"),
    "in order": (by_places(lambda w: torch.arange(len(w))), "is dropped, while a kept one"),
    "among all": (among_all, "The weights outside the mask are dropped once more"),
    "not zero": (not_zero, "kept weights"),
    "straight back": (back, "come straight back"),
    "nothing": (among_dropped, "Nothing has moved"),
    "none grows": (by_places(draw=lambda free, count, g: free[:0]), "No weight grows"),
    "too few grow": (
        by_places(
            draw=lambda free, count, g: free[torch.randperm(len(free), generator=g)[1:count]]
        ),
        "As many weights have to grow",
    ),
    "with repetition": (by_places(draw=with_repetition), "in a place of its own"),
    "share of all": (
        by_places(number=lambda share, kept, free: math.floor(share * (kept + free))),
        "The share is taken of all weights",
    ),
    "share of the free": (
        by_places(number=lambda share, kept, free: math.floor(share * free)),
        "The share is taken of the free places",
    ),
    "share that stays": (
        by_places(number=lambda share, kept, free: kept - math.floor(share * kept)),
        "The share is what stays",
    ),
    "rounded up": (
        by_places(number=lambda share, kept, free: math.ceil(share * kept)),
        "The number is rounded up",
    ),
    "rounded": (
        by_places(number=lambda share, kept, free: round(share * kept)),
        "The number is rounded to the nearest",
    ),
    "one at least": (
        by_places(number=lambda share, kept, free: max(1, math.floor(share * kept))),
        "always one at least",
    ),
    "threshold": (by_threshold, "A threshold drops all weights of the same magnitude"),
    "kthvalue": (by_kthvalue, "there is no 0th smallest"),
    "float number": (by_places(number=lambda share, kept, free: share * kept), "needs an integer"),
    "wrong index": (
        by_places(draw=lambda free, count, g: free[torch.randperm(10**6, generator=g)[:count]]),
        "index each with numbers of its own",
    ),
    "first places": (
        by_places(draw=lambda free, count, g: free[:count]),
        "Generators of different seeds grow the same weights",
    ),
    "fixed seed": (fixed_seed, "Generators of different seeds grow the same weights"),
    "own seed": (own_seed, "A second call with the same generator grows the same"),
    "fresh seed": (fresh_seed, "Two generators of the same seed grow different"),
    "global": (by_places(draw=global_draw), "drawn from torch's global generator"),
    "numpy": (by_places(draw=numpy_draw), "drawn from numpy's global generator"),
    "Python": (by_places(draw=python_draw), "drawn from Python's global generator"),
    "all but the last": (by_places(draw=all_but_the_last), "The draw favours some places"),
    "of the first": (by_places(draw=of_the_first), "The draw favours some places"),
    "flat": (by_places(result=lambda new, mask: new), "expected that of the mask"),
    "float": (by_places(result=lambda new, mask: new.view_as(mask).float()), "The result is float"),
    "masked weight": (
        lambda w, mask, share, g: w * by_topk(w, mask, share, g),
        "The result is float32, expected a mask",
    ),
    "two masks": (lambda w, mask, share, g: (mask, mask), "expected a mask like `mask`"),
    "in place": (in_place, "changes its argument mask in place"),
    "zeroed": (zeroed, "changes its argument weight in place"),
    "None": (lambda w, mask, share, g: None, "returned None"),
}
