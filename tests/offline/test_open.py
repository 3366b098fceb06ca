"""The way of a statement from a sealed batch to the authority's file, and of repeats into the report."""

import json
from pathlib import Path
from uuid import UUID

import pytest
from lxml import etree

from tests.offline.conftest import Desk
from tests.offline.making import ANNA, INITIATIVE, sealed
from tests.people import ADA

BERT = ADA | {"first_names": "Bertrando", "date_of_birth": "1979-03-02"}


def read(path: Path) -> list[dict[str, str]]:
    """The statements of a written file: key to value, with day and identifier."""
    root = etree.parse(path).getroot()
    found = []
    for signature in root.iter("signature"):
        properties = {entry.findtext("key"): entry.findtext("value") for entry in signature.iter("property")}
        found.append(
            properties | {name: signature.findtext(name) for name in ("submissionDate", "signatureIdentifier")}
        )
    return found


def report_of(desk: Desk) -> dict[str, object]:
    report: dict[str, object] = json.loads((desk.out / "report.json").read_text())
    return report


def test_every_field_reaches_the_authority_as_it_was_sealed(desk: Desk) -> None:
    ada = sealed(1)

    result = desk.open(desk.make.batch(ada))

    assert result.exit_code == 0, result.stderr
    assert read(desk.out / "DE.xml") == [
        {
            "oct.property.street": "Erfundene Gasse",
            "oct.property.street.number": "12b",
            "oct.property.postal.code": "10115",
            "oct.property.city": "Musterstadt",
            "oct.property.country": "de",
            "oct.property.full.first.names": "Adalgunde",
            "oct.property.family.names": "Mustermann-Erfunden",
            "oct.property.date.of.birth": "13/07/1984",
            "submissionDate": "2027-05-01",
            "signatureIdentifier": str(UUID(bytes=ada.code.statement_id)),
        }
    ]


def test_the_layout_is_the_commissions(desk: Desk) -> None:
    """Order of elements, groups and properties, as the files of the Commission's software have it."""
    desk.open(desk.make.batch(sealed(1)), desk.make.batch(sealed(2, ANNA, member_state="AT")))

    part_a = etree.parse(desk.out / "DE.xml").getroot()
    part_b = etree.parse(desk.out / "AT.xml").getroot()
    assert (desk.out / "DE.xml").read_bytes().startswith(b"<?xml version='1.0' encoding='utf-8'?>")
    assert [child.tag for child in part_a] == ["forCountry", "initiativeData", "signatures"]
    assert [(child.tag, child.text or "") for child in part_a.find("initiativeData")] == [
        ("registrationNumber", "ECI(2027)000042"),
        ("startOfTheCollectionPeriod", "2027-02-01"),
        ("endOfTheCollectionPeriod", "2028-01-31"),
        ("urlOnCommissionRegister", INITIATIVE.register_url),
        ("title", INITIATIVE.title),
        ("objectives", INITIATIVE.objectives),
        ("registeredContactPersons", INITIATIVE.contact_persons),
        ("url", ""),
    ]
    signature = part_a.find("signatures/signature")
    assert [child.tag for child in signature] == [
        "submissionDate",
        "signatureIdentifier",
        "annexRevision",
        "signatoryInfo",
    ]
    assert [name.text for name in part_a.iter("name")] == ["oct.group.address", "oct.group.general"]
    assert [name.text for name in part_b.iter("name")] == ["oct.group.id", "oct.group.general"]
    assert [key.text for key in part_a.iter("key")] == [
        "oct.property.street",
        "oct.property.street.number",
        "oct.property.postal.code",
        "oct.property.city",
        "oct.property.country",
        "oct.property.full.first.names",
        "oct.property.family.names",
        "oct.property.date.of.birth",
    ]
    assert [key.text for key in part_b.iter("key")] == [
        "oct.property.passport",
        "oct.property.full.first.names",
        "oct.property.family.names",
    ]


def test_greece_is_gr_in_lower_case(desk: Desk) -> None:
    desk.open(desk.make.batch(sealed(1, ADA | {"residence_country": "GR"}, member_state="GR")))

    root = etree.parse(desk.out / "GR.xml").getroot()
    assert root.findtext("forCountry") == "gr"
    assert [entry["oct.property.country"] for entry in read(desk.out / "GR.xml")] == ["gr"]


@pytest.mark.parametrize(
    "value",
    [
        "Παπαδοπούλου" * 16 + "Παπαδοπο",
        "Цветелина & Стоянка",
        "a ]]> <b> &amp; c",
        "\u202bعلي\u202c",
        "𝒜 U+1D49C",
        "tab\tand\rreturn\nand\u0085next line",
    ],
)
def test_hard_values_arrive_unchanged(desk: Desk, value: str) -> None:
    """The rules would refuse some of them; the writer does not lean on that."""
    fields = dict.fromkeys(("first_names", "family_names", "street", "city"), value)

    result = desk.open(desk.make.batch(sealed(1, ADA | fields)))

    assert result.exit_code == 0, result.stderr
    (entry,) = read(desk.out / "DE.xml")
    assert entry["oct.property.full.first.names"] == value
    assert entry["oct.property.city"] == value


def test_an_empty_house_number_is_an_empty_value(desk: Desk) -> None:
    statement = sealed(1, ADA | {"street_number": ""}, confirmed=frozenset({"street_number"}))

    desk.open(desk.make.batch(statement))

    assert read(desk.out / "DE.xml")[0]["oct.property.street.number"] == ""
    figures = report_of(desk)["member_states"]["DE"]["figures"]
    assert (figures["confirmed"], figures["confirmed_fields"]) == (1, {"street_number": 1})


def test_identical_repeats_are_written_once(desk: Desk) -> None:
    """The first in the batches' order stays, also across batches and days."""
    first, second, third = sealed(1), sealed(2), sealed(3)
    bert = sealed(4, BERT)
    former = desk.make.batch(first, second, bert, number=1, final=False)
    latter = desk.make.batch(third, number=2, final=False)

    result = desk.open(latter, former)

    assert result.exit_code == 0, result.stderr
    kept, left = sorted((first, second), key=lambda each: each.code.statement_id)
    written = {entry["signatureIdentifier"] for entry in read(desk.out / "DE.xml")}
    assert written == {str(UUID(bytes=each.code.statement_id)) for each in (kept, bert)}
    entry = report_of(desk)["member_states"]["DE"]
    ids = [UUID(bytes=each.code.statement_id) for each in (kept, left, third)]
    assert entry["identical"] == [[str(ids[0]), *sorted(str(other) for other in ids[1:])]]
    assert entry["differing"] == []
    assert entry["figures"] | {"file": ""} == {
        "file": "",
        "statements": 4,
        "left_out": 2,
        "written": 2,
        "differing": 0,
        "differing_persons": 0,
        "look_alikes": 0,
        "persons": 2,
        "confirmed": 0,
        "confirmed_fields": {},
    }


def test_differing_statements_of_one_person_are_all_written_and_counted_once(desk: Desk) -> None:
    first, second = sealed(1), sealed(2, ADA | {"street": "Andere Gasse"})
    same = sealed(3, ADA | {"first_names": "ADALGUNDE"})

    desk.open(desk.make.batch(first, second, same, sealed(4, BERT)))

    entry = report_of(desk)["member_states"]["DE"]
    together = sorted(str(UUID(bytes=each.code.statement_id)) for each in (first, second, same))
    assert entry["differing"] == [together]
    figures = entry["figures"]
    assert (figures["written"], figures["differing"], figures["differing_persons"], figures["persons"]) == (4, 3, 1, 2)


def test_a_document_number_written_otherwise_is_the_same_person(desk: Desk) -> None:
    """Sweden writes years with two digits or four."""
    number = {"document_type": "personal_number", "document_number": "8001010000"}
    first = sealed(1, ANNA | number, member_state="SE")
    second = sealed(2, ANNA | number | {"document_number": "198001010000"}, member_state="SE")

    desk.open(desk.make.batch(first, second))

    assert report_of(desk)["member_states"]["SE"]["figures"]["persons"] == 1


def test_look_alikes_are_flagged_and_counted_apart(desk: Desk) -> None:
    """Namesakes born the same day exist, and people move: the authority may look, we do not judge."""
    here, there = sealed(1), sealed(2, ADA | {"postal_code": "80331"})

    desk.open(desk.make.batch(here, there))

    entry = report_of(desk)["member_states"]["DE"]
    assert entry["look_alikes"] == [sorted(str(UUID(bytes=each.code.statement_id)) for each in (here, there))]
    assert (entry["figures"]["persons"], entry["figures"]["written"]) == (2, 2)


def test_one_person_in_two_member_states_is_written_in_both(desk: Desk) -> None:
    batches = [desk.make.batch(sealed(number, ANNA, member_state=code)) for number, code in enumerate(("AT", "ES"))]

    result = desk.open(*batches)

    assert result.exit_code == 0, result.stderr
    assert len(read(desk.out / "AT.xml")) == len(read(desk.out / "ES.xml")) == 1


def test_what_is_written_is_for_its_owner_only(desk: Desk) -> None:
    desk.open(desk.make.batch(sealed(1)))

    assert desk.out.stat().st_mode & 0o777 == 0o700
    assert {path.name for path in desk.out.iterdir()} == {"DE.xml", "report.json"}
    assert {path.stat().st_mode & 0o777 for path in desk.out.iterdir()} == {0o600}


TELLING = 6


def test_no_report_or_output_line_holds_what_was_opened(desk: Desk) -> None:
    result = desk.open(desk.make.batch(sealed(1), sealed(2), sealed(3, ADA | {"street": "Andere Gasse"})))

    shown = result.output + (desk.out / "report.json").read_text()
    # Shorter ones, such as a house number, stand in a random identifier now and then.
    told = [value for value in ADA.values() if len(value) >= TELLING]
    assert len(told) > 4
    assert not any(value in shown for value in told)


def test_results_as_json_are_one_object(desk: Desk) -> None:
    batch = desk.make.batch(sealed(1))

    result = desk.open(batch, more=("--json",))

    assert json.loads(result.stdout)["member_states"]["DE"]["persons"] == 1
    assert result.stderr.strip() in ("", "1 of 2 shares given.")


@pytest.mark.slow
def test_several_processes_write_the_same_bytes_as_one(desk: Desk) -> None:
    """More than a chunk each, with repeats across chunks."""
    statements = [sealed(number, ADA | {"street_number": str(number % 700)}) for number in range(900)]
    batch = desk.make.batch(*statements)
    written = []

    for processes in (1, 3):
        assert desk.open(batch, more=("--processes", processes)).exit_code == 0
        written.append({path.name: path.read_bytes() for path in desk.out.iterdir()})
        desk.out.rename(desk.folder / f"by {processes}")

    assert written[0] == written[1]
    assert json.loads(written[0]["report.json"])["member_states"]["DE"]["figures"]["left_out"] == 200


@pytest.mark.slow
def test_a_doubt_in_another_process_stops_the_run_too(desk: Desk) -> None:
    statements = [sealed(number, ADA | {"street_number": str(number)}) for number in range(600)]
    batch = desk.make.batch(*statements, sealed(601, ADA | {"more": "1"}))

    result = desk.open(batch, more=("--processes", 2))

    assert result.exit_code == 1
    assert sealed(601).code.statement_id.hex() in result.stderr
    assert "by another way" in result.stderr
    assert not desk.out.exists()
