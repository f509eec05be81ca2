"""Answers to exercises 3 and 4 of chapter 4, as learners write them: a folded normalisation."""

import torch
import torch.nn.functional as F


def factor(var, gamma, eps):
    return gamma / (var + eps) ** 0.5


def weight_with(scale=factor, shape=(-1, 1, 1, 1)):
    """Return exercise 3's function with another factor, or along another axis."""
    return lambda weight, var, gamma, eps: weight * scale(var, gamma, eps).reshape(shape)


def bias_with(fold=lambda b, m, s, beta: beta + (b - m) * s, scale=factor):
    """Return exercise 4's function with another factor, or with other terms."""
    return lambda bias, mean, var, gamma, beta, eps: fold(bias, mean, scale(var, gamma, eps), beta)


def by_einsum(weight, var, gamma, eps):
    return torch.einsum("o,ocij->ocij", gamma / torch.sqrt(eps + var), weight)


def by_power(weight, var, gamma, eps):
    return (weight.permute(1, 2, 3, 0) * gamma * (var + eps).pow(-0.5)).permute(3, 0, 1, 2)


def in_a_loop(weight, var, gamma, eps):
    kernels = [w * g / torch.sqrt(v + eps) for w, g, v in zip(weight, gamma, var, strict=True)]
    return torch.stack(kernels)


def by_batch_norm(bias, mean, var, gamma, beta, eps):
    return F.batch_norm(bias[None], mean, var, gamma, beta, eps=eps)[0]


def term_by_term(bias, mean, var, gamma, beta, eps):
    std = torch.sqrt(var + eps)
    return bias * gamma / std - mean * gamma / std + beta


def unshaped(weight, var, gamma, eps):
    return weight * (gamma / torch.sqrt(var + eps))


def number_under_the_root(weight, var, gamma, eps):
    return weight * (gamma / (var.sqrt() + torch.sqrt(eps)))[:, None, None, None]


def in_place(weight, var, gamma, eps):
    weight *= factor(var, gamma, eps)[:, None, None, None]
    return weight


def bias_in_place(bias, mean, var, gamma, beta, eps):
    bias -= mean
    return bias * factor(var, gamma, eps) + beta


SCALES = {
    "no eps": (lambda var, gamma, eps: gamma / var.sqrt(), "eps is forgotten"),
    "variance": (lambda var, gamma, eps: gamma / (var + eps), "divided by the variance, not by"),
    "variance, no eps": (lambda var, gamma, eps: gamma / var, "and eps is forgotten"),
    "eps behind the root": (
        lambda var, gamma, eps: gamma / (var.sqrt() + eps),
        "eps is added to the standard deviation",
    ),
    "multiplied": (lambda var, gamma, eps: gamma * (var + eps).sqrt(), "instead of divided"),
    "no gamma": (lambda var, gamma, eps: (var + eps).rsqrt(), "gamma is forgotten"),
    "upside down": (lambda var, gamma, eps: (var + eps).sqrt() / gamma, "upside down"),
    "no variance": (lambda var, gamma, eps: gamma, "The variance is forgotten"),
    "no sign": (lambda var, gamma, eps: factor(var, gamma.abs(), eps), "The sign of gamma is lost"),
}
WEIGHTS = {
    **{name: (weight_with(scale), text) for name, (scale, text) in SCALES.items()},
    "along the inputs": (weight_with(shape=(1, -1, 1, 1)), "laid along the input channels"),
    "unshaped": (unshaped, "The factors are laid along the columns"),
    "unshaped, and lucky": (
        lambda w, *rest: weight_with()(w, *rest) if w.shape[0] == 3 else unshaped(w, *rest),
        "gamma and var have one number for each output channel",
    ),
    "a number under the root": (number_under_the_root, "eps is a number and not a tensor"),
    "divided": (
        lambda w, *rest: w / factor(*rest)[:, None, None, None],
        "or divided by instead of multiplied",
    ),
    "added": (
        lambda w, *rest: w + factor(*rest)[:, None, None, None],
        "The factor is added to the kernel",
    ),
    "mean factor": (lambda w, *rest: w * factor(*rest).mean(), "All outputs share the mean factor"),
    "kernel's mean": (
        lambda w, *rest: weight_with()(w - w.mean((1, 2, 3), keepdim=True), *rest),
        "The kernel's own mean is subtracted",
    ),
    "as it is": (lambda w, *rest: w, "The kernel is as it was"),
    "in place": (in_place, "changes its argument weight in place"),
    "float32": (
        lambda w, var, gamma, eps: weight_with()(w, var, gamma, eps).float(),
        "float64 in, float32 out",
    ),
    "None": (lambda *arguments: None, "returned None"),
}
BIASES = {
    **{name: (bias_with(scale=scale), text) for name, (scale, text) in SCALES.items()},
    "no bias": (bias_with(lambda b, m, s, beta: beta - m * s), "own bias is forgotten"),
    "bias as it is": (bias_with(lambda b, m, s, beta: beta - m * s + b), "is added as it is"),
    "mean added": (bias_with(lambda b, m, s, beta: (b + m) * s + beta), "The mean is added"),
    "mean as it is": (
        bias_with(lambda b, m, s, beta: b * s + beta - m),
        "The mean is subtracted as it is",
    ),
    "no mean": (bias_with(lambda b, m, s, beta: b * s + beta), "The mean is forgotten"),
    "no beta": (bias_with(lambda b, m, s, beta: b * s - m * s), "beta is forgotten"),
    "beta too": (bias_with(lambda b, m, s, beta: s * (b + beta - m)), "beta is multiplied by the"),
    "beta subtracted": (bias_with(lambda b, m, s, beta: (b - m) * s - beta), "beta is subtracted"),
    "signs": (bias_with(lambda b, m, s, beta: beta + (m - b) * s), "signs are turned round"),
    "no factor": (bias_with(lambda b, m, s, beta: b - m + beta), "Nothing is multiplied"),
    "in place": (bias_in_place, "changes its argument bias in place"),
    "a mean of it": (bias_with(lambda b, m, s, beta: ((b - m) * s + beta).mean()), "has shape ()"),
    "None": (lambda *arguments: None, "returned None"),
}
