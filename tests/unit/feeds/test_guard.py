"""Which addresses may be connected to."""

from __future__ import annotations

import socket
from ipaddress import ip_address, ip_network

import pytest

from feeds.guard import EVERYWHERE, RefusedAddressError, guarded_sockets, is_public


@pytest.mark.parametrize(
    "address",
    [
        "8.8.8.8",
        "23.45.67.89",
        "2606:4700::1111",
        "::ffff:8.8.8.8",
        "64:ff9b::808:808",
        "2002:808:808::1",
    ],
)
def test_an_address_of_the_public_internet_is_public(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",
        "10.0.0.1",
        "100.64.0.1",
        "100.100.100.200",
        "127.0.0.1",
        "168.63.129.16",
        "169.254.169.254",
        "172.16.0.1",
        "192.0.0.192",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::7f00:1",
        "::ffff:127.0.0.1",
        "::ffff:0:127.0.0.1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "3fff::1",
        "5f00::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "ff02::1",
    ],
)
def test_every_other_address_is_not(address: str) -> None:
    assert not is_public(ip_address(address))


def test_a_socket_is_made_only_for_what_is_public_or_trusted() -> None:
    make = guarded_sockets([ip_network("10.0.0.0/8")], most_bytes=1)

    with make((socket.AF_INET, socket.SOCK_STREAM, 0, "", ("10.1.2.3", 80))) as made:
        assert made.family is socket.AF_INET
    with pytest.raises(RefusedAddressError):
        make((socket.AF_INET, socket.SOCK_STREAM, 0, "", ("192.168.1.1", 80)))


@pytest.mark.parametrize("address", ["127.0.0.1", "169.254.169.254"])
def test_everywhere_is_everywhere(address: str) -> None:
    with guarded_sockets(EVERYWHERE, most_bytes=1)(
        (socket.AF_INET, socket.SOCK_STREAM, 0, "", (address, 80))
    ):
        pass
