import ast
import re
import string
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

from bot import locale
from bot.locale import CATALOGUES, Reader, words_for
from bot.text.mrkdwn import link

ROOT = Path(__file__).parents[1]
DAY = date(2025, 9, 29)


def catalogue(language: str) -> Catalog:
    with (Path(locale.__file__).parent / CATALOGUES[language]).open("rb") as file:
        return read_po(file)


def sentences(language: str) -> dict[str, list[str]]:
    """Return every form of every sentence by its key."""
    found = {}
    for message in catalogue(language):
        key, text = message.id, message.string
        if key:
            found[key if isinstance(key, str) else key[0]] = (
                [text] if isinstance(text, str) else list(text or ())
            )
    return found


def places(forms: list[str]) -> set[str]:
    return {name for form in forms for _, name, _, _ in string.Formatter().parse(form) if name}


@cache
def keys_in_code() -> set[str]:
    """Return every string in the code that has the shape of a key."""
    paths = [path for folder in ("bot", "handlers") for path in (ROOT / folder).rglob("*.py")]
    trees = [ast.parse(path.read_text()) for path in paths if "sandbox" not in path.parts]
    texts = {node.value for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    families = {key.partition(".")[0] for key in sentences("en")}
    shape = re.compile(rf"({'|'.join(families)})\.[a-z_]+")
    return {text for text in texts if isinstance(text, str) and shape.fullmatch(text)}


@pytest.mark.parametrize("language", CATALOGUES)
def test_every_sentence_is_there_in_each_language_and_none_is_left_over(language: str) -> None:
    assert set(sentences(language)) == keys_in_code()


@pytest.mark.parametrize("language", CATALOGUES)
def test_no_sentence_is_empty(language: str) -> None:
    assert [key for key, forms in sentences(language).items() if not all(forms)] == []


@pytest.mark.parametrize("language", CATALOGUES)
def test_code_stands_clear_of_letters_and_wide_punctuation(language: str) -> None:
    """Else Slack shows its backticks, as in `a`、`b`."""
    beside = re.compile(r"[\w\u3001-\u303f\uff00-\uffef]")
    glued = [
        form
        for forms in sentences(language).values()
        for form in forms
        for span in re.finditer(r"`[^`]*`", form)
        if beside.search(form[max(span.start() - 1, 0) : span.start()] + form[span.end() : span.end() + 1])
    ]

    assert glued == []


@pytest.mark.parametrize("language", CATALOGUES)
def test_a_sentence_has_the_same_places_in_each_language(language: str) -> None:
    english, other = sentences("en"), sentences(language)

    assert {key: places(forms) for key, forms in english.items()} == {
        key: places(forms) for key, forms in other.items()
    }


@pytest.mark.parametrize(
    ("language", "headline", "papers"),
    [
        ("en", "AI papers · September 29, 2025", ["1 paper · x", "2 papers · x"]),
        ("en-GB", "AI papers · 29 September 2025", ["1 paper · x", "2 papers · x"]),
        ("zh-CN", "AI 论文 · 2025年9月29日", ["1 篇论文 · x", "2 篇论文 · x"]),
        ("zh-Hant-TW", "AI 论文 · 2025年9月29日", ["1 篇论文 · x", "2 篇论文 · x"]),
        ("de-DE", "AI papers · September 29, 2025", ["1 paper · x", "2 papers · x"]),
        ("pt-BR", "AI papers · September 29, 2025", ["1 paper · x", "2 papers · x"]),
        ("x-klingon", "AI papers · September 29, 2025", ["1 paper · x", "2 papers · x"]),
        ("zh_CN", "AI 论文 · 2025年9月29日", ["1 篇论文 · x", "2 篇论文 · x"]),
        ("zh-CN-x-team", "AI 论文 · 2025年9月29日", ["1 篇论文 · x", "2 篇论文 · x"]),
        ("no such tag", "AI papers · September 29, 2025", ["1 paper · x", "2 papers · x"]),
    ],
)
def test_a_language_gets_its_words_or_else_english(language: str, headline: str, papers: list[str]) -> None:
    words = words_for(language)

    assert words("digest.headline", date=words.date(DAY)) == headline
    assert [words.count("digest.papers", count, source="x") for count in (1, 2)] == papers


@given(language=st.text(max_size=20))
def test_any_text_for_a_language_gets_words(language: str) -> None:
    words = words_for.__wrapped__(language)

    assert words.language == language
    assert words("button.save") in {"Save", "收藏"}


def reader(language: str, now: datetime, zone: str) -> Reader:
    return Reader(now, ZoneInfo(zone), words_for(language))


@pytest.mark.parametrize(
    ("at", "american", "british", "chinese"),
    [
        ("2025-09-29T13:00Z", "today at 9:00\u202fAM", "today at 09:00", "今天 09:00"),
        ("2025-09-29T01:05Z", "yesterday at 9:05\u202fPM", "yesterday at 21:05", "昨天 21:05"),
        ("2025-10-01T01:00Z", "tomorrow at 9:00\u202fPM", "tomorrow at 21:00", "明天 21:00"),
        ("2025-10-03T13:00Z", "Friday at 9:00\u202fAM", "Friday at 09:00", "星期五 09:00"),
        ("2025-10-05T13:00Z", "Sunday at 9:00\u202fAM", "Sunday at 09:00", "星期日 09:00"),
        ("2025-10-06T13:00Z", "October 6 at 9:00\u202fAM", "6 October at 09:00", "10月6日 09:00"),
        (
            "2025-09-27T13:00Z",
            "September 27 at 9:00\u202fAM",
            "27 September at 09:00",
            "9月27日 09:00",
        ),
        (
            "2026-01-09T14:00:30Z",
            "January 9, 2026 at 9:00\u202fAM",
            "9 January 2026 at 09:00",
            "2026年1月9日 09:00",
        ),
    ],
)
def test_a_moment_is_told_as_people_say_it_on_the_reader_s_clocks(
    at: str, american: str, british: str, chinese: str
) -> None:
    now = datetime(2025, 9, 29, 12, 0, tzinfo=UTC)

    told = [
        reader(language, now, "America/New_York").moment(datetime.fromisoformat(at))
        for language in ("en-US", "en-GB", "zh-CN")
    ]

    assert told == [american, british, chinese]


def test_today_is_the_reader_s_own() -> None:
    now = datetime(2025, 9, 29, 23, 30, tzinfo=UTC)

    assert reader("en-GB", now, "America/New_York").moment(now) == "today at 19:30"
    assert reader("en-GB", now, "America/New_York").day(date(2025, 9, 30)) == "tomorrow"
    assert reader("en-GB", now, "Asia/Shanghai").moment(now) == "today at 07:30"
    assert reader("en-GB", now, "Asia/Shanghai").day(date(2025, 9, 30)) == "today"


@pytest.mark.parametrize(
    ("now", "at", "said"),
    [
        # Clocks went back an hour at 06:00 UTC, so that day had 25 hours.
        ("2025-11-02T12:00Z", "2025-11-01T12:00Z", "yesterday at 08:00"),
        ("2025-11-02T12:00Z", "2025-11-03T11:00Z", "tomorrow at 06:00"),
        # They went forward at 07:00 UTC: 23 hours.
        ("2025-03-09T12:00Z", "2025-03-08T12:00Z", "yesterday at 07:00"),
        ("2025-03-09T12:00Z", "2025-03-10T12:00Z", "tomorrow at 08:00"),
    ],
)
def test_a_day_is_one_of_the_calendar_when_the_clocks_change(now: str, at: str, said: str) -> None:
    here = reader("en-GB", datetime.fromisoformat(now), "America/New_York")

    assert here.moment(datetime.fromisoformat(at)) == said


def test_the_hour_that_comes_twice_is_told_twice() -> None:
    now = datetime(2025, 11, 2, 12, 0, tzinfo=UTC)
    here = reader("en-GB", now, "America/New_York")

    assert [here.time(datetime(2025, 11, 2, hour, 30, tzinfo=UTC)) for hour in (4, 5, 6, 7)] == [
        "00:30",
        "01:30",
        "01:30",
        "02:30",
    ]


def test_a_time_needs_no_day_where_that_is_today() -> None:
    now = datetime(2025, 9, 29, 12, 0, tzinfo=UTC)
    here = reader("en", now, "UTC")

    assert here.time(now) == "12:00\u202fPM"
    assert here.time(now - timedelta(days=1)) == "yesterday at 12:00\u202fPM"


@given(now=st.datetimes(timezones=st.just(UTC)), ahead=st.integers(-400, 400))
def test_any_day_is_told_in_both_languages(now: datetime, ahead: int) -> None:
    now = now.replace(year=min(max(now.year, 10), 9990))

    for language in CATALOGUES:
        here = reader(language, now, "UTC")
        assert here.day(now.date() + timedelta(days=ahead))


@pytest.mark.parametrize(
    ("tag", "english", "chinese"),
    [
        ("en", "English", "英语"),
        ("zh-CN", "Chinese", "中文"),
        ("zh_TW", "Chinese", "中文"),
        ("pt-BR", "Portuguese", "葡萄牙语"),
        ("sr-Latn-RS", "Serbian", "塞尔维亚语"),
        ("tlh", "Klingon", "克林贡语"),
        ("x-klingon", "x-klingon", "x-klingon"),
        ("klingon!", "klingon!", "klingon!"),
    ],
)
def test_a_language_is_named_in_the_reader_s_words(tag: str, english: str, chinese: str) -> None:
    assert words_for("en").language_name(tag) == english
    assert words_for("zh-CN").language_name(tag) == chinese


@pytest.mark.parametrize(
    ("tag", "beside", "name"),
    [
        ("zh-CN", "en-US", "Chinese"),
        ("zh-CN", "zh-TW", "Simplified Chinese"),
        ("zh-TW", "zh-CN", "Traditional Chinese"),
        ("zh-CN", "zh-CN", "Chinese"),
        ("en", "en-US", "English"),
        ("en-GB", "en-US", "British English"),
        ("x-klingon", "en", "x-klingon"),
    ],
)
def test_a_country_is_named_only_where_two_of_one_language_meet(tag: str, beside: str, name: str) -> None:
    assert words_for("en").language_name(tag, beside) == name


def test_a_sentence_as_mrkdwn_escapes_plain_values_and_keeps_links() -> None:
    title = link("https://x.example", "R&D")

    assert words_for("en").mrkdwn("saved.added", title=title) == "Saved: <https://x.example|R&amp;D>"
    assert words_for("en").mrkdwn("saved.added", title="<!here>") == "Saved: &lt;!here&gt;"


def test_an_unknown_key_is_an_error_and_not_an_empty_sentence() -> None:
    words = words_for("en")

    with pytest.raises(KeyError):
        words("no.such_key")
    with pytest.raises(KeyError):
        words.count("no.such_key", 1)
