"""DatabaseError: the database cannot be used."""

from __future__ import annotations


class DatabaseError(Exception):
    """The database cannot be opened, read or written. Nothing of what was asked is kept."""

    def __init__(self, path: str, reason: str, *, passing: bool = False) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason
        #: Waiting helps; otherwise a person must act.
        self.passing = passing
