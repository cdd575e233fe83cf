"""The commands of the shell, each as its own process, without Slack."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from tests.e2e import documents
from tests.e2e.documents import filed, june_2020, published, rss
from tests.e2e.rulewire import Rulewire
from tests.servers import LoopbackRegister, reply

pytestmark = pytest.mark.e2e

DOCUMENTS = "/api/v1/documents.json"
INSPECTION = "/api/v1/public-inspection-documents/current.json"
PRESS = "application/rss+xml"


async def test_a_past_moment_is_replayed_with_alerts_on_stdout_and_logs_on_stderr(
    register: LoopbackRegister, shell: Rulewire
) -> None:
    quiet = await shell.command("poll", "--now", "2020-06-15T12:00")
    register.inspection.append(
        filed(filed_at="2020-06-16T08:45:00.000-04:00", publication_date="2020-06-18")
    )
    on_file = await shell.command("poll", "--now", "2020-06-16T08:46")
    register.inspection.clear()
    register.publish(june_2020())
    printed = await shell.command("poll", "--now", "2020-06-18T06:01")
    again = await shell.command("poll", "--now", "2020-06-18T12:01")

    assert [each.code for each in (quiet, on_file, printed, again)] == [0, 0, 0, 0]
    assert quiet.out == ""
    assert "On public inspection · Rule, special filing" in on_file.out
    assert "16 June 2020, 8:45 a.m. EDT" in on_file.out
    assert "Published and in force · Interim final rule" in printed.out
    assert "85 FR 36719" in " ".join(printed.out.split())
    assert again.out == ""
    assert "polled feed=inspection status=ok" in on_file.err
    assert "polled" not in on_file.out


async def test_a_round_fails_only_when_every_feed_fails(
    register: LoopbackRegister, shell: Rulewire
) -> None:
    register.host.on(DOCUMENTS, reply(status=503))
    some = await shell.command("poll")
    register.host.on(INSPECTION, reply(status=503))
    register.host.on("/wire", reply(status=503))
    none = await shell.command("poll", "--now", "2099-01-01T12:00")

    assert (some.code, none.code) == (0, 1)
    assert none.out == ""
    assert none.err.count("status=failed") == 3
    assert "Traceback" not in some.err + none.err


@pytest.mark.parametrize(
    ("arguments", "settings", "said"),
    [
        (("poll",), {"RULEWIRE_FEEDS": "no-such-file.toml"}, "RULEWIRE_FEEDS"),
        (("poll",), {"SLACK_BOT_TOKEN": "xoxb-1"}, "go together"),
        (("poll", "--now", "tomorrow"), {}, "is not a time such as"),
        (("poll", "--feed", "wires"), {}, "there is no feed 'wires'"),
        (("run",), {"RULEWIRE_TIMEZONE": "Mars/Olympus"}, "RULEWIRE_TIMEZONE"),
        (("search", "(huawei"), {}, "^"),
        (("backfill", "--since", "2020-06-02", "--until", "2020-06-01"), {}, "--since is after"),
    ],
)
async def test_a_mistake_is_told_in_a_line_and_exits_with_2(
    shell: Rulewire, arguments: tuple[str, ...], settings: dict[str, str], said: str
) -> None:
    ended = await shell.command(*arguments, **settings)

    assert ended.code == 2
    assert said in ended.err
    assert ended.out == ""
    assert "Traceback" not in ended.err


async def test_a_database_that_is_none_is_told_in_a_line(shell: Rulewire) -> None:
    shell.database.write_text("Dear diary, " * 1000, encoding="utf-8")

    ended = await shell.command("poll")

    assert ended.code == 2
    assert str(shell.database) in ended.err
    assert len(ended.err.splitlines()) == 1


async def test_json_is_one_document_and_nothing_else(
    register: LoopbackRegister, shell: Rulewire
) -> None:
    register.inspection.append(filed(age=timedelta(days=3)))
    await shell.poll("inspection")

    found = await shell.command("search", "entity list", "--json")
    status = await shell.command("status", "--json")
    topics = await shell.command("topics", "list", "--json")
    kept = await shell.command("subscriptions", "export")
    rehearsed = await shell.command("rehearse", "entity list", "--days", "5", "--json")
    explained = await shell.command("why", documents.NUMBER, "--json")

    assert [card["title"] for card in json.loads(found.out)["cards"]] == [documents.TITLE]
    assert json.loads(status.out)["entries"] == 1
    assert "huawei-and-standards" in {each["name"] for each in json.loads(topics.out)["topics"]}
    assert json.loads(rehearsed.out)["lookback"]["documents"] == 1
    assert json.loads(explained.out)["card"]["title"] == documents.TITLE
    (default,) = json.loads(kept.out)
    assert default["query"] == "topic:huawei-and-standards"


async def test_check_names_every_problem_at_once(
    register: LoopbackRegister, shell: Rulewire, tmp_path: Path
) -> None:
    feeds = tmp_path / "wrong.toml"
    feeds.write_text('[[feed]]\nname = "A"\nkind = "news"\n\n[[feed]]\nkind = "newz"\n')

    settings = await shell.command(
        "check", SLACK_BOT_TOKEN="wrong", RULEWIRE_TIMEZONE="Mars/Olympus", RULEWIRE_CHANEL="C01GEN"
    )
    catalog = await shell.command("check", RULEWIRE_FEEDS=str(feeds))
    register.host.on("/wire", reply(status=404))
    visited = await shell.command("check")
    register.host.on("/wire", reply(rss(), content_type=PRESS))
    sound = await shell.command("check")

    assert [each.code for each in (settings, catalog, visited, sound)] == [2, 2, 2, 0]
    for problem in ("go together", "xoxb-", "Mars/Olympus", "did you mean RULEWIRE_CHANNEL?"):
        assert problem in settings.out
    for problem in (":1 (A)", "url is missing", ":5 (feed without a name)", "unknown kind 'newz'"):
        assert problem in catalog.out
    assert [line[:11] for line in visited.out.splitlines()] == ["✗ feed wire"]
    assert "everything works" in sound.out


async def test_a_backup_is_a_database_to_go_on_with(
    register: LoopbackRegister, shell: Rulewire, tmp_path: Path
) -> None:
    register.inspection.append(filed())
    await shell.poll("inspection")
    copy = tmp_path / "copy.db"

    made = await shell.command("backup", str(copy))
    over = await shell.command("backup", str(copy))
    found = await shell.command("search", "entity list", RULEWIRE_DATABASE=str(copy))

    assert made.code == 0
    assert copy.stat().st_mode & 0o077 == 0
    assert over.code == 1
    assert "never overwrites" in over.err
    assert documents.TITLE in " ".join(found.out.split())


async def test_health_tells_a_running_bot_from_none(shell: Rulewire) -> None:
    never = await shell.command("health")
    await shell.start()
    await shell.logged("polled feed=inspection")
    alive = await shell.command("health")

    assert (never.code, alive.code) == (1, 0)
    assert "no running bot" in never.err
    assert "alive at" in alive.out


async def test_the_demo_tells_four_things_offline(shell: Rulewire) -> None:
    nowhere = {
        "RULEWIRE_FEDERAL_REGISTER_URL": "http://127.0.0.1:1/",
        "RULEWIRE_ALLOW_PRIVATE_ADDRESSES": "",
    }

    ended = await shell.command("demo", **nowhere)

    stages = ("Leak ·", "Reported ·", "  ↳ On public inspection ·", "  ↳ Published and in force ·")
    opening = [
        stage for line in ended.out.splitlines() for stage in stages if line.startswith(stage)
    ]
    assert ended.code == 0
    assert opening == list(stages)
    assert not shell.database.exists()


async def test_history_is_read_once_and_gone_on_with_after_a_failure(
    register: LoopbackRegister, shell: Rulewire
) -> None:
    register.publish(
        published("2020-07001", day="2020-04-10"),
        published("2020-09001", day="2020-05-20"),
        june_2020(),
    )
    span = ("backfill", "--since", "2020-04-01", "--until", "2020-06-30")
    register.host.on(DOCUMENTS, register.list_documents, reply(status=503))
    broken = await shell.command(*span)
    register.host.on(DOCUMENTS, register.list_documents)
    register.host.asked.clear()
    mended = await shell.command(*span)
    firsts = [
        dict(asked.query)["conditions[publication_date][gte]"] for asked in register.host.asked
    ]
    register.host.asked.clear()
    idle = await shell.command(*span)
    found = await shell.command("search", "title:entity", "--json")
    told = await shell.command("status", "--json")

    assert [each.code for each in (broken, mended, idle)] == [1, 0, 0]
    assert firsts == ["2020-05-02", "2020-06-02"]
    assert "2 new entries" in mended.out
    assert register.host.asked == []
    assert "0 new entries" in idle.out
    assert json.loads(found.out)["total"] == 3
    assert json.loads(told.out)["owed"] == {}


async def test_a_feed_is_found_on_its_page_added_polled_and_removed(
    register: LoopbackRegister, shell: Rulewire
) -> None:
    link = '<link rel="alternate" type="application/rss+xml" href="/lawyers.xml">'
    page = register.host.on("/blog", reply(f"<html>{link}</html>", content_type="text/html"))
    body = rss(("Huawei and the Entity List", "https://www.example.com/1", ""), title="Law Blog")
    register.host.on("/lawyers.xml", reply(body, content_type=PRESS))

    added = await shell.command("feeds", "add", page)
    twice = await shell.command("feeds", "add", page)
    polled = await shell.command("poll", "--feed", "law-blog")
    found = await shell.command("search", "huawei")
    removed = await shell.command("feeds", "remove", "law-blog")
    gone = await shell.command("poll", "--feed", "law-blog")

    assert f"Added law-blog: Law Blog ({register.host.base}/lawyers.xml)" in added.out
    assert twice.code == 2
    assert "already polled as law-blog" in twice.err
    assert "new=1" in polled.err
    assert "Huawei and the Entity List" in found.out
    assert removed.code == 0
    assert gone.code == 2


async def test_feeds_go_out_as_opml_and_come_back(
    shell: Rulewire, register: LoopbackRegister, tmp_path: Path
) -> None:
    opml = tmp_path / "feeds.opml"
    register.host.on("/lawyers.xml", reply(rss(title="Law & Blog"), content_type=PRESS))
    await shell.command("feeds", "add", f"{register.host.base}/lawyers.xml")

    exported = await shell.command("feeds", "export")
    opml.write_text(exported.out, encoding="utf-8")
    known = await shell.command("feeds", "import", str(opml))
    fresh = {"RULEWIRE_DATABASE": str(tmp_path / "fresh.db")}
    taken_in = await shell.command("feeds", "import", str(opml), **fresh)
    again = await shell.command("feeds", "export", **fresh)

    assert "Law &amp; Blog" in exported.out
    assert known.out == "All of these feeds are polled already\n"
    assert taken_in.out == "Added: law-blog\n"
    assert again.out == exported.out


async def test_subscriptions_are_made_and_ended_from_the_shell(shell: Rulewire) -> None:
    added = await shell.command("subscriptions", "add", "terminal", "semiconductor", "OR", "5G")
    listed = await shell.command("subscriptions", "list")
    removed = await shell.command("subscriptions", "remove", "terminal", "semiconductor OR 5G")
    left = await shell.command("subscriptions", "list")

    assert [each.code for each in (added, listed, removed, left)] == [0, 0, 0, 0]
    assert "semiconductor OR 5g" in listed.out
    assert "semiconductor" not in left.out


async def test_the_manifest_is_json_on_stdout_and_advice_on_stderr(shell: Rulewire) -> None:
    ended = await shell.command("manifest")

    assert ended.code == 0
    (command,) = json.loads(ended.out)["features"]["slash_commands"]
    assert command["command"] == "/rulewire"
    assert "connections:write" in ended.err


async def test_a_json_log_is_one_object_a_line_for_each_poll_and_delivery(
    register: LoopbackRegister, shell: Rulewire
) -> None:
    headline = 'Huawei \u2028 and standards\x85 "5G"'
    await shell.command("poll")
    register.host.on(
        "/wire", reply(rss((headline, "https://www.example.com/1", "")), content_type=PRESS)
    )
    register.inspection.append(filed())

    ended = await shell.command(
        "poll",
        "--now",
        "2099-01-01T12:00",
        RULEWIRE_LOG="json",
        RULEWIRE_FEEDS=shell.settings["RULEWIRE_FEEDS"],
    )

    lines = [json.loads(line) for line in ended.err.splitlines()]
    events = [line["event"].split(" status=")[0] for line in lines]
    assert {line["level"] for line in lines} == {"info"}
    assert {f"polled feed={name}" for name in ("register", "inspection", "wire")} <= set(events)
    assert any(event.startswith("delivered channel=terminal") for event in events)


async def test_the_log_of_a_running_bot_is_json_from_the_first_line(shell: Rulewire) -> None:
    shell.settings = {**shell.settings, "RULEWIRE_LOG": "json"}
    await shell.start()
    await shell.logged("polled feed=inspection")
    await shell.stop()

    lines = [json.loads(line) for line in shell.log.splitlines()]

    assert lines[-1]["event"] == "stopping"


async def test_a_backup_is_restored_in_a_new_place_and_goes_on_where_it_was(
    register: LoopbackRegister, shell: Rulewire, tmp_path: Path
) -> None:
    await shell.command("poll", "--now", "2020-06-15T12:00")
    register.inspection.append(
        filed(filed_at="2020-06-16T08:45:00.000-04:00", publication_date="2020-06-18")
    )
    told = await shell.command("poll", "--now", "2020-06-16T08:46")
    copy, restored = tmp_path / "copy.db", tmp_path / "elsewhere" / "rulewire.db"
    await shell.command("backup", str(copy))
    restored.parent.mkdir(mode=0o700)
    restored.write_bytes(copy.read_bytes())
    restored.chmod(0o600)
    there = {"RULEWIRE_DATABASE": str(restored)}

    sound = await shell.command("check", **there)
    again = await shell.command("poll", "--now", "2020-06-17T12:00", **there)
    register.inspection.clear()
    register.publish(june_2020())
    printed = await shell.command("poll", "--now", "2020-06-18T06:01", **there)

    assert "On public inspection" in told.out
    assert (sound.code, again.code, again.out) == (0, 0, "")
    assert "Published" in printed.out
