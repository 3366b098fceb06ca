"""A session interface that opens nothing: no public page reads or sets a cookie."""

from flask import Flask
from flask.sessions import SessionInterface, SessionMixin
from flask.wrappers import Request


class ClosedSessions(SessionInterface):
    """Gives every request an empty session that cannot be written to."""

    def open_session(self, app: Flask, request: Request) -> SessionMixin | None:
        """Return the null session: nothing is read, and a write raises RuntimeError."""
        return self.make_null_session(app)
