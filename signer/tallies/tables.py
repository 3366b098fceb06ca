"""Tables of counts beside statements received, and of what is reckoned from them. Nothing here leads to a statement."""

from sqlalchemy import BigInteger, Column, Date, Float, Index, Integer, Table, Text
from sqlalchemy.types import JSON

from signer.accounts.columns import Moment
from signer.database import METADATA
from signer.initiatives.tables import of_initiative

attribution = Table(
    "attribution",
    METADATA,
    Column("initiative_id", Integer, primary_key=True),
    Column("code", Text, primary_key=True),
    Column("week", Date, primary_key=True),
    Column("statements", BigInteger, nullable=False),
)
"""Statements that came by a partner's link, by the week (its Monday) of writing, in multiples of ten."""

paper_count = Table(
    "paper_count",
    METADATA,
    Column("id", Integer, primary_key=True),
    of_initiative(),
    Column("member_state", Text, nullable=False),
    Column("received_on", Date, nullable=False),
    Column("statements", BigInteger, nullable=False),
    Column("partner", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("entered_on", Date, nullable=False),
    Column("actor", Text, nullable=False),
    Column("corrects", Integer),
    Index("paper_count_initiative_id_index", "initiative_id"),
)
"""Paper forms as organisers counted them. `corrects`: the entry that this one stands for; that one counts no more."""

invalid_share = Table(
    "invalid_share",
    METADATA,
    of_initiative(primary_key=True),
    Column("member_state", Text, primary_key=True),
    Column("share", Float, nullable=False),
)
"""The share of invalid statements that organisers expect of a Member State, where it is not the scheme's."""

repeat_share = Table(
    "repeat_share",
    METADATA,
    of_initiative(primary_key=True),
    Column("member_state", Text, primary_key=True),
    Column("share", Float, nullable=False),
)
"""The share of repeats among statements received online that organisers expect, likewise."""

forecast = Table(
    "forecast",
    METADATA,
    of_initiative(primary_key=True),
    Column("made_on", Date, nullable=False),
    Column("content", JSON, nullable=False),
)
"""The newest forecast of an initiative, made once a day."""

periodic_run = Table(
    "periodic_run",
    METADATA,
    Column("work", Text, primary_key=True),
    Column("ended_at", Moment, nullable=False),
)
"""When each kind of periodic work last ended. Written at even times, whether or not anybody signs."""
