"""The developer's guide names what the widget and the hosted page understand."""

import re
from pathlib import Path

import pytest

from feedback.hosted.form import CHANNELS
from feedback.resources import PACKAGE

SOURCE = sorted((PACKAGE / "widget" / "src").glob("*.js"))
WIDGET = "\n".join(path.read_text() for path in SOURCE)
GUIDE = Path(__file__).parents[2].joinpath("docs", "embed.md").read_text()


@pytest.mark.parametrize("name", sorted(set(re.findall(r'option\("([a-z]+)"', WIDGET))))
def test_it_names_every_attribute(name: str) -> None:
    assert f"`data-feedback-{name}`" in GUIDE


@pytest.mark.parametrize("kind", sorted(set(re.findall(r'(?:emit|count)\("([a-z]+)"\)', WIDGET))))
def test_it_names_every_event(kind: str) -> None:
    assert f"| `{kind}` |" in GUIDE


@pytest.mark.parametrize("named", sorted(set(re.findall(r'named\("([a-z]+)"\)', WIDGET))))
def test_it_names_every_family_of_attributes(named: str) -> None:
    assert f"`data-feedback-{named}-" in GUIDE


def test_it_names_every_channel_of_a_link() -> None:
    assert all(f"`{channel}`" in GUIDE for channel in CHANNELS)


def test_it_states_the_clock() -> None:
    for name in ("ANSWERED_DAYS", "DISMISSED_DAYS"):
        days = re.findall(rf"const {name} = (\d+);", WIDGET)
        assert f"{days[0]} days" in GUIDE
