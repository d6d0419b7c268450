"""Patches out of what people send or commit, and their hunks. The only module that knows
unidiff."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator, Sequence
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from io import StringIO
from pathlib import Path

from unidiff.errors import UnidiffParseError
from unidiff.patch import PatchedFile, PatchSet

from cbprove.diagnostics import Diagnostic, SpecError, WrongUsage
from cbprove.frozen import frozen

# `From SHA Mon Sep 17 00:00:00 2001`, as git writes it, or `From someone@there Thu Jan  1 ...`
_BETWEEN = re.compile(rb"(?:\A|(?<=\n))From \S+ .*\d\d:\d\d:\d\d \d{4}[^\n]*\n")
_HEADER = re.compile(
    rb"(?i)\A(?:[!-9;-~]+:.*\n(?:[ \t].*\n)*)*?(?:from|subject|message-id|received|return-path):"
)
_DIFF = re.compile(r"^(?:diff --git |Index: |--- \S|@@ -\d)", re.MULTILINE)
_COMBINED = re.compile(rb"^@@@+ -\d", re.MULTILINE)
_TIME = re.compile(r"\s+\d{4}-\d\d-\d\d \d\d:.*$")  # behind a name, where its tab was made blanks
_NUMBER = re.compile(
    r"\[[^\]]*?(?:\bv(?P<version>\d+)\b)?[^\]]*?(?P<number>\d+)/(?P<of>\d+)[^\]]*\]"
)
_MOST = 999  # patches of a series
_VERSION = re.compile(r"\[[^\]]*\bv(\d+)\b[^\]]*\]")


@frozen
class Patch:
    """One patch: its title, empty where it has none, and the text with its diff."""

    title: str
    text: str


def patches(data: bytes, name: str) -> tuple[Patch, ...]:
    """The patches of a file, those of a series in its order, of the last version where there are
    several.

    Raises SpecError CB0340 where there is none.
    """
    data = _plain(data)
    _refuse_combined(data, name)
    patches_read = [patch for part in _messages(data) for patch in _patch(part)]
    if not patches_read:
        help = (
            "give a unified diff, a mail that holds one, or a mailbox: `git show`, `b4 am "
            "-o- MSGID`"
        )
        raise bad(
            "CB0340",
            f"there is no patch in {name}" + ("" if data.strip() else ": it is empty"),
            help,
        )
    return _in_order(patches_read)


def _refuse_combined(data: bytes, name: str) -> None:
    """Raises SpecError CB0341 for what git shows of a merge."""
    if _COMBINED.search(data):
        raise bad(
            "CB0341",
            f"{name} has the combined diff of a merge, which says of no side what it changes",
            "give that of one side: `git show -m --first-parent`, or `git diff BASE HEAD`",
        )


def _plain(data: bytes) -> bytes:
    """What a shell of Windows writes as UTF-16, as UTF-8."""
    if not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data
    return data.decode("utf-16", "replace").encode("utf-8")


def _messages(data: bytes) -> list[bytes]:
    data = data.replace(b"\r\n", b"\n")
    starts = [match.start() for match in _BETWEEN.finditer(data)]
    if not starts or data[: starts[0]].strip():
        return [data]
    return [data[start:end] for start, end in zip(starts, [*starts[1:], len(data)], strict=True)]


def _patch(part: bytes) -> Iterator[Patch]:
    body = _BETWEEN.sub(b"", part, count=1) if _BETWEEN.match(part) else part
    if not _HEADER.match(body):
        text = body.decode("utf-8", "replace")
        if _DIFF.search(text):
            yield Patch("", text)
        return
    message = message_from_bytes(body)
    text = "\n".join(_texts(message)).replace("\r\n", "\n")
    if _DIFF.search(text):
        yield Patch(_title(message), text)


def _texts(message: Message) -> Iterator[str]:
    """Every text of a mail, decoded; of a pair of plain text and HTML the plain one."""
    for part in message.walk():
        kind = part.get_content_type()
        if (
            part.is_multipart()
            or kind == "text/html"
            or not (kind.startswith("text/") or _is_diff(part))
        ):
            continue
        payload = part.get_payload(decode=True)
        assert isinstance(payload, bytes)
        charset = part.get_content_charset("utf-8")
        try:
            yield payload.decode(charset, "replace")
        except LookupError:
            yield payload.decode("utf-8", "replace")


def _is_diff(part: Message) -> bool:
    return (part.get_filename() or "").endswith((".patch", ".diff"))


def _title(message: Message) -> str:
    subject = message.get("Subject", "")
    try:
        decoded = str(make_header(decode_header(str(subject))))
    except (LookupError, UnicodeError):
        decoded = str(subject)
    return " ".join(decoded.split())


def _in_order(patches_read: list[Patch]) -> tuple[Patch, ...]:
    versions = [
        int(match[1]) if (match := _VERSION.search(patch.title)) else 1 for patch in patches_read
    ]
    last = [
        patch
        for patch, version in zip(patches_read, versions, strict=True)
        if version == max(versions)
    ]
    numbers = [_NUMBER.search(patch.title) for patch in last]
    if not all(numbers):
        return tuple(last)
    return tuple(
        sorted(
            last,
            key=lambda patch: int(match["number"]) if (match := _NUMBER.search(patch.title)) else 0,
        )
    )


def missing(titles: Sequence[str]) -> tuple[str, ...]:
    """The parts of a series that are not among these, by their numbers."""
    numbers = [match for title in titles if (match := _NUMBER.search(title))]
    if not numbers or len(titles) < 2 or len({match["of"] for match in numbers}) > 1:
        return ()
    last = int(numbers[0]["of"])
    absent = sorted(
        set(range(1, min(last, _MOST) + 1)) - {int(match["number"]) for match in numbers}
    )
    return tuple(f"{number}/{last}" for number in absent)


def commits(range: str, limit: int, folder: Path = Path()) -> Iterator[tuple[str, bytes]]:
    """The short name of each commit that is no merge, and its patch. Raises WrongUsage, and
    SpecError for one too long."""
    listed = git(folder, "rev-list", "--reverse", "--no-merges", "--abbrev-commit", range, "--")
    for name in listed.decode().split():
        data = git(
            folder,
            "show",
            "--format=email",
            "--no-ext-diff",
            "--no-color",
            "--relative",
            name,
            "--",
        )
        if len(data) > limit:
            raise bad(
                "CB0343",
                f"commit {name} is longer than {limit // 1_000_000} MB",
                "leave it out of the range",
            )
        yield name, data


def git(folder: Path, *arguments: str, input_bytes: bytes = b"") -> bytes:
    """What a command of git says. Raises WrongUsage with its reason where it fails."""
    try:
        command = ["git", "-C", os.fspath(folder), *arguments]
        ran = subprocess.run(command, input=input_bytes, capture_output=True, check=False)
    except FileNotFoundError:
        raise WrongUsage(
            "there is no `git` here", "install git, or give a patch with --patch"
        ) from None
    if ran.returncode:
        reason = ran.stderr.decode("utf-8", "replace").strip().splitlines()
        reason_said = reason[0].removeprefix("fatal: ") if reason else "failed"
        help = (
            "go into one, or name one as --source"
            if "not a git repo" in reason_said
            else "name a range, as in v7.1..HEAD"
        )
        raise WrongUsage(f"git: {reason_said}", help)
    return ran.stdout


_FILE = re.compile(r"^(?=diff --git )|^(?=--- \S+[^\n]*\n\+\+\+ )", re.MULTILINE)


@frozen
class Hunk:
    """A piece of a file: `where` is what stands behind its second `@@`; the lines before and
    after, without ends."""

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
    hunks_read = tuple(hunk for file in files for hunk in _hunks(file))
    if not files:
        _refuse_headless(patch)
    return hunks_read


def _hunks(file: PatchedFile) -> Iterator[Hunk]:
    path = _TIME.sub("", str(file.path))
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
    help = (
        "take the whole patch again, as it was sent: b4, git show or `curl .../raw`, not "
        "copied from a terminal"
    )
    return bad("CB0341", f"{title} is broken off, or its lines were changed: {reason}", help)


def _refuse_headless(patch: Patch) -> None:
    """Hunks that belong to no file are no patch."""
    if re.search(r"^@@ -\d", patch.text, re.MULTILINE):
        title = f"`{patch.title}`" if patch.title else "the patch"
        raise bad(
            "CB0341",
            f"{title} has hunks of no file: the lines `---` and `+++` are missing",
            "take the whole patch",
        )


def bad(code: str, message: str, help: str) -> SpecError:
    """One mistake, to be raised."""
    return SpecError((Diagnostic(code, message, None, help),))
