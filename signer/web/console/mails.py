"""The mails that the console sends."""

from flask import render_template
from flask_babel import gettext as _

from signer.accounts.invite import invitation_link
from signer.accounts.mail import MailNotSent, send_mail
from signer.accounts.roles import Role
from signer.initiatives.initiative import Initiative
from signer.settings import Settings
from signer.web.rendering import SERVICE_NAME


def send_invitation(settings: Settings, *, to: str, token: str, role: Role, initiative: Initiative) -> None:
    """Send the link of an invitation. Raises MailNotSent, also where no link can be made."""
    if not settings.public_url:
        raise MailNotSent("no link can be made: set 'public_url' in settings.toml")
    link = invitation_link(settings, token)
    text = render_template("console/invitation_mail.txt", link=link, role=role, initiative=initiative)
    send_mail(settings, to=to, subject=_("Invitation to %(service)s", service=SERVICE_NAME), text=text)
