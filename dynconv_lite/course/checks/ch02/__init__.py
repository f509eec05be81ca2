"""Checks of chapter 2, the dynamic perceptron."""

from dynconv_lite.course.checks.ch02.attending import attend
from dynconv_lite.course.checks.ch02.corners import shares_of
from dynconv_lite.course.checks.ch02.gradients import kernel_gradients
from dynconv_lite.course.checks.ch02.mixing import mix
from dynconv_lite.course.checks.ch02.perceptron import dynamic_perceptron
from dynconv_lite.course.checks.ch02.reaching import reachable
from dynconv_lite.course.checks.ch02.schedule import temperature_at
from dynconv_lite.course.checks.ch02.softening import softmax

__all__ = [
    "attend",
    "dynamic_perceptron",
    "kernel_gradients",
    "mix",
    "reachable",
    "shares_of",
    "softmax",
    "temperature_at",
]
