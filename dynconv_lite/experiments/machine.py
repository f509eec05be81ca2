"""What a measured time was measured on."""

import platform
from pathlib import Path


def processor() -> str:
    """Return the processor's name where the system tells it, or its kind."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
