"""How long `rulewire --help` takes, and how much memory an idle `rulewire run` holds.

    python -m tests.benchmarks.startup [--quick]

Nothing is fetched from outside: feeds, the Federal Register and Slack are at a loopback address where
nobody listens, but for the last line, where the bot has read twenty feeds of thirty items first.
"""

from __future__ import annotations

import os
import socket
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from subprocess import DEVNULL, Popen, run
from tempfile import TemporaryDirectory

from tests.benchmarks.feed_server import serving
from tests.benchmarks.measured import machine, options, spread, table

COMMANDS = {
    "python -c pass": ["-c", "pass"],
    "rulewire --help": ["-m", "bot", "--help"],
    "everything imported": ["-c", "import bot.cli, bot.run, bot.terminal, bot.slack.connection"],
}
FEEDS = 20


def seconds(command: list[str]) -> float:
    """Wall time of one cold process."""
    start = time.perf_counter()
    run([sys.executable, *command], stdout=DEVNULL, check=True)
    return time.perf_counter() - start


def nobody() -> str:
    """An address on loopback that refuses connections."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


def feeds_file(folder: Path, base: str) -> Path:
    """One feed of the Register and some of news, all at `base`."""
    feeds = ['[[feed]]\nname = "fr"\nkind = "federal-register"\ntitle = "FR"\nterm = "Huawei"\n']
    feeds += [
        f'[[feed]]\nname = "site-{n}"\nkind = "news"\ntitle = "Site {n}"\nurl = "{base}/feed/{n}"\n'
        for n in range(FEEDS)
    ]
    path = folder / "feeds.toml"
    path.write_text("\n".join(feeds), encoding="utf-8")
    return path


def idle_memory(folder: Path, *, feeds: str, wait: float, slack: bool) -> str:
    """Resident memory of a bot that has had so many seconds, in MB."""
    dead = nobody()
    environment = dict(os.environ) | {
        "RULEWIRE_DATABASE": str(folder / "idle.db"),
        "RULEWIRE_FEEDS": str(feeds_file(folder, feeds)),
        "RULEWIRE_FEDERAL_REGISTER_URL": f"{dead}/api/v1",
        "RULEWIRE_ECFR_URL": dead,
        "RULEWIRE_ALLOW_PRIVATE_ADDRESSES": "1",
    }
    if slack:
        environment |= {
            "SLACK_BOT_TOKEN": "xoxb-benchmark",
            "SLACK_APP_TOKEN": "xapp-benchmark",
            "SLACK_API_URL": f"{dead}/api/",
            "RULEWIRE_CHANNEL": "C1",
        }
    return _after(environment, wait)


def _after(environment: Mapping[str, str], wait: float) -> str:
    command = [sys.executable, "-m", "bot", "run"]
    with Popen(command, env=environment, stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL) as bot:
        try:
            time.sleep(wait)
            assert bot.poll() is None, "the bot ended early"
            status = Path(f"/proc/{bot.pid}/status")
            if not status.exists():
                return "only known on Linux"
            lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
            return f"{int(lines['VmRSS'].split()[0]) / 1024:.0f}"
        finally:
            bot.terminate()


def main() -> None:
    parser = options(__doc__.partition("\n")[0])
    given = parser.parse_args()
    times, wait = (1, 0.5) if given.quick else (15, 10.0)
    for command in COMMANDS.values():
        seconds(command)  # writes the .pyc files
    taken: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(times):
        for name, command in COMMANDS.items():
            taken[name].append(seconds(command) * 1_000)
    rows = [[name, spread(each, ".0f")] for name, each in taken.items()]
    table(f"Start-up ({machine()})", ["command", "ms"], rows)

    held = []
    for name, slack in (("idle, no Slack", False), ("idle, Slack out of reach", True)):
        with TemporaryDirectory() as folder:
            memory = idle_memory(Path(folder), feeds=nobody(), wait=wait, slack=slack)
            held.append([name, memory])
    with TemporaryDirectory() as folder, serving(entries=30, latency=0.0) as base:
        memory = idle_memory(Path(folder), feeds=base, wait=wait, slack=True)
        held.append([f"Slack out of reach, {FEEDS} feeds read", memory])
    table(f"Memory of `rulewire run` after {wait:.0f} s", ["bot", "resident MB"], held)


if __name__ == "__main__":
    main()
