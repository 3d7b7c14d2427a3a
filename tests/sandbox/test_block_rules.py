"""The rules on blocks and views: where each applies, and how a rejection is worded."""

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.sandbox.blocks import problems_of_message, problems_of_view
from bot.sandbox.checks import Problem
from bot.sandbox.rules import RULES
from tests.sandbox.block_examples import IN_MESSAGES, IN_VIEWS, long, overflow, picker
from tests.sandbox.examples import (
    Json,
    actions,
    button,
    confirm,
    header,
    image,
    mrkdwn,
    option,
    plain,
    rich_section,
    rich_text,
    section,
)


def rules_of(problems: list[Problem]) -> set[str]:
    return {problem.rule for problem in problems}


@pytest.mark.parametrize("rule", IN_MESSAGES)
def test_a_message_is_accepted_within_the_rule_and_refused_beyond_it(rule: str) -> None:
    accepted, refused = IN_MESSAGES[rule]

    assert problems_of_message(accepted) == []
    assert rules_of(problems_of_message(refused)) == {rule}


@pytest.mark.parametrize("rule", IN_VIEWS)
def test_a_view_is_accepted_within_the_rule_and_refused_beyond_it(rule: str) -> None:
    accepted, refused = IN_VIEWS[rule]

    assert problems_of_view(accepted) == []
    assert rules_of(problems_of_view(refused)) == {rule}


@pytest.mark.parametrize(
    ("blocks", "said"),
    [
        (
            [section(text=mrkdwn(long(3001)))],
            "must be less than 3001 characters [json-pointer:/blocks/0/text/text]",
        ),
        (
            [section(), actions(*[button(action_id=str(n)) for n in range(26)])],
            "no more than 25 items allowed [json-pointer:/blocks/1/elements]",
        ),
        ([section(colour=1)], "invalid additional property: colour [json-pointer:/blocks/0]"),
        (
            [section(text={**mrkdwn(), "emoji": True})],
            "invalid additional property: emoji [json-pointer:/blocks/0/text]",
        ),
        ([{"type": "video"}], "unsupported type: video [json-pointer:/blocks/0/type]"),
        ([{"type": "header"}], "missing required field: text [json-pointer:/blocks/0]"),
    ],
)
def test_a_refusal_says_what_is_wrong_and_where_in_slacks_words(blocks: list[Json], said: str) -> None:
    assert [str(problem) for problem in problems_of_message(blocks)] == [said]


def test_a_missing_title_is_reported_as_slack_reports_it() -> None:
    said = [str(problem) for problem in problems_of_view({})]

    assert said == [
        "missing required field: type [json-pointer:/view]",
        "missing required field: title [json-pointer:/view]",
        "missing required field: blocks [json-pointer:/view]",
    ]


@pytest.mark.parametrize("letter", ["x", "论", "𝔸", "&", "<"])
def test_text_is_counted_as_strictly_as_slack_might(letter: str) -> None:
    """Entities count as they are stored, and characters beyond the basic plane as two."""
    weight = {"x": 1, "论": 1, "𝔸": 2, "&": 5, "<": 4}[letter]
    fits = 150 // weight

    assert problems_of_message([header(letter * fits)]) == []
    assert rules_of(problems_of_message([header(letter * (fits + 1))])) == {"header.text"}


@pytest.mark.parametrize(
    "blocks",
    [
        [
            rich_text(
                rich_section({"type": "link", "url": "https://a.org/", "text": "a", "style": {"bold": True}})
            )
        ],
        [rich_text({"type": "rich_text_quote", "elements": [{"type": "emoji", "name": "tada"}]})],
        [{"type": "divider"}],
        picker("radio_buttons", options=[option(text=mrkdwn("*a*"))]),
        [section(accessory=image())],
        [section(fields=[mrkdwn(), plain()], accessory=overflow(confirm=confirm(style="danger")))],
    ],
)
def test_what_bots_use_is_accepted(blocks: list[Json]) -> None:
    assert problems_of_message(blocks) == []


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["type", "text", "elements", "options", "accessory", "block_id", "action_id", "fields"]
            ),
            inner | st.sampled_from(["section", "actions", "context", "input", "static_select", "mrkdwn"]),
            max_size=4,
        )
    ),
    max_leaves=12,
)


@example([{"type": []}])
@given(_VALUES)
def test_whatever_is_sent_is_judged_and_never_breaks_the_judge(value: Any) -> None:
    for problem in [*problems_of_message(value), *problems_of_view(value)]:
        assert problem.rule in RULES
        assert problem.pointer.startswith(("/blocks", "/view"))
