"""The processes that tests start find their modules compiled, as in an installation, though none are kept among the sources."""

from __future__ import annotations

import os
import tempfile

# Workers inherit both from the process that starts them, so that there is one folder for all.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
if "PYTHONPYCACHEPREFIX" not in os.environ:
    _COMPILED = tempfile.TemporaryDirectory(prefix="cbprove-compiled-")
    os.environ["PYTHONPYCACHEPREFIX"] = _COMPILED.name
