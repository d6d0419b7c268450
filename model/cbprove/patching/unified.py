"""The hunks of a patch: the lines of each file before and after. The only module that knows unidiff."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import StringIO

from unidiff.errors import UnidiffParseError
from unidiff.patch import PatchedFile, PatchSet

from cbprove.frozen import frozen
from cbprove.patching.mail import Patch
from cbprove.patching.wrong import bad

_FILE = re.compile(r"^(?=diff --git )|^(?=--- \S+[^\n]*\n\+\+\+ )", re.MULTILINE)


@frozen
class Hunk:
    """A piece of a file: `where` is what stands behind its second `@@`; the lines before and after, without ends."""

    path: str
    where: str
    old: tuple[str, ...]
    new: tuple[str, ...]
    line: int


def hunks(patch: Patch) -> tuple[Hunk, ...]:
    """Every hunk of C in a patch. Raises SpecError CB0341 for one that is broken off or no diff."""
    try:
        files = PatchSet(StringIO(patch.text), metadata_only=False)
    except UnidiffParseError as error:
        raise _broken(patch, error) from None
    found = tuple(hunk for file in files for hunk in _hunks(file))
    if not files:
        _refuse_headless(patch)
    return found


def _hunks(file: PatchedFile) -> Iterator[Hunk]:
    path = str(file.path)
    if file.is_binary_file or not path.endswith((".c", ".h")):
        return
    for hunk in file:
        old = tuple(line.value.rstrip("\n") for line in hunk if not line.is_added)
        new = tuple(line.value.rstrip("\n") for line in hunk if not line.is_removed)
        yield Hunk(path, hunk.section_header, old, new, hunk.target_start)


def _broken(patch: Patch, error: Exception) -> Exception:
    reason = str(error).strip().rstrip(".")
    reason = reason[:1].lower() + reason[1:120]
    title = f"`{patch.title}`" if patch.title else "the patch"
    help = "take the whole patch again, as it was sent: b4, git show or `curl .../raw`, not copied from a terminal"
    return bad("CB0341", f"{title} is broken off, or its lines were changed: {reason}", help)


def _refuse_headless(patch: Patch) -> None:
    """Hunks that belong to no file are no patch."""
    if re.search(r"^@@ -\d", patch.text, re.MULTILINE):
        title = f"`{patch.title}`" if patch.title else "the patch"
        raise bad(
            "CB0341", f"{title} has hunks of no file: the lines `---` and `+++` are missing", "take the whole patch"
        )
