"""Whose address a request has: the peer's, or what a trusted proxy says of it."""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

from feedback.settings import Settings

Address = IPv4Address | IPv6Address

FORWARDED_FOR = b"x-forwarded-for"
FORWARDED = b"forwarded"
# A longer chain of proxies is nobody's; without an end each entry would cost its time.
MOST_HOPS = 32


def address_of(scope: Any, settings: Settings) -> str | None:
    """The address that a request comes from, of IPv6 its network of 64 bits, else None.

    A forwarding header is believed from the proxies of FEEDBACK_TRUSTED_PROXIES alone: the last
    address in it that is none of them. None where nobody can tell: another peer sent such a
    header (a proxy that is not named, or a lie), two headers say different things, or what the
    proxy says is no address. Who limits by address limits those together. Never raises.
    """
    chains = _chains(scope)
    peer = _peer(scope)
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
    return "" if peer.is_global else str(peer)


def _peer(scope: Any) -> Address | None:
    return _address(str((scope.get("client") or ("",))[0]))


def _chains(scope: Any) -> list[list[str]]:
    """The nodes that each forwarding header names, the nearest first."""
    given: dict[bytes, list[bytes]] = {}
    for name, value in scope["headers"]:
        if name in (FORWARDED_FOR, FORWARDED):
            given.setdefault(name, []).append(value)
    return [list(_nodes(name, b",".join(values))) for name, values in given.items()]


def _nodes(name: bytes, value: bytes) -> Iterator[str]:
    # From the right, where the proxies write: what a visitor quoted further left cannot hide them.
    for entry in reversed(value.decode("latin-1").rsplit(",", MOST_HOPS)):
        yield entry if name == FORWARDED_FOR else _for(entry)


def _for(element: str) -> str:
    """The node of an element of `Forwarded` (RFC 7239): `for="[2001:db8::1]:4711";proto=https`."""
    pairs = (pair.partition("=") for pair in element.split(";"))
    return next((value for name, _, value in pairs if name.strip().lower() == "for"), "")


def _last_stranger(nodes: Sequence[str], proxies: str) -> Address | None:
    address = None
    for node in nodes[:MOST_HOPS]:
        address = _address(node)
        if address is None or not _is_one_of(address, proxies):
            return address
    return address  # all are ours: the furthest asks for itself


def _address(node: str) -> Address | None:
    """The address of a node, with or without a port, brackets and quotes; else None."""
    text = node.strip(' \t"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _written(address: Address | None) -> str | None:
    # Whoever has one address of IPv6 has 2^64 of them.
    if isinstance(address, IPv6Address):
        return f"{IPv6Address(int(address) >> 64 << 64)}/64"
    return str(address) if address else None


def _is_one_of(address: Address, proxies: str) -> bool:
    return any(address in network for network in _networks(proxies))


@lru_cache(maxsize=8)
def _networks(proxies: str) -> Sequence[Any]:
    return [ip_network(text, strict=False) for text in _listed(proxies)]


def _listed(text: str) -> Iterable[str]:
    return filter(None, map(str.strip, text.split(",")))
