"""What goes wrong in writing a 1 x 1 layer behind shifted maps as one kernel."""

import torch.nn.functional as F

from dynconv_lite.course.case import Hint, Mistake
from dynconv_lite.course.checks.ch09.kernel_steps import (
    as_kernel,
    averaged,
    blocks,
    box,
    from_top_left,
    kept,
    own_sides,
    reaching_below,
    reshaped,
    strewn,
)

HINTS = [
    Hint(
        "A tap lies outside of the kernel. With r the largest |dy| or |dx| the kernel is "
        "2 r + 1 pixels a side, and offset (dy, dx) belongs to [r + dy, r + dx].",
        "IndexError: index",
    ),
    Hint(
        "The columns of weight go block by block: weight[:, i * C : i * C + C] is (O, C), with "
        "C = weight.shape[1] // n for n offsets.",
        "RuntimeError: .*(expanded size|shape mismatch|size of tensor|must match|is invalid for)",
    ),
    Hint(
        "A shape and a slice need integers: divide with //.",
        "TypeError: (slice indices|new_zeros|zeros|.*'float' object)",
    ),
]
MISTAKES = [
    Mistake(
        "Where an offset repeats the later weights overwrite the earlier. They add up: use +=.",
        as_kernel(write=lambda old, new: new),
    ),
    Mistake(
        "Where an offset repeats the first weights alone are left. They add up: use +=.",
        as_kernel(write=kept),
    ),
    Mistake(
        "Where an offset repeats the weights are averaged. The layer adds up what it reads twice: "
        "add them up.",
        averaged,
    ),
    Mistake(
        "The kernel is flipped. F.conv2d does not flip: the tap at [r + dy, r + dx] looks at "
        "(y + dy, x + dx).",
        as_kernel(place=lambda dy, dx: (-dy, -dx)),
    ),
    Mistake(
        "The kernel is turned upside down: positive dy is below its middle, [r + dy, ...].",
        as_kernel(place=lambda dy, dx: (-dy, dx)),
    ),
    Mistake(
        "Left and right are swapped: positive dx is to the right of the middle, [..., r + dx].",
        as_kernel(place=lambda dy, dx: (dy, -dx)),
    ),
    Mistake(
        "Rows and columns of the kernel are swapped: dy counts along axis 2.",
        as_kernel(place=lambda dy, dx: (dx, dy)),
    ),
    Mistake(
        "The signs of the offsets are lost: negative steps lie above and on the left.",
        as_kernel(place=lambda dy, dx: (abs(dy), abs(dx))),
    ),
    Mistake(
        "Taps with negative steps are missing: they lie above and on the left of the middle.",
        as_kernel(place=lambda dy, dx: (dy, dx) if min(dy, dx) >= 0 else (10**6, 0)),
    ),
    Mistake(
        "All weights are added up in the middle. Tap (dy, dx) belongs to [r + dy, r + dx].",
        as_kernel(place=lambda dy, dx: (0, 0)),
    ),
    Mistake(
        "The taps are counted from the upper left corner. The output's pixel is the middle: "
        "[r + dy, r + dx].",
        from_top_left,
    ),
    Mistake(
        "The columns of weight are taken to go channel by channel. Block by block they are the C "
        "channels of one offset: (O, n, C), not (O, C, n).",
        as_kernel(lambda weight, n: weight.unflatten(1, (-1, n)).mT),
    ),
    Mistake(
        "The blocks of weight are taken in reverse order. Block i belongs to offsets[i].",
        as_kernel(lambda weight, n: blocks(weight, n).flip(1)),
    ),
    Mistake(
        "The channels of every block are in reverse order.",
        as_kernel(lambda weight, n: blocks(weight, n).flip(2)),
    ),
    Mistake(
        "All offsets are given the weights of the first. Block i belongs to offsets[i].",
        as_kernel(lambda weight, n: blocks(weight, n)[:, :1].expand(-1, n, -1)),
    ),
    Mistake(
        "All channels are given the weights of the first.",
        as_kernel(lambda weight, n: blocks(weight, n)[..., :1].expand_as(blocks(weight, n))),
    ),
    Mistake(
        "All outputs are given the weights of the first.",
        as_kernel(lambda weight, n: blocks(weight[:1].expand_as(weight), n)),
    ),
    Mistake(
        "The weights are summed over the channels. The kernel is (O, C, ...): one for each.",
        as_kernel(lambda weight, n: blocks(weight, n).sum(2, keepdim=True)),
    ),
    Mistake(
        "The weights are averaged over the offsets. A convolution sums over its taps: take them as "
        "they are.",
        as_kernel(lambda weight, n: blocks(weight, n) / n),
    ),
    Mistake(
        "Outputs and inputs are swapped: F.conv2d wants (O, C, rows, columns).",
        as_kernel(result=lambda kernel: kernel.transpose(0, 1)),
    ),
    Mistake(
        "r is the largest |dy| here. It is the largest of all |dy| and |dx|, since the kernel is "
        "square.",
        as_kernel(reach=lambda o: max(abs(dy) for dy, _ in o)),
    ),
    Mistake(
        "r is the largest |dx| here. It is the largest of all |dy| and |dx|, since the kernel is "
        "square.",
        as_kernel(reach=lambda o: max(abs(dx) for _, dx in o)),
    ),
    Mistake(
        "r is the largest dy or dx here, and negative steps reach further: take absolute values.",
        reaching_below,
    ),
    Mistake(
        "r is |dy| + |dx|. The kernel is a square that needs the larger of the two.",
        as_kernel(reach=lambda o: max(abs(dy) + abs(dx) for dy, dx in o)),
    ),
    Mistake(
        "The kernel is wider than it need be, by a rim of zeros: r is the largest |dy| or |dx|, "
        "and it has 2 r + 1 pixels a side.",
        as_kernel(result=lambda kernel: F.pad(kernel, (1, 1, 1, 1))),
    ),
    Mistake(
        "The kernel has an even number of pixels a side, 2 r + 2, and no middle: make it 2 r + 1.",
        as_kernel(result=lambda kernel: F.pad(kernel, (0, 1, 0, 1))),
    ),
    Mistake(
        "The last row and column are missing: the kernel has 2 r + 1 pixels a side, not 2 r.",
        as_kernel(result=lambda kernel: kernel[..., :-1, :-1]),
    ),
    Mistake(
        "The kernel is cut down to the box of its taps, and the output's pixel is not its middle. "
        "It reaches as far to all sides: 2 r + 1.",
        box,
    ),
    Mistake(
        "The kernel is higher than wide, or wider than high. Make it square, 2 r + 1 pixels a "
        "side, so that one padding r fits.",
        own_sides,
    ),
    Mistake(
        "The weights are reshaped, whatever the offsets are. Write each block where its offset "
        "says, into zeros.",
        reshaped,
    ),
    Mistake(
        "This is the 1 x 1 layer itself, which wants C * n channels. Wanted is the kernel that "
        "reads x, (O, C, 2 r + 1, 2 r + 1).",
        strewn,
    ),
]
