"""The picture of a paper on its card."""

from dataclasses import replace

import pytest

from bot.cards.entry import Entry
from bot.cards.paper import paper_card
from bot.locale import words_for
from storage.records import Paper

URL = "https://cdn-thumbnails.huggingface.co/social-thumbnails/papers/2509.00001.png"
PAPER = Paper("2509.00001", "Gardens & <ponds>", abstract="We plant.", thumbnail_url=URL)


@pytest.mark.parametrize(
    ("language", "alternative"),
    [("en", "Picture of “Gardens & <ponds>”"), ("zh-CN", "《Gardens & <ponds>》的配图")],
)
def test_a_card_shows_the_picture_below_the_facts_and_says_what_it_is(
    language: str, alternative: str
) -> None:
    without = paper_card(Entry(PAPER), words_for(language))
    card = paper_card(Entry(PAPER), words_for(language), has_picture=True)

    image = {"type": "image", "image_url": URL, "alt_text": alternative}
    assert [block for block in card.blocks if block not in without.blocks] == [image]
    assert [block for block in card.blocks if block != image] == list(without.blocks)
    assert card.text == without.text


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "http://cdn-thumbnails.huggingface.co/a.png",
        "https://evil.example/a.png",
        "https://huggingface.co.evil.example/a.png",
        "https://evilhuggingface.co/a.png",
        "https://huggingface.co@evil.example/a.png",
        "https://evil.example\\.huggingface.co/a.png",
        "https://evil.example%2f.huggingface.co/a.png",
        "https://evil.example;.huggingface.co/a.png",
        "https://ada:secret@huggingface.co/a.png",
        "https://cdn.huggingface.co:8443/a.png",
        "https://cdn.huggingface.co:x/a.png",
        "https://[huggingface.co/a.png",
        "https://cdn.huggingface.co/a b.png",
        "https://cdn.huggingface.co/\u202ea.png",
        "https://cdn.huggingface.co/".ljust(3001, "x"),
    ],
)
def test_what_is_no_address_of_a_source_s_own_is_no_picture(url: str | None) -> None:
    card = paper_card(Entry(replace(PAPER, thumbnail_url=url)), words_for("en"), has_picture=True)

    assert card == paper_card(Entry(PAPER), words_for("en"))


@pytest.mark.parametrize("host", ["cdn-thumbnails.huggingface.co", "huggingface.co", "cdn.HuggingFace.co"])
def test_hugging_face_s_own_hosts_may_have_pictures(host: str) -> None:
    paper = replace(PAPER, thumbnail_url=f"https://{host}/a.png")

    assert "image" in {
        block["type"] for block in paper_card(Entry(paper), words_for("en"), has_picture=True).blocks
    }
