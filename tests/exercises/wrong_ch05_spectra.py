"""Answers to exercise 3 of chapter 5, as learners write them: Fourier transforms."""

import torch
import torch.nn.functional as F


def by_spectra(
    pad=lambda x, m: F.pad(x, (m, m, m, m)),
    product=lambda a, b: a * b.conj(),
    cut=lambda y, x, m: y[..., : x.shape[2], : x.shape[3]],
    back=lambda product, size: torch.fft.irfft2(product, s=size),
):
    """Return the exercise's function with one of its steps replaced."""

    def depthwise_fft(x, weight):
        m = weight.shape[-1] // 2
        padded = pad(x, m)
        size = tuple(padded.shape[-2:])
        a, b = torch.fft.rfft2(padded), torch.fft.rfft2(weight.squeeze(1), s=size)
        return cut(back(product(a, b), size), x, m)

    return depthwise_fft


def behind(x, m):
    return F.pad(x, (0, 2 * m, 0, 2 * m))


def unpadded(x, m):
    return x


def rolled(y, x, m):
    return y.roll((m, m), (-2, -1))[..., : x.shape[2], : x.shape[3]]


def middle(y, x, m):
    return y[..., m : m + x.shape[2], m : m + x.shape[3]]


def last(y, x, m):
    return y[..., y.shape[2] - x.shape[2] :, y.shape[3] - x.shape[3] :]


def multiply(a, b):
    return a * b


def flipped(x, weight):
    return by_spectra(behind, multiply, middle)(x, weight.flip(2, 3))


def whole(part):
    """Return the function by full transforms, and `part` of their complex result."""

    def depthwise_fft(x, weight):
        m, (high, wide) = weight.shape[-1] // 2, x.shape[2:]
        size = (high + 2 * m, wide + 2 * m)
        spectra = torch.fft.fft2(x, s=size) * torch.fft.fft2(weight[:, 0], s=size).conj()
        return part(torch.fft.ifft2(spectra).roll((m, m), (2, 3))[..., :high, :wide])

    return depthwise_fft


def next_power(x, weight):
    """Use a size that is a power of two, as textbooks advise."""
    m, (high, wide) = weight.shape[-1] // 2, x.shape[2:]
    size = [1 << (n + 2 * m - 1).bit_length() for n in (high, wide)]
    a = torch.fft.rfft2(F.pad(x, [m] * 4), s=size)
    y = torch.fft.irfft2(a * torch.fft.rfft2(weight[:, 0], s=size).conj(), s=size)
    return y[..., :high, :wide]


def map_for_map(x, weight):
    y = torch.zeros_like(x)
    for b in range(len(x)):
        for c in range(x.shape[1]):
            y[b, c] = by_spectra()(x[b : b + 1, c : c + 1], weight[c : c + 1])[0, 0]
    return y


def other_sizes(x, weight):
    m = weight.shape[-1] // 2
    spectra = torch.fft.rfft2(F.pad(x, [m] * 4)) * torch.fft.rfft2(weight[:, 0]).conj()
    return torch.fft.irfft2(spectra)


def with_axis(x, weight):
    m, (high, wide) = weight.shape[-1] // 2, x.shape[2:]
    size = (high + 2 * m, wide + 2 * m)
    kernel = torch.fft.rfft2(weight, s=size).conj()  # (C, 1, ...), which meets the images
    return torch.fft.irfft2(torch.fft.rfft2(F.pad(x, [m] * 4)) * kernel, s=size)[..., :high, :wide]


def by_conv2d(x, weight):
    return F.conv2d(x, weight, padding=weight.shape[-1] // 2, groups=x.shape[1])


def centred_in_place(x, weight):
    x.sub_(x.mean())
    return by_spectra()(x, weight)


SPECTRA = {
    "no room": (by_spectra(unpadded, cut=rolled), "The map wraps around"),
    "no room, not moved": (by_spectra(unpadded), "There is no room for the margin: the map wraps"),
    "no room, no conj": (
        by_spectra(unpadded, multiply),
        "The conjugate is forgotten, and there is no room",
    ),
    "no room, no conj, moved": (
        by_spectra(unpadded, multiply, lambda y, x, m: y.roll((-m, -m), (-2, -1))),
        "flipped, and the map wraps around",
    ),
    "no conj": (by_spectra(product=multiply), "The conjugate is forgotten: a product"),
    "no conj, behind": (
        by_spectra(behind, multiply),
        "and the map is not moved by K // 2 pixels",
    ),
    "flipped": (by_spectra(behind, multiply, middle), "The kernels are flipped."),
    "flipped, last": (by_spectra(product=multiply, cut=last), "The kernels are flipped."),
    "not moved back": (by_spectra(behind), "as if all zeros were added below"),
    "middle": (by_spectra(cut=middle), "as if all zeros were added below"),
    "last": (by_spectra(cut=last), "The wrong corner is kept"),
    "off by one": (
        by_spectra(cut=lambda y, x, m: y.roll((-1, -1), (-2, -1))[..., : x.shape[2], : x.shape[3]]),
        "moved by one pixel",
    ),
    "map conjugated": (by_spectra(product=lambda a, b: a.conj() * b), "The map's spectrum is con"),
    "both conjugated": (
        by_spectra(product=lambda a, b: (a * b).conj()),
        "Both spectra are conjugated",
    ),
    "divided": (by_spectra(product=lambda a, b: a / b), "divided by the kernel's spectrum"),
    "no size": (
        by_spectra(back=lambda product, size: torch.fft.irfft2(product)),
        "The size is not handed to irfft2",
    ),
    "uncut": (by_spectra(cut=lambda y, x, m: y), "Nothing is cut off"),
    "complex": (whole(lambda y: y), "a complex64 tensor"),
    "absolute value": (whole(torch.abs), "Signs are lost"),
    "imaginary part": (whole(lambda y: y.imag), "The result is zero everywhere"),
    "summed": (
        lambda x, weight: by_spectra()(x, weight).sum(1, keepdim=True),
        "The channels are added up, as a dense",
    ),
    "first kernel": (
        lambda x, weight: by_spectra()(x, weight[:1]),
        "All channels are given the first one's kernel",
    ),
    "swapped": (lambda x, weight: by_spectra()(x, weight.mT), "Rows and columns of the kernels"),
    "other sizes": (other_sizes, "The two spectra differ in size"),
    "kernels on the images' axis": (with_axis, "The kernels' spectra lie along the images"),
    "transforms that do not fit": (
        by_spectra(back=lambda product, size: torch.fft.rfft2(product)),
        "the two pairs do not mix",
    ),
    "float32": (
        lambda x, weight: by_spectra()(x.float(), weight.float()),
        "float64 in, float32 out",
    ),
    "rounded": (
        lambda x, weight: by_spectra()(x.float().to(x.dtype), weight),
        "as exact as float32 only",
    ),
    "conv2d": (by_conv2d, "The values are right, but a convolution is called"),
    "in place": (centred_in_place, "changes its argument x in place"),
    "None": (lambda x, weight: None, "returned None"),
}
