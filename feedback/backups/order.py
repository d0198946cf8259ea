"""What is to be restored, and how: said once, read by every step."""

from collections.abc import Callable, Set
from dataclasses import dataclass
from pathlib import Path

from feedback.backups.facts import Facts
from feedback.settings import Settings

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Order:
    """now: the moment, as names of files hold it. replace: a database that is not empty is put
    aside. outside: kinds of jobs that somebody outside gets to see. without_erasures: go on where
    their list is missing. say: is told each step."""

    settings: Settings
    path: Path
    facts: Facts
    now: str
    replace: bool
    outside: Set[str]
    without_erasures: bool
    say: Say

    @property
    def lists(self) -> list[Path]:
        """The folders that may hold the list of erasures: ours, and that of the backup."""
        return list(dict.fromkeys((self.settings.backups_folder, self.path.parent)))
