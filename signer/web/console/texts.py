"""The texts of an initiative: each language beside the original, what each was before, and how the page will look."""

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields, replace

from flask import flash, g, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response
from wtforms import HiddenField, StringField, TextAreaField

from signer.accounts.queries import read_names
from signer.accounts.roles import Permission
from signer.database import reading
from signer.initiatives.description import OBJECTIVES_LIMIT, TITLE_LIMIT
from signer.initiatives.initiative import Initiative, InitiativeText, Status
from signer.initiatives.queries import find_initiative_to_change, find_key
from signer.initiatives.texts import (
    OFFICIAL_LANGUAGES,
    FrozenText,
    StaleText,
    UnfitText,
    Version,
    find_newest,
    newest_version,
    read_versions,
    write_text,
)
from signer.tallies.overview import read_overview
from signer.web.console.current import acting, allowed, the_initiative
from signer.web.console.forms import refuse
from signer.web.console.guards import needs
from signer.web.console.labels.campaign import TEXT_PARTS
from signer.web.languages import LANGUAGES, current_language, described, language_name, sort_key
from signer.web.public.initiatives import progress_of
from signer.web.requests import takes
from signer.web.site import site

WORD = re.compile(r"\S+\s*|\s+")
VERSIONS_SHOWN = 30
MOST_BYTES = 256 * 1024
"""Of a form with a text at its limits: a Greek letter has six characters in it, some others have twelve."""
NO_TEXT = InitiativeText("", "", "", "")


class TextForm(FlaskForm):  # type: ignore[misc] # the library's class is untyped
    """A text as it is written. after: number of the version that the writer has seen."""

    title = StringField()
    objectives = TextAreaField()
    website = StringField()
    partial_registration = TextAreaField()
    after = HiddenField()

    def text(self) -> InitiativeText:
        """Return what was typed."""
        return InitiativeText(**{part.name: self[part.name].data or "" for part in fields(InitiativeText)})


@dataclass(frozen=True)
class Piece:
    """A run of words of a text. kind: same, gone or new."""

    kind: str
    words: str


@dataclass(frozen=True)
class TextRevision:
    """A version and what it changed: name of the part to its pieces, the changed parts only."""

    version: Version
    changed: Sequence[tuple[str, Sequence[Piece]]]


@needs(Permission.EDIT_TEXTS)
def texts(number: str) -> str:
    """List the languages, those without a text first."""
    initiative = the_initiative(number)
    named = sorted(((code, language_name(code, current_language())) for code in _languages(initiative)), key=_by_name)
    with reading(site().service.engine) as connection:
        names = read_names(connection)
        newest = {code: find_newest(connection, initiative.id, code) for code in initiative.texts}
    return render_template(
        "console/texts.html",
        initiative=initiative,
        missing=[pair for pair in named if pair[0] not in initiative.texts],
        written=[pair for pair in named if pair[0] in initiative.texts],
        newest=newest,
        names=names,
        is_draft=initiative.status is Status.DRAFT,
        may_import=allowed(Permission.IMPORT_INITIATIVE, number),
    )


@needs(Permission.EDIT_TEXTS)
def text(number: str, language: str) -> str:
    """Show one language beside the original. Raises NotFound."""
    initiative = _initiative_with(number, language)
    with reading(site().service.engine) as connection:
        after = newest_version(connection, initiative.id, language)
    # Not `data`: a text that was sent is never taken from the page that is asked for anew.
    form = TextForm(formdata=None, after=str(after), **asdict(initiative.texts.get(language, NO_TEXT)))
    return _editor(initiative, language, form)


@takes(MOST_BYTES)
@needs(Permission.EDIT_TEXTS)
def write(number: str, language: str) -> str | tuple[str, int] | Response:
    """Keep a text. Raises NotFound."""
    _initiative_with(number, language)
    form = TextForm()
    after = int(form.after.data) if re.fullmatch(r"[0-9]{1,15}", form.after.data or "") else 0
    try:
        with acting() as unit:
            initiative = find_initiative_to_change(unit.connection, number)
            write_text(unit, initiative, language, form.text(), after=after)
    except UnfitText as unfit:
        refuse(form, unfit)
        return _editor(the_initiative(number), language, form), 422
    except FrozenText:
        form.form_errors.append(_("The collection was opened meanwhile, so this text can no longer change."))
        return _editor(the_initiative(number), language, form), 409
    except StaleText:
        form.form_errors.append(_("Somebody else has saved this text meanwhile. Compare both, then save yours."))
        return _editor(the_initiative(number), language, form, others=True), 409
    flash(_("The text in %(language)s is saved.", language=language_name(language, current_language())), "success")
    return redirect(url_for("texts", number=number))


@needs(Permission.EDIT_TEXTS)
def history(number: str, language: str) -> str:
    """Show every version of a text and what it changed. Raises NotFound."""
    initiative = _initiative_with(number, language)
    with reading(site().service.engine) as connection:
        versions = read_versions(connection, initiative.id, language)
        names = read_names(connection)
    before = [*(version.text for version in versions), NO_TEXT][1:]
    pairs = list(zip(versions, before, strict=False))[:VERSIONS_SHOWN]
    steps = [TextRevision(version, list(_changed(earlier, version.text))) for version, earlier in pairs]
    return render_template(
        "console/texts_history.html",
        initiative=initiative,
        code=language,
        name=language_name(language, current_language()),
        steps=steps,
        older=len(versions) - len(steps),
        parts=TEXT_PARTS,
        names=names,
    )


@needs(Permission.EDIT_TEXTS)
def preview(number: str, language: str) -> str:
    """Show the public page as it will look in this language, drafts too. Raises NotFound if there is no text.

    Its links lead nowhere: what they lead to opens for nobody before the collection is opened.
    """
    initiative = _initiative_with(number, language)
    if language not in initiative.texts:
        raise NotFound
    if language in LANGUAGES:
        g.language = language
    # Whatever language the public pages have: the text is the one that was asked for.
    shown = replace(initiative, original_language=language, texts={language: initiative.texts[language]})
    g.initiative = shown
    with reading(site().service.engine) as connection:
        key = find_key(connection, initiative.id)
        overview = read_overview(connection, shown, on=site().service.today())
    return render_template(
        "console/texts_preview.html",
        initiative=shown,
        code=language,
        name=language_name(language, current_language()),
        back=url_for("text", number=number, language=language),
        url_for=lambda *_, **__: "#main",
        via="",
        state=None,
        overview=overview,
        progress=progress_of(overview),
        fingerprint=key.fingerprint.hex() if key else "",
    )


def _editor(initiative: Initiative, language: str, form: TextForm, *, others: bool = False) -> str:
    """others: whether somebody else has changed the text meanwhile; theirs is shown beside what was typed."""
    original = initiative.texts[initiative.original_language]
    beside = initiative.texts.get(language, NO_TEXT) if others else original
    if others:
        with reading(site().service.engine) as connection:
            form.after.data = str(newest_version(connection, initiative.id, language))
    is_original = language == initiative.original_language
    return render_template(
        "console/text.html",
        initiative=initiative,
        code=language,
        name=language_name(language, current_language()),
        original_code=language if others else initiative.original_language,
        original_name=language_name(initiative.original_language, current_language()),
        beside=beside if others or not is_original else None,
        others=others,
        parts=TEXT_PARTS,
        limits={"title": TITLE_LIMIT, "objectives": OBJECTIVES_LIMIT},
        form=form,
        frozen=initiative.status is not Status.DRAFT and language in initiative.texts,
        is_draft=initiative.status is Status.DRAFT,
        is_written=language in initiative.texts,
        direction=described(language).direction,
    )


def _initiative_with(number: str, language: str) -> Initiative:
    initiative = the_initiative(number)
    if language not in _languages(initiative):
        raise NotFound
    return initiative


def _languages(initiative: Initiative) -> frozenset[str]:
    return frozenset({*OFFICIAL_LANGUAGES, *initiative.texts})


def _by_name(pair: tuple[str, str]) -> str:
    return sort_key(pair[1])


def _changed(before: InitiativeText, after: InitiativeText) -> Iterator[tuple[str, Sequence[Piece]]]:
    for part in fields(InitiativeText):
        old, new = getattr(before, part.name), getattr(after, part.name)
        if old != new:
            # A first version is all new: marking every word would tell nothing.
            yield part.name, [Piece("same", new)] if before == NO_TEXT else pieces_of(old, new)


def pieces_of(before: str, after: str) -> list[Piece]:
    """Return a text with what went and what came, word by word."""
    old, new = WORD.findall(before), WORD.findall(after)
    found = []
    for kind, start, end, new_start, new_end in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            found.append(Piece("same", "".join(old[start:end])))
            continue
        found += [Piece("gone", "".join(old[start:end]))] if end > start else []
        found += [Piece("new", "".join(new[new_start:new_end]))] if new_end > new_start else []
    return found
