"""The house rules that can be checked by reading the code: doors, floors, sizes, clock and errors."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FLOORS = ("bot", "feeds", "storage")
SOURCES = sorted(path for floor in FLOORS for path in (ROOT / floor).rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))

#: One door per dependency: the files (or folders, ending in a slash) that may import it.
DOORS = {
    "aiohttp": ("feeds/http.py", "feeds/http_errors.py", "bot/slack/", "bot/app.py", "bot/web.py"),
    "aiolimiter": ("feeds/lanes.py", "bot/pace.py", "bot/web.py", "bot/slack/http.py"),
    "apscheduler": ("bot/schedule.py",),
    "brotli": ("feeds/encodings.py",),
    "cryptography": ("bot/slack/vault.py",),
    "feedparser": ("feeds/news_body.py",),
    "icalendar": ("bot/deadline_calendar.py",),
    "lxml": ("feeds/regulation_xml.py",),
    "prometheus_client": ("bot/metrics.py",),
    "rich": (
        "bot/ask.py",
        "bot/backfill.py",
        "bot/check.py",
        "bot/prompt.py",
        "bot/terminal.py",
        "bot/terminal_answers.py",
        "bot/terminal_floods.py",
        "bot/terminal_law.py",
    ),
    "slack_bolt": ("bot/slack/", "bot/app.py"),
    "slack_sdk": ("bot/slack/", "bot/app.py"),
    "sqlite3": ("storage/",),
    "sqlite_utils": ("storage/", "bot/"),  # in bot/ only to say the type of `db`; see below
}

#: What a bot in Slack holds in memory only once it needs it.
LATE = {"cryptography", "feedparser", "icalendar", "lxml", "rich"}

#: Who may ask what time it is. Everyone else is told, as `now`.
CLOCK_READERS = {"bot/shell.py"}
CLOCKS = {
    "date.today",
    "datetime.now",
    "datetime.today",
    "datetime.utcnow",
    "time.localtime",
    "time.time",
    "time.time_ns",
}

#: Who may read the environment; bot/config.py is handed it.
ENVIRONMENT_READERS = {"bot/cli.py", "bot/shell.py"}

#: Who may write to the terminal.
PRINTERS = {"bot/ask.py", "bot/cli.py", "bot/cli_lists.py", "bot/terminal.py"}

#: Where a bug is caught, logged and survived: the scheduler's jobs, Slack's listeners, and main.
BROAD_CATCHERS = {"bot/schedule.py": 1, "bot/slack/desk.py": 1}

#: A history is read from its end, and never cut.
GROWING = {"storage/migrations.py"}

#: A statement of SQL at the start of a text that is not a docstring.
SQL = re.compile(
    r"\s*(select\s.+\sfrom\s|insert\s+(or\s+\w+\s+)?into\s|update\s+\w+\s+set\s|delete\s+from\s"
    r"|create\s+(unique\s+|virtual\s+)?(table|index|trigger|view)\s|alter\s+table\s|drop\s+\w+\s"
    r"|pragma\s+\w|begin(\s+immediate)?;?$|with\s+\w+.*\sas\s*\()",
    re.IGNORECASE | re.DOTALL,
)


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def imported(path: Path) -> Iterator[tuple[str, int]]:
    """The first name of each module that a file imports, at the top or inside a function."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from ((alias.name.split(".")[0], node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0], node.lineno


def dotted(node: ast.expr) -> str:
    """The last two names of `a.b.c`; one name as it is; empty for anything else."""
    if isinstance(node, ast.Attribute):
        owner = dotted(node.value).rpartition(".")[2]
        return f"{owner}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def calls(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Call):
            yield dotted(node.func), node.lineno


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def annotated(path: Path) -> Iterator[ast.expr]:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.arg | ast.AnnAssign) and node.annotation:
            yield node.annotation
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.returns:
            yield node.returns


def docstrings(path: Path) -> set[int]:
    """The lines on which a text stands that is a statement by itself."""
    return {
        node.value.lineno
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }


def is_broad(handler: ast.ExceptHandler) -> bool:
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    broad = {"Exception", "BaseException"}
    return any(each is None or (isinstance(each, ast.Name) and each.id in broad) for each in caught)


def passes_it_on(handler: ast.ExceptHandler) -> bool:
    """Whether a handler only tidies up: its last statement is a bare `raise`."""
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None


def test_the_import_contracts_hold() -> None:
    lint_imports = Path(sys.executable).with_name("lint-imports")

    answer = subprocess.run(
        [lint_imports, "--no-cache", "--no-logo"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert answer.returncode == 0, answer.stdout + answer.stderr


@pytest.mark.parametrize("dependency", DOORS)
def test_a_dependency_is_imported_only_at_its_door(dependency: str) -> None:
    doors = DOORS[dependency]

    strays = [
        f"{name_of(path)}:{line}"
        for path in SOURCES
        for module, line in imported(path)
        if module == dependency and not name_of(path).startswith(doors)
    ]

    assert not strays, f"{dependency} belongs in {', '.join(doors)}"


def test_a_bot_in_slack_loads_no_library_before_it_needs_it() -> None:
    program = "import sys, bot.run, bot.slack.connection; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )

    loaded = set(done.stdout.split())
    assert "slack_bolt" in loaded
    assert loaded & LATE == set()


def test_the_bot_passes_a_database_on_and_never_speaks_to_it() -> None:
    spoken = []

    for path in (path for path in SOURCES if name_of(path).startswith("bot/")):
        types = {id(node) for each in annotated(path) for node in ast.walk(each)}
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Name) and node.id == "Database" and id(node) not in types:
                spoken.append(f"{name_of(path)}:{node.lineno} makes a Database")
            elif isinstance(node, ast.Attribute | ast.Subscript) and dotted(node.value) == "db":
                spoken.append(f"{name_of(path)}:{node.lineno} reaches into db")

    assert not spoken, "what a database can do is a function in storage/"


def test_sql_is_written_only_in_storage() -> None:
    outside = (path for path in SOURCES if not name_of(path).startswith("storage/"))

    strays = [
        f"{name_of(path)}:{node.lineno}"
        for path in outside
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node.lineno not in docstrings(path)
        and SQL.match(node.value)
    ]

    assert not strays


def test_the_clock_is_read_in_named_places_only() -> None:
    readers = [
        f"{name_of(path)}:{line} {call}()"
        for path in SOURCES
        if name_of(path) not in CLOCK_READERS
        for call, line in calls(path)
        if call in CLOCKS
    ]

    assert not readers, "take `now` as an argument"


def test_the_environment_is_read_in_one_place() -> None:
    readers = [
        f"{name_of(path)}:{node.lineno}"
        for path in SOURCES
        if name_of(path) not in ENVIRONMENT_READERS
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Attribute) and dotted(node) in {"os.environ", "os.getenv"}
    ]

    assert not readers, "bot/config.py makes settings of it, with every problem at once"


def test_only_the_terminal_is_printed_to() -> None:
    printing = [
        f"{name_of(path)}:{line}"
        for path in SOURCES
        if name_of(path) not in PRINTERS
        for call, line in calls(path)
        if call == "print"
    ]

    assert not printing


def test_a_bug_is_survived_in_three_places_and_loud_elsewhere() -> None:
    caught: dict[str, int] = {}

    for path in SOURCES:
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.ExceptHandler) and is_broad(node) and not passes_it_on(node):
                caught[name_of(path)] = caught.get(name_of(path), 0) + 1

    too_many = {
        name: count for name, count in caught.items() if count > BROAD_CATCHERS.get(name, 0)
    }
    assert not too_many


@pytest.mark.parametrize("path", SOURCES + TESTS, ids=name_of)
def test_a_file_begins_by_saying_what_it_is(path: Path) -> None:
    first = path.read_text(encoding="utf-8").partition("\n")[0]

    assert re.fullmatch(r'"""\S.*[.?!](""")?', first), "line 1 is one sentence in a docstring"


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_a_file_is_read_in_one_go(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())

    long = {
        each.name: length
        for each in functions(path)
        if (length := (each.end_lineno or each.lineno) - each.lineno + 1) > 60
    }

    if name_of(path) not in GROWING:
        assert lines <= 250, "cut it where it says two things"
    assert not long, "a function of more than 60 lines does more than one thing"
