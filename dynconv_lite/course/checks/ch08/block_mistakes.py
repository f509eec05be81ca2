"""What goes wrong in the talk's block."""

from dynconv_lite.course.case import Hint, Mistake
from dynconv_lite.course.checks.ch08.block_steps import (
    block,
    both,
    by_places,
    cut_at_0,
    flipped_turn,
    mixed,
    mixed_first,
    not_cut,
    not_padded,
    rolled,
    shifted_first,
    wrong_groups,
)
from dynconv_lite.course.checks.ch08.turning_mistakes import turn

EDGE = (
    "Something is lost at the edge: a piece whose middle stands beyond it still covers pixels of "
    "the image. Pad x by n * (P // 2) zeros on every side before all else, and cut at the end."
)
# after all four turns, pieces that are flipped where they stand make the same kernel
DIRECTION = (
    "The maps are moved the wrong way, or every piece is flipped. An output that looks down and to "
    "the right wants a map moved up and to the left, and networks do not flip their kernels."
)
PLACES = "The middle of piece i stands n * (i - P // 2) pixels down and to the right."
HINTS = [
    Hint(
        "The channels do not meet: pointwise is (O, C), so output o sums pointwise[o, c] * y[:, c] "
        "over c; and a depth-wise convolution by C * P pieces takes groups=C.",
        "RuntimeError: .*(einsum|mat1 and mat2|Given groups|expected input|subscript|operand)",
    ),
    Hint(
        "The parts differ in size. Where H and W differ, turn each result back by -k quarters "
        "before you add it; and keep the size of what you convolve: padding=n // 2.",
        "RuntimeError: .*(The size of tensor|expects each tensor to be equal size|"
        "doesn't match the broadcast shape)",
    ),
    Hint(
        "diagonal_row takes (B, P, H, W). Fold the channels into the images: maps of (B, C * P, "
        "H, W) become maps.reshape(-1, P, H, W).",
        "(RuntimeError|ValueError|IndexError): .*(invalid for input|out of bounds|zip|unflatten)",
    ),
]
MISTAKES = [
    Mistake(EDGE, block(edge=not_padded)),
    Mistake(EDGE, block(edge=not_padded, move=shifted_first)),
    Mistake(
        "The padding is still there: cut H rows and W columns out of the middle.",
        block(edge=not_cut),
    ),
    Mistake(
        "The result is cut out at the upper left corner of the padded maps. The image stands in "
        "their middle.",
        block(edge=cut_at_0),
    ),
    Mistake(
        "Only the diagonal that goes down and right is there. Do the same in all four turns, turn "
        "back, and sum.",
        block(turns=(0,)),
    ),
    Mistake(
        f"Only the diagonal that goes down and right is there: add all four turns. Besides: {EDGE}",
        block(turns=(0,), edge=not_padded),
    ),
    Mistake(
        "The pieces lie along both diagonals, but are not turned themselves, and there are two "
        "parts, not four. Turn x, convolve, shift and sum, turn back, for k = 0, 1, 2 and 3.",
        both,
    ),
    Mistake(
        "The pieces stand side by side in a row, and turned they make a cross. Move every map "
        "along both axes.",
        block(step=(0, 1)),
    ),
    Mistake(
        "The pieces stand in a column, and turned they make a cross. Move every map along both "
        "axes.",
        block(step=(1, 0)),
    ),
    Mistake(
        "The pieces stand along the other diagonal before they are turned. Piece i stands as many "
        "rows down as columns to the right.",
        block(step=(-1, 1)),
    ),
    Mistake(
        "The pieces stand along the other diagonal before they are turned. Piece i stands as many "
        "rows down as columns to the right, not to the left.",
        block(step=(1, -1)),
    ),
    Mistake(DIRECTION, block(step=(-1, -1))),
    Mistake(
        f"{DIRECTION} Besides: {EDGE}",
        block(step=(-1, -1), edge=not_padded),
    ),
    Mistake(
        "The maps wrap around at the edge. Outside of the image there are zeros.",
        block(move=rolled, edge=not_padded),
    ),
    Mistake(
        f"The pieces start at the output's pixel. {PLACES}",
        block(lambda i, count, n: n * i),
    ),
    Mistake(
        f"The pieces stand one place too far down and right. {PLACES}",
        block(lambda i, count, n: n * (i - count // 2 + 1)),
    ),
    Mistake(
        f"The pieces stand half a piece too far up and left. {PLACES}",
        block(lambda i, count, n: n * i - count * n // 2),
    ),
    Mistake(
        f"The pieces stand one pixel apart, and overlap. {PLACES}",
        block(lambda i, count, n: i - count // 2),
    ),
    Mistake(
        f"The pieces stand n - 1 pixels apart, and overlap. {PLACES}",
        block(lambda i, count, n: (n - 1) * (i - count // 2)),
    ),
    Mistake(
        f"The pieces stand n + 1 pixels apart, and leave one free. {PLACES}",
        block(lambda i, count, n: (n + 1) * (i - count // 2)),
    ),
    Mistake(
        f"The pieces are not moved, and all stand in the middle. {PLACES}",
        block(lambda i, count, n: 0),
    ),
    Mistake(
        "The pieces are added before they are moved, so that their sum stands at every place. "
        "Each has one place.",
        block(weights=lambda w: w.sum(1, keepdim=True).expand_as(w)),
    ),
    Mistake(
        "The results of the turns are not turned back. Turn each by -k quarters.",
        block(back=lambda y, k: y),
    ),
    Mistake("The results are turned on, not back: turn by -k quarters after k.", block(back=turn)),
    Mistake("The part that is not turned, k = 0, is missing.", block(turns=(1, 2, 3))),
    Mistake("The last turn, k = 3, is missing: there are four.", block(turns=(0, 1, 2))),
    Mistake(
        "Only the half turn is added. Add those by one and three quarters, too.",
        block(turns=(0, 2)),
    ),
    Mistake(
        "Only one quarter turn is added. Add those by two and three quarters.",
        block(turns=(0, 1)),
    ),
    Mistake(
        "Only one quarter turn is added, k = 3. Add those by one and two quarters.",
        block(turns=(0, 3)),
    ),
    Mistake(
        "Only the last turn is left: the result is overwritten each time. Add to it.",
        block(turns=(3,)),
    ),
    Mistake(
        "x is mirrored, not turned. Use turned_and_back, or torch.rot90.",
        block(there=flipped_turn, back=flipped_turn),
    ),
    Mistake(
        "This is the mean over the four turns. Take the sum.",
        block(total=lambda parts: parts.mean(0)),
    ),
    Mistake(
        "This is the mean over the pieces. Take the sum.",
        block(pieces=lambda parts: parts.mean(0)),
    ),
    Mistake(
        "Only the last piece is left: the result is overwritten each time. Add to it.",
        block(pieces=lambda parts: parts[-1]),
    ),
    Mistake(
        "Rows and columns of the pieces are swapped.",
        block(weights=lambda w: w.mT),
    ),
    Mistake(
        "All channels are given the first one's pieces. Channel c has weight[c].",
        block(weights=lambda w: w[:1].expand_as(w)),
    ),
    Mistake(
        "All places are given the first piece. Piece i is weight[:, i].",
        block(weights=lambda w: w[:, :1].expand_as(w)),
    ),
    Mistake(
        "Channels and pieces are mixed up: of C * P maps, the first P belong to channel 0. Unfold "
        "them as (C, P), or fold them by reshape(-1, P, ...).",
        block(weights=by_places),
    ),
    Mistake(
        "Pieces meet the wrong channels: x.repeat(1, P, 1, 1) gives all channels, and then all "
        "again. Use groups=C, or x.repeat_interleave(P, 1).",
        wrong_groups,
    ),
    Mistake(
        "The pointwise matrix is transposed: output o sums pointwise[o, c] over c.",
        block(mix=lambda y, matrix: mixed(y, matrix.T)),
    ),
    Mistake(
        "The channels are not mixed. The pointwise convolution is missing.",
        block(mix=lambda y, matrix: y),
    ),
    Mistake(
        "The channels are mixed twice. Do so once, after the sum over the turns.",
        block(mix=lambda y, matrix: mixed(mixed(y, matrix), matrix)),
    ),
    Mistake(
        "The channels are mixed before they are convolved. Each has pieces of its own, so the "
        "order matters: convolve first.",
        mixed_first,
    ),
    Mistake(
        "The pointwise convolution averages over the channels. Take the sum.",
        block(mix=lambda y, matrix: mixed(y, matrix) / matrix.shape[1]),
    ),
    Mistake(
        "Negative values are cut off at the end. There is no activation here.",
        block(mix=lambda y, matrix: mixed(y, matrix).relu()),
    ),
    Mistake(
        "Negative values are cut off before the channels are mixed. There is no activation here.",
        block(mix=lambda y, matrix: mixed(y.relu(), matrix)),
    ),
    Mistake(
        "Negative values are cut off in every turn. There is no activation here.",
        block(pieces=lambda parts: parts.sum(0).relu()),
    ),
    Mistake(
        "x is added to the sum. There is no shortcut here.",
        lambda x, weight, pointwise: x + block()(x, weight, pointwise),
    ),
    Mistake(
        "x is added before the channels are mixed. There is no shortcut here.",
        lambda x, weight, pointwise: block()(x, weight, pointwise) + mixed(x, pointwise),
    ),
]
