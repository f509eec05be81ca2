"""The bank of chapter 5: right answers, wrong answers, and the mistakes its checks know."""

import wrong_ch05_block as block
import wrong_ch05_cost as cost
import wrong_ch05_cross as cross
import wrong_ch05_decide as decide
import wrong_ch05_regrow as regrow
import wrong_ch05_spectra as spectra
import wrong_ch05_spread as spread
import wrong_ch05_taps as taps

from dynconv_lite.course.case import Mistake
from dynconv_lite.course.checks.ch05 import (
    block_mistakes,
    cost_mistakes,
    cross_mistakes,
    deciding_mistakes,
    spectra_mistakes,
    taps_mistakes,
)
from dynconv_lite.course.checks.ch05.spread import MISTAKES as OF_SPREAD

WRONG = {
    "multiply_adds": cost.COSTS,
    "depthwise_by_taps": taps.TAPS,
    "depthwise_fft": spectra.SPECTRA,
    "convnext_block": block.BLOCKS,
    "stacked_spread": spread.SPREADS,
    "cross_kernel": cross.CROSSES,
    "regrow": regrow.MOVES,
    "shape_share": decide.DECISIONS,
}
SOLUTIONS = {
    "multiply_adds": cost.counted(),
    "depthwise_by_taps": taps.by_taps(),
    "depthwise_fft": spectra.by_spectra(),
    "convnext_block": block.stepwise(),
    "stacked_spread": spread.measured,
    "cross_kernel": cross.by_padding,
    "regrow": regrow.by_places(),
    "shape_share": decide.counted(),
}
OTHER_SOLUTIONS = {
    "layer by layer": ("multiply_adds", cost.layer_by_layer),
    "pixel by pixel": ("multiply_adds", cost.by_pixels),
    "windows": ("depthwise_by_taps", taps.pixel_by_pixel),
    "without padding": ("depthwise_by_taps", taps.without_padding),
    "moved back": ("depthwise_fft", spectra.by_spectra(spectra.behind, cut=spectra.rolled)),
    "a flipped kernel": ("depthwise_fft", spectra.flipped),
    "whole spectra": ("depthwise_fft", spectra.whole(lambda y: y.real)),
    "a power of two": ("depthwise_fft", spectra.next_power),
    "map for map": ("depthwise_fft", spectra.map_for_map),
    "functions": ("convnext_block", block.functional),
    "by hand": ("convnext_block", block.by_hand),
    "every pixel": ("convnext_block", block.pixel_by_pixel),
    "from the middle": ("stacked_spread", spread.from_the_middle),
    "derived": ("stacked_spread", spread.derived),
    "variances added": ("stacked_spread", spread.added),
    "polynomials": ("stacked_spread", spread.by_polynomials),
    "written in place": ("cross_kernel", cross.placed()),
    "responses": ("cross_kernel", cross.by_response),
    "joined": ("cross_kernel", cross.by_cat),
    "topk": ("regrow", regrow.by_topk),
    "noise": ("regrow", regrow.by_noise),
    "lists": ("regrow", regrow.by_lists),
    "masked": ("shape_share", decide.masked),
    "counts": ("shape_share", decide.by_counts),
    "solved for the ends": ("shape_share", decide.solved),
}
# Of a regrown mask a mistake shows in its statistics alone: wrong_ch05_regrow has them.
KNOWN: dict[str, list[Mistake]] = {
    "multiply_adds": cost_mistakes.MISTAKES,
    "depthwise_by_taps": taps_mistakes.MISTAKES,
    "depthwise_fft": spectra_mistakes.MISTAKES,
    "convnext_block": block_mistakes.MISTAKES,
    "stacked_spread": OF_SPREAD,
    "cross_kernel": cross_mistakes.MISTAKES,
    "shape_share": deciding_mistakes.MISTAKES,
}
