"""Files that people upload in a modal, and how the app reads them."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox import Member, NotPossibleError, Sandbox
from tests.sandbox.examples import Json, field, file_input, home, modal
from tests.sandbox.todo import Todo
from tests.support.sandbox_driver import Driver


@pytest.fixture
async def driver(sandbox: Sandbox) -> AsyncIterator[Driver]:
    async with Driver(sandbox.url) as driver:
        yield driver


async def opened(sandbox: Sandbox, client: AsyncWebClient, person: Member, **element: Any) -> Json:
    """Show a person a modal with a file input and return it."""
    trigger = sandbox.workspace.issue_trigger(person.id)
    view = modal(field(file_input(**element), block_id="list"), callback_id="list")
    await client.views_open(trigger_id=trigger, view=view)
    return person.modals()[-1]


async def test_a_submitted_file_is_read_by_the_app(
    sandbox: Sandbox, client: AsyncWebClient, todo: Todo, ada: Member, lin: Member
) -> None:
    view = await opened(sandbox, client, ada, filetypes=["bib"], max_files=2)
    file = ada.upload("my.bib", b"@misc{a}")

    assert await ada.submit(view, {"list": {"a": [file["id"]]}}) == {}

    value = todo.last("list")["view"]["state"]["values"]["list"]["a"]
    [chosen] = value["files"]
    bearer = {"Authorization": f"Bearer {sandbox.workspace.bot_token}"}
    async with httpx.AsyncClient(trust_env=False) as http:
        read = await http.get(chosen["url_private_download"], headers=bearer)
    assert value["type"] == "file_input"
    assert {key: chosen[key] for key in ("id", "name", "size", "user", "mimetype")} == {
        "id": file["id"],
        "name": "my.bib",
        "size": 8,
        "user": ada.id,
        "mimetype": "text/plain",
    }
    assert read.content == b"@misc{a}"
    assert (await client.files_info(file=file["id"]))["file"]["name"] == "my.bib"
    with pytest.raises(NotPossibleError):
        lin.file(file["id"])


async def test_a_file_that_nobody_submitted_is_not_the_apps(
    sandbox: Sandbox, client: AsyncWebClient, ada: Member
) -> None:
    file = ada.upload("my.bib", b"@misc{a}")
    bearer = {"Authorization": f"Bearer {sandbox.workspace.bot_token}"}

    async with httpx.AsyncClient(trust_env=False) as http:
        read = await http.get(file["url_private_download"], headers=bearer)

    assert read.status_code == 404


async def test_a_required_file_is_asked_for(sandbox: Sandbox, client: AsyncWebClient, ada: Member) -> None:
    view = await opened(sandbox, client, ada)

    assert await ada.submit(view) == {"list": "Please complete this required field."}


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        (["a.bib", "b.bib"], "takes at most 1 files"),
        (["a.pdf"], "takes no a.pdf; it takes bib, ris"),
        ([], "has uploaded no file F9"),
    ],
)
async def test_a_file_that_the_input_does_not_take_is_refused(
    sandbox: Sandbox, client: AsyncWebClient, ada: Member, names: list[str], sentence: str
) -> None:
    view = await opened(sandbox, client, ada, filetypes=[".bib", "RIS"], max_files=1)
    ids = [ada.upload(name, b"x")["id"] for name in names] or ["F9"]

    with pytest.raises(NotPossibleError, match=sentence):
        await ada.submit(view, {"list": {"a": ids}})


def test_a_file_of_more_than_ten_megabytes_is_too_large(sandbox: Sandbox, ada: Member) -> None:
    ada.upload("big.pdf", b"x" * 10_000_000)

    with pytest.raises(NotPossibleError, match="10000001 bytes; Slack takes at most 10000000"):
        ada.upload("big.pdf", b"x" * 10_000_001)


async def test_a_file_input_belongs_in_a_modal(client: AsyncWebClient, ada: Member) -> None:
    with pytest.raises(Exception, match="unsupported type: file_input"):
        await client.views_publish(user_id=ada.id, view=home(field(file_input())))


async def test_a_file_comes_through_the_control_api(
    sandbox: Sandbox, client: AsyncWebClient, todo: Todo, driver: Driver, ada: Member
) -> None:
    view = await opened(sandbox, client, ada)
    remote = await driver.person("ada")

    file = await remote.upload("论文.bib", b"@misc{a}")
    await remote.act("submit", view_id=view["id"], values={"list": {"a": [file["id"]]}})

    [chosen] = todo.last("list")["view"]["state"]["values"]["list"]["a"]["files"]
    assert chosen["name"] == "论文.bib"
    with pytest.raises(NotPossibleError, match="at least one byte"):
        await remote.upload("empty.bib", b"")
