"""Only what comes before the meaning of a spec: `python -m benchmarks.parsing SPEC` reads it and
builds its syntax tree."""

from __future__ import annotations

import sys

from cbprove.syntax.includes import load

if __name__ == "__main__":
    load(sys.argv[1])
