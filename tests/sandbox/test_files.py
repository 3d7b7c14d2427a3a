"""Files that the app sends: with Slack's own client over the wire, who sees them, who may read them."""

from collections.abc import AsyncIterator

import httpx
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox import Member, NotPossibleError, Sandbox
from tests.sandbox.examples import MANIFEST, Json
from tests.sandbox.world import World


@pytest.fixture
async def http(sandbox: Sandbox) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=sandbox.url, trust_env=False) as http:
        yield http


def papers(sandbox: Sandbox) -> str:
    return sandbox.workspace.channel("papers").id


async def test_slacks_own_client_sends_a_file_that_people_read(
    sandbox: Sandbox, client: AsyncWebClient, http: httpx.AsyncClient, ada: Member
) -> None:
    sent = await client.files_upload_v2(
        filename="list.csv",
        content="title\na & b\n",
        title="My list",
        channel=papers(sandbox),
        initial_comment="Here < it is",
    )

    [message] = ada.messages("#papers")
    [file] = message["files"]
    served = await http.get(file["download"])
    assert sent["files"] == [{"id": file["id"], "title": "My list"}]
    assert (message["text"], message["username"]) == ("Here &lt; it is", "To-do")
    assert {key: file[key] for key in ("name", "title", "size", "mimetype", "pretty_type")} == {
        "name": "list.csv",
        "title": "My list",
        "size": 12,
        "mimetype": "text/csv",
        "pretty_type": "CSV",
    }
    assert (served.text, served.headers["Content-Type"]) == ("title\na & b\n", "text/csv")
    assert served.headers["Content-Disposition"] == "attachment; filename*=UTF-8''list.csv"


async def test_two_files_come_in_one_message_and_in_their_thread(
    sandbox: Sandbox, client: AsyncWebClient, ada: Member
) -> None:
    parent = await client.chat_postMessage(channel="#papers", text="hello")

    await client.files_upload_v2(
        file_uploads=[
            {"file": b"\x89PNG\0", "filename": "图.png", "alt_txt": "A picture"},
            {"content": "x", "filename": "notes", "title": "Notes"},
        ],
        channel=papers(sandbox),
        thread_ts=parent["ts"],
    )

    reply = ada.thread({"channel": papers(sandbox), "ts": parent["ts"]})[1]
    assert [(file["name"], file["title"], file["mimetype"]) for file in reply["files"]] == [
        ("图.png", "图.png", "image/png"),
        ("notes", "Notes", "text/plain"),
    ]
    assert ada.transcript("#papers").endswith("[file: 图.png, 5 bytes]\n      [file: notes, 1 bytes]")


async def test_a_file_in_direct_messages_is_read_by_its_person_alone(
    client: AsyncWebClient, http: httpx.AsyncClient, ada: Member, lin: Member
) -> None:
    opened = await client.conversations_open(users=ada.id)
    again = await client.conversations_open(users=ada.id)
    await client.files_upload_v2(filename="a.bib", content="@misc{a}", channel=opened["channel"]["id"])

    [message] = ada.direct_messages()
    [file] = message["files"]
    refused = await http.get("/control/file", params={"as": lin.id, "file": file["id"]})
    assert again["channel"] == opened["channel"]
    assert (await http.get(file["download"])).text == "@misc{a}"
    assert refused.status_code == 404
    with pytest.raises(NotPossibleError, match="lin sees no file"):
        lin.file(file["id"])


async def test_a_persons_id_is_no_place_for_a_file(client: AsyncWebClient, ada: Member) -> None:
    with pytest.raises(SlackApiError) as caught:
        await client.files_upload_v2(filename="a.txt", content="a", channel=ada.id)

    assert caught.value.response["error"] == "invalid_arguments"
    assert caught.value.response["response_metadata"]["messages"] == [
        "[ERROR] input must match regex pattern: ^[CGDZ][A-Z0-9]{8,}$ [json-pointer:/channel_id]"
    ]
    assert ada.direct_messages() == []


async def test_without_a_channel_a_file_stays_with_the_app(client: AsyncWebClient, ada: Member) -> None:
    sent = await client.files_upload_v2(filename="a.txt", content="a")

    told = (await client.files_info(file=sent["file"]["id"]))["file"]
    assert (told["channels"], told["ims"], told["is_public"]) == ([], [], False)
    with pytest.raises(NotPossibleError):
        ada.file(told["id"])


async def test_what_is_shared_says_where(sandbox: Sandbox, client: AsyncWebClient, ada: Member) -> None:
    sent = await client.files_upload_v2(filename="a.txt", content="a", channel=papers(sandbox))

    told = (await client.files_info(file=sent["file"]["id"]))["file"]

    ts = ada.messages("#papers")[0]["ts"]
    share = {"ts": ts, "channel_name": "papers", "team_id": sandbox.workspace.team_id}
    assert told["channels"] == [papers(sandbox)]
    assert told["shares"] == {"public": {papers(sandbox): [share]}}


async def test_history_holds_the_file_of_a_message(sandbox: Sandbox, client: AsyncWebClient) -> None:
    sent = await client.files_upload_v2(filename="a.txt", content="a", channel=papers(sandbox))

    [message] = (await client.conversations_history(channel=papers(sandbox)))["messages"]

    assert [file["id"] for file in message["files"]] == [sent["file"]["id"]]
    assert message["upload"] is True


@pytest.mark.parametrize("form", ["raw", "multipart"])
async def test_bytes_come_raw_or_in_a_form_and_once(
    http: httpx.AsyncClient, client: AsyncWebClient, form: str
) -> None:
    answer = await client.files_getUploadURLExternal(filename="a.txt", length=3)
    url = str(answer["upload_url"])

    async def upload(content: bytes) -> tuple[int, str]:
        file = {"filename": ("a.txt", content)}
        sent = await (http.post(url, files=file) if form == "multipart" else http.post(url, content=content))
        return sent.status_code, sent.text

    assert [await upload(b"abcd"), await upload(b"abc"), await upload(b"abc")] == [
        (400, "size_mismatch"),
        (200, "OK - 3"),
        (404, "not_found"),
    ]


async def test_a_file_without_its_bytes_cannot_be_completed(client: AsyncWebClient) -> None:
    answer = await client.files_getUploadURLExternal(filename="a.txt", length=3)

    with pytest.raises(SlackApiError, match="file_not_found"):
        await client.files_completeUploadExternal(files=[{"id": answer["file_id"], "title": "a"}])


@pytest.mark.parametrize("scope", ["files:write", "files:read"])
async def test_the_scopes_of_files_are_needed(scope: str) -> None:
    world = World(withheld_scopes=[scope])
    attempt = (
        world.call("files.info", file="F1")
        if scope == "files:read"
        else world.call("files.getUploadURLExternal", filename="a", length=1)
    )

    answer = await attempt

    assert (answer.body["error"], answer.body["needed"]) == ("missing_scope", scope)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"length": 1}, "missing required field: filename"),
        ({"filename": "a"}, "missing required field: length"),
        ({"filename": "a", "length": "x"}, "must be an integer [json-pointer:/length]"),
        ({"filename": "a", "length": -1}, "must be greater than 0 [json-pointer:/length]"),
    ],
)
async def test_an_announcement_that_lacks_something_says_what(arguments: Json, message: str) -> None:
    answer = await World().call("files.getUploadURLExternal", **arguments)

    assert answer.body["response_metadata"]["messages"] == [f"[ERROR] {message}"]


@pytest.mark.parametrize("subscribed", [["file_shared"], ["app_mention"]])
async def test_the_app_hears_of_a_shared_file_only_if_it_subscribes(subscribed: list[str]) -> None:
    settings = {**MANIFEST["settings"], "event_subscriptions": {"bot_events": subscribed}}
    world = World({**MANIFEST, "settings": settings})
    events: list[Json] = []
    world.workspace.event_outlet = lambda payload: events.append(payload["event"])

    file_id = await world.announced()
    await world.complete(file_id)

    shared = {
        "type": "file_shared",
        "channel_id": world.channel().id,
        "file_id": file_id,
        "user_id": world.workspace.bot.id,
        "file": {"id": file_id},
    }
    without_ts = [{key: event[key] for key in event if key != "event_ts"} for event in events]
    assert without_ts == ([shared] if "file_shared" in subscribed else [])


async def test_the_message_of_a_file_is_told_as_a_share() -> None:
    world = World()
    events: list[Json] = []
    world.workspace.event_outlet = lambda payload: events.append(payload["event"])

    await world.complete(await world.announced())

    assert [event["subtype"] for event in events if event["type"] == "message"] == ["file_share"]


async def test_a_file_goes_with_its_message(sandbox: Sandbox, client: AsyncWebClient, ada: Member) -> None:
    sent = await client.files_upload_v2(filename="a.txt", content="a", channel=papers(sandbox))
    [message] = ada.messages("#papers")

    await client.chat_delete(channel=message["channel"], ts=message["ts"])

    with pytest.raises(NotPossibleError):
        ada.file(sent["file"]["id"])


async def test_a_private_download_needs_the_apps_token(
    sandbox: Sandbox, client: AsyncWebClient, http: httpx.AsyncClient
) -> None:
    sent = await client.files_upload_v2(filename="a b.txt", content="a", channel=papers(sandbox))
    told = (await client.files_info(file=sent["file"]["id"]))["file"]
    bearer = {"Authorization": f"Bearer {sandbox.workspace.bot_token}"}

    read = [await http.get(told[key], headers=bearer) for key in ("url_private", "url_private_download")]
    without = await http.get(told["url_private_download"])
    followed = await http.get(told["url_private_download"], follow_redirects=True)

    assert [answer.text for answer in read] == ["a", "a"]
    assert without.status_code == 302
    assert (followed.status_code, followed.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "Sign in" in followed.text


async def test_a_private_download_needs_the_scope_to_read_files() -> None:
    world = World(withheld_scopes=["files:read"])
    async with Sandbox(world.workspace) as sandbox, httpx.AsyncClient(trust_env=False) as http:
        file_id = await world.announced()
        await world.complete(file_id)
        url = world.workspace.file_json(world.workspace.files[file_id])["url_private_download"]

        answer = await http.get(url, headers={"Authorization": f"Bearer {sandbox.workspace.bot_token}"})

    assert (answer.status_code, answer.headers["Location"].partition("?")[0]) == (302, "/signin")
