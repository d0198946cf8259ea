"""The page on which somebody answered, as it is kept."""

import re

# A value in a path, as a server writes it that keeps sessions there: `/cart;jsessionid=0A1B`.
_PARAMETER = re.compile(r";[^/;=]*=[^/;]*")
# Without any of these there is nothing to cut.
_TELLING = re.compile(r"[?#;@]")


def kept_page(address: str | None) -> str | None:
    """The address without what may name somebody: query, fragment, and a name with its password.

    Every way in keeps this and no more. None stays None, and so does what is empty then.

    >>> kept_page("https://ana:pw@shop.example/cart;jsessionid=0A1B/pay?order=7&mail=ana@x#top")
    'https://shop.example/cart/pay'
    >>> kept_page("Checkout, step 2"), kept_page("app://shop/cart?user=7"), kept_page("?id=7")
    ('Checkout, step 2', 'app://shop/cart', None)
    """
    if address is None:
        return None
    if not _TELLING.search(address):
        return address or None
    path = _PARAMETER.sub("", re.split(r"[?#]", address, maxsplit=1)[0])
    start, mark, rest = path.rpartition("//") if "://" not in path else path.partition("://")
    if mark:
        host, slash, more = rest.partition("/")
        path = start + mark + host.rpartition("@")[2] + slash + more
    return path or None
