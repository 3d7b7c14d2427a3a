"""Removes markup from a model's text, above all links and mentions; pure.

Each piece of markup is replaced by a space, so that the text on its two sides cannot form new markup.
"""

import html
import re

from bot.text.mrkdwn import bold_runs, clean
from bot.text.notation.latex import readable

_DECODED_TIMES = 3
"""Nobody nests entities deeper than `&amp;amp;lt;`; deeper ones are shown as text."""

_PASSES = 8

_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+.!|<>%$&~-])")

_SCHEME = r"(?:https?|ftp|mailto|slack|javascript)"
_TLD = r"(?:com|org|net|io|ai|dev|co|edu|gov|cn|me|app|xyz|info|ly|gg|tv|uk|de|fr|es|jp|kr|eu)"
_REST_OF_URL = r"[^\s<>|\"'“”‘’，。；、（）()\[\]\u3000]*+"
_MARKDOWN_LINK = re.compile(r"!?\[([^\[\]\n]{0,300})\](?:\([^()\n]{0,2000}\)|\[[^\[\]\n]{0,300}\])")
_SLACK_LINK = re.compile(rf"<{_SCHEME}:[^<>|\n]{{0,2000}}\|([^<>\n]{{0,300}})>", re.IGNORECASE)
_URL = re.compile(
    rf"<?(?<![A-Za-z]){_SCHEME}:(?=\S)(?://)?{_REST_OF_URL}>?|[a-z]{{2,20}}://{_REST_OF_URL}"
    rf"|\bwww\.{_REST_OF_URL}|(?<![\w.@-])(?:[\w-]{{1,63}}\.){{1,5}}{_TLD}/{_REST_OF_URL}",
    re.IGNORECASE | re.ASCII,
)
_MENTION = re.compile(r"<[@#!][^<>\n]{0,300}>|<(?=[@#!])|(?<!\w)[@＠](?=[^\W\d_])", re.IGNORECASE)
_BROADCAST = re.compile(r"[@＠!！](?=(?:channel|here|everyone)\b)", re.IGNORECASE)

_TAGS = (
    "a abbr article aside audio b blockquote body br button center cite code dd del details div dl "
    "dt em embed figcaption figure font footer form h1 h2 h3 h4 h5 h6 head header hr html i iframe "
    "img input ins kbd li link main mark math meta nav object ol p pre q s script section small "
    "source span strike strong style sub summary sup svg table tbody td tfoot th thead think title "
    "tr tt u ul var video"
).split()
_TAG = re.compile(
    rf"</?(?:{'|'.join(_TAGS)})(?:\s[^<>\n=]{{0,1000}}+=[^<>\n]{{0,1000}}+)?\s{{0,10}}+/?>|<!--|-->",
    re.IGNORECASE,
)
_FENCE = re.compile(r"(?:```|~~~)(?:[a-z]+$)?", re.MULTILINE)
_LINE_MARK = re.compile(
    r"^[ \t]*+(?:#{1,6}(?=[ \t])|>(?=[ \t])|[-*+•](?=[ \t])|[-*_=]{3,}+[ \t]*+$|[|:-][-|: \t]*+$)",
    re.MULTILINE,
)
_INLINE = re.compile(r"`+|~~")
_HALF_A_LINK = re.compile(r"(?<=\])(?=\()")
_MANY_STARS = re.compile(r"\*{3,}")
_SINGLE_STAR = re.compile(r"(?<![\w*])\*(?=[^\s*])([^*\n]{1,300})(?<=\S)\*(?![\w*])")


def without_markup(text: str) -> tuple[str, tuple[str, ...]]:
    """Return the text on one line, without markup except `**bold**`, and the links and mentions it had.

    A link becomes its label. Entities, LaTeX and backslash escapes are decoded first.
    """
    text = _decoded(text)
    live: list[str] = []
    for _ in range(_PASSES):
        before, text = text, _passed(text, live)
        if text == before:
            break
    return text, tuple(live)


def balanced(text: str) -> str:
    """Return the text without unpaired bold marks."""
    runs = (
        (run.replace("**", "").strip("*") if is_bold else run.replace("**", ""), is_bold)
        for run, is_bold in bold_runs(text)
    )
    return "".join(f"**{run}**" if is_bold and run.strip() else run for run, is_bold in runs)


def _passed(text: str, live: list[str]) -> str:
    """Remove each kind of markup once; this may reveal more, so it is repeated."""
    for pattern, left in ((_MARKDOWN_LINK, r" \1 "), (_SLACK_LINK, r" \1 "), (_URL, " "), (_MENTION, " ")):
        text = _taken_out(pattern, left, text, live)
    text = _taken_out(_BROADCAST, " ", text, live)
    for pattern in (_TAG, _FENCE, _LINE_MARK, _INLINE, _HALF_A_LINK):
        text = pattern.sub(" ", text)
    text = _SINGLE_STAR.sub(r"\1", _MANY_STARS.sub("**", text))
    return balanced(" ".join(text.split()))


def _decoded(text: str) -> str:
    for _ in range(_DECODED_TIMES):
        decoded = html.unescape(text)
        if decoded == text:
            break
        text = decoded
    return _ESCAPED.sub(r"\1", readable(clean(text.replace("\r", "\n"))))


def _taken_out(pattern: re.Pattern[str], left: str, text: str, live: list[str]) -> str:
    live.extend(match[0] for match in pattern.finditer(text))
    return pattern.sub(left, text)
