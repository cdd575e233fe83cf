"""feeds/words.py: one tokeniser and stemmer."""
# ruff: noqa: RUF001  typographic and foreign signs are what is tested

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.words import LONGEST, stem, tokens, words, written

ENDINGS = [
    "s",
    "es",
    "ed",
    "ing",
    "ational",
    "tional",
    "enci",
    "anci",
    "izer",
    "bli",
    "alli",
    "entli",
    "eli",
    "ousli",
    "ization",
    "ation",
    "ator",
    "alism",
    "iveness",
    "fulness",
    "ousness",
    "aliti",
    "iviti",
    "biliti",
    "logi",
    "icate",
    "ative",
    "alize",
    "iciti",
    "ical",
    "ful",
    "ness",
    "al",
    "ance",
    "ence",
    "er",
    "ic",
    "able",
    "ible",
    "ant",
    "ement",
    "ment",
    "ent",
    "ion",
    "ou",
    "ism",
    "ate",
    "iti",
    "ous",
    "ive",
    "ize",
    "ies",
    "sses",
    "eed",
    "y",
    "ly",
    "e",
    "ll",
    "yed",
    "ying",
    "ology",
    "ologies",
    "ably",
    "ssion",
    "sting",
    "tting",
]
BEGINNINGS = [
    "a",
    "ab",
    "by",
    "cry",
    "day",
    "the",
    "tr",
    "stand",
    "regul",
    "organ",
    "techn",
    "commun",
    "export",
    "list",
    "licens",
    "hop",
    "hopp",
    "agre",
    "fil",
    "activ",
    "contr",
    "gener",
    "oper",
    "possib",
    "assembl",
    "polic",
    "sky",
    "syzyg",
    "y",
    "yy",
    "ee",
    "5g",
    "x2",
    "relat",
    "condit",
    "electr",
    "hesit",
    "happ",
    "probat",
    "ceas",
    "roll",
    "contro",
]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Foreign-Produced direct/product", ["foreign", "produced", "direct", "product"]),
        ("China's firms’ and O'Brien’s don’t", ["china", "firms", "and", "obrien", "dont"]),
        ("the U.S. and US, U.S.'s U.S.-China", ["the", "us", "and", "us", "us", "us", "china"]),
        ("Médiateur Ünal ŁÓDŹ straße", ["mediateur", "unal", "łodz", "strasse"]),
        ("Ame\u0301rica ﬁnal Ｈｕａｗｅｉ", ["america", "final", "huawei"]),
        ("华为技术有限公司 Huawei", ["华", "为", "技", "术", "有", "限", "公", "司", "huawei"]),
        ("5G 744.11 85 FR 36,719", ["5g", "744", "11", "85", "fr", "36", "719"]),
        ("AT&T e.g. Co., Ltd.", ["at", "t", "eg", "co", "ltd"]),
        ("``quoted'' 'single' _x_ ... -", ["quoted", "single", "x"]),
        ("", []),
    ],
)
def test_text_is_cut_into_folded_words(text: str, expected: list[str]) -> None:
    found = written(text)

    assert found == expected


def test_stems_equal_those_of_fts5_porter_over_a_large_vocabulary() -> None:
    chance = random.Random(13093)
    vocabulary = {
        a + b + c for a, b, c in product(BEGINNINGS, ENDINGS, ("", "s", "ly", "ed", "ing"))
    }
    vocabulary |= {
        "".join(chance.choices("aeiouybclnrstg", k=chance.randint(1, 8))) + chance.choice(ENDINGS)
        for _ in range(20_000)
    }
    vocabulary |= {"a" * n + "ing" for n in range(55, 70)} | {"us", "as", "ay", "5s", "is"}
    ordered = sorted(vocabulary)
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute("CREATE VIRTUAL TABLE fts USING fts5 (word, tokenize = 'porter unicode61')")
        db.executemany("INSERT INTO fts (rowid, word) VALUES (?, ?)", enumerate(ordered))
        db.execute("CREATE VIRTUAL TABLE vocabulary USING fts5vocab (fts, 'instance')")

        rows = db.execute("SELECT term, doc FROM vocabulary")
        theirs = {ordered[row]: term for term, row in rows}

    assert len(theirs) > 25_000
    assert {word: stem(word) for word in theirs} == theirs


def test_endings_that_matter_here_are_folded() -> None:
    families = ["standard standards standardized", "technology technologies technological"]

    stems = [{stem(word) for word in family.split()} for family in families]

    assert [len(found) for found in stems] == [1, 1]


@settings(max_examples=200)
@given(st.text(max_size=60))
def test_words_have_the_places_they_stand_at(text: str) -> None:
    found = list(words(text))

    assert [word.written for word in found] == written(text)
    assert [word.token for word in found] == tokens(text)
    assert all(0 <= word.start < word.end <= len(text) for word in found)
    assert all(word.written in written(text[word.start : word.end]) for word in found)


@settings(max_examples=200)
@given(st.text(max_size=60))
def test_written_words_are_cut_into_themselves(text: str) -> None:
    found = written(text)

    assert written(" ".join(found)) == found


@settings(max_examples=200)
@given(st.text(max_size=60))
def test_an_index_parts_our_tokens_at_spaces_only(text: str) -> None:
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute("CREATE VIRTUAL TABLE fts USING fts5 (text, tokenize = 'ascii')")
        db.execute("INSERT INTO fts VALUES (?)", [" ".join(tokens(text))])
        db.execute("CREATE VIRTUAL TABLE vocabulary USING fts5vocab (fts, 'instance')")

        rows = db.execute("SELECT term FROM vocabulary ORDER BY offset").fetchall()

    assert [term for (term,) in rows] == tokens(text)


@pytest.mark.parametrize("letter", ["x", "é"])
def test_of_an_endless_word_only_the_first_letters_are_kept(letter: str) -> None:
    endless = letter * 90_000

    assert [len(word) for word in written(f"of {endless}, too")] == [2, LONGEST, 3]
    assert [word.written for word in words(endless)] == written(endless)
    assert written(written(endless)[0]) == written(endless)
