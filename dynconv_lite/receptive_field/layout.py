"""Rules for calls that treat every position on its own, or only re-label the axes."""

import math
from collections.abc import Sequence

from torch import Tensor

from dynconv_lite.receptive_field.tape import (
    SAME,
    Call,
    Node,
    affine,
    leaves,
    plain_numbers,
    rule,
)

# Names as torch reports them; a trailing underscore works in place.
POINTWISE = (
    "abs abs_ add add_ __add__ __radd__ __iadd__ addcmul alpha_dropout bfloat16 celu clamp "
    "clamp_ clamp_max clamp_min clone contiguous cos detach div div_ __truediv__ __rtruediv__ "
    "__itruediv__ double dropout dropout2d elu erf exp expand expand_as feature_dropout float "
    "gelu half hardsigmoid hardswish hardtanh leaky_relu log log1p logsigmoid masked_fill "
    "maximum minimum mish mul mul_ __mul__ __rmul__ __imul__ neg __neg__ pow __pow__ "
    "reciprocal relu relu_ relu6 rrelu rsqrt rsub __rsub__ selu sigmoid sigmoid_ sign silu "
    "sin softplus softsign sqrt square sub sub_ __sub__ __isub__ tanh tanh_ tanhshrink "
    "threshold to type type_as where "
)


@rule(*POINTWISE.split())
def _pointwise(call: Call) -> Node | None:
    """Combine tensors position by position, broadcasting as torch does."""
    dims = call.first.dims
    if dims is None:
        return None
    out_size = (call.out.shape[dims[0]], call.out.shape[dims[1]])
    node = Node(tuple(call.out.shape), dims, call.first.jump)
    if call.name != "expand":  # its numbers are a shape
        node.numbers = tuple(plain_numbers((call.args, call.kwargs)))
    for operand in [leaf for leaf in leaves((call.args, call.kwargs)) if isinstance(leaf, Tensor)]:
        size = tuple(operand.shape[d] if -d <= operand.ndim else 1 for d in dims)
        parent = call.tape.nodes.get(id(operand))
        if parent is None:
            # A fixed map with spatial extent (a position embedding, a mask) moves with no crop.
            node.anchored |= max(size) > 1
            continue
        if parent.dims != dims:
            return None
        if size != out_size:
            node.whole = True  # one number for every position, as in squeeze-and-excitation
            continue
        node.parents.append((parent, SAME, SAME))
        node.jump = parent.jump
    return node


@rule("batch_norm")
def _batch_norm(call: Call) -> Node | None:
    # Batch statistics mix all positions; running statistics are two fixed numbers a channel.
    return None if call.get(5, "training", False) else _per_channel(call)


@rule("prelu")
def _per_channel(call: Call) -> Node | None:
    """Apply fixed numbers to each channel (axis 1), which must not be rows or columns."""
    local = call.first.dims is not None and _from_end(1, call) not in call.first.dims
    return call.child() if local and call.tracked == 1 else None


@rule("linear", "matmul", "__matmul__")
def _linear(call: Call) -> Node | None:
    """Mix the last axis, which must be channels, with a fixed matrix."""
    is_left = call.tracked == 1 and call.tape.nodes.get(id(call.args[0])) is call.first
    local = call.first.dims is not None and -1 not in call.first.dims
    return call.child() if local and is_left and call.get(1, "weight").ndim == 2 else None


@rule("layer_norm")
def _layer_norm(call: Call) -> Node | None:
    normalized = len(call.get(1, "normalized_shape"))
    dims = call.first.dims
    return call.child() if dims and max(dims) < -normalized and call.tracked == 1 else None


@rule("softmax", "log_softmax", "cumsum")
def _along_channels(call: Call) -> Node | None:
    return _if_not_spatial(call, call.get(1, "dim"))


@rule("normalize")
def _normalize(call: Call) -> Node | None:
    return _if_not_spatial(call, call.get(2, "dim", 1))


@rule("chunk", "split", "tensor_split", "split_with_sizes")
def _split(call: Call) -> Node | None:
    return _if_not_spatial(call, call.get(2, "dim", 0))


def _if_not_spatial(call: Call, dim: object) -> Node | None:
    """Keep the node of an operation along `dim`, unless that axis is rows or columns."""
    if not isinstance(dim, int) or call.first.dims is None or call.tracked > 1:
        return None
    return call.child() if _from_end(dim, call) not in call.first.dims else None


def _from_end(dim: int, call: Call) -> int:
    return dim if dim < 0 else dim - len(call.first.shape)


@rule("cat", "concat")
def _cat(call: Call) -> Node | None:
    dim = call.get(1, "dim", 0)
    spatial = call.first.dims is None or _from_end(dim, call) in call.first.dims
    return None if spatial else _pointwise(call)


@rule("mean", "sum", "amax", "amin")
def _reduce(call: Call) -> Node | None:
    """Sum over channels stays local; over rows or columns it sees them all."""
    dim = call.get(1, "dim")
    dims = [dim] if isinstance(dim, int) else dim
    if not dims or not call.get(2, "keepdim", False) or call.first.dims is None:
        return None
    local = not {_from_end(d, call) for d in dims} & set(call.first.dims)
    return call.child() if local else None


@rule("view", "reshape", "flatten", "unflatten", "unsqueeze", "squeeze")
def _reshape(call: Call) -> Node | None:
    """Find rows and columns again: same length, same number of elements behind them."""
    if call.first.dims is None:
        return None
    shape, out = call.first.shape, tuple(call.out.shape)
    behind = {(out[d], math.prod(out[d + 1 :] if d < -1 else ())): d for d in range(-len(out), 0)}
    found = [
        behind.get((shape[d], math.prod(shape[d + 1 :] if d < -1 else ()))) for d in call.first.dims
    ]
    if found[0] is None or found[1] is None or found[0] == found[1]:
        return None
    return call.child(dims=(found[0], found[1]))


@rule("permute", "transpose", "swapaxes")
def _permute(call: Call) -> Node | None:
    if call.first.dims is None:
        return None
    ndim = len(call.first.shape)
    order = list(range(-ndim, 0))
    if call.name == "permute":
        given = call.args[1] if isinstance(call.get(1, "dims"), Sequence) else call.args[1:]
        order = [_from_end(d, call) for d in (given or call.kwargs["dims"])]
    else:
        a, b = (_from_end(call.get(i, f"dim{i - 1}"), call) for i in (1, 2))
        order[a], order[b] = b, a
    rows, columns = (order.index(d) - ndim for d in call.first.dims)
    return call.child(dims=(rows, columns))


@rule("__getitem__")
def _getitem(call: Call) -> Node | None:
    """Slice with steps; whole axes may be selected away or added only in front."""
    index = call.args[1] if isinstance(call.args[1], tuple) else (call.args[1],)
    if Ellipsis in [i for i in index if not isinstance(i, Tensor)]:
        at = index.index(Ellipsis)
        fill = len(call.first.shape) - len(index) + 1
        index = index[:at] + (slice(None),) * fill + index[at + 1 :]
    index += (slice(None),) * (len(call.first.shape) - len(index))
    if call.first.dims is None or not all(isinstance(i, (slice, int)) for i in index):
        return None
    axes = []
    for d in call.first.dims:
        if not isinstance(index[d], slice) or any(isinstance(i, int) for i in index[d:]):
            return None
        start, _, step = index[d].indices(call.first.shape[d])
        # A crop changes what a slice counted from the far end, or with a step, would pick.
        axes.append((affine(step, start, start), start % step == 0 and start == 0))
    moved = not all(aligned for _, aligned in axes)
    return call.child(axes[0][0], axes[1][0], anchored=moved)
