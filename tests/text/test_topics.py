"""What people want more of and less of, as they type it, in English and Chinese."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text.topics import MOST_AT_ONCE, MOST_CHARACTERS, Wanted, read_topics, topic_line, usable_words

ASKED: dict[str, list[tuple[str, int]]] = {
    "less image generation, more agents with tools": [("image generation", -1), ("agents with tools", 1)],
    "少一点图像生成，多一些会用工具的智能体": [("图像生成", -1), ("会用工具的智能体", 1)],
    "more agents and less video": [("agents", 1), ("video", -1)],
    "less image generation more agents with tools": [("image generation", -1), ("agents with tools", 1)],
    "I want fewer surveys but more agents": [("surveys", -1), ("agents", 1)],
    "please show me more papers about RAG; no more surveys.": [("RAG", 1), ("surveys", -2)],
    "No robotics": [("robotics", -2)],
    "stop image generation": [("image generation", -2)],
    "I don't want medical imaging": [("medical imaging", -2)],
    "much more RL, much less audio, speech": [("RL", 2), ("audio", -2), ("speech", -2)],
    "too many surveys": [("surveys", -1)],
    "not so much math": [("math", -1)],
    'less "image, video and audio"': [("image, video and audio", -1)],
    "agents and robots": [("agents", 1), ("robots", 1)],
    "retrieval and ranking for products": [("retrieval and ranking for products", 1)],
    "more Q&A": [("Q A", 1)],
    "less A<B>C": [("A B C", -1)],
    "doing more with less": [("doing more with less", 1)],
    "more reasoning with less data": [("reasoning with less data", 1)],
    "no-code tools": [("no-code tools", 1)],
    "notable agents": [("notable agents", 1)],
    "more agents, less agents": [("agents", -1)],
    "多模态少一点，多智能体多一些": [("多模态", -1), ("多智能体", 1)],
    "少图像生成，多推荐系统": [("图像生成", -1), ("推荐系统", 1)],
    "少样本学习": [("少样本学习", 1)],
    "更多强化学习的论文": [("强化学习", 1)],
    "图像生成太多了": [("图像生成", -1)],
    "不要再推视频生成了": [("视频生成", -2)],
    "别再给我推荐图像生成了": [("图像生成", -2)],
    "多推理模型、少推理": [("推理模型", 1), ("推理", -1)],
    "多看多模态": [("多模态", 1)],
    "少看视频生成 多看智能体": [("视频生成", -1), ("智能体", 1)],
    "多很多机器人；不要综述": [("机器人", 2), ("综述", -2)],
    "more": [],
    "，。、": [],
    "": [],
    "no <@U123> and <!channel> https://evil.example/x": [],
}


@pytest.mark.parametrize(("text", "wanted"), ASKED.items(), ids=ASKED)
def test_a_sentence_is_read_as_people_mean_it(text: str, wanted: list[tuple[str, int]]) -> None:
    assert [(each.words, each.weight) for each in read_topics(text)] == wanted


@pytest.mark.parametrize("is_chinese", [False, True])
@pytest.mark.parametrize("text", ASKED)
def test_what_was_read_is_written_so_that_it_reads_back(text: str, is_chinese: bool) -> None:
    wanted = read_topics(text)
    lines = [topic_line(each.words, each.weight, is_chinese=is_chinese) for each in wanted]

    assert read_topics("\n".join(lines)) == wanted


@given(st.text(max_size=4000))
def test_any_text_gives_a_few_short_topics_of_one_line(text: str) -> None:
    wanted = read_topics(text)

    assert len(wanted) <= MOST_AT_ONCE
    assert len({each.words.casefold() for each in wanted}) == len(wanted)
    for each in wanted:
        assert each.weight in {-2, -1, 1, 2}
        assert len(each.words) <= MOST_CHARACTERS
        assert each.words == usable_words(each.words)
        assert "\n" not in each.words


_WORD = st.sampled_from(
    ["agents", "tool use", "图像生成", "more", "less", "不要", "GPT-4o", "多模态", "and", ","]
)


@given(st.lists(_WORD, max_size=12), st.sampled_from(["", " ", "，"]))
def test_signs_in_any_order_end_in_topics_that_read_back(words: list[str], between: str) -> None:
    for each in read_topics(between.join(words)):
        assert read_topics(topic_line(each.words, each.weight))[:1] == (Wanted(each.words, each.weight),)
