"""Tells withdrawn papers: arXiv has no field for it, only a comment or what stands for the abstract; pure.

A withdrawn paper keeps its title, and its latest version has no text:
https://info.arxiv.org/help/withdraw.html
"""

import re
from dataclasses import replace
from functools import cache

from storage.records import Paper

_TEXT = r"(?:paper|article|manuscript|submission|pre-?print|e-?print|entry)"
_PAPER = rf"(?:{_TEXT}|work|report|note|thesis|study|version|draft)"
# No other word may stand before the noun: "the previous version" and "the cited paper" are not this one.
_KIND = r"(?:(?:present|current|entire|whole|full|arxiv|technical|research|survey|short)\s+)?"
_OWN = rf"(?:this|our|my)\s+{_KIND}{_PAPER}"
_ITSELF = rf"(?:{_OWN}|the\s+{_KIND}{_TEXT})"
_GONE = r"(?:withdrawn|retracted)"
# Named one by one, since any word would take in "not" and "gradually".
_ADVERB = (
    r"(?:(?:since|now|already|recently|subsequently|later|therefore|thus|hereby|temporarily|permanently"
    r"|administratively|voluntarily|formally|officially|unfortunately)\s+)"
)
_PERFECT = rf"(?:(?:has|have)\s+{_ADVERB}?been|(?:is|are)\s+{_ADVERB}?being)\s+{_ADVERB}?"
# "Is superseded by another and has been withdrawn", "contains errors and is withdrawn".
_HEIR = (
    r"(?:(?:(?:is|was|has\s+been)\s+(?:superseded|replaced|subsumed|merged)|contains?|has|had)\b"
    r"(?:[^.,;]|\.(?=\d)){0,80}?\sand\s+)"
)
_TO_BE = r"(?:(?:needs?|needed|has|had|ought)\s+to|must|should|will)\s+be\s+"
_PASSIVE = rf"(?:{_HEIR}?(?:{_PERFECT}|{_TO_BE}|(?:is|was)\s+(?:{_ADVERB}|to\s+be\s+)?))"
_WHICH = r"(?:(?:first|last|lead|senior|main|corresponding|submitting)\s+)"
_ACTIVE = (
    rf"(?:(?:(?:the|all|both|some)\s+)?{_WHICH}?authors?|I|we)\s+(?:(?:{_ADVERB}"
    r"|(?:have|has|had|am|are|will|must|would|like|wish|want|decided|chosen|chose|agreed|need|to)\s+)){0,5}(?:withdr[ae]w(?:n|ing|s)?|retract(?:ed|ing|s)?)"
)
_REASON = (
    r"(?:due|owing|because|since|as|for|pending|until|while|following|after(?!.*\b(?:review|rebuttal|accept))"
    r"|(?:in\s+order\s+)?to\s+(?:correct|fix|mend|revise|update|improve|rework|address|avoid|allow)"
    r"|in\s+(?:its|the|their)\s+(?:current|present)\s+form|(?:only\s+)?temporarily|permanently"
    r"|in\s+favou?r|at\s+the|(?:up)?on\s+(?:account|request)|from\s+(?:the\s+)?arxiv"
    r"|and\s+(?:(?:is|has\s+been|will\s+be)\s+)?(?:replaced|superseded|merged|subsumed))\b"
)
_BY = (
    r"by\s+(?:\w+\s+){0,3}?(?:authors?|submitters?|arxiv|administrators?|us|me)\b"
    r"(?!\s+from\b(?!\s+(?:the\s+)?arxiv))"
)
# What may follow. A noun, or the conference it is withdrawn from to stand on arXiv alone, may not.
_END = rf"(?=\W*$|\s*[.;:!()\[\]]|\s*(?:--|[–—])|\s+-\s|,?\s+(?:{_REASON}|{_BY}))"
_END_OR_COMMA = rf"(?:(?=\s*,)|{_END})"
# Who withdrew it may be named.
_BY_NAME = r"(?=\s+by\s+(?-i:[A-Z])[\w.-]+(?:\s+(?-i:[A-Z])[\w.-]+){1,3}\s*(?:$|[.,;:(!]|(?:due|because)\b))"
_NOTICE = (
    rf"(?:{_ITSELF}\s+{_PASSIVE}{_GONE}{_END_OR_COMMA}|{_OWN}\s+{_PASSIVE}{_GONE}{_BY_NAME}"
    rf"|{_ITSELF}\s+{_PASSIVE}removed\s+(?:{_BY}|from\s+(?:the\s+)?arxiv\b|at\s+the\s+request))"
)
_IT = rf"(?:it\s+{_PASSIVE}{_GONE}{_END_OR_COMMA})"
_BY_US = rf"(?:{_ACTIVE}\s+{_ITSELF}{_END_OR_COMMA})"
_WORD = (
    rf"(?:(?:{_ADVERB}|(?:this\s+{_KIND})?{_PAPER}\s+)?{_GONE}{_END}"
    rf"|{_TEXT}\s+(?:{_PERFECT}|is\s+{_ADVERB}?){_GONE}{_END})"
)
_WORD_AT_THE_START = (
    rf"(?:{_GONE}(?=\s*,\s)|to\s+be\s+{_GONE}{_END}|removed\s+{_BY}"
    rf"|withdraw(?:ing|al)?(?:\s+of)?(?:\s+(?:(?:this|the|our|my)\s+)?{_KIND}{_PAPER})?{_END})"
)
_REQUEST = (
    r"(?:(?:(?:the\s+)?authors?|we|I)\s+(?:have\s+|has\s+)?request(?:s|ed)?\s+(?:the\s+)?withdrawal\s+of"
    rf"|please\s+withdraw)(?:\s+(?:this|the|our|my)\s+{_KIND}{_PAPER})"
    rf"|please\s+withdraw(?=\W*$|\s*[.;:!])"
)
_CHINESE = (
    r"(?:(?:本文|本论文|本稿|该论文)(?:现)?(?:已经?|由作者|被作者|被)(?:由|被)?(?:作者|arXiv(?:管理员)?)?(?:主动)?"
    r"(?:撤回|撤稿)|(?:作者|我们)(?:已经?|决定|申请|主动){0,3}撤回了?(?:本文|本论文|本稿|该论文|此文)"
    r"|(?:已|因[^，。；]{1,20}|由于[^，。；]{1,20})(?:撤回|撤稿))(?=\W*$|\s*[，。；：！,.;:!]|\s*(?:因|由于))"
)
# Of a version that a later one replaced, the paper stands.
_NO_LATER_VERSION = r"(?!.*[.,;(]\s*(?:in\s+)?(?:v|version\s*)(?!1\b)\d)"
# What ends before the notice begins.
_START = r"(?:^|[.;,:!(\[，。；：]\s*|\s(?:--?|[–—])\s)"
# In brackets, after a comma or a dash, the mere word is of what stands before it, such as a conference.
_START_OF_WORD = r"(?:^|[.;:!]\s*|\b(?:pages?|pp?|figures?|figs?|tables?)\.?\s*(?:,|--?|[–—])\s*)"
# What may stand between the start and the notice. Without a bound, each of many marks would look at the rest.
_MARKS = r"\W{0,20}"
# What may lead to the notice within its sentence.
_LEAD = (
    r"(?:^\W*(?:due|owing|because|as|since)\b(?:[^.;]|\.(?=\d)){1,160}?[\s,]\s*"
    r"|(?:^|[.;:!(\[]\s*)(?:please\s+)?note\s+(?:that\s+)?)"
)
_BUT = rf"\b(?:but|however),?\s+(?=this|our|my){_NOTICE}"
# After other sentences "it" and "the study" are of those, and "was retracted" of a paper that is studied.
_AT_THE_END = (
    rf"(?:(?:this|our|my)\s+{_KIND}{_TEXT}\s+{_PERFECT}withdrawn{_END}"
    rf"|(?=we\b|I\b){_ACTIVE}\s+(?:this|our|my)\s+{_KIND}{_TEXT}{_END})"
)
# To compile these takes longer than many a command, so they wait until there is something to read.


@cache
def _in_comment() -> re.Pattern[str]:
    return re.compile(
        rf"(?:^\W*(?:{_IT}|{_WORD_AT_THE_START})|{_START_OF_WORD}{_MARKS}{_WORD}|{_BUT}|{_LEAD}(?:{_NOTICE}|{_BY_US})|{_START}{_MARKS}(?:{_NOTICE}|{_BY_US}|{_REQUEST}|{_CHINESE}))"
        rf"{_NO_LATER_VERSION}",
        re.IGNORECASE | re.DOTALL,
    )


@cache
def _in_abstract() -> re.Pattern[str]:
    return re.compile(
        rf"(?:^\W*(?P<all>(?:{_NOTICE}|{_IT}|{_BY_US}).*|(?:(?:abstract|n/?a)\W+)?{_WORD}.{{0,200}}$"
        rf"|(?:{_CHINESE}|removed\s+{_BY}).*)"
        rf"|(?<=[.!?])\s+{_MARKS}(?P<last>{_AT_THE_END}.*)|(?<=[。！])\s*(?P<end>{_CHINESE}.*))",
        re.IGNORECASE,
    )


def with_withdrawal(paper: Paper, comment: str = "") -> Paper:
    """Return the paper with the notice that it is withdrawn, where its comment or abstract gives one.

    A notice that stands in the abstract's place is no abstract.
    """
    if comment and _in_comment().search(comment):
        paper = replace(paper, withdrawal=comment)
    if paper.abstract and (found := _in_abstract().search(paper.abstract)):
        notice = found["all"] or found["last"] or found["end"]
        rest = paper.abstract[: found.end() - len(notice)].strip(" [(*")
        paper = replace(paper, withdrawal=paper.withdrawal or notice.strip(), abstract=rest or None)
    return paper
