"""Super-resolution by dictionaries: patches of a small picture, and the detail that they lack.

Sources: Chang et al. 2004, "Super-Resolution Through Neighbor Embedding", CVPR; Zeyde et al. 2010,
"On Single Image Scale-Up Using Sparse-Representations", Curves and Surfaces; Timofte et al. 2013,
"Anchored Neighborhood Regression for Fast Example-Based Super-Resolution", ICCV; Timofte et al.
2014, "A+: Adjusted Anchored Neighborhood Regression for Fast Super-Resolution", ACCV.
"""

from dynconv_lite.sparse_coding.anchored import (
    anchored_projection,
    regress_on_atoms,
    regress_on_samples,
)
from dynconv_lite.sparse_coding.dictionary import Dictionaries, learn_dictionaries
from dynconv_lite.sparse_coding.features import enlarge_plain, gradient_features
from dynconv_lite.sparse_coding.fit import fit_sparse
from dynconv_lite.sparse_coding.inference import super_resolve_sparse
from dynconv_lite.sparse_coding.lle import lle_weights
from dynconv_lite.sparse_coding.model import METHODS, SparseModel
from dynconv_lite.sparse_coding.patches import cut_patches, join_patches
from dynconv_lite.sparse_coding.pursuit import matching_pursuit
from dynconv_lite.sparse_coding.samples import Samples, collect_samples

__all__ = [
    "METHODS",
    "Dictionaries",
    "Samples",
    "SparseModel",
    "anchored_projection",
    "collect_samples",
    "cut_patches",
    "enlarge_plain",
    "fit_sparse",
    "gradient_features",
    "join_patches",
    "learn_dictionaries",
    "lle_weights",
    "matching_pursuit",
    "regress_on_atoms",
    "regress_on_samples",
    "super_resolve_sparse",
]
