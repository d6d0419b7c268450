"""`python -m cbprove` is `cbprove`."""

from cbprove.cli import main

main()
