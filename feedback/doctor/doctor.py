"""All that a server needs, looked at once: settings, database, worker, backups, address."""

from collections.abc import AsyncIterator, Callable, Iterable
from functools import partial

from feedback.db import Database
from feedback.doctor import around, inside
from feedback.doctor.findings import Finding, Look, look
from feedback.settings import Settings


async def examine(settings: Settings) -> AsyncIterator[Finding]:
    """Each finding as soon as it is known. Changes nothing; the server may run or not."""
    looks: dict[str, Look] = {
        "settings": partial(_at_once, around.settings_set, settings),
        "files": partial(_at_once, around.files, settings),
        "schema": partial(inside.schema, settings),
    }
    found = None
    for name, each in looks.items():
        for found in await look(name, each):
            yield found
    database = Database(settings.url) if found and found.is_well else None  # the schema is last
    looks = {
        "disk": partial(_disk, settings),
        "backup": partial(_at_once, inside.backups, settings),
        "address": partial(_address, settings, database),
    }
    if database is not None:
        looks = {
            "database": partial(inside.database_settings, settings),
            "worker": partial(inside.worker, database),
            "erasures": partial(inside.erasures, database, settings),
        } | looks
    for name, each in looks.items():
        for found in await look(name, each):
            yield found
    if database is not None:
        await database.close()


async def _address(settings: Settings, database: Database | None) -> Iterable[Finding]:
    return await around.address(settings, await inside.site_key(database) if database else None)


async def _disk(settings: Settings) -> Iterable[Finding]:
    return list(around.disk(settings, await inside.size(settings)))


async def _at_once(
    each: Callable[[Settings], Iterable[Finding]], settings: Settings
) -> list[Finding]:
    return list(each(settings))
