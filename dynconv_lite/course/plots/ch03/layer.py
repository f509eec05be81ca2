"""Inside one dynamic layer: its kernels, what an image makes of them, and the response."""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from dynconv_lite.course.plots.style import (
    BLUE,
    GREY,
    ORANGE,
    Picture,
    canvas,
    image_panel,
    picture,
    signed_panel,
)
from dynconv_lite.dynamic import dynamic_conv2d, dynamic_layers
from dynconv_lite.dynamic.attention import GATES, Gate
from dynconv_lite.dynamic.checks import check_temperature


@dataclass(frozen=True)
class LayerView:
    """What one dynamic layer does with one image.

    Attributes:
        attention: (K,), by the gate and the temperature that were asked for.
        kernels: Of one output and one input channel, (K, kh, kw).
        mixture: Of these kernels by the attention, (kh, kw).
        response: Of the output channel, (H', W').
        even: Its response if every kernel got the same share of the same sum, (H', W').
    """

    attention: Tensor
    kernels: Tensor
    mixture: Tensor
    response: Tensor
    even: Tensor


@torch.no_grad()
def view_layer(
    model: nn.Module,
    layer: str,
    image: Tensor,
    *,
    gate: Gate = "softmax",
    temperature: float = 1.0,
    output: int = 0,
    input: int = 0,
) -> LayerView:
    """Look at a layer while the model, in eval mode, works on an image.

    The gate and the temperature are put in place of the layer's own, for this look alone: the
    logits stay as the layer has learned them, and so does everything before it.

    Args:
        model: A network with dynamic layers, left as it was.
        layer: Name of one of them.
        image: What the model takes, (3, H, W).
        gate: "softmax" or "sigmoid".
        temperature: Of the softmax.
        output: Output channel to look at.
        input: Input channel of the kernels to look at, within the output's group.

    Raises:
        ValueError: If the layer, the gate, the temperature or a channel is not there.
    """
    layers = dynamic_layers(model)
    if layer not in layers:
        raise ValueError(f"layer must be one of {', '.join(layers)}, got {layer!r}")
    if gate not in GATES:
        raise ValueError(f"gate must be one of {', '.join(GATES)}, got {gate!r}")
    check_temperature("temperature", temperature)
    module = layers[layer]
    for name, value, count in zip(
        ("output", "input"), (output, input), module.weight.shape[1:3], strict=True
    ):
        if not 0 <= value < count:
            raise ValueError(f"{name} must be from 0 to {count - 1}, got {value!r}")
    x = _input_of(model, module, image)  # (1, C, H, W)
    logits = module.attention.logits(x)  # (1, K)
    soft = gate == "softmax"
    attention = torch.softmax(logits / temperature, 1) if soft else torch.sigmoid(logits)
    even = attention.mean(1, keepdim=True).expand_as(attention)
    responses = [
        dynamic_conv2d(x, module.weight, module.bias, a, module.stride, module.padding,
                       module.dilation, module.groups)[0, output]
        for a in (attention, even)
    ]  # fmt: skip
    kernels = module.weight[:, output, input]  # (K, kh, kw)
    mixture = (attention[0, :, None, None] * kernels).sum(0)
    return LayerView(attention[0], kernels.clone(), mixture, *responses)


def _input_of(model: nn.Module, module: nn.Module, image: Tensor) -> Tensor:
    """Return what a module of a model is given for an image."""
    seen: list[Tensor] = []

    def keep(module: nn.Module, inputs: tuple[Any, ...]) -> None:
        seen.append(inputs[0])

    hook = module.register_forward_pre_hook(keep)
    modes = {name: part.training for name, part in model.named_modules()}
    try:
        model.eval()(image[None])
    finally:
        hook.remove()
        for name, part in model.named_modules():
            part.training = modes[name]
    return seen[0]


@picture
def draw_layer(view: LayerView, image: Tensor, title: str = "") -> Picture:
    """Draw the kernels of a layer, their attention, the mixture and what it answers.

    All kernels share one colour scale, and so do the two responses.

    Args:
        view: What `view_layer` returned.
        image: To be shown, (H, W, 3) or (H, W), from 0 to 1 or uint8.
        title: What to call the layer.
    """
    count = len(view.attention)
    columns = max(4, count + 1)
    figure, panels = canvas(columns, 2, size=(7, 3.8))
    top, bottom = panels[:columns], panels[columns:]
    image_panel(top[0], image, "image")
    limit = float(torch.cat([view.kernels, view.mixture[None]]).abs().max()) or 1.0
    for k in range(count):
        signed_panel(top[1 + k], view.kernels[k], f"kernel {k + 1}", vmin=-limit, vmax=limit)
    bars = bottom[0]
    bars.bar(range(1, count + 1), view.attention.tolist(), color=ORANGE)
    even = float(view.attention.mean())
    bars.axhline(even, color=GREY, linewidth=1, linestyle="--")
    bars.set(ylim=(0, 1), xticks=range(1, count + 1), xlabel="kernel", title="attention")
    signed_panel(bottom[1], view.mixture, "mixture", vmin=-limit, vmax=limit)
    high = float(torch.stack([view.response, view.even]).abs().max()) or 1.0
    signed_panel(bottom[2], view.response, "response", vmin=-high, vmax=high)
    signed_panel(bottom[3], view.even, "response, even", vmin=-high, vmax=high)
    for panel in [*top[count + 1 :], *bottom[4:]]:
        panel.set_axis_off()
    if title:
        figure.suptitle(title, fontsize=11, color=BLUE)
    told = ", ".join(f"{share:.3f}" for share in view.attention)
    difference = float((view.response - view.even).norm() / view.even.norm().clamp(min=1e-12))
    alt = (
        f"{title or 'A dynamic layer'}: {count} kernels of {view.mixture.shape[0]} x "
        f"{view.mixture.shape[1]} weights, their attention for this image, {told}, the kernel that "
        f"they mix to, and its response, {view.response.shape[0]} x {view.response.shape[1]}. "
        f"Beside it the response of an even mixture; it differs by {100 * difference:.1f} % of "
        "its norm."
    )
    return Picture(figure, alt)
