"""Invented signatories, all adult on 1 May 2027. Nobody of this name lives at such an address."""

ADA = {
    "first_names": "Adalgunde",
    "family_names": "Mustermann-Erfunden",
    "street": "Erfundene Gasse",
    "street_number": "12b",
    "postal_code": "10115",
    "city": "Musterstadt",
    "residence_country": "DE",
    "date_of_birth": "1984-07-13",
}
"""A German."""

BERT = ADA | {"first_names": "Bertrando", "family_names": "Immaginario", "date_of_birth": "1979-03-02"}
"""Another German of the same house."""


def a_german(number: int) -> dict[str, str]:
    """Return what one of very many Germans types, of whom each number names another."""
    letters = "".join(chr(ord("a") + int(digit)) for digit in str(number))
    return ADA | {"family_names": f"Erfunden-{letters}"}
