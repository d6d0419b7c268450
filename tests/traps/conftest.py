"""Lets the tests here import `brute` from the folder above."""

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent.parent)]
