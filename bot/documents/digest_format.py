"""The syntax of a summary's line in a digest file: labels, cues and keywords, read and written; pure."""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from storage.records import SUMMARY_PARTS, Summary

PARTS = (*SUMMARY_PARTS, "body")

LABELS: dict[str, dict[str, tuple[str, ...]]] = {
    "zh": {
        "keywords": ("核心关键词", "核心关键字", "关键词", "关键字", "核心术语", "关键术语"),
        "tldr": (
            *("一句话核心摘要", "一句话核心总结", "一句话核心概述", "一句话核心概括"),
            *("一句话摘要", "一句话总结", "一句话概述", "一句话概括"),
            *("单句核心摘要", "单句核心总结", "单句核心概述", "单句摘要", "单句总结"),
            *("核心摘要", "核心总结", "论文摘要", "论文总结", "论文概述", "摘要", "总结", "概述"),
        ),
        "problem": (
            *("主要研究问题或目标", "主要研究问题/目标", "主要研究问题和目标", "主要研究问题与目标"),
            *("主要研究问题", "主要研究目标", "研究问题或目标", "研究问题", "研究目标"),
            *("主要问题", "核心问题", "主要目标", "问题"),
        ),
        "method": (
            *("关键方法论", "关键方法", "核心方法论", "核心方法", "主要方法论", "主要方法"),
            *("使用的关键方法论", "使用的关键方法", "采用的关键方法论", "采用的关键方法"),
            *("研究方法", "技术方法", "方法论", "方法"),
        ),
        "results": (
            *("主要成果", "主要结果", "主要研究成果", "主要研究结果", "主要发现"),
            *("关键成果", "关键结果", "核心成果", "核心结果", "实验结果", "研究结果", "成果", "结果"),
        ),
        "takeaway": (
            *("对AI从业者的主要启示", "对AI从业者的启示", "对AI从业者的核心启示", "对AI从业者的关键启示"),
            *("对AI从业者的意义", "对从业者的主要启示", "对从业者的启示", "对从业者的意义"),
            *("主要启示", "核心启示", "实践启示", "启示"),
        ),
        "body": ("其他内容",),
    },
    "en": {
        "keywords": ("Keywords", "Core keywords", "Keyword", "Key terms"),
        "tldr": (
            *("One-sentence summary", "One-sentence core summary", "1-sentence core summary"),
            *("1-sentence summary", "Single-sentence summary", "Core summary", "Paper summary"),
            *("TL;DR", "TLDR", "Summary"),
        ),
        "problem": (
            *("Problem", "Main research question or objective", "Main research question/objective"),
            *("Main research question", "Main research objective", "Main research problem"),
            *("Research question or objective", "Research question", "Research objective"),
            *("Research problem", "Problem statement", "Main problem", "Main objective", "Objective", "Goal"),
        ),
        "method": (
            *("Method", "Methods", "Key methodology", "Key method", "Key methods", "Key methodologies"),
            *("Core methodology", "Core method", "Main method", "Methodology", "Approach", "Key approach"),
        ),
        "results": (
            *("Results", "Primary results", "Primary result", "Main results", "Main result", "Key results"),
            *("Key result", "Experimental results", "Main findings", "Key findings", "Findings", "Result"),
        ),
        "takeaway": (
            *("What it means for practitioners", "What this means for practitioners"),
            *("What it means for AI practitioners", "What this means for AI practitioners"),
            *("Principal implication for AI practitioners", "Principal implications for AI practitioners"),
            *("Main implication for AI practitioners", "Main implications for AI practitioners"),
            *("Implication for AI practitioners", "Implications for AI practitioners"),
            *("Implications for practitioners", "Takeaway for practitioners", "Takeaways for practitioners"),
            *(
                "Practical implications",
                "Implications",
                "Implication",
                "Key takeaway",
                "Takeaway",
                "Takeaways",
            ),
        ),
        "body": ("Further text",),
    },
}
"""The spellings of each part's label that are read, by language; the first one is written."""

CUES = {
    "problem": (
        "^[^，。]{0,10}旨在|旨在(?:解决|应对|克服|缓解|回答|弥补|填补)|^(?:如何|解决|当前|目前|现有)",
        "(?:主要|核心)(?:研究)?(?:问题|目标|挑战)|研究(?:问题|目标)|(?:目标|目的)(?:是|在于)",
        "(?:致力于|试图|力图)解决",
        r"\b(?:aims? (?:to|at)|seeks? to|sets? out to|goals?|objectives?|research questions?|tackles?)\b",
        r"\b(?:addresses|the (?:(?:main|core|key|central) )?(?:problem|challenge))\b",
    ),
    "method": (
        "(?:核心|关键|主要)(?:技术)?方法|(?:研究|技术)方法|方法(?:论)?(?:是|包括|包含)",
        "核心(?:技术|思想|思路|机制)|为解决(?:上述|这|该|此)|为此[，,]",
        r"\b(?:core|key|main|central|proposed) (?:method|approach|idea|technique)s?\b|\bmethodology\b",
        r"\bthe (?:method|approach)\b|\bworks by\b",
        r"\b(?:we|authors?) (?:also )?(?:propose|introduce|develop|design|build|train|fine-tune|use)\b",
    ),
    "results": (
        "(?<!这些)结果(?:在[^，。]{1,6}上)?(?:表明|显示|证明|证实|揭示)|实验(?:结果|表明|证明|显示|证实|揭示|分析)",
        "研究发现|(?:主要|核心|关键)(?:结果|成果|发现)|(?:量化|定量)[^，。]{0,4}结果|评估(?:结果|显示|表明)",
        r"\b(?:experiments?|results?|evaluations?|tests)\b[^.]{0,60}?\b(?:show|indicate|reveal|confirm|suggest)",
        r"\b(?:experiments?|results?|evaluations?|tests)\b[^.]{0,60}?\b(?:demonstrat|prov)(?:es?|ing)\b",
        r"\b(?:we|(?:the )?authors?) (?:find|found|observe|show)\b|\b(?:outperforms?|surpass(?:es)?)\b",
    ),
    "takeaway": (
        "从业者|工程师|数据科学家|启示",
        r"\b(?:practitioners?|engineers?|implications?|takeaways?|in practice)\b",
    ),
}
"""The words that reveal an unlabelled sentence's part, in Chinese and English."""

HINTS = {
    "method": (
        "提出|构建|设计|引入|采用|利用|通过|组成|核心是",
        r"\b(?:train|built|design|combin|introduc|propos)",
    ),
    "results": (
        "优于|超越|取得了|显著(?:提升|提高|降低|改善)|达到了?[^，。]{0,12}[0-9]|揭示了",
        "在[^，。]{2,40}(?:基准|测试|数据集|任务)[^，。]{0,8}上[，,]",
        r"\b(?:achiev|improv|reach|reduc|gain)\w*\b[^.]{0,60}[0-9]|[0-9]\s?%|\bstate-of-the-art\b",
    ),
}
"""Weaker cues, for a sentence without one of the above."""


@dataclass(frozen=True, slots=True)
class Label:
    """The label of a part, `line[start:end]`; it is empty where a repetition begins."""

    part: str
    start: int
    end: int
    #: Whether its bold continues into the text, as in `**Method: …**`.
    bold: bool = False


# --- Labels ---------------------------------------------------------------------------------------------


def _pattern(spelling: str) -> str:
    words = re.findall(r"[A-Za-z0-9]+|[^\sA-Za-z0-9-]+", spelling)
    return r"[\s-]?".join(map(re.escape, words))


def _key(spelling: str) -> str:
    # re.IGNORECASE matches the two Turkish letters with an i, casefold does not.
    return re.sub(r"[\s-]", "", spelling).replace("ı", "i").replace("İ", "i").casefold()


_SPELLINGS = [
    (spelling, part) for spellings in LABELS.values() for part, ours in spellings.items() for spelling in ours
]
_PART_OF = {_key(spelling): part for spelling, part in _SPELLINGS}
_NAME = "|".join(_pattern(spelling) for spelling, _ in sorted(_SPELLINGS, key=lambda entry: -len(entry[0])))
_NUMBER = r"[(（]?(?:[ivx]{1,4}|[0-9]{1,2}|[一二三四五六七])[)）.．、]\s*"
_LIST_MARK = rf"(?:(?P<number>{_NUMBER}|[#]{{1,6}}\s+)|[-•*]\s)"
_LABEL = re.compile(
    rf"""
    (?: (?: ^\s*+ | (?<!\s)\s{{2,}}+ | \n | (?<=[。！？.!?:：;；…])\s++ | (?<=[。！？]) )
        (?P<mark>{_LIST_MARK})
      | (?: ^\s*+ | (?<!\s)\s++ | (?<=[。！？]) ) )
    (?: \*\* (?:{_NUMBER})? (?P<bold>{_NAME}) (?:\s?[(（](?:{_NAME})[)）])?
        (?: (?P<closed>\*\*(?:\s?[:：])?|\s?[:：]\s?\*\*) | \s?[:：] )
      | (?P<plain>{_NAME}) (?:\s?[(（](?:{_NAME})[)）])? (?: \s?[:：] | (?=\s|$) ) )
    """,
    re.IGNORECASE | re.VERBOSE,
)
_BEGINS_A_SENTENCE = re.compile(r"\s+(?![a-z])")
_ROMAN = re.compile(
    r"(?:^|\n|(?<!\s)\s{2,}+)(?P<mark>[(（]?(?P<roman>i{1,3}|iv|vi?|I{1,3}|IV|VI?)[)）.])(?=\s)"
)
_ROMANS = ("i", "ii", "iii", "iv", "v", "vi")


def labels_in(line: str) -> list[Label]:
    """Return the labels in a summary's text, in order.

    After two spaces or on a new line labels may come in any order, and one that has come before starts a
    repetition. Elsewhere a label must follow the parts' order, since bold words are common in prose.
    """
    labels: list[Label] = []
    known: set[str] = set()
    for label, wide in _candidates(line):
        current = PARTS.index(labels[-1].part) if labels else -1
        rank = PARTS.index(label.part)
        if label.part not in known and (wide or rank > current):
            labels.append(label)
        elif label.part in known and wide and rank != current:
            labels.append(Label("body", label.start, label.start))
        known.update(label.part for label in labels[-1:])
    return labels


def opens_with_label(line: str) -> bool:
    """Whether a line begins with a part's label, as text or as a Markdown heading."""
    return any(label.start == 0 for label in labels_in(line.strip()))


def _candidates(line: str) -> list[tuple[Label, bool]]:
    named = [
        (_named(match), _is_wide(match)) for match in _LABEL.finditer(line) if _stands_as_label(match, line)
    ]
    starts = {label.start for label, _ in named}
    numbered = [(label, True) for label in _numbered(line) if label.start not in starts]
    return sorted(named + numbered, key=lambda candidate: candidate[0].start)


def _named(match: re.Match[str]) -> Label:
    start = match.start() + len(match[0]) - len(match[0].lstrip())
    unclosed = match["bold"] is not None and match["closed"] is None
    return Label(_PART_OF[_key(match["bold"] or match["plain"])], start, match.end(), unclosed)


def _is_wide(match: re.Match[str]) -> bool:
    gap = match[0][: len(match[0]) - len(match[0].lstrip())]
    return match.start() == 0 or len(gap) > 1 or gap == "\n"


def _stands_as_label(match: re.Match[str], line: str) -> bool:
    """Whether a part's name is a label here, and not a word of a sentence."""
    has_colon = re.search("[:：]", match[0]) is not None
    if match["bold"] is not None:
        return has_colon or (_is_wide(match) and _BEGINS_A_SENTENCE.match(line, match.end()) is not None)
    begins = _is_wide(match) or line.endswith(tuple("。！？.!?"), 0, match.start())
    return begins and (has_colon or match["number"] is not None)


def _numbered(line: str) -> Iterator[Label]:
    """Yield the parts of a line that numbers them, i) to v) or vi), whatever words follow the numbers."""
    matches = list(_ROMAN.finditer(line))
    if not matches or matches[0].start() or matches[0]["roman"].lower() != "i":
        return
    end = matches[1].start() if len(matches) > 1 else len(line)
    first = line[matches[0].end() : end]
    parts = PARTS if looks_like_keywords(first) else PARTS[1:]
    for match in matches:
        part = (*parts, "body")[_ROMANS.index(match["roman"].lower())]
        yield Label(part, match.start("mark"), match.start("mark") if part == "body" else match.end())


# --- Keywords -------------------------------------------------------------------------------------------

_LONGEST_KEYWORD = 40
_BOLD = re.compile(r"\*\*(.+?)\*\*(\s*(?=\*\*))?")
_BOLD_LIST = re.compile(r"(?:\*\*(?:(?!\*\*).)+\*\*(?:\s*[(（][^()（）]*[)）])?[\s,，、;；]*)+")
_KEYWORD = re.compile(
    r"(?:&#[0-9]{2,7};|[(（](?:[^()（）]|[(（][^()（）]*[)）])*[)）]|(?<=[0-9]),(?=[0-9]{3}(?![0-9]))|[^,，、;；])+"
)
_OPENER = re.compile(
    r"(?:^|(?<![,，、;；\s])\s+)(?=该|本(?!地|体)|此|这|论文|作者|我们|针对|为了?解决"
    r"|(?:This|The|These|In this|We|Our|It) [a-z])"
)
_NEW_LINE = re.compile(r"(?<![,，、;；\s])\n")
_RUN_ON = re.compile(r"(?<=[一-鿿])\s+(?=\w)")
_SENTENCE_END = re.compile(r"[。！？]|[.!?](?=\s|$)")


def keywords_of(run: str) -> tuple[str, ...]:
    """Split a list of keywords at its separators outside parentheses; bold marks are dropped."""
    plain = _BOLD.sub(lambda match: match[1] + (", " if match[2] is not None else ""), run)
    keywords = [_bare(match[0]) for match in _KEYWORD.finditer(" ".join(plain.split()))]
    if len(keywords) > 1 and keywords[-1].count(".") <= 1:
        keywords[-1] = keywords[-1].rstrip(".。")
    return tuple(decoded(keyword) for keyword in keywords if keyword)


def _bare(keyword: str) -> str:
    return keyword.strip(" :：").removeprefix("**").removesuffix("**").strip(" :：")


def looks_like_keywords(segment: str) -> bool:
    """Whether an unlabelled segment is a list of keywords."""
    bold, rest = bold_keywords(segment)
    if bold and not rest:
        return True
    keywords = keywords_of(segment)
    short = all(len(keyword) <= _LONGEST_KEYWORD for keyword in keywords)
    return len(keywords) > 1 and short and not _SENTENCE_END.search(segment) and not _OPENER.match(segment)


def bold_keywords(text: str) -> tuple[str, str]:
    """Split a text into its opening bold keywords, at least two or none, and the rest."""
    match = _BOLD_LIST.match(text)
    if match is None or len(keywords_of(match[0])) == 1:
        return "", text
    rest = text[match.end() :]
    prose = not rest or (match[0].rstrip()[-1] in "*)）" and not rest[0].islower())
    return (match[0], rest) if prose else ("", text)


def labelled_keywords(text: str) -> tuple[str, str]:
    """Split the text after the keywords' label into their list and the sentences that follow it."""
    end = _SENTENCE_END.search(text)
    bold, rest = bold_keywords(text)
    if bold:
        return bold, rest
    if line := _NEW_LINE.search(text):
        return text[: line.end()], text[line.end() :]
    if end is None:
        return text, ""
    if opener := _OPENER.search(text, 0, end.start()):
        at = opener.end()
    elif looks_like_keywords(text[: end.start()]) and not _RUN_ON.search(text, 0, end.start()):
        at = end.end()
    else:
        at = _end_of_list(text)
    return text[:at], text[at:]


def _end_of_list(text: str) -> int:
    """Return where the first item too long for a keyword turns into a sentence."""
    for item in _KEYWORD.finditer(text):
        run_on = _RUN_ON.search(item[0])
        if run_on or len(item[0]) > _LONGEST_KEYWORD or _SENTENCE_END.search(item[0]):
            space = run_on or re.search(r"(?<=\S)\s+(?=\S)", item[0])
            return item.start() + space.end() if space else item.start()
    return len(text)


# --- Writing --------------------------------------------------------------------------------------------

_REFERENCE = re.compile("&#([0-9]{2,7});")
_AMPERSAND = re.compile("&(?=#[0-9]{2,7};)")
_KEYWORD_MARK = re.compile("&(?=#[0-9]{2,7};)|[,，、;；:：*()（）。！？.!?]")
_NEXT_LABEL = f"  **{LABELS['zh']['body'][0]}**："


def write_summary(summary: Summary) -> str:
    """Return a summary as one line that reads back the same.

    Labels are Chinese for a Chinese summary and English for any other. A character that would read as a label
    or a separator becomes a Markdown numeric character reference: `&#44;` is a comma.
    """
    chinese = summary.language.lower().split("-")[0] == "zh"
    labels, colon = (LABELS["zh"], "：") if chinese else (LABELS["en"], ": ")
    texts = {part: _written_text(getattr(summary, part)) for part in PARTS if part != "keywords"}
    texts["keywords"] = _written_keywords(summary.keywords)
    return "  ".join(f"**{labels[part][0]}**{colon}{texts[part]}" for part in PARTS if texts[part])


def decoded(text: str) -> str:
    """Return the text with its numeric character references decoded."""
    return _REFERENCE.sub(_character, text)


def _character(reference: re.Match[str]) -> str:
    code = int(reference[1])
    character = chr(code) if code <= sys.maxunicode else ""
    return character if character.isprintable() and character.strip() else reference[0]


def _reference(match: re.Match[str]) -> str:
    return _referenced(match[0])


def _referenced(character: str) -> str:
    return f"&#{ord(character)};"


def _written_text(text: str) -> str:
    return _without_labels(_AMPERSAND.sub(_reference, " ".join(text.split())))


def _written_keywords(keywords: tuple[str, ...]) -> str:
    words = tuple(filter(None, (" ".join(word.split()) for word in keywords)))
    plain = ", ".join(_AMPERSAND.sub(_reference, word) for word in words)
    if keywords_of(plain) != words or labelled_keywords(plain) != (plain, ""):
        plain = ", ".join(_KEYWORD_MARK.sub(_reference, word) for word in words)
    return _without_labels(plain)


def _without_labels(text: str) -> str:
    """Return the text with a character of each accidental label encoded, also at its end."""
    while (without := _LABEL.sub(_without_name, text)) != text:
        text = without
    label = _LABEL.search(text + _NEXT_LABEL)
    return text[:-1] + _referenced(text[-1]) if label and label.start() < len(text) else text


def _without_name(label: re.Match[str]) -> str:
    at = label.start("bold" if label["bold"] else "plain") - label.start()
    return f"{label[0][:at]}{_referenced(label[0][at])}{label[0][at + 1 :]}"
