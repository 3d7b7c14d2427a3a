"""Reads what people want more of and less of, as they type it, and writes it again; pure.

`less image generation, more agents with tools` and `少一点图像生成，多一些智能体` are read clause by clause:
a sign, then what it is about. A clause without a sign goes on with the sign before it; the first one is
wanted more. What was read is written so that it reads back as the same.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot.text.language import CJK_RANGES
from bot.text.regex import regex
from bot.text.terms import read_terms
from bot.text.typed import plain

MOST_AT_ONCE = 8
"""The most topics that are read of one text."""

MOST_CHARACTERS = 50
"""The most characters of a topic's words."""

MOST_TYPED = 3_000
"""The most characters of a text that are read."""

LEAST, LESS, MORE, MOST = -2, -1, 1, 2
"""The weights: far less, less, more, far more."""

_CJK = f"[{CJK_RANGES}]"

# Compounds in which 多 and 少 are part of a name: 多模态 is multimodal, 少样本 is few-shot.
_NAMES_WITH_MANY = (
    "模态|智能体|任务|语言|语种|视角|视图|轮|步|跳|头|目标|尺度|粒度|样|标签|源|臂|机|专家|阶段|层|通道|光谱|变量|元|"
    "传感|文档|代理|实例|类|维|分辨率|媒体|领域|域|假设|项式|核|线程|图|帧|人|对象|物体|主体|次|路|方|数|向量"
)
_NAMES_WITH_FEW = "样本|量|数|步|镜头|儿|年|标注|参数"

_ENGLISH = (
    (
        LEAST,
        "no more|none of|no|not(?! so)|stop|without|never|hide|nothing about|(?:much|far) (?:less|fewer)",
    ),
    (MOST, r"(?:much|a lot|lots|many|far) more|lots of"),
    (LESS, r"less|fewer|not so (?:much|many)|too (?:much|many)"),
    (MORE, r"(?:some |even )?more"),
)
_CHINESE = (
    (
        LEAST,
        "(?:不要再?|别再?|不再)(?:给我)?(?:推荐(?!系统|算法|模型)|推(?!荐|理|断)|发|看)?|不想再?看|不看|没有|去掉|排除|屏蔽|少很多|少得多",
    ),
    (MOST, "多很多|多得多|大量"),
    (
        LESS,
        f"(?:减少|(?:更|再|稍微|尽量)?少(?:一点儿?|一些|些|点儿?|看|来点|推荐(?!系统|算法|模型)|推(?!荐|理|断))|更少|少(?!{_NAMES_WITH_FEW}))",
    ),
    (
        MORE,
        f"(?:增加|(?:更|再|稍微|尽量)?多(?:一点儿?|一些|些|点儿?|看|来点|推荐(?!系统|算法|模型)|推(?!荐|理|断))|更多|多(?!{_NAMES_WITH_MANY}))",
    ),
)

_PLEASE = regex(
    r"(?:(?:and|but|also|please|show me|give me|send me|i want|i'd like|i would like|want|with|then)\b"
    r"|请|我想看?|我要|希望|给我|帮我|然后|但是?|而且|并且?|以及|和|也)\s*",
    re.IGNORECASE,
)
_UNWANTED = regex(r"(?:i )?(?:do not|don't) (?:want|show me|show|need) ", re.IGNORECASE)
_SIGNS = tuple(
    (weight, regex(rf"(?:{spelled})(?:$|(?![\w'-])[\s:]*)", re.IGNORECASE)) for weight, spelled in _ENGLISH
) + tuple((weight, regex(rf"(?:{spelled})[\s:]*")) for weight, spelled in _CHINESE)

# 图像生成少一点, 视频太多了
_AT_END = (
    (LEAST, regex("(.+?)(?:就)?(?:不要了|不要|不看了|别来了)")),
    (LESS, regex("(.+?)(?:太多|(?:要|请|再)?少(?:一点儿?|一些|些|点儿?))(?:了|吧)?")),
    (MORE, regex("(.+?)(?:太少|(?:要|请|再)?多(?:一点儿?|一些|些|点儿?))(?:了|吧)?")),
)

_ABOUT = regex(
    r"(?:(?:of the|of|on|about|papers (?:on|about|with)|work on|the|with)(?![\w-])|关于|有关|是关于)\s*",
    re.IGNORECASE,
)
_PAPERS = regex(
    r"(?:\s+(?:papers?|articles?|work|please)|(?:方面)?的?(?:论文|文章|内容)|方面的?|了)$", re.IGNORECASE
)

# A sign in the middle begins the next clause, unless it belongs to a phrase such as `doing more with less`.
_NEXT_ENGLISH = regex(
    r"(?:\s*(?:[.;]|\b(?:and|but|while|plus)\b)\s*)"
    r"(?=(?:much |far |a lot |lots |many |no )?(?:more|less|fewer|no|not|stop|without|never|hide)\s)"
    r"|(?<!\bwith)(?<!\bfrom)(?<!\bfor)(?<!\bis)(?<!\bthe)(?<!\bor)(?<!\beven)(?<!\bmuch)(?<!\bfar)(?<!\blot)"
    r"(?<!\blots)(?<!\bmany)(?<!\bno)(?<!\bsome)\s+"
    r"(?=(?:much |far |a lot |no )?(?:more|less|fewer)\s(?!with\b|or\b|than\b))",
    re.IGNORECASE,
)
_NEXT_CHINESE = regex(
    r"(?<=[^\s])\s*(?:[。！]|但是?|而且|并且|然后)?\s*"
    r"(?=(?:更|再|稍微|尽量)?[多少](?:一点|一些|些|点|看|来点|推荐)(?!$|[了吧])|不要再?(?!了|$)|不想看)"
)
_TWO_WORDS = regex(r"([^\W_]+(?:-[^\W_]+)*) (?:and|or|&) ([^\W_]+(?:-[^\W_]+)*)", re.IGNORECASE)
_JOINING = frozenset({"and", "or", "but", "of", "和", "与", "或"})
_MENTION = regex(r"<[@#!][^>]*>|https?://\S+")

_WORDS = {LEAST: "no {}", LESS: "less {}", MORE: "more {}", MOST: "much more {}"}
_CHINESE_WORDS = {LEAST: "不要 {}", LESS: "少一点 {}", MORE: "多一些 {}", MOST: "多很多 {}"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Something wanted more, or less: the words as typed, and one of the weights."""

    words: str
    weight: int


def read_topics(text: str, most: int = MOST_AT_ONCE) -> tuple[Wanted, ...]:
    """Return what a text asks for, each once, the later of two counting; nothing of mere marks."""
    found: dict[str, Wanted] = {}
    weight = MORE
    for clause in _clauses(_MENTION.sub(" ", text[:MOST_TYPED])):
        weight, said = _signed(clause, weight)
        for words in _named(said):
            found.pop(words.casefold(), None)
            found[words.casefold()] = Wanted(words, weight)
    return tuple(found.values())[:most]


def topic_line(words: str, weight: int, *, is_chinese: bool = False) -> str:
    """Return a topic as it can be typed; `read_topics` reads it back."""
    said = (_CHINESE_WORDS if is_chinese else _WORDS)[weight]
    line = said.format(words)
    return line if read_topics(line) == (Wanted(words, weight),) else said.format(f'"{words}"')


def usable_words(text: str) -> str:
    """Return words as a topic keeps them: on one line, without marks around them; empty for none."""
    # Slack counts these three characters four or five times, and a search tells none of them from a blank.
    told = plain(re.sub("[&<>]", " ", plain(text)))
    words = told.strip("\"'`.,;:!?-–—()[]{}<>*_~|#@/\\ ")
    is_telling = any(map(str.isalnum, words)) and words.casefold() not in _JOINING
    return words if is_telling and len(words) <= MOST_CHARACTERS else ""


def _clauses(text: str) -> Iterator[str]:
    for piece in read_terms("\n".join(text.splitlines())):
        if '"' in piece:
            yield piece
            continue
        yield from _NEXT_CHINESE.sub("\n", _NEXT_ENGLISH.sub("\n", plain(piece))).split("\n")


def _signed(clause: str, before: int) -> tuple[int, str]:
    """Return the weight of a clause, that of the one before it where it has no sign, and the rest of it."""
    said = plain(clause)
    if match := _UNWANTED.match(said):
        return LEAST, said[match.end() :]
    said = _without(_PLEASE, said)
    for weight, sign in _SIGNS:
        if match := sign.match(said):
            return weight, said[match.end() :]
    for weight, sign in _AT_END:
        if match := sign.fullmatch(said):
            return weight, match[1]
    return before, said


def _named(said: str) -> Iterable[str]:
    """Return what is named, without what says that it is about papers."""
    words = usable_words(_PAPERS.sub("", _without(_ABOUT, said)))
    pair = None if '"' in said else _TWO_WORDS.fullmatch(words)
    pieces = pair.groups() if pair else (words,)
    return filter(None, map(usable_words, pieces))


def _without(beginning: re.Pattern[str], text: str) -> str:
    while match := beginning.match(text):
        text = text[match.end() :]
    return text
