"""Hooks of the console, in the order in which they run."""

from flask_wtf.csrf import CSRFProtect

from signer.web.console.guards import check_guard
from signer.web.console.limits import LogOnLimits
from signer.web.console.security import ask_for_password, refuse_foreign_next
from signer.web.console.sessions import last_until_idle
from signer.web.headers import allow_console_features
from signer.web.hooks import Hooks
from signer.web.limits import PostLimit
from signer.web.requests import check_post


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
