"""Networks as lookup tables: tables, their interpolation, and super-resolution by them.

Sources: Jo & Kim 2021, "Practical Single-Image Super-Resolution Using Look-Up Table", CVPR; Li et
al. 2022, "MuLUT: Cooperating Multiple Look-Up Tables for Efficient Image Super-Resolution", ECCV.
"""

from dynconv_lite.lut.additive import AdditiveTables
from dynconv_lite.lut.additive_forward import super_resolve_additive
from dynconv_lite.lut.finetune import TrainableTables
from dynconv_lite.lut.finetune_mean import MeanOf, TrainableMeanTables
from dynconv_lite.lut.finetune_mixed import TrainableMixedTables
from dynconv_lite.lut.inference import lut_forward, super_resolve
from dynconv_lite.lut.mean import MeanTables
from dynconv_lite.lut.mixed import MixedTables
from dynconv_lite.lut.mixed_forward import super_resolve_mixed
from dynconv_lite.lut.mixed_tabulate import repeating_mixed, tabulate_mixed
from dynconv_lite.lut.patterns import PATTERNS, Pattern, nodes
from dynconv_lite.lut.simplex import interpolate, simplex_weights
from dynconv_lite.lut.stage import Stage
from dynconv_lite.lut.table import LookupTable
from dynconv_lite.lut.table_sets import enlarge, load_tables, save_tables
from dynconv_lite.lut.tabulate import repeating_stages, tabulate, tabulate_stages

__all__ = [
    "PATTERNS",
    "AdditiveTables",
    "LookupTable",
    "MeanOf",
    "MeanTables",
    "MixedTables",
    "Pattern",
    "Stage",
    "TrainableMeanTables",
    "TrainableMixedTables",
    "TrainableTables",
    "enlarge",
    "interpolate",
    "load_tables",
    "lut_forward",
    "nodes",
    "repeating_mixed",
    "repeating_stages",
    "save_tables",
    "simplex_weights",
    "super_resolve",
    "super_resolve_additive",
    "super_resolve_mixed",
    "tabulate",
    "tabulate_mixed",
    "tabulate_stages",
]
