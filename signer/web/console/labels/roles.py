"""Labels of the roles, and what somebody in each does."""

from collections.abc import Mapping

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from signer.accounts.roles import Role

ROLE_NAMES: Mapping[Role, LazyString] = {
    Role.OWNER: _("Owner"),
    Role.EDITOR: _("Editor"),
    Role.READER: _("Reader"),
    Role.AUDITOR: _("Auditor"),
    Role.ADMINISTRATOR: _("Administrator"),
}

ROLE_MEANINGS: Mapping[Role, LazyString] = {
    Role.OWNER: _("opens and closes the collection, invites people"),
    Role.EDITOR: _("writes texts, enters paper forms, sees the numbers"),
    Role.READER: _("sees the numbers"),
    Role.AUDITOR: _("freezes and hands over batches, reads the audit log"),
    Role.ADMINISTRATOR: _("keeps the service and its accounts, reads the audit log"),
}
"""What somebody in a role does."""
