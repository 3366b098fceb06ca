"""Tables of initiatives."""

from sqlalchemy import Column, Date, ForeignKey, Integer, LargeBinary, Table, Text, UniqueConstraint
from sqlalchemy.types import JSON

from signer.database import METADATA

initiative = Table(
    "initiative",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("registration_number", Text, nullable=False, unique=True),
    Column("scheme", Text, nullable=False),
    Column("registered_on", Date, nullable=False),
    Column("collection_start", Date, nullable=False),
    Column("collection_end", Date, nullable=False),
    Column("register_url", Text, nullable=False),
    Column("website", Text, nullable=False),
    Column("original_language", Text, nullable=False),
    Column("organisers", JSON, nullable=False),
    Column("status", Text, nullable=False),
)

initiative_text = Table(
    "initiative_text",
    METADATA,
    Column("initiative_id", ForeignKey("initiative.id", ondelete="CASCADE"), primary_key=True),
    Column("language", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("objectives", Text, nullable=False),
    Column("website", Text, nullable=False),
    Column("partial_registration", Text, nullable=False),
)

collection_key = Table(
    "collection_key",
    METADATA,
    Column("initiative_id", ForeignKey("initiative.id", ondelete="CASCADE"), primary_key=True),
    Column("public_key", LargeBinary, nullable=False),
    Column("installed_on", Date, nullable=False),
    UniqueConstraint("public_key"),
)
"""The public key that an initiative's statements are sealed to; used only if the settings name its fingerprint."""
