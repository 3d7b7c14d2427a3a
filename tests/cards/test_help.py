"""`/papers help`, as a person reads it."""

from bot.cards.notices import help_message
from bot.locale import words_for


def test_the_commands_that_matter_first_come_first_and_the_others_in_groups() -> None:
    drawn = help_message("/papers", words_for("en")).blocks

    sections = [block["text"]["text"].splitlines() for block in drawn if block["type"] == "section"]
    named = [[line.split("`")[1] for line in lines] for _, *lines in sections]
    assert [lines[0] for lines in sections[1:]] == [
        "*Look up*",
        "*Your list*",
        "*What you follow*",
        "*This channel*",
    ]
    assert named == [
        [
            "/papers",
            "/papers tree search agents",
            "/papers 2509.21240",
            "/papers saved",
            "/papers subscribe",
            "/papers status",
        ],
        [
            "/papers agents author:lecun after:2025-09-01",
            "/papers similar 2509.21240",
            "/papers 2025-09-29",
            "/papers today",
            "/papers this week",
        ],
        [
            "/papers saved agents #rl unread",
            "/papers save 2509.21240",
            "/papers remove 2509.21240",
            "/papers export",
            "/papers import",
            "/papers forget me",
        ],
        [
            '/papers follow author:"Kaiming He"',
            "/papers mute medical imaging",
            "/papers following",
            "/papers tune less image generation, more agents with tools",
        ],
        [
            "/papers settings",
            "/papers shelf",
            "/papers pause",
            "/papers links on",
            "/papers unsubscribe",
        ],
    ]


def test_the_help_is_written_in_the_reader_s_language() -> None:
    assert "*查询*" in help_message("/papers", words_for("zh-CN")).text
