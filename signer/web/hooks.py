"""Hooks of a request, as one list for each application, in the order in which they run.

The order is part of what they promise: what costs nothing and needs nobody to be known comes first. The lists stand in
`web/app.py` and `web/console/hooks.py`; no other module of ours installs one.
"""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask, Response
from flask_wtf.csrf import CSRFProtect
from werkzeug.wrappers import Response as AnyResponse

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
