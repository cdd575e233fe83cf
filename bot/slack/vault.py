"""The vault: tokens of workspaces sealed and opened, with keys that can be changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """What Slack gave to one installation."""

    #: Whose they are, so that sealed tokens moved to another row are not taken for its own.
    workspace: str
    bot_token: str = field(repr=False)
    bot_id: str
    bot_user_id: str
    scopes: tuple[str, ...] = ()
    #: Buys the next token; empty when tokens do not expire.
    refresh_token: str = field(default="", repr=False)


class VaultError(Exception):
    """Sealed tokens that no key opens, or that are another workspace's."""

    def __init__(self, workspace: str) -> None:
        super().__init__(
            f"RULEWIRE_KEY does not open the tokens of {workspace}: put the key they were sealed with"
            " behind the new one, or install the app there again"
        )


class Vault:
    """Seals with the first key and opens with each of them.

    Source: https://cryptography.io/en/latest/fernet/ (AES-128-CBC and HMAC-SHA256)
    """

    def __init__(self, keys: Sequence[str]) -> None:
        """Use keys as `rulewire key` makes them, newest first."""
        from cryptography.fernet import Fernet, InvalidToken, MultiFernet  # noqa: PLC0415  most seal nothing

        self._fernet = MultiFernet([Fernet(key) for key in keys])
        self._unopened = InvalidToken

    def seal(self, tokens: Tokens) -> str:
        """As text that tells nothing without a key."""
        return self._fernet.encrypt(msgspec.json.encode(tokens)).decode()

    def open(self, workspace: str, sealed: str) -> Tokens:
        """The tokens of a workspace.

        Raises:
            VaultError: no key opens them, or they are another's.
        """
        try:
            plain = self._fernet.decrypt(sealed.encode())
        except self._unopened as error:
            raise VaultError(workspace) from error
        tokens = msgspec.json.decode(plain, type=Tokens)
        if tokens.workspace != workspace:
            raise VaultError(workspace)
        return tokens


def new_key() -> str:
    """A key that nobody has."""
    from cryptography.fernet import Fernet  # noqa: PLC0415  as above

    return Fernet.generate_key().decode()
