"""The public addresses, all of them."""

from typing import Any

from flask import Blueprint, g

from signer.web.languages import preferred_language
from signer.web.public import (
    about,
    check_and_sign,
    details,
    embedding,
    erasure,
    funding,
    human_check,
    initiatives,
    milestones,
    nationality,
    numbers,
    thanks,
    well_known,
)

public = Blueprint("public", __name__)

LANGUAGE = "/<language:language>/"
INITIATIVE = f"{LANGUAGE}initiatives/<number:number>/"
SUPPORT = f"{INITIATIVE}support"
DETAILS = f"{SUPPORT}/<member_state>"
WITHOUT_LANGUAGE = frozenset(f"public.{name}" for name in ("home", "human_check", "healthz", "robots", "security_txt"))

public.add_url_rule("/", "home", initiatives.home)
public.add_url_rule(LANGUAGE, "initiatives", initiatives.initiatives)
public.add_url_rule(f"{LANGUAGE}privacy", "privacy", about.privacy)
public.add_url_rule(f"{LANGUAGE}accessibility", "accessibility", about.accessibility)
public.add_url_rule(f"{LANGUAGE}counting", "counting", about.counting)
public.add_url_rule(f"{LANGUAGE}contact", "contact", about.contact)
public.add_url_rule(f"{LANGUAGE}numbers", "numbers", numbers.numbers)
public.add_url_rule(INITIATIVE, "initiative", initiatives.initiative)
public.add_url_rule(f"{INITIATIVE}badge.svg", "badge", embedding.badge)
public.add_url_rule(f"{INITIATIVE}embed", "embed", embedding.embed)
public.add_url_rule(f"{INITIATIVE}milestones.atom", "milestones", milestones.milestones)
public.add_url_rule(f"{INITIATIVE}funding", "funding", funding.funding)
public.add_url_rule(f"{INITIATIVE}documents", "documents", about.documents)
public.add_url_rule(SUPPORT, "nationality", nationality.nationality)
public.add_url_rule(DETAILS, "details", details.details)
public.add_url_rule(DETAILS, "details_again", details.details_again, methods=["POST"])
public.add_url_rule(f"{DETAILS}/check", "check", check_and_sign.check_answers, methods=["POST"])
public.add_url_rule(f"{DETAILS}/sign", "sign", check_and_sign.sign, methods=["POST"])
public.add_url_rule(f"{INITIATIVE}code.txt", "code_file", thanks.code_file, methods=["POST"])
public.add_url_rule(f"{INITIATIVE}erase", "erase", erasure.erase)
public.add_url_rule(f"{INITIATIVE}erase", "erase_now", erasure.erase_now, methods=["POST"])
# Opened by their address, these three say what to do instead.
for form_only in ("check", "sign"):
    public.add_url_rule(f"{DETAILS}/{form_only}", f"{form_only}_directly", check_and_sign.only_from_the_form)
public.add_url_rule(f"{INITIATIVE}code.txt", "code_file_directly", check_and_sign.only_from_the_form)
public.add_url_rule("/human-check", "human_check", human_check.challenge)
public.add_url_rule("/healthz", "healthz", well_known.healthz)
public.add_url_rule("/robots.txt", "robots", well_known.robots)
public.add_url_rule("/.well-known/security.txt", "security_txt", well_known.security_txt)


@public.url_value_preprocessor
def _take_language(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Keep the language of the address for the page; views that need it ask `current_language`."""
    if values and "language" in values:
        g.language = values.pop("language")


@public.url_defaults
def _give_language(_endpoint: str, values: dict[str, Any]) -> None:
    """Let addresses made on a page stay in its language."""
    if _endpoint not in WITHOUT_LANGUAGE:
        values.setdefault("language", g.get("language") or preferred_language())
