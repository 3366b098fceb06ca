"""Tables of accounts. No column holds an address of a network, a browser's name or a place."""

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.ext.mutable import MutableList

from signer.accounts.columns import Moment, WordList
from signer.database import METADATA

account = Table(
    "account",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("email", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("password", Text),
    Column("active", Boolean, nullable=False),
    Column("fs_uniquifier", Text, nullable=False, unique=True),
    Column("fs_webauthn_user_handle", Text, unique=True),
    Column("tf_primary_method", Text),
    Column("tf_totp_secret", Text),
    Column("totp_counter", Integer),
    Column("mf_recovery_codes", MutableList.as_mutable(WordList())),
    Column("made_at", Moment, nullable=False),
    Column("last_login_at", Moment),
    Column("current_login_at", Moment),
    Column("login_count", Integer, nullable=False),
)
"""People. The columns that begin with fs, tf and mf are named by Flask-Security, which fills them.

totp_counter: the last half minute whose code was taken, so that none is taken twice.
last_login_at, current_login_at: the log-on before this one, and this one.
"""

account_role = Table(
    "account_role",
    METADATA,
    Column("account_id", ForeignKey("account.id", ondelete="CASCADE"), primary_key=True),
    # A number and no key of the other table: importing a draft anew replaces its row, and people keep their roles.
    Column("initiative", Text, primary_key=True),
    Column("role", Text, primary_key=True),
)
"""Who is what. initiative: registration number; empty for the whole instance."""

account_session = Table(
    "account_session",
    METADATA,
    Column("id_sha256", LargeBinary(32), primary_key=True),
    Column("account_id", ForeignKey("account.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("made_at", Moment, nullable=False),
)
"""Who is logged on: a cookie copied before its owner logged off opens nothing afterwards."""

webauthn_credential = Table(
    "webauthn_credential",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("account_id", ForeignKey("account.id", ondelete="CASCADE"), nullable=False),
    Column("credential_id", LargeBinary, nullable=False, unique=True),
    Column("public_key", LargeBinary, nullable=False),
    Column("sign_count", Integer, nullable=False),
    Column("transports", MutableList.as_mutable(WordList())),
    Column("backup_state", Boolean, nullable=False),
    Column("device_type", Text, nullable=False),
    Column("extensions", Text),
    Column("lastuse_datetime", Moment, nullable=False),
    Column("name", Text, nullable=False),
    Column("usage", Text, nullable=False),
    UniqueConstraint("account_id", "name"),
)
"""Passkeys and security keys, in Flask-Security's columns."""

invitation = Table(
    "invitation",
    METADATA,
    Column("token_sha256", LargeBinary(32), primary_key=True),
    Column("email", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("initiative", Text, nullable=False),
    Column("invited_by", Text, nullable=False),
    Column("expires_at", Moment, nullable=False),
    UniqueConstraint("email", "role", "initiative"),
)
"""Invitations that nobody has accepted yet. invited_by: `account:ID` or `command:NAME`."""
