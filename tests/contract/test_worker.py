"""The worker: what a body may do to its process, and that the next one is read all the same."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from feeds.errors import ParseError
from feeds.worker import Limits, Worker
from feeds.worker_messages import MAX_ANSWER, Outcome, framed
from tests.factories import make_feed

FEED = make_feed()
GOOD = (
    b"<rss><channel><title>Wire</title><item><title>T</title><link>/a</link></item></channel></rss>"
)


def heavy(items: int, *, tags: int = 200) -> bytes:
    """A feed that no rule forbids, and that takes long to read."""
    item = b"<item><title>T</title><link>/a</link>" + b"<b>x</b>" * tags + b"</item>"
    return b"<rss><channel>" + item * items + b"</channel></rss>"


async def titles(worker: Worker, body: bytes) -> list[str]:
    items, _, _ = await worker.items(body, feed=FEED, content_type="", url=FEED.url)
    return [item.title for item in items]


async def refusal(worker: Worker, body: bytes = GOOD) -> str:
    with pytest.raises(ParseError) as caught:
        await titles(worker, body)
    assert caught.value.feed == FEED.name
    return caught.value.reason


def says(code: str) -> list[str]:
    """A worker that takes its work, and then does something else."""
    take = "out, taken = sys.stdout.buffer, sys.stdin.buffer\ntaken.read(int.from_bytes(taken.read(4)))"
    return [sys.executable, "-c", f"import sys, os\n{take}\n{code}"]


async def test_a_body_is_read_in_another_process(worker: Worker) -> None:
    read = await worker.items(GOOD, feed=FEED, content_type="text/xml", url=FEED.url)
    title = await worker.title(GOOD, feed=FEED, content_type="text/xml")

    assert [item.title for item in read[0]] == ["T"]
    assert len(read[1]) == 1
    assert title == "Wire"
    assert worker.pid not in {None, os.getpid()}


async def test_what_is_known_is_left_out(worker: Worker) -> None:
    _, known, _ = await worker.items(GOOD, feed=FEED, content_type="", url=FEED.url)

    again = await worker.items(GOOD, feed=FEED, content_type="", url=FEED.url, known=known)

    assert again == ((), known, ())


async def test_a_body_that_is_no_feed_says_so_and_costs_no_process(worker: Worker) -> None:
    reason = await refusal(worker, b"<html></html>")
    first = worker.pid

    assert reason == "a web page, not a feed"
    assert await titles(worker, GOOD) == ["T"]
    assert worker.pid == first


async def test_a_body_that_takes_too_long_is_a_parse_error_and_the_next_is_read() -> None:
    async with Worker(limits=Limits(cpu_seconds=1)) as worker:
        reason = await refusal(worker, heavy(2_000, tags=600))
        read = await titles(worker, GOOD)

    assert reason == "takes more than 1 seconds of CPU time to parse"
    assert read == ["T"]


async def test_time_is_allowed_to_each_body_anew() -> None:
    async with Worker(limits=Limits(cpu_seconds=1)) as worker:
        await titles(worker, GOOD)
        first = worker.pid
        for _ in range(8):  # together more than a second, and far less than that each
            await titles(worker, heavy(150))

        assert worker.pid == first


async def test_a_body_that_takes_too_much_memory_is_a_parse_error_and_the_next_is_read() -> None:
    async with Worker(limits=Limits(memory_bytes=200_000_000)) as worker:
        reason = await refusal(worker, GOOD.replace(b"T", b"T" * 60_000_000))
        read = await titles(worker, GOOD)

    assert reason == "needs more memory than a feed may take"
    assert read == ["T"]


async def test_a_worker_that_has_grown_is_given_up_for_a_fresh_one(worker: Worker) -> None:
    await titles(worker, GOOD)
    small = worker.pid

    await titles(worker, GOOD.replace(b"<title>T", b"<title>" + b"T" * 9_000_000))
    grown = worker.pid
    await titles(worker, GOOD)

    assert small is not None
    assert grown is None
    assert worker.pid is not None


async def test_a_worker_that_does_nothing_is_ended() -> None:
    async with Worker(limits=Limits(wall_seconds=0.2), command=says("sys.stdin.read()")) as worker:
        reason = await refusal(worker)

        assert reason == "takes longer than 0.2 seconds to parse"
        assert worker.pid is None


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("sys.exit(3)", "no answer, exit code 3"),
        ("os.kill(os.getpid(), 9)", "no answer, exit code -9"),
        ("os.close(0); out.write(b'hal'); out.flush(); sys.exit(0)", "no answer, exit code 0"),
        (f"out.write(({MAX_ANSWER} + 1).to_bytes(4)); out.flush()", "bytes, exit code"),
        ("out.write((3).to_bytes(4) + b'abc'); out.flush()", "an answer that is none"),
        ("out.write((1).to_bytes(4) + b'\\x80'); out.flush(); sys.exit(1)", "a parse error"),
        ("sys.stderr.write('x' * 50_000); sys.exit(1)", "no answer, exit code 1"),
    ],
)
async def test_a_worker_that_breaks_off_or_lies_is_a_parse_error(code: str, problem: str) -> None:
    limits = Limits(wall_seconds=20)
    async with Worker(limits=limits, command=says(code)) as worker:
        if problem == "a parse error":  # an empty outcome is one
            assert await titles(worker, GOOD) == []
        else:
            assert problem in await refusal(worker)


#: Far more than a pipe and whoever reads it hold.
TALK = "sys.stderr.write('said to nobody\\n' * 100_000); sys.stderr.flush()"


async def test_a_worker_that_talks_much_answers_all_the_same() -> None:
    answer = framed(Outcome(title="Wire"))
    limits = Limits(wall_seconds=20)
    command = says(f"{TALK}\nout.write({answer!r}); out.flush()")
    async with Worker(limits=limits, command=command) as worker:
        title = await worker.title(GOOD, feed=FEED, content_type="text/xml")

    assert title == "Wire"


async def test_the_last_words_of_a_worker_are_logged_in_whole_lines_without_secrets(
    caplog: pytest.LogCaptureFixture,
) -> None:
    cut = "password=" + "hunter2" * 500  # longer than what is kept: its name is not
    last = "https://a.example/feed?token=hunter3"
    code = f"{TALK}\nsys.stderr.write('{cut}\\nlost {last}\\n'); sys.exit(3)"
    async with Worker(limits=Limits(wall_seconds=20), command=says(code)) as worker:
        await refusal(worker)

    assert "lost https://a.example/feed?token=[secret]" in caplog.text
    assert "hunter" not in caplog.text


async def test_an_answer_of_the_wrong_types_is_none() -> None:
    answer = framed(Outcome(title="x")).replace(b"\xa5title\xa1x", b"\xa5title\x05\xc0")
    assert len(answer) == len(framed(Outcome(title="x")))

    async with Worker(command=says(f"out.write({answer!r}); out.flush()")) as worker:
        assert "an answer that is none" in await refusal(worker)


async def test_a_worker_that_died_at_rest_is_replaced(worker: Worker) -> None:
    await titles(worker, GOOD)
    dead = worker.pid
    assert dead is not None

    os.kill(dead, signal.SIGKILL)
    read = await titles(worker, GOOD)

    assert read == ["T"]
    assert worker.pid != dead


async def test_a_visit_that_is_given_up_leaves_no_answer_for_the_next(worker: Worker) -> None:
    await titles(worker, GOOD)
    visit = asyncio.create_task(titles(worker, heavy(5_000)))
    await asyncio.sleep(0)

    visit.cancel()
    with pytest.raises(asyncio.CancelledError):
        await visit

    assert await titles(worker, GOOD) == ["T"]


async def test_many_at_once_each_get_their_own_answer(worker: Worker) -> None:
    bodies = [GOOD.replace(b">T<", b">T%d<" % number) for number in range(20)]

    read = await asyncio.gather(*(titles(worker, body) for body in bodies))

    assert read == [[f"T{number}"] for number in range(20)]


async def test_a_worker_without_work_ends_and_starts_again() -> None:
    async with Worker(limits=Limits(idle_seconds=0.01)) as worker:
        await titles(worker, GOOD)
        while worker.pid is not None:  # noqa: ASYNC110  it ends by itself, and tells nobody
            await asyncio.sleep(0)

        assert await titles(worker, GOOD) == ["T"]


async def test_a_closed_worker_leaves_no_process() -> None:
    async with Worker() as worker:
        await titles(worker, GOOD)
        pid = worker.pid
    assert pid is not None

    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


SPY = "open(sys.argv[1], 'w').write(repr(dict(os.environ)))"


async def test_a_worker_knows_no_secret_of_the_bot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-hunter2")
    seen = tmp_path / "environment"

    async with Worker(command=[*says(SPY), str(seen)]) as worker:
        await refusal(worker)

    assert "hunter2" not in seen.read_text(encoding="utf-8")
    assert "PYTHONPATH" in seen.read_text(encoding="utf-8")


DENIED = {
    "a process": "import subprocess; subprocess.run(['true'])",
    "a file": "import os; os.write(os.open('{file}', os.O_CREAT | os.O_WRONLY), b'x')",
    "memory": "bytearray(1 << 30)",
}


@pytest.mark.skipif(os.getuid() == 0, reason="no limit on processes binds root")
def test_a_worker_can_start_no_process() -> None:
    assert "BlockingIOError" in bounded(DENIED["a process"])


def test_a_worker_can_write_no_file(tmp_path: Path) -> None:
    assert "File too large" in bounded(DENIED["a file"].format(file=tmp_path / "x"))


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS does not enforce it")
def test_a_worker_can_take_no_endless_memory() -> None:
    assert "MemoryError" in bounded(DENIED["memory"])


def bounded(code: str) -> str:
    """What a process says that does something within a worker's bounds."""
    program = f"from feeds import worker_main\nworker_main._bound(1 << 29)\n{code}"
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    ).stderr


async def test_a_bot_that_is_killed_leaves_no_worker(tmp_path: Path) -> None:
    noted = tmp_path / "pid"
    program = f"""
import asyncio, os, pathlib, signal
from tests.contract.test_worker import GOOD, titles
from feeds.worker import Worker

async def main():
    worker = Worker()
    await titles(worker, GOOD)
    pathlib.Path({str(noted)!r}).write_text(str(worker.pid))
    os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main())
"""
    bot = await asyncio.create_subprocess_exec(sys.executable, "-c", program)
    assert await bot.wait() == -signal.SIGKILL

    pid = int(noted.read_text(encoding="utf-8"))
    while _runs(pid):  # noqa: ASYNC110  a process that is not our child tells us nothing
        await asyncio.sleep(0)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    # Whoever adopts it may be slow to bury it.
    return not (status.exists() and status.read_text(encoding="utf-8").split()[2] == "Z")
