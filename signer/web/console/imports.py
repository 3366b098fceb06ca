"""Importing an initiative from the register's file: first what it would change, then the button that changes it."""

import hashlib
from collections.abc import Callable
from dataclasses import replace

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from sqlalchemy import Connection
from werkzeug.wrappers import Response
from wtforms import HiddenField

from signer.accounts.roles import Permission
from signer.database import reading
from signer.errors import SignerError
from signer.initiatives.changes import Change, changes_of
from signer.initiatives.description import Description, MalformedDescription, read_description, to_json
from signer.initiatives.initiative import Initiative, Status, UnknownInitiative
from signer.initiatives.keys import storage_secret
from signer.initiatives.lifecycle import import_description
from signer.initiatives.queries import find_initiative, find_initiative_to_change
from signer.initiatives.texts import FrozenText, UnfitText, all_checked
from signer.scheme.load import load_scheme
from signer.scheme.months import months_after
from signer.scheme.rule_file import InvalidRules
from signer.web.console.current import acting, allowed
from signer.web.console.forms import refuse
from signer.web.console.guards import needs
from signer.web.console.labels.campaign import TEXT_PARTS
from signer.web.languages import current_language, language_name
from signer.web.requests import takes
from signer.web.site import site

MOST_BYTES = 400 * 1024
"""Of a form with the file in it. Texts in 24 languages at the register's limits have some 150 kB."""


class NotYours(SignerError):
    """Who imports has no role for the initiative that the file describes."""


class NotMade(SignerError):
    """The service cannot write the secret that goes with a new initiative."""


REFUSALS = (MalformedDescription, FrozenText, UnfitText, InvalidRules, NotYours, NotMade)


class UploadForm(FlaskForm):  # type: ignore[misc] # the library's class is untyped
    """The file."""

    file = FileField()


class ConfirmForm(FlaskForm):  # type: ignore[misc] # the library's class is untyped
    """What was in the file, as our JSON, and what it was said to change."""

    content = HiddenField()
    seen = HiddenField()


@needs(Permission.IMPORT_INITIATIVE)
def choose_file() -> str:
    """Ask for the file."""
    return _ask(UploadForm())


@takes(MOST_BYTES, files=True)
@needs(Permission.IMPORT_INITIATIVE)
def preview_import() -> str | tuple[str, int]:
    """Show what the file would change."""
    form = UploadForm()
    content = form.file.data.read() if form.file.data else b""
    if not content:
        form.file.errors = [_("Choose the file that describes the initiative")]
        return _ask(form), 422
    try:
        described = _read(content)
        with reading(site().service.engine) as connection:
            kept = _kept(connection, described, find_initiative)
    except REFUSALS as refusal:
        refuse(form, refusal)
        return _ask(form), 422
    return _show(described, kept)


@takes(MOST_BYTES, files=True)
@needs(Permission.IMPORT_INITIATIVE)
def save() -> str | tuple[str, int] | Response:
    """Import what was looked at; where it would change something else by now, show that."""
    try:
        described = _read((request.form.get("content") or "").encode())
        with acting() as unit:
            kept = _kept(unit.connection, described, find_initiative_to_change)
            made = None
            if request.form.get("seen") == _digest(changes_of(kept, described)):
                made = import_description(unit, described)
                _make_secret(made.registration_number)
    except REFUSALS as refusal:
        form = UploadForm(formdata=None)
        form.form_errors = []
        refuse(form, refusal)
        return _ask(form), 409 if isinstance(refusal, FrozenText) else 422
    if made is None:
        flash(_("The initiative has been changed meanwhile. Look once more at what the file changes."), "error")
        return _show(described, kept), 409
    flash(_("%(number)s is imported.", number=made.formal_number), "success")
    if allowed(Permission.EDIT_TEXTS, made.registration_number):
        return redirect(url_for("texts", number=made.registration_number))
    return redirect(url_for("people", number=made.registration_number))


def _ask(form: UploadForm) -> str:
    return render_template("console/import.html", form=form, most_kilobytes=MOST_BYTES // 1024)


def _show(described: Description, kept: Initiative | None) -> str:
    changes = changes_of(kept, described)
    form = ConfirmForm(formdata=None, content=to_json(described), seen=_digest(changes))
    months = load_scheme(described.scheme).collection_months
    languages = sorted({change.language for change in changes if change.language})
    return render_template(
        "console/import_changes.html",
        form=form,
        described=described,
        kept=kept,
        initiative=kept,
        frozen=kept is not None and kept.status is not Status.DRAFT,
        facts=[change for change in changes if not change.language],
        by_language=[
            (
                language_name(code, current_language()),
                code,
                [change for change in changes if change.language == code],
            )
            for code in languages
        ],
        parts=TEXT_PARTS,
        too_long=described.collection_end >= months_after(described.collection_start, months),
        months=months,
    )


def _read(content: bytes) -> Description:
    described = read_description(content)
    load_scheme(described.scheme)
    return replace(described, texts=all_checked(described.texts))


def _kept(
    connection: Connection, described: Description, find: Callable[[Connection, str], Initiative]
) -> Initiative | None:
    """Return the initiative as `find` finds it; None if it is new. Raises NotYours.

    A new one may be brought in by its owner to be, and by an administrator. What is here belongs to who edits it.
    """
    number = described.registration_number
    try:
        kept = find(connection, number)
    except UnknownInitiative:
        kept = None
    if not allowed(Permission.EDIT_TEXTS if kept else Permission.IMPORT_INITIATIVE, number):
        raise NotYours(f"the file describes {number}, for which your account has no role that may import it")
    return kept


def _make_secret(number: str) -> None:
    """Within the transaction: an initiative without it could never be opened. Raises NotMade."""
    try:
        site().settings.make_secret(storage_secret(number))
    except OSError:
        raise NotMade(
            "the service may not write to its secrets folder; import the file with `signer initiative import`"
        ) from None


def _digest(changes: tuple[Change, ...]) -> str:
    return hashlib.sha256(repr(changes).encode()).hexdigest()
