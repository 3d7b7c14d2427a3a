"""Finds what a text says is needed where nothing that it rests on tells of a need; pure."""

import re
from collections.abc import Iterable, Iterator

from bot.text.regex import regex

_ANY_NEED = regex(
    r"requir|\bneed|necess|\bmust\b|\brel(?:y|ies|ied|iance)|depend|demand|essential|crucial|critical"
    r"|imperative|call(?:s|ing)? for|\bshould\b|prerequisite|vital|indispens|important|only (?:if|when|with)"
    r"|mandat|motivat|highlight|underscor|cannot|lack|challeng|caution|costly|expensive|intensive|laborious"
    r"|[需须]",
    re.IGNORECASE,
)
_NEED_OF_EFFORT = regex(
    r"(?P<word>(?<![不无])需要|必须|\b(?:requir|need)(?:es?|s|ed|ing)\b)[^，。；、,;]{0,4}?\s?"
    r"(?:训练|微调|重训|再训|标注|标签|注释|人工|手动|手工|专家|额外|外部|梯度|监督|先验|参数|权重|修改|改动|重新"
    r"|数据|样本|配对|辅助|昂贵|大量|教师|奖励|任务特定|特定|任何|调参|调优|反向传播|计算"
    r"|(?:re-?|fine-?)?train|tuning|annotat|label|manual|expert|additional|extra|external|gradient|supervis"
    r"|prior|parameter|weight|data|paired)",
    re.IGNORECASE,
)
_REACH = 60
_USUAL = regex(
    r"(?:现有|传统|通常|往往|以往|多数|大多|常|existing|traditional|typically|usually|often)[^。；;]*$"
)


def unfounded_needs(text: str, named: Iterable[str]) -> Iterator[str]:
    """Yield the words by which a text says that something needs training or the like, if no sentence does.

    What is usually needed is no need of what the text tells of.
    """
    if any(map(_ANY_NEED.search, named)):
        return
    for match in _NEED_OF_EFFORT.finditer(text):
        if not _USUAL.search(text[max(0, match.start() - _REACH) : match.start()]):
            yield match["word"]
