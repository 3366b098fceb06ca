"""What organisers enter comes to an instance that has initiatives: their texts become the first version of each."""

from datetime import date
from pathlib import Path

from alembic import command
from sqlalchemy import text

from signer import schema
from signer.database import open_engine, reading, writing
from signer.schema import migrate
from signer.settings import Settings

INITIATIVE = (
    "INSERT INTO initiative VALUES (1, '2027/000042', 'eu', '2027-01-07', '2027-02-01', '2028-01-31', "
    "'', 'https://initiative.example', 'en', '[]', 'collecting')"
)
TEXT = "INSERT INTO initiative_text VALUES (1, '{}', '{}', 'We ask for it.', 'https://initiative.example/{}', '')"


def test_texts_that_are_there_become_the_first_version_of_their_history(empty_database: str, tmp_path: Path) -> None:
    engine = open_engine(Settings(instance=tmp_path, secrets=tmp_path, database_url=empty_database))
    with writing(engine) as connection:
        config = schema._config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0005")
        connection.exec_driver_sql(INITIATIVE)
        connection.exec_driver_sql(TEXT.format("en", "A quiet sky", "en"))
        connection.exec_driver_sql(TEXT.format("de", "Ein stiller Himmel", "de"))

    migrate(engine)

    columns = "initiative_id, language, title, objectives, website, partial_registration, written_on"
    with reading(engine) as connection:
        versions = connection.execute(text(f"SELECT {columns} FROM text_version ORDER BY language")).all()
        kept = connection.execute(text("SELECT registration_number, status, pause_reason FROM initiative")).one()
    assert [(*row[:6], date.fromisoformat(str(row[6]))) for row in versions] == [
        (1, "de", "Ein stiller Himmel", "We ask for it.", "https://initiative.example/de", "", date(2027, 1, 7)),
        (1, "en", "A quiet sky", "We ask for it.", "https://initiative.example/en", "", date(2027, 1, 7)),
    ]
    assert tuple(kept) == ("2027/000042", "collecting", "")
    engine.dispose()
