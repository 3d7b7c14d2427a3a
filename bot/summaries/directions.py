"""Compares in which direction two texts point: better or worse, more or less, with or without; pure.

A word such as outperforms, 优于 or "reduces the error" is read as better or worse, where the measure beside
it tells whether less is better, and as more or less too. Negation turns it round. A word is opposed where
some of what it rests on points the other way, and none of it points the same way.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class _Pointer:
    """A word that points up (1), down (-1) or nowhere (0) in each of three respects."""

    word: str
    #: Better or worse.
    quality: int = 0
    #: More or less.
    amount: int = 0
    #: With or without.
    need: int = 0

    #: Whether it only says how good something is, as in robust; it supports or opposes others.
    is_weak: bool = False

    def agrees_with(self, other: "_Pointer") -> bool:
        """Whether both point the same way, by their worth where both have one."""
        return self._product(other) > 0

    def opposes(self, other: "_Pointer") -> bool:
        """Whether both point in opposite ways, by their worth where both have one."""
        return self._product(other) < 0

    def _product(self, other: "_Pointer") -> int:
        return self.need * other.need or self.quality * other.quality or self.amount * other.amount


_FIGURE = r"([0-9]+(?:\.[0-9]+)?)\s?(%|万|亿|倍|[A-Za-z]{1,8}|个?百分点|小时|分钟|秒|天|周|个月)?"
_TREND = re.compile(
    rf"从\s?(?:[^0-9，。；]{{0,6}}\s?){_FIGURE}\s?(?:左右)?(?P<verb>[^0-9，。；]{{0,8}}?)[至到为]\s?(?:约|近|了)?\s?{_FIGURE}"
    rf"|(?P<before>\w+)\s(?:[\w-]+\s){{0,6}}?from\s{_FIGURE}\sto\s{_FIGURE}",
    re.IGNORECASE,
)


def contradicted_trends(text: str) -> Iterator[str]:
    """Yield what says that something rises from one figure to a smaller one, or falls to a greater one."""
    for match in _TREND.finditer(text):
        groups = [each for each in match.groups() if each is not None]
        ways = {each.amount or each.quality for each in _pointers(match["verb"] or match["before"])}
        numbers = [each for each in groups if re.fullmatch(r"[0-9]+(?:\.[0-9]+)?", each)]
        units = [match[2] or match[5] or "", match[5] or match[2] or ""] if match["verb"] else ["", ""]
        if len(numbers) == 2 and len(ways) == 1 and units[0] == units[1]:  # noqa: PLR2004 -- from and to
            if (float(numbers[1]) - float(numbers[0])) * next(iter(ways)) < 0:
                yield match[0]


def opposed_words(text: str, named: Iterable[str], around: Iterable[str]) -> tuple[str, ...]:
    """Return the words of a text that point the other way than the sentences on which it rests.

    `around` are these and their neighbours; a word that one of them shares is not opposed.
    """
    own = [each for each in _pointers(text) if not each.is_weak]
    if not own:
        return ()
    held_against = [each for sentence in named for each in _pointers(sentence)]
    spoken_for = [each for sentence in around for each in _pointers(sentence)]
    opposed = (
        each.word
        for each in own
        if any(each.opposes(other) for other in held_against)
        and not any(each.agrees_with(other) for other in spoken_for)
    )
    return tuple(dict.fromkeys(opposed))


# --- Words -----------------------------------------------------------------------------------------------

_BETTER = (
    r"outperform\w*|surpass\w*|superior\w*|better|best|exceed\w*|beats?|beating|improv\w+|gains?|boost\w*"
    r"|enhanc\w+|advantages?|faster|fastest|quicker|speed-?ups?|speeds? up|accelerat\w+|stronger|wins?"
    r"|优于|超越|超过|胜过|领先|更好|更优|最优|最好|最佳|改善|改进|增强|强化|优势|好于|超出|击败|更快|快于|加速|提速|更强|强于|最强"
    r"|较好|较优|较快|赶超"
)
_WORSE = (
    r"underperform\w*|inferior\w*|worse\w*|worst|degrad\w+|deteriorat\w+|falls? short|falling short|lag(?:s|ged|ging)?"
    r"|trail(?:s|ed|ing)|slower|slowest|slow(?:s|ed|ing)? down|weaker|impair\w*|harm(?:s|ed|ing)?|hurts?|los(?:es|ing) to"
    r"|collaps\w+|struggl\w+|suffers?|limited|poor(?:ly|er)?"
    r"|劣于|逊于|不如|不及|落后|更差|差于|最差|恶化|退化|弱于|变差|逊色|更慢|慢于|减速|减慢|更弱|较差|较慢|受损|减弱|削弱|衰退|崩溃"
)
_MORE = (
    r"higher|highest|more(?! than\b)|larger|greater|increas\w+|rises?|rising|rose|grows?|growing|grew|raises?|raising|longer"
    r"|above|up(?= (?:by|from|to)\b)"
    r"|高于|更高|最高|提高|提升|增加|增长|上升|大于|更大|更多|多于|增大|上涨|翻倍|较高|升高|升至|增至|提至|高出|更长|扩大|推高|延长"
)
_LESS = (
    r"lower\w*|lowest|less(?! than\b)|fewer|smaller|reduc\w+|decreas\w+|drop(?:s|ped|ping)?|declin\w+|shrink\w*|shrank"
    r"|cuts?|cutting|shorter|shorten\w*|below|sav(?:es?|ed|ings?)|diminish\w*|mitigat\w+|alleviat\w+|eliminat\w+"
    r"|suppress\w*|minimi[sz]\w+|halv\w+"
    r"|低于|更低|最低|降低|减少|下降|缩短|小于|更小|更少|少于|节省|减小|削减|缓解|减轻|消除|抑制|跌至|降至|降到|较低|缩小"
)
_WITHOUT = (
    r"without|no need|free|not need\w*|not requir\w*|no longer|no (?:additional|extra|further)|avoid\w*|obviat\w+"
    r"|independent(?:ly)?|zero-shot|unsupervised|agnostic"
    r"|无需|不需要|不需|无须|不必|免于|不依赖|不要求|摆脱|避免"
)
_WITH = (
    r"requir(?:es?|ed|ing)|needs?|needed|rel(?:y|ies|ying) on|depends? on|must|necessary|mandatory"
    r"|需要|必须|必需"
)
_GOOD = (
    r"state[- ]of[- ]the[- ]art|sota|high(?!-dim)|strong\w*|robust\w*|effective\w*|efficient\w*|excel\w*|amplif\w+|enabl\w+"
    r"|success\w*|competitive|comparable|accurate\w*|scalable|reliabl\w+|promising|outstanding|advanc\w+|substantial gains"
    r"|facilitat\w+|strengthen\w*|preserv\w+|optimal|well"
    r"|先进|卓越|优异|优秀|高效|有效|鲁棒|稳健|成功"
)
_BAD = (
    r"low|poor\w*|fail\w*|challeng\w+|limit(?:s|ed|ing|ations?)|difficult\w*|lack\w*|unable|insufficient\w*|bottlenecks?"
    r"|prohibitive\w*|vulnerab\w+|brittle\w*|suboptimal|sub-optimal|inaccura\w+|inefficien\w+|costly|hinder\w*|ineffective"
    r"|slow|weak\w*|neglect\w*|ignor\w+|overlook\w*|unreliab\w+|scarc\w+|hallucinat\w+|burden\w*|expensive|gaps?|constrain\w+"
    r"|较弱|不足|局限|困难|缺乏|难以|瓶颈"
)
_KINDS = (
    ("without", _WITHOUT),
    ("with_", _WITH),
    ("better", _BETTER),
    ("worse", _WORSE),
    ("more", _MORE),
    ("less", _LESS),
    ("good", _GOOD),
    ("bad", _BAD),
)


def _pattern(words: str) -> str:
    """Return the alternatives, the longest CJK ones first and the others as whole words."""
    each = words.split("|")
    wide = sorted((word for word in each if not word[0].isascii()), key=len, reverse=True)
    narrow = "|".join(word for word in each if word[0].isascii())
    return f"\\b(?:{narrow})(?![A-Za-z])|{'|'.join(wide)}"


_POINTING = re.compile("|".join(f"(?P<{name}>{_pattern(words)})" for name, words in _KINDS), re.IGNORECASE)

_LESS_IS_BETTER = re.compile(
    r"\b(?:errors?|loss(?:es)?|perplexity|ppl|latenc(?:y|ies)|times?|runtimes?|costs?|costly|expensive|memory|footprints?"
    r"|flops|overheads?|fid|fvd|wer|cer|der|mae|rmse|mse|nll|hallucinat\w+|variances?|bias(?:es)?|toxicity|complexit(?:y|ies)"
    r"|redundan\w+|tokens?|consumption|energy|failures?|risks?|distances?|divergences?|forgetting|noise|gaps?|burdens?"
    r"|requirements?|parameters?|size|budget|delays?|artifacts?|uncertaint(?:y|ies)|violations?|collisions?|attacks?"
    r"|false|regret|dependenc(?:e|y)|steps|epochs|hours|seconds|minutes|usage|bottlenecks?|drift|interference|conflicts?"
    r"|leakage|mortality|eer|asr|ece|brier|fpr|fnr|fdr)\b"
    r"|误差|错误|损失|困惑度|延迟|时延|时间|耗时|成本|开销|内存|显存|占用|计算量|复杂度|幻觉|方差|偏差|冗余|消耗|能耗|风险"
    r"|失败|遗忘|噪声|差距|负担|需求|参数|数据量|误报|漏报|碰撞|不确定性|偏见|攻击|代价|干扰|依赖|泄露|冲突|步数|轮数|体积|门槛"
    r"|时长|词元|瓶颈|死亡|漂移",
    re.IGNORECASE,
)
_MORE_IS_BETTER = re.compile(
    r"\b(?:accurac(?:y|ies)|precision|recall|f1|auc|auroc|auprc|scores?|performances?|success|quality|robust\w*|throughput"
    r"|speeds?|efficien\w+|generali[sz]\w+|rewards?|bleu|rouge|psnr|ssim|dice|iou|miou|map|correlations?|win rates?"
    r"|capabilit\w+|abilit\w+|fidelity|consisten\w+|reliab\w+|stab\w+|safety|interpretab\w+|fairness|diversity|alignment"
    r"|accurate|effective\w*|r2|ndcg|pass@\w+|sensitivity|specificity|coverage|utility|adherence|coherence|realism|yield)\b"
    r"|准确|精度|精确|召回|得分|分数|性能|表现|成功率|质量|鲁棒|吞吐|速度|效率|泛化|奖励|相关|胜率|能力|保真|一致性|可靠|稳定"
    r"|安全|可解释|公平|多样|水平|效果|有效|覆盖|指标|收益|真实|敏感性|特异性",
    re.IGNORECASE,
)
_GOOD_WITHOUT_MEASURE = frozenset({"提升", "提高"})
_REACH = 40
_REACH_WIDE = 12
_CLAUSE_END = re.compile(r"[,;:.!?()，；：。！？（）、]|\b(?:while|and|but|whereas)\b|而|同时|并")

_NEGATED = re.compile(
    r"(?:\b(?:not|no|never|neither|nor|cannot|without|fail(?:s|ed|ing)? to|n't|avoid(?:s|ing)?|rather than|hardly|unable to)"
    r"(?:\s+[\w-]+){0,3}\s*|n't(?:\s+[\w-]+){0,2}\s*"
    r"|(?:没有|并无)[^，。；,;]{0,24}|(?:未能|并未|不会|并不|并没有|无法|无明显|未见|未|不|无|避免|而非)[^，。；、,;]{0,4})$",
    re.IGNORECASE,
)
_REACH_OF_NEGATION = 40


@lru_cache(maxsize=4_096)
def _pointers(text: str) -> tuple[_Pointer, ...]:
    return tuple(_found(text))


def _found(text: str) -> Iterator[_Pointer]:
    for match in _POINTING.finditer(text):
        kind, word = match.lastgroup or "", match[0]
        before = text[max(0, match.start() - _REACH_OF_NEGATION) : match.start()]
        turn = -1 if kind not in {"without", "with_"} and _NEGATED.search(before) else 1
        if kind == "with_":
            yield _Pointer(word, need=-1 if _NEGATED.search(before) else 1)
        elif kind == "without":
            yield _Pointer(word, need=-1)
        elif kind in {"good", "bad"}:
            yield _Pointer(word, quality=turn if kind == "good" else -turn, is_weak=True)
        elif kind in {"better", "worse"}:
            yield _Pointer(word, quality=turn if kind == "better" else -turn)
        else:
            amount = turn if kind == "more" else -turn
            worth = _worth(text, match) or (word in _GOOD_WITHOUT_MEASURE)
            yield _Pointer(word, quality=amount * worth, amount=amount)


def _worth(text: str, match: re.Match[str]) -> int:
    """Return whether more (1) or less (-1) of the nearest measure in the clause is better; 0 without any."""
    reach = _REACH if match[0][0].isascii() else _REACH_WIDE
    after = _CLAUSE_END.split(text[match.end() : match.end() + reach], maxsplit=1)[0]
    before = _CLAUSE_END.split(text[max(0, match.start() - reach) : match.start()])[-1]
    nearest: list[tuple[int, int]] = []
    for worth, pattern in ((-1, _LESS_IS_BETTER), (1, _MORE_IS_BETTER)):
        nearest += [(each.start(), worth) for each in pattern.finditer(after)]
        nearest += [(len(before) - each.end(), worth) for each in pattern.finditer(before)]
    return min(nearest)[1] if nearest else 0
