"""Probes of frozen features: what they see, how they choose, and what they refuse."""

import numpy as np
import pytest
import torch
from sklearn.metrics import pairwise_distances
from torch import Tensor, nn

from data_utils import ImageSet
from dynconv_lite.experiments.evaluation import Normalise
from dynconv_lite.experiments.probes import (
    Probe,
    features_of,
    linear_probe,
    nearest_neighbours,
    pooled_features,
)

NORMALISE = Normalise(torch.full((3,), 0.5), torch.full((3,), 0.25), torch.device("cpu"))


class Network(nn.Module):
    """A map of its own pictures: colours, and a product of two of them."""

    def features(self, x: Tensor) -> Tensor:
        return torch.cat([x, x[:, :1] * x[:, 1:2]], dim=1)  # (B, 4, H, W)


def image_set(count: int, seed: int, classes: int = 3) -> ImageSet:
    """Noisy pictures, the lighter the higher their class."""
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.arange(count) % classes).astype(np.int64)
    images = 60 * labels[:, None, None, None] + rng.integers(0, 90, (count, 6, 6, 3))
    names = tuple(map(str, range(classes)))
    return ImageSet(images.astype(np.uint8), labels, names, "made up", True, "none")


def clouds(spread: float = 1.0, seed: int = 0):
    """Features of three classes around three points, in three splits."""
    rng = np.random.default_rng(seed)
    found = {}
    for split, count in (("train", 60), ("val", 60), ("test", 90)):
        labels = np.arange(count) % 3
        found[split] = (3 * np.eye(3)[labels] + spread * rng.normal(size=(count, 3)), labels)
    return found


def test_features_are_means_over_the_map_of_normalised_pictures() -> None:
    images = image_set(260, 0).images  # more than one batch
    found = pooled_features(Network().features, images, NORMALISE)
    plain = (images / 255 - 0.5) / 0.25
    expected = np.concatenate([plain, plain[..., :1] * plain[..., 1:2]], axis=3).mean((1, 2))
    assert found.dtype == np.float64
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_features_have_deviation_1_in_training_and_no_other_split_tells_their_scale() -> None:
    sets = {"train": image_set(60, 0), "val": image_set(30, 1), "test": image_set(30, 2)}
    found = features_of(Network().eval(), sets, NORMALISE)
    train = found["train"][0]
    np.testing.assert_allclose(train.mean(0), 0, atol=1e-9)
    np.testing.assert_allclose(train.std(0), 1, atol=1e-9)
    other = features_of(Network().eval(), {**sets, "test": image_set(30, 9)}, NORMALISE)
    np.testing.assert_array_equal(other["train"][0], train)
    np.testing.assert_array_equal(other["val"][0], found["val"][0])
    assert linear_probe(found).accuracy == 100  # lightness gives the class away


def test_neighbours_vote() -> None:
    sets = clouds(2.0)
    probe = nearest_neighbours(sets, (5,))
    distance = pairwise_distances(sets["test"][0], sets["train"][0])
    votes = sets["train"][1][distance.argsort(1)[:, :5]]
    counts = np.stack([(votes == label).sum(1) for label in range(3)], axis=1)
    np.testing.assert_array_equal(probe.predicted, counts.argmax(1))
    assert probe.chosen == 5


def test_a_linear_probe_separates_what_a_line_separates() -> None:
    assert linear_probe(clouds(0.1)).accuracy == 100
    assert 100 / 3 < linear_probe(clouds(2.0)).accuracy < 100
    flat = {split: (np.zeros_like(x), y) for split, (x, y) in clouds().items()}
    assert linear_probe(flat).accuracy == pytest.approx(100 / 3)  # dead features tell nothing


@pytest.mark.parametrize(
    ("probe", "choices"), [(nearest_neighbours, (1, 7, 21)), (linear_probe, (1e-4, 0.1, 10.0))]
)
def test_what_is_chosen_is_best_on_validation_and_the_test_has_no_say(probe, choices) -> None:
    sets = clouds(2.5)
    as_if = {**sets, "test": sets["val"]}
    accuracies = [probe(as_if, (choice,)).accuracy for choice in choices]
    best = choices[int(np.argmax(accuracies))]
    assert probe(sets, choices).chosen == best
    features, labels = sets["test"]
    elsewhere = {**sets, "test": (features[::-1], labels)}
    assert probe(elsewhere, choices).chosen == best


def test_more_neighbours_than_pictures_are_no_choice() -> None:
    sets = clouds()
    few = {**sets, "train": (sets["train"][0][:6], sets["train"][1][:6])}
    assert nearest_neighbours(few, (5, 11)).chosen == 5


def test_accuracy_within_classes() -> None:
    probe = Probe(1.0, np.array([0, 1, 1, 2, 0]), np.array([0, 0, 1, 2, 2]))
    assert probe.accuracy == 60
    assert [probe.within([label]) for label in range(3)] == [50, 100, 50]
    assert probe.within([0, 1]) == pytest.approx(200 / 3)
    with pytest.raises(ValueError, match=r"classes = \[7\] have no test picture"):
        probe.within([7])


def test_what_cannot_be_is_refused() -> None:
    sets = {"train": image_set(6, 0), "test": image_set(6, 2)}
    with pytest.raises(ValueError, match="sets must hold train, val, test, got none for val"):
        features_of(Network().eval(), sets, NORMALISE)
    with pytest.raises(ValueError, match="model is in training mode"):
        features_of(Network(), {**sets, "val": image_set(6, 1)}, NORMALISE)
