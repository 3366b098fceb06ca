"""Descriptions come from the register's XML or our JSON; what does not fit is named."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signer.initiatives.description import MalformedDescription, read_description
from tests.cases import every_case

XML = """<?xml version="1.0" encoding="UTF-8"?>
<export date="2027-01-20T10:00:00">
  <initiative registrationNumber="ECI(2027)000042" registrationDate="2027-01-07" url="https://register.example/42"
      startOfTheCollectionPeriod="2027-02-01" endOfTheCollectionPeriod="2028-01-31">
    <organisers>
      <organiser role="representative"><firstName>Ottoline</firstName><familyName>Invented</familyName>
        <email>ottoline@initiative.example</email></organiser>
      <organiser role="member"><firstName>Bartholomew</firstName><familyName>Madeup</familyName></organiser>
      <organiser role="legal entity"><firstName/><familyName>Quiet Sky Association</familyName>
        <country>be</country></organiser>
    </organisers>
    <languages>
      <language code="en" original="true"><title>A quiet sky &amp; clear water</title>
        <description>We ask for a quiet sky.</description><site>https://initiative.example</site></language>
      <language code="el"><title>Ήσυχος ουρανός</title><description>Ζητούμε ήσυχο ουρανό.</description></language>
    </languages>
  </initiative>
</export>
"""
JSON = {
    "registration_number": "2027/000042",
    "registered_on": "2027-01-07",
    "collection_start": "2027-02-01",
    "collection_end": "2028-01-31",
    "register_url": "https://register.example/42",
    "original_language": "en",
    "texts": {"en": {"title": "A quiet sky", "objectives": "We ask for a quiet sky."}},
}


def test_the_registers_xml_is_read() -> None:
    read = read_description(XML.encode())

    assert (read.registration_number, read.scheme, read.original_language) == ("2027/000042", "eu", "en")
    assert read.texts["en"].title == "A quiet sky & clear water"
    assert read.texts["el"].objectives == "Ζητούμε ήσυχο ουρανό."
    assert [(person.role, person.name, person.country) for person in read.organisers] == [
        ("representative", "Ottoline Invented", ""),
        ("member", "Bartholomew Madeup", ""),
        ("legal entity", "Quiet Sky Association", "BE"),
    ]


def test_our_json_is_read() -> None:
    assert read_description(json.dumps(JSON).encode()).texts["en"].objectives == "We ask for a quiet sky."


@every_case(
    ("change", "named"),
    [
        ({"registration_number": "42"}, "registration number"),
        ({"registered_on": "yesterday"}, "registered_on"),
        ({"collection_end": "2027-01-31"}, "out of order"),
        ({"register_url": "javascript:alert(1)"}, "register_url"),
        ({"original_language": "fr"}, "original language"),
        ({"texts": {}}, "texts"),
        ({"texts": {"en": {"title": "", "objectives": "x"}}}, "title"),
        ({"texts": {"en": {"title": "x" * 501, "objectives": "x"}}}, "longer"),
        ({"texts": {"EN-gb": {"title": "x", "objectives": "x"}}}, "language"),
        ({"organisers": [{"role": "king", "name": "x"}]}, "role"),
        ({"organisers": "nobody"}, "organisers"),
    ],
)
def test_what_does_not_fit_is_named(change: dict[str, object], named: str) -> None:
    with pytest.raises(MalformedDescription, match=named):
        read_description(json.dumps(JSON | change).encode())


@every_case(
    "content",
    [
        b"",
        b"[]",
        b"<export/>",
        b"<export><initiative></export>",
        b'<!DOCTYPE export [<!ENTITY a "b">]><export><initiative/></export>',
        XML.replace(' original="true"', "").encode(),
        XML.replace('code="el"', 'code="el" original="true"').encode(),
    ],
)
def test_other_files_are_refused(content: bytes) -> None:
    with pytest.raises(MalformedDescription):
        read_description(content)


@given(st.binary(max_size=200))
def test_no_file_breaks_the_reader(content: bytes) -> None:
    with pytest.raises(MalformedDescription):
        read_description(content)
