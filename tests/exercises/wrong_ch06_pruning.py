"""Answers to exercise 7 of chapter 6, as learners write them: the smallest pieces go."""

import math

import torch


def sorted_out(
    size=lambda w: w.abs().sum(dim=(0, 3, 4)),
    number=lambda share, total: math.floor(share * total),
    order=lambda sizes: sizes.flatten().argsort(),
    result=lambda mask, sizes: mask.view_as(sizes),
):
    """Return the exercise's function with one of its steps replaced."""

    def kept_after(weights, share):
        sizes = size(weights)
        mask = torch.ones(sizes.numel(), dtype=torch.bool)
        mask[order(sizes)[: number(share, sizes.numel())]] = False
        return result(mask, sizes)

    return kept_after


def by_topk(weights, share):
    norms = torch.linalg.vector_norm(weights, 1, (0, 3, 4))
    count = int(share * norms.numel())
    smallest = norms.view(-1).topk(count, largest=False).indices
    mask = torch.ones_like(norms, dtype=torch.bool)
    mask.view(-1)[smallest] = False
    return mask


def by_rank(weights, share):
    sizes = weights.abs().mean((0, 3, 4))  # in the same order as the sums
    rank = sizes.flatten().argsort().argsort().view_as(sizes)
    return rank >= math.floor(share * sizes.numel())


def by_threshold(weights, share):
    sizes = weights.abs().sum((0, -2, -1))
    ordered = sizes.flatten().sort().values
    return sizes >= ordered[math.floor(share * len(ordered))]


def by_lists(weights, share):
    c, p = weights.shape[1:3]
    sizes = {(i, j): float(weights[:, i, j].abs().sum()) for i in range(c) for j in range(p)}
    gone = sorted(sizes, key=sizes.get)[: int(share * c * p)]
    return torch.tensor([[(i, j) not in gone for j in range(p)] for i in range(c)])


def single_weights(weights, share):
    sizes = weights.abs().flatten()
    count = math.floor(share * len(sizes))
    mask = torch.ones(len(sizes), dtype=torch.bool)
    mask[sizes.argsort()[:count]] = False
    return mask.view_as(weights)


def in_every_channel(weights, share):
    sizes = weights.abs().sum((0, 3, 4))
    count = math.floor(share * sizes.shape[1])
    mask = torch.ones_like(sizes, dtype=torch.bool)
    return mask.scatter(1, sizes.argsort(1)[:, :count], False)


def in_every_place(weights, share):
    return in_every_channel(weights.transpose(1, 2), share).T


def whole(axis):
    def kept_after(weights, share):
        sizes = weights.abs().sum((0, 3, 4)).sum(axis, keepdim=True)
        kept = sorted_out(lambda w: sizes)(weights, share)
        return kept.expand(weights.shape[1:3]).clone()

    return kept_after


def share_of_all_paths(weights, share):
    total = len(weights) * weights[0, ..., 0, 0].numel()
    return sorted_out(number=lambda share, _: math.floor(share * total))(weights, share)


def by_kthvalue(weights, share):
    sizes = weights.abs().sum((0, 3, 4))
    return sizes > sizes.flatten().kthvalue(math.floor(share * sizes.numel())).values


def strictly_above(weights, share):
    sizes = weights.abs().sum((0, 3, 4))
    return sizes > sizes.flatten().sort().values[math.floor(share * sizes.numel())]


def rows_by_flat_numbers(weights, share):
    sizes = weights.abs().sum((0, 3, 4))
    mask = torch.ones_like(sizes, dtype=torch.bool)
    mask[sizes.flatten().argsort()[: math.floor(share * sizes.numel())]] = False
    mask[:, sizes.numel()] = True
    return mask


def zeroed(weights, share):
    mask = by_topk(weights, share)
    weights *= mask[:, :, None, None]
    return mask


KEPT = {
    "single weights": (single_weights, "Single weights are dropped"),
    "any large": (
        lambda w, s: single_weights(w, s).any(-1).any(-1).any(0),
        "kept if any of its weights is large",
    ),
    "any small": (
        lambda w, s: single_weights(w, s).all(-1).all(-1).all(0),
        "dropped if any of its weights is small",
    ),
    "every path": (sorted_out(lambda w: w.abs().sum((3, 4))), "Every path has a mask of its own"),
    "share of all paths": (share_of_all_paths, "of the pieces of all paths"),
    "L2": (sorted_out(lambda w: w.norm(dim=(3, 4)).norm(dim=0)), "as in the L2 norm"),
    "largest weight": (sorted_out(lambda w: w.abs().amax((0, 3, 4))), "largest weight decides"),
    "signed": (sorted_out(lambda w: w.sum((0, 3, 4))), "summed with their signs. Take"),
    "abs of the sum": (sorted_out(lambda w: w.sum((0, 3, 4)).abs()), "with their signs, and can"),
    "paths first": (
        sorted_out(lambda w: w.sum(0).abs().sum((-1, -2))),
        "The paths are summed before |w| is taken",
    ),
    "pieces first": (
        sorted_out(lambda w: w.sum((-1, -2)).abs().sum(0)),
        "Every piece is summed before |w| is taken",
    ),
    "first path": (sorted_out(lambda w: w[0].abs().sum((-1, -2))), "The first path alone"),
    "largest path": (sorted_out(lambda w: w.abs().sum((-1, -2)).amax(0)), "The largest path"),
    "every channel": (in_every_channel, "Every channel loses the same share"),
    "every place": (in_every_place, "Every place loses the same share"),
    "whole channels": (whole(1), "Whole channels are dropped"),
    "whole places": (whole(0), "Whole places are dropped"),
    "largest": (
        sorted_out(order=lambda sizes: sizes.flatten().argsort(descending=True)),
        "The largest pieces are dropped",
    ),
    "share that stays": (
        sorted_out(number=lambda share, total: total - math.floor(share * total)),
        "The share is what stays",
    ),
    "inverted": (lambda w, s: ~by_topk(w, s), "True and False are swapped"),
    "rounded up": (sorted_out(number=lambda s, n: math.ceil(s * n)), "The number is rounded up"),
    "rounded": (sorted_out(number=lambda s, n: round(s * n)), "rounded to the nearest"),
    "one at least": (
        sorted_out(number=lambda s, n: max(1, int(s * n))),
        "always one at least",
    ),
    "strictly above": (strictly_above, "One piece too many is dropped"),
    "kthvalue": (by_kthvalue, "there is no 0th smallest"),
    "float number": (sorted_out(number=lambda s, n: s * n), "needs an integer"),
    "rows by flat numbers": (rows_by_flat_numbers, "Sort all places in one row"),
    "transposed": (lambda w, s: by_topk(w, s).T, "The mask is transposed"),
    "flat": (sorted_out(result=lambda mask, sizes: mask), "The mask is flat"),
    "nothing dropped": (
        lambda w, s: torch.ones(w.shape[1:3], dtype=torch.bool),
        "Nothing is dropped",
    ),
    "float": (lambda w, s: by_topk(w, s).float(), "The result is float32, expected a mask"),
    "masked weights": (
        lambda w, s: w * by_topk(w, s)[:, :, None, None],
        "The result is float32, expected a mask",
    ),
    "a list": (lambda w, s: by_topk(w, s).tolist(), "expected a mask (C, P)"),
    "in place": (zeroed, "changes its argument weights in place"),
    "None": (lambda w, s: None, "returned None"),
}
