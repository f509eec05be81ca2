"""Dynamic sparsity: most weights are zero, and which ones are not changes during training.

A mask keeps a share of the weights. Where the network needs them is estimated once, from one batch
(SNIP); from then on the smallest weights are dropped from time to time, and as many others get a
chance, so that training explores more connections than it pays for.
"""

import math
from collections.abc import Mapping

import torch
from torch import Tensor, nn

from dynconv_lite.validation import check_share


def snip_scores(parameters: Mapping[str, nn.Parameter]) -> dict[str, Tensor]:
    """Return how much the loss would feel the loss of each weight: |weight * gradient|.

    Args:
        parameters: By name, after a backward pass over one batch.

    Returns:
        Scores by name, of the shapes of the parameters.

    Raises:
        ValueError: If a parameter has no gradient.

    Source: Lee et al. 2019 (SNIP), arXiv 1810.02340, equation 6, not normalised.
    """
    for name, value in parameters.items():
        if value.grad is None:
            raise ValueError(f"parameters must all have gradients; {name} has none")
    return {
        name: (value.detach() * value.grad).abs()
        for name, value in parameters.items()
        if value.grad is not None
    }


class DynamicSparsity:
    """Keep a share of weights at zero through training, and move the zeros.

    Call `apply` after every step of the optimizer, and `regrow` every few hundred steps. Scores
    decide how many weights each tensor keeps, as in SLaK's "SNIP ratio"; chance decides which.

    Args:
        parameters: The weights to keep sparse, by name.
        sparsity: Share of zeros over all of them, >= 0 and < 1.
        scores: By name, such as `snip_scores`; None keeps the same share of every tensor.
        seed: Of the choices made by chance.

    Raises:
        ValueError: If an argument is out of range.

    Source: Liu et al. 2023 (SLaK), arXiv 2207.03620, section 4; Mocanu et al. 2018 (SET), arXiv
    1707.04780, for dropping by magnitude and growing at random.
    """

    def __init__(
        self,
        parameters: Mapping[str, nn.Parameter],
        sparsity: float,
        *,
        scores: Mapping[str, Tensor] | None = None,
        seed: int = 0,
    ) -> None:
        if not parameters:
            raise ValueError("parameters must hold at least one tensor, got none")
        check_share("sparsity", sparsity)
        self.parameters = dict(parameters)
        self.generator = torch.Generator().manual_seed(seed)
        sizes = {name: value.numel() for name, value in self.parameters.items()}
        kept = {name: round(size * (1 - sparsity)) for name, size in sizes.items()}
        if scores is not None:
            kept = self._by_scores(scores, round(sum(sizes.values()) * (1 - sparsity)))
        self.masks = {
            name: self._chosen(torch.ones_like(value, dtype=torch.bool), kept[name])
            for name, value in self.parameters.items()
        }
        self.apply()

    @property
    def density(self) -> float:
        """Share of weights that are kept."""
        kept = sum(int(mask.sum()) for mask in self.masks.values())
        return kept / sum(mask.numel() for mask in self.masks.values())

    @torch.no_grad()
    def apply(self, optimizer: torch.optim.Optimizer | None = None) -> None:
        """Set every weight outside the masks to zero, and its momentum where there is one."""
        for name, value in self.parameters.items():
            value.mul_(self.masks[name])
            state = {} if optimizer is None else optimizer.state.get(value, {})
            for number in state.values():
                if isinstance(number, Tensor) and number.shape == value.shape:
                    number.mul_(self.masks[name])

    @torch.no_grad()
    def regrow(self, share: float, optimizer: torch.optim.Optimizer | None = None) -> int:
        """Drop a share of the kept weights, the smallest of each tensor, and grow as many others.

        Those that grow start at zero, and are moved by the next gradient.

        Args:
            share: Of the kept weights, >= 0 and < 1; falls to 0 by a cosine in SLaK.
            optimizer: Whose momentum is set to zero where weights are dropped.

        Returns:
            How many weights moved.

        Raises:
            ValueError: If share is out of range.
        """
        check_share("share", share)
        moved = 0
        for name, value in self.parameters.items():
            mask = self.masks[name]
            kept, free = int(mask.sum()), int((~mask).sum())
            count = min(math.floor(share * kept), free)
            if not count:
                continue
            sizes = value.abs().masked_fill(~mask, math.inf).flatten()
            grown = self._chosen(~mask, count)  # from before, so that none comes straight back
            mask.view(-1)[sizes.topk(count, largest=False).indices] = False
            mask |= grown
            moved += count
        self.apply(optimizer)
        return moved

    def _by_scores(self, scores: Mapping[str, Tensor], total: int) -> dict[str, int]:
        """Return how many weights each tensor keeps if the best `total` of all stay."""
        for name, value in self.parameters.items():
            if name not in scores or scores[name].shape != value.shape:
                raise ValueError(f"scores must hold a tensor {tuple(value.shape)} for {name}")
        flat = torch.cat([scores[name].flatten() for name in self.parameters])
        best = torch.zeros_like(flat, dtype=torch.bool)
        best[flat.topk(total).indices] = True
        parts = best.split([value.numel() for value in self.parameters.values()])
        return {name: int(part.sum()) for name, part in zip(self.parameters, parts, strict=True)}

    def _chosen(self, allowed: Tensor, count: int) -> Tensor:
        """Return a mask of `count` places drawn at random from those allowed."""
        places = allowed.flatten().nonzero().squeeze(1)  # in order: (allowed,)
        order = torch.randperm(len(places), generator=self.generator)[:count]
        chosen = torch.zeros(allowed.numel(), dtype=torch.bool, device=allowed.device)
        chosen[places[order.to(allowed.device)]] = True
        return chosen.view_as(allowed)
