"""The page of one batch: its digest and steps, the next step, and the file."""

from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.wrappers import Response as AnyResponse

from signer.accounts.queries import read_names
from signer.accounts.roles import Permission
from signer.audit.unit_of_work import UnitOfWork
from signer.batches.batch_file import MalformedBatch, batch_length
from signer.batches.certify import certify, read_result
from signer.batches.export import brought_up_to_date, export_pieces, file_name, record_export
from signer.batches.manifest import Manifest
from signer.batches.queries import BatchSummary, find_batch, read_certificate, read_steps
from signer.batches.reconcile import Unreconciled, require_reconciled
from signer.batches.state import State, WrongStep
from signer.batches.transitions import NotReady, hand_over, next_states, open_again, receive
from signer.database import reading
from signer.errors import SignerError
from signer.web.console.batch_forms import CertifyForm, HandOverForm, OpenAgainForm, ReceiveForm
from signer.web.console.current import acting, allowed, the_initiative
from signer.web.console.forms import sentence
from signer.web.console.guards import needs
from signer.web.console.labels.batches import REASONS
from signer.web.headers import as_file
from signer.web.languages import territory_here
from signer.web.site import site

REFUSALS = (NotReady, WrongStep, Unreconciled)


def _open_again(unit: UnitOfWork, batch: BatchSummary, form: FlaskForm) -> None:
    open_again(unit, batch, reason=form.reason.data)


def _hand_over(unit: UnitOfWork, batch: BatchSummary, form: FlaskForm) -> None:
    hand_over(unit, batch, recipient=form.recipient.data, digest=form.digest.data.strip())


def _receive(unit: UnitOfWork, batch: BatchSummary, form: FlaskForm) -> None:
    receive(unit, batch, reference=form.reference.data, received_on=form.received_on.data)


def _certify(unit: UnitOfWork, batch: BatchSummary, form: FlaskForm) -> None:
    certify(unit, batch, form.certificate())


@dataclass(frozen=True)
class NextStep:
    """A step that the page offers: its form, the state that it leads to, and what takes it."""

    form: type[FlaskForm]
    leads_to: State
    take: Callable[[UnitOfWork, BatchSummary, FlaskForm], None]


NEXT_STEPS: Mapping[str, NextStep] = {
    "hand-over": NextStep(HandOverForm, State.HANDED_OVER, _hand_over),
    "open-again": NextStep(OpenAgainForm, State.FAILED, _open_again),
    "receive": NextStep(ReceiveForm, State.RECEIVED, _receive),
    "certify": NextStep(CertifyForm, State.CERTIFIED, _certify),
}


@needs(Permission.SEE_BATCHES)
def batch(number: str, member_state: str, batch_number: int) -> str:
    """Show one batch. Raises UnknownBatch."""
    return _page(_find(number, member_state, batch_number), {})


@needs(Permission.CHANGE_BATCHES)
def take_step(number: str, member_state: str, batch_number: int, step: str) -> str | tuple[str, int] | AnyResponse:
    """Take a step. Raises UnknownBatch."""
    found = _find(number, member_state, batch_number)
    wanted = NEXT_STEPS[step]
    form = wanted.form()
    if not form.validate_on_submit():
        return _page(found, {step: form}), 422
    try:
        require_reconciled(site().service.engine)
        with acting() as unit:
            wanted.take(unit, found, form)
    except REFUSALS as refusal:
        form.form_errors.append(_why(refusal))
        # Read anew: somebody else may have taken a step meanwhile.
        found = _find(number, member_state, batch_number)
        return _page(found, {step: form}), 422 if isinstance(refusal, NotReady) else 409
    flash(_("The step is recorded."), "success")
    return redirect(url_for("batch", number=number, member_state=found.member_state, batch_number=batch_number))


@needs(Permission.DOWNLOAD_BATCHES)
def download(number: str, member_state: str, batch_number: int) -> str | tuple[str, int] | Response:
    """Give the sealed file; a download that broke off goes on where it was.

    Each one is recorded before the first byte leaves, and none that is refused.
    """
    found = _find(number, member_state, batch_number)
    try:
        require_reconciled(site().service.engine)
        found = brought_up_to_date(site().service.engine, site().settings, found, acting)
    except REFUSALS as refusal:
        return _page(found, {}, problem=_why(refusal)), 409
    length = batch_length(Manifest.decode(found.manifest))
    start = _start(found, length)
    pieces = _from(start, export_pieces(site().service.engine, site().settings, found))
    try:
        # The first piece shows whether everything agrees; an error behind it breaks the download off.
        first = next(pieces, b"")
        with acting() as unit:
            record_export(unit, found)
    except (*REFUSALS, MalformedBatch) as refusal:
        pieces.close()
        return _page(found, {}, problem=_why(refusal)), 409
    response = Response(chain([first], pieces), 206 if start else 200, mimetype="application/zip")
    response.content_length = length - start
    response.headers["Accept-Ranges"] = "bytes"
    response.set_etag(found.digest)
    if start:
        response.headers["Content-Range"] = f"bytes {start}-{length - 1}/{length}"
    return as_file(response, file_name(found))


def _start(found: BatchSummary, length: int) -> int:
    """Return the byte to begin at: not 0 only where the rest of this very file is asked for."""
    wanted = request.range
    fits = request.if_range is None or request.if_range.etag in {None, found.digest}
    if wanted is None or not fits or len(wanted.ranges) != 1 or wanted.ranges[0][1] is not None:
        return 0
    start: int = wanted.ranges[0][0]
    if not 0 <= start < length:
        raise RequestedRangeNotSatisfiable(length)
    return start


def _from(start: int, pieces: Iterator[bytes]) -> Generator[bytes]:
    for piece in pieces:
        if start < len(piece):
            yield piece[start:]
        start = max(0, start - len(piece))


def _why(refusal: SignerError) -> str:
    """Return why a step is refused, as a sentence."""
    if isinstance(refusal, WrongStep):
        return str(
            _("This step can no longer be taken: the batch is in another state by now. See what happened to it.")
        )
    return sentence(refusal)


def _find(number: str, member_state: str, batch_number: int) -> BatchSummary:
    the_initiative(number)
    with reading(site().service.engine) as connection:
        return find_batch(connection, number, member_state, batch_number)


def _page(found: BatchSummary, given: Mapping[str, FlaskForm], *, problem: str = "") -> str:
    with reading(site().service.engine) as connection:
        steps = read_steps(connection, found.id)
        certificate = read_certificate(connection, found.id)
        member_states = read_result(connection, the_initiative(found.registration_number)).member_states
        names = read_names(connection)
    may_change = allowed(Permission.CHANGE_BATCHES, found.registration_number)
    offered = [name for name, step in NEXT_STEPS.items() if may_change and step.leads_to in next_states(found)]
    # A refused step stays on the page, with what was typed, even where the state has changed meanwhile.
    offered += [name for name in given if name not in offered]
    return render_template(
        "console/batch.html",
        initiative=the_initiative(found.registration_number),
        batch=found,
        name=territory_here(found.member_state),
        due_on=next((there.due_on for there in member_states if there.batch == found), None),
        reasons=REASONS,
        manifest=Manifest.decode(found.manifest),
        steps=steps,
        names=names,
        certificate=certificate,
        forms={name: given.get(name) or NEXT_STEPS[name].form(formdata=None, prefix="") for name in offered},
        problem=problem,
        may_download=allowed(Permission.DOWNLOAD_BATCHES, found.registration_number) and found.state is State.FROZEN,
    )
