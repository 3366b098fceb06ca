"""A small browser: it fetches pages, fills in the forms that stand in them, and knows nothing but what they hold.

HTTP/1.1 by http.client over a connection that is kept open, as a proxy in front of the service would have it: each
visitor comes under an address of their own in X-Forwarded-For. Headers are those that Chromium sends.
"""

import http.client
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode, urljoin, urlsplit

from lxml import html

from signer.errors import SignerError

TIMEOUT_SECONDS = 60
PATIENCE = 5
LONGEST_WAIT_SECONDS = 60
RETRIED = {429, 503}
OLD_ADDRESSES = 100
"""So many visitors come by IPv4, each with a different address; the others by IPv6."""
FORM = "application/x-www-form-urlencoded"


class UnexpectedAnswer(SignerError):
    """A page was not what it had to be; the message names the step and the status, never what was typed."""


@dataclass(frozen=True)
class Page:
    """One answer.

    step: what was asked for, in words for messages.
    """

    step: str
    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    def require(self, *statuses: int) -> "Page":
        """Return the page if its status is one of `statuses`. Raises UnexpectedAnswer."""
        if self.status not in statuses:
            expected = " or ".join(map(str, statuses))
            raise UnexpectedAnswer(f"{self.step} answered {self.status}, {expected} was expected")
        return self

    @property
    def document(self) -> html.HtmlElement:
        """The page as a tree; a new one each time, so that filling in a form leaves the page as it is."""
        return html.document_fromstring(self.body, base_url=self.url)

    def form(self, ending: str) -> "FilledForm":
        """Return the form whose address, or that of one of its buttons, ends with `ending`. Raises UnexpectedAnswer."""
        for form in self.document.forms:
            for address in (form.get("action"), *form.xpath(".//button/@formaction")):
                if urlsplit(urljoin(self.url, address or "")).path.endswith(ending):
                    return FilledForm(self, form, urljoin(self.url, address or ""))
        raise UnexpectedAnswer(f"{self.step} answered a page without a form for …{ending}")


class FilledForm:
    """One form of a page, to be filled in and sent."""

    def __init__(self, page: Page, form: html.FormElement, address: str) -> None:
        self.page, self._form, self.address = page, form, address

    @property
    def names(self) -> frozenset[str]:
        """The names of all inputs."""
        return frozenset(self._form.inputs.keys())

    def tick(self, name: str) -> None:
        """Tick the box `name`. Raises UnexpectedAnswer if it is not there."""
        for box in self._form.xpath(".//input[@type='checkbox']"):
            if box.get("name") == name:
                box.set("checked", "")
                return
        raise UnexpectedAnswer(f"{self.page.step} answered a form without a box {name}")

    def fill(self, name: str, text: str) -> None:
        """Type or choose `text` in the input `name`. Raises UnexpectedAnswer where that cannot be done."""
        try:
            control = self._form.inputs[name]
            if isinstance(control, html.InputElement) and control.type == "hidden" and control.value != text:
                raise UnexpectedAnswer(f"{self.page.step} answered a form with a fixed {name} of another value")
            if not text and isinstance(control, html.RadioGroup):
                return
            control.value = text
        except (KeyError, ValueError):
            # Without the cause: it would quote the value.
            raise UnexpectedAnswer(f"{self.page.step} answered a form that does not take {name}") from None

    def put(self, name: str, text: str) -> None:
        """Put `text` into the hidden input `name`, as a script of the page does."""
        self._form.fields[name] = text

    def value(self, name: str) -> str:
        """Return what stands in the input `name`; empty if nothing does."""
        return self._form.fields[name] or ""

    def content(self) -> list[tuple[str, str]]:
        """Return names and values as a browser would send them."""
        return list(self._form.form_values())


class Browser:
    """One visitor's browser.

    connection: kept open, and shared by one visitor after the other.
    address: the visitor's, as the proxy would say it.
    """

    def __init__(self, connection: http.client.HTTPConnection, address: str) -> None:
        self._connection, self._address = connection, address
        self._origin = f"http://{connection.host}:{connection.port}"

    def get(self, address: str, step: str) -> Page:
        """Fetch a page."""
        return self._fetch("GET", urljoin(self._origin, address), step, None)

    def send(self, form: FilledForm, step: str) -> Page:
        """Send a filled form by POST."""
        return self._fetch("POST", form.address, step, urlencode(form.content()).encode())

    def choose(self, form: FilledForm, step: str) -> Page:
        """Send a filled form by GET, and follow where it leads."""
        page = self._fetch("GET", f"{form.address}?{urlencode(form.content())}", step, None).require(302, 303)
        return self.get(urljoin(page.url, page.headers["location"]), step)

    def _fetch(self, method: str, url: str, step: str, body: bytes | None) -> Page:
        for attempt in range(PATIENCE):
            page = self._try(method, url, step, body)
            if "set-cookie" in page.headers:
                raise UnexpectedAnswer(f"{step} answered with a cookie")
            if page.status not in RETRIED or attempt == PATIENCE - 1:
                break
            wait = page.headers.get("retry-after", "")
            if not wait.isdigit():
                raise UnexpectedAnswer(f"{step} answered {page.status} without saying when to try again")
            time.sleep(min(int(wait), LONGEST_WAIT_SECONDS))
        return page

    def _try(self, method: str, url: str, step: str, body: bytes | None) -> Page:
        parts = urlsplit(url)
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        for again in (True, False):
            try:
                self._connection.request(method, target, body=body, headers=self._headers(body is not None))
                answer = self._connection.getresponse()
                headers = {name.lower(): value for name, value in answer.getheaders()}
                return Page(step, url, answer.status, headers, answer.read())
            except (http.client.HTTPException, OSError) as error:
                # A server may close a connection that lies idle; a second failure is a real one.
                self._connection.close()
                if not again:
                    raise UnexpectedAnswer(f"{step} got no answer ({type(error).__name__})") from None
        raise AssertionError

    def _headers(self, posting: bool) -> Mapping[str, str]:
        headers = {
            "X-Forwarded-For": self._address,
            "X-Forwarded-Proto": "https",
            "Accept": "text/html",
            "Accept-Language": "en",
            "Sec-Fetch-Site": "same-origin",
        }
        # Under our referrer policy a browser does not name the origin even of our own forms.
        return headers | {"Content-Type": FORM, "Origin": "null"} if posting else headers


def connect(port: int) -> http.client.HTTPConnection:
    """Return a connection to the service on this machine; it opens with the first request."""
    return http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS)


def address_of(number: int) -> str:
    """Return an address of its own for each visitor, from those kept for documentation (RFC 3849, RFC 5737)."""
    if number < OLD_ADDRESSES:
        return f"203.0.113.{number}"
    return f"2001:db8:{number >> 16:x}:{number & 0xFFFF:x}::{number % 251 + 1:x}"
