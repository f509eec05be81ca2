"""Dynamic, large, shifted and tabulated convolutions, written to be read.

Each mechanism has a module of its own (`dynconv_lite.erf`, `dynconv_lite.locality`, …);
nothing is imported until it is asked for.
"""

__version__ = "0.1.0"
