"""Tables of initiatives."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    false,
)
from sqlalchemy.types import JSON

from signer.database import METADATA


def of_initiative(*, primary_key: bool = False) -> Column[int]:
    """Return the column that says of which initiative a row is; the row goes with it."""
    return Column(
        "initiative_id", ForeignKey("initiative.id", ondelete="CASCADE"), primary_key=primary_key, nullable=False
    )


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
    Column("pause_reason", Text, nullable=False, server_default=""),
    Column("start_notified_on", Date),
    Column("forecast_published", Boolean, nullable=False, server_default=false()),
)

initiative_text = Table(
    "initiative_text",
    METADATA,
    of_initiative(primary_key=True),
    Column("language", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("objectives", Text, nullable=False),
    Column("website", Text, nullable=False),
    Column("partial_registration", Text, nullable=False),
)

collection_key = Table(
    "collection_key",
    METADATA,
    of_initiative(primary_key=True),
    Column("public_key", LargeBinary, nullable=False),
    Column("installed_on", Date, nullable=False),
    UniqueConstraint("public_key"),
)
"""The public key that an initiative's statements are sealed to; used only if the settings name its fingerprint."""

fence = Table(
    "fence",
    METADATA,
    of_initiative(primary_key=True),
    Column("until", Date, nullable=False),
    sqlite_with_rowid=False,
)
"""The last day of which no further statement is taken, whatever was on its way; it only moves forward.

The signing path reads it in its own SQL. What lies behind it is complete: it can be settled, counted and frozen.
"""

text_version = Table(
    "text_version",
    METADATA,
    Column("id", Integer, primary_key=True),
    of_initiative(),
    Column("language", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("objectives", Text, nullable=False),
    Column("website", Text, nullable=False),
    Column("partial_registration", Text, nullable=False),
    Column("written_on", Date, nullable=False),
    Column("actor", Text, nullable=False),
    Index("text_version_initiative_id_index", "initiative_id"),
)
"""Every version of a text that was ever kept, in order of `id`: the newest of a language is the one that is shown."""

campaign_event = Table(
    "campaign_event",
    METADATA,
    Column("id", Integer, primary_key=True),
    of_initiative(),
    Column("happened_on", Date, nullable=False),
    Column("label", Text, nullable=False),
    Index("campaign_event_initiative_id_index", "initiative_id"),
)
"""What organisers mark in the timeline."""

partner = Table(
    "partner",
    METADATA,
    of_initiative(primary_key=True),
    Column("code", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("listed_on", Date, nullable=False),
)
"""Who passes the initiative's address on, and the word that its links end with; at most thirty."""

sponsor = Table(
    "sponsor",
    METADATA,
    Column("id", Integer, primary_key=True),
    of_initiative(),
    Column("name", Text, nullable=False),
    Column("cents", BigInteger, nullable=False),
    Column("given_on", Date, nullable=False),
    Column("recorded_on", Date, nullable=False),
    Column("removed_on", Date),
    Index("sponsor_initiative_id_index", "initiative_id"),
)
"""Support and funding above EUR 500 (Regulation (EU) 2019/788, Article 17(1)); what was removed stays, unpublished."""

report = Table(
    "report",
    METADATA,
    Column("id", Integer, primary_key=True),
    of_initiative(),
    Column("sent_on", Date, nullable=False),
    Column("statements", BigInteger, nullable=False),
    Column("actor", Text, nullable=False),
    Index("report_initiative_id_index", "initiative_id"),
)
"""The reports of numbers to the Commission, every two months, as the organisers say that they sent them."""
