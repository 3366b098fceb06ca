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

OF_LIBRARY: Mapping[str, Guard] = {
    "security.login": ANYONE,
    "security.logout": ANYONE,
    # Each of these looks for a log-on that has got as far as the password; the first also changes the app afterwards.
    "security.two_factor_setup": ANYONE,
    # The library logs off whoever opens one of these while logged on.
    "security.two_factor_token_validation": ON_THE_WAY,
    "security.tf_select": ON_THE_WAY,
    "security.mf_recovery": ON_THE_WAY,
    "security.wan_signin": ON_THE_WAY,
    "security.wan_signin_response": ON_THE_WAY,
    "security.two_factor_setup_validate": LOG_ON,
    "security.verify": LOG_ON,
    "security.change_password": LOG_ON,
    "security.mf_recovery_codes": LOG_ON,
    "security.wan_register": LOG_ON,
    "security.wan_register_response": LOG_ON,
    "security.wan_delete": LOG_ON,
    # It would mail the operator at anybody's wish; recovery codes have a page of their own.
    "security.two_factor_rescue": CLOSED,
}
"""Guards of the pages that Flask-Security brings, by endpoint."""


def open_to_anyone(view: View) -> View:
    """Let anybody open the page."""
    return _guarded(view, ANYONE)


def needs_log_on(view: View) -> View:
    """Let everybody open the page who has logged on: it shows what is their own."""
    return _guarded(view, LOG_ON)


def needs(permission: Permission) -> Callable[[View], View]:
    """Let those open the page who have `permission` for the initiative in its address."""
    return lambda view: _guarded(view, Guard(permission=permission))


def guard_of(app: Flask, endpoint: str) -> Guard | None:
    """Return the guard of a page; None if it has none, and is therefore shut."""
    guard: Guard | None = getattr(app.view_functions[endpoint], "guard", None)
    return guard or OF_LIBRARY.get(endpoint)


def _guarded(view: View, guard: Guard) -> View:
    view.guard = guard  # type: ignore[attr-defined] # what the hook looks for
    return view


def check_guard() -> AnyResponse | None:
    """Let the request through if the page's guard does; else send to the log-on. Raises Forbidden."""
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
