"""Answers to exercise 2 of chapter 4, as learners write them: the identity as a kernel."""

import torch
from torch import nn


def in_a_loop(weight):
    channels, inside, k, _ = weight.shape
    kernel = torch.zeros_like(weight)
    for channel in range(channels):
        kernel[channel, channel % inside, k // 2, k // 2] = 1
    return kernel


def by_dirac(weight):
    return nn.init.dirac_(weight.clone(), groups=weight.shape[0] // weight.shape[1])


def by_eye(weight):
    channels, inside, k, _ = weight.shape
    kernel = weight.new_zeros(weight.shape)
    kernel[..., k // 2, k // 2] = torch.eye(inside).repeat(channels // inside, 1)
    return kernel


def by_index(weight):
    channels, inside, k, _ = weight.shape
    kernel = 0 * weight
    outputs = torch.arange(channels)
    kernel[outputs, outputs % inside, k // 2, k // 2] = 1
    return kernel


def ones_at(rows, columns=None):
    """Return an answer whose ones stand at other pixels."""

    def identity_like(weight):
        channels, inside, k, _ = weight.shape
        kernel = torch.zeros_like(weight)
        for channel in range(channels):
            kernel[channel, channel % inside, rows(k), (columns or rows)(k)] = 1
        return kernel

    return identity_like


def input_of(which):
    """Return an answer whose outputs take other inputs, by o, C / groups and groups."""

    def identity_like(weight):
        channels, inside, k, _ = weight.shape
        kernel = torch.zeros_like(weight)
        for o in range(channels):
            kernel[o, which(o, inside, channels // inside), k // 2, k // 2] = 1
        return kernel

    return identity_like


def whole_eye(weight):
    kernel = torch.zeros_like(weight)
    kernel[:, :, weight.shape[2] // 2, weight.shape[2] // 2] = torch.eye(len(weight))
    return kernel


def all_ones(weight):
    kernel = torch.zeros_like(weight)
    kernel[:, :, weight.shape[2] // 2, weight.shape[2] // 2] = 1.0
    return kernel


def over_the_weights(weight):
    channels, inside, k, _ = weight.shape
    kernel = weight.clone()
    kernel[torch.arange(channels), torch.arange(channels) % inside, k // 2, k // 2] = 1
    return kernel


def in_place(weight):
    weight.copy_(in_a_loop(weight))
    return weight


IDENTITIES = {
    "no modulo": (input_of(lambda o, inside, g: o), "own input as number o % weight.shape[1]"),
    "a whole identity matrix": (whole_eye, "torch.eye(C) has too many columns"),
    "dirac without groups": (lambda w: nn.init.dirac_(w.clone()), "Only the first group has its"),
    "the group's number": (
        input_of(lambda o, inside, g: o // inside % inside),
        "that is the number of its group",
    ),
    "divided by groups": (
        input_of(lambda o, inside, g: o // g),
        "Neighbouring outputs take the same input",
    ),
    "modulo groups": (
        input_of(lambda o, inside, g: o % g % inside),
        "input o modulo the number of groups",
    ),
    "first input": (input_of(lambda o, inside, g: 0), "Every output takes the first input"),
    "reversed": (
        input_of(lambda o, inside, g: inside - o % inside - 1),
        "The channels come out in reversed order",
    ),
    "all inputs": (all_ones, "Every output takes all inputs"),
    "corner": (ones_at(lambda k: 0), "stands in the upper left corner"),
    "other corner": (ones_at(lambda k: -1), "stands in the lower right corner"),
    "3 x 3 only": (ones_at(lambda k: min(1, k - 1)), "the middle of 3 x 3 only"),
    "all pixels": (ones_at(lambda k: slice(None)), "sums up its neighbours"),
    "middle row": (ones_at(lambda k: k // 2, lambda k: slice(None)), "The shape is right, but"),
    "a mean": (
        lambda w: ones_at(lambda k: slice(None))(w) / w.shape[2] ** 2,
        "is a mean: that blurs",
    ),
    "diagonal": (lambda w: torch.eye(w.shape[2]).to(w).expand(w.shape), "runs over channels"),
    "the weights'": (lambda w: w * in_a_loop(w), "The ones have the size of the weights given"),
    "divided": (lambda w: in_a_loop(w) / (len(w) // w.shape[1]), "divided by the number of groups"),
    "divided by channels": (lambda w: in_a_loop(w) / len(w), "divided by the number of channels"),
    "over the weights": (over_the_weights, "Begin with zeros"),
    "a matrix": (lambda w: in_a_loop(w).amax((2, 3)), "The matrix of channels has no pixels"),
    "as it is": (lambda w: w, "The shape is right, but"),
    "zeros": (torch.zeros_like, "The result is zero everywhere"),
    "in place": (in_place, "changes its argument weight in place"),
    "float32": (lambda w: in_a_loop(w).float(), "float64 in, float32 out"),
    "None": (lambda w: None, "returned None"),
}
