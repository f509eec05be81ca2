"""The bank of chapter 2: right answers, wrong answers, and the mistakes its checks know."""

import torch
import wrong_ch02_attend as attentions
import wrong_ch02_mixing as mixtures
import wrong_ch02_perceptron as perceptrons
import wrong_ch02_reach as verdicts
import wrong_ch02_shares as shares
import wrong_ch02_softmax as softmaxes

from dynconv_lite.course.case import Mistake
from dynconv_lite.course.checks.ch02 import (
    attending_mistakes,
    corners_mistakes,
    gradients_mistakes,
    mixing_mistakes,
    perceptron_mistakes,
    reaching_mistakes,
    schedule_mistakes,
    softening_mistakes,
)

WRONG = {
    "mix": mixtures.MIXTURES,
    "softmax": softmaxes.SOFTMAXES,
    "attend": attentions.ATTENTIONS,
    "dynamic_perceptron": perceptrons.PERCEPTRONS,
    "shares_of": shares.SHARES,
    "reachable": verdicts.VERDICTS,
    "kernel_gradients": mixtures.GRADIENTS,
    "temperature_at": shares.SCHEDULES,
}
SOLUTIONS = {
    "mix": mixtures.looped,
    "softmax": softmaxes.stable,
    "attend": attentions.layered(),
    "dynamic_perceptron": perceptrons.mixed_first,
    "shares_of": shares.normal_equations,
    "reachable": verdicts.decided,
    "kernel_gradients": mixtures.by_input,
    "temperature_at": shares.clipped,
}
OTHER_SOLUTIONS = {
    "a flat product": ("mix", mixtures.flattened),
    "an einsum": ("mix", lambda w, s: torch.einsum("koi,k->oi", w, s)),
    "a tensordot": ("mix", lambda w, s: torch.tensordot(s, w, dims=1)),
    "torch's softmax": ("softmax", lambda z, t: torch.softmax(z / t, dim=-1)),
    "logsumexp": ("softmax", softmaxes.by_logsumexp),
    "shifted first": ("softmax", softmaxes.shifted_first),
    "row by row": ("softmax", softmaxes.row_by_row),
    "attention by input": ("attend", attentions.by_input),
    "attention by einsum": ("attend", attentions.by_einsum),
    "perceptron by maps": ("dynamic_perceptron", perceptrons.maps_first),
    "perceptron by input": ("dynamic_perceptron", perceptrons.by_input),
    "perceptron by einsum": (
        "dynamic_perceptron",
        lambda x, w, b, a: torch.einsum("bk,koi,bi->bo", a, w, x) + torch.einsum("bk,ko->bo", a, b),
    ),
    "least squares": ("shares_of", shares.least_squares),
    "a pseudo-inverse": ("shares_of", shares.by_inverse),
    "gradient descent": ("shares_of", shares.by_descent),
    "a verdict with all()": ("reachable", verdicts.share_by_share),
    "a verdict in tensors": ("reachable", verdicts.in_tensors),
    "a verdict by distances": ("reachable", verdicts.by_distance),
    "gradients by product": ("kernel_gradients", mixtures.by_product),
    "gradients by autograd": ("kernel_gradients", mixtures.by_autograd),
    "gradients by einsum": ("kernel_gradients", lambda g, a: torch.einsum("boi,bk->koi", g, a)),
    "two weights": ("temperature_at", shares.weighted),
    "a tensor": ("temperature_at", lambda *a: torch.tensor(shares.clipped(*a))),
}
KNOWN: dict[str, list[Mistake]] = {
    "mix": mixing_mistakes.MISTAKES,
    "softmax": softening_mistakes.MISTAKES,
    "attend": attending_mistakes.MISTAKES,
    "dynamic_perceptron": perceptron_mistakes.MISTAKES,
    "shares_of": corners_mistakes.MISTAKES,
    "reachable": reaching_mistakes.MISTAKES,
    "kernel_gradients": gradients_mistakes.MISTAKES,
    "temperature_at": schedule_mistakes.MISTAKES,
}
