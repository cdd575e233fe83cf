"""DatabaseError: the file cannot be used."""

from __future__ import annotations


class DatabaseError(Exception):
    """The database file cannot be used; waiting does not help, a person must act."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason
