"""Wrong answers to exercise 4 of chapter 2, as learners write them: a dynamic perceptron."""

import torch


def mixed_first(x, weights, biases, attention):
    w = (attention @ weights.flatten(1)).view(len(x), *weights.shape[1:])
    return torch.bmm(w, x[:, :, None])[:, :, 0] + attention @ biases


def maps_first(x, weights, biases, attention):
    y = torch.einsum("koi,bi->bko", weights, x) + biases
    return (attention[:, :, None] * y).sum(1)


def by_input(x, weights, biases, attention):
    rows = []
    for b in range(len(x)):
        w = sum(attention[b, k] * weights[k] for k in range(len(weights)))
        c = sum(attention[b, k] * biases[k] for k in range(len(weights)))
        rows.append(w @ x[b] + c)
    return torch.stack(rows)


def with_attention(change):
    return lambda x, w, b, a: maps_first(x, w, b, change(a))


def with_bias(bias):
    return lambda x, w, b, a: mixed_first(x, w, torch.zeros_like(b), a) + bias(b, a)


def one_hot(attention):
    return (attention == attention.amax(1, keepdim=True)).to(attention.dtype)


def bias_in_the_loop(x, weights, biases, attention):
    y = 0
    for k in range(len(weights)):
        y = y + attention[:, k, None] * (x @ weights[k].T) + attention @ biases
    return y


def twice(x, weights, biases, attention):
    y = 0
    for k in range(len(weights)):
        share = attention[:, k, None]
        y = y + share * (share * (x @ weights[k].T + biases[k]))
    return y


def crossed(x, weights, biases, attention):
    w = torch.einsum("bk,koi->boi", attention, weights)
    return x @ w.mT + (attention @ biases)[:, None]


def broadcast(x, weights, biases, attention):
    w = torch.einsum("bk,koi->boi", attention, weights)
    return w * x[:, None] + (attention @ biases)[:, :, None]


def winner(x, weights, biases, attention):
    best = attention.argmax(1)
    return torch.einsum("boi,bi->bo", weights[best], x) + biases[best]


def squeezed(x, weights, biases, attention):
    w = torch.einsum("bk,koi->boi", attention, weights)
    return (w @ x[:, :, None]).squeeze() + attention @ biases


def no_axes(x, weights, biases, attention):
    return (attention * weights).sum(0) @ x.T


def wrong_product(x, weights, biases, attention):
    w = torch.einsum("bk,koi->boi", attention, weights)
    return w @ x + attention @ biases


def wrong_letters(x, weights, biases, attention):
    return torch.einsum("bk,oki,bi->bo", attention, weights, x) + attention @ biases


def in_place(x, weights, biases, attention):
    y = mixed_first(x, weights, biases, attention)
    biases += 1
    return y


def attention_in_place(x, weights, biases, attention):
    y = mixed_first(x, weights, biases, attention)
    attention /= 2 * attention.sum(1, keepdim=True)
    return y


def float32_output(x, weights, biases, attention):
    y = torch.zeros(x.shape[0], weights.shape[1])
    y += mixed_first(x, weights, biases, attention)
    return y


PERCEPTRONS = {
    "no bias": (with_bias(lambda b, a: 0), "The biases are missing"),
    "all biases": (with_bias(lambda b, a: b.sum(0)), "All biases are added in full"),
    "mean bias": (with_bias(lambda b, a: b.mean(0)), "The mean of the biases is added"),
    "first bias": (with_bias(lambda b, a: b[0]), "The first map's bias is added"),
    "bias in the loop": (bias_in_the_loop, "The mixed bias is added K times"),
    "first input's bias": (with_bias(lambda b, a: a[0] @ b), "get the bias of the first one"),
    "first attention": (
        lambda x, w, b, a: x @ torch.einsum("k,koi->io", a[0], w) + a[0] @ b,
        "with the first one's attention",
    ),
    "last attention": (
        lambda x, w, b, a: x @ torch.einsum("k,koi->io", a[-1], w) + a[-1] @ b,
        "with the last one's attention",
    ),
    "mean attention": (
        lambda x, w, b, a: x @ torch.einsum("bk,koi->io", a, w) / len(a) + a.mean(0) @ b,
        "with the mean attention of the batch",
    ),
    "winner": (winner, "Only the map with the largest attention is used"),
    "one-hot": (with_attention(one_hot), "Only the map with the largest attention is used"),
    "mean map": (lambda x, w, b, a: x @ w.mean(0).T + b.mean(0), "The maps are averaged"),
    "sum of maps": (lambda x, w, b, a: x @ w.sum(0).T + b.sum(0), "summed without the attention"),
    "twice": (twice, "The attention is multiplied in twice"),
    "softmax": (with_attention(lambda a: torch.softmax(a, 1)), "through a softmax once more"),
    "normalised": (
        with_attention(lambda a: a / a.sum(1)[:, None]),
        "The attention is divided by its sum",
    ),
    "mean over maps": (
        lambda x, w, b, a: mixed_first(x, w, b, a) / len(w),
        "The sum over the maps is divided by K",
    ),
    "crossed": (crossed, "Every input goes through the maps of all inputs"),
    "not summed": (
        lambda x, w, b, a: torch.einsum("bk,koi,bi->bko", a, w, x) + a[:, :, None] * b,
        "The outputs of the K maps are not summed",
    ),
    "broadcast": (broadcast, "The products with x are not summed over the inputs"),
    "maps": (
        lambda x, w, b, a: (a @ w.flatten(1)).unflatten(1, w.shape[1:]),
        "The mixed maps are returned",
    ),
    "transposed": (
        lambda x, w, b, a: torch.einsum("bk,koi,bi->ob", a, w, x) + (a @ b).T,
        "The result is transposed",
    ),
    "a column": (
        lambda x, w, b, a: torch.stack(list(mixed_first(x, w, b, a)))[..., None],
        "The result has an axis too many",
    ),
    "squeezed": (squeezed, "squeeze() removes every axis of length 1"),
    "no axes": (no_axes, "Axes are lined up from the last one"),
    "wrong product": (wrong_product, "mixed[b] @ x[b]"),
    "wrong letters": (wrong_letters, "In torch.einsum the letters name axes"),
    "in place": (in_place, "changes its argument biases in place"),
    "attention in place": (attention_in_place, "changes its argument attention in place"),
    "float32": (float32_output, "float64 in, float32 out"),
    "zeros": (lambda x, w, b, a: x.new_zeros(len(x), w.shape[1]), "zero everywhere"),
    "None": (lambda x, w, b, a: None, "returned None"),
}
