"""How the logs name who has an account: by its number, for addresses and names are not to stand there."""


def actor_of(account_id: int | str) -> str:
    """Return the name of an account in the audit log and in what is kept of who wrote something."""
    return f"account:{account_id}"
