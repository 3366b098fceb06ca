"""Which characters a field may hold, and how typed text is made comparable.

Forms of Annex III to Regulation (EU) 2019/788 are filled in by people with names and addresses in any script: what
counts is the kind of a character (Unicode general category), not the alphabet of the Member State.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property

LINE_BREAKS = frozenset("\n\v\f\r\x85\u2028\u2029")
DIRECTION_MARKS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
JOINERS = frozenset("\u200c\u200d")
"""Zero width non-joiner and joiner: Persian and Indic names are spelt with them, between two letters."""

FILLERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0")
"""Letters and marks by their category that show nothing; other invisible ones are format characters (Cf)."""

DASHES = frozenset("-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63\uff0d")
APOSTROPHES = frozenset("'`´\u2018\u2019\u201b\u2032\u055a\u05f3\uff07")
"""Also the accents and primes that stand for an apostrophe on many keyboards, and the Armenian and Hebrew ones."""

COMMON = 0x0590
"""Below lie the Latin, Greek, Cyrillic and Armenian letters, in code points."""

_HORIZONTAL_SPACE = re.compile(r"[\t \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
# The general categories Cc and Cs (controls and lone surrogates) have been closed lists since Unicode 2.0.
_UNREADABLE = re.compile(f"[\0-\x1f\x7f-\x9f\ud800-\udfff{''.join(sorted(LINE_BREAKS | DIRECTION_MARKS))}]")
_WEB_ADDRESS = re.compile(r"://|\bwww\.", re.IGNORECASE)
_HOST = re.compile(r"\.(?:com|net|org|info|eu)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Alphabet:
    """The characters of one kind of text.

    categories: general categories, or their first letter alone, that may stand anywhere.
    punctuation: single characters besides.
    """

    categories: tuple[str, ...]
    punctuation: frozenset[str]

    @cached_property
    def plain(self) -> re.Pattern[str]:
        """Matches a text of the alphabet's common characters alone, which needs no look at what stands beside what."""
        # By far most texts are such; the other characters are judged one by one, which takes twenty times as long.
        common = {chr(point) for point in range(COMMON)} | self.punctuation
        allowed = sorted(filter(self.allows, common))
        return re.compile(f"[{''.join(map(re.escape, allowed))}]*")

    def allows(self, character: str) -> bool:
        """Return whether the character may stand in such a text."""
        if character in FILLERS or _is_variation_selector(character):
            return False
        return character in self.punctuation or unicodedata.category(character).startswith(self.categories)


# No digits, markup or symbols. Commas stand in "Davis, Jr.", middle dots in Catalan and in Japanese spellings.
NAME = Alphabet(("L",), frozenset(" .,·\u2027\u30fb\u05be\u05f4") | DASHES | APOSTROPHES)

# What real addresses need: "12½", "C/ Mayor, 3º-B", "ж.к. „Младост“, бл. 5", "Berga 3:12", "km 12+500", "Westward Ho!".
ADDRESS = Alphabet(
    ("L", "Nd", "Nl"),
    NAME.punctuation | frozenset('/()&°№#:;+!"«»‹›“”„‟‚½¼¾⅓⅔'),
)


def tidy(text: str) -> str:
    """Return the text in NFC, trimmed, each run of white space within a line as one space.

    White space and all that is invisible is trimmed at both ends, where it comes from pasting. Line breaks inside
    stay, for `find_unreadable` to find. Applying it twice changes nothing.
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.split())  # what is below gives the same, and takes ten times as long
    spaced = _HORIZONTAL_SPACE.sub(" ", unicodedata.normalize("NFC", text))
    start, end = 0, len(spaced)
    while start < end and _is_trimmed(spaced[start]):
        start += 1
    while start < end and _is_trimmed(spaced[end - 1]):
        end -= 1
    return spaced[start:end]


def is_line(text: str, most: int) -> bool:
    """Tell whether a text that is tidy is one line of at most `most` characters, all of which can be shown."""
    return len(text) <= most and find_unreadable(text) is None


def find_unreadable(text: str) -> tuple[str, str] | None:
    """Return the problem code and the first character that no field may hold; None if there is none."""
    found = _UNREADABLE.search(text)
    if found is None:
        return None
    character = found[0]
    if character in LINE_BREAKS:
        return "line_break", character
    return "direction_mark" if character in DIRECTION_MARKS else "control_character", character


def find_outsider(text: str, alphabet: Alphabet) -> str | None:
    """Return the first character of a tidied text that is not of the alphabet or stands where it cannot, or None."""
    if alphabet.plain.fullmatch(text):
        return None
    before = ""
    for index, character in enumerate(text):
        if not _fits(character, before, text[index + 1 : index + 2], alphabet):
            return character
        before = character
    return None


def is_web_address(text: str) -> bool:
    """Return whether the address of a web page stands in the text."""
    return _WEB_ADDRESS.search(text) is not None


def names_a_host(text: str) -> bool:
    """Return whether a web site is named ("example.org"), which the full stop of names would let through."""
    return _HOST.search(text) is not None


def describe(character: str) -> str:
    """Return the code point and name of a character, such as "U+00A7 SECTION SIGN"."""
    return f"U+{ord(character):04X} {unicodedata.name(character, '')}".rstrip()


def _fits(character: str, before: str, after: str, alphabet: Alphabet) -> bool:
    if character in JOINERS:
        return _is_spelling(before) and _is_spelling(after)
    if unicodedata.category(character).startswith("M"):
        # A mark on nothing would sit on the text that a page or file puts before the value.
        shows = character not in FILLERS and not _is_variation_selector(character)
        return shows and (_is_spelling(before) or before in JOINERS)
    return alphabet.allows(character)


def _is_spelling(character: str) -> bool:
    return bool(character) and unicodedata.category(character)[0] in "LM"


def _is_variation_selector(character: str) -> bool:
    return "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"


def _is_trimmed(character: str) -> bool:
    if character == " " or character in LINE_BREAKS or character in FILLERS:
        return True
    return unicodedata.category(character) == "Cf" or _is_variation_selector(character)
