"""What others have published about super-resolution by lookup tables, x4, on luma."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from dynconv_lite.experiments.configs.super_resolution import SuperResolutionConfig
from dynconv_lite.experiments.records import Published

TALK = 'student talk "Dynamic Convolution Neural Network", result 3'
PAPER = "Jo & Kim 2021 (SR-LUT), x4, as in the table that the talk shows"
SETS = ("set5", "set14", "bsd100", "urban100", "manga109")
MB, KB = 2**20, 2**10  # 1.274 MB are 17^4 rows of 16 bytes


class Row(NamedTuple):
    """A row of the SR-LUT paper's table.

    Attributes:
        title: The method.
        milliseconds: 320 x 180 to 1280 x 720 on a phone, or on a desktop's CPU.
        phone: Whether on a phone.
        size: As printed: of a table or a dictionary, or a number of parameters.
        bytes: The same in bytes, four for a parameter; None if there is none.
        scores: PSNR in dB and SSIM on each of `SETS`.
    """

    title: str
    milliseconds: float
    phone: bool
    size: str
    bytes: float | None
    scores: tuple[tuple[float, float], ...]


def _row(title: str, milliseconds: float, size: str, bytes_: float | None, *values: float,
         phone: bool = True) -> Row:  # fmt: skip
    scores = tuple(zip(values[::2], values[1::2], strict=True))
    return Row(title, milliseconds, phone, size, bytes_, scores)


PAPER_ROWS: Mapping[str, Row] = MappingProxyType({
    "nearest": _row("nearest neighbour", 4, "-", None, 26.25, 0.7372, 24.65, 0.6529, 25.03, 0.6293,
                    22.17, 0.6154, 23.45, 0.7414),
    "bilinear": _row("bilinear", 16, "-", None, 27.55, 0.7884, 25.42, 0.6792, 25.54, 0.6460,
                     22.69, 0.6346, 24.21, 0.7666),
    "bicubic": _row("bicubic", 60, "-", None, 28.42, 0.8101, 26.00, 0.7023, 25.96, 0.6672,
                    23.14, 0.6574, 24.91, 0.7871),
    "srlut_v": _row("SR-LUT, V", 15, "1MB", 1 * MB, 29.22, 0.8304, 26.65, 0.7258, 26.33, 0.6880,
                    23.68, 0.6852, 26.30, 0.8246),
    "srlut_f": _row("SR-LUT, F", 34, "77KB", 77 * KB, 29.77, 0.8429, 26.99, 0.7372, 26.57, 0.6990,
                    23.94, 0.6971, 26.87, 0.8367),
    "srlut_s": _row("SR-LUT, S", 91, "1.274MB", 1.274 * MB, 29.82, 0.8478, 27.01, 0.7355,
                    26.53, 0.6953, 24.02, 0.6990, 26.80, 0.8380),
    "ne_lle": _row("NE + LLE", 7016, "1.434MB", 1.434 * MB, 29.62, 0.8404, 26.82, 0.7346,
                   26.49, 0.6970, 23.84, 0.6942, 26.10, 0.8195, phone=False),
    "zeyde": _row("Zeyde et al.", 8797, "1.434MB", 1.434 * MB, 26.69, 0.8429, 26.90, 0.7354,
                  26.53, 0.6968, 23.90, 0.6962, 26.24, 0.8241, phone=False),
    "anr": _row("ANR", 1715, "1.434MB", 1.434 * MB, 29.70, 0.8422, 26.86, 0.7368, 26.52, 0.6992,
                23.89, 0.6964, 26.18, 0.8214, phone=False),
    "aplus": _row("A+", 1748, "15.171MB", 15.171 * MB, 30.27, 0.8602, 27.30, 0.7498,
                  26.73, 0.7088, 24.33, 0.7189, 26.91, 0.8480, phone=False),
    "fsrcnn": _row("FSRCNN", 371, "12K params", 12e3 * 4, 30.71, 0.8656, 27.60, 0.7543,
                   26.96, 0.7129, 24.61, 0.7263, 27.91, 0.8587),
    "carn_m": _row("CARN-M", 4955, "412K params", 412e3 * 4, 31.82, 0.8898, 28.29, 0.7747,
                   27.42, 0.7305, 25.62, 0.7694, 29.85, 0.8993),
    "rrdb": _row("RRDB", 31717, "16698K params", 16698e3 * 4, 32.68, 0.8999, 28.88, 0.7891,
                 27.82, 0.7444, 27.02, 0.8146, 31.57, 0.9185),
})  # fmt: skip

# PSNR on Set5 and Set14, x4, trained on DIV2K; "Shift" is pixel-mix
TALK_ROWS: Mapping[str, tuple[str, float, float]] = MappingProxyType(
    {
        "srlut_s": ("SR-LUT", 29.90, 27.01),
        "mixed": ("SR-LUT + Shift", 30.03, 27.29),
        "mulut": ("MuLUT", 30.40, 27.60),
        "mulut_mixed": ("MuLUT + Shift", 30.50, 27.72),
    }
)


def published_of(config: SuperResolutionConfig) -> list[Published]:
    """Return what was published for a method at this scale."""
    if config.scale != 4:
        return []
    found = []
    if config.method in PAPER_ROWS:
        row = PAPER_ROWS[config.method]
        if row.bytes is not None and row.size.endswith("params"):
            found.append(Published(quantity="parameters", value=row.bytes / 4, source=PAPER))
        for name, (psnr, ssim) in zip(SETS, row.scores, strict=True):
            found.append(Published(quantity=f"psnr_{name}", value=psnr, source=PAPER))
            found.append(Published(quantity=f"ssim_{name}", value=ssim, source=PAPER))
    elif config.method in TALK_ROWS:
        _, *values = TALK_ROWS[config.method]
        for name, value in zip(SETS, values, strict=False):
            found.append(Published(quantity=f"psnr_{name}", value=value, source=TALK))
    return found
