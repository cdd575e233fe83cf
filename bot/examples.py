"""What can be asked, as examples that can be pasted."""

from __future__ import annotations

from sqlite_utils import Database

from bot.answers import Example, Help
from bot.question import Question

EXAMPLES = (
    Example(command="search huawei standards", does="what we have, newest first"),
    Example(
        command='search agency:bis type:rule "entity list" -removal',
        does="fields, phrases, OR, - and brackets, as everywhere",
    ),
    Example(
        command="2020-13093", does="a document number, FR citation, CFR section, RIN, docket or URL"
    ),
    Example(command="latest topic:huawei", does="the newest entries, of all or of a query"),
    Example(command="subscribe huawei-and-standards", does="tell this channel of a topic or query"),
    Example(
        command="subscribe huawei-and-standards daily 09:00",
        does="in one digest; or now, hourly, weekly fri 09:00",
    ),
    Example(
        command="calendar huawei-and-standards",
        does="the secret address of its days ahead, for a calendar program",
    ),
    Example(command="subscriptions", does="what this channel is subscribed to"),
    Example(command="pause huawei-and-standards", does="it tells nothing until you resume it"),
    Example(command="resume huawei-and-standards", does="it tells again"),
    Example(command="mute 2h", does="tell this channel nothing for a time, then all of it"),
    Example(command="unmute", does="tell it now"),
    Example(
        command="settings quiet 22:00-07:00", does="quiet hours; what happens then is told after"
    ),
    Example(
        command="settings note huawei-and-standards We vote on this",
        does="why you follow this, shown on its alerts",
    ),
    Example(
        command="settings urgent huawei-and-standards on",
        does="filed, published and in force break through digests and quiet hours",
    ),
    Example(command="unsubscribe huawei-and-standards", does="stop telling it"),
    Example(command="topics", does="the named topics"),
    Example(command="rehearse huawei standards", does="what a query would have told in 90 days"),
    Example(command="law 15 CFR 744", does="what changed in the text of a CFR part, word by word"),
    Example(command="why 2020-13093", does="who was told of a document, when and why"),
    Example(command="timeline 2020-13093", does="a document's whole story, press included"),
    Example(command="deadlines", does="when comments close and rules take effect, soonest first"),
    Example(command="settings", does="this channel's time zone, reminders and steps"),
    Example(
        command="join https://news.example/report to 2020-13093",
        does="make two stories one: a report and its document",
    ),
    Example(command="split 2020-13093", does="take a thing out of a story that it does not tell"),
    Example(command="status", does="whether every feed was read and every alert sent"),
    Example(command="floods", does="what is held back, and why; floods show 3, release 3, drop 3"),
    Example(command="settle 12 sent", does="an uncertain alert stands; or settle 12 again"),
)


def show_help(_db: Database, _question: Question) -> Help:
    """What can be asked, with examples that can be pasted."""
    return Help(examples=EXAMPLES)
