"""What can be asked, as examples that can be pasted."""

from __future__ import annotations

from sqlite_utils import Database

from bot.answers import Example, Help
from bot.question import Question

#: Commands and what they do, below the headings of the help.
_TABLE = {
    "Find": (
        ("search huawei standards", "what we have, newest first"),
        (
            'search agency:bis type:rule "entity list" -removal',
            "fields, phrases, OR, - and brackets, as everywhere",
        ),
        ("2020-13093", "a document number, FR citation, CFR section, RIN, docket or URL"),
        ("latest topic:huawei", "the newest entries, of all or of a query"),
        ("law 15 CFR 744", "what changed in the text of a CFR part, word by word"),
        ("deadlines", "when comments close and rules take effect, soonest first"),
    ),
    "Be told": (
        ("topics", "the named topics"),
        ("rehearse huawei standards", "what a query would have told in 90 days"),
        ("subscribe huawei-and-standards", "tell this channel of a topic or query"),
        (
            "subscribe huawei-and-standards daily 09:00",
            "in one digest; or now, hourly, weekly fri 09:00",
        ),
        ("subscriptions", "what this channel is subscribed to"),
        ("calendar huawei-and-standards", "the secret address of its days ahead, for a calendar"),
        ("pause huawei-and-standards", "it tells nothing until you resume it"),
        ("resume huawei-and-standards", "it tells again"),
        ("settings note huawei-and-standards We vote on this", "why you follow it, on its alerts"),
        ("settings urgent huawei-and-standards on", "filed, published, in force: told at once"),
        ("unsubscribe huawei-and-standards", "stop telling it"),
    ),
    "This channel": (
        ("mute 2h", "tell this channel nothing for a time, then all of it"),
        ("unmute", "tell it now"),
        ("settings", "this channel's time zone, reminders and steps"),
        ("settings quiet 22:00-07:00", "quiet hours; what happens then is told after"),
    ),
    "Understand": (
        ("why 2020-13093", "who was told of a document, when and why"),
        ("timeline 2020-13093", "a document's whole story, press included"),
        (
            "join https://news.example/report to 2020-13093",
            "make two stories one: a report and its document",
        ),
        ("split 2020-13093", "take a thing out of a story that it does not tell"),
    ),
    "Look after it": (
        ("status", "whether every feed was read and every alert sent"),
        ("floods", "what is held back, and why; floods show 3, release 3, drop 3"),
        ("settle 12 sent", "an uncertain alert stands; or settle 12 again"),
    ),
}
EXAMPLES = tuple(
    Example(command=command, does=does, under=heading)
    for heading, lines in _TABLE.items()
    for command, does in lines
)


def show_help(_db: Database, _question: Question) -> Help:
    """What can be asked, with examples that can be pasted."""
    return Help(examples=EXAMPLES)
