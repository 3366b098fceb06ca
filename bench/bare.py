"""The other side of every ratio: the least that the same framework and server do for a page and for a form."""

from flask import Flask, request

PAGE = "<!doctype html><html lang=en><title>Hello</title><h1>Hello</h1>"


def make_app() -> Flask:
    """Return an application with one page and one form."""
    app = Flask("bare")

    @app.get("/healthz")
    @app.get("/hello")
    def hello() -> str:
        return PAGE

    @app.post("/form")
    def form() -> str:
        return f"{PAGE}<p>{len(request.form)}</p>"

    return app
