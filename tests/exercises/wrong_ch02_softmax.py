"""Wrong answers to exercise 2 of chapter 2, as learners write them: a softmax."""

import math

import torch


def stable(logits, temperature):
    z = logits / temperature
    z = z - z.max(dim=1, keepdim=True).values
    return z.exp() / z.exp().sum(dim=1, keepdim=True)


def by_logsumexp(logits, temperature):
    z = logits / temperature
    return torch.exp(z - torch.logsumexp(z, dim=1, keepdim=True))


def shifted_first(logits, temperature):
    e = torch.exp((logits - logits.amax(1, keepdim=True)) / temperature)
    return e / e.sum(1, keepdim=True)


def row_by_row(logits, temperature):
    rows = []
    for row in logits:
        e = torch.exp((row - row.max()) / temperature)
        rows.append(e / e.sum())
    return torch.stack(rows)


def plain(logits, temperature):
    e = torch.exp(logits / temperature)
    return e / e.sum(1, keepdim=True)


def global_max(logits, temperature):
    z = logits / temperature
    e = torch.exp(z - z.max())
    return e / e.sum(1, keepdim=True)


def undivided_max(logits, temperature):
    e = torch.exp(logits / temperature - logits.max(1, keepdim=True).values)
    return e / e.sum(1, keepdim=True)


def smallest(logits, temperature):
    z = logits / temperature
    e = torch.exp(z - z.min(1, keepdim=True).values)
    return e / e.sum(1, keepdim=True)


def max_after_exp(logits, temperature):
    e = torch.exp(logits / temperature)
    return (e - e.max(1, keepdim=True).values) / e.sum(1, keepdim=True)


def two_exponentials(logits, temperature):
    z = logits / temperature
    return torch.exp(z - z.amax(1, keepdim=True)) / torch.exp(z).sum(1, keepdim=True)


def divided_after_exp(logits, temperature):
    e = torch.exp(logits - logits.amax(1, keepdim=True)) / temperature
    return e / e.sum(1, keepdim=True)


def clamped(logits, temperature):
    return plain((logits / temperature).clamp(-30, 30), 1.0)


def whole_sum(logits, temperature):
    z = logits / temperature
    e = torch.exp(z - z.max())
    return e / e.sum()


def not_divided(logits, temperature):
    z = logits / temperature
    return torch.exp(z - z.amax(1, keepdim=True))


def lost_axis(logits, temperature):
    z = logits / temperature
    e = torch.exp(z - z.amax(1))
    return e / e.sum(1)


def named_tuple(logits, temperature):
    z = logits / temperature
    return torch.exp(z - z.max(1, keepdim=True))


def in_place(logits, temperature):
    logits /= temperature
    return stable(logits, 1.0)


def in_place_shift(logits, temperature):
    logits -= logits.max(1, keepdim=True).values
    return stable(logits, temperature)


def float32_rows(logits, temperature):
    y = torch.empty(logits.shape)
    for b, row in enumerate(logits):
        y[b] = torch.softmax(row / temperature, 0)
    return y


def sigmoids(logits, temperature):
    gates = torch.sigmoid(logits / temperature)
    return gates / gates.sum(1, keepdim=True)


def winner(logits, temperature):
    return (logits == logits.amax(1, keepdim=True)).to(logits.dtype)


SOFTMAXES = {
    "overflow": (plain, "exp overflows: exp(1000) is infinite"),
    "global maximum": (global_max, "One maximum is taken over the whole tensor"),
    "undivided maximum": (undivided_max, "taken before the division by the temperature"),
    "minimum": (smallest, "The smallest number of a row is subtracted"),
    "maximum after exp": (max_after_exp, "The maximum is subtracted after exp"),
    "two exponentials": (two_exponentials, "but not from those in the sum"),
    "clamped": (clamped, "Large logits are cut off"),
    "times": (lambda z, t: stable(z, 1 / t), "The logits are multiplied by the temperature"),
    "no temperature": (lambda z, t: torch.softmax(z, 1), "The temperature has no effect"),
    "divided after exp": (divided_after_exp, "The temperature has no effect"),
    "divided at the end": (lambda z, t: stable(z, 1.0) / t, "The shares are divided by the temper"),
    "divided twice": (lambda z, t: stable(z / t, t), "divided by the temperature twice"),
    "axis 0": (lambda z, t: torch.softmax(z / t, dim=0), "The softmax runs over axis 0"),
    "whole sum": (whole_sum, "All shares together sum to one"),
    "not divided": (not_divided, "The rows are not divided by their sums"),
    "sigmoid": (lambda z, t: 1 / (1 + torch.exp(-z / t)), "This is a sigmoid"),
    "sigmoids": (sigmoids, "These are sigmoids divided by their sum"),
    "log_softmax": (
        lambda z, t: z / t - torch.logsumexp(z / t, 1, keepdim=True),
        "the logarithm of the softmax",
    ),
    "no exp": (lambda z, t: z / z.sum(1, keepdim=True), "divided by their sum, without exp"),
    "minus": (lambda z, t: stable(-z, t), "The sign is wrong"),
    "winner": (winner, "The largest logit gets the whole share"),
    "lost axis": (lost_axis, "Keep the axis: sum(1, keepdim=True)"),
    "named tuple": (named_tuple, "returns two tensors, the values and their positions"),
    "math": (lambda z, t: math.exp(z / t), "Use torch.exp for tensors"),
    "nan_to_num": (lambda z, t: torch.nan_to_num(plain(z, t)), "exp overflows, and the NaN"),
    "in place": (in_place, "changes its argument logits in place"),
    "shifted in place": (in_place_shift, "changes its argument logits in place"),
    "float32": (float32_rows, "float64 in, float32 out"),
    "None": (lambda z, t: None, "returned None"),
}
