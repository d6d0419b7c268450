"""The commits of a range of a git repository as patches, the oldest first."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

from cbprove.patching.wrong import bad
from cbprove.usage import WrongUsage


def commits(range: str, most: int) -> Iterator[tuple[str, bytes]]:
    """The short name of each commit that is no merge, and its patch. Raises WrongUsage, and SpecError for one too long."""
    listed = _git("rev-list", "--reverse", "--no-merges", "--abbrev-commit", range, "--")
    for name in listed.decode().split():
        data = _git("show", "--format=email", "--no-ext-diff", "--no-color", name, "--")
        if len(data) > most:
            raise bad("CB0343", f"commit {name} is longer than {most // 1_000_000} MB", "leave it out of the range")
        yield name, data


def _git(*arguments: str) -> bytes:
    try:
        ran = subprocess.run(["git", *arguments], capture_output=True, check=False)
    except FileNotFoundError:
        raise WrongUsage("there is no `git` here", "install git, or give a patch with --patch") from None
    if ran.returncode:
        reason = ran.stderr.decode("utf-8", "replace").strip().splitlines()
        raise WrongUsage(
            f"git: {reason[0].removeprefix('fatal: ') if reason else 'failed'}", "name a range, as in v7.1..HEAD"
        )
    return ran.stdout
