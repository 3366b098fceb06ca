"""Hooks of a request, all of them, in the order in which they run: before the view, then on its answer.

The order is part of what they promise: what costs nothing and needs nobody to be known comes first, compression last,
for it looks at what the others have said of an answer. The libraries' own hooks are named where they stand.
"""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask, Response
from flask_wtf.csrf import CSRFProtect
from werkzeug.wrappers import Response as AnyResponse

from signer.web.api.hooks import open_to_all, refuse_other_methods, require_acceptable
from signer.web.compression import compress
from signer.web.console.guards import check_guard
from signer.web.console.limits import LogOnLimits
from signer.web.console.security import ask_for_password, refuse_foreign_next
from signer.web.console.sessions import last_until_idle
from signer.web.headers import allow_console_features
from signer.web.limits import PostLimit
from signer.web.requests import check_post
from signer.web.static_files import keep_when_current

Before = Callable[[], AnyResponse | None] | type[CSRFProtect]
After = Callable[[Response], Response]


@dataclass(frozen=True)
class Hooks:
    """before: each may answer in the view's place; a library's class installs its own. after: each sees the answer."""

    before: tuple[Before, ...]
    after: tuple[After, ...]

    def install(self, app: Flask) -> None:
        """Have them run with each request of `app`."""
        for hook in self.before:
            if isinstance(hook, type):
                hook(app)
            else:
                app.before_request(hook)
        # Flask runs these from the last to the first.
        for answered in reversed(self.after):
            app.after_request(answered)


def public_hooks(posts: PostLimit) -> Hooks:
    """Return the hooks of the public pages and of the interface for programs."""
    return Hooks(
        before=(
            # Before anything counts or looks at a form: nobody sends any to an address for programs.
            refuse_other_methods,
            posts.count,
            check_post,
            require_acceptable,
        ),
        after=(open_to_all, keep_when_current, compress),
    )


def console_hooks(posts: PostLimit, tries: LogOnLimits) -> Hooks:
    """Return the hooks of the console."""
    return Hooks(
        before=(
            last_until_idle,
            check_post,
            posts.count,
            # Who may open the page; then whether the form is one that we gave to this session.
            check_guard,
            CSRFProtect,
            refuse_foreign_next,
            ask_for_password,
            # Before the library looks at a password.
            tries.count,
        ),
        after=(allow_console_features,),
    )
