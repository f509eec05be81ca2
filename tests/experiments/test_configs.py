"""A configuration that asks for what cannot be is refused, with the field's name and its limits."""

import math

import pytest
from pydantic import ValidationError

from dynconv_lite.experiments.config import PROFILE_NAMES, config_for, config_hash, parse_config
from dynconv_lite.experiments.configs.jitter import METHODS, JitterConfig

SMOKE = config_for("jitter")


@pytest.mark.parametrize("profile", PROFILE_NAMES)
@pytest.mark.parametrize("method", METHODS)
def test_every_method_is_valid_in_every_profile(method, profile) -> None:
    made = config_for("jitter", profile, seed=3, method=method)
    assert isinstance(made, JitterConfig)
    assert (made.method, made.profile, made.seed) == (method, profile, 3)
    assert JitterConfig.seeds[profile]


def test_the_full_profile_is_the_talks_setting() -> None:
    full = config_for("jitter", "full")
    assert isinstance(full, JitterConfig)
    assert (full.data, full.epochs, full.width, full.train_size) == ("cifar100", 120, 64, None)
    assert len(JitterConfig.seeds["full"]) == 4


GREATER = "greater than"
NUMBER = "valid number|finite number"
WRONG = [
    ("data", "mnist", "'textures', 'photo_patches' or 'cifar100'"),
    ("train_size", 0, f"{GREATER} or equal to 1"),
    ("train_size", 1.5, "integer"),
    ("test_size", -1, f"{GREATER} or equal to 1"),
    ("epochs", 0, f"{GREATER} or equal to 1"),
    ("epochs", 10_001, "less than or equal to 10000"),
    ("epochs", "many", "valid integer"),
    ("batch_size", 1, f"{GREATER} or equal to 2"),
    ("lr", 0, f"{GREATER} 0"),
    ("lr", -0.1, f"{GREATER} 0"),
    ("lr", math.nan, NUMBER),
    ("lr", math.inf, NUMBER),
    ("lr", "fast", NUMBER),
    ("momentum", 0, f"{GREATER} 0"),
    ("momentum", 1, "less than 1"),
    ("weight_decay", -1e-9, f"{GREATER} or equal to 0"),
    ("schedule", "step", "'constant', 'cosine' or 'one_cycle'"),
    ("warmup_epochs", -1, f"{GREATER} or equal to 0"),
    ("label_smoothing", 1, "less than 1"),
    ("label_smoothing", -0.1, f"{GREATER} or equal to 0"),
    ("crop", -1, f"{GREATER} or equal to 0"),
    ("crop", 17, "less than or equal to 16"),
    ("flip", "perhaps", "valid boolean"),
    ("cutout", -1, f"{GREATER} or equal to 0"),
    ("cutout", 33, "less than or equal to 32"),
    ("erasing", 1.01, "less than or equal to 1"),
    ("erasing", -0.01, f"{GREATER} or equal to 0"),
    ("mixup", -1, f"{GREATER} or equal to 0"),
    ("cutmix", math.inf, NUMBER),
    ("precision", "float16", "'auto', 'float32' or 'bfloat16'"),
    ("compile", "on", "'auto' or 'off'"),
    ("width", 0, f"{GREATER} or equal to 4"),
    ("width", 18, "multiple of 4"),
    ("width", 516, "less than or equal to 512"),
    ("fade_until", 1.5, "less than or equal to 1"),
    ("offset_lr", -1, f"{GREATER} or equal to 0"),
    ("offset_lr", math.nan, NUMBER),
    ("offset_wait", 2, "less than or equal to 1"),
    ("erf_epochs", (0,), f"{GREATER} or equal to 1"),
    ("erf_images", 0, f"{GREATER} or equal to 1"),
    ("erf_size", 24, f"{GREATER} or equal to 32"),
    ("erf_size", 264, "less than or equal to 256"),
    ("erf_size", 60, "multiple of 8"),
    ("seed", -1, f"{GREATER} or equal to 0"),
    ("seed", 2**32, "less than 4294967296"),
]


@pytest.mark.parametrize(("field", "value", "allowed"), WRONG)
def test_a_value_out_of_range_is_named_with_what_is_allowed(field, value, allowed) -> None:
    with pytest.raises(ValueError, match=rf"{field}\S* = .*({allowed})") as caught:
        parse_config(SMOKE.model_dump() | {field: value})
    assert str(caught.value).startswith("jitter: ") and "\n" not in str(caught.value)


def test_every_field_that_can_be_wrong_has_been_tried() -> None:
    tried = {field for field, _, _ in WRONG} | {"experiment", "profile", "method"}
    assert tried == set(JitterConfig.model_fields)


def test_several_faults_are_named_at_once() -> None:
    with pytest.raises(ValueError, match=r"epochs = 0.*; lr = -1"):
        config_for("jitter", epochs=0, lr=-1)


def test_an_unknown_method_lists_the_known() -> None:
    with pytest.raises(ValueError) as caught:
        config_for("jitter", method="shift")
    assert all(repr(method) in str(caught.value) for method in METHODS)
    assert "method = 'shift'" in str(caught.value)


def test_an_unknown_field_lists_the_known() -> None:
    with pytest.raises(
        ValueError, match=r"no field 'learning_rate'; its fields are .*lr, momentum"
    ):
        config_for("jitter", learning_rate=0.1)


@pytest.mark.parametrize("epochs", [(3,), (1, 3), (2, 1), (1, 1)])
def test_erf_epochs_must_happen_in_order(epochs) -> None:
    with pytest.raises(ValueError, match=r"erf_epochs = .* must rise and not pass epochs = 2"):
        config_for("jitter", erf_epochs=epochs)


def test_no_erf_need_be_measured() -> None:
    assert config_for("jitter", erf_epochs=()).erf_epochs == ()


def test_a_configuration_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        SMOKE.lr = 1.0


def test_the_hash_sees_every_field() -> None:
    others = {
        "profile": "laptop", "seed": 1, "data": "photo_patches", "train_size": 300,
        "test_size": 100, "epochs": 3, "batch_size": 32, "lr": 0.2, "momentum": 0.8,
        "weight_decay": 0, "schedule": "cosine", "warmup_epochs": 1, "label_smoothing": 0.1,
        "crop": 2, "flip": False, "cutout": 4, "erasing": 0.1, "mixup": 0.1, "cutmix": 0.1,
        "precision": "float32", "compile": "off", "method": "shift_int", "width": 4,
        "fade_until": 0.5, "offset_lr": 0.1, "offset_wait": 0.1, "erf_epochs": (2,),
        "erf_images": 4, "erf_size": 32,
    }  # fmt: skip
    assert set(others) == set(JitterConfig.model_fields) - {"experiment"}
    plain = SMOKE.model_dump()
    hashes = {config_hash(parse_config(plain | {field: value})) for field, value in others.items()}
    assert len(hashes | {config_hash(SMOKE)}) == len(others) + 1
