"""The console's own forms. Each text stays as typed when the form is shown again; a password never does."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import HiddenField, PasswordField, RadioField, StringField
from wtforms.validators import EqualTo, InputRequired, Length, ValidationError

from signer.accounts.address import WrongAddress, normal_address

NAME_LENGTH = 200


class InvitationForm(FlaskForm):  # type: ignore[misc] # the library's class is untyped
    """Whom to invite, and to what; the view says which roles there are to choose from."""

    email = StringField(_("E-mail address"), [InputRequired(_("Enter the e-mail address of the person to invite"))])
    role = RadioField(_("Role"), [InputRequired(_("Choose a role"))])

    def validate_email(self, field: StringField) -> None:
        """Bring the address into normal form. Raises ValidationError."""
        try:
            field.data = normal_address(field.data)
        except WrongAddress:
            raise ValidationError(_("Enter an e-mail address like name@example.org")) from None


class AcceptanceForm(FlaskForm):  # type: ignore[misc] # the library's class is untyped
    """The button of an invitation, for somebody who has an account."""

    token = HiddenField()


class NewAccountForm(AcceptanceForm):
    """Name and password of somebody who has none yet."""

    name = StringField(
        _("Your name"), [InputRequired(_("Enter your name")), Length(max=NAME_LENGTH, message=_("Use a shorter name"))]
    )
    password = PasswordField(_("Password"), [InputRequired(_("Choose a password"))])
    password_again = PasswordField(
        _("Password once more"), [EqualTo("password", message=_("Type the same password twice"))]
    )
