"""The machine as the course sees it: what is installed, and where Jupyter reads and writes."""

import os
import sys
from pathlib import Path

from dynconv_lite.files import ROOT

# where Jupyter and its kernels write, by default in the home folder
STATE = (
    "IPYTHONDIR",
    "JUPYTER_CONFIG_DIR",
    "JUPYTER_DATA_DIR",
    "JUPYTER_RUNTIME_DIR",
    "MPLCONFIGDIR",
)


def describe_environment() -> dict[str, str]:
    """Say what is installed, in words fit for one line.

    Returns:
        `python`, `torch`, `torchvision` (versions), `device`, and `data root` -> text.

    Raises:
        ImportError, RuntimeError: If torch or torchvision cannot be loaded.
    """
    import platform

    import torch
    import torchvision

    from data_utils import data_root

    if torch.cuda.is_available():
        device = torch.cuda.get_device_name(0)
    else:
        device = f"CPU, {torch.get_num_threads()} threads"
    return {
        "python": platform.python_version(),
        "torch": torch.__version__,
        "torchvision": torchvision.__version__,
        "device": device,
        "data root": str(data_root()),
    }


def command_environment() -> dict[str, str]:
    """List the environment variables every command of the course sets for itself and its children.

    Jupyter finds this environment's `python3` kernel before any other of that name, and leaves
    out the grading panels of nbgrader, which a learner has no use for. Where the home folder
    cannot be written, Jupyter, IPython and matplotlib write inside the repository. Idle threads
    of torch soon sleep instead of spinning: on two cores that something else uses too, spinning
    made a lesson's training several times slower.
    """
    variables = {
        "GOMP_SPINCOUNT": os.environ.get("GOMP_SPINCOUNT", "1000"),
        "JUPYTER_PATH": _first("JUPYTER_PATH", Path(sys.prefix) / "share" / "jupyter"),
        "JUPYTER_CONFIG_PATH": _first("JUPYTER_CONFIG_PATH", Path(__file__).parent / "jupyter"),
    }
    if not os.access(Path.home(), os.W_OK):
        for name in STATE:
            variables[name] = os.environ.get(name) or str(ROOT / ".tools" / "home" / name.lower())
    return variables


def _first(name: str, path: Path) -> str:
    """Put a path before those an environment variable lists already."""
    return os.pathsep.join(filter(None, [str(path), os.environ.get(name, "")]))
