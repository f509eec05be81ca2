"""Wrong answers to exercises 1 and 7 of chapter 2, as learners write them: maps and gradients."""

import torch


def looped(weights, shares):
    mixed = torch.zeros_like(weights[0])
    for k in range(len(weights)):
        mixed = mixed + shares[k] * weights[k]
    return mixed


def flattened(weights, shares):
    return (shares @ weights.flatten(1)).reshape(weights.shape[1:])


def with_shares(change):
    return lambda weights, shares: torch.einsum("k,koi->oi", change(shares), weights)


def in_place(weights, shares):
    for k in range(len(weights)):
        weights[k] *= shares[k]
    return weights.sum(0)


def normalised_in_place(weights, shares):
    mixed = looped(weights, shares)
    shares /= 2
    return mixed


def forgotten_last(weights, shares):
    mixed = weights.new_zeros(weights.shape[1:])
    for k in range(len(weights) - 1):
        mixed += shares[k] * weights[k]
    return mixed


def filled_float32(weights, shares):
    mixed = torch.zeros(weights.shape[1:])
    for share, weight in zip(shares, weights, strict=True):
        mixed += share * weight
    return mixed


def product(weights, shares):
    mixed = torch.ones_like(weights[0])
    for share, weight in zip(shares, weights, strict=True):
        mixed *= share * weight
    return mixed


MIXTURES = {
    "mean": (lambda w, s: w.mean(dim=0), "the plain mean of the maps"),
    "no shares": (lambda w, s: sum(w), "summed without their shares"),
    "weighted mean": (lambda w, s: looped(w, s) / len(w), "which divides by K once more"),
    "product": (product, "multiplied with one another"),
    "normalised": (with_shares(lambda s: s / s.sum()), "The shares are divided by their sum"),
    "softmax": (with_shares(lambda s: torch.softmax(s, 0)), "The shares go through a softmax"),
    "argmax": (lambda w, s: w[int(torch.argmax(s))], "Only the map with the largest share is ret"),
    "largest": (lambda w, s: s.max() * w[s.argmax()], "times that share"),
    "relu": (with_shares(torch.relu), "Negative shares are treated as zero"),
    "abs": (with_shares(torch.abs), "The signs of the shares are lost"),
    "squared": (with_shares(lambda s: s**2), "The shares are squared"),
    "reversed": (with_shares(lambda s: s.flip(0)), "The shares come in reverse order"),
    "one too few": (forgotten_last, "The sum stops before the last map"),
    "stacked": (
        lambda w, s: torch.stack([a * m for a, m in zip(s, w, strict=True)]),
        "but they are still K maps",
    ),
    "concatenated": (
        lambda w, s: torch.cat([a * m for a, m in zip(s, w, strict=True)]),
        "put below one another",
    ),
    "over outputs": (lambda w, s: torch.einsum("k,koi->ki", s, w), "runs over the outputs"),
    "over inputs": (lambda w, s: torch.einsum("k,koi->ko", s, w), "runs over the inputs"),
    "one number": (lambda w, s: torch.einsum("k,koi->", s, w), "summed into one number"),
    "transposed": (lambda w, s: torch.einsum("k,koi->io", s, w), "The result is transposed"),
    "kept axis": (lambda w, s: looped(w, s)[None], "The axis of the maps is still there"),
    "no axes": (lambda w, s: (s * w).sum(0), "shares[:, None, None]"),
    "product with @": (lambda w, s: s @ w, "That axis is K: flatten"),
    "einsum": (lambda w, s: torch.einsum("i,koi->ko", s, w), "the maps are 'koi'"),
    "in place": (in_place, "changes its argument weights in place"),
    "shares in place": (normalised_in_place, "changes its argument shares in place"),
    "float32": (lambda w, s: looped(w.float(), s.float()), "float64 in, float32 out"),
    "a float32 result": (filled_float32, "float64 in, float32 out"),
    "zeros": (lambda w, s: torch.zeros_like(w[0]), "zero everywhere"),
    "None": (lambda w, s: print(end=""), "returned None"),
}


def by_input(grad_mixed, attention):
    grads = grad_mixed.new_zeros(attention.shape[1], *grad_mixed.shape[1:])
    for b in range(len(grad_mixed)):
        for k in range(attention.shape[1]):
            grads[k] += attention[b, k] * grad_mixed[b]
    return grads


def overwritten(grad_mixed, attention):
    grads = grad_mixed.new_zeros(attention.shape[1], *grad_mixed.shape[1:])
    for b in range(len(grad_mixed)):
        for k in range(attention.shape[1]):
            grads[k] = attention[b, k] * grad_mixed[b]
    return grads


def by_product(grad_mixed, attention):
    flat = attention.T @ grad_mixed.flatten(1)
    return flat.unflatten(1, grad_mixed.shape[1:])


def by_autograd(grad_mixed, attention):
    shape = (attention.shape[1], *grad_mixed.shape[1:])
    maps = grad_mixed.new_zeros(shape).requires_grad_()
    mixed = torch.einsum("bk,koi->boi", attention, maps)
    return torch.autograd.grad(mixed, maps, grad_mixed)[0]


def with_attention(change):
    return lambda grad_mixed, attention: by_product(grad_mixed, change(attention))


def one_hot(attention):
    hard = torch.zeros_like(attention)
    hard[torch.arange(len(attention)), attention.argmax(1)] = 1
    return hard


def in_place_gradient(grad_mixed, attention):
    grads = by_product(grad_mixed, attention)
    grad_mixed *= attention[:, :1, None]
    return grads


GRADIENTS = {
    "mean": (lambda g, a: by_input(g, a) / len(g), "The mean over the inputs is taken"),
    "no attention": (
        lambda g, a: g.sum(0).expand(a.shape[1], -1, -1),
        "Every map gets the whole gradient",
    ),
    "equal": (
        lambda g, a: (g.sum(0) / a.shape[1]).repeat(a.shape[1], 1, 1),
        "the same K-th part",
    ),
    "divided": (with_attention(lambda a: 1 / a), "The gradient is divided by the attention"),
    "weighted mean": (with_attention(lambda a: a / a.sum(0)), "which gives a weighted mean"),
    "normalised": (
        with_attention(lambda a: a / a.sum(1)[:, None]),
        "Every input's attention is divided by its sum",
    ),
    "softmax": (with_attention(lambda a: a.softmax(-1)), "goes through a softmax once more"),
    "argmax": (with_attention(one_hot), "gets an input's gradient, in full"),
    "scaled argmax": (with_attention(lambda a: a * one_hot(a)), "The others get theirs"),
    "twice": (with_attention(lambda a: a.pow(2)), "multiplied in twice"),
    "mean attention": (with_attention(lambda a: a.mean(0).repeat(len(a), 1)), "with the mean att"),
    "first attention": (with_attention(lambda a: a[:1].repeat(len(a), 1)), "with the first one's"),
    "first input": (lambda g, a: by_input(g[:1], a[:1]), "Only the first input's gradient"),
    "overwritten": (overwritten, "Only the last input's gradient is left"),
    "not summed": (lambda g, a: torch.einsum("bk,boi->bkoi", a, g), "The inputs are still apart"),
    "over maps": (lambda g, a: torch.einsum("bk,boi->boi", a, g), "The sum runs over the maps"),
    "all summed": (lambda g, a: torch.einsum("bk,boi->oi", a, g), "The maps are summed too"),
    "transposed": (lambda g, a: by_input(g, a).transpose(1, 2), "have changed places, (K, I, O)"),
    "maps last": (lambda g, a: torch.einsum("bk,boi->oik", a, g), "The axis of the maps comes la"),
    "negative": (lambda g, a: -by_input(g, a), "The sign is turned round"),
    "no axes": (lambda g, a: (a * g).sum(0), "Axes are lined up from the last one"),
    "wrong product": (lambda g, a: a @ g.flatten(1), "The sum runs over the inputs, so B"),
    "axes of attention": (lambda g, a: torch.einsum("kb,boi->koi", a, g), "runs over the maps"),
    "einsum": (lambda g, a: torch.einsum("bk,oi->koi", a, g), "In torch.einsum the attention"),
    "in place": (in_place_gradient, "changes its argument grad_mixed in place"),
    "float32": (lambda g, a: by_input(g.float(), a.float()), "float64 in, float32 out"),
    "None": (lambda g, a: None, "returned None"),
}
