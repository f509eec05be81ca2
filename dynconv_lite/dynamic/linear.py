"""The dynamic perceptron: K linear maps, of which every input gets a mixture of its own."""

import torch
from torch import Tensor, nn

from dynconv_lite.dynamic.attention import Gate, KernelAttention
from dynconv_lite.dynamic.checks import check_attention
from dynconv_lite.dynamic.kernels import initialise, mix
from dynconv_lite.validation import check_count


def dynamic_linear(x: Tensor, weight: Tensor, bias: Tensor | None, attention: Tensor) -> Tensor:
    """Map each row of x by its own mixture of K linear maps.

    y_b = W_b x_b + bias_b with W_b = sum_k attention_bk W_k, and bias_b alike.

    Args:
        x: Tensor (B, I).
        weight: Tensor (K, O, I).
        bias: Tensor (K, O), or None.
        attention: Tensor (B, K).

    Returns:
        Tensor (B, O).

    Raises:
        ValueError: If a shape does not fit, or the attention holds NaN.

    Source: Chen et al. 2020, equation 2.
    """
    if weight.ndim != 3 or 0 in weight.shape:
        raise ValueError(f"weight must be (K, O, I) with no empty axis, got {tuple(weight.shape)}")
    if x.ndim != 2 or x.shape[1] != weight.shape[2]:
        raise ValueError(f"x must be (B, {weight.shape[2]}), got {tuple(x.shape)}")
    if bias is not None and bias.shape != weight.shape[:2]:
        raise ValueError(
            f"bias must be (K, O) = {tuple(weight.shape[:2])}, got {tuple(bias.shape)}"
        )
    check_attention(attention, x.shape[0], weight.shape[0])
    y = (mix(weight, attention) @ x[:, :, None])[:, :, 0]  # (B, O, I) @ (B, I, 1) -> (B, O)
    return y if bias is None else y + mix(bias, attention)


class DynamicLinear(nn.Module):
    """Map features by K linear maps, mixed for every input by attention over that input.

    Args:
        in_features: Size I of the input.
        out_features: Size O of the output.
        num_kernels: Linear maps K.
        hidden_features: Hidden size of the attention; see `KernelAttention`.
        gate: "softmax" or "sigmoid"; see `KernelAttention`.
        temperature: Of the softmax.

    Shape:
        (B, I) -> (B, O)

    Raises:
        ValueError: If an argument is out of range, or x does not fit.

    Source: Chen et al. 2020, section 3.1, the dynamic perceptron.
    """

    def __init__(
        self,
        in_features: int,
        out_features: int,
        num_kernels: int = 4,
        *,
        hidden_features: int | None = None,
        gate: Gate = "softmax",
        temperature: float = 30.0,
    ) -> None:
        super().__init__()
        check_count("in_features", in_features)
        check_count("out_features", out_features)
        self.attention = KernelAttention(
            in_features,
            num_kernels,
            hidden_channels=hidden_features,
            gate=gate,
            temperature=temperature,
        )
        self.weight = nn.Parameter(torch.empty(num_kernels, out_features, in_features))
        self.bias = nn.Parameter(torch.empty(num_kernels, out_features))
        initialise(self.weight, self.bias)

    def forward(self, x: Tensor, attention: Tensor | None = None) -> Tensor:
        """Map x (B, I) to (B, O), by an attention (B, K) of its own unless one is given."""
        if x.ndim != 2:
            raise ValueError(f"x must be (B, {self.weight.shape[2]}), got {tuple(x.shape)}")
        if attention is None:
            attention = self.attention(x)
        else:
            check_attention(
                attention, len(x), len(self.weight), simplex=self.attention.gate == "softmax"
            )
        return dynamic_linear(x, self.weight, self.bias, attention)
