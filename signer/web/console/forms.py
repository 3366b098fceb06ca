"""The console's own forms. Each text stays as typed when the form is shown again; a password never does."""

from collections.abc import Callable

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import HiddenField, PasswordField, RadioField, StringField
from wtforms.validators import EqualTo, InputRequired, Length, ValidationError

from signer.accounts.address import WrongAddress, normal_address
from signer.audit.unit_of_work import UnitOfWork
from signer.errors import SignerError, Unfit
from signer.initiatives.initiative import Initiative
from signer.initiatives.queries import find_initiative_to_change
from signer.web.console.current import acting

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


def carried_out(form: FlaskForm, number: str, act: Callable[[UnitOfWork, Initiative], None]) -> bool:
    """Do `act` on the initiative as it is, in one transaction; where it is refused say why on the form, return False.

    number: the registration number.
    """
    try:
        with acting() as unit:
            act(unit, find_initiative_to_change(unit.connection, number))
    except Unfit as unfit:
        refuse(form, unfit)
        return False
    return True


def refuse(form: FlaskForm, refusal: SignerError) -> None:
    """Say on the form why it was refused: at the field that the refusal names, or above all."""
    text = sentence(refusal)
    field = getattr(refusal, "field", "")
    if field and field in form:
        form[field].errors = [*form[field].errors, text]
    else:
        form.form_errors.append(text)


def sentence(refusal: SignerError) -> str:
    """Return what a refusal says, as a sentence. These are the texts of the commands, in English."""
    text = str(refusal)
    return f"{text[:1].upper()}{text[1:]}."
