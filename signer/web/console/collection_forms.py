"""The forms of the collection's pages; each keeps what was typed."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import DateField, IntegerField, StringField
from wtforms.validators import InputRequired


class StepForm(FlaskForm):  # type: ignore[misc] # the library's class is untyped
    """Why. number: the registration number, typed once more where there is no way back."""

    reason = StringField()
    number = StringField()


class NoticeForm(FlaskForm):  # type: ignore[misc] # the library's class is untyped
    """When the Commission was told."""

    sent_on = DateField(validators=[InputRequired(_("Enter the day on which it was sent, such as 2027-05-01"))])


class ReportForm(NoticeForm):
    """When a report was sent, and how many statements it named."""

    statements = IntegerField(validators=[InputRequired(_("Enter how many statements the report names, 0 or more"))])
