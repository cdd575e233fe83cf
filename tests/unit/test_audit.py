"""The audit fails on what is known, and never calls audited what was not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.audit import main, verdict

GOOD = {"name": "aiohttp", "version": "3.14.5", "vulns": []}
SKIPPED = {"name": "lxml", "skip_reason": "Dependency not found and could not be audited: lxml (6)"}
BAD = {
    "name": "lxml",
    "version": "6.1",
    "vulns": [{"id": "PYSEC-1", "fix_versions": ["6.2"]}, {"id": "PYSEC-2", "fix_versions": []}],
}


def report(*packages: object) -> str:
    return json.dumps({"dependencies": packages, "fixes": []})


def test_what_is_known_is_named_with_the_mended_version_and_fails() -> None:
    lines, wrong = verdict("r.txt", report(GOOD, BAD))

    assert wrong
    assert lines == [
        "r.txt: lxml 6.1 has PYSEC-1; mended in 6.2",
        "r.txt: lxml 6.1 has PYSEC-2; mended in no version yet",
        "r.txt: 2 packages audited, 2 known vulnerabilities",
    ]


def test_what_nobody_could_look_up_is_not_called_audited() -> None:
    lines, wrong = verdict("r.txt", report(GOOD, SKIPPED))

    assert not wrong
    assert lines == [
        "r.txt: 1 packages audited, 0 known vulnerabilities",
        "r.txt: 1 packages not audited: Dependency not found and could not be audited",
    ]


def test_where_nothing_was_audited_no_number_says_that_all_is_well() -> None:
    lines, _ = verdict("r.txt", report(SKIPPED))

    assert lines == ["r.txt: 1 packages not audited: Dependency not found and could not be audited"]


@pytest.mark.parametrize("text", ["", "{}", "[]", "<html>"])
def test_no_report_is_no_audit_and_no_failure(text: str) -> None:
    lines, wrong = verdict("r.txt", text)

    assert not wrong
    assert "not audited" in lines[0]


def test_a_machine_without_the_program_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(str(tmp_path / "missing"), ["requirements.txt"])

    assert code == 0
    assert "not audited" in capsys.readouterr().out
