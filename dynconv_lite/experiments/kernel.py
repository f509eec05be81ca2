"""The Jupyter kernel of this interpreter, whatever other `python3` kernels the machine knows."""

from typing import Any

from ipykernel.kernelspec import RESOURCES, get_kernel_dict
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from traitlets import default


class OwnKernelSpecManager(KernelSpecManager):
    """Answer every kernel name with the Python that asks.

    A notebook names its kernel `python3`, and Jupyter looks that name up in several folders; one
    left behind in the home folder by another project would run the notebook in the wrong
    environment.
    """

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        """Return the specification that starts `sys.executable`, for any name."""
        return KernelSpec(resource_dir=str(RESOURCES), **get_kernel_dict())


class OwnKernelManager(AsyncKernelManager):
    """A kernel manager for nbclient and papermill that starts this interpreter's kernel."""

    def _kernel_spec_manager_default(self) -> KernelSpecManager:
        return OwnKernelSpecManager(data_dir=self.data_dir)

    @default("transport_encryption")
    def _encrypt(self) -> Any:
        return "auto"  # other users of the machine can otherwise listen on the local ports
