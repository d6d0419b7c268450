"""An archive on disk: `index.json`, and for each spec a folder with `record.json`, the texts of its
obligations, its certificates and its clausal proofs.

It is written beside its place and moved there whole, so that what stands there is never half an
archive.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Protocol

from cbprove.archive.record import SCHEMA, Record
from cbprove.archive.strict import Unreadable, digests, once, parsed
from cbprove.archive.text import read, text
from cbprove.files import NotPlain, TooLong, read_plain

INDEX, RECORD = "index.json", "record.json"
ENDING, CERTIFICATE, PROOF = ".smt2", ".txt", ".drat"
MOST = 64 << 20  # bytes of a file of an archive


class Kept(Protocol):
    """What is kept of one spec; the texts beside the record by the names of their files."""

    @property
    def record(self) -> Record: ...

    @property
    def texts(self) -> Mapping[str, str]: ...


@dataclass(frozen=True)
class Failure:
    """Something that is not as an archive says: where (a file or a verdict), what, and the exit
    code that it asks for."""

    where: str
    what: str
    code: int = 1


@dataclass(frozen=True)
class Folder:
    """The folder of one spec as it was found; the texts beside the record by the names of their
    files."""

    name: str
    record: Record
    texts: Mapping[str, str]


# --- writing --------------------------------------------------------------------------------------


def write(place: str, all_kept: Iterable[Kept]) -> bool:
    """Puts an archive of these specs in its place; whether anything there is new. Raises
    Unreadable, OSError.

    A folder that is there and is no archive is not touched.
    """
    target = Path(place)
    _may_replace(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        _fill(fresh, all_kept)
        if target.exists() and _same(fresh, target):
            return False
        _swap(fresh, target)
        return True
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def place_of(record: Record) -> str:
    """The folder of a record in an archive: the path of its spec without the ending,
    `specs/gso_ipoib`."""
    path, _ = record.inputs[0]
    parts = [
        part
        for part in PurePath(os.path.normpath(path)).with_suffix("").parts
        if part not in ("..", "/")
    ]
    return "/".join(parts)


def _may_replace(target: Path) -> None:
    if target.exists() and not (
        target.is_dir() and ((target / INDEX).is_file() or not any(target.iterdir()))
    ):
        raise Unreadable(f"{target} is there and is no archive")


def _fill(folder: Path, all_kept: Iterable[Kept]) -> None:
    os.chmod(folder, 0o755)
    listed = []
    for record_texts in all_kept:
        place = place_of(record_texts.record)
        target = folder / place
        target.mkdir(parents=True)
        written = text(record_texts.record)
        (target / RECORD).write_text(written, encoding="utf-8")
        for name, certificate in record_texts.texts.items():
            (target / name).write_text(certificate, encoding="utf-8")
        listed.append({"folder": place, "sha256": sha256(written)})
    (folder / INDEX).write_text(_index(listed), encoding="utf-8")


def _index(listed: list[dict[str, str]]) -> str:
    lines = ",\n".join(
        f"    {json.dumps(entry)}" for entry in sorted(listed, key=lambda entry: entry["folder"])
    )
    return f'{{\n  "schema_version": {SCHEMA},\n  "specs": [\n{lines}\n  ]\n}}\n'


def _same(path: Path, other: Path) -> bool:
    return dict(_contents(path)) == dict(_contents(other))


def _contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    for file in sorted(folder.rglob("*")):
        yield str(file.relative_to(folder)), file.read_bytes() if file.is_file() else b""


def _swap(fresh: Path, target: Path) -> None:
    old = fresh.with_name(f"{fresh.name}.old")
    if target.exists():
        target.rename(old)
    try:
        fresh.rename(target)
    except BaseException:
        if old.exists():
            old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)


# --- reading --------------------------------------------------------------------------------------


def sha256(text: str) -> str:
    """The hash of a text in UTF-8, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def open_archive(place: str) -> tuple[list[Folder], list[Failure]]:
    """The folders of an archive that can be read, and what is wrong with its files. Raises
    Unreadable if it is none."""
    root = Path(place)
    try:
        entries = list(digests(parsed(_text(root / INDEX))))
        once((name for name, _ in entries), "it lists")
    except (KeyError, TypeError, AttributeError) as wrong:
        raise Unreadable(f"{root / INDEX}: it is no index: {wrong}") from None
    except Unreadable as wrong:
        raise Unreadable(f"{root / INDEX}: {wrong}") from None
    listed = dict(entries)
    failures = [
        Failure(str(root / file), "the index does not list it")
        for file in _unlisted(root, set(listed))
    ]
    folders: list[Folder] = []
    for name, digest in listed.items():
        try:
            folder, opened = _folder(root / name, name, digest)
            folders.append(folder)
            failures += opened
        except Unreadable as wrong:
            failures.append(Failure(str(root / name / RECORD), str(wrong), 2))
    return folders, failures


def _unlisted(root: Path, folders: set[str]) -> list[str]:
    """The files that lie neither in one of the folders nor are the index."""
    files = [file.relative_to(root) for file in sorted(root.rglob("*")) if not file.is_dir()]
    return [
        str(file) for file in files if str(file) != INDEX and file.parent.as_posix() not in folders
    ]


def _text(file: Path) -> str:
    try:
        return read_plain(file, MOST).decode("utf-8")
    except (NotPlain, TooLong) as wrong:
        raise Unreadable(str(wrong)) from None
    except OSError as wrong:
        raise Unreadable(f"it cannot be read: {(wrong.strerror or str(wrong)).lower()}") from None
    except UnicodeDecodeError:
        raise Unreadable("it is not a text") from None


def _folder(place: Path, name: str, digest: str) -> tuple[Folder, list[Failure]]:
    written = _text(place / RECORD)
    record = read(written)
    failures = []
    if sha256(written) != digest:
        failures.append(
            Failure(
                str(place / RECORD), f"its sha256 is {sha256(written)}, the index says {digest}"
            )
        )
    if not record.inputs or place_of(record) != name:
        failures.append(
            Failure(str(place / RECORD), "it is about another spec than its folder says")
        )
    expected = _listed(record)
    failures += [
        Failure(str(place / entry), "the record does not list it")
        for entry in _listing(place)
        if entry != RECORD and entry not in expected
    ]
    texts, amiss = _texts(place, record)
    return Folder(name, record, texts), failures + amiss


def _listing(place: Path) -> list[str]:
    try:
        return sorted(os.listdir(place))
    except OSError as wrong:
        raise Unreadable(f"it cannot be read: {(wrong.strerror or str(wrong)).lower()}") from None


def _listed(record: Record) -> dict[str, str]:
    """The files that a record lists, with their sha256."""
    proofs = {
        name: clausal.drat for name, clausal in (record.clausal or {}).items() if clausal.drat
    }
    return {
        **{f"{name}{ENDING}": digest for name, (digest, _) in record.obligations.items()},
        **{f"{name}{CERTIFICATE}": digest for name, digest in record.certificates.items()},
        **{f"{name}{PROOF}": digest for name, digest in proofs.items()},
    }


def _texts(place: Path, record: Record) -> tuple[dict[str, str], list[Failure]]:
    texts, failures = {}, []
    for name, digest in _listed(record).items():
        file = place / name
        try:
            texts[name] = _text(file)
        except Unreadable as wrong:
            failures.append(Failure(str(file), str(wrong), 2))
            continue
        hash_found = sha256(texts[name])
        if hash_found != digest:
            failures.append(
                Failure(str(file), f"its sha256 is {hash_found}, the record says {digest}")
            )
        elif file.suffix != PROOF and file.stem != digest[:16]:
            failures.append(
                Failure(str(file), f"its name is not the beginning of its sha256, {digest}")
            )
    return texts, failures
