"""Attacks cbprove for a while: `python -m tests.attack --minutes 60 --seed 1`.

Every input is given to a process of its own, with 1 GB of memory and 10 seconds of CPU. It may be
refused or answered; a traceback (exit code 70), a signal and a limit that was reached are faults.
Inputs that are faults are kept in a folder.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from random import Random

from tests.attack.inputs import ATTACKS

MEMORY, SECONDS = 1 << 30, 10  # bytes; of CPU
_SPEC = """\
spec kept "small";
object o { char cb[8]; }
param AT in 0..4;
layer l {
    view F : u8 at o.cb[0];
    view G : u8 at o.cb[AT];
    step init { write F = 1; }
    step turn { either { write F = 1; } or { write F = 2; } }
    step hit { write G; }
    step use { read F; }
}
path p { init; repeat { turn; } use; }
path q { init; optionally { hit; } use; }
property small: holds F == 1 || F == 2 at use in p;
property kept: preserved F from init to use in q;
property own: owned;
proposal far { AT = 3; }
proposal near { AT = 0; expect kept refuted; expect own refuted; }
"""


def main() -> int:
    """Attacks until the time is up or the number is reached; 1 if anything was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.attack", description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0, help="how long (%(default)s)")
    parser.add_argument("--inputs", type=int, default=1 << 60, help="how many at most")
    parser.add_argument(
        "--seed", type=int, default=int(time.time()), help="where chance begins (the clock)"
    )
    parser.add_argument(
        "--keep",
        type=Path,
        default=Path("attack-found"),
        help="where faults are kept (%(default)s)",
    )
    given = parser.parse_args()
    end, seed = time.monotonic() + 60 * given.minutes, given.seed
    counts, faults = Counter[str](), 0
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a run that is ended says its tally
    with tempfile.TemporaryDirectory() as place, contextlib.suppress(KeyboardInterrupt):
        archive = _archive(Path(place))
        while time.monotonic() < end and seed - given.seed < given.inputs:
            faults += _attack(seed, archive, counts, given.keep)
            seed += 1
            if (seed - given.seed) % 1000 == 0:
                print(f"{seed - given.seed} inputs, {faults} faults", file=sys.stderr)
    print(
        f"seeds {given.seed}..{seed - 1}: "
        + ", ".join(f"{n} {what}" for what, n in sorted(counts.items()))
    )
    print(f"{faults} faults" + (f", kept in {given.keep}" if faults else ""))
    return int(faults > 0)


def _archive(place: Path) -> Path:
    (place / "kept.cbs").write_text(_SPEC)
    code, _ = _run(["certify", "kept.cbs", "-o", "proofs"], place / "log", place)
    assert code == 0, (place / "log").read_text()
    return place


def _attack(seed: int, archive: Path, counts: Counter[str], keep: Path) -> int:
    draw = Random(seed)
    kind = draw.choice(list(ATTACKS))
    folder = Path(tempfile.mkdtemp(prefix="attack."))
    try:
        command = ATTACKS[kind](draw, folder, archive)
        code, seconds = _run(command, folder / "log", folder)
        fault = code == 70 or code < 0
        counts[f"{kind}s {'with a fault' if fault else 'borne'}"] += 1
        if fault:
            kept = keep / f"{kind}-{seed}"
            shutil.rmtree(kept, ignore_errors=True)
            kept.parent.mkdir(parents=True, exist_ok=True)
            shutil.copytree(folder, kept, symlinks=True, copy_function=_copied)
            print(
                f"seed {seed}: exit {code} after {seconds:.1f} s of CPU: {' '.join(command)}: {_last(folder)}",
                file=sys.stderr,
            )
        return int(fault)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _copied(source: str, target: str) -> None:
    with contextlib.suppress(OSError):
        if os.path.isfile(source):
            shutil.copyfile(source, target)


def _last(folder: Path) -> str:
    lines = (folder / "log").read_text(errors="replace").splitlines()
    told = [line for line in lines if "Error" in line or "error" in line]
    return (told or lines or [""])[-1][:200]


def _run(command: list[str], log: Path, folder: Path) -> tuple[int, float]:
    """The exit code of a command in a process of its own (negative: the signal that ended it),
    and its seconds of CPU."""
    child = os.fork()
    if child == 0:
        _child(command, log, folder)
    _, status, used = os.wait4(child, 0)
    return os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime


def _child(command: list[str], log: Path, folder: Path) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    os.chdir(folder)
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    signal.alarm(120 * SECONDS)  # one that waits for ever; on busy cores 10 s of CPU take long
    from cbprove.cli import main as run

    code = 70
    try:
        run(command)
    except SystemExit as left:
        code = int(left.code or 0)
    finally:
        sys.stdout.flush()
        os._exit(code)


def _warm() -> None:
    """Import what every child needs once, in the parent."""
    import z3

    import cbprove.artifacts.opening
    import cbprove.cli
    import cbprove.pipeline

    assert cbprove and z3


if __name__ == "__main__":
    _warm()
    sys.exit(main())
