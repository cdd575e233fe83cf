"""The project's own files agree: pins and bounds, image and program, version and changelog."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PINS = sorted(ROOT.glob("requirements*.txt"))

#: Which file pins what pyproject.toml asks for.
ASKED = {
    "requirements.txt": PROJECT["project"]["dependencies"],
    "requirements-build.txt": PROJECT["dependency-groups"]["build"],
    "requirements-dev.txt": PROJECT["dependency-groups"]["dev"],
    "requirements-bench.txt": PROJECT["dependency-groups"]["bench"],
}


def logical_lines(text: str) -> list[str]:
    """Lines with their continuations joined and without comments and empty ones."""
    kept = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    joined = re.sub(r"\\\n\s*", "", kept)
    return [line.strip() for line in joined.splitlines() if line.strip()]


def pins(file: Path) -> dict[str, list[tuple[str, list[str]]]]:
    """Each package's pins: (requirement, hashes). More than one where Pythons differ."""
    found: dict[str, list[tuple[str, list[str]]]] = {}
    for line in logical_lines(file.read_text(encoding="utf-8")):
        requirement, *hashes = re.split(r"\s*--hash=", line)
        found.setdefault(Requirement(requirement).name, []).append((requirement, hashes))
    return found


def dockerfile() -> list[tuple[str, str]]:
    """Its instructions in order: (NAME, the rest)."""
    lines = logical_lines((ROOT / "Dockerfile").read_text(encoding="utf-8"))
    return [(name.upper(), rest) for name, rest in (line.split(maxsplit=1) for line in lines)]


def last_stage() -> dict[str, str]:
    """The last instruction of each name in the stage that becomes the image."""
    instructions = dockerfile()
    start = max(at for at, (name, _) in enumerate(instructions) if name == "FROM")
    return dict(instructions[start:])


def words(instruction: str) -> list[str]:
    """The words of a command in its JSON form, the one that runs without a shell."""
    parsed = json.loads(instruction)
    assert isinstance(parsed, list)
    return [str(word) for word in parsed]


def run_installed(command: list[str]) -> subprocess.CompletedProcess[str]:
    """Run a console script of this environment."""
    program = Path(sys.executable).with_name(command[0])
    return subprocess.run(
        [program, *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )


@pytest.mark.parametrize("file", PINS, ids=lambda file: file.name)
def test_every_pin_is_exact_and_carries_hashes(file: Path) -> None:
    found = [pin for several in pins(file).values() for pin in several]

    assert found
    for requirement, hashes in found:
        assert re.match(r"[a-z0-9-]+==[0-9][^\s;]*( ;|$)", requirement)
        assert hashes
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", each) for each in hashes)


@pytest.mark.parametrize("file", PINS, ids=lambda file: file.name)
def test_pins_name_no_index_and_no_machine(file: Path) -> None:
    text = file.read_text(encoding="utf-8")

    assert "://" not in text
    assert not re.search(r"--(extra-)?index|--find-links|--trusted-host", text)
    assert not re.search(r"(?<![\w.])/\w+/", text)


@pytest.mark.parametrize("name", ASKED)
def test_pins_stay_within_what_pyproject_asks_for(name: str) -> None:
    pinned = pins(ROOT / name)

    for asked in map(Requirement, ASKED[name]):
        versions = [Requirement(pin).specifier for pin, _ in pinned[asked.name]]
        for each in versions:
            (exact,) = each
            assert asked.specifier.contains(exact.version), f"{asked} is pinned at {exact.version}"


def test_no_two_files_pin_a_package_differently() -> None:
    chosen: dict[str, set[frozenset[str]]] = {}

    for file in PINS:
        for name, several in pins(file).items():
            versions = frozenset(requirement.partition(" ")[0] for requirement, _ in several)
            chosen.setdefault(name, set()).add(versions)

    assert {name: versions for name, versions in chosen.items() if len(versions) > 1} == {}


def test_the_image_has_two_stages_and_no_root() -> None:
    stages = [rest for name, rest in dockerfile() if name == "FROM"]

    user, _, group = last_stage()["USER"].partition(":")

    assert len(stages) == 2
    assert int(user) > 0
    assert int(group) > 0


def test_the_image_keeps_its_database_on_its_volume() -> None:
    volume = words(last_stage()["VOLUME"])[0]

    database = re.search(r"RULEWIRE_DATABASE=(\S+)", last_stage()["ENV"])

    assert database
    assert Path(database[1]).parent == Path(volume)


def test_the_image_is_built_from_files_that_are_sent_to_its_builder() -> None:
    copied = [
        source
        for name, rest in dockerfile()
        if name == "COPY" and not rest.startswith("--from")
        for source in rest.split()[:-1]
    ]
    lines = logical_lines((ROOT / ".dockerignore").read_text(encoding="utf-8"))
    sent = {line.removeprefix("!") for line in lines if line.startswith("!")}

    assert set(copied) == sent
    assert all((ROOT / source).exists() for source in copied)
    assert set(PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]) <= sent


def test_the_command_of_the_image_is_an_installed_program() -> None:
    entry = words(last_stage()["ENTRYPOINT"])
    command = words(last_stage()["CMD"])

    alone = run_installed([*entry, "--help"])
    asked = run_installed([*entry, *command, "--help"])

    assert entry[0] in PROJECT["project"]["scripts"]
    assert alone.returncode == 0, alone.stderr
    assert asked.returncode == 0, asked.stderr


def test_the_health_check_of_the_image_is_a_command_of_the_program() -> None:
    health = words(last_stage()["HEALTHCHECK"].partition("CMD ")[2])

    answer = run_installed([*health, "--help"])

    assert answer.returncode == 0, answer.stderr


def test_the_version_is_the_same_everywhere() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")

    newest = re.search(r"^## \[?(\d+\.\d+\.\d+)", changelog, re.MULTILINE)

    assert newest
    assert newest[1] == PROJECT["project"]["version"]
    assert version("rulewire") == PROJECT["project"]["version"]


def test_make_lists_its_targets() -> None:
    make = shutil.which("make")
    assert make

    answer = subprocess.run([make, "-s"], cwd=ROOT, capture_output=True, text=True, check=True)

    listed = set(re.findall(r"^  make (\w+)", answer.stdout, re.MULTILINE))
    assert {"run", "test", "check", "e2e", "bench", "demo"} <= listed


def test_the_readme_names_the_test_command_that_ci_runs() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8")

    assert re.search(r"^\s*(\$ )?make test\b", readme, re.MULTILINE)
    assert re.search(r"^step make test$", ci, re.MULTILINE)


def test_the_architecture_page_names_files_that_exist() -> None:
    page = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")

    named = re.findall(r"`((?:bot|feeds|storage|tests)/[\w/.]*)`", page)

    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_decisions_are_numbered_dated_and_short() -> None:
    decisions = sorted((ROOT / "docs" / "decisions").glob("*.md"))

    assert [int(path.name[:4]) for path in decisions] == list(range(1, len(decisions) + 1))
    for path in decisions:
        lines = path.read_text(encoding="utf-8").splitlines()
        assert lines[0].startswith(f"# {path.name[:4]} · ")
        assert re.fullmatch(r"Date: \d{4}-\d\d-\d\d · Status: .+", lines[2])
        assert len(lines) <= 40


@pytest.mark.parametrize(
    ("started", "unneeded"),
    [
        ("bot.cli", ("aiohttp", "cryptography", "playwright", "slack_bolt", "sqlite_utils")),
        ("bot.run, bot.slack.connection", ("cryptography", "icalendar", "playwright", "rich")),
    ],
    ids=["rulewire --help", "Socket Mode"],
)
def test_a_start_loads_nothing_that_it_does_not_need(
    started: str, unneeded: tuple[str, ...]
) -> None:
    asked = f"import {started}, sys; print(*(set(sys.modules) & {set(unneeded)!r}))"
    command = [sys.executable, "-c", asked]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout.split() == []
