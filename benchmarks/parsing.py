"""Only what comes before the meaning of a spec: `python -m benchmarks.parsing SPEC` reads it and
builds its syntax tree."""

from __future__ import annotations

import sys

from cbprove.cli import collect_rarely
from cbprove.syntax.includes import load

if __name__ == "__main__":
    collect_rarely()  # as the command does
    load(sys.argv[1])
