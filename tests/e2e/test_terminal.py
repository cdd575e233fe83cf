"""Without Slack the terminal is the one channel: alerts are printed there and a prompt answers."""

from __future__ import annotations

import asyncio
import os
import pty
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from signal import SIGINT, SIGTERM, Signals

import pytest

from tests.e2e import documents
from tests.e2e.documents import filed, june_2020
from tests.e2e.rulewire import Rulewire
from tests.e2e.waiting import PATIENCE, until_true
from tests.servers import LoopbackRegister

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize("number", [SIGTERM, SIGINT], ids=lambda number: number.name)
async def test_alerts_are_printed_until_the_bot_is_told_to_stop(
    register: LoopbackRegister, shell: Rulewire, number: Signals
) -> None:
    await shell.start()
    await shell.logged("polled feed=inspection status=ok")
    register.inspection.append(filed())
    await shell.read_now("inspection")
    await until_true(lambda: documents.NUMBER in shell.shown, what="alert on stdout")

    code = await shell.stop(number)

    assert code == 0
    assert "On public inspection" in shell.shown
    assert "Slack is not connected" in shell.log
    assert "Traceback" not in shell.log


async def test_the_prompt_answers_and_quit_stops(
    register: LoopbackRegister, shell: Rulewire
) -> None:
    register.publish(june_2020())
    await shell.command("backfill", "--since", "2020-06-01", "--until", "2020-06-30")
    ours, theirs = pty.openpty()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "run"),
        cwd=shell.folder,
        env={**shell.environment, "TERM": "dumb"},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)

    try:
        with reading(ours) as shown:
            await until_true(lambda: b"rulewire>" in shown, what="prompt")
            os.write(ours, b"85 FR 36719\n")
            await until_true(lambda: b"0694-AI06" in shown, what="rule of that citation")
            os.write(ours, b"quit\n")
            code = await asyncio.wait_for(process.wait(), PATIENCE)
    finally:
        os.close(ours)
        if process.returncode is None:
            process.kill()
            await process.wait()

    assert code == 0
    assert documents.NUMBER in shown.decode()
    assert "Traceback" not in shown.decode()


@contextmanager
def reading(terminal: int) -> Iterator[bytearray]:
    """What is shown on a terminal, as it comes."""
    shown = bytearray()
    loop = asyncio.get_running_loop()

    def read() -> None:
        try:
            shown.extend(os.read(terminal, 65_536))
        except OSError:  # nobody has it open any more
            loop.remove_reader(terminal)

    loop.add_reader(terminal, read)
    try:
        yield shown
    finally:
        loop.remove_reader(terminal)
