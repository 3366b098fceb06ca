"""Which tests run in one process when several run side by side: those that share something that took long to make."""

from xdist.scheduler.loadscope import LoadScopeScheduling

REHEARSED = {"test_rehearsal.py", "test_promise_one.py"}
"""They look at one long rehearsal on each database."""
SHARING = {
    "test_accessibility.py",
    "test_authenticator.py",
    "test_console_accessibility.py",
    "test_cookie.py",
    "test_hostile.py",
    "test_hostile_requests.py",
    "test_log_on_limits.py",
    "test_no_enumeration.py",
    "test_passkey_nonsense.py",
    "test_passkeys.py",
    "test_recovery_codes.py",
    "test_sessions.py",
    "test_states.py",
    "test_two_factors_always.py",
    "test_where_log_on_leads.py",
}
"""Their modules have something of their own that all tests in them look at."""


class SideBySide(LoadScopeScheduling):
    """Every test goes to the process that is free, save those that share; what has most tests goes first.

    Not the `loadgroup` of xdist 3.8: under pytest 9.2 it takes no notice of its marks (pytest-xdist issue 1386).
    """

    def _split_scope(self, nodeid: str) -> str:
        path, _, test = nodeid.partition("::")
        name = path.rpartition("/")[2]
        if name in REHEARSED:
            return f"rehearsal on {'postgresql' if 'postgresql' in test else 'sqlite'}"
        return path if name in SHARING else nodeid
