"""The conversation as text: what a reader of the page sees."""

import pytest

from bot.sandbox import snapshots, transcript
from bot.sandbox.text import escaped, readable
from tests.sandbox.block_examples import context_actions, feedback, half
from tests.sandbox.examples import (
    Json,
    actions,
    button,
    context,
    field,
    header,
    image,
    modal,
    mrkdwn,
    number_input,
    option,
    plain,
    rich_section,
    rich_text,
    section,
)
from tests.sandbox.world import World


async def transcript_of(world: World, *blocks: Json) -> str:
    await world.post(blocks=list(blocks))
    messages = snapshots.visible_messages(world.workspace, world.ada, world.channel())
    return transcript.of_messages(messages, world.workspace.name_of)


async def test_blocks_read_as_their_text_and_buttons_by_their_names() -> None:
    overflow = {"type": "overflow", "action_id": "o", "options": [option("a"), option("b")]}

    text = await transcript_of(
        World(),
        header("Today & tomorrow"),
        section(text=mrkdwn("*Bold* <https://a.org|a &lt;paper&gt;>"), accessory=button(text=plain("Open"))),
        section(text=plain("one\ntwo"), fields=[mrkdwn("left"), mrkdwn("right")]),
        {"type": "divider"},
        context(image(), mrkdwn("by *Ada*")),
        actions(button(text=plain("R&D")), overflow),
        context_actions(feedback(positive_button=half(text=plain("More")))),
    )

    assert text == (
        "To-do:\n"
        "  Today & tomorrow\n"
        "  *Bold* a <paper>\n"
        "  [Open]\n"
        "  one\n"
        "  two\n"
        "  left\n"
        "  right\n"
        "  ----\n"
        "  [image: a] by *Ada*\n"
        "  [R&D] [… text | text]\n"
        "  [More] [text]"
    )


async def test_rich_text_reads_as_lists_and_quotes() -> None:
    link = {"type": "link", "url": "https://a.org/"}
    item = rich_section({"type": "text", "text": "first"}, {"type": "emoji", "name": "tada"})
    text = await transcript_of(
        World(),
        rich_text(
            {"type": "rich_text_list", "style": "ordered", "elements": [item, rich_section(link)]},
            {"type": "rich_text_list", "style": "bullet", "indent": 1, "elements": [rich_section()]},
            {"type": "rich_text_quote", "elements": [{"type": "text", "text": "said\nso"}]},
        ),
    )

    assert text == "To-do:\n  1. first:tada:\n  2. https://a.org/\n    • a\n  > said\n  > so"


async def test_replies_stand_below_their_parent_and_ephemerals_are_marked() -> None:
    world = World()
    parent = await world.posted(text="parent")
    await world.post(text="later")
    await world.post(text="reply", thread_ts=parent)
    await world.call(
        "chat.postEphemeral", channel=world.channel().id, user=world.ada.id, text="psst", thread_ts=parent
    )
    world.channel().messages[parent].reactions["tada"] = [world.ada.id]
    await world.call("chat.update", channel=world.channel().id, ts=parent, text="parent again")

    messages = snapshots.visible_messages(world.workspace, world.ada, world.channel())

    assert transcript.of_messages(messages, world.workspace.name_of) == (
        "To-do (edited):\n"
        "  parent again\n"
        "  :tada: 1\n"
        "    To-do:\n"
        "      reply\n"
        "    To-do (only visible to you):\n"
        "      psst\n"
        "To-do:\n"
        "  later"
    )


async def test_a_modal_reads_with_its_labels_errors_and_buttons() -> None:
    world = World()
    view = modal(
        field(block_id="name", label=plain("Name")),
        field(number_input(), optional=True, label=plain("How many")),
        title=plain("A task"),
        close=plain("Never mind"),
    )
    await world.call("views.open", trigger_id=world.trigger(), view=view)
    world.ada.views[0].errors = {"name": "Too short."}

    [told] = snapshots.snapshot_of(world.workspace, world.ada)["modals"]

    assert transcript.of_view(told, world.workspace.name_of) == (
        "== A task ==\n"
        "Name: [plain_text_input]\n"
        "! Too short.\n"
        "How many (optional): [number_input]\n"
        "[Never mind] [text]"
    )


def name_of(some_id: str) -> str | None:
    return {"U1": "@ada", "C1": "#papers"}.get(some_id)


@pytest.mark.parametrize(
    ("written", "seen_as"),
    [
        ("<@U1> in <#C1|old-name> and <@U9>", "@ada in #papers and @U9"),
        ("<!channel> <!subteam^S1>", "@channel @subteam"),
        ("<!date^1759104000^{date_short}|29 September>", "29 September"),
        ("<https://a.org> &amp; <https://b.org|B>", "https://a.org & B"),
    ],
)
def test_mrkdwn_reads_as_names_and_labels(written: str, seen_as: str) -> None:
    assert readable(written, name_of) == seen_as


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("a & b", "a &amp; b"),
        ("a &amp; b", "a &amp; b"),
        ("1 < 2 > 0", "1 &lt; 2 &gt; 0"),
        ("<https://a.org|x> & <y", "<https://a.org|x> &amp; &lt;y"),
    ],
)
def test_text_is_kept_with_entities_once(sent: str, kept: str) -> None:
    assert escaped(sent) == kept
