"""Forms of what organisers plan with; each keeps what was typed."""

import re
from functools import cache

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import DateField, StringField
from wtforms.validators import InputRequired, Length, ValidationError

from signer.scheme.load import load_scheme
from signer.tallies.planning import LABEL_LIMIT, LARGEST_SHARE, Expected

SHARE = re.compile(r"([0-9]{1,2})(?:[.,]([0-9]))?\s?%?")


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


class ShareField(StringField):  # type: ignore[misc] # the library's class is untyped
    """The share of repeats, or of invalid statements, that is expected of one Member State."""

    def __init__(self, expected: Expected, member_state: str, **options: object) -> None:
        super().__init__(member_state, [_is_share], **options)
        self.expected, self.member_state = expected, member_state


class SharesForm(FlaskForm):  # type: ignore[misc] # the library's class is untyped
    """The expected shares of each Member State; `shares_form` adds the fields."""

    def share_fields(self) -> tuple[ShareField, ...]:
        """Return the fields of the shares, of both kinds."""
        return tuple(field for field in self if isinstance(field, ShareField))


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
    """Return the form with a field of each kind for each Member State of the scheme, in its order."""
    forms = load_scheme(scheme).forms
    fields = {f"{expected}_{code}": ShareField(expected, code) for expected in Expected for code in forms}
    return type("SharesForm", (SharesForm,), fields)


def _is_share(_form: SharesForm, field: ShareField) -> None:
    try:
        share_of(field.data)
    except ValueError:
        name = field.label.text
        if field.expected is Expected.REPEATS:
            said = _("%(name)s: enter the share of repeats from 0 to 90, such as 2.5, or nothing", name=name)
        else:
            said = _("%(name)s: enter a share from 0 to 90, such as 10.6, or nothing", name=name)
        raise ValidationError(said) from None
