"""Answers to exercise 12 of chapter 10, as learners write them: the best guess."""

import math

import torch


def psnr(error):
    return 10 * math.log10(255**2 / error)


def guessing(
    guess=lambda c, p: (p[:, None, None] * c).sum(0),
    error=lambda squares, p: float((p * squares.mean((1, 2))).sum()),
    decibels=psnr,
):
    """Return the exercise's function with one of its steps replaced."""

    def best_guess(candidates, probabilities):
        best = guess(candidates, probabilities)
        return best, decibels(error((candidates - best) ** 2, probabilities))

    return best_guess


def looped(candidates, probabilities):
    best = torch.zeros_like(candidates[0])
    for p, candidate in zip(probabilities, candidates, strict=True):
        best = best + p * candidate
    error = 0.0
    for p, candidate in zip(probabilities, candidates, strict=True):
        error += p.item() * ((candidate - best) ** 2).mean().item()
    return best, 20 * math.log10(255) - 10 * math.log10(error)


def by_tensordot(candidates, probabilities):
    best = torch.tensordot(probabilities, candidates, 1)
    squares = torch.tensordot(probabilities, (candidates - best).square(), 1)
    return [best, 10 * torch.log10(255**2 / squares.mean())]


def by_variance(candidates, probabilities):
    flat = candidates.flatten(1)
    mean = probabilities @ flat
    variance = probabilities @ flat.square() - mean.square()
    return mean.view(candidates.shape[1:]), psnr(variance.mean().item())


def each(squares, p):
    scores = [psnr(s.mean().item()) for s in squares]
    return sum(a * b for a, b in zip(p.tolist(), scores, strict=True))


def sharpened(c, p):
    mean = torch.einsum("m,mhw->hw", p, c)
    return c[(c - mean).square().sum((1, 2)).argmin()]


def in_place(candidates, probabilities):
    result = looked(candidates, probabilities)
    candidates /= 255
    return result


looked = guessing()

GUESSES = {
    "alike": (guessing(lambda c, p: c.mean(0)), "All candidates count alike"),
    "likeliest": (guessing(lambda c, p: c[p.argmax()]), "This is the likeliest candidate"),
    "unlikeliest": (guessing(lambda c, p: c[p.argmin()]), "This is the least likely candidate"),
    "nearest to the mean": (guessing(sharpened), "nearest to the mean"),
    "median": (guessing(lambda c, p: c.median(0)[0]), "This is the median"),
    "middle": (guessing(lambda c, p: (c.max(0)[0] + c.min(0)[0]) / 2), "This is half way"),
    "sum": (guessing(lambda c, p: c.sum(0)), "without their probabilities"),
    "mean of products": (guessing(lambda c, p: (p[:, None, None] * c).mean(0)), "by m once more"),
    "rounded": (guessing(lambda c, p: (p[:, None, None] * c).sum(0).round()), "is rounded"),
    "one number": (
        guessing(lambda c, p: torch.full_like(c[0], float((p[:, None, None] * c).sum(0).mean()))),
        "one number for all pixels",
    ),
    "not reshaped": (guessing(lambda c, p: (p * c).sum(0)), "probabilities[:, None, None]"),
    "errors alike": (guessing(error=lambda s, p: s.mean().item()), "its errors count alike"),
    "mean of PSNRs": (guessing(error=each, decibels=lambda x: x), "mean of the candidates' PSNRs"),
    "one candidate": (
        guessing(error=lambda s, p: s[p.argmax()].mean().item()),
        "the likeliest candidate alone",
    ),
    "not averaged": (
        guessing(error=lambda s, p: (p * s.sum((1, 2))).sum().item()),
        "added over the pixels",
    ),
    "the error": (guessing(decibels=lambda e: e), "the error itself"),
    "peak 1": (guessing(decibels=lambda e: -10 * math.log10(e)), "the peak is 1"),
    "peak not squared": (guessing(decibels=lambda e: 10 * math.log10(255 / e)), "not squared"),
    "20": (guessing(decibels=lambda e: 2 * psnr(e)), "20 log10 belongs to the root"),
    "ln": (guessing(decibels=lambda e: 10 * math.log(255**2 / e)), "the natural one"),
    "sign": (guessing(decibels=lambda e: -psnr(e)), "the wrong sign"),
    "guess only": (lambda c, p: looked(c, p)[0], "expected (guess, decibels)"),
    "swapped": (lambda c, p: looked(c, p)[::-1], "expected (guess, decibels)"),
    "an array": (lambda c, p: (looked(c, p)[0].numpy(), 1.0), "expected (guess, decibels)"),
    "flat": (lambda c, p: (looked(c, p)[0].flatten(), looked(c, p)[1]), "The result has shape"),
    "in place": (in_place, "changes its argument candidates in place"),
    "None": (lambda c, p: None, "returned None"),
}
