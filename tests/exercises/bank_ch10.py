"""The bank of chapter 10: right answers, wrong answers, and the mistakes its checks know."""

import wrong_ch10_anchoring as anchoring
import wrong_ch10_blurring as blurring
import wrong_ch10_cell as cells
import wrong_ch10_embedding as embedding
import wrong_ch10_ensemble as ensembles
import wrong_ch10_psnr as psnr
import wrong_ch10_quantise as quantise
import wrong_ch10_sample as sample
import wrong_ch10_search as search
import wrong_ch10_shrink as shrink
import wrong_ch10_simplex as simplices
import wrong_ch10_triangle as triangles

from dynconv_lite.course.case import Mistake
from dynconv_lite.course.checks.ch10 import (
    anchoring_mistakes,
    blurring_mistakes,
    embedding_mistakes,
    locating_mistakes,
    luma_mistakes,
    quantising_mistakes,
    sampling_mistakes,
    shrinking_mistakes,
    simplices_mistakes,
    triangles_mistakes,
    turning_mistakes,
)

WRONG = {
    "cubic_weights": shrink.SHRINK,
    "psnr_y": psnr.PSNR,
    "cell": cells.CELLS,
    "sample_table": sample.SAMPLES,
    "triangle": triangles.TRIANGLES,
    "simplex": simplices.SIMPLICES,
    "counterexample": search.SEARCHES,
    "ensemble": ensembles.ENSEMBLES,
    "requantised": quantise.QUANTISED,
    "neighbour_weights": embedding.EMBEDDINGS,
    "projection": anchoring.ANCHORED,
    "best_guess": blurring.GUESSES,
}
SOLUTIONS = {
    "cubic_weights": shrink.mirrored(),
    "psnr_y": psnr.stepwise(),
    "cell": cells.looped(),
    "sample_table": sample.tabulated(),
    "triangle": triangles.sorted_out(),
    "simplex": simplices.walked(),
    "counterexample": search.searching(),
    "ensemble": ensembles.turned(),
    "requantised": quantise.steps(),
    "neighbour_weights": embedding.looked_up(),
    "projection": anchoring.by_inverse,
    "best_guess": blurring.guessing(),
}
OTHER_SOLUTIONS = {
    "windows": ("cubic_weights", shrink.windowed()),
    "divided by the scale": ("cubic_weights", shrink.mirrored(norm=lambda w, s: w / s)),
    "index_add": ("cubic_weights", shrink.by_index_add),
    "a strided convolution": ("cubic_weights", shrink.by_unit_rows),
    "the library's": ("cubic_weights", shrink.library),
    "math": ("psnr_y", psnr.by_math),
    "numpy": ("psnr_y", psnr.by_numpy),
    "without the 16": ("psnr_y", psnr.of_the_difference),
    "strides": ("cell", cells.by_strides),
    "ravel_multi_index": ("cell", cells.by_numpy),
    "tensors": ("cell", cells.by_torch),
    "meshgrid": ("sample_table", sample.by_meshgrid),
    "part by part": ("sample_table", sample.part_by_part),
    "digits": ("sample_table", sample.by_digits),
    "slopes": ("triangle", triangles.two_cases),
    "a plane": ("triangle", triangles.by_plane),
    "pairs": ("triangle", triangles.by_pairs),
    "sorted tensors": ("simplex", simplices.by_argsort),
    "one axis each": ("simplex", simplices.by_shape),
    "heights": ("simplex", simplices.by_heights),
    "every value": ("counterexample", search.searching(search.every_value)),
    "drawn": ("counterexample", search.searching(search.drawn)),
    "by interpolation": ("counterexample", search.by_interpolation),
    "tap by tap": ("counterexample", search.one_by_one),
    "an array": ("counterexample", search.ARRAYS["an array"]),
    "a tensor": ("counterexample", search.ARRAYS["a tensor"]),
    "numpy's round": ("requantised", quantise.by_numpy),
    "rounded first": ("requantised", quantise.rounded_first),
    "one fraction": ("requantised", quantise.one_fraction),
    "the other direction": (
        "ensemble",
        ensembles.turned(lambda x, r: x.rot90(-r), lambda y, r: y.rot90(r)),
    ),
    "quarter by quarter": ("ensemble", ensembles.onwards),
    "numpy's turns": ("ensemble", ensembles.by_numpy),
    "a multiplier": ("neighbour_weights", embedding.by_multiplier),
    "an inverse": ("neighbour_weights", embedding.by_inverse),
    "numpy's solve": ("neighbour_weights", embedding.by_numpy),
    "solved, not inverted": ("projection", anchoring.closed()),
    "among the patches": ("projection", anchoring.among_patches),
    "numpy's ridge": ("projection", anchoring.by_numpy),
    "singular values": ("projection", anchoring.by_svd),
    "in loops": ("best_guess", blurring.looped),
    "tensordot": ("best_guess", blurring.by_tensordot),
    "variance": ("best_guess", blurring.by_variance),
}
KNOWN: dict[str, list[Mistake]] = {
    "cubic_weights": shrinking_mistakes.MISTAKES,
    "psnr_y": luma_mistakes.MISTAKES,
    "cell": locating_mistakes.MISTAKES,
    "sample_table": sampling_mistakes.MISTAKES,
    "triangle": triangles_mistakes.MISTAKES,
    "simplex": simplices_mistakes.MISTAKES,
    "ensemble": turning_mistakes.MISTAKES,
    "requantised": quantising_mistakes.MISTAKES,
    "neighbour_weights": embedding_mistakes.MISTAKES,
    "projection": anchoring_mistakes.MISTAKES,
    "best_guess": blurring_mistakes.MISTAKES,
}
