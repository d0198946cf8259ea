"""Whose address a request has: the peer's, or what a trusted proxy says of it."""

from functools import lru_cache
from ipaddress import ip_address, ip_network
from socket import AF_INET, AF_INET6, inet_ntop, inet_pton
from typing import Any, NamedTuple

from feedback.settings import Settings

FORWARDED_FOR = b"x-forwarded-for"
FORWARDED = b"forwarded"
_FORWARDING = frozenset((FORWARDED_FOR, FORWARDED))
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
    proxies = settings.trusted_proxies
    peer, chains = _peer(scope, proxies), _chains(scope)
    if not chains or peer.address is None:
        return peer.written
    if not peer.is_proxy:
        return None
    # What a proxy does not write it passes on as the visitor sent it, so none goes before.
    found = {_last_stranger(name, value, proxies) for name, value in chains}
    return _written(found.pop()) if len(found) == 1 else None


def unnamed_proxy(scope: Any, settings: Settings) -> str | None:
    """Where a forwarding header came from that is not believed; None where there is none.

    The peer's address if it is one of a private network; a visitor's is kept out: then "".
    """
    peer = _peer(scope, settings.trusted_proxies)
    if peer.address is None or not _chains(scope) or peer.is_proxy:
        return None
    address = ip_address(peer.address)
    return "" if address.is_global else str(address)


class _Peer(NamedTuple):
    """Who is connected: an address, packed and written; whether it is a trusted proxy."""

    address: bytes | None
    written: str | None
    is_proxy: bool


def _peer(scope: Any, proxies: str) -> _Peer:
    client = scope.get("client")
    return _known_peer(str(client[0]) if client else "", proxies)


@lru_cache(maxsize=4096)  # every answer pays for this look, and a proxy sends most of them
def _known_peer(node: str, proxies: str) -> _Peer:
    address = _address(node)
    is_proxy = address is not None and _is_one_of(address, proxies)
    return _Peer(address, _written(address), is_proxy)


def _chains(scope: Any) -> list[tuple[bytes, bytes]]:
    """The forwarding headers, each name once with all that is said under it."""
    found = [header for header in scope["headers"] if header[0] in _FORWARDING]
    if len(found) < 2:
        return found
    names = dict.fromkeys(name for name, _ in found)
    return [(name, b",".join(value for each, value in found if each == name)) for name in names]


def _for(element: str) -> str:
    """The node of an element of `Forwarded` (RFC 7239): `for="[2001:db8::1]:4711";proto=https`."""
    pairs = (pair.partition("=") for pair in element.split(";"))
    return next((value for name, _, value in pairs if name.strip().lower() == "for"), "")


def _last_stranger(name: bytes, value: bytes, proxies: str) -> bytes | None:
    # From the right, where the proxies write: what a visitor quoted further left cannot hide them.
    entries = value.decode("latin-1").rsplit(",", MOST_HOPS)[-MOST_HOPS:]
    address = None
    for entry in reversed(entries):
        address = _address(entry if name == FORWARDED_FOR else _for(entry))
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
