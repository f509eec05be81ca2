"""What frozen features are good for: a nearest-neighbour vote and a linear probe on another set.

Nothing of the network is trained further. What the probes have to choose, they choose on
validation pictures; test pictures are looked at once.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from data_utils import ImageSet
from dynconv_lite.experiments.evaluation import Normalise

NEIGHBOURS = (1, 3, 5, 11, 21)
STRENGTHS = (0.01, 0.1, 1.0, 10.0)  # C: the larger, the less regularisation
SPLITS = ("train", "val", "test")

Array = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]
Sets = Mapping[str, tuple[Array, Labels]]  # "train", "val", "test" -> features (N, C), labels


@dataclass(frozen=True)
class Probe:
    """What a probe found.

    Attributes:
        chosen: The number of neighbours, or the strength C.
        predicted: Class of every test picture, (N,).
        labels: Its true class, (N,).
    """

    chosen: float
    predicted: Labels
    labels: Labels

    @property
    def accuracy(self) -> float:
        """Test accuracy in percent."""
        return self.within(np.unique(self.labels))

    def within(self, classes: Sequence[int] | Labels) -> float:
        """Return the accuracy in percent over the test pictures of some classes.

        Raises:
            ValueError: If there is no test picture of them.
        """
        chosen = np.isin(self.labels, classes)
        if not chosen.any():
            raise ValueError(f"classes = {list(classes)} have no test picture")
        return 100 * float((self.predicted[chosen] == self.labels[chosen]).mean())


@torch.inference_mode()
def pooled_features(
    features: Callable[[Tensor], Tensor], images: npt.NDArray[np.uint8], normalise: Normalise
) -> Array:
    """Return a map's mean over its places, float64 (N, C), for pictures (N, H, W, 3).

    Args:
        features: From normalised pictures (B, 3, H, W) to a map (B, C, h, w).
        images: uint8 (N, H, W, 3).
        normalise: As the network saw its training pictures.
    """
    device = normalise.scale.device
    batches = torch.from_numpy(np.ascontiguousarray(images)).split(250)
    pooled = [
        features(normalise(batch.to(device).permute(0, 3, 1, 2))).float().mean((2, 3)).cpu()
        for batch in batches
    ]
    return torch.cat(pooled).double().numpy()  # (N, C)


def features_of(
    model: nn.Module, sets: Mapping[str, ImageSet], normalise: Normalise
) -> dict[str, tuple[Array, Labels]]:
    """Return the pooled features of every split, each channel with the deviation 1 in training.

    Args:
        model: In eval mode; its `features` are taken.
        sets: "train", "val" and "test".
        normalise: As of `pooled_features`.

    Raises:
        ValueError: If a split is missing, or the model is in training mode.
    """
    from sklearn.preprocessing import StandardScaler

    if missing := [split for split in SPLITS if split not in sets]:
        raise ValueError(f"sets must hold {', '.join(SPLITS)}, got none for {', '.join(missing)}")
    if model.training:
        raise ValueError("model is in training mode: frozen features come of model.eval()")
    features = getattr(model, "features")  # noqa: B009
    plain = {split: pooled_features(features, sets[split].images, normalise) for split in SPLITS}
    scaler = StandardScaler().fit(plain["train"])
    return {split: (scaler.transform(plain[split]), sets[split].labels) for split in SPLITS}


def nearest_neighbours(sets: Sets, neighbours: Sequence[int] = NEIGHBOURS) -> Probe:
    """Classify by the vote of the nearest training pictures, their number chosen on "val".

    Args:
        sets: As of `features_of`.
        neighbours: Numbers to choose from; those larger than the training set are left out.
    """
    from sklearn.neighbors import KNeighborsClassifier

    possible = [k for k in neighbours if k <= len(sets["train"][1])]
    return _chosen(sets, possible, lambda k: KNeighborsClassifier(k, algorithm="brute"))


def linear_probe(sets: Sets, strengths: Sequence[float] = STRENGTHS) -> Probe:
    """Classify by logistic regression, its regularisation chosen on "val".

    Args:
        sets: As of `features_of`.
        strengths: Values of scikit-learn's C to choose from.
    """
    from sklearn.linear_model import LogisticRegression

    return _chosen(sets, strengths, lambda c: LogisticRegression(C=c, max_iter=10_000))


def _chosen(sets: Sets, choices: Sequence[float], make: Callable[[Any], Any]) -> Probe:
    """Fit one classifier for each choice, and test the one that is best on "val"."""
    fitted = [make(choice).fit(*sets["train"]) for choice in choices]
    best = int(np.argmax([model.score(*sets["val"]) for model in fitted]))  # the first of equals
    features, labels = sets["test"]
    return Probe(float(choices[best]), fitted[best].predict(features), labels)
