"""A pytest plugin: with `--cbprove`, or `cbprove = true` among its settings, every .cbs file is
tests, one for each case."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cbprove.diagnostics import Diagnostic, SpecError
from cbprove.formats.findings import Finding, of_reports


def pytest_addoption(parser: pytest.Parser) -> None:
    """The switch: nobody's .cbs files are judged unasked."""
    group = parser.getgroup("cbprove")
    group.addoption(
        "--cbprove",
        action="store_true",
        default=False,
        help="judge .cbs files, a test for each verdict",
    )
    parser.addini(
        "cbprove", "judge .cbs files, a test for each verdict", type="bool", default=False
    )


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Specs, and no files that are made to be included."""
    enabled = parent.config.getoption("--cbprove") or parent.config.getini("cbprove")
    if not enabled or file_path.suffix != ".cbs":
        return None
    spec_file: SpecFile = SpecFile.from_parent(parent, path=file_path)
    return spec_file


class SpecFile(pytest.File):
    """A spec; judged when it is collected, since its cases are known only then."""

    def collect(self) -> Iterator[pytest.Item]:
        counts: dict[str, int] = {}
        for finding in _findings(self.path):
            name = finding.title.replace(" under ", "-")
            counts[name] = counts.get(name, 0) + 1
            unique = name if counts[name] == 1 else f"{name}-{counts[name]}"
            yield Case.from_parent(self, name=unique, finding=finding)


def _findings(path: Path) -> tuple[Finding, ...]:
    from cbprove.pipeline import Options, check, is_included

    mistakes: tuple[Diagnostic, ...] = ()
    reports = []
    try:
        reports = [check(str(path), Options(), lambda done, total: None)]
    except SpecError as error:
        mistakes = () if is_included(error) else error.diagnostics
    return tuple(
        each
        for each in of_reports(reports, mistakes)
        if each.level != "warning" or each.rule.startswith("CB2")
    )


class Unexpected(Exception):
    """A verdict that is not as the spec expects; a mistake in it."""


class Case(pytest.Item):
    """One verdict: it passes if it is as the spec expects."""

    def __init__(self, *, finding: Finding, **rest: object) -> None:
        super().__init__(**rest)  # type: ignore[arg-type]
        self.finding = finding

    def runtest(self) -> None:
        if self.finding.level in ("error", "warning"):
            raise Unexpected(self.finding.message)

    def repr_failure(
        self, excinfo: pytest.ExceptionInfo[BaseException], style: object = None
    ) -> str:
        if not isinstance(excinfo.value, Unexpected):
            return str(super().repr_failure(excinfo))
        place = f"{self.finding.place.file}:{self.finding.place.line}: "
        return "\n".join([place + self.finding.message, "", *self.finding.details])

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, max(0, self.finding.place.line - 1), f"cbprove: {self.finding.title}"
