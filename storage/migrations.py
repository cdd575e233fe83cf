"""The schema's history: named functions, append-only. One that has landed is never edited."""

from __future__ import annotations

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from storage.search_index import worth_tokens

migrations = Migrations("rulewire")


@migrations()
def m001_polls(db: Database) -> None:
    """Where each feed was left off, when it is next due, and which feeds a person changed."""
    db.executescript(
        """
        CREATE TABLE polls (
            feed TEXT PRIMARY KEY,
            bookmark TEXT,                      -- JSON, only its source understands it
            next_poll_at TEXT NOT NULL,
            baselined_at TEXT,                  -- NULL until the first successful poll
            polled_at TEXT,
            succeeded_at TEXT,
            failures INTEGER NOT NULL DEFAULT 0, -- in a row
            last_error TEXT,
            warning TEXT,                       -- of the last success: what was worked round
            moved_from TEXT,                    -- a permanent redirect: the address it was seen at,
            moved_to TEXT                       -- and where that leads
        ) STRICT;
        CREATE TABLE feed_changes (
            name TEXT PRIMARY KEY,
            definition TEXT,                    -- JSON of a Feed; NULL removes a feed of feeds.toml
            changed_at TEXT NOT NULL
        ) STRICT;
        CREATE TABLE backfilled (
            feed TEXT NOT NULL,
            day TEXT NOT NULL,                  -- first day of a finished window
            until TEXT NOT NULL,                -- its last day
            PRIMARY KEY (feed, day, until)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE heartbeat (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            at TEXT NOT NULL
        ) STRICT;
        """
    )


@migrations()
def m002_entries(db: Database) -> None:
    """What we remember, which story it tells, and the index that finds it again."""
    db.executescript(
        """
        CREATE TABLE stories (
            id INTEGER PRIMARY KEY,
            opened_at TEXT NOT NULL
        ) STRICT;
        CREATE TABLE entries (
            id INTEGER PRIMARY KEY,
            key TEXT NOT NULL,
            published_on TEXT NOT NULL DEFAULT '', -- tells re-used document numbers apart
            twin TEXT,                             -- same link and headline under another guid
            headline TEXT,                         -- a syndicated copy carries the same one
            passed_on TEXT,                        -- the headline an aggregator took over
            register_key TEXT,                     -- the document it is, or links to
            story_id INTEGER NOT NULL REFERENCES stories (id),
            source TEXT NOT NULL,
            stage TEXT NOT NULL,
            feed TEXT NOT NULL,
            event_at TEXT,
            event_day TEXT,                        -- Eastern calendar day of event_at
            first_seen_at TEXT NOT NULL,
            hash TEXT NOT NULL,
            revision INTEGER NOT NULL DEFAULT 0,
            item TEXT NOT NULL,                    -- JSON of the Item as last seen
            moment INTEGER NOT NULL UNIQUE,        -- its place in time; its rowid in entries_fts
            UNIQUE (key, published_on)
        ) STRICT;
        CREATE INDEX entries_twin ON entries (twin) WHERE twin IS NOT NULL;
        CREATE INDEX entries_headline ON entries (headline, first_seen_at);
        CREATE INDEX entries_passed_on ON entries (passed_on, first_seen_at);
        CREATE INDEX entries_register_key ON entries (register_key) WHERE register_key IS NOT NULL;
        CREATE INDEX entries_story ON entries (story_id);
        CREATE TABLE entry_facts (                 -- those that documents are looked up by
            field TEXT NOT NULL,
            value TEXT NOT NULL,
            entry_id INTEGER NOT NULL REFERENCES entries (id) ON DELETE CASCADE,
            PRIMARY KEY (field, value, entry_id)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX entry_facts_entry ON entry_facts (entry_id);
        -- Holds our own tokens (storage/search_index.py), so the ascii tokenizer only splits at the
        -- spaces. A list of the beginnings of three letters makes short prefixes as fast as words.
        CREATE VIRTUAL TABLE entries_fts USING fts5 (
            title, summary, head UNINDEXED, facts, evidence,
            tokenize = 'ascii', prefix = '3', columnsize = 0
        );
        """
    )


@migrations()
def m003_subscriptions_and_outbox(db: Database) -> None:
    """Who wants what, what we owe, what stands in each channel, and what people marked."""
    db.executescript(
        """
        CREATE TABLE subscriptions (
            id INTEGER PRIMARY KEY,
            channel TEXT NOT NULL,
            query TEXT NOT NULL,                 -- canonical; a topic is the query "topic:NAME"
            created_by TEXT NOT NULL,
            created_at TEXT NOT NULL,
            disabled_reason TEXT,                -- ours, shown in status; NULL while it works
            UNIQUE (channel, query)
        ) STRICT;
        CREATE TABLE subscribers (               -- channels that ever had one: a removed default
            channel TEXT PRIMARY KEY             -- subscription does not come back
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE outbox (
            id INTEGER PRIMARY KEY,
            delivery_id TEXT NOT NULL UNIQUE,    -- travels in the message's metadata
            channel TEXT NOT NULL,
            entry_id INTEGER NOT NULL REFERENCES entries (id),
            story_id INTEGER NOT NULL REFERENCES stories (id),
            kind TEXT NOT NULL,                  -- the stage that is told
            whys TEXT NOT NULL,                  -- JSON: which subscriptions, and why they matched
            state TEXT NOT NULL CHECK (
                state IN ('held', 'pending', 'sending', 'sent', 'uncertain', 'dead')
            ),
            due_at TEXT NOT NULL,
            lease_until TEXT,                    -- while sending
            attempts INTEGER NOT NULL DEFAULT 0,
            last_error TEXT,
            ts TEXT,                             -- the message's name once sent
            created_at TEXT NOT NULL,
            started_at TEXT,
            settled_at TEXT,
            UNIQUE (channel, entry_id, kind)
        ) STRICT;
        CREATE INDEX outbox_owed ON outbox (state, due_at) WHERE state IN ('pending', 'sending');
        CREATE INDEX outbox_story ON outbox (story_id);
        CREATE TABLE cards (
            channel TEXT NOT NULL,
            story_id INTEGER NOT NULL REFERENCES stories (id),
            entry_id INTEGER NOT NULL REFERENCES entries (id),
            conversation TEXT NOT NULL,          -- where it stands; a DM's own id for a person
            ts TEXT NOT NULL,
            PRIMARY KEY (channel, story_id)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE marks (
            story_id INTEGER NOT NULL REFERENCES stories (id),
            holder TEXT NOT NULL,                -- a channel for muted; a person for the others
            mark TEXT NOT NULL CHECK (mark IN ('followed', 'muted', 'saved', 'irrelevant')),
            made_by TEXT NOT NULL,
            made_at TEXT NOT NULL,
            PRIMARY KEY (story_id, holder, mark)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX marks_holder ON marks (holder, mark);
        """
    )


@migrations()
def m004_texts(db: Database) -> None:
    """The full text of documents worth reading."""
    db.executescript(
        """
        CREATE TABLE texts (
            entry_id INTEGER PRIMARY KEY REFERENCES entries (id),
            url TEXT NOT NULL,                   -- of the text that is held or awaited
            silent INTEGER NOT NULL,             -- for the archive only: nobody is told
            body TEXT,                           -- NULL until read
            due_at TEXT,                         -- NULL when nothing is to be read
            attempts INTEGER NOT NULL DEFAULT 0,
            last_error TEXT,
            read_at TEXT
        ) STRICT;
        CREATE INDEX texts_due ON texts (silent, due_at) WHERE due_at IS NOT NULL;
        """
    )


@migrations()
def m005_events(db: Database) -> None:
    """Each step of a story with its time and source; what we owe is owed for a step."""
    db.executescript(
        """
        CREATE TABLE events (
            id INTEGER PRIMARY KEY,
            entry_id INTEGER NOT NULL REFERENCES entries (id),
            step TEXT NOT NULL,
            occasion TEXT NOT NULL DEFAULT '',   -- tells two of one step apart
            at TEXT,                             -- NULL when its source does not say
            seen_at TEXT NOT NULL,
            source TEXT NOT NULL,                -- a feed, a later document's number, "calendar"
            changes TEXT NOT NULL DEFAULT '[]',  -- JSON: facts before and after
            UNIQUE (entry_id, step, occasion)
        ) STRICT;
        INSERT INTO events (entry_id, step, at, seen_at, source)
            SELECT id, CASE stage WHEN 'inspection' THEN 'filed' ELSE stage END,
                event_at, first_seen_at, feed
            FROM entries ORDER BY id;
        INSERT OR IGNORE INTO events (entry_id, step, seen_at, source)
            SELECT entry_id, CASE kind WHEN 'inspection' THEN 'filed' ELSE kind END,
                min(outbox.created_at), feed
            FROM outbox JOIN entries ON entries.id = entry_id
            GROUP BY entry_id, kind ORDER BY min(outbox.id);
        CREATE TABLE owed (
            id INTEGER PRIMARY KEY,
            delivery_id TEXT NOT NULL UNIQUE,    -- travels in the message's metadata
            channel TEXT NOT NULL,
            event_id INTEGER NOT NULL REFERENCES events (id),
            whys TEXT NOT NULL,                  -- JSON: which subscriptions, and why they matched
            state TEXT NOT NULL CHECK (
                state IN ('held', 'pending', 'sending', 'sent', 'uncertain', 'dead')
            ),
            due_at TEXT NOT NULL,
            lease_until TEXT,                    -- while sending
            attempts INTEGER NOT NULL DEFAULT 0,
            last_error TEXT,
            ts TEXT,                             -- the message's name once sent
            created_at TEXT NOT NULL,
            started_at TEXT,
            settled_at TEXT,
            UNIQUE (channel, event_id)
        ) STRICT;
        INSERT INTO owed
            SELECT outbox.id, delivery_id, channel, events.id, whys, state, due_at, lease_until,
                attempts, last_error, ts, created_at, started_at, settled_at
            FROM outbox JOIN events ON events.entry_id = outbox.entry_id
                AND step = CASE kind WHEN 'inspection' THEN 'filed' ELSE kind END;
        DROP TABLE outbox;
        ALTER TABLE owed RENAME TO outbox;
        CREATE INDEX outbox_owed ON outbox (state, due_at) WHERE state IN ('pending', 'sending');
        CREATE INDEX outbox_event ON outbox (event_id);
        """
    )


@migrations()
def m006_channels(db: Database) -> None:
    """What a channel chose: its time zone, whether steps show in it; when it is reminded of what."""
    db.executescript(
        """
        CREATE TABLE channels (
            channel TEXT PRIMARY KEY,
            timezone TEXT,                       -- NULL: the one of the settings
            steps TEXT NOT NULL DEFAULT 'channel' CHECK (steps IN ('channel', 'thread'))
        ) STRICT, WITHOUT ROWID;
        -- Days before a deadline, "14 3 1"; empty for no reminder.
        ALTER TABLE subscriptions ADD COLUMN reminders TEXT NOT NULL DEFAULT '14 3 1';
        """
    )


@migrations()
def m007_deadlines(db: Database) -> None:
    """The days that documents set, with their history; what documents do to earlier ones."""
    db.executescript(
        """
        CREATE TABLE relations (
            entry_id INTEGER NOT NULL REFERENCES entries (id),   -- the later document
            kind TEXT NOT NULL,
            target_id INTEGER NOT NULL REFERENCES entries (id),  -- the earlier one
            relation TEXT NOT NULL,              -- JSON: the sentence, until when
            PRIMARY KEY (entry_id, kind, target_id)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX relations_target ON relations (target_id);
        CREATE TABLE deadlines (
            id INTEGER PRIMARY KEY,
            uid TEXT NOT NULL UNIQUE,            -- its name in calendars, for ever
            entry_id INTEGER NOT NULL REFERENCES entries (id),
            kind TEXT NOT NULL,
            applies_to TEXT NOT NULL DEFAULT '', -- tells several of one kind apart
            day TEXT,                            -- NULL: not known, or no longer set
            provisional INTEGER NOT NULL,
            source TEXT NOT NULL,                -- the document that sets it: its own, or a later one
            sentence TEXT NOT NULL,
            sequence INTEGER NOT NULL DEFAULT 0, -- raised when the day moves
            set_at TEXT NOT NULL,                -- since when this day is known
            UNIQUE (entry_id, kind, applies_to)
        ) STRICT;
        CREATE INDEX deadlines_day ON deadlines (day) WHERE day IS NOT NULL;
        CREATE TABLE deadline_history (          -- the days that a deadline had before
            deadline_id INTEGER NOT NULL REFERENCES deadlines (id),
            sequence INTEGER NOT NULL,
            day TEXT,
            provisional INTEGER NOT NULL,
            source TEXT NOT NULL,
            sentence TEXT NOT NULL,
            set_at TEXT NOT NULL,
            PRIMARY KEY (deadline_id, sequence)
        ) STRICT, WITHOUT ROWID;
        """
    )


@migrations()
def m008_law(db: Database) -> None:
    """What told documents change in the text of the law, and what the eCFR shows of it."""
    db.executescript(
        """
        CREATE TABLE amendments (
            entry_id INTEGER NOT NULL REFERENCES entries (id),
            title INTEGER NOT NULL,
            part TEXT NOT NULL,
            effective_on TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('awaited', 'made', 'unseen')),
            due_at TEXT NOT NULL,                -- when to look next, while awaited
            shown_until TEXT,                    -- the eCFR's own day when we last looked
            attempts INTEGER NOT NULL DEFAULT 0, -- failed visits in a row
            last_error TEXT,
            change TEXT,                         -- JSON of a LawChange, once made
            settled_at TEXT,
            PRIMARY KEY (entry_id, title, part, effective_on)
        ) STRICT;
        CREATE INDEX amendments_due ON amendments (due_at) WHERE state = 'awaited';
        CREATE INDEX amendments_part ON amendments (title, part, effective_on);
        """
    )


@migrations()
def m009_joins(db: Database) -> None:
    """Why an entry is in its story, who said so, and which stories became one."""
    db.executescript(
        """
        ALTER TABLE stories ADD COLUMN merged_into INTEGER REFERENCES stories (id);
        CREATE TABLE joins (
            id INTEGER PRIMARY KEY,
            entry_id INTEGER NOT NULL REFERENCES entries (id) ON DELETE CASCADE,
            story_id INTEGER NOT NULL REFERENCES stories (id), -- that it was joined to
            from_story INTEGER REFERENCES stories (id),        -- NULL when it came new
            reason TEXT NOT NULL,
            confidence REAL NOT NULL,                          -- 0 to 1
            made_by TEXT NOT NULL,                             -- 'rule', or who did it by hand
            made_at TEXT NOT NULL,
            undone_by TEXT,                                    -- then no rule makes it again
            undone_at TEXT
        ) STRICT;
        CREATE INDEX joins_entry ON joins (entry_id);
        CREATE INDEX joins_undone ON joins (undone_at) WHERE undone_at IS NOT NULL;
        CREATE INDEX joins_from ON joins (from_story) WHERE from_story IS NOT NULL;
        """
    )


@migrations()
def m010_earlier(db: Database) -> None:
    """Which story came before another: the leak before the rule."""
    db.executescript(
        """
        CREATE TABLE earlier (
            story_id INTEGER PRIMARY KEY REFERENCES stories (id),
            earlier_id INTEGER NOT NULL REFERENCES stories (id),
            reason TEXT NOT NULL
        ) STRICT;
        """
    )


@migrations()
def m011_worth_in_the_index(db: Database) -> None:
    """Words that are worth much in an entry, and a list of the beginnings of four letters.

    Signs are repeated, so that what begins with the same one shares one of those lists.
    """
    db.conn.create_function("worth", 3, lambda *texts: " ".join(worth_tokens(*texts)))
    db.executescript(
        """
        ALTER TABLE entries_fts RENAME TO entries_fts_before;
        CREATE VIRTUAL TABLE entries_fts USING fts5 (
            title, summary, head UNINDEXED, facts, evidence,
            tokenize = 'ascii', prefix = '3 4', columnsize = 0
        );
        INSERT INTO entries_fts (rowid, title, summary, head, facts, evidence)
            SELECT rowid, replace(title, '²', '²²²²'), summary, head,
                replace(facts, '§', '§§§§') || ' '
                || worth(replace(title, '²', '²²²²'), summary, head),
                evidence
            FROM entries_fts_before;
        DROP TABLE entries_fts_before;
        """
    )


@migrations()
def m012_query_versions(db: Database) -> None:
    """What each query meant, so that whoever was told something can be told by which words."""
    db.executescript(
        """
        CREATE TABLE query_versions (
            query TEXT NOT NULL,                 -- as a subscription has it: "topic:NAME"
            version TEXT NOT NULL,               -- names the definition
            definition TEXT NOT NULL,            -- the query with its topics spelled out
            since TEXT NOT NULL,
            PRIMARY KEY (query, version)
        ) STRICT, WITHOUT ROWID;
        """
    )


@migrations()
def m013_deadline_changes(db: Database) -> None:
    """When a deadline was last changed, be it only in how sure its day is."""
    db.executescript(
        """
        ALTER TABLE deadlines ADD COLUMN changed_at TEXT;  -- NULL: not since its day is known
        """
    )


@migrations()
def m014_calendars(db: Database) -> None:
    """The secret address of a subscription's calendar."""
    db.executescript(
        """
        CREATE TABLE calendars (
            subscription_id INTEGER PRIMARY KEY
                REFERENCES subscriptions (id) ON DELETE CASCADE,
            secret TEXT NOT NULL,
            made_by TEXT NOT NULL,
            made_at TEXT NOT NULL
        ) STRICT;
        """
    )


@migrations()
def m015_trust(db: Database) -> None:
    """Who leads, where each message went, how lost answers were settled, which cards are outdated."""
    db.executescript(
        """
        CREATE TABLE lease (                     -- of the copy that polls, delivers and reminds
            id INTEGER PRIMARY KEY CHECK (id = 1),
            owner TEXT,                          -- NULL: handed over
            beat INTEGER NOT NULL,               -- raised each time it is renewed
            at TEXT                              -- when that was, for people; decides nothing
        ) STRICT;
        INSERT INTO lease (id, beat) VALUES (1, 0);
        ALTER TABLE outbox DROP COLUMN lease_until;
        ALTER TABLE outbox ADD COLUMN conversation TEXT;  -- where it was last tried
        ALTER TABLE outbox ADD COLUMN thread TEXT;        -- of a reply: the `ts` of its card
        ALTER TABLE outbox ADD COLUMN unreadable TEXT;    -- why it cannot be looked for there
        CREATE INDEX outbox_uncertain ON outbox (channel) WHERE state = 'uncertain';
        CREATE TABLE settlements (               -- what became of uncertain deliveries
            id INTEGER PRIMARY KEY,
            outbox_id INTEGER NOT NULL REFERENCES outbox (id),
            verdict TEXT NOT NULL CHECK (verdict IN ('found', 'absent', 'sent', 'again')),
            settled_by TEXT NOT NULL,            -- a person, or "rulewire"
            at TEXT NOT NULL
        ) STRICT;
        CREATE INDEX settlements_delivery ON settlements (outbox_id);
        ALTER TABLE cards ADD COLUMN outdated INTEGER NOT NULL DEFAULT 0; -- edits owed to it
        CREATE INDEX cards_outdated ON cards (channel) WHERE outdated > 0;
        CREATE TABLE restored (                  -- at most one row; none in a file never restored
            id INTEGER PRIMARY KEY CHECK (id = 1),
            backed_up_at TEXT NOT NULL,
            noticed_at TEXT                      -- NULL in a backup nobody has run from
        ) STRICT;
        """
    )


@migrations()
def m016_bulletins(db: Database) -> None:
    """Messages that tell no step of a story; the outbox owes an event or one of them."""
    db.executescript(
        """
        CREATE TABLE bulletins (
            id INTEGER PRIMARY KEY,
            channel TEXT NOT NULL,
            kind TEXT NOT NULL,
            key TEXT NOT NULL,                   -- tells those of one kind apart
            body TEXT NOT NULL,                  -- JSON, only its maker understands it
            made_at TEXT NOT NULL,
            outdated INTEGER NOT NULL DEFAULT 0, -- edits owed to it
            UNIQUE (channel, kind, key)
        ) STRICT;
        CREATE INDEX bulletins_outdated ON bulletins (id) WHERE outdated > 0;
        CREATE TABLE owed (
            id INTEGER PRIMARY KEY,
            delivery_id TEXT NOT NULL UNIQUE,    -- travels in the message's metadata
            channel TEXT NOT NULL,
            event_id INTEGER REFERENCES events (id),
            bulletin_id INTEGER UNIQUE REFERENCES bulletins (id),
            whys TEXT NOT NULL,                  -- JSON: which subscriptions, and why they matched
            state TEXT NOT NULL CHECK (
                state IN ('held', 'pending', 'sending', 'sent', 'uncertain', 'dead')
            ),
            due_at TEXT NOT NULL,
            attempts INTEGER NOT NULL DEFAULT 0,
            last_error TEXT,
            ts TEXT,                             -- the message's name once sent
            created_at TEXT NOT NULL,
            started_at TEXT,
            settled_at TEXT,
            conversation TEXT,                   -- where it was last tried, or stands
            thread TEXT,                         -- of a reply: the `ts` of its card
            unreadable TEXT,                     -- why it cannot be looked for there
            UNIQUE (channel, event_id),
            CHECK ((event_id IS NULL) <> (bulletin_id IS NULL))
        ) STRICT;
        INSERT INTO owed
            SELECT id, delivery_id, channel, event_id, NULL, whys, state, due_at, attempts,
                last_error, ts, created_at, started_at, settled_at, conversation, thread, unreadable
            FROM outbox;
        CREATE TABLE settled (
            id INTEGER PRIMARY KEY,
            outbox_id INTEGER NOT NULL REFERENCES owed (id),
            verdict TEXT NOT NULL CHECK (verdict IN ('found', 'absent', 'sent', 'again')),
            settled_by TEXT NOT NULL,            -- a person, or "rulewire"
            at TEXT NOT NULL
        ) STRICT;
        INSERT INTO settled SELECT id, outbox_id, verdict, settled_by, at FROM settlements;
        DROP TABLE settlements;
        DROP TABLE outbox;
        ALTER TABLE owed RENAME TO outbox;
        ALTER TABLE settled RENAME TO settlements;
        CREATE INDEX outbox_owed ON outbox (state, due_at) WHERE state IN ('pending', 'sending');
        CREATE INDEX outbox_event ON outbox (event_id);
        CREATE INDEX outbox_uncertain ON outbox (channel) WHERE state = 'uncertain';
        CREATE INDEX settlements_delivery ON settlements (outbox_id);
        """
    )


@migrations()
def m017_cadence(db: Database) -> None:
    """When a subscription tells what it finds, when a channel wants quiet, and what is held so."""
    db.executescript(
        """
        ALTER TABLE subscriptions ADD COLUMN cadence TEXT NOT NULL DEFAULT 'now'
            CHECK (cadence IN ('now', 'hourly', 'daily', 'weekly'));
        ALTER TABLE subscriptions ADD COLUMN at TEXT NOT NULL DEFAULT '09:00';  -- local
        ALTER TABLE subscriptions ADD COLUMN weekday INTEGER NOT NULL DEFAULT 0 -- Monday
            CHECK (weekday BETWEEN 0 AND 6);
        ALTER TABLE subscriptions ADD COLUMN timezone TEXT;      -- NULL: the channel's
        ALTER TABLE subscriptions ADD COLUMN note TEXT NOT NULL DEFAULT '';
        ALTER TABLE subscriptions ADD COLUMN urgent INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE subscriptions ADD COLUMN paused_by TEXT;     -- NULL while it is not paused
        ALTER TABLE subscriptions ADD COLUMN silent_since TEXT;  -- NULL: begins with the next look
        ALTER TABLE channels ADD COLUMN quiet_from TEXT;         -- local, "22:00"; NULL: no quiet hours
        ALTER TABLE channels ADD COLUMN quiet_until TEXT;
        ALTER TABLE channels ADD COLUMN muted_until TEXT;
        ALTER TABLE channels ADD COLUMN muted_by TEXT;
        ALTER TABLE outbox ADD COLUMN gate TEXT;                 -- that held it, or holds it
        ALTER TABLE outbox ADD COLUMN folded_into INTEGER REFERENCES outbox (id); -- what told it
        CREATE INDEX outbox_held ON outbox (channel, due_at, created_at) WHERE state = 'held';
        CREATE INDEX outbox_folded ON outbox (folded_into) WHERE folded_into IS NOT NULL;
        """
    )


@migrations()
def m018_floods(db: Database) -> None:
    """What feeds brought that is held back until a person decides, and which entries those are."""
    db.executescript(
        """
        CREATE TABLE floods (
            id INTEGER PRIMARY KEY,
            feed TEXT NOT NULL,
            title TEXT NOT NULL,                 -- the feed's, as it was
            reason TEXT NOT NULL,                -- of most of it
            origin TEXT NOT NULL,                -- of foreign items: a feed or a host
            state TEXT NOT NULL CHECK (state IN ('held', 'released', 'dropped')),
            known INTEGER NOT NULL,              -- came again in one visit and was seen to be known
            told INTEGER NOT NULL,               -- new in its visits and told as ever
            began_at TEXT NOT NULL,
            grew_at TEXT NOT NULL,
            channel TEXT NOT NULL,               -- where its card stands
            settled_by TEXT,
            settled_at TEXT
        ) STRICT;
        CREATE INDEX floods_feed ON floods (feed, grew_at);
        CREATE INDEX floods_held ON floods (state) WHERE state = 'held';
        CREATE TABLE flood_entries (
            entry_id INTEGER PRIMARY KEY REFERENCES entries (id) ON DELETE CASCADE,
            flood_id INTEGER NOT NULL REFERENCES floods (id),
            event_id INTEGER NOT NULL REFERENCES events (id) ON DELETE CASCADE,
            reason TEXT NOT NULL,
            wanted TEXT NOT NULL,                -- JSON: the channels that matched, each with its whys
            fresh INTEGER NOT NULL               -- 1: never told; 0: known, and rewritten
        ) STRICT;
        CREATE INDEX flood_entries_flood ON flood_entries (flood_id);
        CREATE INDEX entries_feed ON entries (feed, first_seen_at);
        CREATE VIEW withheld AS                  -- entries that nobody was told of, or is
            SELECT entry_id FROM flood_entries JOIN floods ON floods.id = flood_id
            WHERE fresh AND state <> 'released';
        """
    )


@migrations()
def m019_completeness(db: Database) -> None:
    """On which days feeds publish, when they do not, and which documents the Register lists."""
    db.executescript(
        """
        CREATE TABLE publishing_days (           -- a feed's rhythm is learned from them
            feed TEXT NOT NULL,
            day TEXT NOT NULL,                   -- by the items' own dates; Eastern
            seen_on TEXT,                        -- NULL: history, read with the first poll
            PRIMARY KEY (feed, day)
        ) STRICT, WITHOUT ROWID;
        INSERT OR IGNORE INTO publishing_days (feed, day)
            SELECT feed, event_day FROM entries WHERE event_day IS NOT NULL;
        ALTER TABLE polls ADD COLUMN failing_since TEXT;  -- the first of the failures in a row
        ALTER TABLE polls ADD COLUMN gone INTEGER NOT NULL DEFAULT 0; -- the last answer was 410
        CREATE TABLE outages (
            id INTEGER PRIMARY KEY,
            kind TEXT NOT NULL CHECK (kind IN ('failing', 'gone', 'silent')),
            scope TEXT NOT NULL,                 -- a host, "network"; empty for feeds by themselves
            key TEXT NOT NULL,                   -- of its bulletin; the same in a restored database
            told_at TEXT NOT NULL,
            ended_at TEXT                        -- NULL while it lasts
        ) STRICT;
        CREATE TABLE outage_feeds (
            outage_id INTEGER NOT NULL REFERENCES outages (id),
            feed TEXT NOT NULL,
            since TEXT NOT NULL,
            reason TEXT NOT NULL,
            ended_at TEXT,
            PRIMARY KEY (outage_id, feed)
        ) STRICT, WITHOUT ROWID;
        CREATE UNIQUE INDEX outage_feeds_open ON outage_feeds (feed) WHERE ended_at IS NULL;
        CREATE TABLE issue_days (                -- the Register's issues, printed and on inspection
            list TEXT NOT NULL CHECK (list IN ('printed', 'inspection')),
            day TEXT NOT NULL,
            listed INTEGER,                      -- documents of the whole issue; NULL: not told yet
            verified_at TEXT,                    -- when every document was asked for last
            problem TEXT,                        -- why it could not be verified then
            PRIMARY KEY (list, day)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE issue_documents (           -- those of them that the feeds take in
            list TEXT NOT NULL,
            day TEXT NOT NULL,
            key TEXT NOT NULL,                   -- as in entries
            number TEXT NOT NULL,
            feed TEXT NOT NULL,
            found_late_at TEXT,                  -- it was missing here until then
            PRIMARY KEY (list, day, key)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE questions (                 -- what a feed asks the Register, and since when
            feed TEXT PRIMARY KEY,
            question TEXT NOT NULL,
            since TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE back_check (
            id INTEGER PRIMARY KEY CHECK (id = 1), started_at TEXT, done_at TEXT
        ) STRICT;
        INSERT INTO back_check (id) VALUES (1);
        ALTER TABLE events ADD COLUMN found_late INTEGER NOT NULL DEFAULT 0;
        """
    )


@migrations()
def m020_workspaces(db: Database) -> None:
    """Workspaces that installed the app, with their tokens sealed, and installs that were begun."""
    db.executescript(
        """
        CREATE TABLE installations (
            workspace TEXT PRIMARY KEY,          -- "T…", or "E…" for a whole organisation
            name TEXT NOT NULL,
            sealed TEXT NOT NULL,                -- tokens, which only RULEWIRE_KEY opens; '' once ended
            expires_at TEXT,                     -- of the token; NULL when it does not expire
            renewing_until TEXT,                 -- one copy at a time asks for the next token
            installed_by TEXT NOT NULL,
            installed_at TEXT NOT NULL,
            ended_at TEXT,                       -- since when it posts nothing, and why
            ended_reason TEXT
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE install_states (            -- installs that were begun and have not come back
            state TEXT PRIMARY KEY,              -- a hash: the state itself is a secret
            expires_at TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        """
    )


@migrations()
def m021_ledger(db: Database) -> None:
    """What channels wanted and were told at any time; and which of Slack's events were heard."""
    db.executescript(
        """
        CREATE TABLE seen_events (
            key TEXT PRIMARY KEY,                -- Slack's name of an event, a command or a click
            seen_at TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX seen_events_age ON seen_events (seen_at);
        CREATE TABLE ledger (                    -- only ever added to
            id INTEGER PRIMARY KEY,
            at TEXT NOT NULL,
            made_by TEXT NOT NULL,               -- a person, or "rulewire"
            channel TEXT NOT NULL,
            fact TEXT NOT NULL,                  -- the table in which it stands, or stood
            key TEXT NOT NULL,                   -- JSON: which row of it
            value TEXT                           -- JSON of the row from then on; NULL: removed
        ) STRICT;
        CREATE INDEX ledger_state ON ledger (channel, fact, key, id);
        """
    )
    # What stands when the ledger begins, from the times that are known of it.
    delivery = "id delivery_id event_id bulletin_id state ts last_error"
    for table, channel, at, by, kept in (
        ("subscriptions", "channel", "created_at", "created_by", ""),
        ("channels", "channel", "'0001-01-01T00:00:00.000Z'", "'rulewire'", ""),
        ("marks", "holder", "made_at", "made_by", ""),
        (
            "outbox",
            "channel",
            "coalesce(settled_at, started_at, created_at)",
            "'rulewire'",
            delivery,
        ),
    ):
        columns = kept.split() or [each.name for each in db[table].columns]
        pairs = ", ".join(f"'{name}', {name}" for name in columns)
        keys = ", ".join(each.name for each in db[table].columns if each.is_pk)
        db.execute(
            "INSERT INTO ledger (at, made_by, channel, fact, key, value)"  # noqa: S608  names of ours
            f" SELECT {at}, {by}, {channel}, '{table}', json_array({keys}), json_object({pairs})"
            f" FROM {table} ORDER BY {at}"
        )


@migrations()
def m022_home(db: Database) -> None:
    """Who was welcomed on Home, what each Home shows, and which of them have become outdated.

    Whoever changes what a Home shows, by whatever command or process, a trigger notes it there.
    """
    db.executescript(
        """
        CREATE TABLE homes (
            person TEXT PRIMARY KEY,
            opened_at TEXT NOT NULL,             -- last
            welcomed_at TEXT,                    -- NULL until the welcome has stood there
            published_at TEXT,                   -- NULL before the first time
            shelf TEXT NOT NULL DEFAULT 'overview', -- what of it is looked at
            page INTEGER NOT NULL DEFAULT 1,
            governs INTEGER NOT NULL DEFAULT 0,  -- shows the feeds and what is uncertain
            outdated INTEGER NOT NULL DEFAULT 0  -- changes that it does not show yet
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX homes_outdated ON homes (published_at) WHERE outdated > 0;
        CREATE TABLE home_channels (             -- whose subscriptions it shows
            person TEXT NOT NULL REFERENCES homes (person) ON DELETE CASCADE,
            channel TEXT NOT NULL,
            PRIMARY KEY (person, channel)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX home_channels_channel ON home_channels (channel);
        """
    )
    in_channel = "person IN (SELECT person FROM home_channels WHERE channel = {}.channel)"
    of_story = (
        "person IN (SELECT holder FROM marks WHERE mark IN ('followed', 'saved')"
        " AND story_id = (SELECT story_id FROM entries WHERE id = NEW.entry_id))"
    )
    told = (
        "cadence, at, weekday, timezone, note, urgent, reminders, paused_by, disabled_reason, query"
    )
    kept = "WHEN {0}.mark IN ('followed', 'saved')"
    for name, change, homes in (
        ("subscribed", "INSERT ON subscriptions", in_channel.format("NEW")),
        ("changed", f"UPDATE OF {told} ON subscriptions", in_channel.format("NEW")),
        ("unsubscribed", "DELETE ON subscriptions", in_channel.format("OLD")),
        ("chosen", "INSERT ON channels", in_channel.format("NEW")),
        ("marked", f"INSERT ON marks {kept.format('NEW')}", "person = NEW.holder"),
        ("unmarked", f"DELETE ON marks {kept.format('OLD')}", "person = OLD.holder"),
        ("moved", "INSERT ON events", of_story),
        ("dated", "INSERT ON deadlines", of_story),
        ("redated", "UPDATE OF day, provisional ON deadlines", of_story),
        (
            "settled",
            "UPDATE OF state ON outbox WHEN (OLD.state = 'uncertain') <> (NEW.state = 'uncertain')",
            "governs",
        ),
        (
            "ailing",
            "UPDATE OF failures ON polls WHEN (OLD.failures > 0) <> (NEW.failures > 0)",
            "governs",
        ),
    ):
        db.execute(
            f"CREATE TRIGGER home_{name} AFTER {change} BEGIN"  # noqa: S608  our text only
            f" UPDATE homes SET outdated = outdated + 1 WHERE {homes}; END"
        )


@migrations()
def m023_feedback_and_reminders(db: Database) -> None:
    """Why people found an alert not relevant, what they want to be reminded of, what is done once."""
    db.executescript(
        """
        CREATE TABLE feedback (                  -- why a person put the mark "irrelevant"
            story_id INTEGER NOT NULL,
            holder TEXT NOT NULL,
            mark TEXT NOT NULL DEFAULT 'irrelevant' CHECK (mark = 'irrelevant'),
            channel TEXT NOT NULL,               -- where it was told
            entry_id INTEGER NOT NULL REFERENCES entries (id),
            objection TEXT NOT NULL CHECK (
                objection IN ('wrong subject', 'too minor', 'duplicate', 'other')
            ),
            words TEXT NOT NULL,                 -- the person's own; may be empty
            queries TEXT NOT NULL,               -- JSON: the subscriptions that told it there
            made_at TEXT NOT NULL,
            PRIMARY KEY (story_id, holder, channel),
            FOREIGN KEY (story_id, holder, mark) REFERENCES marks (story_id, holder, mark)
                ON UPDATE CASCADE ON DELETE CASCADE
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX feedback_channel ON feedback (channel, made_at);
        CREATE TABLE reminders (                 -- what a person asked to be reminded of
            id INTEGER PRIMARY KEY,
            person TEXT NOT NULL,
            story_id INTEGER NOT NULL REFERENCES stories (id),
            wish TEXT NOT NULL CHECK (wish IN ('day', 'three days', 'deadline')),
            due_at TEXT NOT NULL,
            zone TEXT NOT NULL,                  -- the person's, when they asked
            state TEXT NOT NULL CHECK (state IN ('waiting', 'told', 'done')),
            asked_at TEXT NOT NULL,
            tellings INTEGER NOT NULL DEFAULT 0  -- how often it was told; snoozed, it is told again
        ) STRICT;
        CREATE UNIQUE INDEX reminders_waiting ON reminders (person, story_id)
            WHERE state = 'waiting';
        CREATE INDEX reminders_due ON reminders (due_at) WHERE state = 'waiting';
        CREATE INDEX reminders_story ON reminders (story_id);
        CREATE TABLE once (                      -- what is not to be done twice, or not soon again
            what TEXT NOT NULL,
            name TEXT NOT NULL,
            at TEXT NOT NULL,
            PRIMARY KEY (what, name)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE threads (                   -- what was last asked in a thread
            channel TEXT NOT NULL,
            thread TEXT NOT NULL,
            asked TEXT NOT NULL,
            PRIMARY KEY (channel, thread)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE unfurling (                 -- workspaces that had links to documents unfurled
            workspace TEXT PRIMARY KEY,          -- empty: the one of SLACK_BOT_TOKEN
            chosen_by TEXT NOT NULL,
            chosen_at TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        """
    )


@migrations()
def m024_floods_in_the_ledger(db: Database) -> None:
    """What was held back, released and dropped before the ledger was told of it."""
    columns = ("id", "feed", "title", "reason", "state", "settled_at")
    pairs = ", ".join(f"'{name}', {name}" for name in columns)
    db.execute(
        "INSERT INTO ledger (at, made_by, channel, fact, key, value)"  # noqa: S608  names of ours
        " SELECT coalesce(settled_at, began_at), coalesce(settled_by, 'rulewire'), channel,"
        f" 'floods', json_array(id), json_object({pairs}) FROM floods"
    )


@migrations()
def m025_objections_to_each_entry(db: Database) -> None:
    """A person's objections to two stories are both kept when these become one."""
    db.executescript(
        """
        CREATE TABLE objections (                -- why a person put the mark "irrelevant"
            entry_id INTEGER NOT NULL REFERENCES entries (id), -- what they looked at
            holder TEXT NOT NULL,
            channel TEXT NOT NULL,               -- where it was told
            story_id INTEGER NOT NULL,
            mark TEXT NOT NULL DEFAULT 'irrelevant' CHECK (mark = 'irrelevant'),
            objection TEXT NOT NULL CHECK (
                objection IN ('wrong subject', 'too minor', 'duplicate', 'other')
            ),
            words TEXT NOT NULL,                 -- the person's own; may be empty
            queries TEXT NOT NULL,               -- JSON: the subscriptions that told it there
            made_at TEXT NOT NULL,
            PRIMARY KEY (entry_id, holder, channel),
            FOREIGN KEY (story_id, holder, mark) REFERENCES marks (story_id, holder, mark)
                ON UPDATE CASCADE ON DELETE CASCADE
        ) STRICT, WITHOUT ROWID;
        INSERT OR IGNORE INTO objections
            SELECT entry_id, holder, channel, story_id, mark, objection, words, queries, made_at
            FROM feedback ORDER BY made_at DESC;
        DROP TABLE feedback;
        ALTER TABLE objections RENAME TO feedback;
        CREATE INDEX feedback_channel ON feedback (channel, made_at);
        CREATE INDEX feedback_mark ON feedback (story_id, holder);
        """
    )


@migrations()
def m026_when_a_thread_was_asked_in(db: Database) -> None:
    """When something was last asked in a thread; of what was asked before, the upgrade counts."""
    db.executescript(
        """
        ALTER TABLE threads ADD COLUMN asked_at TEXT NOT NULL DEFAULT '';
        UPDATE threads SET asked_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now');
        """
    )


@migrations()
def m027_rules_by_their_day(db: Database) -> None:
    """Rules by the day from which they bind, by the Register's own fields."""
    db.executescript(
        """
        CREATE INDEX entries_rules ON entries (
            coalesce(json_extract(item, '$.document.effective_on'),
                json_extract(item, '$.document.publication_date'))
        ) WHERE stage = 'published' AND json_extract(item, '$.document.type') = 'rule';
        """
    )


@migrations()
def m028_merges_by_number(db: Database) -> None:
    """The joins that made two stories one, of which the last is asked for with every item."""
    db.executescript("CREATE INDEX joins_merges ON joins (id) WHERE from_story IS NOT NULL;")


@migrations()
def m029_home_hears_of_joins(db: Database) -> None:
    """A Home shows a story by what heads it, which a join or a split may change."""
    db.execute(
        "CREATE TRIGGER home_joined AFTER UPDATE OF story_id ON entries"
        " WHEN OLD.story_id <> NEW.story_id BEGIN"
        " UPDATE homes SET outdated = outdated + 1 WHERE person IN ("
        "SELECT holder FROM marks WHERE mark IN ('followed', 'saved')"
        " AND story_id IN (OLD.story_id, NEW.story_id)); END"
    )
