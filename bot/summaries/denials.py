"""Finds what a text denies, limits or does without where nothing that it rests on does so; pure.

Not every negation is a denial: unsupervised and not only say nothing against anything.
"""

import re
from collections.abc import Iterable, Iterator

from bot.text.regex import regex

_DENIAL = regex(
    r"\b(?:cannot|can't|unable to|(?:does|do|did|is|are|was|were|could|would)(?: not|n't)(?! only\b)"
    r"|fails? to|failed to|never|hardly|lacks?|lacked|infeasible|impossible)\b"
    r"|无法|不能(?!自)|未能|难以|不支持|未对|未做|未发现|未见|不借助|不使用|不采用|不引入|不考虑|没有(?!免费)|缺乏|并未|不足以|不再|不会|不适[合用]|不可行|不影响"
    r"|尚未|尚不|未经|缺少|没能|从未|(?<!看似)无关|不允许|不区分|不具备|不包[括含]|不涉及|不适用|并非|不存在"
    r"|(?<!不)[仅只](?:适用|限|能)|局限于|受限于"
    r"|不可靠|不准确|不可扩展|无助于|无益|(?:并不|不具)(?!优|逊|劣|差)",
    re.IGNORECASE,
)
_ANY_DOUBT = regex(
    r"n't\b|\b(?:not|no|none|nor|neither|never|without|fail\w*|cannot|unable|lack\w*|limit\w*|few|little"
    r"|minimal|marginal|negligibl\w*|insufficient\w*|inconsisten\w*|unstable|unreliab\w*|inaccura\w*"
    r"|infeasib\w*|impossib\w*|imprac\w*|absen(?:t|ce)|miss(?:es|ed|ing)?|rather|instead|hard|difficult\w*"
    r"|challeng\w*|poor\w*|weak\w*|worse\w*|struggl\w*|remain\w*|less|beyond|hinder\w*|prevent\w*|preclud\w*"
    r"|restrict\w*|constrain\w*|un(?:clear|known|able|resolved|explored|realized|justified|necessary|likely)"
    r"|agnostic|invarian\w+|independen\w+|unrelated|irrelevan\w+|unseen|inconsequential|held-out|\w+-free"
    r"|however|deficien\w*|although|despite|barely|hardly|only|competing)\b"
    r"|[不未无非难缺]|没有",
    re.IGNORECASE,
)


_WHAT = r"(?:[^\x00-\x7f，。；、：（）]{1,12}|(?:\s[\w-]+){1,4})?"
"""What follows a word that says little by itself, so that a reader sees what is meant."""

_RENUNCIATION = regex(rf"(?:无需|无须|不必(?!要)|不需要|\b(?:without|no need)\b){_WHAT}", re.IGNORECASE)
_ANY_RENUNCIATION = regex(
    r"free\b"
    r"|\b(?:avoid|eliminat|remov|bypass|obviat|circumvent|skip|dispens|replac|reduc|simpl|reliev|alleviat"
    r"|mitigat|direct|automat|implicit|inherent|frozen|arbitrar|unsupervis|unpaired|self-|zero-|few-"
    r"|end-to-end|plug)|\b(?:single|alone|less|fewer|any|scratch)\b|\bun\w+ed\b|[免仅只]",
    re.IGNORECASE,
)

_CONTRAST = regex(
    rf"(?:但(?!是否)|却|反而|\b(?:but|at the cost of|at the expense of)\b){_WHAT}|为代价", re.IGNORECASE
)
_ANY_CONTRAST = regex(
    r"\b(?:but|while|whereas|though|yet|costs?|trade-?offs?|expense|contrast|conversely|unlike|versus|vs"
    r"|compar\w+|contrary|except|unless|differ\w*|var(?:y|ies|ied|iable|iation)\w*|regardless|even|lower\w*"
    r"|less|reduc\w+|declin\w+|drop\w*|decreas\w+|degrad\w+|moderate\w*|modest\w*|depend\w*|still|trail\w*"
    r"|than|mixed|range|from|sacrific\w+)\b|[但却而]",
    re.IGNORECASE,
)


def unfounded_denials(text: str, named: Iterable[str]) -> Iterator[str]:
    """Yield the words by which a text denies something, if no named sentence has a word of doubt.

    What it does without also counts, unless a sentence tells of something that is left out or made easier,
    and so does a contrast, unless a sentence has one.
    """
    sentences = list(named)
    if not sentences or any(map(_ANY_DOUBT.search, sentences)):
        return
    yield from dict.fromkeys(match[0] for match in _DENIAL.finditer(text))
    if not any(map(_ANY_RENUNCIATION.search, sentences)):
        yield from dict.fromkeys(match[0] for match in _RENUNCIATION.finditer(text))
    if not any(map(_ANY_CONTRAST.search, sentences)):
        yield from dict.fromkeys(match[0] for match in _CONTRAST.finditer(text))
