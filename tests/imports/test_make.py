"""What a row becomes, in every release: or the same file would be stored twice."""

from datetime import UTC, date, datetime
from uuid import UUID

from feedback.accounts.models import Workspace
from feedback.imports.make import Maker
from feedback.imports.place import Target
from feedback.imports.read import Entry

WORKSPACE = Workspace(
    id=UUID(int=7),
    key="w",
    name="W",
    time_zone="Europe/Paris",
    created_at=datetime(2024, 1, 1, tzinfo=UTC),
)
PLACES = [Target(UUID(int=1), UUID(int=2)), Target(UUID(int=3), UUID(int=4))]
AT = 1_711_920_600_123_456  # 31 March 2024, 23:30 in Paris
TWO: Entry = (AT, "id\0anna", None, '{"plan": "pro"}', [(0, 9, None), (1, 4, "Good")])
ONE: Entry = (AT, "id\0bert", "Bert@x.fr", None, [(0, 10, None)])


def test_it_makes_what_it_always_made() -> None:
    maker = Maker(WORKSPACE, PLACES, b"a-key-that-is-long-enough-for-this")
    made = maker.batch(maker.orders([TWO, ONE]), [TWO, ONE]).columns
    assert [own.hex() for own in made["id"]] == [
        "018e966b543b740eabcd14e3b5c4612b",
        "018e966b543b740eabcdea103db0495c",
        "018e966b543b7697be460f8d382988f4",
    ]
    assert [digest.hex() for digest in made["digest"]] == [
        "3546ae139ad19c8befe9bcc6adb3e109",
        "c868d85d24891593aded1e3919340804",
        "87204073c53d2910d2796520053cc70a",
    ]
    people = [key and key.hex() for key in made["respondent_key"]]
    assert people == [None, None, "c5bde94c95be6fd89b236392c4d507bb"]
    assert list(made["comment"]) == [None, "Good", None]
    assert list(made["month"]) == [date(2024, 3, 1)] * 3
