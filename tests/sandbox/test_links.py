"""Links that people post or write: which the app hears of, and what it shows of them."""

import pytest

from bot.sandbox import Member, NotPossibleError, Sandbox, create_workspace
from bot.sandbox.errors import ConfigurationError
from bot.sandbox.links import found_in
from tests.sandbox.examples import MANIFEST, Json, mrkdwn, section
from tests.sandbox.link_examples import LINK, showing
from tests.sandbox.test_reactions import told_to
from tests.sandbox.todo import Todo
from tests.sandbox.world import World

DOMAINS = ("tasks.example", "docs.todo.example")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("https://tasks.example/7", {"https://tasks.example/7": "tasks.example"}),
        (
            "see <https://a.tasks.example:81/x?b=1&amp;c=2|this>, or http://TASKS.example.",
            {
                "https://a.tasks.example:81/x?b=1&amp;c=2": "tasks.example",
                "http://TASKS.example": "tasks.example",
            },
        ),
        ("(https://docs.todo.example/a).", {"https://docs.todo.example/a": "docs.todo.example"}),
        ("https://todo.example/a https://mytasks.example/ https://tasks.example.org/", {}),
        ("tasks.example/7 and ftp://tasks.example/7", {}),
        ("https://[tasks.example/7", {}),
    ],
)
def test_links_to_a_domain_or_below_it_are_found(text: str, found: dict[str, str]) -> None:
    assert {each["url"]: each["domain"] for each in found_in(text, DOMAINS)} == found


@pytest.mark.parametrize(
    "domain", ["https://tasks.example", "example", ".example", "10.0.0.1", "任务.example"]
)
def test_a_domain_that_slack_would_not_take_is_refused(domain: str) -> None:
    features = {**MANIFEST["features"], "unfurl_domains": [domain]}

    with pytest.raises(ConfigurationError, match="unfurl_domains"):
        create_workspace({**MANIFEST, "features": features})


async def test_a_link_is_told_and_shown_below_its_message(
    sandbox: Sandbox, todo: Todo, ada: Member, lin: Member
) -> None:
    parent = await ada.message("#general", "What is next?")
    message = await lin.message("#general", f"{LINK} and {LINK}, not https://other.example/", thread=parent)
    event = (await todo.hears("link_shared"))["event"]
    await todo.hears("unfurled")

    [shown] = ada.messages("#general")[-1]["attachments"]
    unfurl_id = event.pop("unfurl_id")
    assert event.pop("event_ts")
    assert event == {
        "type": "link_shared",
        "channel": message["channel"],
        "is_bot_user_member": False,
        "user": lin.id,
        "message_ts": message["ts"],
        "thread_ts": parent["ts"],
        "source": "conversations_history",
        "links": [{"domain": "tasks.example", "url": LINK}],
        "user_locale": "zh-CN",
    }
    assert unfurl_id.startswith(f"{message['channel']}.{message['ts']}.")
    assert (shown["id"], shown["url"]) == (1, LINK)
    assert f"  | {LINK}\n" in ada.transcript("#general")


async def test_a_click_on_what_is_shown_has_that_alone_and_no_message(
    sandbox: Sandbox, todo: Todo, ada: Member, lin: Member
) -> None:
    other = "https://tasks.example/8"
    message = await lin.message("#papers", f"{LINK} {other}")
    await todo.hears("unfurled")
    await ada.click({**message, "attachment_id": 2}, "done")
    click = await todo.hears("done")
    await ada.sees(lambda view: "~" in str(view["messages"]))
    shown = ada.messages("#papers")

    assert {"message", "original_message"}.isdisjoint(click)
    assert click["container"] == {
        "type": "message_attachment",
        "message_ts": message["ts"],
        "attachment_id": 2,
        "channel_id": message["channel"],
        "is_ephemeral": False,
        "is_app_unfurl": True,
        "app_unfurl_url": other,
    }
    assert click["app_unfurl"].keys() == {"id", "blocks", "app_unfurl_url", "is_app_unfurl"}
    assert [each["id"] for each in shown[-1]["attachments"]] == [1, 2]
    assert [each["blocks"][0]["text"]["text"] for each in shown[-1]["attachments"]] == [LINK, f"~{other}~"]


async def test_an_attachment_that_is_not_there_cannot_be_clicked(ada: Member) -> None:
    message = await ada.message("#papers", LINK)

    with pytest.raises(NotPossibleError, match="no attachment 1"):
        await ada.click({**message, "attachment_id": 1}, "done")


async def test_what_is_written_is_told_without_a_channel_and_shown_to_who_writes() -> None:
    world = World()
    events = await told_to(world)
    ada = Sandbox(world.workspace).person("ada")
    unfurl_id = await ada.draft(f"Look at {LINK}")
    by_id = {"unfurl_id": unfurl_id, "source": "composer"}
    first = await world.call("chat.unfurl", unfurls=showing(section()), **by_id)
    by_channel = {"channel": "COMPOSER", "ts": unfurl_id}
    second = await world.call("chat.unfurl", unfurls=showing(section(text=mrkdwn("new"))), **by_channel)

    [event] = events
    assert event.pop("event_ts")
    assert event == {
        "type": "link_shared",
        "channel": "COMPOSER",
        "is_bot_user_member": True,
        "user": ada.id,
        "message_ts": unfurl_id,
        "unfurl_id": unfurl_id,
        "source": "composer",
        "links": [{"domain": "tasks.example", "url": LINK}],
        "user_locale": "en-US",
    }
    assert (first.body, second.body) == ({"ok": True}, {"ok": True})
    [preview] = ada.previews(unfurl_id)
    assert preview["blocks"][0]["text"]["text"] == "new"
    assert ada.messages("#papers") == []


async def test_a_posted_link_is_shown_by_its_unfurl_id_too() -> None:
    world = World()
    events = await told_to(world)
    ada = Sandbox(world.workspace).person("ada")
    await ada.message("#papers", LINK)
    by_id = {key: events[-1][key] for key in ("unfurl_id", "source")}
    answer = await world.call("chat.unfurl", unfurls=showing(section()), **by_id)

    [message] = (await world.call("conversations.history", channel=world.channel().id)).body["messages"]
    assert answer.body == {"ok": True}
    [attachment] = message["attachments"]
    assert (attachment["app_unfurl_url"], attachment["is_app_unfurl"]) == (LINK, True)
    assert (attachment["app_id"], attachment["bot_id"]) == (world.workspace.app_id, world.workspace.bot_id)


async def test_in_an_organisation_only_posted_links_are_told_and_without_an_unfurl_id() -> None:
    world = World(enterprise={"id": "E0000000001", "name": "Labs"})
    events = await told_to(world)
    ada = Sandbox(world.workspace).person("ada")
    with pytest.raises(NotPossibleError):
        await ada.draft(LINK)
    await ada.message("#papers", LINK)

    told = [each for each in events if each["type"] == "link_shared"]
    assert [each.keys() & {"unfurl_id", "source"} for each in told] == [set()]


@pytest.mark.parametrize("missing", ["subscription", "scope", "domain"])
async def test_a_link_is_told_only_to_an_app_that_may_hear_it(missing: str) -> None:
    manifest = MANIFEST
    if missing == "subscription":
        settings = {**MANIFEST["settings"], "event_subscriptions": {"bot_events": []}}
        manifest = {**MANIFEST, "settings": settings}
    elif missing == "domain":
        manifest = {**MANIFEST, "features": {**MANIFEST["features"], "unfurl_domains": []}}
    world = World(manifest, withheld_scopes=["links:read"] if missing == "scope" else [])
    events = await told_to(world)
    await Sandbox(world.workspace).person("ada").message("#general", LINK)

    assert events == []


async def test_the_app_hears_nothing_of_links_in_its_own_messages() -> None:
    world = World()
    events = await told_to(world)
    await world.post(text=LINK)

    assert [each["type"] for each in events] == ["message"]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({}, "missing_channel"),
        ({"channel": "C1"}, "missing_ts"),
        ({"unfurl_id": "C1.1.a"}, "missing_source"),
        ({"source": "composer"}, "missing_unfurl_id"),
        ({"unfurl_id": "C1.1.a", "source": "elsewhere"}, "invalid_source"),
        ({"unfurl_id": "C1.1.a", "source": "conversations_history"}, "invalid_unfurl_id"),
        ({"channel": "COMPOSER", "ts": "U1-1"}, "cannot_find_message"),
    ],
)
async def test_a_call_that_names_no_link_is_refused_by_name(arguments: Json, error: str) -> None:
    answer = await World().call("chat.unfurl", unfurls=showing(section()), **arguments)

    assert answer.body == {"ok": False, "error": error}


@pytest.mark.parametrize(
    ("unfurls", "error"),
    [("", "missing_unfurls"), ("[1]", "invalid_unfurls_format"), ("{", "invalid_unfurls_format")],
)
async def test_unfurls_that_are_no_map_are_refused_by_name(unfurls: str, error: str) -> None:
    world = World()
    message = await Sandbox(world.workspace).person("ada").message("#papers", LINK)
    place = {"channel": message["channel"], "ts": message["ts"]}
    answer = await world.call("chat.unfurl", unfurls=unfurls, **place)

    assert answer.body == {"ok": False, "error": error}


async def test_without_its_scope_the_app_shows_nothing() -> None:
    world = World(withheld_scopes=["links:write"])

    answer = await world.call("chat.unfurl", channel="C1", ts="1.0", unfurls=showing(section()))

    assert (answer.body["error"], answer.body["needed"]) == ("missing_scope", "links:write")
