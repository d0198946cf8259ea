"""All that a server needs, looked at once: settings, database, worker, backups, address."""

from collections.abc import AsyncIterator, Callable, Iterable
from functools import partial

from feedback.db import Database
from feedback.doctor import around, inside
from feedback.doctor.findings import Finding, look
from feedback.settings import Settings


async def examine(settings: Settings) -> AsyncIterator[Finding]:
    """Each finding as soon as it is known. Changes nothing; the server may run or not."""
    for name, each in (("settings", around.settings_set), ("files", around.files)):
        for found in await look(name, partial(_at_once, each, settings)):
            yield found
    has_schema = True
    for found in await look("schema", partial(inside.schema, settings)):
        has_schema &= found.is_well
        yield found
    site_key = None
    if has_schema:
        for found in await look("database", partial(inside.database_settings, settings)):
            yield found
        database = Database(settings.url)
        try:
            forgotten = await look("erasures", partial(inside.erasures, database, settings))
            for found in [*await look("worker", partial(inside.worker, database)), *forgotten]:
                yield found
            site_key = await inside.site_key(database)
        finally:
            await database.close()
    for found in await look("disk", partial(_disk, settings)):
        yield found
    for found in await look("backup", partial(_at_once, inside.backups, settings)):
        yield found
    for found in await look("address", partial(around.address, settings, site_key)):
        yield found


async def _disk(settings: Settings) -> Iterable[Finding]:
    return list(around.disk(settings, await inside.size(settings)))


async def _at_once(
    each: Callable[[Settings], Iterable[Finding]], settings: Settings
) -> list[Finding]:
    return list(each(settings))
