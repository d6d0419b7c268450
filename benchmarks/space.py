"""All verdicts of cbprove on a spec, without the witnesses that `--format json` also looks for.

`python -m benchmarks.space SPEC` prints the design space as cbprove's document has it.
"""

from __future__ import annotations

import json
import sys

from cbprove.pipeline import Options, check
from cbprove.report.json import document

if __name__ == "__main__":
    report = check(sys.argv[1], Options(), lambda done, total: None)
    print(json.dumps({"space": document([report])["space"]}))
