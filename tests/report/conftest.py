"""Lets the tests here import `reports`."""

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent)]
