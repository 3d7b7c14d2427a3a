"""Whatever an app or a person sends, the sandbox answers as Slack would and never breaks."""

from contextlib import suppress
from pathlib import Path
from typing import Any, get_args

from hypothesis import given
from hypothesis import strategies as st

import bot.sandbox
from bot.sandbox import ManualClock, Sandbox, SandboxError, create_workspace
from bot.sandbox.control_actions import ACTIONS
from bot.sandbox.errors import RefusedError
from bot.sandbox.faults import Kind
from bot.sandbox.methods import METHODS
from bot.sandbox.response_urls import respond
from tests.sandbox.examples import MANIFEST, UNLIMITED, Json, actions, button, field, modal, section
from tests.sandbox.world import World

_TEXT = st.text("a1 #<&论", max_size=4)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | _TEXT,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(_TEXT, inner, max_size=2),
    max_leaves=5,
)


def _world() -> World:
    world = World()
    world.workspace.perform(
        "chat.postMessage",
        {"channel": "papers", "blocks": [section(), actions(button())]},
        world.workspace.bot_token,
    )
    return world


_LIKELY = ["C0000000005", "U0000000002", "#papers", "1759219200.000000", "ephemeral", "in_channel", "1", "a"]
_VIEWS = [modal(field()), modal(section()), {"type": "home", "blocks": [section()]}]


@st.composite
def _calls(draw: st.DrawFn) -> tuple[str, Json]:
    name = draw(st.sampled_from(sorted(METHODS)))
    method = METHODS[name]
    values = _JSON | st.sampled_from([*_LIKELY, *_VIEWS, [section()]])
    arguments = draw(st.dictionaries(st.sampled_from(sorted({*method.arguments, "team_id"})), values))
    return name, arguments


@given(_calls())
def test_every_call_is_answered(call: tuple[str, Json]) -> None:
    world = _world()
    token = world.workspace.app_token if call[0] == "apps.connections.open" else world.workspace.bot_token

    answer = world.workspace.perform(*call, token)

    assert answer.body["ok"] is (answer.body.get("error") is None)


_ANSWERS = st.dictionaries(
    st.sampled_from(
        ["text", "blocks", "response_type", "replace_original", "delete_original", "thread_ts", "metadata"]
    ),
    _JSON | st.sampled_from([*_LIKELY, [section()]]),
)


@given(_ANSWERS)
def test_every_answer_is_taken_or_refused(body: Json) -> None:
    world = _world()
    world.response_url()
    [place] = world.workspace.response_urls.values()
    with suppress(RefusedError):
        respond(world.workspace, place, body)


_BODIES = st.dictionaries(
    st.sampled_from(
        [
            "channel",
            "ts",
            "text",
            "thread_ts",
            "container",
            "action_id",
            "block_id",
            "value",
            "values",
            "state",
            "view_id",
            "callback_id",
            "name",
        ]
    ),
    _JSON | st.sampled_from(_LIKELY),
)


@given(st.sampled_from(sorted(ACTIONS)), _BODIES)
async def test_every_act_is_done_or_said_to_be_impossible(do: str, body: dict[str, Any]) -> None:
    sandbox = Sandbox(create_workspace(MANIFEST, ManualClock(), {"rates": UNLIMITED}))
    member = sandbox.person("ada")
    with suppress(SandboxError):
        await ACTIONS[do](member, {**body, "do": do})


def test_the_page_beside_the_code_names_every_act_and_every_fault() -> None:
    page = (Path(bot.sandbox.__file__).parent / "CONTROL.md").read_text(encoding="utf-8")

    assert [name for name in (*ACTIONS, *get_args(Kind)) if f"`{name}`" not in page] == []
