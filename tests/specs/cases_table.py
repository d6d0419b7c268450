"""Writes specs/cases/README.md anew from the cases: `python -m tests.specs.cases_table --write`.

The header of a case says when, the fix, and what passed; what is refuted, and on which bytes, comes
from the prover.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cbprove.pictures import bits
from cbprove.pipeline import Options, check
from cbprove.report.scene import Scene, scene
from cbprove.system.expressions import Place
from cbprove.system.program import Aligned, Disjoint, Program
from cbprove.verdicts import Case, Report, Witness

FOLDER = Path(__file__).resolve().parents[2] / "specs" / "cases"
README = FOLDER / "README.md"
CASES = sorted(FOLDER.glob("*.cbs"))

# The lines that a header begins with, in this order.
KEYS = ("year", "fix", "since", "CVE", "passed all along")

UNWRITTEN = "a check for unwritten memory"

_LINE = re.compile(rf"(?:/\*| \*) ({'|'.join(KEYS)}): (.+)")
_COMMIT = re.compile(r"\b([0-9a-f]{12})\b")
_CHECK = re.compile(r"(?:sizeof|offsetof)\(.* (?:<=|==) [^,]+")
_SPEC = re.compile(r'^spec \w+ "(.+)";$', re.MULTILINE)


@dataclass(frozen=True)
class Header:
    """What a case says of itself: the title of its spec, and the lines that its first comment
    begins with."""

    title: str
    facts: tuple[tuple[str, str], ...]

    def all(self, key: str) -> list[str]:
        return [value for name, value in self.facts if name == key]

    @property
    def year(self) -> int:
        return int(self.all("year")[0][:4])

    @property
    def checks(self) -> list[str]:
        """Those of the kernel's checks that a `require` can say."""
        return [
            found[0] for value in self.all("passed all along") if (found := _CHECK.match(value))
        ]


@dataclass(frozen=True)
class Refuted:
    """A property that a design breaks, and the bits [low, high) of an area that show it."""

    property: str
    claim: str
    proposals: str
    bytes: str


def header(path: Path) -> Header:
    """The header of a case; its lines end with the first that is none."""
    text = path.read_text(encoding="utf-8")
    title = _SPEC.search(text)
    facts = []
    for line in text.splitlines():
        found = _LINE.fullmatch(line)
        if not found:
            break
        facts.append((found[1], found[2]))
    return Header(title[1] if title else "", tuple(facts))


@cache
def report(path: Path) -> Report:
    """The verdicts on a case, with witnesses."""
    return check(str(path), Options(witnesses=True), lambda done, total: None)


def refuted(path: Path) -> list[Refuted]:
    """Each property of each proposal that does not hold, in the order of the spec; what
    proposals share stands once."""
    found: dict[tuple[str, str], list[str]] = {}
    cases = [case for case in report(path).cases if case.verdict == "refuted"]
    for case in cases:
        found.setdefault((case.property, where(case)), []).append(case.proposal)
    several = len({case.proposal for case in cases}) > 1
    claims = {case.property: kind(case) for case in cases}
    return [
        Refuted(name, claims[name], ", ".join(them) if several else "", span)
        for (name, span), them in found.items()
    ]


def kind(case: Case) -> str:
    """The kind of claim that a case is about, as the language spells it."""
    witness = case.finding.witness
    claims = (
        [prop.claim for prop in witness.program.properties if prop.name == case.property]
        if witness
        else []
    )
    return type(claims[0]).__name__.lower() if claims else ""


# --- bytes ----------------------------------------------------------------------------------------


def where(case: Case) -> str:
    """The bytes that the witness of a refuted case loses or finds to be another's, as the tool
    writes ranges."""
    witness = case.finding.witness
    assert witness is not None, case.id
    if witness.misplaced is not None:
        return _spans(list(_misplaced(witness, case.property)))
    shown = scene(witness, case.property)
    assert shown is not None, case.id
    return _spans(list(_lost(shown)))


# Bits [low, high), counted from the start of the area that is named.
_Range = tuple[str, int, int]


def _lost(shown: Scene) -> Iterator[_Range]:
    """The bits that break a claim; of one that is not about bits, the place."""
    lost = [(each.area, each.low, each.high) for each in shown.lost()]
    yield from lost or (_of(lying.place) for lying in shown.lying())


def _misplaced(witness: Witness, name: str) -> Iterator[_Range]:
    """Where the view or member lies that lies wrong; what two places share."""
    assert witness.misplaced is not None
    claim = next(p.claim for p in witness.program.properties if p.name == name)
    if isinstance(claim, Disjoint):
        (area, low, high), (_, other_low, other_high) = _of(claim.left), _of(claim.right)
        yield area, max(low, other_low), min(high, other_high)
    else:
        yield _laid(witness.program, witness.misplaced.subject, members=isinstance(claim, Aligned))


def _laid(program: Program, subject: str, members: bool) -> _Range:
    view = next(v for v in program.views if v.name == subject.partition(".")[0])
    area, low, high = _of(view.place)
    if not members:
        return area, low, high
    leaf = next(leaf for leaf in view.place.leaves if leaf.path == subject.partition(".")[2])
    return area, low + leaf.offset, low + leaf.offset + leaf.width


def _of(place: Place) -> _Range:
    low = place.low - place.bound[0]
    return place.area, low, low + place.width


def _spans(ranges: list[_Range]) -> str:
    areas = dict.fromkeys(area for area, _, _ in ranges)
    return ", ".join(
        f"{area}{bits.span(low, high)}"
        for area in areas
        for low, high in bits.runs(
            bit for name, low, high in ranges if name == area for bit in range(low, high)
        )
    )


# --- the page -------------------------------------------------------------------------------------

TEXT = """\
# Bugs of real kernels

<!-- Written by `python -m tests.specs.cases_table --write` from the cases. Change those, not this page. -->

Each file is one bug in the use of `sk_buff->cb` that was in Linux: the structs as the kernel has them, the path that a packet
takes, the design that was wrong with `expect ... refuted`, and its fix. The table comes from the specs and their verdicts.

{table}

## How to read the table

- **bug** is the file, with the title of its spec.
- **fix** is the commit that mends it. *Not confirmed* means that an id or a title was not looked up in the kernel's history.
- **property** is what the prover refutes of the wrong design: the kind of claim, and its name in the spec. Where several
  designs of a case are wrong, the proposal stands in brackets.
- **bytes** are those on which the least run shows it, line by line with the properties: bytes that are lost, or not the reader's
  own; for `lent` those touched by one who may not, for `aligned`, `disjoint` and `fits` those that lie wrong. `[14..16)` is half
  open, and `15.2` is byte 15, bit 2. With `abi = any` they are those of x86_64. Other runs may break other bytes.
- **passed all along** are checks that the kernel makes, or could have made, and that see nothing. A check at build time is
  written as the condition that it enforces; the spec has it as a `require`, which the wrong design meets. *{unwritten}*,
  as KMSAN is one, sees nothing where a property `written` is proved of the wrong design.

## How to run them

```sh
cbprove -q specs/cases                                   # all of them, a line for each
cbprove -v specs/cases/b07_xfrmi_decode_session.cbs      # one of them, with a run for each verdict
cbprove layout specs/cases/b10_amt_tunnel.cbs            # where its structs lie
```

## How to add one

1. Write `bNN_name.cbs`, 30 to 80 lines of facts. Structs are pasted; those that several cases share are in `specs/include`. The
   path is the real one: other steps that touch `cb` on the way are in it, and a property `owned` runs over all of it.
2. One axis (`param fixed in {{ no, yes }};`) tells the wrong design from the fix. One proposal expects what is wrong to be
   refuted, one expects nothing, so that everything has to be proved.
3. Begin with the facts, and leave out what you cannot confirm:

   ```c
   /* year: 2017 (Dec, v4.15)
    * fix: eeea10b83a13 "tcp: add tcp_v4_fill_cb()/tcp_v4_restore_cb()"
    * since: 971f10eca186, 2014
    * passed all along: sizeof(struct tcp_skb_cb) <= sizeof(skb.cb), tcp_init()
    *
    * What happened, in a few lines, with byte ranges.
    */
   ```

   `year`, `fix` and `passed all along` must be there, `since` and `CVE` need not; all but `year` may stand several times, in this
   order. Where an id or a title is not confirmed, say so in brackets behind it.
4. `python -m tests.specs.cases_table --write`, read the new row, and run `pytest tests/specs`.
"""


def text() -> str:
    """The page."""
    headers = {path: header(path) for path in CASES}
    ordered = sorted(CASES, key=lambda path: (headers[path].year, path.name))
    rows = [
        "| year | bug | fix | property | bytes | passed all along |",
        "|---|---|---|---|---|---|",
    ]
    rows += [_row(path, headers[path], refuted(path)) for path in ordered]
    return TEXT.format(table="\n".join(rows), unwritten=UNWRITTEN)


def _row(path: Path, head: Header, found: list[Refuted]) -> str:
    number = path.stem.partition("_")[0]
    fixes = [_COMMIT.sub(r"`\1`", value) for value in head.all("fix")] + head.all("CVE")
    broken = [
        f"{r.claim} `{r.property}`{f' ({r.proposals})' if r.proposals else ''}" for r in found
    ]
    lost = [f"`{r.bytes}`" for r in found]
    passed = [
        _CHECK.sub(lambda each: f"`{each[0]}`", value) for value in head.all("passed all along")
    ]
    cells = (
        str(head.year),
        f"[{number}]({path.name}) {head.title}",
        *map("<br>".join, (fixes, broken, lost, passed)),
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def main(arguments: list[str]) -> int:
    """Print the page, or write it."""
    if arguments == ["--write"]:
        README.write_text(text(), encoding="utf-8")
    else:
        print(text(), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
