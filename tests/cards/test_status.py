"""What a channel's status says of its last digest."""

import pytest

from bot.locale import words_for


@pytest.mark.parametrize(
    ("language", "papers", "sentence"),
    [
        ("en", 1, "Last digest: today, 1 of 1 paper."),
        ("en", 12, "Last digest: today, 1 of 12 papers."),
        ("zh-CN", 1, "上一份日报：today，已送达 1 篇，共 1 篇。"),
    ],
)
def test_one_paper_is_one_paper(language: str, papers: int, sentence: str) -> None:
    assert words_for(language).count("status.last", papers, moment="today", posted=1) == sentence
