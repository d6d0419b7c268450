"""The files of a kernel's tree as the commits of its repository have them, read through git."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from cbprove.patching.functions import Files
from cbprove.patching.mail import git

_ONLY = ("--", "*.c", "*.h", "*.S")
_RAW = ("-r", "-z", "--raw", "--no-abbrev", "--no-renames", "--relative")
_NONE = "0"


class History:
    """The files of a tree as its commits have them. What stands in the tree is looked at once,
    and never touched."""

    def __init__(self, tree: Path) -> None:
        """Raises WrongUsage for a folder in no repository."""
        git(tree, "rev-parse", "--git-dir")
        self.tree = tree
        self.texts: dict[str, str] = {_NONE: ""}
        # As HEAD has what differs here
        self.here = _sides(git(tree, "diff", *_RAW[1:], "HEAD", *_ONLY), 0)

    def files(self, commit: str) -> Files:
        """What a commit changes, before and after it, and all else that it has otherwise than
        the tree."""
        changed = git(
            tree := self.tree, "diff-tree", "--root", "--no-commit-id", *_RAW, commit, *_ONLY
        )
        before, after = _sides(changed, 0), _sides(changed, 1)
        changed_files = self.here | _sides(git(tree, "diff-tree", *_RAW, commit, "HEAD", *_ONLY), 0)
        self._load(each for side in (before, after, changed_files) for each in side.values())
        return Files(
            {name: self.texts[blob] for name, blob in before.items() if blob != _NONE},
            {name: self.texts[blob] for name, blob in after.items() if blob != _NONE},
            there=False,
            around={
                name: self.texts[blob] for name, blob in changed_files.items() if name not in after
            },
        )

    def _load(self, blobs: Iterable[str]) -> None:
        blobs_wanted = sorted({*blobs} - self.texts.keys())
        data = git(
            self.tree,
            "cat-file",
            "--batch",
            input_bytes="".join(f"{blob}\n" for blob in blobs_wanted).encode(),
        )
        place = 0
        for blob in blobs_wanted:
            head, _, _ = data[place : place + 200].partition(b"\n")
            size = int(head.rsplit(b" ", 1)[1])
            place += len(head) + 1
            self.texts[blob] = data[place : place + size].decode(errors="replace")
            place += size + 1


def _sides(raw: bytes, side: int) -> dict[str, str]:
    """The name of each file in a raw diff with its blob on one side."""
    words = raw.decode("utf-8", "surrogateescape").split("\0")
    sides = {}
    for word, name in zip(words[::2], words[1::2], strict=False):
        blob = word.split()[2 + side]
        sides[name] = blob if blob.strip("0") else _NONE
    return sides
