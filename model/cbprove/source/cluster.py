"""An existing Dask cluster as the executor that reads files. The only module that knows Dask.

Its workers see the same files under the same names, and have this version of cbprove.
"""

from __future__ import annotations

from concurrent.futures import Executor
from typing import Any

from cbprove.source.kept import program
from cbprove.source.pool import Hands
from cbprove.usage import WrongUsage

_PATIENCE = 10  # seconds for a scheduler to answer


class Cluster:
    """A scheduler at an address. Raises WrongUsage where none answers, and where its workers are of no use."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.client = _client(address)
        try:
            versions: dict[str, str] = self.client.run(program)
        except Exception as error:  # whatever a worker says
            self.close()
            raise WrongUsage(f"a worker of `{address}` cannot read files: {error}", _SAME) from None
        others = sorted(worker for worker, version in versions.items() if version != program())
        if others or not versions:
            self.close()
            said = f"`{others[0]}` has another cbprove" if others else "it has no worker"
            raise WrongUsage(f"the cluster at `{address}` cannot read files: {said}", _SAME)

    def hands(self) -> Hands:
        """Its workers, as many as there are."""
        from distributed import KilledWorker

        return Hands(self._executor, (KilledWorker,))

    def _executor(self) -> Executor:
        executor: Executor = self.client.get_executor(pure=False)
        return executor

    def close(self) -> None:
        """Let go of it; it goes on."""
        self.client.close()


_SAME = "install the same cbprove[source] for every worker, where the files have the same names"


def _client(address: str) -> Any:
    try:
        from distributed import Client
    except ImportError:
        raise WrongUsage("a cluster takes Dask, which is not installed", "pip install 'cbprove[dask]'") from None
    try:
        return Client(address, timeout=_PATIENCE, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise WrongUsage(
            f"no Dask scheduler answers at `{address}`: {reason}", "as in tcp://127.0.0.1:8786: dask scheduler"
        ) from None
