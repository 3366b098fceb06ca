"""The graph of imports, drawn once for all tests that ask it."""

import functools

import grimp


@functools.cache
def import_graph() -> grimp.ImportGraph:
    """Return every module of the program, the tests and the benchmarks, with the libraries that they import."""
    return grimp.build_graph("signer", "tests", "bench", include_external_packages=True, cache_dir=None)
