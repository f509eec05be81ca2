"""Answers to exercise 1 of chapter 3, as learners write them: attention over kernels."""

import torch
import torch.nn.functional as F


def squeezed(
    pool=lambda x: x.mean((2, 3)),
    first=lambda z, w, b: torch.relu(z @ w.T + b),
    second=lambda h, w, b: h @ w.T + b,
    gate=lambda logits, t: torch.softmax(logits / t, 1),
):
    """Return the exercise's function with one of its steps replaced."""

    def squeeze_attention(x, w1, b1, w2, b2, temperature):
        return gate(second(first(pool(x), w1, b1), w2, b2), temperature)

    return squeeze_attention


RIGHT = squeezed()


def functional(x, w1, b1, w2, b2, temperature):
    z = F.adaptive_avg_pool2d(x, 1).flatten(1)
    logits = F.linear(F.relu(F.linear(z, w1, b1)), w2, b2)
    return F.softmax(logits / temperature, dim=-1)


def by_einsum(x, w1, b1, w2, b2, temperature):
    z = torch.einsum("bchw->bc", x) / x[0, 0].numel()
    hidden = torch.einsum("bc,hc->bh", z, w1).add(b1).clamp(min=0)
    logits = (torch.einsum("bh,kh->bk", hidden, w2) + b2) / temperature
    powers = (logits - logits.max(1, keepdim=True).values).exp()
    return powers / powers.sum(1, keepdim=True)


def by_hand(x, w1, b1, w2, b2, temperature):
    rows = []
    for image in x:
        z = torch.stack([channel.mean() for channel in image])
        hidden = torch.stack([torch.dot(w, z) + b for w, b in zip(w1, b1, strict=True)])
        hidden[hidden < 0] = 0
        logits = torch.stack([torch.dot(w, hidden) + b for w, b in zip(w2, b2, strict=True)])
        rows.append(torch.softmax(logits / temperature, 0))
    return torch.stack(rows)


def as_convolutions(x, w1, b1, w2, b2, temperature):
    z = x.mean((2, 3), keepdim=True)
    hidden = F.conv2d(z, w1[:, :, None, None], b1).relu()
    logits = F.conv2d(hidden, w2[:, :, None, None], b2)
    return torch.softmax(logits / temperature, dim=1)[:, :, 0, 0]


def in_place_weight(x, w1, b1, w2, b2, temperature):
    return RIGHT(x, w1, b1, w2.div_(temperature), b2.div_(temperature), 1.0)


def in_place_map(x, w1, b1, w2, b2, temperature):
    return RIGHT(x.sub_(0.5).add_(0.25), w1, b1, w2, b2, temperature)


def single_precision(x, w1, b1, w2, b2, temperature):
    return RIGHT(x.float(), w1.float(), b1.float(), w2.float(), b2.float(), temperature)


def rounded_on_the_way(x, w1, b1, w2, b2, temperature):
    z = x.float().mean((2, 3)).to(x.dtype)
    return squeezed(pool=lambda x: z)(x, w1, b1, w2, b2, temperature)


def forgotten_return(x, w1, b1, w2, b2, temperature):
    RIGHT(x, w1, b1, w2, b2, temperature)


def naive_softmax(logits, t):
    return torch.exp(logits / t) / torch.exp(logits / t).sum(1, keepdim=True)


def without(index):
    """Return the exercise's function without the bias b1 (0) or b2 (1)."""
    return squeezed(
        first=lambda z, w, b: torch.relu(z @ w.T + (0 if index == 0 else b)),
        second=lambda h, w, b: h @ w.T + (0 if index == 1 else b),
    )


ATTENTIONS = {
    "max pool": (squeezed(lambda x: x.amax((2, 3))), "pooled by its largest pixel"),
    "adaptive max pool": (
        squeezed(lambda x: F.adaptive_max_pool2d(x, 1).flatten(1)),
        "pooled by its largest pixel",
    ),
    "sum": (squeezed(lambda x: x.sum((2, 3))), "pooled by a sum"),
    "rows only": (squeezed(lambda x: x.mean(3).sum(2)), "The shape is right, but"),
    "first pixel": (squeezed(lambda x: x[..., 0, 0]), "Only the first pixel"),
    "mean over channels": (squeezed(lambda x: x.mean((1, 2))), "pooled over the wrong axes"),
    "mean over one axis": (squeezed(lambda x: x.mean(-1)), "pooled over the wrong axes"),
    "mean over images": (
        squeezed(lambda x: x.mean((0, 2, 3))[None].repeat(len(x), 1)),
        "averaged into one attention",
    ),
    "one row": (squeezed(lambda x: x.mean((0, 2, 3))[None]), "a tensor (B, K)"),
    "first image": (squeezed(lambda x: x[:1].mean((2, 3))), "Only the first image"),
    "not transposed": (
        squeezed(first=lambda z, w, b: torch.relu(z @ w + b)),
        "take z @ w1.T, or F.linear",
    ),
    "no relu": (squeezed(first=lambda z, w, b: z @ w.T + b), "The relu between the two layers"),
    "relu behind both": (
        squeezed(second=lambda h, w, b: torch.relu(h @ w.T + b)),
        "There is a second relu",
    ),
    "relu behind the second": (
        squeezed(lambda x: x.mean((2, 3)), F.linear, lambda h, w, b: F.linear(h, w, b).relu()),
        "stands behind the second layer",
    ),
    "relu on z": (
        squeezed(lambda x: F.relu(x.mean((2, 3))), F.linear),
        "applied to the pooled map z",
    ),
    "relu on x": (squeezed(lambda x: F.relu(x).mean((2, 3)), F.linear), "applied to the map x"),
    "sigmoid inside": (
        squeezed(first=lambda z, w, b: torch.sigmoid(z @ w.T + b)),
        "Between the two layers stands a sigmoid",
    ),
    "bias before the weight": (
        squeezed(first=lambda z, w, b: torch.relu((z + b) @ w.T)),
        "A bias is added to every row",
    ),
    "no first bias": (without(0), "The first bias is missing"),
    "no second bias": (without(1), "The second bias is missing"),
    "softmax over images": (
        squeezed(gate=lambda logits, t: torch.softmax(logits / t, dim=0)),
        "runs over the images of the batch",
    ),
    "softmax over all": (
        squeezed(gate=lambda logits, t: (logits / t).flatten().softmax(0).view_as(logits)),
        "over all images and kernels together",
    ),
    "sigmoid": (squeezed(gate=lambda logits, t: torch.sigmoid(logits / t)), "as in CondConv"),
    "no gate": (squeezed(gate=lambda logits, t: logits / t), "These are the logits, divided"),
    "bare logits": (squeezed(gate=lambda logits, t: logits), "These are the bare logits"),
    "over the sum": (
        squeezed(gate=lambda logits, t: logits / logits.sum(1, keepdim=True)),
        "The logits are divided by their sum",
    ),
    "log softmax": (
        squeezed(gate=lambda logits, t: F.log_softmax(logits / t, 1)),
        "Take softmax, not log_softmax",
    ),
    "argmax": (
        squeezed(gate=lambda logits, t: (logits == logits.amax(1, keepdim=True)).to(logits)),
        "All of the attention goes to the largest logit",
    ),
    "argmax's index": (squeezed(gate=lambda logits, t: logits.argmax(1)), "a tensor (B, K)"),
    "naive softmax": (squeezed(gate=naive_softmax), "The exponential of a large logit"),
    "times temperature": (
        squeezed(gate=lambda logits, t: torch.softmax(logits * t, 1)),
        "multiplied by the temperature",
    ),
    "no temperature": (
        squeezed(gate=lambda logits, t: torch.softmax(logits, 1)),
        "The temperature is ignored",
    ),
    "softmax first": (
        squeezed(gate=lambda logits, t: torch.softmax(logits, 1) / t),
        "The softmax is divided by the temperature",
    ),
    "root": (
        squeezed(gate=lambda logits, t: torch.softmax(logits / t**0.5, 1)),
        "square root of the temperature",
    ),
    "hidden divided": (
        lambda x, w1, b1, w2, b2, t: torch.softmax(
            F.linear(F.linear(x.mean((2, 3)), w1, b1).relu() / t, w2, b2), 1
        ),
        "does not divide b2",
    ),
    "with pixels": (
        squeezed(gate=lambda logits, t: torch.softmax(logits / t, 1)[:, :, None, None]),
        "a tensor (B, K)",
    ),
    "weight in place": (in_place_weight, "changes its argument w2 in place"),
    "map in place": (in_place_map, "changes its argument x in place"),
    "float32": (single_precision, "float64 in, float32 out"),
    "rounded": (rounded_on_the_way, "as exact as float32 only"),
    "None": (forgotten_return, "returned None"),
}
