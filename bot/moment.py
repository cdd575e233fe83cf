"""A time as the shell takes it."""

from __future__ import annotations

from datetime import datetime

import click


class Moment(click.ParamType[datetime]):
    """An ISO 8601 time; one without a zone is Eastern, as the Federal Register's times are."""

    name = "iso"

    def convert(
        self, value: str | datetime, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """An aware time, or a usage error."""
        from feeds.model import EASTERN  # noqa: PLC0415  `--help` does not need it

        try:
            moment = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is not a time such as 2020-06-16T08:45:00-04:00", param, ctx)
        return moment if moment.tzinfo else moment.replace(tzinfo=EASTERN)
