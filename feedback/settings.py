"""Settings: environment variables with the prefix FEEDBACK_, read once, then frozen."""

import os
import re
import secrets
import sys
from contextlib import suppress
from errno import ENOSPC
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from feedback.environment import check_names
from feedback.errors import FeedbackError
from feedback.postgres import check_query

PREFIX = "FEEDBACK_"
SHORTEST_SECRET = 32
# How the addresses of our own pages begin, and those that are promised.
OWN = (
    *(
        "actions",
        "api",
        "board",
        "comments",
        "compare",
        "d",
        "demo",
        "health",
        "i",
        "journeys",
        "k",
    ),
    *("language", "map", "metrics", "mine", "noise", "priorities", "privacy", "r", "responses"),
    *("s", "settings", "setup", "share", "sign-in", "sign-out", "stages", "static", "surveys"),
    *("touchpoints", "trends", "u", "w", "widget", "widget-after", "words"),
)


def _supported_database(value: str) -> str:
    try:
        url = make_url(value)
    except ArgumentError as error:
        raise ValueError("is not a database address; write sqlite:///./feedback.db") from error
    if url.get_backend_name() not in ("sqlite", "postgresql"):
        raise ValueError("must start with sqlite:/// or postgresql://")
    if url.get_backend_name() == "sqlite" and not url.database:
        raise ValueError("names no file; write sqlite:///./feedback.db")
    if url.get_backend_name() == "postgresql":
        return check_query(url).render_as_string(hide_password=False)
    return value


def _web_address(value: str | None) -> str | None:
    if value is None:
        return None
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ValueError("must be a web address such as https://feedback.example.org")
    path = parts.path.rstrip("/")
    if parts.query or parts.fragment or not re.fullmatch(r"(/(?!\.)[\w.~-]+)*", path, re.ASCII):
        raise ValueError("may have a plain path such as /feedback, and nothing after it")
    if path and path.split("/")[1].split(".")[0] in OWN:
        # Whether a proxy has taken the path off already could not be told from the request.
        raise ValueError(f"cannot lie under {path}: the server has pages there itself")
    return value.rstrip("/")


def _networks(value: str) -> str:
    listed = [text for text in map(str.strip, value.split(",")) if text]
    for text in listed:
        try:
            ip_network(text, strict=False)
        except ValueError as error:
            said = f"{text!r} is no address or network; write 127.0.0.1, 10.0.0.0/8"
            raise ValueError(said) from error
    return ", ".join(listed)


class Settings(BaseSettings):
    """Everything an operator can set; each name is also read from `FEEDBACK_<NAME>_FILE`."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore")

    database_url: Annotated[str, AfterValidator(_supported_database)] = Field(
        default="sqlite:///./feedback.db",
        description="Where the data lives: `sqlite:///./file.db` or `postgresql://user@host/name`.",
    )
    base_url: Annotated[str | None, AfterValidator(_web_address)] = Field(
        default=None,
        description="The public address, used in links and snippets, with the path where the "
        "server lies under one. Default: the bound address.",
    )
    secret_key: str | None = Field(
        default=None,
        min_length=SHORTEST_SECRET,
        description="Key for signatures, at least 32 characters. SQLite: made once, in a file "
        "beside the database that only its owner may read. PostgreSQL: required.",
    )
    trusted_proxies: Annotated[str, AfterValidator(_networks)] = Field(
        default="",
        description="The reverse proxies before the server: addresses and networks with commas, "
        "such as `127.0.0.1, 10.0.0.0/8`. Only they are believed when they say whom a request is "
        "from.",
    )
    public_limit: int = Field(
        default=600,
        ge=0,
        description="How many answers one address may send to one survey in a minute, and how many "
        "displays; 0: as many as come.",
    )
    worker: Literal["inside", "apart"] = Field(
        default="inside",
        description="Who does the work that waits (pictures, computations): `inside` the server "
        "itself, or `apart`, one or more `feedback worker` beside it.",
    )
    backups: Path | None = Field(
        default=None,
        description="The folder of the backups and of the list of erasures, `erasures.ndjson`, "
        "which says what a restored backup must forget again. Default: `backups` beside the SQLite "
        "file, else `./backups`.",
    )
    backup_every: int = Field(
        default=0,
        ge=0,
        le=24 * 31,
        description="The hours from one backup to the next, `24` for one a day; 0: the worker "
        "makes none.",
    )
    backups_kept: int = Field(
        default=7, ge=1, description="How many of them are kept; older ones are deleted."
    )
    log_format: Literal["text", "json"] = Field(
        default="text",
        description="How the log is written: `text`, or `json`, one object a line.",
    )
    metrics_token: str | None = Field(
        default=None,
        min_length=16,
        description="Whoever sends it as `Authorization: Bearer ...` may read `/metrics`, at least "
        "16 characters; without it there is no such page.",
    )
    demo: bool = Field(
        default=False, description="Serve the demo pages (`feedback demo` sets it for its own run)."
    )

    @property
    def url(self) -> URL:
        """The database address with the asynchronous driver filled in."""
        url = make_url(self.database_url)
        driver = "aiosqlite" if url.get_backend_name() == "sqlite" else "asyncpg"
        return url.set(drivername=f"{url.get_backend_name()}+{driver}")

    @property
    def sqlite_file(self) -> Path | None:
        """The database file, or None on PostgreSQL."""
        if self.url.get_backend_name() != "sqlite":
            return None
        return Path(self.url.database or "feedback.db")

    @property
    def backups_folder(self) -> Path:
        """Where backups and the list of erasures are kept; it may not exist yet."""
        if self.backups is not None:
            return self.backups
        return (self.sqlite_file or Path("feedback.db")).with_name("backups")


def load_settings(**given: Any) -> Settings:
    """Settings from the environment, `given` winning. Raises FeedbackError naming the bad one."""
    for said in odd_names():
        if not _is_child():  # once, not again by each process of a server
            print(f"feedback: {said}", file=sys.stderr)
    try:
        return Settings(**_from_files() | given)
    except ValidationError as error:
        first = error.errors()[0]
        name = PREFIX + str(first["loc"][0]).upper()
        reason = str(first["msg"]).removeprefix("Value error, ")
        raise FeedbackError(f"{name}: {reason}", exit_code=1) from error


def odd_names() -> list[str]:
    """A sentence for each variable that has our prefix and is no setting. Raises FeedbackError
    for one that is nearly a setting."""
    names = [f"{PREFIX}{name.upper()}" for name in Settings.model_fields]
    return list(check_names(PREFIX, names, os.environ))


def environment(**more: str) -> dict[str, str]:
    """What a program that we start is given: our own environment, and these."""
    return os.environ | more


def known_secret(settings: Settings) -> bytes | None:
    """The signing key as far as there is one; none is made."""
    if settings.secret_key or settings.sqlite_file is None or secret_file(settings).is_file():
        return secret_key(settings)
    return None


def secret_file(settings: Settings) -> Path:
    """Where the key of a SQLite database is, when no setting says one."""
    file = settings.sqlite_file or Path()
    return file.with_name(file.name + ".secret")


def _is_child() -> bool:
    loaded = sys.modules.get("multiprocessing.process")  # to import it takes a while
    return loaded is not None and loaded.parent_process() is not None


def secret_key(settings: Settings) -> bytes:
    """The signing key; on SQLite made once beside the database, readable by its owner alone."""
    if settings.secret_key:
        return settings.secret_key.encode()
    if settings.sqlite_file is None:
        raise FeedbackError(
            "FEEDBACK_SECRET_KEY is not set. With PostgreSQL give every process the same key "
            "of at least 32 characters.",
            exit_code=1,
        )
    return _read_or_make_secret(secret_file(settings))


def _read_or_make_secret(path: Path) -> bytes:
    try:
        if not path.exists():
            _make_secret(path)
        found = path.read_bytes().strip()
    except OSError as error:
        advice = "Make room on that disk" if error.errno == ENOSPC else "Make the folder writable"
        raise FeedbackError(
            f"Cannot write or read {path}: {error.strerror}. {advice}, or set FEEDBACK_SECRET_KEY.",
            exit_code=1,
        ) from error
    if len(found) < SHORTEST_SECRET:
        raise FeedbackError(
            f"{path} holds no key of {SHORTEST_SECRET} characters. Put back the one that this "
            "database was used with; delete the file only if it was used with none.",
            exit_code=1,
        )
    return found


def _make_secret(path: Path) -> None:
    # Whole or not at all: half a key, where the disk filled up, would be taken for one.
    made = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(32))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):  # of two that start at once, the first one's
            os.link(made, path)
    finally:
        made.unlink()


def _from_files() -> dict[str, str]:
    found = {}
    for name in Settings.model_fields:
        variable = f"{PREFIX}{name.upper()}"
        file = os.environ.get(f"{variable}_FILE")
        if file and os.environ.get(variable):
            raise FeedbackError(
                f"{variable} and {variable}_FILE are both set, and which is meant nobody can tell: "
                "leave one out."
            )
        if file:
            try:
                found[name] = Path(file).read_text().strip()
            except (OSError, ValueError) as error:  # a ValueError is of what is no text
                reason = getattr(error, "strerror", None) or "it is no text in UTF-8"
                raise FeedbackError(
                    f"{variable}_FILE: cannot read {file}: {reason}", exit_code=1
                ) from error
    return found
