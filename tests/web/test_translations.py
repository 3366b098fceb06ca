"""Every text goes through the catalogues, and the catalogues have every text."""

from tests.web.catalogues import bare_texts, problems, unknown_names


def test_the_catalogues_have_exactly_the_messages_of_the_sources() -> None:
    """`python -m tests.web.catalogues --update` brings them up to date."""
    assert list(problems()) == []


def test_no_module_translates_by_a_name_that_is_not_looked_for() -> None:
    """Its texts would be missing from the catalogues and from what is compared with them."""
    assert list(unknown_names()) == []


def test_no_template_has_words_that_no_translator_would_see() -> None:
    assert list(bare_texts()) == []
