"""Whose address a request has: the peer's, or what a trusted proxy says of it."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from ipaddress import ip_address, ip_network
from itertools import islice
from socket import AF_INET, AF_INET6, inet_ntop, inet_pton
from typing import Any

from feedback.settings import Settings

FORWARDED_FOR = b"x-forwarded-for"
FORWARDED = b"forwarded"
# Further back in a chain nobody looks: each entry costs its time.
MOST_HOPS = 32
_MAPPED = bytes(10) + b"\xff\xff"


def address_of(scope: Any, settings: Settings) -> str | None:
    """The address that a request comes from, of IPv6 its network of 64 bits, else None.

    A forwarding header is believed from the proxies of FEEDBACK_TRUSTED_PROXIES alone: the last
    address in it that is none of them. None where nobody can tell: another peer sent such a
    header (a proxy that is not named, or a lie), two headers say different things, or what the
    proxy says is no address. Who limits by address limits those together. Never raises.
    """
    peer, chains = _peer(scope), _chains(scope)
    if peer is None or not chains:
        return _written(peer)
    if not _is_one_of(peer, settings.trusted_proxies):
        return None
    # What a proxy does not write it passes on as the visitor sent it, so none goes before.
    found = {_last_stranger(chain, settings.trusted_proxies) for chain in chains}
    return _written(found.pop()) if len(found) == 1 else None


def unnamed_proxy(scope: Any, settings: Settings) -> str | None:
    """Where a forwarding header came from that is not believed; None where there is none.

    The peer's address if it is one of a private network; a visitor's is kept out: then "".
    """
    peer = _peer(scope)
    if peer is None or not _chains(scope) or _is_one_of(peer, settings.trusted_proxies):
        return None
    address = ip_address(peer)
    return "" if address.is_global else str(address)


def _peer(scope: Any) -> bytes | None:
    return _address(str((scope.get("client") or ("",))[0]))


def _chains(scope: Any) -> list[Iterator[str]]:
    """The nodes that each forwarding header names, the nearest first."""
    headers = scope["headers"]
    found = dict(headers)  # every answer pays for this look
    if FORWARDED_FOR not in found and FORWARDED not in found:
        return []
    return [
        _nodes(name, b",".join(value for each, value in headers if each == name))
        for name in (FORWARDED_FOR, FORWARDED)
        if name in found
    ]


def _nodes(name: bytes, value: bytes) -> Iterator[str]:
    # From the right, where the proxies write: what a visitor quoted further left cannot hide them.
    for entry in reversed(value.decode("latin-1").rsplit(",", MOST_HOPS)):
        yield entry if name == FORWARDED_FOR else _for(entry)


def _for(element: str) -> str:
    """The node of an element of `Forwarded` (RFC 7239): `for="[2001:db8::1]:4711";proto=https`."""
    pairs = (pair.partition("=") for pair in element.split(";"))
    return next((value for name, _, value in pairs if name.strip().lower() == "for"), "")


def _last_stranger(nodes: Iterable[str], proxies: str) -> bytes | None:
    address = None
    for node in islice(nodes, MOST_HOPS):
        address = _address(node)
        if address is None or not _is_one_of(address, proxies):
            return address
    return address  # all are ours: the furthest asks for itself


def _address(node: str) -> bytes | None:
    """The address of a node, with or without a port, brackets and quotes: 4 bytes or 16."""
    text = node.strip(' \t"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        if ":" not in text:
            return inet_pton(AF_INET, text)
        packed = inet_pton(AF_INET6, text.partition("%")[0])
    except (OSError, ValueError):  # the latter of a NUL
        return None
    return packed[12:] if packed.startswith(_MAPPED) else packed


def _written(address: bytes | None) -> str | None:
    if address is None:
        return None
    if len(address) == 4:
        return inet_ntop(AF_INET, address)
    # Whoever has one address of IPv6 has 2^64 of them.
    return inet_ntop(AF_INET6, address[:8] + bytes(8)) + "/64"


def _is_one_of(address: bytes, proxies: str) -> bool:
    number, size = int.from_bytes(address, "big"), len(address)
    for length, mask, network in _networks(proxies):
        if length == size and number & mask == network:
            return True
    return False


@lru_cache(maxsize=8)
def _networks(proxies: str) -> list[tuple[int, int, int]]:
    listed = [ip_network(text, strict=False) for text in proxies.split(", ") if text]
    return [(len(n.network_address.packed), int(n.netmask), int(n.network_address)) for n in listed]
