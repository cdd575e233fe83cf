"""Which addresses may be connected to, and sockets that refuse the others and endless answers."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Any

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
#: Family, kind, protocol, canonical name and socket address, as `getaddrinfo` tells them.
AddressInfo = tuple[int, int, int, str, tuple[Any, ...]]

#: What to trust when private addresses are allowed altogether.
EVERYWHERE: tuple[Network, ...] = (ip_network("0.0.0.0/0"), ip_network("::/0"))

#: Not public, although `ipaddress` (which differs between Python versions) may call them global:
#: IANA special-purpose registries, and two clouds' metadata services in public-looking ranges.
_REFUSED: tuple[Network, ...] = tuple(
    ip_network(network)
    for network in (
        "100.64.0.0/10",  # carrier-grade NAT (RFC 6598); Alibaba's metadata
        "168.63.129.16/32",  # Azure's wire server
        "192.0.0.0/24",  # protocol assignments (RFC 6890); Oracle's metadata
        "192.88.99.0/24",  # 6to4 relays (RFC 7526)
        "2001::/23",  # protocol assignments, Teredo among them (RFC 2928)
        "3fff::/20",  # documentation (RFC 9637)
        "5f00::/16",  # segment routing (RFC 9602)
        "64:ff9b:1::/48",  # a site's own NAT64 (RFC 8215)
        "fec0::/10",  # former site-local (RFC 3879)
    )
)
#: A NAT64 gateway turns the last 32 bits into an IPv4 address (RFC 6052).
_NAT64 = ip_network("64:ff9b::/96")


class RefusedAddressError(OSError):
    """The address is not a public one."""


def is_public(address: Address) -> bool:
    """Whether `address` is a unicast address of the public internet.

    An IPv6 address that carries an IPv4 one (mapped, NAT64, 6to4) is what it carries.
    """
    if isinstance(address, IPv6Address):
        inner = _embedded(address)
        if inner is not None:
            return is_public(inner)
    if any(address in network for network in _REFUSED):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved)


def _embedded(address: IPv6Address) -> IPv4Address | None:
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour


class EndlessAnswerError(OSError):
    """More bytes came than any answer may take."""


class MeteredSocket(socket.socket):
    """A socket on which only so many bytes may come after the last that were sent.

    It sees what no caps on headers and bodies see: interim answers, empty lines, chunk extensions,
    TLS records, one after the other without end.
    """

    def __init__(self, family: int, kind: int, protocol: int, *, most_bytes: int) -> None:
        super().__init__(family, kind, protocol)
        self._most, self._left = most_bytes, most_bytes

    def send(self, *arguments: Any) -> int:
        """As `socket.send`; a question begins, and its answer is counted from here."""
        self._left = self._most
        return super().send(*arguments)

    def recv(self, *arguments: Any) -> bytes:
        """As `socket.recv`; raises EndlessAnswerError as well."""
        came = super().recv(*arguments)
        self._count(len(came))
        return came

    def recv_into(self, *arguments: Any) -> int:
        """As `socket.recv_into`; raises EndlessAnswerError as well."""
        came = super().recv_into(*arguments)
        self._count(came)
        return came

    def _count(self, came: int) -> None:
        self._left -= came
        if self._left < 0:
            raise EndlessAnswerError(f"sent more than {self._most} bytes")


def guarded_sockets(
    trusted: Sequence[Network], *, most_bytes: int
) -> Callable[[AddressInfo], socket.socket]:
    """A socket factory that makes sockets only for public addresses and `trusted` networks.

    It is asked with the very address that is connected next, whether a name resolved to it or it
    stood in the URL, so a name that resolves differently the second time gains nothing.

    Args:
        trusted: Networks to connect to although they are not public.
        most_bytes: Most that may come in answer to one question, everything counted.
    """

    def make(info: AddressInfo) -> socket.socket:
        family, kind, protocol, _, where = info
        address = ip_address(where[0])
        if not is_public(address) and not any(address in network for network in trusted):
            raise RefusedAddressError("the address is not a public one")
        return MeteredSocket(family, kind, protocol, most_bytes=most_bytes)

    return make
