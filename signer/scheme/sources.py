"""Where a rule comes from. Each rule names its sources by a short key and, after it, the place in that source."""

from collections.abc import Mapping
from dataclasses import dataclass

from signer.scheme.rule_file import Table


@dataclass(frozen=True)
class Sources:
    """The sources that a scheme cites, by their keys."""

    titles: Mapping[str, str]

    def read(self, table: Table) -> tuple[str, ...]:
        """Return the sources of one rule in full; raises InvalidRules if it has none, or an unknown one.

        "REG Annex III" is read as "Regulation (EU) 2019/788, Annex III".
        """
        return tuple(self._in_full(table, citation) for citation in table.strings("source"))

    def _in_full(self, table: Table, citation: str) -> str:
        key, _, place = citation.partition(" ")
        if key not in self.titles:
            raise table.refuse(f"source names {key}, which is not listed in scheme.toml", "source")
        return f"{self.titles[key]}, {place}" if place else self.titles[key]


def read_sources(table: Table) -> Sources:
    """Return the sources that `scheme.toml` lists; raises InvalidRules."""
    return Sources(table.string_map("sources"))
