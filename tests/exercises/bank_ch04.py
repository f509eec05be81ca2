"""The bank of chapter 4: right answers, wrong answers, and the mistakes its checks know."""

import wrong_ch04_compose as composing
import wrong_ch04_folds as folds
import wrong_ch04_identity as identity
import wrong_ch04_merge as merging
import wrong_ch04_middle as middle

from dynconv_lite.course.case import Mistake
from dynconv_lite.course.checks.ch04 import (
    composing_mistakes,
    folding_mistakes,
    identity_mistakes,
    merging_mistakes,
    middle_mistakes,
)

WRONG = {
    "put_in_the_middle": middle.MIDDLES,
    "identity_like": identity.IDENTITIES,
    "fold_weight": folds.WEIGHTS,
    "fold_bias": folds.BIASES,
    "merge_block": merging.BLOCKS,
    "compose": composing.COMPOSED,
}
SOLUTIONS = {
    "put_in_the_middle": middle.padded,
    "identity_like": identity.in_a_loop,
    "fold_weight": folds.weight_with(),
    "fold_bias": folds.bias_with(),
    "merge_block": merging.merged(),
    "compose": composing.by_conv,
}
OTHER_SOLUTIONS = {
    "a slice": ("put_in_the_middle", middle.by_slice),
    "a product with an identity": ("put_in_the_middle", middle.by_transpose),
    "dirac": ("identity_like", identity.by_dirac),
    "an identity matrix, repeated": ("identity_like", identity.by_eye),
    "indices": ("identity_like", identity.by_index),
    "an einsum": ("fold_weight", folds.by_einsum),
    "a power": ("fold_weight", folds.by_power),
    "channel by channel": ("fold_weight", folds.in_a_loop),
    "batch_norm itself": ("fold_bias", folds.by_batch_norm),
    "term by term": ("fold_bias", folds.term_by_term),
    "in the middle pixel": ("merge_block", merging.in_place_of_a_copy),
    "by what it does": ("merge_block", merging.by_probing),
    "a sum over taps": ("compose", composing.by_taps),
    "conv_transpose2d": ("compose", composing.by_transpose),
    "by what it does to a point": ("compose", composing.by_probing),
}
KNOWN: dict[str, list[Mistake]] = {
    "put_in_the_middle": middle_mistakes.MISTAKES,
    "identity_like": identity_mistakes.MISTAKES,
    "fold_weight": folding_mistakes.OF_WEIGHT,
    "fold_bias": folding_mistakes.OF_BIAS,
    "merge_block": merging_mistakes.MISTAKES,
    "compose": composing_mistakes.MISTAKES,
}
