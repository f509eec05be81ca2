"""Answers to exercise 6 of chapter 10, as learners write them: the simplex."""

import itertools

import torch


def powers(n, count):
    return [count ** (n - 1 - i) for i in range(n)]


def walked(
    pair=lambda f, s, p: (f, s),
    descending=True,
    keep=lambda pairs: pairs,
    strides=powers,
    steps=powers,
    nodes=lambda interval: 2 ** (8 - interval) + 1,
    step=lambda interval: 2**interval,
    entry=lambda row: row.double(),
    start=lambda q: q,
    end=lambda total, last, row: total + last * row,
    move=lambda place, base, s: place + s,
    divide=lambda total, q: total / q,
):
    """Return the exercise's function with one of its steps replaced."""

    def simplex(values, pixels, interval):
        q, count, n = step(interval), nodes(interval), len(pixels)
        base = sum(p // q * s for p, s in zip(pixels, strides(n, count), strict=True))
        pairs = [pair(p % q, s, p) for p, s in zip(pixels, steps(n, count), strict=True)]
        place, last, total = base, start(q), 0
        for fraction, stride in keep(sorted(pairs, reverse=descending)):
            total = total + (last - fraction) * entry(values[place])
            place, last = move(place, base, stride), fraction
        return divide(end(total, last, entry(values[place])), q)

    return simplex


def by_argsort(values, pixels, interval):
    q, count = 2**interval, 2 ** (8 - interval) + 1
    p = torch.tensor(pixels)
    strides = count ** torch.arange(len(p) - 1, -1, -1)
    f, order = (p % q).sort(descending=True)
    corners = (p // q * strides).sum() + torch.cat([p.new_zeros(1), strides[order].cumsum(0)])
    edges = torch.cat([torch.tensor([q]), f, torch.tensor([0])])
    return (edges[:-1] - edges[1:]).double() @ values[corners].double() / q


def by_shape(values, pixels, interval):
    """Give the table its axes, and walk over tuples."""
    q, count = 2**interval, 2 ** (8 - interval) + 1
    table = values.view(*[count] * len(pixels), -1)
    node, f = [p // q for p in pixels], [p % q for p in pixels]
    y = (q - max(f)) * table[tuple(node)].double()
    order = sorted(range(len(f)), key=f.__getitem__, reverse=True)
    for k, i in enumerate(order):
        node[i] += 1
        below = f[order[k + 1]] if k + 1 < len(f) else 0
        y += (f[i] - below) * table[tuple(node)].double()
    return y / q


def by_heights(values, pixels, interval):
    """Take the mean over q heights."""
    q, count = 2**interval, 2 ** (8 - interval) + 1
    total = torch.zeros(values.shape[1], dtype=torch.float64)
    for height in range(q):
        index = 0
        for p in pixels:
            index = index * count + (p + q - 1 - height) // q
        total += values[index]
    return total / q


def listed(order, weigh):
    """Return a wrong walk, from the order of the steps and the weights of the corners."""

    def simplex(values, pixels, interval):
        q, count, n = 2**interval, 2 ** (8 - interval) + 1, len(pixels)
        f = [p % q for p in pixels]
        strides = powers(n, count)
        place = sum(p // q * s for p, s in zip(pixels, strides, strict=True))
        corners = [place]
        for i in order(f):
            place += strides[i]
            corners.append(place)
        w = torch.tensor(weigh(q, f), dtype=torch.float64)
        return w @ values[corners].double() / q

    return simplex


def falling(f):
    return sorted(range(len(f)), key=lambda i: -f[i])


def differences(q, f):
    g = [q, *f, 0]
    return [g[k] - g[k + 1] for k in range(len(g) - 1)]


def sorted_weights(q, f):
    return differences(q, sorted(f, reverse=True))


def argsort_twice(f):
    order = falling(f)
    return [order.index(i) for i in range(len(f))]


def multilinear(values, pixels, interval):
    q, count = 2**interval, 2 ** (8 - interval) + 1
    y = torch.zeros(values.shape[-1], dtype=torch.float64)
    for up in itertools.product([False, True], repeat=len(pixels)):
        w, place = 1.0, 0
        for p, u in zip(pixels, up, strict=True):
            w *= p % q / q if u else 1 - p % q / q
            place = place * count + p // q + u
        y += w * values[place]
    return y


def nearest(values, pixels, interval):
    q, count, place = 2**interval, 2 ** (8 - interval) + 1, 0
    for p in pixels:
        place = place * count + (p + q // 2) // q
    return values[place].double()


def four_names(values, pixels, interval):
    a, b, c, d = pixels
    return by_shape(values, [a, b, c, d], interval)


def in_place(values, pixels, interval):
    y = by_shape(values, pixels, interval)
    pixels.sort(reverse=True)
    return y


def bytes_only(values, pixels, interval):
    return walked(entry=lambda row: row, divide=lambda t, q: t.double() / q)(
        values, pixels, interval
    )


SIMPLICES = {
    "int8": (bytes_only, "multiplied or added as int8"),
    "smallest first": (
        listed(lambda f: falling(f)[::-1], sorted_weights),
        "along the smallest fraction first",
    ),
    "ascending": (walked(descending=False), "Everything is sorted ascending"),
    "walk not sorted": (
        listed(lambda f: range(len(f)), sorted_weights),
        "the walk keeps the pixels' order",
    ),
    "weights not sorted": (listed(falling, differences), "the weights keep the pixels' order"),
    "nothing sorted": (
        listed(lambda f: range(len(f)), differences),
        "Nothing is sorted, and weights",
    ),
    "by value": (
        walked(
            lambda f, s, p: (p, f, s),
            keep=lambda t: [x[1:] for x in t],
        ),
        "sorted by their values",
    ),
    "ranks": (listed(argsort_twice, sorted_weights), "The order is taken for ranks"),
    "strides sorted": (
        walked(lambda f, s, p: (s, f), keep=lambda t: [(f, s) for s, f in t]),
        "Nothing is sorted",
    ),
    "shifted weights": (
        listed(falling, lambda q, f: [*sorted_weights(q, f)[1:], q - max(f)]),
        "The weights are shifted by one",
    ),
    "weights reversed": (
        listed(falling, lambda q, f: sorted_weights(q, f)[::-1]),
        "The weights are turned around",
    ),
    "fractions as weights": (
        listed(falling, lambda q, f: [q - max(f), *sorted(f, reverse=True)]),
        "the fractions themselves",
    ),
    "no base": (
        listed(falling, lambda q, f: [0, *sorted_weights(q, f)[1:]]),
        "The base node is left out",
    ),
    "no last corner": (walked(end=lambda total, last, row: total), "The last corner is left out"),
    "alike": (
        listed(falling, lambda q, f: [q / (len(f) + 1)] * (len(f) + 1)),
        "All corners count alike",
    ),
    "not divided": (walked(divide=lambda t, q: t), "The result is not divided by q"),
    "q - 1": (walked(divide=lambda t, q: t / (q - 1)), "The result is divided by q - 1"),
    "16": (walked(divide=lambda t, q: t / 16), "The result is divided by 16"),
    "divided down": (walked(divide=lambda t, q: t // q), "The quotient is rounded down"),
    "rounded": (walked(divide=lambda t, q: (t / q).round()), "The result is rounded. Keep"),
    "cut": (walked(divide=lambda t, q: (t / q).long().double()), "The fraction is dropped"),
    "summed": (walked(divide=lambda t, q: t.sum() / q), "The result is the outputs' sum"),
    "one output": (walked(divide=lambda t, q: t[:1] / q), "Only the first output is there"),
    "strides reversed": (
        walked(strides=lambda n, c: powers(n, c)[::-1], steps=lambda n, c: powers(n, c)[::-1]),
        "The strides are turned around",
    ),
    "steps reversed": (
        walked(steps=lambda n, c: powers(n, c)[::-1]),
        "the steps' strides are turned around",
    ),
    "no last node": (walked(nodes=lambda n: 2 ** (8 - n)), "The strides are powers of 2"),
    "nodes and distance": (
        walked(nodes=lambda n: 2**n + 1),
        "For interval 4 there are L = 17 nodes",
    ),
    "17": (walked(nodes=lambda n: 17), "For interval 4 there are L = 17 nodes"),
    "steps of 1": (walked(steps=lambda n, c: [1] * n), "Every step adds 1"),
    "from the base": (walked(move=lambda place, base, s: base + s), "one step from the base"),
    "never leaves": (walked(move=lambda place, base, s: base), "never leaves the base node"),
    "overwritten": (
        walked(end=lambda total, last, row: last * row),
        "The result is zero everywhere",
    ),
    "start at 1": (walked(start=lambda q: 1), "The shape is right, but"),
    "multilinear": (multilinear, "This is multilinear interpolation"),
    "nearest": (nearest, "This is the nearest node's entry"),
    "interval is q": (
        walked(step=lambda n: n),
        "nodes on every axis, q = 2 ** interval levels apart",
    ),
    "steps of q nodes": (
        walked(steps=lambda n, c: [16 * s for s in powers(n, c)]),
        "A step along pixel i adds",
    ),
    "always 4": (
        lambda v, p, n: walked(step=lambda n: 16 if n > 4 else 2**n)(v, p, n),
        "The interval is always taken to be 4",
    ),
    "four names": (four_names, "Any number of pixels may come"),
    "float base": (
        lambda v, p, n: v[p[0] / 2**n].double(),
        "An index is no whole number",
    ),
    "float32": (
        lambda v, p, n: by_shape(v, p, n).float(),
        "The result is float32, expected a float64",
    ),
    "int8 to the end": (walked(entry=lambda row: row), "an int8 times a weight overflows"),
    "a list": (lambda v, p, n: by_shape(v, p, n).tolist(), "expected a float64 tensor (outputs,)"),
    "in place": (in_place, "changes its argument pixels in place"),
    "None": (lambda v, p, n: None, "returned None"),
}
