"""The bank of chapter 3: right answers, wrong answers, and the mistakes its checks know."""

import wrong_ch03_attention as attention
import wrong_ch03_classes as classes
import wrong_ch03_counts as counts
import wrong_ch03_groups as groups
import wrong_ch03_kernels as kernels
import wrong_ch03_loops as loops
import wrong_ch03_outputs as outputs

from dynconv_lite.course.case import Mistake
from dynconv_lite.course.checks.ch03 import (
    attention_mistakes,
    classes_mistakes,
    count_mistakes,
    groups_mistakes,
    loop_mistakes,
    mixing_mistakes,
    outputs_mistakes,
)

WRONG = {
    "squeeze_attention": attention.ATTENTIONS,
    "mix_kernels": kernels.MIXTURES,
    "convolve_by_loop": loops.LOOPS,
    "convolve_in_groups": groups.GROUPS,
    "mix_outputs": outputs.OUTPUTS,
    "count_multiply_adds": counts.COUNTS,
    "of_class": classes.CLASSES,
}
SOLUTIONS = {
    "squeeze_attention": attention.RIGHT,
    "mix_kernels": kernels.by_einsum,
    "convolve_by_loop": loops.collected,
    "convolve_in_groups": groups.by_view,
    "mix_outputs": outputs.wide,
    "count_multiply_adds": counts.counted(),
    "of_class": classes.by_class,
}
OTHER_SOLUTIONS = {
    "functions": ("squeeze_attention", attention.functional),
    "an einsum and a softmax by hand": ("squeeze_attention", attention.by_einsum),
    "image by image": ("squeeze_attention", attention.by_hand),
    "1 x 1 convolutions": ("squeeze_attention", attention.as_convolutions),
    "broadcast": ("mix_kernels", kernels.by_broadcast),
    "tensordot": ("mix_kernels", kernels.by_tensordot),
    "a double loop": ("mix_kernels", kernels.by_loop),
    "stacked": ("convolve_by_loop", loops.stacked),
    "filled": ("convolve_by_loop", loops.filled),
    "windows and an einsum": ("convolve_by_loop", loops.by_windows),
    "taps": ("convolve_by_loop", loops.by_taps),
    "groups": ("convolve_by_loop", groups.by_view),
    "reshaped": ("convolve_in_groups", groups.grouped()),
    "joined and cut": ("convolve_in_groups", groups.by_cat),
    "without a batch": ("convolve_in_groups", groups.unbatched),
    "vmap": ("convolve_in_groups", groups.by_vmap),
    "K convolutions": ("mix_outputs", outputs.separate),
    "stacked and an einsum": ("mix_outputs", outputs.einsum_outputs),
    "a product": ("mix_outputs", outputs.by_product),
    "loops": ("count_multiply_adds", counts.by_loops),
    "factored": ("count_multiply_adds", counts.factored),
    "one hot": ("of_class", classes.by_one_hot),
    "a projection": ("of_class", classes.by_einsum),
    "less the rest": ("of_class", classes.less_the_rest),
    "variances": ("of_class", classes.by_variances),
}
KNOWN: dict[str, list[Mistake]] = {
    "squeeze_attention": attention_mistakes.MISTAKES,
    "mix_kernels": mixing_mistakes.MISTAKES,
    "convolve_by_loop": loop_mistakes.MISTAKES,
    "convolve_in_groups": groups_mistakes.MISTAKES,
    "mix_outputs": outputs_mistakes.MISTAKES,
    "count_multiply_adds": count_mistakes.MISTAKES,
    "of_class": classes_mistakes.MISTAKES,
}
