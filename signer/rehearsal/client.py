"""One citizen's way through the real pages: details, mistakes and all; check page; signature; the code."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from signer.rehearsal.browser import Browser, FilledForm, Page, UnexpectedAnswer
from signer.rehearsal.human_check import is_waiting_page, run_script, wait
from signer.rehearsal.scenario import Visit
from signer.scheme.form import FieldKind, Form
from signer.sealing.code import Code, MalformedCode
from signer.web.public.typed_form import CONFIRM, date_inputs

DECLARATIONS = ("declare_correct", "declare_privacy")


@dataclass(frozen=True)
class Receipt:
    """What a citizen takes home.

    code: as the thanks page shows it; from it the statement's identifier derives.
    erased_answer: SHA-256 of the page that answered the erasing; empty if the visit did not erase.
    """

    visit: Visit
    code: Code
    erased_answer: bytes = field(default=b"", repr=False)


class Citizen:
    """Walks through the pages for one visit. Whatever is not as it must be raises UnexpectedAnswer.

    initiative: path of the initiative's page, "/en/initiatives/2021/000001/".
    """

    def __init__(self, browser: Browser, initiative: str, visit: Visit) -> None:
        self._browser, self._initiative, self._visit = browser, initiative, visit

    def sign(self) -> Receipt:
        """Sign, and do what else the visit has in store."""
        check_page = self._to_check_page()
        if self._visit.changes_mind:
            check_page = self._there_and_back(check_page)
        thanks, form = self._declare(check_page)
        code = self._code_on(thanks)
        if self._visit.sends_twice and self._code_on(self._send(form, "the check page sent twice", 200)) != code:
            raise self._unexpected("the check page sent twice", "gave two codes")
        if not self._visit.erases:
            return Receipt(self._visit, code)
        answer = erase(self._browser, self._initiative, code, step=self._step("erasing"))
        self._send(form, "the check page sent again after erasing", 410)
        return Receipt(self._visit, code, answer)

    def _to_check_page(self) -> Page:
        page = self._front_door() if self._visit.by_front_door else self._open_form()
        person = self._visit.person
        if self._visit.slips:
            form = page.form("/check")
            self._type(form, {**person.fields, **self._visit.slips})
            page = self._send(form, "sending mistakes", 422)
            self._require_complaints(page, self._visit.slips.keys())
        form = page.form("/check")
        self._type(form, person.fields)
        before = self._tick_confirmed(form)
        page = self._send(form, "sending the details", 200, 422)
        if page.status == HTTPStatus.OK:
            self._require_nothing_left(person.confirmed - before)
            return page
        self._require_complaints(page, person.confirmed - before)
        form = page.form("/check")
        self._require_nothing_left(person.confirmed - self._tick_confirmed(form))
        return self._send(form, "confirming", 200)

    def _front_door(self) -> Page:
        page = self._get(self._initiative, "the initiative")
        doors = [link for link in page.document.xpath("//main//a/@href") if link.endswith("/support")]
        if not doors:
            raise self._unexpected("the initiative", "has no way to the form")
        form = self._get(doors[0], "the nationalities").form("/support")
        form.fill("member_state", self._visit.member_state)
        return self._browser.choose(form, self._step("choosing a nationality")).require(200)

    def _open_form(self) -> Page:
        return self._get(f"{self._initiative}support/{self._visit.member_state}", "the form")

    def _type(self, form: FilledForm, fields: Mapping[str, str]) -> None:
        for name, asked in self._form.fields.items():
            if asked.kind is FieldKind.DATE_OF_BIRTH:
                year, month, day = fields[name].split("-")
                # As people write them: without the zeros in front.
                for part, text in zip(date_inputs(name), (day.lstrip("0"), month.lstrip("0"), year), strict=True):
                    form.fill(part, text)
            else:
                form.fill(name, fields[name])

    def _tick_confirmed(self, form: FilledForm) -> frozenset[str]:
        """Tick the boxes of fields that the person confirms, as far as they are on the page; return those fields."""
        there = frozenset(name for name in self._visit.person.confirmed if CONFIRM + name in form.names)
        for name in there:
            form.tick(CONFIRM + name)
        return there

    def _there_and_back(self, check_page: Page) -> Page:
        """Press Change on the check page, find every value as it was, and go on."""
        ending = f"/support/{self._visit.member_state}"
        page = self._send(check_page.form(ending), "going back to change something", 200)
        shown = page.form("/check")
        kept = {name: value for name, value in check_page.form(ending).content() if name in shown.names}
        if any(shown.value(name) != value for name, value in kept.items() if not name.startswith(CONFIRM)):
            raise self._unexpected("going back to change something", "lost a value")
        return self._send(shown, "going on after going back", 200)

    def _declare(self, check_page: Page) -> tuple[Page, FilledForm]:
        if self._visit.forgets_a_box:
            form = check_page.form("/sign")
            form.tick(DECLARATIONS[-1])
            check_page = self._send(form, "signing without a declaration", 422)
            self._require_complaints(check_page, DECLARATIONS[:1])
        form = check_page.form("/sign")
        for name in DECLARATIONS:
            form.tick(name)
        return self._send(form, "signing", 200), form

    def _code_on(self, thanks: Page) -> Code:
        shown = thanks.document.xpath("//*[@id='code']")
        try:
            return Code.parse("".join(shown[0].itertext()) if shown else "")
        except MalformedCode:
            raise self._unexpected("signing", "shows no code") from None

    def _require_complaints(self, page: Page, names: Iterable[str]) -> None:
        """Raise unless the summary of problems links to exactly these fields, and each link leads somewhere."""
        document = page.document
        targets = {link[1:] for link in document.xpath("//*[@id='problems' or @id='doubts']//a/@href")}
        wanted = frozenset(names)
        found = {name for name in wanted for target in targets if target == name or target.startswith(f"{name}-")}
        missing = [target for target in targets if not document.xpath("//*[@id=$id]", id=target)]
        if len(targets) != len(wanted) or found != wanted or missing:
            complained = ", ".join(sorted(targets)) or "nothing"
            raise self._unexpected(page.step, f"complains about {complained}, not about {', '.join(sorted(wanted))}")

    def _require_nothing_left(self, names: frozenset[str]) -> None:
        if names:
            raise self._unexpected("sending the details", f"did not ask about {', '.join(sorted(names))}")

    def _get(self, address: str, step: str) -> Page:
        return self._browser.get(address, self._step(step)).require(200)

    def _send(self, form: FilledForm, step: str, *statuses: int) -> Page:
        if not self._visit.without_script:
            run_script(self._browser, form, self._step("the human check"))
        page = self._browser.send(form, self._step(step))
        if is_waiting_page(page):
            page = wait(self._browser, page, self._step("the human check by waiting"))
        if page.require(*statuses).headers.get("cache-control") != "no-store":
            raise self._unexpected(step, "may be kept by caches")
        return page

    def _step(self, step: str) -> str:
        return f"{self._visit}: {step}"

    def _unexpected(self, step: str, what: str) -> UnexpectedAnswer:
        prefix = "" if step.startswith(str(self._visit)) else f"{self._visit}: "
        return UnexpectedAnswer(f"{prefix}{step} {what}")

    @property
    def _form(self) -> Form:
        return self._visit.person.form


def erase(browser: Browser, initiative: str, code: Code, *, step: str) -> bytes:
    """Erase the statement that `code` names; return the SHA-256 of the page that answers. Raises UnexpectedAnswer."""
    form = browser.get(f"{initiative}erase", step).require(200).form("/erase")
    form.fill("code", code.text.lower())
    form.tick("confirm")
    return hashlib.sha256(browser.send(form, step).require(200).body).digest()
