"""Answers to exercise 2 of chapter 10, as learners write them: PSNR on the luma."""

import math

import numpy as np
import torch

BT601 = torch.tensor([65.481, 128.553, 24.966], dtype=torch.float64)


def luma(image, factors=BT601, scale=255, offset=16):
    return offset + (image.double() * factors).sum(-1) / scale


def studio(image):
    return luma(image)


def sides(y, s):
    h, w = y.shape[:2]
    return y[s : h - s, s : w - s]


def stepwise(
    light=studio,
    cut=sides,
    error=lambda d: (d**2).mean(),
    level=lambda mse: 10 * torch.log10(255**2 / mse).item(),
    difference=lambda ya, yb: ya - yb,
):
    """Return the exercise's function with one of its steps replaced."""

    def psnr_y(a, b, shave):
        d = difference(light(cut(a, shave)), light(cut(b, shave)))
        return level(error(d))

    return psnr_y


def by_math(a, b, shave):
    y = [16 + (x[..., 0] * 65.481 + x[..., 1] * 128.553 + x[..., 2] * 24.966) / 255
         for x in (a.double(), b.double())]  # fmt: skip
    mse = sides(y[0] - y[1], shave).square().mean().item()
    return math.inf if mse == 0 else 20 * math.log10(255 / math.sqrt(mse))


def by_numpy(a, b, shave):
    h, w = a.shape[:2]
    box = np.s_[shave : h - shave, shave : w - shave]
    y1, y2 = (x.numpy().astype(np.float64)[box] @ BT601.numpy() / 255 for x in (a, b))
    with np.errstate(divide="ignore"):
        return 10 * np.log10(255.0**2 / np.mean((y1 - y2) ** 2))


def of_the_difference(a, b, shave):
    """Leave the 16 out, which cancels."""
    d = sides(a.double() - b.double(), shave) @ BT601 / 255
    return float(20 * math.log10(255) - 10 * d.square().mean().log10())


def channels(a, b, shave):
    d = sides(a.double() - b.double(), shave)
    return (10 * torch.log10(255**2 / d.square().mean((0, 1)))).mean().item()


def python_division(a, b, shave):
    mse = stepwise(level=lambda m: m.item())(a, b, shave)
    return 10 * math.log10(255**2 / mse)


def divided_by_all(a, b, shave):
    d = luma(a) - luma(b)
    return 10 * torch.log10(255**2 * d.numel() / sides(d, shave).square().sum())


def bytes_subtracted(a, b, shave):
    return 10 * torch.log10(255**2 / (luma(sides(a - b, shave)) - 16).square().mean())


def single(a, b, shave):
    d = sides(luma(a).float() - luma(b).float(), shave)
    return (10 * torch.log10(255**2 / d.square().mean())).item()


def single_end(a, b, shave):
    """Make a tensor of Python's number, which is float32."""
    d = sides(luma(a) - luma(b), shave)
    return 10 * torch.log10(255**2 / torch.tensor(d.square().mean().item()))


def in_place(a, b, shave):
    psnr = by_math(a, b, shave)
    a[:shave] = 0
    return psnr


PSNR = {
    "a slice to -0": (stepwise(cut=lambda y, s: y[s:-s, s:-s]), "Without a border nothing is left"),
    "RGB": (stepwise(lambda x: x.double()), "The error is taken over R, G and B"),
    "bytes without a mean": (stepwise(lambda x: x), "mean() and matrix products need floating"),
    "mean of channels": (channels, "the mean of three channels' PSNRs"),
    "grey": (stepwise(lambda x: x.double().mean(-1)), "R, G and B count alike"),
    "full range": (
        stepwise(lambda x: luma(x, torch.tensor([0.299, 0.587, 0.114]).double(), 1, 0)),
        "1.3 dB too low",
    ),
    "BT.709": (
        stepwise(lambda x: luma(x, torch.tensor([0.2126, 0.7152, 0.0722]).double(), 1)),
        "the weights of BT.709",
    ),
    "BT.709, 16 to 235": (
        stepwise(lambda x: luma(x, torch.tensor([0.2126, 0.7152, 0.0722]).double(), 255 / 219)),
        "the weights of BT.709",
    ),
    "BGR": (stepwise(lambda x: luma(x, BT601.flip(0))), "taken for B, G, R"),
    "green": (stepwise(lambda x: x[:, :, 1].double()), "Only green is compared. Y"),
    "luma times 255": (stepwise(lambda x: luma(x, scale=1)), "48.1 dB too low"),
    "luma over 255": (stepwise(lambda x: luma(x.double() / 255)), "divided by 255 twice"),
    "over 256": (stepwise(lambda x: luma(x, scale=256)), "The luma is divided by 256"),
    "rounded": (stepwise(lambda x: luma(x).round()), "The luma is rounded. Keep"),
    "cut": (stepwise(lambda x: luma(x).byte().double()), "cut to a whole number"),
    "bytes of luma": (
        stepwise(lambda x: luma(x).round().byte(), error=lambda d: d.double().square().mean()),
        "rounded to bytes, and their difference wraps",
    ),
    "bytes subtracted": (bytes_subtracted, "Bytes are subtracted"),
    "no shave": (stepwise(cut=lambda y, s: y), "Nothing is shaved off"),
    "rows only": (stepwise(cut=lambda y, s: y[s : len(y) - s]), "Rows are shaved off, columns"),
    "columns only": (
        stepwise(cut=lambda y, s: y[:, s : y.shape[1] - s]),
        "Columns are shaved off, rows",
    ),
    "top left only": (stepwise(cut=lambda y, s: y[s:, s:]), "Only the top and the left"),
    "bottom right only": (
        stepwise(cut=lambda y, s: y[: y.shape[0] - s, : y.shape[1] - s]),
        "Only the bottom and the right",
    ),
    "half": (stepwise(cut=lambda y, s: sides(y, s // 2)), "Half of the border"),
    "always 4": (lambda a, b, s: by_math(a, b, 4), "There are always 4 pixels shaved off"),
    "last axes": (
        stepwise(cut=lambda y, s: y[:, s : y.shape[1] - s, s : y.shape[2] - s]),
        "Columns are shaved off, rows",
    ),
    "divided by all": (divided_by_all, "divided by the number of all pixels"),
    "peak 1": (stepwise(level=lambda m: 10 * torch.log10(1 / m)), "48.1 dB too low"),
    "peak 219": (stepwise(level=lambda m: 20 * torch.log10(219 / m.sqrt())), "1.3 dB too low"),
    "peak 235": (stepwise(level=lambda m: 20 * torch.log10(235 / m.sqrt())), "taken to be 235"),
    "peak not squared": (stepwise(level=lambda m: 10 * torch.log10(255 / m)), "is not squared"),
    "20 of squares": (
        stepwise(level=lambda m: 20 * torch.log10(255**2 / m)),
        "This is 20 log10 of squares",
    ),
    "10 of roots": (
        stepwise(level=lambda m: 10 * torch.log10(255 / m.sqrt())),
        "This is 10 log10(255 / rmse)",
    ),
    "ln": (stepwise(level=lambda m: 10 * torch.log(255**2 / m)), "the natural one"),
    "log2": (stepwise(level=lambda m: 10 * torch.log2(255**2 / m)), "to base 2"),
    "bels": (stepwise(level=lambda m: torch.log10(255**2 / m)), "The factor 10 is missing"),
    "negative": (stepwise(level=lambda m: 10 * torch.log10(m / 255**2)), "The sign is wrong"),
    "mse": (stepwise(level=lambda m: m), "the mean squared error itself"),
    "sum": (stepwise(error=lambda d: d.square().sum()), "The squares are summed"),
    "absolute": (stepwise(error=lambda d: d.abs().mean()), "absolute differences are averaged"),
    "mean first": (stepwise(error=lambda d: d.mean() ** 2), "The mean is taken before the square"),
    "variance": (stepwise(error=lambda d: d.var(correction=0)), "the variance of the difference"),
    "largest": (stepwise(error=lambda d: d.abs().max() ** 2), "The largest error decides"),
    "Python division": (python_division, "Python does not divide by it"),
    "a map": (
        stepwise(error=lambda d: d.square(), level=lambda m: 10 * torch.log10(255**2 / m)),
        "expected one number, in dB",
    ),
    "float32": (
        stepwise(lambda x: 16 + x.float() @ BT601.float() / 255),
        "as exact as float32 only, and float64 is asked for",
    ),
    "float32 after the luma": (single, "as exact as float32 only, and float64 is asked for"),
    "float32 at the end": (single_end, "as exact as float32 only, and float64 is asked for"),
    "in place": (in_place, "changes its argument a in place"),
    "text": (lambda a, b, s: f"{by_math(a, b, s):.2f} dB", "expected one number, in dB"),
    "None": (lambda a, b, s: print(end=""), "returned None"),
}
