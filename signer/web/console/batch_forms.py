"""The forms of the batches' pages; each keeps what was typed."""

from datetime import date

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, IntegerField, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from signer.batches.certify import INVALID, LARGEST
from signer.batches.queries import Certificate
from signer.batches.transitions import REASON_LENGTH
from signer.web.console.labels.batches import REASONS


def _line(label: str, missing: str) -> StringField:
    return StringField(
        label, [DataRequired(missing), Length(max=REASON_LENGTH, message=_("Use at most 500 characters"))]
    )


def _day(label: str, missing: str) -> DateField:
    return DateField(label, [InputRequired(missing)])


def _number(label: str, missing: str) -> IntegerField:
    return IntegerField(label, [InputRequired(missing), NumberRange(0, LARGEST, _("Enter a whole number from 0 up"))])


class FreezeForm(FlaskForm):  # type: ignore[misc] # the library's class is untyped
    """Which statements to freeze; the view says which Member States there are."""

    member_state = SelectField(_("Member State"), [InputRequired(_("Choose a Member State"))])
    until = DateField(_("Last day to take in"), [Optional()])
    final = BooleanField(_("Final batch"))


class OpenAgainForm(FlaskForm):  # type: ignore[misc] # the library's class is untyped
    """Why a batch is void."""

    reason = _line(_("Reason"), _("Say in a few words why the batch is void"))


class HandOverForm(FlaskForm):  # type: ignore[misc] # the library's class is untyped
    """Who was given which file."""

    recipient = _line(_("Who took it: authority and office"), _("Name the authority and the office"))
    digest = _line(_("SHA-256 of the file that was given"), _("Enter the 64 digits that sha256sum prints of the file"))


class ReceiveForm(FlaskForm):  # type: ignore[misc] # the library's class is untyped
    """When the authority had everything."""

    received_on = _day(
        _("Day on which the authority had everything"), _("Enter the day that the authority names, such as 2027-05-01")
    )
    reference = _line(_("Reference of the authority’s letter"), _("Enter the reference of the letter"))


class CertifyForm(FlaskForm):  # type: ignore[misc] # the library's class is untyped
    """What the certificate of Annex VI says, and reasons as far as the authority told."""

    issued_on = _day(_("Date of the certificate"), _("Enter the date of the certificate, such as 2027-05-01"))
    reference = _line(_("Reference of the certificate"), _("Enter the reference of the certificate"))
    valid_online = _number(
        _("Valid statements collected online"), _("Enter how many statements collected online are valid")
    )
    valid_paper = _number(
        _("Valid statements on paper"), _("Enter how many statements on paper are valid; 0 if there are none")
    )

    @property
    def has_wrong_reasons(self) -> bool:
        """Whether a number of invalid statements was mistyped; that part of the form is then not folded away."""
        return any(name.startswith("invalid_") for name in self.errors)

    def certificate(self) -> Certificate:
        """Return what was typed into a valid form."""
        counted = {code: getattr(self, f"invalid_{code}").data for code in INVALID}
        issued_on: date = self.issued_on.data
        return Certificate(
            issued_on,
            self.reference.data,
            self.valid_online.data,
            self.valid_paper.data,
            {code: number for code, number in counted.items() if number is not None},
        )


for _code in INVALID:
    _wrong = _("%(reason)s: enter a whole number from 0 up", reason=REASONS[_code])
    setattr(
        CertifyForm, f"invalid_{_code}", IntegerField(REASONS[_code], [Optional(), NumberRange(0, LARGEST, _wrong)])
    )
