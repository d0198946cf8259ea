"""What an answer counts for, and who may change that.

| state         | a later message of its submission         | a person                |
|---------------|-------------------------------------------|-------------------------|
| `quarantined` | raises it to `unconfirmed` or `counted`   | may exclude it          |
| `unconfirmed` | raises it to `counted`                    | may exclude it          |
| `counted`     | leaves it                                 | may exclude it          |
| `excluded`    | raises what restoring it returns, if that | may restore it: to the  |
|               |                                           | state it had before     |
| `test`        | leaves it                                 | leaves it               |

A message never lowers a state. Test messages and real ones never meet: `test` is part of the
submission's key (see `Answer.key`).
"""

from typing import Literal, NamedTuple

RISING = ("quarantined", "unconfirmed", "counted")
STATES = ("counted", "unconfirmed", "quarantined", "excluded", "test")

Act = Literal["exclude", "restore"]


class Standing(NamedTuple):
    """A state; `excluded_from` is what an excluded answer was, None for all others."""

    state: str
    excluded_from: str | None = None


def after_message(before: Standing, said: str) -> Standing:
    """Where an answer stands when a later message of its submission says `said`.

    >>> after_message(Standing("unconfirmed"), "counted").state
    'counted'
    >>> after_message(Standing("excluded", "quarantined"), "unconfirmed")
    Standing(state='excluded', excluded_from='unconfirmed')
    """
    if before.state == "excluded" and before.excluded_from is not None:
        return Standing("excluded", _higher(before.excluded_from, said))
    return Standing(_higher(before.state, said))


def after_person(before: Standing, act: Act) -> Standing | None:
    """Where it stands when somebody excludes or restores it; None when there is nothing to do.

    >>> after_person(Standing("excluded", "unconfirmed"), "restore").state
    'unconfirmed'
    """
    if act == "exclude" and before.state in RISING:
        return Standing("excluded", before.state)
    if act == "restore" and before.state == "excluded":
        return Standing(before.excluded_from or "counted")
    return None


def _higher(state: str, said: str) -> str:
    if state not in RISING or said not in RISING:
        return state
    return max(state, said, key=RISING.index)
