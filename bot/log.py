"""key=value on a terminal, JSON for machines; secrets are taken out of every line."""

from __future__ import annotations

import json
import logging
import re
import sys
import time

#: The shapes of Slack's tokens and of a calendar's address, wherever they turn up.
_SECRETS = {
    re.compile(r"x(?:ox[a-z]|app)-[A-Za-z0-9-]+"): "[token]",
    re.compile(r"(?<=/calendar/)[A-Za-z0-9_-]+"): "[secret]",
}


def set_up(log_format: str, *, level: int = logging.INFO) -> None:
    """Log to stderr; stdout belongs to answers.

    Args:
        log_format: "text" or "json".
        level: Of our own lines; libraries speak from WARNING on.
    """
    logging.Formatter.converter = staticmethod(time.gmtime)  # UTC, as every time here
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if log_format == "json" else TextFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in ("bot", "feeds", "storage"):
        logging.getLogger(name).setLevel(level)


_TIME = "%Y-%m-%dT%H:%M:%SZ"


class TextFormatter(logging.Formatter):
    """2026-11-22T14:00:00Z INFO bot.poll polled feed=bis status=ok."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s", _TIME)

    def format(self, record: logging.LogRecord) -> str:
        """One line (a traceback follows on its own lines), without secrets."""
        return without_secrets(super().format(record))


class JsonFormatter(logging.Formatter):
    """One JSON document a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Time (UTC), level, logger, event, and the traceback if there is one."""
        line = {
            "time": self.formatTime(record, _TIME),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        # ASCII, because some readers of logs end a line at U+2028 and U+0085 as well.
        return without_secrets(json.dumps(line))


def without_secrets(text: str) -> str:
    """The text with every Slack token and every calendar's address blanked."""
    for shape, instead in _SECRETS.items():
        text = shape.sub(instead, text)
    return text
