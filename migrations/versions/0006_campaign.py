"""Keep what organisers enter and what is reckoned from counts: paper, partners, sponsors, texts, estimates, forecasts.

Adds tables, and three columns with a default: no rewrite, the running release ignores them. Undo by dropping them,
which loses what organisers have entered. Texts that are there become the first version of their history.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def of_initiative(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("initiative_id", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(
            ["initiative_id"], ["initiative.id"], name=f"{table}_initiative_id_fkey", ondelete="CASCADE"
        ),
    )


def numbered(table: str, *columns: sa.schema.SchemaItem) -> None:
    op.create_table(
        table,
        sa.Column("id", sa.Integer, nullable=False),
        *of_initiative(table),
        *columns,
        sa.PrimaryKeyConstraint("id", name=f"{table}_pkey"),
    )
    op.create_index(f"{table}_initiative_id_index", table, ["initiative_id"])


def upgrade() -> None:
    op.add_column("initiative", sa.Column("pause_reason", sa.Text, nullable=False, server_default=""))
    op.add_column("initiative", sa.Column("start_notified_on", sa.Date))
    op.add_column("initiative", sa.Column("forecast_published", sa.Boolean, nullable=False, server_default=sa.false()))
    numbered(
        "text_version",
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("objectives", sa.Text, nullable=False),
        sa.Column("website", sa.Text, nullable=False),
        sa.Column("partial_registration", sa.Text, nullable=False),
        sa.Column("written_on", sa.Date, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
    )
    numbered(
        "campaign_event",
        sa.Column("happened_on", sa.Date, nullable=False),
        sa.Column("label", sa.Text, nullable=False),
    )
    op.create_table(
        "partner",
        *of_initiative("partner"),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("listed_on", sa.Date, nullable=False),
        sa.PrimaryKeyConstraint("initiative_id", "code", name="partner_pkey"),
    )
    numbered(
        "sponsor",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("cents", sa.BigInteger, nullable=False),
        sa.Column("given_on", sa.Date, nullable=False),
        sa.Column("recorded_on", sa.Date, nullable=False),
        sa.Column("removed_on", sa.Date),
    )
    numbered(
        "report",
        sa.Column("sent_on", sa.Date, nullable=False),
        sa.Column("statements", sa.BigInteger, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
    )
    op.create_table(
        "person_sketch",
        sa.Column("initiative_id", sa.Integer, nullable=False),
        sa.Column("member_state", sa.Text, nullable=False),
        sa.Column("bits", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("initiative_id", "member_state", name="person_sketch_pkey"),
    )
    op.create_table(
        "person_estimate",
        sa.Column("initiative_id", sa.Integer, nullable=False),
        sa.Column("member_state", sa.Text, nullable=False),
        sa.Column("made_on", sa.Date, nullable=False),
        sa.Column("persons", sa.BigInteger, nullable=False),
        sa.Column("step", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("initiative_id", "member_state", "made_on", name="person_estimate_pkey"),
    )
    op.create_table(
        "attribution",
        sa.Column("initiative_id", sa.Integer, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("week", sa.Date, nullable=False),
        sa.Column("statements", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("initiative_id", "code", "week", name="attribution_pkey"),
    )
    numbered(
        "paper_count",
        sa.Column("member_state", sa.Text, nullable=False),
        sa.Column("received_on", sa.Date, nullable=False),
        sa.Column("statements", sa.BigInteger, nullable=False),
        sa.Column("partner", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("entered_on", sa.Date, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("corrects", sa.Integer),
    )
    op.create_table(
        "invalid_share",
        *of_initiative("invalid_share"),
        sa.Column("member_state", sa.Text, nullable=False),
        sa.Column("share", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("initiative_id", "member_state", name="invalid_share_pkey"),
    )
    op.create_table(
        "forecast",
        *of_initiative("forecast"),
        sa.Column("made_on", sa.Date, nullable=False),
        sa.Column("content", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("initiative_id", name="forecast_pkey"),
    )
    op.execute(
        "INSERT INTO text_version (initiative_id, language, title, objectives, website, partial_registration, "
        "written_on, actor) SELECT initiative_id, language, there.title, objectives, there.website, "
        "partial_registration, registered_on, 'before the release that keeps versions' "
        "FROM initiative_text AS there JOIN initiative ON initiative.id = there.initiative_id "
        "ORDER BY initiative_id, language"
    )
