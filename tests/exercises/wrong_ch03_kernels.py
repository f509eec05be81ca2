"""Answers to exercise 2 of chapter 3, as learners write them: mixed kernels."""

import torch
import torch.nn.functional as F


def six(attention):
    return attention[:, :, None, None, None, None]


def by_einsum(weight, attention):
    return torch.einsum("bk,kocij->bocij", attention, weight)


def by_broadcast(weight, attention):
    return (six(attention) * weight).sum(1)


def by_tensordot(weight, attention):
    return torch.tensordot(attention, weight, dims=1)


def by_loop(weight, attention):
    kernels = weight.new_zeros(len(attention), *weight.shape[1:])
    for b in range(len(attention)):
        for k in range(len(weight)):
            kernels[b] += attention[b, k] * weight[k]
    return kernels


def mixing(change):
    """Return the exercise's function with the attention replaced."""
    return lambda weight, attention: by_loop(weight, change(attention))


def hard(weight, attention):
    return weight[attention.argmax(dim=1)]


def hard_scaled(weight, attention):
    best = attention.max(dim=1)
    return best.values[:, None, None, None, None] * weight[best.indices]


def last_only(weight, attention):
    for b in range(len(attention)):
        kernel = sum(attention[b, k] * weight[k] for k in range(len(weight)))
    return kernel


def early_return(weight, attention):
    for shares in attention:
        return sum(a * w for a, w in zip(shares, weight, strict=True))


def in_place(weight, attention):
    weight *= attention[0][:, None, None, None, None]
    return by_einsum(weight, attention)


def empty_sum(weight, attention):
    kernels = torch.zeros(len(attention), *weight.shape[1:])
    for k in range(len(weight)):
        kernels += attention[:, k, None, None, None, None] * weight[k]
    return kernels


def reshaped(weight, attention):
    num_kernels, *shape = weight.shape
    mixed = attention @ weight.reshape(-1, num_kernels).T
    return mixed.reshape(-1, *shape)


def swapped_channels(weight, attention):
    _, o, c, height, width = weight.shape
    return (attention @ weight.flatten(1)).view(-1, c, o, height, width)


MIXTURES = {
    "divided by K": (lambda w, a: by_broadcast(w, a) / len(w), "divided by the number of kernels"),
    "mean": (lambda w, a: (six(a) * w).mean(1), "divided by the number of kernels"),
    "normalised": (mixing(lambda a: F.normalize(a, p=1, dim=1)), "attention is divided by its sum"),
    "softmax again": (mixing(lambda a: torch.softmax(a, 1)), "A softmax is taken"),
    "argmax": (hard, "largest attention is used, with weight 1"),
    "argmax, scaled": (hard_scaled, "Only the kernel of the largest attention is used. Add"),
    "plain sum": (lambda w, a: w.sum(0).repeat(len(a), 1, 1, 1, 1), "this is the sum of the kern"),
    "plain mean": (lambda w, a: w.mean(0).repeat(len(a), 1, 1, 1, 1), "this is the mean of the"),
    "mean attention": (
        mixing(lambda a: a.mean(0, keepdim=True).repeat(len(a), 1)),
        "share the batch's mean attention",
    ),
    "first attention": (mixing(lambda a: a[0].repeat(len(a), 1)), "share the first one's"),
    "previous image": (
        mixing(lambda a: torch.stack([a[b - 1] for b in range(len(a))])),
        "attention of the one before it",
    ),
    "kernels reversed": (lambda w, a: by_einsum(w.flip(0), a), "kernels come in reversed order"),
    "last one left out": (
        lambda w, a: sum(a[:, k, None, None, None, None] * w[k] for k in range(len(w) - 1)),
        "The last kernel is left out",
    ),
    "reshaped": (reshaped, "A reshape to K columns moves no number"),
    "K and O": (lambda w, a: torch.einsum("bk,okcij->bocij", a, w), "its letters are kocij"),
    "attention transposed": (lambda w, a: a.T @ w.flatten(1), "A row of attention has K numbers"),
    "too few axes": (lambda w, a: a * w, "A row of attention has K numbers"),
    "not added up": (lambda w, a: six(a) * w, "The products are not added up"),
    "batch added up": (
        lambda w, a: torch.einsum("bk,kocij->ocij", a, w),
        "The kernels of all images are added up",
    ),
    "first image only": (early_return, "Only the first image's kernel"),
    "last image only": (last_only, "Only the last image's kernel"),
    "images on axis 1": (lambda w, a: torch.stack([*by_loop(w, a)], 1), "The images are on axis 1"),
    "channels swapped": (
        lambda w, a: torch.einsum("bk,kocij->bcoij", a, w),
        "Input and output channels have changed places",
    ),
    "channels misread": (swapped_channels, "A reshape to (B, C, O, kh, kw)"),
    "flat": (lambda w, a: a @ w.flatten(1), "The result is still flat"),
    "squeezed": (lambda w, a: by_einsum(w, a).squeeze(), "Axes of size 1 are gone"),
    "in place": (in_place, "changes its argument weight in place"),
    "attention in place": (
        lambda w, a: by_einsum(w, a.div_(a.sum(1, keepdim=True) + 1)),
        "changes its argument attention in place",
    ),
    "float32": (lambda w, a: by_einsum(w.float(), a.float()), "float64 in, float32 out"),
    "float32 zeros": (empty_sum, "float64 in, float32 out"),
    "zeros": (lambda w, a: w.new_zeros(len(a), *w.shape[1:]), "zero everywhere"),
    "None": (lambda w, a: None, "returned None"),
}
