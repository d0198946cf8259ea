"""The query of an address: names that are known, each at most once, or a sentence that says why."""

from collections.abc import Iterable, Sequence

from feedback.i18n import gettext as _


class FilterError(ValueError):
    """A value that cannot be read; `name` is its filter, the message is for the reader."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name


class NotOursError(LookupError):
    """A place asked for that this workspace does not have: answered like an unknown address."""

    status_code = 404


def no_such_choice(name: str) -> FilterError:
    said = _("There is no such choice for the filter “%(name)s”.") % {"name": name}
    return FilterError(name, said)


def read_filters(
    query: Iterable[tuple[str, str]], names: Sequence[str], *, untold: Sequence[str] = ()
) -> dict[str, str]:
    """The text of each filter, outer spaces gone. Raises FilterError for a name that is unknown or
    given twice. untold: names that forms of ours send, no filter of the reader's."""
    given: dict[str, str] = {}
    for name, text in query:
        if name not in untold and name not in names:
            said = _("There is no filter %(name)s. The filters are: %(names)s.")
            if not names:
                said = _("There is no filter %(name)s: this page has none.")
            raise FilterError(name, said % {"name": name[:40], "names": ", ".join(names)})
        if name in given:
            raise FilterError(name, _("The filter %(name)s is given twice.") % {"name": name})
        given[name] = text.strip()
    return given
