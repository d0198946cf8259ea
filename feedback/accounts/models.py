"""Workspaces, users, memberships, sessions and the directory of public keys."""

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from feedback.db import Id, Json, UtcDateTime, new_id
from feedback.tenancy import LOCAL, REFERENCE


class Workspace(SQLModel, table=True):
    """One organisation's data. `key` names it on the command line."""

    __table_args__ = (sa.UniqueConstraint("key"), {"info": REFERENCE})

    id: uuid.UUID = Field(default_factory=new_id, primary_key=True, sa_type=Id)
    key: str = Field(max_length=64)
    name: str = Field(max_length=120)
    time_zone: str = Field(max_length=64)
    language: str = Field(default="en", max_length=8)
    created_at: datetime = Field(sa_type=UtcDateTime)


class User(SQLModel, table=True):
    """Somebody who signs in. `password_hash` is None until the set-up link was followed."""

    __table_args__ = (sa.UniqueConstraint("email"), {"info": REFERENCE})

    id: uuid.UUID = Field(default_factory=new_id, primary_key=True, sa_type=Id)
    email: str = Field(max_length=254)
    password_hash: str | None = Field(default=None, max_length=200)
    language: str | None = Field(default=None, max_length=8)
    created_at: datetime = Field(sa_type=UtcDateTime)


class Membership(SQLModel, table=True):
    """What a user may do in a workspace. Placed as reference: it is read by user, at sign-in."""

    __table_args__ = ({"info": REFERENCE},)

    workspace_id: uuid.UUID = Field(foreign_key="workspace.id", primary_key=True, sa_type=Id)
    user_id: uuid.UUID = Field(foreign_key="user.id", primary_key=True, sa_type=Id)
    role: str = Field(max_length=16)


class Session(SQLModel, table=True):
    """A browser that is signed in; only the hash of its cookie is kept."""

    __table_args__ = ({"info": LOCAL},)

    token_hash: bytes = Field(primary_key=True, sa_type=sa.LargeBinary(32))
    user_id: uuid.UUID = Field(sa_type=Id, index=True)
    workspace_id: uuid.UUID = Field(sa_type=Id)
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    user_agent: str = Field(default="", max_length=64)


class SignInTry(SQLModel, table=True):
    """When somebody tried to sign in, in milliseconds; `key` is a hash of a mailbox or an address
    under a key of the day. Past `ends_at` none counts any more."""

    __tablename__ = "sign_in_try"
    __table_args__ = ({"info": LOCAL},)

    key: bytes = Field(primary_key=True, sa_type=sa.LargeBinary(16))
    tries: list[int] = Field(sa_type=Json)
    ends_at: datetime = Field(sa_type=UtcDateTime, index=True)


class SetupLink(SQLModel, table=True):
    """A link printed on the console: sets the first password, or signs in to the demo. One of
    kind `first` becomes `done` with the first owner."""

    __tablename__ = "setup_link"
    __table_args__ = ({"info": LOCAL},)

    token_hash: bytes = Field(primary_key=True, sa_type=sa.LargeBinary(32))
    kind: str = Field(max_length=16)
    user_id: uuid.UUID | None = Field(default=None, sa_type=Id)
    expires_at: datetime = Field(sa_type=UtcDateTime)


class PublicKey(SQLModel, table=True):
    """Which workspace a key in a public address belongs to. `kind` is `site` or `survey`."""

    __tablename__ = "public_key"
    __table_args__ = ({"info": REFERENCE},)

    key: str = Field(primary_key=True, max_length=32)
    workspace_id: uuid.UUID = Field(foreign_key="workspace.id", sa_type=Id, index=True)
    kind: str = Field(max_length=16)
    id: uuid.UUID = Field(sa_type=Id)
