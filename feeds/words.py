"""Text to words, one way for everyone: the matcher, the search index and the query parser."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from sys import intern

_IDEOGRAPH = "\u2e80-\u2fdf\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd"
_SIGN = rf"(?:(?![{_IDEOGRAPH}])[^\W_])"
_LETTER = rf"(?:(?![{_IDEOGRAPH}])[^\W\d_])"
_WORD = re.compile(
    rf"[{_IDEOGRAPH}]"
    rf"|{_LETTER}(?:\.{_LETTER})+(?!{_SIGN})(?:\.?'s(?!{_SIGN}))?"  # U.S. is one word: us
    rf"|{_SIGN}+(?:'{_SIGN}+)*"
)
_ASCII_WORD = re.compile(
    r"[a-z](?:\.[a-z])+(?![a-z0-9])(?:\.?'s(?![a-z0-9]))?|[a-z0-9]+(?:'[a-z0-9]+)*"
)
#: Typewriter, right and left single quotation mark, letter apostrophe, full-width.
_APOSTROPHES = frozenset("'\u2019\u2018\u02bc\uff07")

#: Of a longer word so many letters count. No language has one; a text of one endless word has, and words
#: are remembered by the ten thousand.
LONGEST = 128


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text: what it counts as, how it was written (folded), and where."""

    token: str
    written: str
    start: int
    end: int


def tokens(text: str) -> list[str]:
    """What the words of a text count as: folded, and English endings taken off (`stem`)."""
    return stems(written(text))


def written(text: str) -> list[str]:
    """The words of a text with case, accents and apostrophes folded, endings kept.

    Hyphens, slashes and all other signs part words. An ideograph is a word by itself. A possessive
    's is dropped, any other apostrophe inside a word vanishes (don't is dont); a dotted
    abbreviation is one word (U.S. is us). A word is at most `LONGEST` letters long.
    """
    if text.isascii():
        return _bare(_ASCII_WORD.findall(text.lower()))
    return _bare(_WORD.findall(text.translate(_FOLD)))


def words(text: str) -> Iterator[Word]:
    """The words of a text in order, each with its place; the same words as `written` gives."""
    if text.isascii():
        for hit in _ASCII_WORD.finditer(text.lower()):
            (bare,) = _bare([hit[0]])
            yield Word(stem(bare), bare, hit.start(), hit.end())
        return
    folded, places = _folded(text)
    for hit in _WORD.finditer(folded):
        (bare,) = _bare([hit[0]])
        yield Word(stem(bare), bare, places[hit.start()], places[hit.end() - 1] + 1)


def is_ideograph(token: str) -> bool:
    """Whether a token is a single CJK ideograph, which a prefix cannot shorten further."""
    return re.fullmatch(f"[{_IDEOGRAPH}]", token) is not None


def _bare(found: list[str]) -> list[str]:
    """Words without apostrophes, a possessive's s, and the dots of an abbreviation."""
    joined = " ".join(found)
    if "'" in joined:
        found = f"{joined} ".replace("'s ", " ").replace("'", "").replace(".", "").split()
    elif "." in joined:
        found = joined.replace(".", "").split()
    if len(joined) > LONGEST and max(map(len, found)) > LONGEST:
        return [word[:LONGEST] for word in found]
    return found


class _FoldTable(dict[int, str]):
    """`str.translate` table that works out each character once."""

    def __missing__(self, code: int) -> str:
        folded = _fold(chr(code))
        self[code] = folded
        return folded


_FOLD = _FoldTable()


def _fold(char: str) -> str:
    if char in _APOSTROPHES:
        return "'"
    while True:
        plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", char).casefold())
        plain = "".join(c for c in plain if not unicodedata.category(c).startswith("M"))
        plain = "".join("'" if c in _APOSTROPHES else c for c in plain)
        if plain == char:
            return plain
        char = plain


def _folded(text: str) -> tuple[str, list[int]]:
    parts: list[str] = []
    places: list[int] = []
    for place, char in enumerate(text):
        folded = _FOLD[ord(char)]
        parts.append(folded)
        places.extend([place] * len(folded))
    return "".join(parts), places


# Porter's stemmer as SQLite's FTS5 has it (ext/fts5/fts5_tokenize.c): the published algorithm
# (https://tartarus.org/martin/PorterStemmer/) with the author's two later departures, -bli and
# -logi; words of fewer than 3 or more than 64 letters stay as they are. snowballstemmer's "porter"
# keeps the first publication and so parts "technology" from "technological".
_STEP_2 = (
    "ational ate|tional tion|enci ence|anci ance|izer ize|logi log|bli ble|alli al|entli ent|eli e"
    "|ousli ous|ization ize|ation ate|ator ate|alism al|iveness ive|fulness ful|ousness ous"
    "|aliti al|iviti ive|biliti ble"
)
_STEP_3 = "icate ic|ative |alize al|iciti ic|ical ic|ful |ness "
_STEP_4 = (
    "al|ance|ence|er|ic|able|ible|ant|ement|ment|ent|ion|ou|ism|ate|iti|ous|ive|ize"  # all to ""
)


def _rules(text: str) -> dict[str, tuple[tuple[str, str], ...]]:
    """The rules of a step by the last letter but one, in the order they are tried."""
    by_letter: dict[str, list[tuple[str, str]]] = {}
    for rule in text.split("|"):
        ending, _, instead = rule.partition(" ")
        by_letter.setdefault(ending[-2], []).append((ending, instead))
    return {letter: tuple(rules) for letter, rules in by_letter.items()}


_STEPS = tuple((_rules(text), least) for text, least in ((_STEP_2, 1), (_STEP_3, 1), (_STEP_4, 2)))


def stem(word: str) -> str:
    """A folded word without its English ending, exactly as FTS5's `porter` tokenizer has it.

    A word with signs beyond ASCII is returned as it is: it is not English.
    """
    return _STEMS[word]


def stems(words: Iterable[str]) -> list[str]:
    """As `stem`, of many words."""
    return list(map(_STEMS.__getitem__, words))


class _Stems(dict[str, str]):
    """What each word counts as, worked out once; all are forgotten when they are too many.

    One string for all items that have a word: less memory, and sets of them compare faster.
    """

    def __missing__(self, word: str) -> str:
        if len(self) >= _MOST_STEMS:
            self.clear()
        known = intern(word)
        self[known] = token = intern(_stemmed(known))
        return token


_MOST_STEMS = 65_536
_STEMS = _Stems()


def _stemmed(word: str) -> str:
    if not 3 <= len(word) <= 64 or not word.isascii():
        return word
    word = _step_1(word)
    for rules, least in _STEPS:
        word = _apply(word, rules.get(word[-2:-1], ()), least)
    if word.endswith("e"):
        measure = _measure(word[:-1])
        if measure > 1 or (measure == 1 and not _is_short(word[:-1])):
            word = word[:-1]
    if word.endswith("ll") and _measure(word[:-1]) > 1:
        word = word[:-1]
    return word


def _step_1(word: str) -> str:
    """Plurals, -ed, -ing, and -y to -i."""
    if word.endswith("s") and not word.endswith("ss"):
        long = (len(word) > 4 and word.endswith("sses")) or (len(word) > 3 and word[-3:] == "ies")
        word = word[:-2] if long else word[:-1]
    if len(word) > 3 and word.endswith("eed"):
        word = word[:-1] if _measure(word[:-3]) > 0 else word
    elif len(word) > 2 and word.endswith("ed") and _has_vowel(word[:-2]):
        word = _mend(word[:-2])
    elif len(word) > 3 and word.endswith("ing") and _has_vowel(word[:-3]):
        word = _mend(word[:-3])
    if word.endswith("y") and _has_vowel(word[:-1]):
        word = word[:-1] + "i"
    return word


def _mend(word: str) -> str:
    """Give a word that lost -ed or -ing the end it had before."""
    if len(word) > 2 and word.endswith(("at", "bl", "iz")):
        return word + "e"
    if len(word) > 1 and word[-1] == word[-2] and word[-1] not in "aeioulsz":
        return word[:-1]
    return word + "e" if _measure(word) == 1 and _is_short(word) else word


def _apply(word: str, rules: tuple[tuple[str, str], ...], least: int) -> str:
    for ending, instead in rules:
        if len(word) > len(ending) and word.endswith(ending):
            head = word[: -len(ending)]
            fits = _measure(head) >= least and (ending != "ion" or head[-1] in "st")
            return head + instead if fits else word
    return word


def _shape(word: str) -> str:
    """`v` for each vowel, `c` for each consonant; y is a vowel after a consonant only."""
    shape: list[str] = []
    for letter in word:
        vowel = letter in "aeiou" or (letter == "y" and bool(shape) and shape[-1] == "c")
        shape.append("v" if vowel else "c")
    return "".join(shape)


def _measure(word: str) -> int:
    return _shape(word).count("vc")


def _has_vowel(word: str) -> bool:
    return any(letter in "aeiou" or (letter == "y" and i > 0) for i, letter in enumerate(word))


def _is_short(word: str) -> bool:
    """Ends consonant, vowel, consonant, the last not w, x or y."""
    return word[-1:] not in ("w", "x", "y") and _shape(word)[-3:] == "cvc"
