"""Settings: defaults, then the file, then the environment; what is wrong is named, and nothing is guessed."""

from pathlib import Path

import pytest

from signer.settings import MissingSecret, Settings, WrongSettings, read_settings


def write(folder: Path, text: str) -> dict[str, str]:
    """Write a settings file and return the environment that names its instance."""
    (folder / "settings.toml").write_text(text, encoding="utf-8")
    return {"SIGNER_INSTANCE": str(folder)}


def test_the_environment_comes_before_the_file_and_the_file_before_the_defaults(tmp_path: Path) -> None:
    environ = write(tmp_path, 'port = 9000\nlimits_url = "redis://a"')

    settings = read_settings(environ | {"SIGNER_PORT": "9001"})

    assert (settings.port, settings.limits_url, settings.host) == (9001, "redis://a", "127.0.0.1")


def test_without_a_database_url_it_is_sqlite_in_the_instance(tmp_path: Path) -> None:
    settings = read_settings({"SIGNER_INSTANCE": str(tmp_path)})

    assert settings.database_url == f"sqlite:///{tmp_path / 'signer.sqlite3'}"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("prot = 9000", "'prot' is not known"),
        ('port = "nine"', "'port' must be a whole number"),
        ("port = true", "'port' must be a whole number"),
        ("port = -1", "'port' must be a whole number"),
        ('demonstration = "yes"', "'demonstration' must be bool"),
        ("host = 3", "'host' must be str"),
        ('instance = "/elsewhere"', "'instance' is not known"),
        ("port = ", "cannot be read as TOML"),
        ("collection_keys = 3", "'collection_keys' must be a table"),
        ('[collection_keys]\n"2021/1" = "00"', "is not a registration number"),
        ('[collection_keys]\n"2021/000001" = "00"', "must be 64 hexadecimal digits"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(WrongSettings, match=named):
        read_settings(write(tmp_path, text))


def test_a_secret_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    settings = Settings(instance=tmp_path, secrets=tmp_path / "secrets")

    assert settings.make_secret("log-key")
    first = settings.secret("log-key")
    assert not settings.make_secret("log-key")

    assert settings.secret("log-key") == first
    assert len(first) == 32
    assert (tmp_path / "secrets" / "log-key").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700


def test_a_secret_that_others_may_read_is_refused(tmp_path: Path) -> None:
    settings = Settings(instance=tmp_path, secrets=tmp_path)
    settings.make_secret("log-key")
    (tmp_path / "log-key").chmod(0o640)

    with pytest.raises(MissingSecret, match="chmod 600"):
        settings.secret("log-key")


@pytest.mark.parametrize("content", ["", "00", "zz" * 32, "00" * 33, "é" * 64])
def test_a_malformed_secret_is_refused_without_showing_it(tmp_path: Path, content: str) -> None:
    settings = Settings(instance=tmp_path, secrets=tmp_path)
    (tmp_path / "log-key").write_text(content, encoding="utf-8")
    (tmp_path / "log-key").chmod(0o600)

    with pytest.raises(MissingSecret) as refused:
        settings.secret("log-key")

    assert not content or content not in str(refused.value)


def test_no_secret_and_no_password_is_printed(tmp_path: Path) -> None:
    settings = Settings(instance=tmp_path, secrets=tmp_path, database_url="postgresql://u:hunter2@h/d")

    assert "hunter2" not in repr(settings)
