"""Wrong answers to exercises 5 and 8 of chapter 2: shares of a kernel, and a schedule."""

import math

import torch


def least_squares(kernel, corners):
    return torch.linalg.lstsq(corners.mT, kernel.unsqueeze(1)).solution.squeeze(1)


def normal_equations(kernel, corners):
    return torch.linalg.solve(corners @ corners.T, corners @ kernel)


def by_inverse(kernel, corners):
    return kernel @ torch.linalg.pinv(corners)


def by_descent(kernel, corners):
    a = kernel.new_zeros(3)
    gram = corners @ corners.T
    step = 1 / torch.linalg.matrix_norm(gram, 2)
    for _ in range(5000):
        a = a - step * (gram @ a - corners @ kernel)
    return a


def then(change):
    return lambda kernel, corners: change(normal_equations(kernel, corners))


def projections(kernel, corners):
    return torch.stack([(kernel @ c) / (c @ c) for c in corners])


def cosines(kernel, corners):
    return torch.stack([(kernel @ c) / (c.norm() * kernel.norm()) for c in corners])


def distances(kernel, corners):
    return torch.stack([(kernel - c).norm() for c in corners])


def closeness(kernel, corners):
    weights = 1 / distances(kernel, corners)
    return weights / weights.sum()


def nearest(kernel, corners):
    d = distances(kernel, corners)
    return (d == d.min()).to(kernel.dtype)


def barycentric(kernel, corners):
    edges = torch.stack([corners[0] - corners[2], corners[1] - corners[2]])
    first = torch.linalg.solve(edges @ edges.T, edges @ (kernel - corners[2]))
    return torch.stack([first[0], first[1], 1 - first[0] - first[1]])


def singular(kernel, corners):
    gram = corners.T @ corners
    if len(gram) > 3:
        gram = torch.zeros_like(gram)  # of rank 3: no inverse, but rounding may hide it
    return torch.linalg.solve(gram, kernel) @ corners.T


def in_place(kernel, corners):
    kernel -= corners[0]
    return normal_equations(kernel + corners[0], corners)


def scaled_in_place(kernel, corners):
    a = normal_equations(kernel, corners)
    corners *= a[:, None]
    return a


SHARES = {
    "transposed": (lambda v, c: torch.linalg.solve(c, v), "The system is transposed"),
    "inner products": (lambda v, c: c @ v, "These are the inner products with the corners"),
    "projections": (projections, "projected onto every corner on its own"),
    "cosines": (cosines, "These are cosines of angles"),
    "distances": (distances, "These are distances to the corners"),
    "closeness": (closeness, "These are weights by inverse distance"),
    "softmax of products": (lambda v, c: torch.softmax(c @ v, 0), "a softmax of inner products"),
    "nearest": (nearest, "The nearest corner gets the whole share"),
    "normalised": (then(lambda a: a / a.sum()), "The shares are divided by their sum"),
    "barycentric": (barycentric, "what the first two leave of one"),
    "softmax": (then(lambda a: a.softmax(0)), "The shares go through a softmax"),
    "clamped": (then(lambda a: a.clamp(0, 1)), "The shares are clamped to 0 ... 1"),
    "relu": (then(torch.relu), "Negative shares are set to zero"),
    "abs": (then(torch.abs), "The signs of the shares are lost"),
    "reversed": (then(lambda a: a.flip(0)), "The shares come in reverse order"),
    "mixed again": (lambda v, c: normal_equations(v, c) @ c, "This is the kernel itself"),
    "a column": (then(lambda a: a.unsqueeze(1)), "The shares are a column"),
    "square only": (
        lambda v, c: torch.linalg.solve(c.T, v),
        "torch.linalg.solve needs as many equations as unknowns",
    ),
    "not square": (lambda v, c: torch.linalg.inv(c.T) @ v, "needs as many equations as unknowns"),
    "wrong side": (
        lambda v, c: torch.linalg.lstsq(c, v[:, None]).solution[:3, 0],
        "The system",
    ),
    "singular": (singular, "The matrix of this system has no inverse"),
    "in place": (in_place, "changes its argument kernel in place"),
    "corners in place": (scaled_in_place, "changes its argument corners in place"),
    "float32": (lambda v, c: normal_equations(v.float(), c.float()), "float64 in, float32 out"),
    "a list": (lambda v, c: normal_equations(v, c).tolist(), "expected three shares (3,)"),
    "None": (lambda v, c: None, "returned None"),
}


def clipped(epoch, start, end, epochs):
    if epoch >= epochs:
        return end
    return start + (end - start) * epoch / epochs


def weighted(epoch, start, end, epochs):
    share = 1.0 if epochs == 0 else min(1.0, epoch / epochs)
    return (1 - share) * start + share * end


def line(epoch, start, end, epochs):
    return start - (start - end) / epochs * epoch


def exponential(epoch, start, end, epochs):
    return end if epoch >= epochs else start * math.pow(end / start, epoch / epochs)


def cosine(epoch, start, end, epochs):
    if epoch >= epochs:
        return end
    return end + 0.5 * (start - end) * (1 + math.cos(epoch / epochs * math.pi))


def rounded(cut):
    return lambda epoch, start, end, epochs: clipped(cut(epoch), start, end, epochs)


def after_the_end(epoch, start, end, epochs):
    return line(epoch, start, end, epochs) if epoch <= epochs else start


def looped(epoch, start, end, epochs):
    temperature = start
    for _ in range(min(epoch, epochs)):
        temperature += (end - start) / epochs
    return temperature


SCHEDULES = {
    "no end": (line, "The line goes on after its end"),
    "max": (lambda e, a, b, n: max(b, line(e, a, b, n)), "max(end, ...) stops a fall"),
    "early": (lambda e, a, b, n: clipped(e, a, b, n - 1), "The end is reached one epoch early"),
    "late": (lambda e, a, b, n: clipped(e, a, b, n + 1), "The end is reached one epoch late"),
    "from 1": (lambda e, a, b, n: clipped(e + 1, a, b, n), "The count starts at 1"),
    "int": (rounded(int), "Fractions of an epoch are cut off"),
    "round": (rounded(round), "Fractions of an epoch are rounded"),
    "swapped": (lambda e, a, b, n: clipped(e, b, a, n), "start and end are swapped"),
    "floor": (lambda e, a, b, n: a + (b - a) * min(e // n, 1), "until it jumps to end"),
    "start": (lambda e, a, b, n: a, "The temperature is always start"),
    "end": (lambda e, a, b, n: b, "The temperature is always end"),
    "to zero": (lambda e, a, b, n: a * max(0, 1 - e / n), "The temperature falls to zero"),
    "all of end": (lambda e, a, b, n: a - b * min(1, e / n), "The whole of end is taken from"),
    "sign": (lambda e, a, b, n: a + (a - b) * min(1, e / n), "with the wrong sign"),
    "change": (lambda e, a, b, n: (b - a) * e / n, "Only the change is returned"),
    "exponential": (exponential, "falls by a constant factor per epoch"),
    "cosine": (cosine, "The temperature follows a cosine"),
    "again": (lambda e, a, b, n: line(e % n, a, b, n), "The schedule starts again after"),
    "start after the end": (after_the_end, "After its end the temperature is start again"),
    "zero is start": (
        lambda e, a, b, n: clipped(e, a, b, n) if n else a,
        "With epochs = 0 the temperature is start",
    ),
    "zero is one": (lambda e, a, b, n: clipped(e, a, b, max(1, n)), "epochs = 0 is treated as 1"),
    "zero": (lambda e, a, b, n: a + min(1, e / n) * (b - a), "With epochs = 0 there is no line"),
    "looped": (looped, "epoch may be a fraction, and range()"),
    "tensors": (lambda e, a, b, n: a + (e / n).clamp(max=1) * (b - a), "are plain numbers, not te"),
    "clamped": (
        lambda e, a, b, n: a + torch.clamp(e / n, 0, 1) * (b - a),
        "are plain numbers, not tensors",
    ),
    "a table": (lambda e, a, b, n: torch.linspace(a, b, n + 1)[e], "A table has no entry"),
    "a list": (lambda e, a, b, n: torch.tensor([clipped(e, a, b, n)]), "expected one number"),
    "None": (lambda e, a, b, n: None, "returned None"),
}
