"""What goes wrong in laying shifted maps one behind the other."""

import torch
import torch.nn.functional as F

from dynconv_lite.course.case import Hint, Mistake
from dynconv_lite.course.checks.ch06.alike_mistakes import moved, rolled
from dynconv_lite.course.checks.ch09.mixing_slices import SLICES
from dynconv_lite.course.checks.ch09.mixing_steps import (
    by_image,
    cropped,
    edge,
    interleaved,
    joined,
    kept_outside,
    mixed,
    one_by_one,
    one_way,
    reflected,
)

HINTS = [
    Hint(
        "There is nothing to concatenate. Every offset has its block, (0, 0) too: x as it is.",
        "(ValueError|RuntimeError): torch.cat\\(\\): expected a non-empty list",
    ),
    Hint(
        "The padding is reflected, which needs a map larger than itself. Here the pixel at the "
        'edge is repeated: mode="replicate".',
        "RuntimeError: .*(Padding size should be less|padding size)",
    ),
    Hint(
        'F.pad repeats edges under the name mode="replicate".',
        "NotImplementedError: Unrecognised padding mode",
    ),
    Hint(
        "The shifted maps differ in size, or an index leaves the map. Pad all four sides by "
        "margin = max(|dy|, |dx|), and take H rows from margin + dy and W columns from margin + dx "
        "on. Or clamp the indices: (rows + dy).clamp(0, H - 1).",
        "(RuntimeError: (Sizes of tensors must match|The size of tensor|The expanded size)"
        "|IndexError: (index|shape mismatch))",
    ),
]
WRAPS = (
    "The map wraps around: what lies outside of it is taken from its other side. Repeat the pixel "
    "at the edge."
)
MISTAKES = [
    Mistake(
        "The maps are shifted the wrong way. Block i holds, at (y, x), the value of x at "
        "(y + dy, x + dx): what lies below comes up.",
        joined(lambda x, dy, dx: edge(x, -dy, -dx)),
    ),
    Mistake(
        "The rows are shifted the wrong way: a positive dy looks below.",
        joined(lambda x, dy, dx: edge(x, -dy, dx)),
    ),
    Mistake(
        "The columns are shifted the wrong way: a positive dx looks to the right.",
        joined(lambda x, dy, dx: edge(x, dy, -dx)),
    ),
    Mistake(
        "dy and dx are swapped: dy counts rows, which are axis 2. (F.pad counts from the last "
        "axis.)",
        joined(lambda x, dy, dx: edge(x, dx, dy)),
    ),
    Mistake("The rows are not shifted: dy is forgotten.", joined(lambda x, dy, dx: edge(x, 0, dx))),
    Mistake(
        "The columns are not shifted: dx is forgotten.", joined(lambda x, dy, dx: edge(x, dy, 0))
    ),
    Mistake(
        "Nothing is shifted: these are copies of x. Block i looks at (y + dy, x + dx).",
        joined(lambda x, dy, dx: x),
    ),
    Mistake(
        "Negative steps are not taken: a negative dy looks above, a negative dx to the left. Pad "
        "all four sides.",
        joined(one_way),
    ),
    Mistake(
        "The signs of the steps are lost: a negative dy looks above, a negative dx to the left.",
        joined(lambda x, dy, dx: edge(x, abs(dy), abs(dx))),
    ),
    Mistake(
        'Outside of the map there are zeros. Repeat the pixel at the edge: mode="replicate".',
        joined(moved),
    ),
    Mistake(WRAPS, joined(rolled)),
    Mistake(
        "The map wraps around, and is shifted the wrong way: torch.roll moves its content down "
        "and to the right. Repeat the pixel at the edge instead.",
        joined(lambda x, dy, dx: rolled(x, -dy, -dx)),
    ),
    Mistake(
        "Outside of the map there is its mirror image. Repeat the pixel at the edge.",
        joined(reflected),
    ),
    Mistake(
        "Where the neighbour lies outside its pixel is left as it is. Take the nearest pixel at "
        "the edge: clamp rows and columns each for itself.",
        joined(kept_outside),
    ),
    Mistake(
        "Above and below the map there are zeros, beside it repeated pixels. Repeat them on all "
        "sides.",
        joined(mixed(moved)),
    ),
    Mistake(
        "The map is cut where a neighbour lies outside. It keeps its H x W pixels: repeat the one "
        "at the edge.",
        cropped,
    ),
    *SLICES,
    Mistake(
        "The blocks are interleaved: channel by channel all shifts. Wanted is shift by shift all "
        "channels, torch.cat(blocks, dim=1).",
        joined(join=interleaved),
    ),
    Mistake(
        "The blocks stand in reverse order. Block i belongs to offsets[i].",
        joined(offsets=lambda o: o[::-1]),
    ),
    Mistake(
        "The offsets are sorted first. Block i belongs to offsets[i], as they come.",
        joined(offsets=sorted),
    ),
    Mistake(
        "Repeated offsets are left out. There are as many blocks as offsets: the layer behind has "
        "weights for all of them.",
        joined(offsets=lambda o: list(dict.fromkeys(o))),
    ),
    Mistake(
        "Each map is shifted on from the one before it. Start from x every time.",
        joined(offsets=one_by_one),
    ),
    Mistake(
        "The shifted maps are added up. Concatenate them: the layer behind is to tell them apart.",
        joined(join=lambda blocks: torch.stack(blocks).sum(0)),
    ),
    Mistake(
        "The shifted maps are averaged. Concatenate them: the layer behind is to tell them apart.",
        joined(join=lambda blocks: torch.stack(blocks).mean(0)),
    ),
    Mistake(
        "The blocks have an axis of their own, (B, n, C, H, W). Lay them one behind the other "
        "along the channels: torch.cat, not torch.stack.",
        joined(join=lambda blocks: torch.stack(blocks, 1)),
    ),
    Mistake(
        "The blocks have an axis of their own, in front. Lay them one behind the other along the "
        "channels: torch.cat(blocks, dim=1).",
        joined(join=torch.stack),
    ),
    Mistake(
        "The blocks are laid along the batch, which is torch.cat's default. Channels are dim=1.",
        joined(join=torch.cat),
    ),
    Mistake(
        "The blocks are laid side by side in space. Channels are dim=1.",
        joined(join=lambda blocks: torch.cat(blocks, -1)),
    ),
    Mistake(
        "Images are mixed: a stack over the shifts is reshaped as if its first axis were the "
        "batch. Use torch.cat(blocks, dim=1).",
        joined(join=by_image),
    ),
    Mistake(
        "Only the last block is left: append each to a list, and concatenate the list.",
        joined(join=lambda blocks: blocks[-1]),
    ),
    Mistake(
        "Only the first block is returned: is the `return` inside of the loop?",
        joined(join=lambda blocks: blocks[0]),
    ),
    Mistake(
        "x itself stands before the blocks. It is among them only if (0, 0) is an offset.",
        joined(offsets=lambda o: [(0, 0), *o]),
    ),
    Mistake(
        "x itself stands behind the blocks. It is among them only if (0, 0) is an offset.",
        joined(offsets=lambda o: [*o, (0, 0)]),
    ),
    Mistake(
        "Only the first channel is shifted. Every block holds all of them.",
        joined(source=lambda x: x[:, :1]),
    ),
    Mistake(
        "All images are given the blocks of the first.",
        joined(source=lambda x: x[:1].expand_as(x)),
    ),
    Mistake(
        "The map grows by its padding. Take H rows and W columns out of the padded map.",
        lambda x, offsets: F.pad(joined()(x, offsets), (1, 1, 1, 1), mode="replicate"),
    ),
]
