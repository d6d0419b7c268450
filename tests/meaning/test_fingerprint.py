"""The hash of programs: the same for equal ones, another one for each difference."""

from __future__ import annotations

from pathlib import Path

import pytest

from cbprove.meaning import elaborate
from cbprove.pipeline import first_candidates, meaning
from cbprove.system.fingerprint import fingerprint
from cbprove.system.program import Program

SPECS = Path(__file__).parents[2] / "specs"


def programs(path: Path) -> list[Program]:
    system = meaning(str(path))
    return [elaborate.program(system, each) for each in first_candidates(system).values()]


@pytest.mark.parametrize("path", sorted(SPECS.glob("cases/*.cbs"))[:6], ids=lambda path: path.stem)
def test_equal_programs_have_one_hash_wherever_their_texts_stand(
    path: Path, tmp_path: Path
) -> None:
    text = path.read_text().replace('include "', f'include "{path.parent}/')
    (tmp_path / "moved.cbs").write_text(f"/* a require may be named by its line */ {text}")
    ours, others = programs(path), programs(tmp_path / "moved.cbs")
    assert ours == others and fingerprint(ours) == fingerprint(others)
    by_hash = {fingerprint([each]): each for each in ours}
    assert all(by_hash[fingerprint([each])] == each for each in ours)


def test_every_program_of_the_models_has_a_hash_of_its_own() -> None:
    found: dict[str, Program] = {}
    for path in sorted(SPECS.glob("linux/*.cbs")):
        for each in programs(path):
            assert found.setdefault(fingerprint([each]), each) == each
    assert len(found) > 20


def test_the_order_counts() -> None:
    ours = programs(SPECS / "gso_ipoib.cbs")
    assert fingerprint(ours) != fingerprint(reversed(ours))
