"""How the page's own modules draw mrkdwn, plain_text and rich_text."""

import html
import re
from typing import Any

import pytest
from playwright.async_api import Page

from bot.text.mrkdwn import clean, escape
from tests.browser.drawing import html_of_block, html_of_mrkdwn, html_of_plain

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

NOON = 1_759_233_600
"""12:00 UTC on Tuesday, 30 September 2025: the reader's now, in Berlin."""

STYLES = [
    ("*bold* _italic_ ~struck~", "<strong>bold</strong> <em>italic</em> <s>struck</s>"),
    ("*_both_*", "<strong><em>both</em></strong>"),
    ("(*bold*), _it_.", "(<strong>bold</strong>), <em>it</em>."),
    ("*two words*", "<strong>two words</strong>"),
    ("2*3*4 and snake_case_name", "2*3*4 and snake_case_name"),
    ("* not* and *not *", "* not* and *not *"),
    ("*not\nbold*", "*not\nbold*"),
    ("**markdown**", "**markdown**"),
    ("a * b * c", "a * b * c"),
    ("*open", "*open"),
    ("中文*不加粗*中文", "中文*不加粗*中文"),
    ("中文 *加粗* 中文", "中文 <strong>加粗</strong> 中文"),
    ("，*不加粗*。", "，*不加粗*。"),
    ("\u200b*加粗*\u200b", "\u200b<strong>加粗</strong>\u200b"),
    ("é*a*é", "é*a*é"),
    ("\N{PARTY POPPER}*a*", "\N{PARTY POPPER}<strong>a</strong>"),
]
CODE = [
    ("`*code*`", "<code>*code*</code>"),
    ("a`b`c", "a`b`c"),
    ("`a &lt;b&gt; &amp;&amp; c`", "<code>a &lt;b&gt; &amp;&amp; c</code>"),
    ("before\n```\nif x:\n    *y*\n```\nafter", "before<pre>if x:\n    *y*</pre>after"),
    ("```<https://a.example|a>```", "<pre>&lt;https://a.example|a&gt;</pre>"),
]
QUOTES = [
    ("&gt; one\n&gt; *two*\nout", "<blockquote>one\n<strong>two</strong></blockquote>out"),
    ("> one\nout", "<blockquote>one</blockquote>out"),
    ("&gt;&gt;&gt; one\nstill\n\nin", "<blockquote>one\nstill\n\nin</blockquote>"),
    ("a &gt; b", "a &gt; b"),
]
LINKS = [
    ("<https://a.example/x_y_z|a *label*>", '<a href="https://a.example/x_y_z">a *label*</a>'),
    ("*<https://a.example|bold>*", '<strong><a href="https://a.example">bold</a></strong>'),
    (
        "<https://a.example?a=1&amp;b=2>",
        '<a href="https://a.example?a=1&amp;b=2">https://a.example?a=1&amp;b=2</a>',
    ),
    ("see https://a.example/x_y_z.", 'see <a href="https://a.example/x_y_z">https://a.example/x_y_z</a>.'),
    ("见https://a.example。", "见https://a.example。"),
    ("<javascript:alert(1)|click>", "<span>click</span>"),
    ("<mailto:a@b.example|write>", '<a href="mailto:a@b.example">write</a>'),
]
MENTIONS = [
    (
        "<@U1> and <@U2|lin> and <@U9|gone>",
        "<span>@Ada</span> and <span>@林徽因</span> and <span>@gone</span>",
    ),
    ("<#C1|papers> <#C9|hidden>", '<a href="?channel=C1">#papers</a> <span>#hidden</span>'),
    (
        "<!here> <!channel> <!subteam^S1|@readers>",
        "<span>@here</span> <span>@channel</span> <span>@readers</span>",
    ),
]
EMOJI = [
    (":tada: :+1::skin-tone-3:", "<span>\U0001f389</span> <span>\U0001f44d\U0001f3fc</span>"),
    ("at 12:30:45 :no_such_emoji:", "at 12:30:45 :no_such_emoji:"),
]
ENTITIES = [
    ("a &amp; b &lt;i&gt; &quot;", "a &amp; b &lt;i&gt; &amp;quot;"),
    ("<b>not html</b>", "<span>b</span>not html<span>/b</span>"),
    ("&lt;img src=x onerror=alert(1)&gt;", "&lt;img src=x onerror=alert(1)&gt;"),
]
DATES = [
    (f"<!date^{NOON}^{{date_short_pretty}} at {{time}}|later>", "<time>Today at 2:00 PM</time>"),
    (f"<!date^{NOON}^{{date_num}}|later>", "<time>2025-09-30</time>"),
    (f"<!date^{NOON - 86_400 * 7}^{{date_long}}|x>", "<time>Tuesday, September 23rd, 2025</time>"),
    (f"<!date^{NOON - 7200}^posted {{ago}}|x>", "<time>Posted 2 hours ago</time>"),
    (f"<!date^{NOON}^{{no_such}}|later>", "<time>later</time>"),
    (
        f"<!date^{NOON}^{{date}}^https://a.example|x>",
        '<a href="https://a.example"><time>September 30th</time></a>',
    ),
]
TABLE = [*STYLES, *CODE, *QUOTES, *LINKS, *MENTIONS, *EMOJI, *ENTITIES, *DATES]


async def test_mrkdwn_is_drawn_as_slack_draws_it(canvas: Page) -> None:
    drawn = [(text, await html_of_mrkdwn(canvas, text)) for text, _ in TABLE]

    assert drawn == TABLE


OUTSIDE = [
    *("> 90 %\n>> b\n>>> c", "~5 ms~", "_grow_bed_ and *water_all*", "*_both_*", ":tada: :+1: a:b:c"),
    *("`a` and `b`", "```c```", "(*a*), _b_; ~c~", "\N{PARTY POPPER}*a*", "<!channel> <@U1> &amp; <b>"),
    *("*a *b*", "* a *, **b**, __c__", "\u200b*加粗*\u200b", "*图*。", "x\n> *y*", ">*a*"),
]


async def test_text_from_outside_is_drawn_as_it_is_written(canvas: Page) -> None:
    drawn = [await html_of_mrkdwn(canvas, escape(text)) for text in OUTSIDE]

    # What holds a mark back is hardly seen.
    seen = [re.sub("[\u2060\u200a]", "", text).replace("\u02cb", "`") for text in drawn]
    assert seen == [html.escape(clean(text), quote=False) for text in OUTSIDE]


async def test_bare_addresses_in_verbatim_text_are_not_links(canvas: Page) -> None:
    assert await html_of_mrkdwn(canvas, "https://a.example", verbatim=True) == "https://a.example"


async def test_dates_are_in_the_language_of_the_reader(canvas: Page) -> None:
    drawn = await html_of_mrkdwn(canvas, f"<!date^{NOON}^{{date_long}}|x>", locale="zh-CN")

    assert drawn == "<time>2025年9月30日星期二</time>"


async def test_plain_text_knows_nothing_but_emoji(canvas: Page) -> None:
    drawn = [
        await html_of_plain(canvas, "*a* <https://a.example> &amp; :tada:"),
        await html_of_plain(canvas, ":tada:", emoji=False),
    ]

    assert drawn == ["*a* &lt;https://a.example&gt; &amp; <span>\U0001f389</span>", ":tada:"]


def run(text: str, **style: bool) -> dict[str, Any]:
    return {"type": "text", "text": text, **({"style": style} if style else {})}


async def test_rich_text_is_drawn_with_its_lists_quotes_and_styles(canvas: Page) -> None:
    item = {"type": "rich_text_section", "elements": [run("one", bold=True, italic=True)]}
    elements = [
        {"type": "rich_text_section", "elements": [run("*a* <b>"), {"type": "user", "user_id": "U2"}]},
        {"type": "rich_text_list", "style": "ordered", "elements": [item]},
        {"type": "rich_text_list", "style": "bullet", "indent": 1, "elements": [item]},
        {"type": "rich_text_quote", "elements": [{"type": "link", "url": "https://a.example", "text": "a"}]},
        {"type": "rich_text_preformatted", "elements": [run("x = 1")]},
        {"type": "rich_text_section", "elements": [{"type": "emoji", "name": "tada"}, run("c", code=True)]},
        {"type": "rich_text_section", "elements": [{"type": "color", "value": "#fff"}]},
    ]
    one = "<li><em><strong>one</strong></em></li>"

    assert await html_of_block(canvas, {"type": "rich_text", "elements": elements}) == (
        "<div><div>*a* &lt;b&gt;<span>@林徽因</span></div>"
        f"<ol>{one}</ol><ul>{one}</ul>"
        '<blockquote><a href="https://a.example">a</a></blockquote>'
        "<pre>x = 1</pre>"
        "<div><span>\U0001f389</span><code>c</code></div>"
        "<div><span>not drawn: color</span></div></div>"
    )


async def test_a_block_that_is_not_known_is_shown_as_not_drawn(canvas: Page) -> None:
    assert await html_of_block(canvas, {"type": "video"}) == "<div><div>not drawn: video</div></div>"


LONG = "A sentence that is repeated. " * 40
FOLDED_AT = 700


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (LONG, LONG[:FOLDED_AT].rstrip() + "…"),
        ("\n".join(["line"] * 14), "\n".join(["line"] * 10) + "…"),
        ("*short*", None),
    ],
)
async def test_long_section_text_is_folded(canvas: Page, text: str, shown: str | None) -> None:
    section = {"type": "section", "block_id": "b", "text": {"type": "mrkdwn", "text": text}}
    drawn = await html_of_block(canvas, section)
    expanded = await html_of_block(canvas, {**section, "expand": True})
    whole = f"<div><div><div>{await html_of_mrkdwn(canvas, text)}</div></div></div>"
    folded = f"<div><div><div><div><div>{shown}</div><button>See more</button></div></div></div></div>"

    assert (drawn, expanded) == (folded if shown else whole, whole)
