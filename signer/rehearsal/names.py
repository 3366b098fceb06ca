"""Words that no language has: names, streets and towns of invented people, with the letters of each Member State.

Every word has at least seven letters and is put together from syllables, so that it occurs in no fresh instance and
can be searched for in every byte of one.
"""

from collections.abc import Mapping
from random import Random  # noqa: TID251 - seeded: a rehearsal that failed must be repeatable; nothing here is secret

LATIN_ONSETS = (
    "b",
    "br",
    "d",
    "dr",
    "f",
    "g",
    "gl",
    "j",
    "k",
    "kl",
    "l",
    "m",
    "n",
    "pl",
    "r",
    "sk",
    "t",
    "tr",
    "v",
    "z",
)
LATIN_VOWELS = ("a", "e", "i", "o", "u", "au", "ei", "ou")
LATIN_ENDS = ("k", "lm", "n", "nd", "r", "rt", "s", "x")

GREEK_ONSETS = ("β", "γ", "δρ", "ζ", "θ", "κ", "λ", "μ", "ν", "ξ", "π", "ρ", "στ", "τ", "φ", "χ", "ψ")
GREEK_VOWELS = ("α", "ε", "η", "ι", "ο", "υ", "ω", "ά", "έ", "ή", "ί", "ό", "ύ", "ώ", "ϊ", "ΐ")
GREEK_ENDS = ("ς", "ν", "ξ", "ρ")

CYRILLIC_ONSETS = ("б", "в", "г", "др", "ж", "з", "к", "л", "м", "н", "п", "р", "ст", "т", "ф", "х", "ц", "ч", "ш", "щ")
CYRILLIC_VOWELS = ("а", "е", "и", "о", "у", "ъ", "ю", "я", "ѝ")
CYRILLIC_ENDS = ("в", "й", "к", "м", "н", "ст")

OWN_LETTERS: Mapping[str, tuple[str, str]] = {
    "AT": ("äöü", "ß"),
    "BE": ("éèëï", "ç"),
    "CZ": ("áéěíóúůý", "čďňřšťž"),
    "DE": ("äöü", "ß"),
    "DK": ("æøå", ""),
    "EE": ("äöüõ", "šž"),
    "ES": ("áéíóúü", "ñç"),
    "FI": ("äöå", ""),
    "FR": ("àâéèêëîïôùûüÿœæ", "ç"),
    "HR": ("", "čćđšž"),
    "HU": ("áéíóöőúüű", ""),
    "IE": ("áéíóú", ""),
    "IT": ("àèéìòù", ""),
    "LT": ("ąęėįųū", "čšž"),
    "LU": ("äëéü", ""),
    "LV": ("āēīū", "čģķļņšž"),
    "MT": ("àèìòù", "ċġħż"),
    "NL": ("ëïéö", ""),
    "PL": ("ąęó", "ćłńśźż"),
    "PT": ("áâãàéêíóôõú", "ç"),
    "RO": ("ăâî", "șț"),
    "SE": ("äöå", ""),
    "SI": ("", "čšž"),
    "SK": ("áäéíóôúý", "čďľĺňŕšťž"),
}
"""Member State to the vowels and consonants that its languages have beyond the plain Latin ones."""

SCRIPTS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = {
    "BG": (CYRILLIC_ONSETS, CYRILLIC_VOWELS, CYRILLIC_ENDS),
    "CY": (GREEK_ONSETS, GREEK_VOWELS, GREEK_ENDS),
    "GR": (GREEK_ONSETS, GREEK_VOWELS, GREEK_ENDS),
}
"""Member States whose names are written in another script: beginnings, vowels and ends of syllables."""


SHORTEST = 7


class Words:
    """Makes words of one Member State; never the same one twice."""

    def __init__(self, member_state: str, chance: Random) -> None:
        self._chance = chance
        self._made: set[str] = set()
        vowels, consonants = OWN_LETTERS.get(member_state, ("", ""))
        latin = (LATIN_ONSETS + tuple(consonants), LATIN_VOWELS + tuple(vowels), LATIN_ENDS)
        self._onsets, self._vowels, self._ends = SCRIPTS.get(member_state, latin)

    def word(self) -> str:
        """Return a new word of seven letters or more, with a capital."""
        while True:
            made = self._spell()
            if made not in self._made and len(made) >= SHORTEST:
                self._made.add(made)
                return made

    def words(self, count: int) -> str:
        """Return several words with spaces between them."""
        return " ".join(self.word() for _ in range(count))

    def text(self, length: int) -> str:
        """Return words that fill exactly `length` characters, at least 20."""
        text = self.word()
        while len(text) < length:
            text += " " + self.word()
        # A space must not stand at the end, where it would be trimmed.
        cut = text[:length]
        return cut[:-1] + self._chance.choice(self._vowels)[0] if cut.endswith(" ") else cut

    def _spell(self) -> str:
        choice = self._chance.choice
        syllables = [choice(self._onsets) + choice(self._vowels) for _ in range(self._chance.choice((3, 4)))]
        # Only the first letter: "ß" has a capital of two letters, and ours must be as long as it was.
        spelt = "".join(syllables) + choice(self._ends)
        first = spelt[0].upper()
        return (first if len(first) == 1 else "S") + spelt[1:]
