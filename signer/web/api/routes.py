"""Addresses under `/api/v1/`, all of them."""

from flask import Blueprint

from signer.web.api import views

api = Blueprint("api", __name__, url_prefix="/api/v1")

INITIATIVE = "/initiatives/<number:number>"

for path, name, view in (
    ("/", "index", views.index),
    ("/openapi.json", "openapi", views.openapi),
    ("/initiatives", "initiatives", views.initiatives),
    (INITIATIVE, "initiative", views.initiative),
    (f"{INITIATIVE}/tally", "tally", views.tally),
    (f"{INITIATIVE}/tally.csv", "tally_csv", views.tally_csv),
    (f"{INITIATIVE}/history", "history", views.history),
    (f"{INITIATIVE}/history.csv", "history_csv", views.history_csv),
    (f"{INITIATIVE}/forecast", "forecast", views.forecast),
):
    # The first address is also typed without its slash: a redirect would be one more thing for a program to get wrong.
    api.add_url_rule(path, name, view, strict_slashes=path != "/")
