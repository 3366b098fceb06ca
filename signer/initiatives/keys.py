"""Keys of an initiative on the service's side: the public collection key and the storage key."""

from sqlalchemy import Connection, delete, insert

from signer.audit.entry import EntryKind
from signer.audit.unit_of_work import UnitOfWork
from signer.errors import SignerError
from signer.initiatives.initiative import Initiative, Status
from signer.initiatives.queries import find_key
from signer.initiatives.tables import collection_key
from signer.sealing.envelope import RecipientKey
from signer.sealing.signing import SigningKey
from signer.sealing.storage_key import StorageKey
from signer.sealing.trust import Trust
from signer.settings import Settings

MANIFEST_KEY, LOG_KEY, FORM_TOKEN_KEY = "manifest-key", "log-key", "form-token-key"


class UnknownKey(SignerError):
    """The collection key is missing, or its full fingerprint is not the one in the settings."""


class UnfitTrust(SignerError):
    """The trust file or public key of a ceremony does not belong to this instance and initiative."""


def storage_secret(registration_number: str) -> str:
    """Return the name of the secret that is an initiative's storage key."""
    return f"storage-{registration_number.replace('/', '-')}"


def read_storage_key(settings: Settings, registration_number: str) -> StorageKey:
    """Return the storage key. Raises MissingSecret."""
    return StorageKey(settings.secret(storage_secret(registration_number)))


def manifest_key(settings: Settings) -> SigningKey:
    """Return the key that signs manifests of batches. Raises MissingSecret."""
    return SigningKey.from_seed(settings.secret(MANIFEST_KEY))


def log_key(settings: Settings) -> SigningKey:
    """Return the key that signs checkpoints of the log. Raises MissingSecret."""
    return SigningKey.from_seed(settings.secret(LOG_KEY))


def require_key(connection: Connection, settings: Settings, initiative: Initiative) -> RecipientKey:
    """Return the key to seal to, if its full fingerprint stands in the settings. Raises UnknownKey.

    Whoever can write to the database could otherwise have every statement sealed to a key of their own.
    """
    number = initiative.registration_number
    key = find_key(connection, initiative.id)
    if key is None:
        raise UnknownKey(f"no collection key is installed for {number}; run `signer keys install`")
    expected = settings.collection_keys.get(number)
    if expected is None:
        raise UnknownKey(f"settings.toml names no fingerprint under [collection_keys] for {number}")
    if key.fingerprint.hex() != expected:
        raise UnknownKey(f"the key of {number} has fingerprint {key.fingerprint.hex()}, settings.toml says {expected}")
    return key


def install_key(unit: UnitOfWork, initiative: Initiative, key: RecipientKey, trust: Trust) -> None:
    """Keep the public key that a ceremony made; while the initiative is a draft, in place of an earlier one.

    Raises UnfitTrust. Statements begin to be taken only when the settings name the fingerprint.
    """
    number = initiative.registration_number
    fits = {
        "registration number": trust.registration_number == number,
        "scheme": trust.scheme == initiative.scheme,
        "key fingerprint": trust.key_fingerprint == key.fingerprint,
        "manifest key": trust.manifest_key == manifest_key(unit.settings).verifying_key,
        "log key": trust.log_key == log_key(unit.settings).verifying_key,
        "log origin": trust.log_origin == unit.settings.log_origin,
    }
    for name, does_fit in fits.items():
        if not does_fit:
            raise UnfitTrust(f"the {name} of the trust file is not that of {number} on this instance")
    if trust.rehearsal and not unit.settings.demonstration:
        raise UnfitTrust("the trust file is of a rehearsal, and this instance is no demonstration")
    if initiative.status is not Status.DRAFT:
        raise UnfitTrust(f"{number} has been opened; its collection key can no longer change")
    unit.connection.execute(delete(collection_key).where(collection_key.c.initiative_id == initiative.id))
    unit.connection.execute(
        insert(collection_key).values(initiative_id=initiative.id, public_key=key.to_bytes(), installed_on=unit.on)
    )
    unit.record(EntryKind.KEY_INSTALLED, number, fingerprint=key.fingerprint.hex())
