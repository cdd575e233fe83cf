"""Made-up news and documents, whose words are as unevenly used as real ones (Zipf and Mandelbrot)."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate, count

from feeds.model import Agency, CfrPart, Document, DocumentType, Item, SourceKind, Stage

WORDS = 60_000
START = datetime(2016, 1, 4, 10, 0, tzinfo=UTC)
#: Said in one item of fifty, so that the topics that ship have something to match.
PHRASES = (
    "Huawei Technologies",
    "the Entity List",
    "the Export Administration Regulations",
    "technology standards",
    "a license requirement",
    "the Covered List",
)
_COMMON = [
    "the",
    "of",
    "and",
    "to",
    "in",
    "a",
    "for",
    "that",
    "is",
    "on",
    "with",
    "by",
    "as",
    "at",
    "from",
    "be",
    "are",
    "it",
    "this",
    "or",
    "an",
    "have",
    "has",
    "was",
    "not",
    "which",
    "will",
    "new",
    "its",
    "under",
    "may",
    "any",
    "other",
    "all",
    "said",
    "more",
    "than",
    "such",
    "been",
    "these",
    "would",
    "one",
    "also",
    "their",
    "but",
    "after",
    "can",
    "about",
    "who",
    "out",
    "up",
    "into",
    "no",
    "if",
    "they",
    "when",
    "year",
    "time",
    "government",
    "company",
]
_SYLLABLES = [
    consonant + vowel for consonant in ("st", "tr", *"bcdfglmnprstv") for vowel in "aeiou"
]
_ENDINGS = ("", "", "", "n", "r", "s", "t", "ing", "ed", "ation", "ment", "ly", "al", "er")
_AGENCIES = (
    "industry-and-security-bureau",
    "federal-communications-commission",
    "foreign-assets-control-office",
    "federal-acquisition-regulation-council",
    "national-institute-of-standards-and-technology",
    "international-trade-administration",
)
_PARTS = (("15", "744"), ("15", "772"), ("47", "1"), ("31", "560"), ("48", "4"), ("19", "351"))


class Prose:
    """A seeded source of text; the same seed gives the same words."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        #: Most used first.
        self.vocabulary = _vocabulary()
        self._weights = list(accumulate(1 / (rank + 2.7) ** 1.05 for rank in range(1, WORDS + 1)))

    def words(self, many: int) -> list[str]:
        """Draw words, each as often as its rank has it."""
        return self.random.choices(self.vocabulary, cum_weights=self._weights, k=many)

    def title(self, tag: str) -> str:
        """A headline of a dozen words that no other tag has."""
        return f"{' '.join(self.words(10))} {tag}".capitalize()

    def text(self, many: int) -> str:
        """Sentences of so many words in all; one text in fifty holds one of `PHRASES`."""
        drawn = self.words(many)
        if self.random.random() < 0.02:
            drawn[many // 2] = self.random.choice(PHRASES)
        return ". ".join(
            " ".join(drawn[start : start + 18]).capitalize() for start in range(0, many, 18)
        )

    def html(self, characters: int) -> str:
        """Paragraphs with links and emphasis, of about this length."""
        paragraphs: list[str] = []
        size = 0
        while size < characters:
            first, second = self.text(40), self.text(30)
            link = f'<a href="/about/{self.random.randrange(10_000)}?a=1&amp;b=2">{second[:30]}</a>'
            paragraphs.append(f"<p>{first}, <strong>{second[:20]}</strong> {link} {second}.</p>")
            size += len(paragraphs[-1])
        return "\n".join(paragraphs)


def _vocabulary() -> list[str]:
    rng = random.Random(60)
    found = dict.fromkeys(_COMMON)
    while len(found) < WORDS:
        stem = "".join(rng.choice(_SYLLABLES) for _ in range(rng.choice((1, 2, 2, 3, 3, 4))))
        found[stem + rng.choice(_ENDINGS)] = None
    return list(found)


def items(prose: Prose, *, words: int = 110) -> Iterator[Item]:
    """Endless items in order of time, each new: three of ten documents, the others press."""
    for number in count(1):
        moment = START + timedelta(minutes=47 * number)
        make = _document if prose.random.random() < 0.3 else _press
        yield make(prose, number, moment, words)


def _press(prose: Prose, number: int, moment: datetime, words: int) -> Item:
    return Item(
        key=f"news:https://news.example/{number}",
        feed=f"news-{number % 25}",
        source=SourceKind.NEWS,
        stage=Stage.REPORTED,
        title=prose.title(f"p{number}"),
        url=f"https://news.example/{number}",
        summary=prose.text(words),
        event_at=moment,
        publisher="Example News",
    )


def _document(prose: Prose, number: int, moment: datetime, words: int) -> Item:
    day: date = moment.date()
    printed = f"{day.year}-{number:06}"
    title, part = prose.random.choice(_PARTS)
    agency = prose.random.choice(_AGENCIES)
    return Item(
        key=f"fr:{printed}",
        feed="register-commerce",
        source=SourceKind.REGISTER,
        stage=Stage.PUBLISHED,
        title=prose.title(f"d{number}"),
        url=f"https://www.federalregister.gov/documents/{day:%Y/%m/%d}/{printed}/a-title",
        summary=prose.text(words),
        event_at=datetime.combine(day, time(10), UTC),
        document=Document(
            number=printed,
            type=prose.random.choice((DocumentType.RULE, DocumentType.NOTICE, DocumentType.NOTICE)),
            action="Final rule.",
            publication_date=day,
            agencies=(Agency(name=agency.replace("-", " ").title(), slug=agency),),
            cfr_parts=(CfrPart(title=int(title), part=part),),
            dockets=(f"BIS-{day.year}-{number:04}",),
            citation=f"{day.year - 1935} FR {number}",
        ),
    )
