"""An instance that estimated persons loses the sketch and the estimates, keeps its counts, and can expect repeats."""

from pathlib import Path

from alembic import command
from sqlalchemy import insert, inspect, select, text

from signer import schema
from signer.database import open_engine, reading, writing
from signer.schema import migrate
from signer.settings import Settings
from signer.tallies.tables import invalid_share, repeat_share
from tests.migrations.test_0006_campaign import INITIATIVE

SKETCH = "INSERT INTO person_sketch (initiative_id, member_state, bits) VALUES (1, 'DE', :bits)"
ESTIMATE = "INSERT INTO person_estimate VALUES (1, 'DE', '2027-05-01', 61000, 500)"


def test_the_sketch_goes_and_the_shares_that_are_expected_stay(empty_database: str, tmp_path: Path) -> None:
    engine = open_engine(Settings(instance=tmp_path, secrets=tmp_path, database_url=empty_database))
    with writing(engine) as connection:
        config = schema._config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0005")
        connection.exec_driver_sql(INITIATIVE)
        command.upgrade(config, "0007")
        connection.execute(text(SKETCH), {"bits": b"\xff" * 40})
        connection.execute(text(ESTIMATE))
        connection.execute(insert(invalid_share).values(initiative_id=1, member_state="DE", share=0.2))

    migrate(engine)

    assert {"person_sketch", "person_estimate"}.isdisjoint(inspect(engine).get_table_names())
    with writing(engine) as connection:
        assert connection.scalar(select(invalid_share.c.share)) == 0.2
        connection.execute(insert(repeat_share).values(initiative_id=1, member_state="DE", share=0.02))
    with reading(engine) as connection:
        assert connection.scalar(select(repeat_share.c.share)) == 0.02
    engine.dispose()
