"""Wrong answers to exercise 3 of chapter 2, as learners write them: an attention."""

import torch
import torch.nn.functional as F


def layered(activation=F.relu, gate=None, before=lambda x: x):
    """Return the exercise's function, with another activation, gate or input."""
    gate = gate or (lambda z, t: F.softmax(z / t, dim=1))

    def attend(x, w1, b1, w2, b2, temperature):
        h = activation(F.linear(before(x), w1, b1))
        return gate(F.linear(h, w2, b2), temperature)

    return attend


def by_input(x, w1, b1, w2, b2, temperature):
    rows = []
    for xb in x:
        h = (w1 @ xb + b1).clamp(min=0)
        rows.append(torch.softmax((w2 @ h + b2) / temperature, 0))
    return torch.stack(rows)


def by_einsum(x, w1, b1, w2, b2, temperature):
    h = torch.einsum("bi,hi->bh", x, w1) + b1
    z = torch.einsum("bh,kh->bk", h * (h > 0), w2) + b2
    e = torch.exp((z - z.amax(1, keepdim=True)) / temperature)
    return e / e.sum(1, keepdim=True)


def without(*names):
    """Leave out the biases of these names."""

    def attend(x, w1, b1, w2, b2, temperature):
        b1 = torch.zeros_like(b1) if "b1" in names else b1
        b2 = torch.zeros_like(b2) if "b2" in names else b2
        return layered()(x, w1, b1, w2, b2, temperature)

    return attend


def late_b1(x, w1, b1, w2, b2, temperature):
    return F.softmax(((x @ w1.T).relu() + b1) @ w2.T / temperature + b2 / temperature, 1)


def late_b2(x, w1, b1, w2, b2, temperature):
    return F.softmax((x @ w1.T + b1).relu() @ w2.T / temperature, 1) + b2


def hidden_temperature(x, w1, b1, w2, b2, temperature):
    return F.softmax((x @ w1.T + b1).relu() / temperature @ w2.T + b2, 1)


def bias_untempered(x, w1, b1, w2, b2, temperature):
    return F.softmax((x @ w1.T + b1).relu() @ w2.T / temperature + b2, 1)


def both_tempered(x, w1, b1, w2, b2, temperature):
    h = (x @ w1.T + b1).relu() / temperature
    return F.softmax((h @ w2.T + b2) / temperature, 1)


def not_transposed(x, w1, b1, w2, b2, temperature):
    return F.softmax((torch.relu(x @ w1 + b1) @ w2 + b2) / temperature, 1)


def mixed_up_biases(x, w1, b1, w2, b2, temperature):
    return F.softmax((torch.relu(x @ w1.T + b2) @ w2.T + b1) / temperature, 1)


def columns(x, w1, b1, w2, b2, temperature):
    h = torch.relu(w1 @ x.T + b1[:, None])
    return F.softmax((w2 @ h + b2[:, None]) / temperature, 0)


def modules(x, w1, b1, w2, b2, temperature):
    return F.softmax(w2(F.relu(w1(x))) / temperature, 1)


def overflow(z, t):
    e = torch.exp(z / t)
    return e / e.sum(1, keepdim=True)


def in_place(x, w1, b1, w2, b2, temperature):
    w1 *= 1 / temperature
    b1 *= 1 / temperature
    return layered()(x, w1 * temperature, b1 * temperature, w2, b2, temperature)


def x_in_place(x, w1, b1, w2, b2, temperature):
    y = layered()(x, w1, b1, w2, b2, temperature)
    x.sub_(x.mean())
    return y


ATTENTIONS = {
    "no relu": (layered(lambda h: h), "There is no relu between the two layers"),
    "relu on the logits": (
        layered(lambda h: h, lambda z, t: (z.relu() / t).softmax(1)),
        "The relu is applied to the logits",
    ),
    "relu twice": (
        layered(gate=lambda z, t: (z.relu() / t).softmax(1)),
        "The logits go through a relu too",
    ),
    "relu on x": (layered(lambda h: h, before=F.relu), "The relu is applied to x"),
    "sigmoid inside": (layered(torch.sigmoid), "The hidden layer goes through a sigmoid"),
    "tanh inside": (layered(torch.tanh), "The hidden layer goes through a tanh"),
    "softmax inside": (layered(lambda h: h.softmax(1)), "The hidden layer goes through a softmax"),
    "no b1": (without("b1"), "The bias b1 is missing"),
    "no b2": (without("b2"), "The bias b2 is missing"),
    "no biases": (without("b1", "b2"), "Both biases are missing"),
    "late b1": (late_b1, "The bias b1 is added after the relu"),
    "late b2": (late_b2, "The bias b2 is added after the softmax"),
    "hidden over temperature": (hidden_temperature, "The hidden layer is divided by the temper"),
    "bias not over temperature": (bias_untempered, "Divide the logits by it, with their bias"),
    "temperature twice": (both_tempered, "and the logits are too"),
    "no temperature": (layered(gate=lambda z, t: z.softmax(1)), "The temperature has no effect"),
    "times": (layered(gate=lambda z, t: (z * t).softmax(1)), "The logits are multiplied by"),
    "over the batch": (
        layered(gate=lambda z, t: F.softmax(z / t, dim=0)),
        "The softmax runs over the batch",
    ),
    "sigmoid": (
        layered(gate=lambda z, t: torch.sigmoid(z / t)),
        "The attention is a sigmoid of the logits",
    ),
    "logits": (layered(gate=lambda z, t: z / t), "The logits are returned"),
    "log_softmax": (
        layered(gate=lambda z, t: F.log_softmax(z / t, 1)),
        "the logarithm of the attention",
    ),
    "mean input": (
        layered(before=lambda x: x.mean(0).repeat(len(x), 1)),
        "All inputs get the attention of their mean",
    ),
    "columns": (columns, "The result is transposed, (K, B)"),
    "overflow": (layered(gate=overflow), "exp overflows for large logits"),
    "not transposed": (not_transposed, "w1 is (H, I) and w2 is (K, H), outputs first"),
    "swapped biases": (mixed_up_biases, "Add each to its own layer"),
    "modules": (modules, "The layers are given as tensors, not as modules"),
    "in place": (in_place, "changes its argument w1 in place"),
    "x in place": (x_in_place, "changes its argument x in place"),
    "float32": (
        lambda *a: layered()(*(v.float() for v in a[:5]), a[5]),
        "float64 in, float32 out",
    ),
    "None": (lambda *a: None, "returned None"),
}
