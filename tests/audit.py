"""Ask whether the pinned packages have known vulnerabilities, and be honest when nobody could say.

    python -m tests.audit PIP-AUDIT REQUIREMENTS...

Ends with 1 when a vulnerability is known, else with 0: also when the service that knows them cannot be
reached, which is then said.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

#: All together (seconds).
PATIENCE = 300


def verdict(name: str, report: str) -> tuple[list[str], bool]:
    """What a report of pip-audit comes to: lines to print, and whether something is wrong.

    Args:
        name: The file that was looked at.
        report: JSON as `pip-audit --format json` writes it; empty when it wrote none.
    """
    try:
        packages: list[dict[str, Any]] = json.loads(report)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return [f"{name}: not audited: the vulnerability service cannot be reached"], False
    skipped = [package for package in packages if "skip_reason" in package]
    known = [
        f"{name}: {package['name']} {package['version']} has {found['id']};"
        f" mended in {', '.join(found['fix_versions']) or 'no version yet'}"
        for package in packages
        for found in package.get("vulns", ())
    ]
    audited = len(packages) - len(skipped)
    lines = known
    if audited:
        lines = [*known, f"{name}: {audited} packages audited, {len(known)} known vulnerabilities"]
    if skipped:
        why = skipped[0]["skip_reason"].split(":")[0]
        lines = [*lines, f"{name}: {len(skipped)} packages not audited: {why}"]
    return lines, bool(known)


def report_of(program: str, requirements: str) -> str:
    """What pip-audit writes of a file of pinned requirements; empty when it cannot."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "report.json"
        pinned = ["--disable-pip", "--require-hashes", "--requirement", requirements]
        command = [program, *pinned, "--progress-spinner=off", "--format=json", f"--output={file}"]
        try:
            subprocess.run(command, check=False, capture_output=True, timeout=PATIENCE)
        except (OSError, subprocess.TimeoutExpired):
            return ""
        return file.read_text("utf-8") if file.exists() else ""


def main(program: str, files: Iterable[str]) -> int:
    """Print a verdict of each file; 1 when a vulnerability is known."""
    wrong = False
    for name in files:
        lines, bad = verdict(name, report_of(program, name))
        print("\n".join(lines))
        wrong = wrong or bad
    return int(wrong)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
