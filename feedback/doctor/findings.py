"""One thing that was looked at: well, or what to do."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from feedback.errors import FeedbackError
from feedback.logs import describe

WIDTH = 10  # of the longest name
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Finding:
    """name: what was looked at. said: how it is. todo: what to do; empty where all is well."""

    name: str
    said: str
    todo: str = ""

    @property
    def is_well(self) -> bool:
        return not self.todo


Look = Callable[[], Awaitable[Iterable[Finding]]]


async def look(name: str, look_: Look) -> list[Finding]:
    """What it finds; what keeps it from looking is a finding too."""
    try:
        return list(await look_())
    except FeedbackError as error:
        said, _, todo = error.message.partition(". ")
        return [Finding(name, said.rstrip("."), todo or "Mend that, then look again.")]
    except (OSError, SQLAlchemyError) as error:
        said = f"could not be looked at: {describe(error, with_place=False)}"
        return [Finding(name, said, "Mend that, then look again.")]


def as_line(finding: Finding) -> str:
    """What is wrong with what to do.

    >>> print(as_line(Finding("disk", "12 GB free")))
    ok     disk        12 GB free.
    >>> print(as_line(Finding("file", "is damaged", "Restore.")))
    WRONG  file        is damaged. Restore.
    """
    mark = "ok   " if finding.is_well else "WRONG"
    todo = f" {finding.todo}" if finding.todo else ""
    return f"{mark}  {finding.name:<{WIDTH}}  {finding.said}.{todo}"


def as_rows(findings: Iterable[Finding]) -> list[Row]:
    """For JSON: `name`, `ok`, `said`, `todo`."""
    return [{"ok": each.is_well} | asdict(each) for each in findings]
