"""Who may open which page of the console. A page that says nothing here is opened by nobody.

    @needs(Permission.SEE_BATCHES)
    def batches(number: str) -> str: ...

The permission is asked for the initiative in the address (`<number:number>`). An address without one is opened by
whoever has the permission for any initiative; such a page shows `initiatives_with` it and no other.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from flask import Flask, Response, current_app, make_response, redirect, render_template, request, url_for
from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Response as AnyResponse

from signer.accounts.roles import Permission
from signer.web.console.current import allowed, allowed_somewhere, is_logged_on

View = TypeVar("View", bound=Callable[..., object])


@dataclass(frozen=True)
class Guard:
    """What a page asks of whoever opens it.

    anyone: nothing at all. on_the_way: nothing, but whoever has logged on already is sent to the first page.
    permission: None if it is enough to have logged on. closed: not even that helps.
    """

    anyone: bool = False
    on_the_way: bool = False
    permission: Permission | None = None
    closed: bool = False


ANYONE, LOG_ON, CLOSED = Guard(anyone=True), Guard(), Guard(closed=True)
ON_THE_WAY = Guard(on_the_way=True)


def open_to_anyone(view: View) -> View:
    """Let anybody open the page."""
    return _guarded(view, ANYONE)


def needs_log_on(view: View) -> View:
    """Let everybody open the page who has logged on: it shows what is their own."""
    return _guarded(view, LOG_ON)


def needs(permission: Permission) -> Callable[[View], View]:
    """Let those open the page who have `permission` for the initiative in its address."""
    return lambda view: _guarded(view, Guard(permission=permission))


def install_guards(app: Flask, of_library: Mapping[str, Guard]) -> None:
    """Ask at every request. To be installed before any other hook of `app`.

    of_library: the guards of pages that Flask-Security brings, by endpoint.
    """
    app.extensions["guards_of_library"] = dict(of_library)
    app.before_request(_check)


def guard_of(app: Flask, endpoint: str) -> Guard | None:
    """Return the guard of a page; None if it has none, and is therefore shut."""
    guard: Guard | None = getattr(app.view_functions[endpoint], "guard", None)
    return guard or app.extensions["guards_of_library"].get(endpoint)


def _guarded(view: View, guard: Guard) -> View:
    view.guard = guard  # type: ignore[attr-defined] # what the hook looks for
    return view


def _check() -> AnyResponse | None:
    if request.endpoint is None:
        return None  # no such page, or not by this method: the answer is 404 or 405
    guard = guard_of(current_app, request.endpoint)
    if guard is None or guard.closed:
        raise Forbidden
    if guard.anyone:
        return None
    if guard.on_the_way:
        return redirect(url_for("home")) if is_logged_on() else None
    if not is_logged_on():
        return _log_on_first()
    if guard.permission and not _has(guard.permission):
        raise Forbidden
    return None


def _has(permission: Permission) -> bool:
    number = (request.view_args or {}).get("number")
    return allowed(permission, number) if number else allowed_somewhere(permission)


def _log_on_first() -> AnyResponse:
    """Send to the log-on; what was typed into a form meanwhile is kept on a page that can send it again.

    Not passwords: whoever comes to the screen next must not find one in the page.
    """
    if request.method != "POST":
        wanted = f"{request.script_root}{request.full_path}".rstrip("?")
        return redirect(url_for("security.login", next=wanted))
    typed = [
        (name, value)
        for name, value in request.form.items(multi=True)
        if name != "csrf_token" and "password" not in name
    ]
    response: Response = make_response(render_template("console/logged_off.html", typed=typed), 401)
    return response
