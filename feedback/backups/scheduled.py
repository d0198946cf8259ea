"""The backup that the worker makes: into the folder, under the name of its moment, old ones go."""

import asyncio
import logging
from threading import Event

from feedback.backups.folder import made_folder, prune
from feedback.backups.make import Made, make_backup
from feedback.settings import Settings

log = logging.getLogger(__name__)


async def back_up(settings: Settings) -> Made:
    """Make one, then delete those beyond the number that is kept. Raises as `make_backup` does.

    Apart from the loop, which answers meanwhile. A worker that ends stops it: nothing is left.
    """
    stop = Event()
    making = asyncio.to_thread(make_backup, settings, made_folder(settings), stop=stop.is_set)
    try:
        made = await making
    except asyncio.CancelledError:
        stop.set()
        raise
    gone = await asyncio.to_thread(prune, settings, made.facts.secret)
    log.info("backed up in %.1f s: %s; deleted: %d", made.seconds, made.path.name, len(gone))
    return made
