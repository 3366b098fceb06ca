"""What somebody sees of their own account."""

from flask import render_template
from flask_login import current_user

from signer.web.console.current import held_roles
from signer.web.console.guards import needs_log_on


@needs_log_on
def account() -> str:
    """Show name, roles, second factors and last log-ons, and where to change them."""
    return render_template(
        "console/account.html",
        roles=held_roles(),
        passkeys=sorted(passkey.name for passkey in current_user.webauthn),
        codes_left=len(current_user.mf_recovery_codes or []),
    )
