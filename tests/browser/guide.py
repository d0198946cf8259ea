"""docs/first-response.md as its reader walks it: what is pressed is named in bold in its step, and
what is bold in a step is on a page that the step shows."""

import io
import re
import shlex
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image
from playwright.async_api import FloatRect, Page, expect

from tests.waiting import PATIENCE, until

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs" / "first-response.md").read_text(encoding="utf-8")
PICTURES = ROOT / "docs" / "images"


@dataclass
class Step:
    """One numbered section: its text, and what the walk has seen in it."""

    text: str
    seen: list[str] = field(default_factory=list)

    @property
    def words(self) -> list[str]:
        return [plain(found) for found in re.findall(r"\*\*(.+?)\*\*", self.text, re.DOTALL)]

    @property
    def unseen(self) -> list[str]:
        return [word for word in self.words if not any(word in page for page in self.seen)]

    def code(self, language: str = "") -> list[str]:
        """Its code blocks of this language."""
        blocks = re.finditer(r"^```(\w*)\n(.*?)^```$", self.text, re.DOTALL | re.MULTILINE)
        return [block[2] for block in blocks if block[1] == language]


def plain(text: str) -> str:
    return " ".join(text.split())


def steps() -> list[Step]:
    """The numbered sections, in order; the first one is at 1."""
    sections = re.split(r"^## (?=\d+\. )|^## .*?\n", GUIDE, flags=re.MULTILINE)
    numbered = [each for each in sections if re.match(r"\d+\. ", each)]
    assert [int(each.split(".")[0]) for each in numbered] == list(range(1, len(numbered) + 1))
    return [Step(""), *map(Step, numbered)]


@contextmanager
def served_folder(folder: Path, command: str, port: int) -> Iterator[None]:
    """The guide's own web server, on another port, until the `with` ends."""
    words = [sys.executable, *shlex.split(command)[1:-1], str(port)]
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(words, cwd=folder, stdout=quiet, stderr=quiet)
    try:
        yield
    finally:
        process.terminate()
        process.wait(PATIENCE)


async def answers(port: int) -> None:
    """Return once something listens there."""

    def listens() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    await until(listens)


class Reader:
    """Somebody who does what one step says."""

    def __init__(self, page: Page, step: Step, *, draws: bool) -> None:
        self.page = page
        self.step = step
        self._draws = draws

    async def press(self, name: str, *, beside: str = "", leads_to: str = "") -> None:
        """Press the link or button of this name, and look at the page it leads to."""
        assert name in self.step.words and (not beside or beside in self.step.words)
        await self.look()
        label = re.compile(rf"^{name}: {beside}$" if beside else rf"^{name}$")
        links = self.page.get_by_role("link", name=label)
        await links.or_(self.page.get_by_role("button", name=label)).first.click()
        if leads_to:
            heading = self.page.get_by_role("heading", level=1, name=leads_to)
            await expect(heading).to_be_visible()
        await self.page.wait_for_load_state()
        await self.look()

    async def write(self, label: str, text: str) -> None:
        assert label in self.step.words
        await self.page.get_by_label(label).fill(text)

    async def look(self) -> None:
        self.step.seen.append(plain(await self.page.locator("body").aria_snapshot()))

    async def picture(self, name: str, *, at: tuple[int, int, int, int]) -> None:
        """A part of the window (left, top, width, height), for the guide that has to show it."""
        assert f"(images/{name})" in self.step.text
        if self._draws:
            clip = FloatRect(x=at[0], y=at[1], width=at[2], height=at[3])
            shot = await self.page.screenshot(clip=clip, animations="disabled")
            small = (
                Image.open(io.BytesIO(shot))
                .convert("RGB")
                .quantize(256, Image.Quantize.MAXCOVERAGE)
            )
            small.save(PICTURES / name, optimize=True)
