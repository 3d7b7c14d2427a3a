from collections.abc import Callable
from dataclasses import replace
from datetime import time
from zoneinfo import ZoneInfo

import pytest

from bot.cards.ids import Field
from bot.cards.preferences_form import form_of
from bot.errors import InvalidPreferenceError, TooLongListError, UnknownCategoryError
from bot.locale import words_for
from bot.sources.categories import CATEGORIES
from bot.subscriptions.preferences import (
    read_categories,
    read_language,
    read_source,
    read_time,
    read_votes,
    read_words,
    read_zone,
)
from handlers.people import Person
from handlers.preferences_form import InvalidForm, proposed, read_preferences
from storage.records import Preferences


@pytest.mark.parametrize(
    ("listed", "source"),
    [
        ((), "huggingface"),
        (("huggingface",), "huggingface"),
        (("arxiv:cs.CL", "digest-file"), "digest-file"),
        (("arxiv:q-bio.NC",), "huggingface"),
    ],
)
def test_a_source_that_lists_is_proposed_before_one_that_may(listed: tuple[str, ...], source: str) -> None:
    assert proposed(Person("T1", "U1"), listed).sources == (source,)


@pytest.mark.parametrize(
    ("spoken", "proposed_language"),
    [("en-GB", "en"), ("zh-TW", "zh-CN"), ("de-DE", "de"), ("pt-BR", "en"), ("", "en")],
)
def test_the_nearest_language_is_proposed(spoken: str, proposed_language: str) -> None:
    preferences = proposed(Person("T1", "U1", spoken, ZoneInfo("Asia/Shanghai")))

    assert (preferences.language, preferences.zone) == (proposed_language, "Asia/Shanghai")


@pytest.mark.parametrize(
    ("text", "tag"),
    [("zh-cn", "zh-CN"), ("pt_BR", "pt-BR"), ("la", "la"), ("tlh", "tlh"), ("x-klingon", "x-klingon")],
)
def test_any_language_with_a_name_and_any_private_tag_can_be_asked_for(text: str, tag: str) -> None:
    assert read_language(text) == tag


@pytest.mark.parametrize("text", ["", "cn", "jp", "und", "mul", "english", "klingon!", "zh-CN; --", "中文"])
def test_what_names_no_language_is_told_with_an_example(text: str) -> None:
    with pytest.raises(InvalidPreferenceError) as caught:
        read_language(text)

    assert (caught.value.found, caught.value.example) == (text, "zh-CN")


def test_categories_are_read_as_arxiv_writes_them() -> None:
    assert read_categories("cs.CL，q-bio.NC, hep-th, cond-mat.mes-hall") == (
        "cs.CL",
        "q-bio.NC",
        "hep-th",
        "cond-mat.mes-hall",
    )


@pytest.mark.parametrize(
    ("text", "categories"),
    [
        ("cs.cl, CS.LG", ("cs.CL", "cs.LG")),
        ("cs.cl; cs.CL cs.lg", ("cs.CL", "cs.LG")),
        ("cs。CL、ｃｓ．ＬＧ。", ("cs.CL", "cs.LG")),
        ("“quant‑ph”.", ("quant-ph",)),
        ("cs.CL / cs.LG｜cs.AI & cs.CV", ("cs.CL", "cs.LG", "cs.AI", "cs.CV")),
        ("• cs.CL\n• cs.LG", ("cs.CL", "cs.LG")),
        ("– cs.CL\n– quant–ph", ("cs.CL", "quant-ph")),
        ("cs.CL and cs.LG or cs.AI", ("cs.CL", "cs.LG", "cs.AI")),
        ("cs.CL 和 cs.LG", ("cs.CL", "cs.LG")),
        ("[cs.CL], 【cs.LG】", ("cs.CL", "cs.LG")),
        ("hep-th.*, cs.∗", ("hep-th", "cs.*")),
        ("cs, stat.*", ("cs.*", "stat.*")),
        (" , ", ()),
    ],
)
def test_categories_are_read_in_any_case_and_with_any_marks_between(
    text: str, categories: tuple[str, ...]
) -> None:
    assert read_categories(text) == categories


@pytest.mark.parametrize(
    ("text", "nearest"),
    [("CL", ("cs.CL",)), ("cs.CLL", ("cs.CL", "cs.SC", "cs.PL")), ("1.2", ()), ("图", ())],
)
def test_what_is_no_category_is_named_with_the_nearest_ones(text: str, nearest: tuple[str, ...]) -> None:
    with pytest.raises(UnknownCategoryError) as caught:
        read_categories(f"cs.LG, {text}")

    assert (caught.value.found, caught.value.nearest) == (text, nearest)


@pytest.mark.parametrize("text", ["*", "“”", '""', ","])
def test_a_text_without_a_word_in_it_is_named(text: str) -> None:
    with pytest.raises(InvalidPreferenceError):
        read_words(text)


@pytest.mark.parametrize(
    ("text", "read", "value"),
    [
        ("9：00", read_time, time(9)),
        ("“０９:３０”.", read_time, time(9, 30)),
        ("18∶30。", read_time, time(18, 30)),
        ("9:00\u202fAM", read_time, time(9)),
        ("9am", read_time, time(9)),
        ("12:05 p.m.", read_time, time(12, 5)),
        ("12 AM", read_time, time(0)),
        ("10:30PM", read_time, time(22, 30)),
        ("下午3点", read_time, time(15)),
        ("上午 9：15", read_time, time(9, 15)),
        ("15点半", read_time, time(15, 30)),
        ("午後3時5分", read_time, time(15, 5)),
        ("오후 3:30", read_time, time(15, 30)),
        ("asia/shanghai", read_zone, "Asia/Shanghai"),
        ("America/New York", read_zone, "America/New_York"),
        ("utc", read_zone, "UTC"),
        ("Asia／Shanghai。", read_zone, "Asia/Shanghai"),
        ("\u201cEtc/GMT−8\u201d", read_zone, "Etc/GMT-8"),
        ("Europe/\u200bBerlin\u00a0", read_zone, "Europe/Berlin"),
        ("zh–CN", read_language, "zh-CN"),
        ("ｐｔ‑ＢＲ．", read_language, "pt-BR"),
        ("１０", read_votes, 10),
        ("\u200b10。", read_votes, 10),
        ("arXiv：cs。cl.", read_source, "arxiv:cs.CL"),
        ("‘digest–file’", read_source, "digest-file"),
    ],
)
def test_every_preference_is_read_whatever_the_marks_that_it_is_typed_with(
    text: str, read: Callable[[str], object], value: object
) -> None:
    assert read(text) == value


@pytest.mark.parametrize("text", ["", "9", "25:00", "9:", "13 pm", "下午3点am", "9:60", "noon"])
def test_what_is_no_time_is_named(text: str) -> None:
    with pytest.raises(InvalidPreferenceError):
        read_time(text)


@pytest.mark.parametrize("text", ["", "localtime", "Factory", "posixrules", "Asia", "../etc/passwd"])
def test_what_is_no_zone_is_named(text: str) -> None:
    with pytest.raises(InvalidPreferenceError):
        read_zone(text)


@pytest.mark.parametrize(("text", "votes"), [("", 0), ("0", 0), ("12", 12)])
def test_votes_are_a_number(text: str, votes: int) -> None:
    assert read_votes(text) == votes


@pytest.mark.parametrize("text", ["-1", "many", "1.5"])
def test_votes_that_are_no_number_are_named(text: str) -> None:
    with pytest.raises(InvalidPreferenceError):
        read_votes(text)


@pytest.mark.parametrize("separator", [",", ", ", "\n"])
def test_words_that_the_form_would_cut_off_are_refused(separator: str) -> None:
    # Shown with a comma and a space between two, 100 words of 4 characters have 598.
    words = [f"w{number:03}" for number in range(101)]

    assert len(read_words(separator.join(words[:-1]))) == 100
    with pytest.raises(TooLongListError) as raised:
        read_words(separator.join(words))
    assert str(raised.value) == (
        "“w000, w001, w002, w003, w004, w005, w006…” has 604 characters with its commas, and a list may "
        "have 600. Leave some out."
    )


def test_categories_that_the_form_would_cut_off_are_refused() -> None:
    with pytest.raises(TooLongListError, match="and a list may have 600"):
        read_categories(", ".join(sorted(CATEGORIES)))


def test_the_form_says_which_list_is_too_long() -> None:
    form = replace(
        form_of(Preferences("en", ("huggingface",))),
        never_words=",".join(f"w{number:03}" for number in range(101)),
    )

    assert read_preferences(form, words_for("en")) == InvalidForm(
        {Field.NEVER_WORDS: "This list has 604 characters with its commas, and 600 fit. Leave some out."}
    )
