"""Three small specs whose archive holds everything that one can, and ways to change it."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from cbprove.cli import main

WIDE = """\
spec wide "one axis left free";
object skb { char cb[16]; }
input n : u8;
param OFF in 0..12;
require OFF != 5;
layer a {
    view A : u32 at skb.cb[0];
    step set { write A; }
    step use { read A; }
    step end { }
}
layer b {
    view B : u8 at skb.cb[OFF];
    step hit { write B; }
}
path p { set; assume n < 3 "small"; optionally { hit; } each segment { use; } }
property kept: preserved A from set to use;
property nowhere: preserved A from set to end;
property own: owned;
proposal any_offset { OFF = any; }
proposal first { OFF = 0; }
proposal last { OFF = 12; }
"""

LOOPS = """\
spec loops "values, for any number of turns and for a few";
object skb { char cb[16]; }
object stack { u16 saved; }
input n : u8;
layer l {
    view X : u16 at skb.cb[0];
    view Y : u16 at skb.cb[2];
    view Z : u16 at skb.cb[4];
    step zero { write X = 0; write Y = 0; write Z = 0; }
    step both { copy Z -> stack.saved; write Z; copy stack.saved -> Z; write X = X + 1; write Y = Y + 2; }
    step see  { read X; read Z; }
    step end  { }
    step hit  { write Z; }
    step look { read Z; }
}
path p { zero; repeat { both; } see; }
path q { zero; repeat [0..2] { both; } see; }
path r { zero; if (n < 3) { hit; } if (n >= 3) { look; } }
property even: holds Y % 2 == 0 at see;
property zeroed: holds Z == 0 at see;
property short: holds X != 7 at see in q;
property either: preserved Z from zero to look;
property nothing: holds X == 7 at end;
proposal now { }
"""

SIDES = """\
spec sides "two sectors";
object skb { char cb[16]; }
param side in { near, far } = near;
layer a { view A : u32 at skb.cb[0]; step set { write A; } step use { read A; } }
layer b {
    view B : u32 at skb.cb[0] when side == near, skb.cb[8] when side == far;
    step hit { write B; }
}
path p { set; hit; use; }
property kept: preserved A from set to use;
proposal close { side = near; }
proposal apart { side = far; }
"""


@dataclass
class Kept:
    """A folder with specs and their archive `proofs`."""

    root: Path

    @property
    def archive(self) -> Path:
        return self.root / "proofs"

    def record(self, spec: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.archive / spec / "record.json").read_text())
        return found

    def edit(
        self, spec: str, change: Callable[[dict[str, Any]], object], sealed: bool = True
    ) -> None:
        """Changes a record, and the index's hash of it as someone would who knows how."""
        found = self.record(spec)
        change(found)
        (self.archive / spec / "record.json").write_text(json.dumps(found))
        if sealed:
            self.seal(spec)

    def seal(self, spec: str) -> None:
        """Makes the index agree with a record."""
        digest = sha256((self.archive / spec / "record.json").read_bytes()).hexdigest()
        index = self.archive / "index.json"
        found = json.loads(index.read_text())
        for one in found["specs"]:
            if one["folder"] == spec:
                one["sha256"] = digest
        index.write_text(json.dumps(found))

    def rewrite(self, spec: str, name: str, text: str) -> str:
        """Puts another text in an obligation's place, with its new name and hash wherever they
        stand."""
        digest = sha256(text.encode()).hexdigest()
        (self.archive / spec / f"{name}.smt2").unlink()
        (self.archive / spec / f"{digest[:16]}.smt2").write_text(text)
        file = self.archive / spec / "record.json"
        old = next(o["sha256"] for o in self.record(spec)["obligations"] if o["name"] == name)
        file.write_text(
            file.read_text().replace(old, digest).replace(f'"{name}"', f'"{digest[:16]}"')
        )
        self.seal(spec)
        return digest[:16]

    def recheck(self, *options: str) -> tuple[int, str]:
        """The exit code, and what is printed."""
        return cbprove("recheck", str(self.archive), str(self.root), *options)


def cbprove(*arguments: str) -> tuple[int, str]:
    """The exit code of a command, and all that it prints."""
    printed = io.StringIO()
    with (
        contextlib.redirect_stdout(printed),
        contextlib.redirect_stderr(printed),
        pytest.raises(SystemExit) as ended,
    ):
        main(arguments)
    return int(ended.value.code or 0), printed.getvalue()
