"""Keep the people who run a collection: accounts, their roles, second factors, log-ons and invitations.

Adds empty tables: no rewrite, the running release ignores them. Undo by dropping them; nobody can log on then.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _accounts()
    _webauthn_credentials()
    op.create_table(
        "invitation",
        sa.Column("token_sha256", sa.LargeBinary(32), nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("initiative", sa.Text, nullable=False),
        sa.Column("invited_by", sa.Text, nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("token_sha256", name="invitation_pkey"),
        sa.UniqueConstraint("email", "role", "initiative", name="invitation_email_role_initiative_key"),
    )


def _accounts() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("password", sa.Text),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("fs_uniquifier", sa.Text, nullable=False),
        sa.Column("fs_webauthn_user_handle", sa.Text),
        sa.Column("tf_primary_method", sa.Text),
        sa.Column("tf_totp_secret", sa.Text),
        sa.Column("totp_counter", sa.Integer),
        sa.Column("mf_recovery_codes", sa.Text),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_login_at", sa.DateTime(timezone=True)),
        sa.Column("current_login_at", sa.DateTime(timezone=True)),
        sa.Column("login_count", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="account_pkey"),
        sa.UniqueConstraint("email", name="account_email_key"),
        sa.UniqueConstraint("fs_uniquifier", name="account_fs_uniquifier_key"),
        sa.UniqueConstraint("fs_webauthn_user_handle", name="account_fs_webauthn_user_handle_key"),
    )
    op.create_table(
        "account_role",
        sa.Column("account_id", sa.Integer, nullable=False),
        sa.Column("initiative", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "initiative", "role", name="account_role_pkey"),
        _of_account("account_role"),
    )
    op.create_table(
        "account_session",
        sa.Column("id_sha256", sa.LargeBinary(32), nullable=False),
        sa.Column("account_id", sa.Integer, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id_sha256", name="account_session_pkey"),
        _of_account("account_session"),
    )
    op.create_index("account_session_account_id_index", "account_session", ["account_id"])


def _webauthn_credentials() -> None:
    op.create_table(
        "webauthn_credential",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("account_id", sa.Integer, nullable=False),
        sa.Column("credential_id", sa.LargeBinary, nullable=False),
        sa.Column("public_key", sa.LargeBinary, nullable=False),
        sa.Column("sign_count", sa.Integer, nullable=False),
        sa.Column("transports", sa.Text),
        sa.Column("backup_state", sa.Boolean, nullable=False),
        sa.Column("device_type", sa.Text, nullable=False),
        sa.Column("extensions", sa.Text),
        sa.Column("lastuse_datetime", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("usage", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="webauthn_credential_pkey"),
        sa.UniqueConstraint("credential_id", name="webauthn_credential_credential_id_key"),
        sa.UniqueConstraint("account_id", "name", name="webauthn_credential_account_id_name_key"),
        _of_account("webauthn_credential"),
    )


def _of_account(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=f"{table}_account_id_fkey", ondelete="CASCADE")
