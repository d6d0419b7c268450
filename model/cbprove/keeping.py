"""What earlier runs found, in a folder of its own: each under the hash of all that it hangs on,
this program among it."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from functools import cache
from pathlib import Path
from typing import Any

from cbprove.meaning.system import System
from cbprove.report.version import VERSION

_MOST = 64 << 20  # bytes of what is kept


class Folder:
    """What cannot be read, or is no such thing, is not there; what cannot be written is not
    kept."""

    def __init__(self, place: Path | None) -> None:
        """Without a place, what is kept does not outlive the run."""
        self.place = place
        self.mine: dict[str, Any] = {}

    @property
    def lasting(self) -> bool:
        """Whether what is kept outlives the run."""
        return self.place is not None

    def is_earlier(self, key: str) -> bool:
        """Whether what is kept under a key is of an earlier run."""
        return key not in self.mine

    def get(self, key: str) -> Any:
        """Plain data, None where there is none."""
        if self.place is None or key in self.mine:
            return self.mine.get(key)
        try:
            file = self.place / f"{key}.json"
            return (
                json.loads(file.read_text(encoding="utf-8"))
                if file.stat().st_size <= _MOST
                else None
            )
        except (OSError, ValueError, RecursionError):
            return None

    def put(self, key: str, document: Any) -> None:
        """Writes beside, then renames: whoever reads sees all of it or nothing."""
        self.mine[key] = document
        if self.place is None:
            return
        file = self.place / f"{key}.json"
        partial = file.with_suffix(f".{os.getpid()}.part")
        with contextlib.suppress(OSError):
            self.place.mkdir(parents=True, exist_ok=True)
            partial.write_text(json.dumps(document, separators=(",", ":")), encoding="utf-8")
            os.replace(partial, file)


def folder(name: str) -> Path:
    """Where such things are kept: what nobody misses if it is deleted."""
    home = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return Path(home) / "cbprove" / name


def key(kind: str, system: System, /, **further: Any) -> str:
    """The same for two questions only if nothing that an answer, and what is told of it, hangs on
    differs: of a system its texts, wherever they lie, its axes, its proposals; and this program."""
    texts = [source.sha256 for source in system.sources]
    return _key(kind, system, {"program": _program(), "sources": texts, **further})


def key_of_programs(
    kind: str, system: System, fingerprint: str, lasting: bool = True, /, **further: Any
) -> str:
    """The same for an answer in which no place of a text is told: of a system the programs of what
    is looked at instead of its texts; and this program, unless what is kept ends with the run
    (`lasting`)."""
    basis = {"program": _program() if lasting else "", "programs": fingerprint}
    return _key(kind, system, {**basis, **further})


def _key(kind: str, system: System, basis: dict[str, Any]) -> str:
    document = {
        "kind": kind,
        "axes": [(axis.name, _values(axis.values)) for axis in system.axes],
        "proposals": [
            (each.name, [(k, _values(v)) for k, v in each.domains.items()])
            for each in system.proposals
        ],
        **basis,
    }
    return _hash(json.dumps(document, sort_keys=True).encode())


def _values(values: tuple[str, ...] | range) -> list[Any]:
    return [values.start, values.stop] if isinstance(values, range) else list(values)


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@cache
def _program() -> str:
    """The version, and every line of this program: nothing that is kept outlives a change of
    either."""
    digest = hashlib.sha256(VERSION.encode())
    root = os.path.dirname(__file__)
    files = (os.path.join(folder, name) for folder, _, names in os.walk(root) for name in names)
    for path in sorted(path for path in files if path.endswith((".py", ".lark"))):
        with open(path, "rb", buffering=0) as file:
            digest.update(path.removeprefix(root).encode() + b"\0" + file.read())
    return digest.hexdigest()
