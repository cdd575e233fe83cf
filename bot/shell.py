"""What every command of the shell starts with: the settings and the clock."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime

from bot import config, log
from bot.config import Settings


def settings(*, verbose: bool = False, prompt: bool = False, http: bool | None = None) -> Settings:
    """The settings, with logs set up: quiet beside alerts on a terminal, silent beside a prompt.

    Args:
        verbose: Show every step all the same.
        prompt: Somebody types where the log would appear; `status` tells what fails.
        http: Whether Slack is answered over HTTP; None when nobody is answered.

    Raises:
        ConfigError: with every problem of the environment.
    """
    loaded = config.load(os.environ, http=http)
    shared = not loaded.slack_connected and sys.stderr.isatty()
    quiet = logging.ERROR if prompt else logging.WARNING
    level = logging.DEBUG if verbose else quiet if shared else logging.INFO
    log.set_up(loaded.log_format, level=level, secrets=loaded.secrets)
    return loaded


def now() -> datetime:
    """The time, UTC."""
    return datetime.now(UTC)


def clock_from(start: datetime | None) -> Callable[[], datetime]:
    """A clock that starts at a past moment and runs on, or the real one."""
    if start is None:
        return now
    begun = now()
    return lambda: start.astimezone(UTC) + (now() - begun)
