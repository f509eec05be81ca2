"""The theoretical receptive field of any torch model, by interval arithmetic on its own calls.

The model runs once on tensors that have shapes but no numbers. Every torch function it calls is
written on a tape together with one small rule: "to know rows [a, b] of my output you need rows
[a*s - p, b*s - p + d*(k - 1)] of my input". Walking the tape back from one unit, the rows and
columns that it can see follow exactly, through branches, padding, dilation and upsampling alike.
A call without a rule, or one made in a way that its rule does not cover, is taken to look at the
whole image, so that a missing rule costs speed and never correctness.

Source of the rule: Araujo et al., "Computing Receptive Fields of Convolutional Neural Networks",
Distill 2019.
"""

from dynconv_lite.receptive_field.cone import Cone, ReceptiveField
from dynconv_lite.receptive_field.trace import look_cone, theoretical_receptive_field, trace_cone

__all__ = ["Cone", "ReceptiveField", "look_cone", "theoretical_receptive_field", "trace_cone"]
