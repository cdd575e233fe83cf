"""key=value on a terminal, JSON for machines; secrets are taken out of every line."""

from __future__ import annotations

import json
import logging
import sys
import time
import traceback
from collections.abc import Sequence
from functools import partial
from types import TracebackType

from feeds.secrets import without_secrets


def set_up(log_format: str, *, level: int = logging.INFO, secrets: Sequence[str] = ()) -> None:
    """Log to stderr; stdout belongs to answers. A crash is told there, too, without secrets.

    Args:
        log_format: "text" or "json".
        level: Of our own lines; libraries speak from WARNING on.
        secrets: The settings' own, blanked wherever they stand.
    """
    logging.Formatter.converter = staticmethod(time.gmtime)  # UTC, as every time here
    handler = logging.StreamHandler(sys.stderr)
    formatter = JsonFormatter if log_format == "json" else TextFormatter
    handler.setFormatter(formatter(secrets=secrets))
    sys.excepthook = partial(_crash, secrets)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in ("bot", "feeds", "storage"):
        logging.getLogger(name).setLevel(level)


_TIME = "%Y-%m-%dT%H:%M:%SZ"


class TextFormatter(logging.Formatter):
    """2026-11-22T14:00:00Z INFO bot.poll polled feed=bis status=ok."""

    def __init__(self, *, secrets: Sequence[str] = ()) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s", _TIME)
        self._secrets = secrets

    def format(self, record: logging.LogRecord) -> str:
        """One line (a traceback follows on its own lines), without secrets."""
        return without_secrets(super().format(record), self._secrets)


class JsonFormatter(logging.Formatter):
    """One JSON document a line."""

    def __init__(self, *, secrets: Sequence[str] = ()) -> None:
        super().__init__()
        self._secrets = secrets

    def format(self, record: logging.LogRecord) -> str:
        """Time (UTC), level, logger, event, and the traceback if there is one."""
        line = {
            "time": self.formatTime(record, _TIME),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": without_secrets(record.getMessage(), self._secrets),
        }
        if record.exc_info:
            line["traceback"] = without_secrets(
                self.formatException(record.exc_info), self._secrets
            )
        # ASCII, because some readers of logs end a line at U+2028 and U+0085 as well.
        return json.dumps(line)


def _crash(
    secrets: Sequence[str],
    kind: type[BaseException],
    error: BaseException,
    trace: TracebackType | None,
) -> None:
    told = "".join(traceback.format_exception(kind, error, trace))
    sys.stderr.write(without_secrets(told, secrets))
