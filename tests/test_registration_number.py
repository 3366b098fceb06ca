"""Registration numbers in the two forms that people meet."""

import pytest

from signer.registration_number import MalformedRegistrationNumber, formal_number, normal_number


def test_registration_numbers_are_read_in_both_forms() -> None:
    assert normal_number("ECI(2021)000001") == normal_number(" 2021/000001 ") == "2021/000001"
    assert normal_number(formal_number("2021/000001")) == "2021/000001"


@pytest.mark.parametrize("typed", ["2021/1", "", "2021-000001", "ECI(2021)00001", "ECI(2021)/000001", "٢٠٢١/٠٠٠٠٠١"])
def test_anything_else_is_none(typed: str) -> None:
    with pytest.raises(MalformedRegistrationNumber):
        normal_number(typed)
