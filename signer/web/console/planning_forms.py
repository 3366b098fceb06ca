"""The forms of what organisers plan with; each keeps what was typed."""

import re
from functools import cache

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import DateField, StringField
from wtforms.validators import InputRequired, Length, ValidationError

from signer.scheme.load import load_scheme
from signer.tallies.planning import LABEL_LIMIT, LARGEST_SHARE

SHARE = re.compile(r"([0-9]{1,2})(?:[.,]([0-9]))?\s?%?")
PREFIX = "share_"


class EventForm(FlaskForm):  # type: ignore[misc] # the library's class is untyped
    """An event to be marked in time."""

    happened_on = DateField(_("Day of the event"), [InputRequired(_("Enter the day, such as 2027-05-01"))])
    label = StringField(
        _("What happened"),
        [
            InputRequired(_("Say in a few words what happened")),
            Length(max=LABEL_LIMIT, message=_("Use at most %(most)s characters", most=LABEL_LIMIT)),
        ],
    )


class PublishForm(FlaskForm):  # type: ignore[misc] # the library's class is untyped
    """The button that publishes the forecast, or no longer does."""


class SharesForm(FlaskForm):  # type: ignore[misc] # the library's class is untyped
    """The expected share of invalid statements of each Member State; `shares_form` adds the fields."""

    def shares(self) -> dict[str, float | None]:
        """Return what was typed into a valid form: Member State to share, None where the scheme's holds."""
        return {
            field.name.removeprefix(PREFIX): share_of(field.data) for field in self if field.name.startswith(PREFIX)
        }


def share_of(text: str | None) -> float | None:
    """Return a share from 0 to 1 as somebody types it, such as 10.6 or 10,6 %; None for nothing. Raises ValueError."""
    typed = (text or "").strip()
    if not typed:
        return None
    found = SHARE.fullmatch(typed)
    if not found:
        raise ValueError("a share is written like 10.6")
    share = int(found[1] + (found[2] or "0")) / 1000
    if share > LARGEST_SHARE:
        raise ValueError("a share is at most 90 %")
    return share


@cache
def shares_form(scheme: str) -> type[SharesForm]:
    """Return the form with a field for each Member State of the scheme, in its order."""
    fields = {f"{PREFIX}{code}": StringField(code, [_is_share]) for code in load_scheme(scheme).forms}
    return type("SharesForm", (SharesForm,), fields)


def _is_share(_form: SharesForm, field: StringField) -> None:
    try:
        share_of(field.data)
    except ValueError:
        raise ValidationError(
            _("%(name)s: enter a share from 0 to 90, such as 10.6, or nothing", name=field.label.text)
        ) from None
