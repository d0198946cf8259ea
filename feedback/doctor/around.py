"""What is around the data: settings, disk, files, the public address, the clock, the proxy."""

import asyncio
import os
import shutil
import stat
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from http.client import HTTPException, HTTPResponse
from typing import NamedTuple
from urllib.error import HTTPError, URLError
from urllib.request import HTTPRedirectHandler, ProxyHandler, build_opener

from feedback import clock
from feedback.backups import folder
from feedback.doctor.findings import Finding
from feedback.private import BESIDE
from feedback.settings import PREFIX, Settings, known_secret, odd_names

SECONDS = 5.0  # for the public address to answer
APART = timedelta(seconds=5)  # of two clocks; leases bear 20 seconds
ROOM = 256 << 20  # bytes free, beside as many as a copy takes
OURS = "granian"  # what the server calls itself


class Answer(NamedTuple):
    """What the public address said: `server` and `date` from its headers, None where it is silent.
    `why`: in place of an answer."""

    status: int = 0
    server: str = ""
    date: datetime | None = None
    why: str = ""


def settings_set(settings: Settings) -> Iterator[Finding]:
    given = sorted(f"{PREFIX}{name.upper()}" for name in settings.model_fields_set)
    yield Finding("settings", f"set: {', '.join(given) or 'none, all as they come'}")
    for said in odd_names():
        yield Finding("settings", said.rstrip("."), "Mend its name, or unset it.")
    if known_secret(settings) is None:
        said = "there is no secret yet; feedback serve makes one"
        yield Finding("secret", said, "If the database is an old one's, bring its .secret along.")


def disk(settings: Settings, size: int) -> Iterator[Finding]:
    """size: the bytes of the database. A backup and a restore take as many again."""
    places = {"backups": settings.backups_folder}
    if settings.sqlite_file is not None:
        places = {"database": settings.sqlite_file.parent} | places
    seen = set()
    for what, place in places.items():
        there = next(each for each in (place, *place.absolute().parents) if each.exists())
        if (device := there.stat().st_dev) in seen:
            continue
        seen.add(device)
        free = shutil.disk_usage(there).free
        said = f"{free / 1e9:,.1f} GB free for the {what}, {size / 1e6:,.1f} MB taken by the data"
        todo = f"Make room on the disk of {there}." if free < size + ROOM else ""
        yield Finding("disk", said, todo)


def files(settings: Settings) -> Iterator[Finding]:
    """Who may read what holds people's words, and the secret."""
    found = list(folder.names(settings))
    if settings.sqlite_file is not None:
        file = settings.sqlite_file
        found += [file.with_name(file.name + end) for end in BESIDE]
    there = [path for path in found if path.exists()]
    for path in there:
        about = path.stat()
        mode = stat.S_IMODE(about.st_mode)
        if mode & 0o077:
            yield Finding(
                "files", f"{path} can be read by others ({mode:04o})", f"chmod 600 {path}"
            )
        if about.st_uid != os.geteuid():
            said = f"{path} belongs to another user ({about.st_uid})"
            yield Finding("files", said, "Run the server and every command as one user.")
    if all(not path.stat().st_mode & 0o077 for path in there):
        yield Finding("files", f"{len(there)} files are their owner's alone")


async def address(settings: Settings, site_key: str | None) -> Iterable[Finding]:
    """Whether the public address leads to a server of this database, and what is before it."""
    if settings.base_url is None:
        unset = "is not set, so links are made from the address the server is bound to"
        return [Finding("address", unset, "Set FEEDBACK_BASE_URL to what customers will see.")]
    base = settings.base_url
    said = await asyncio.to_thread(
        _ask, f"{base}/w/{site_key}" if site_key else f"{base}/widget.js"
    )
    return [*_reached(base, said, bool(site_key)), *_proxy(settings, said), *_time(base, said)]


def _reached(base: str, said: Answer, is_known: bool) -> Iterator[Finding]:
    if said.why:
        todo = "Start feedback serve, or mend FEEDBACK_BASE_URL, the proxy or the name's entry."
        yield Finding("address", f"{base} does not answer: {said.why}", todo)
    elif said.status == 404 and is_known:
        todo = "Mend FEEDBACK_BASE_URL or FEEDBACK_DATABASE_URL: they are of two servers."
        yield Finding("address", f"{base} answers, and does not know our sites", todo)
    elif said.status != 200:
        todo = "Look at the proxy: it should pass on everything below that address."
        yield Finding("address", f"{base} answers {said.status}", todo)
    else:
        yield Finding("address", f"{base} answers" + (", with our sites" if is_known else ""))


def _proxy(settings: Settings, said: Answer) -> Iterator[Finding]:
    is_https = (settings.base_url or "").startswith("https:")  # which the server does not speak
    is_before = is_https or (not said.why and said.server.lower() != OURS)
    if settings.trusted_proxies:
        yield Finding("proxy", f"{settings.trusted_proxies} may say whom a request is from")
    elif is_before:
        yield Finding(
            "proxy",
            "a proxy is before the server and is not named: all visitors share one limit",
            "Set FEEDBACK_TRUSTED_PROXIES to its address, 127.0.0.1 on the same machine.",
        )
    else:
        yield Finding("proxy", "none is named, and none was seen")


def _time(base: str, said: Answer) -> Iterator[Finding]:
    if said.date is not None:
        yield apart(base, said.date)


def apart(whose: str, theirs: datetime) -> Finding:
    """Whether two clocks agree."""
    by = theirs - clock.now()
    if abs(by) <= APART:
        return Finding("clock", f"agrees with that of {whose}")
    said = (
        f"that of {whose} is {abs(by).total_seconds():.0f} s {'ahead' if by > APART else 'behind'}"
    )
    return Finding("clock", said, "Let both machines keep their time (chrony, systemd-timesyncd).")


class _NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *_given: object, **_named: object) -> None:
        return None


def _ask(url: str) -> Answer:
    opener = build_opener(_NoRedirect, ProxyHandler({}))
    try:
        with opener.open(url, timeout=SECONDS) as reply:
            return _read(reply)
    except HTTPError as reply:
        with reply:
            return _read(reply)
    except (URLError, OSError, HTTPException, ValueError) as error:
        reason = getattr(error, "reason", error)
        return Answer(why=getattr(reason, "strerror", None) or type(reason).__name__)


def _read(reply: "HTTPResponse | HTTPError") -> Answer:
    headers, date = reply.headers, None
    if said := headers.get("Date"):
        try:
            date = parsedate_to_datetime(said)
        except ValueError:
            date = None
    # Of one second, cut off: on the average half of it later.
    late = date + timedelta(seconds=0.5) if date and date.tzinfo else None
    return Answer(reply.status or 0, headers.get("Server", ""), late)
