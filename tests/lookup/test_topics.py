"""Which papers are about what somebody asked for: by the search's words, in any form, in both languages."""

import pytest

from bot.lookup.topics import topic_finder
from bot.text.finders import readable_document
from storage.records import Topic
from storage.search_index import Texts, document_of


def paper(title: str, abstract: str = "", *summaries: tuple[str, str]) -> Texts:
    return Texts(title, ("Ada Lovelace",), abstract, (), ("cs.CL",), False, None, summaries)


AGENTS = paper("Agents that plan", "They call a tool where needed.", ("zh-CN", "会用工具的智能体"))
IMAGES = paper("Generating images", "A generator of pictures.")


@pytest.mark.parametrize(
    ("words", "is_agents", "is_images"),
    [
        ("agent", True, False),
        ("agents with tools", True, False),
        ("image generation", False, True),
        ("tools", True, False),
        ("会用工具的智能体", True, False),
        ("工具和智能体", True, False),
        ("图像生成", False, False),
        ("agents image", False, False),
        ("Lovelace", True, True),
        ("!!!", False, False),
    ],
)
def test_a_topic_is_found_by_all_its_words_in_any_form(words: str, is_agents: bool, is_images: bool) -> None:
    found = topic_finder(Topic(words, 1))

    assert [found.is_in(readable_document(document_of(each))) for each in (AGENTS, IMAGES)] == [
        is_agents,
        is_images,
    ]
