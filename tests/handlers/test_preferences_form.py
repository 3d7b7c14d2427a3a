from zoneinfo import ZoneInfo

import pytest

from bot.errors import InvalidPreferenceError
from bot.subscriptions.preferences import read_categories, read_language, read_votes
from handlers.people import Person
from handlers.preferences_form import proposed


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


@pytest.mark.parametrize("text", ["cs CL", "cs.", "CS.CL", "1.2", "图"])
def test_what_is_no_category_is_named(text: str) -> None:
    with pytest.raises(InvalidPreferenceError) as caught:
        read_categories(f"cs.LG, {text}")

    assert caught.value.found == text


@pytest.mark.parametrize(("text", "votes"), [("", 0), ("0", 0), ("12", 12)])
def test_votes_are_a_number(text: str, votes: int) -> None:
    assert read_votes(text) == votes


@pytest.mark.parametrize("text", ["-1", "many", "1.5"])
def test_votes_that_are_no_number_are_named(text: str) -> None:
    with pytest.raises(InvalidPreferenceError):
        read_votes(text)
