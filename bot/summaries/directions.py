"""Compares in which direction two texts point: better or worse, more or less, with or without; pure.

A word such as outperforms, 优于 or "reduces the error" is read as better or worse, where the measure beside
it tells whether less is better, and as more or less too. Negation turns it round. A word is opposed where
some of what it rests on points the other way, and none of it points the same way; a word of loss also where
nothing that it rests on is a loss.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from bot.text.regex import regex


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

    #: Whether it compares two things, as outperforms and 优于, and tells of no change.
    is_comparison: bool = False
    #: Of what it speaks, if that is one of the known measures.
    measure: str = ""
    #: Whether it only says how good something is, as in robust; it supports or opposes others.
    is_weak: bool = False
    is_negated: bool = False

    def agrees_with(self, other: "_Pointer") -> bool:
        """Whether both point the same way, by their worth where both have one."""
        return self._product(other) > 0

    def opposes(self, other: "_Pointer") -> bool:
        """Whether both point in opposite ways, by their worth where both have one."""
        return self._product(other) < 0

    def _product(self, other: "_Pointer") -> int:
        return self.need * other.need or self.quality * other.quality or self.amount * other.amount


_VALUE = (
    r"(?P<{0}>[0-9]+(?:\.[0-9]+)?)\s?"
    r"(?P<{0}_unit>%|万|亿|倍|个?百分点|小时|分钟|秒|天|周|个月|[A-Za-z]{{1,8}})?"
)
_TO_END = r"(?:\s?[-–~]\s?[0-9]+(?:\.[0-9]+)?%?)?"
"""The end of a range, as in `0.1-0.3`."""
_FIRST, _SECOND = _VALUE.format("first"), _VALUE.format("second")
_TRENDS = (
    re.compile(
        rf"[从由]\s?[^0-9，。；]{{0,6}}{_FIRST}{_TO_END}\s?(?:左右)?"
        rf"(?P<verb>[^0-9，。；]{{0,8}}?[至到为])\s?[约近了]?\s?{_SECOND}"
    ),
    re.compile(rf"(?<![\w-])(?P<verb>(?:[\w-]++\s){{1,6}})from\s{_FIRST}\sto\s{_SECOND}", re.IGNORECASE),
)


def contradicted_trends(text: str) -> Iterator[str]:
    """Yield what says that something rises from one figure to a smaller one, or falls to a greater one."""
    for match in (match for pattern in _TRENDS for match in pattern.finditer(text)):
        ways = {each.amount or each.quality for each in _pointers(match["verb"])}
        units = {match["first_unit"], match["second_unit"]} - {None}
        change = float(match["second"]) - float(match["first"])
        if len(ways) == 1 and len(units) <= 1 and change * ways.pop() < 0:
            yield match[0]


def opposed_words(text: str, named: Iterable[str], *, is_strict: bool = True) -> tuple[str, ...]:
    """Return the words of a text that point the other way than the sentences on which it rests.

    A strict look leaves out sentences on what others lack, and also holds against a word of loss that the
    sentences have no loss for. One that is not strict, for what tells of a problem, compares measures alone.
    """
    own = [each for each in _pointers(text) if not each.is_weak or (is_strict and _is_denied_praise(each))]
    if not own:
        return ()
    told = [sentence for sentence in named if not (is_strict and _is_of_others(sentence))]
    if not told:
        return ()
    said = [each for sentence in told for each in _pointers(sentence)]
    return tuple(dict.fromkeys(each.word for each in own if _is_opposed(each, said, is_strict=is_strict)))


_OF_OTHERS = regex(
    r"^(?:However|Yet|Unfortunately)\b"
    r"|\b(?:existing|current|prior|previous|traditional|conventional|classical|standard|most|many)\s"
    r"(?:[\w-]+\s){0,4}?(?:methods?|approach(?:es)?|models?|systems?|strateg(?:y|ies)|techniques|tools|work|works"
    r"|studies|benchmarks?|datasets?|pipelines|algorithms|solutions|frameworks|practice)\b"
    r"|\b(?:remains?|is|are) (?:\w+\s)?(?:challenging|limited|unclear|difficult|unknown"
    r"|underexplored|costly)\b"
    r"|\b(?:often|typically|frequently|commonly|generally) (?:\w+\s)?(?:suffer|rely|relies|fail|struggle"
    r"|require|ignore|treat|overlook|lead)"
    r"|\b(?:major|key|significant|critical|main|fundamental|persistent) (?:challenges?|limitations?"
    r"|bottlenecks?|barriers?)\b"
    r"|(?:然而|现有|传统|目前|当前)",
    re.IGNORECASE,
)
_OF_OURS = regex(
    r"\b(?:we|our|ours|this (?:work|paper|study|approach|method|framework)|here|results|experiments?|shows?"
    r"|showed|demonstrat\w+|outperform\w*|surpass\w*|achiev\w+|compared (?:to|with)|proposed)\b"
    r"|我们|本文|实验|结果",
    re.IGNORECASE,
)


def _is_of_others(sentence: str) -> bool:
    """Whether a sentence tells what others lack, and nothing of what the paper does or finds."""
    return bool(_OF_OTHERS.search(sentence)) and not _OF_OURS.search(sentence)


def _is_opposed(own: _Pointer, said: list[_Pointer], *, is_strict: bool) -> bool:
    """Whether what points in the most similar respect points the other way, and none of it the same way."""
    if own.is_weak:
        return all(map(_is_of_any_problem, _bad_of(said)))
    strong = [each for each in said if not each.is_weak]
    weak = [
        each
        for each in said
        if each.is_weak and own.quality < 0 and is_strict and not _is_of_any_problem(each)
    ]
    alike = (
        [each for each in strong if own.measure and each.measure == own.measure],
        [
            each
            for each in strong
            if each.is_comparison == own.is_comparison and not (each.measure and own.measure)
        ],
        strong,
        weak,
    )
    for group in alike if is_strict else alike[:1]:
        if any(own.agrees_with(each) for each in group):
            return False
        if opposed := [each for each in group if own.opposes(each)]:
            return any(_is_telling(own, each) for each in opposed)
    return is_strict and (_falls_where_all_is_praised(own, said) or _is_loss_of_nothing(own, said))


def _is_telling(own: _Pointer, other: _Pointer) -> bool:
    """Whether a gain is denied by the other one: what is bad of something else is no reason to doubt it."""
    is_gain = (own.quality > 0 or (own.quality < 0 and own.is_negated)) and not own.need
    of_the_same = (own.measure and own.measure == other.measure) or (
        own.is_comparison and other.is_comparison
    )
    return not is_gain or bool(of_the_same)


def _falls_where_all_is_praised(own: _Pointer, said: list[_Pointer]) -> bool:
    praised = [each for each in said if each.quality]
    return (
        own.amount < 0
        and not own.quality
        and bool(praised)
        and all(each.quality > 0 for each in praised)
        and not any(each.amount < 0 for each in said if not each.is_weak)
    )


_OF_ANY_PROBLEM = re.compile(
    r"challeng|limit|gap|constrain|scarc|bottleneck|difficult|lack|burden|insufficient|局限|困难|缺乏"
    r"|难以|瓶颈|不足",
    re.IGNORECASE,
)
"""Words for what a paper sets out from: they say of nothing that it got worse."""


def _is_loss_of_nothing(own: _Pointer, said: list[_Pointer]) -> bool:
    """Whether something is told as worse where the sentences have nothing bad and nothing that falls."""
    return own.quality < 0 and not own.is_negated and all(map(_is_of_any_problem, _bad_of(said)))


def _is_denied_praise(each: _Pointer) -> bool:
    """Whether a word says that something is not good, as in not feasible and 没有帮助."""
    return each.is_weak and each.is_negated and each.quality < 0


def _bad_of(said: list[_Pointer]) -> list[_Pointer]:
    return [each for each in said if each.quality < 0 or each.amount < 0 or each.is_negated]


def _is_of_any_problem(each: _Pointer) -> bool:
    return each.is_weak and bool(_OF_ANY_PROBLEM.match(each.word))


# --- Words -----------------------------------------------------------------------------------------------

_BETTER = (
    r"outperform\w*|surpass\w*|superior\w*|better|exceed\w*|beats?|beating|improv\w+|gains?|boost\w*"
    r"|enhanc\w+|mitigat\w+|alleviat\w+|advantages?|faster|fastest|quicker|speed-?ups?|speeds? up"
    r"|accelerat\w+|stronger|wins?"
    r"|优于|超越|超过|胜过|领先(?!模型)|更好|更优|改善|改进|增强(?<!检索增强)(?![生检型])|强化(?!学习)"
    r"|优势|好于|超出|击败|更快|快于|加速|提速|更强|强于|较好|较优|较快|赶超|缓解(?![策措])|减轻|缩小差距"
)
_WORSE = (
    r"underperform\w*|inferior\w*|worse\w*|worst|degrad\w+|deteriorat\w+|falls? short|falling short"
    r"|lag(?:s|ged|ging)?|trail(?:s|ed|ing)|slower|slowest|slow(?:s|ed|ing)? down|weaker|impair\w*"
    r"|harm(?:s|ed|ing)?|hurts?|damag\w+|sacrific\w+|exacerbat\w+|aggravat\w+|worsen\w*"
    r"|los(?:es|ing) to|collaps\w+|struggl\w+|suffers?|poorer|劣于|逊于|不如"
    r"|不及|落后|更差|差于|最差|恶化|退化(?<!非退化)(?![图数样为])|弱于|变差(?<!总变差)|逊色|更慢|慢于"
    r"|减速|减慢|更弱|较差|较慢|退步|下滑|倒退|变坏|拖慢|牺牲|加剧|加重|变弱|变慢|折损"
    r"|受损(?![数样图切组神细器])|减弱"
    r"|削弱|崩溃"
)
_MORE = (
    r"higher|highest|more(?! than\b)|larger|greater|increas\w+|rises?|rising|rose|grows?|growing|grew"
    r"|raises?|raising|longer|above|高于|更高|最高(?![可能达到降低提高升增加减少仅只需为约近超 ]*[0-9])"
    r"|提高|提升|增加|增长|上升|大于|更大|更多|多于|增大"
    r"|上涨|翻倍|较高|升高|升至|增至|提至|高出|更长|扩大|推高|延长|抬高|抬升|攀升|走高|拉高|加大|激增"
    r"|飙升|拉长|扩充|增多"
)
_LESS = (
    r"lower\w*|lowest|less(?! than\b)|fewer|smaller|reduc\w+|decreas\w+|drop(?:s|ped|ping)?|declin\w+"
    r"|shrink\w*|shrank|(?<!-)cuts?|cutting|shorter|shorten\w*|below|sav(?:es?|ed|ings?)|diminish\w*"
    r"|eliminat\w+|suppress\w*|minimi[sz]\w+|halv\w+|低于|更低"
    r"|最低(?![可能达到降低提高升增加减少仅只需为约近超 ]*[0-9])|降低|减少"
    r"|下降(?<!梯度下降)(?<!坐标下降)(?![法算沿])|缩短|小于|更小|更少|少于|节省|减小|削减|消除|跌至"
    r"|降至|降到|较低|缩小|缩减|锐减|骤降|下跌|跌落|减退|压低|走低|回落|收窄|变少|变小"
)
_WITHOUT = (
    r"without|no need|(?:requir\w+|needs?|needed) no|requir\w+ only|only requir\w+|needs? only"
    r"|(?:eliminat|remov|avoid|obviat)\w+ (?:the|any) need|(?<=-)free|not need\w*"
    r"|not requir\w*|no longer"
    r"|no (?:additional|extra|further|explicit|manual|external|human|prior|a priori)|avoid\w*|obviat\w+"
    r"|无需|不需要|不需|无须"
    r"|不必|免于|不依赖|不要求|摆脱|避免"
)
_WITH = (
    r"requir(?:es?|ed|ing)|needs?(?= to\b)|needed|rel(?:y|ies|ying) on|depends? on|must|necessary"
    r"|mandatory|需要|必须|必需|仍需|还需|尚需|须(?!知)|离不开|依靠|借助"
)
_COMPARISON = re.compile(
    r"(?:out|under)perform\w*|surpass\w*|superior\w*|inferior\w*|better|best|worse|worst|exceed\w*"
    r"|beat\w*|falls? short|falling short|lag\w*|优于|超越|超过|胜过|领先|更好|更优|最优|好于|超出|击败"
    r"|劣于|逊于|不如|不及|落后|更差|差于|弱于|强于",
    re.IGNORECASE,
)
_GOOD = (
    r"state[- ]of[- ]the[- ]art|sota|high(?!-dim)|strong\w*|robust\w*|effective\w*|efficient\w*|excel\w*"
    r"|amplif\w+|enabl\w+|success\w*|competitive|comparable|accurate\w*|scalable|reliabl\w+|promising"
    r"|outstanding|advanc\w+|substantial gains|best|facilitat\w+|strengthen\w*|preserv\w+|optimal|well"
    r"|feasib\w+|viable|suitable|suited|help\w*|useful|resist\w*"
    r"|最优|最好|最佳|最强|先进|卓越|优异|优秀|高效|有效|鲁棒|稳健|成功|可行|适合|有助于|帮助|有用|抵抗|抵御"
)
_BAD = (
    r"low|poor\w*|fail\w*|challeng\w+|limit(?:s|ed|ing|ations?)|difficult\w*|lack\w*|unable"
    r"|minimal|marginal\w*|negligible|little|insufficient\w*|bottlenecks?|prohibitive\w*|vulnerab\w+"
    r"|brittle\w*|suboptimal|sub-optimal"
    r"|inaccura\w+|inefficien\w+|costly|hinder\w*|ineffective|slow|weak\w*|neglect\w*|ignor\w+"
    r"|overlook\w*|unreliab\w+|scarc\w+|hallucinat\w+|burden\w*|expensive|gaps?|constrain\w+|较弱|不足"
    r"|局限|困难|缺乏|难以|瓶颈|脆弱|易受|无效|失败|不可行"
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

# One measure a line; what the first block counts is better the less there is of it, of the second the more.
_LESS_IS_BETTER = """
error errors mistakes misdiagnosis 误差 错误 误诊 误判
loss losses nll 损失
perplexity ppl 困惑度
latency latencies delay delays 延迟 时延
time times runtime runtimes hours seconds minutes days weeks duration 时间 耗时 时长
cost costs costly expensive expense budget price 成本 开销 代价 费用
memory footprint vram 内存 显存 占用
flops compute computation computations overhead overheads complexity complexities 计算量 复杂度 计算开销
fid fvd
wer cer der eer
mae rmse mse ece brier
hallucination hallucinations hallucinated 幻觉
variance variances uncertainty uncertainties 方差 不确定性
bias biases disparity disparities 偏差 偏见 偏倚
toxicity harm harms 毒性
redundancy redundant 冗余
tokens token 词元
consumption energy 消耗 能耗
failure failures 失败
risk risks mortality 风险 死亡
distance distances divergence divergences 距离 散度
forgetting 遗忘
noise 噪声
gap gaps difference differences 差距 差异
burden burdens workload effort 负担 工作量
requirement requirements dependence dependency reliance 需求 依赖
parameters 参数 体积
violations violation collisions conflicts interference 违规 碰撞 冲突 干扰
artifacts artefacts 伪影 假影
attack attacks leakage 攻击 泄露
false fpr fnr fdr 误报 漏报 假阳性
regret
drift 漂移
steps epochs 步数 轮数
bottleneck bottlenecks barrier barriers 瓶颈 门槛 障碍
"""
_MORE_IS_BETTER = """
accuracy accuracies accurate accurately 准确
precision 精度 精确
recall sensitivity 召回 敏感性 灵敏度
specificity 特异性
f1 auc auroc auprc ndcg map dice iou miou c-index
score scores 得分 分数 评分
performance performances 性能 表现 效果
success 成功
quality 质量
robustness robust 鲁棒 稳健
throughput 吞吐
speed speeds 速度
efficiency efficient efficiently 效率 高效
generalization generalisation generalizability 泛化
reward rewards 奖励
bleu rouge psnr ssim
correlation correlations 相关性
win 胜率
capability capabilities ability abilities 能力
power 效能 功效
fidelity faithfulness 保真 忠实
consistency consistent coherence 一致性
reliability reliable 可靠
stability stable 稳定
safety safe 安全
interpretability interpretable explainability transparency 可解释 透明
fairness 公平
diversity 多样
alignment 对齐
effectiveness effective effectively 有效
coverage 覆盖
utility usability applicability 实用 适用 效用
trust trustworthiness 可信
scalability 扩展性 可扩展
contiguity completeness 连续性 完整
"""


def _measures() -> dict[str, tuple[str, int]]:
    """Return each word's measure, named by its first word, and whether more (1) or less (-1) is better."""
    return {
        word: (line.split()[0], worth)
        for worth, lines in ((-1, _LESS_IS_BETTER), (1, _MORE_IS_BETTER))
        for line in lines.strip().split("\n")
        for word in line.split()
    }


_MEASURES = _measures()
_MEASURE = re.compile(
    rf"(?:{_pattern('|'.join(map(re.escape, _MEASURES)))})"
    r"(?!\s?(?:stratif|predict|scor|model|factor|分层|预测|评分|因素|位点|基因))",
    re.IGNORECASE,
)
_REACH, _REACH_WIDE = 60, 30
_CLAUSE_END = re.compile(
    r"[,;:.!?()，；：。！？（）、]|\b(?:while|and|but|whereas|than)\b|而|同时|并|及|和|与"
)


def measures_in(text: str) -> set[str]:
    """Return the measures of which a text speaks, in whichever language."""
    return {f"%{_MEASURES[each[0].casefold()][0]}" for each in _MEASURE.finditer(text)}


_EASING = re.compile(r"(?:mitigat|alleviat)\w+|缓解|减轻", re.IGNORECASE)
"""What makes less of something bad, whatever that is."""

_GOOD_ITSELF = frozenset({"提升"})
_BEFORE_ITS_MEASURE = frozenset({"more", "less"})
_OF_THINGS = frozenset({"smaller", "larger"})

_NEGATED = re.compile(
    r"(?:\b(?:not(?! only)|no|never|neither|nor|cannot|without|fail(?:s|ed|ing)? to|n't|avoid(?:s|ing)?"
    r"|rather than|hardly|unable to)(?:\s+[\w-]+){0,3}\s*|n't(?:\s+[\w-]+){0,2}\s*"
    r"|(?:没有|并无)[^，。；,;]{0,24}"
    r"|(?:未能|并未|不会|并不|并没有|无法|无明显|未见(?![环任数类样过场领])|未(?![来见知])|不(?![仅但同断良确平足少])|无(?!监督)|避免|而非)"
    r"[^，。；、,;]{0,4})$",
    re.IGNORECASE,
)
_REACH_OF_NEGATION = 40
_PROBLEM = re.compile("[^，。；,;]{0,4}(?:问题|挑战|缺陷)")
"""What makes a denial the name of what others lack, as in 不鲁棒等问题."""

_IN_BRACKETS = re.compile(r"[(（][^()（）]{0,30}[)）]")
_CONDITION = re.compile(r"(?:随着?[^，。；,;而]{0,14}|\b(?:as|when)\b[^,;]{0,14}|\bwith )$", re.IGNORECASE)


@lru_cache(maxsize=4_096)
def _pointers(text: str) -> tuple[_Pointer, ...]:
    return tuple(_found(text))


def _found(text: str) -> Iterator[_Pointer]:
    text = _IN_BRACKETS.sub("", text)
    for match in _POINTING.finditer(text):
        before = text[max(0, match.start() - _REACH_OF_NEGATION) : match.start()]
        is_negated = bool(_NEGATED.search(before))
        is_of_a_problem = is_negated and _PROBLEM.match(text, match.end())
        if not _CONDITION.search(before) and not is_of_a_problem:
            for found in _read(text, match, -1 if is_negated else 1):
                yield replace(found, is_negated=is_negated)


def _read(text: str, match: re.Match[str], turn: int) -> Iterator[_Pointer]:
    """Yield what a word says, turned round where it is negated."""
    word = match[0]
    match match.lastgroup:
        case "with_":
            yield _Pointer(word, need=turn)
        case "without":
            yield _Pointer(word, need=-1)
        case "good" | "bad" as kind:
            yield _Pointer(word, quality=turn if kind == "good" else -turn, is_weak=True)
        case "better" | "worse" as kind:
            measure, is_comparison = _measure(text, match)[0], bool(_COMPARISON.fullmatch(word))
            quality = turn if kind == "better" else -turn
            amount = -turn if _EASING.fullmatch(word) else 0
            yield _Pointer(word, quality, amount, measure=measure, is_comparison=is_comparison)
        case kind:
            yield from _of_amount(word, turn if kind == "more" else -turn, *_measure(text, match))


def _of_amount(word: str, amount: int, measure: str, worth: int) -> Iterator[_Pointer]:
    if word in _GOOD_ITSELF:
        yield _Pointer(word, quality=amount, measure=measure)
        return
    quality = 0 if word.casefold() in _OF_THINGS else amount * worth
    yield _Pointer(word, quality=quality, amount=amount, measure=measure)
    if amount > 0 and not quality:
        yield _Pointer(word, quality=1, is_weak=True)


def _measure(text: str, match: re.Match[str]) -> tuple[str, int]:
    """Return the nearest measure after a word in its clause, else before it, and which way it is better."""
    reach = _REACH if match[0][0].isascii() else _REACH_WIDE
    after = _CLAUSE_END.split(text[match.end() : match.end() + reach], maxsplit=1)[0]
    before = _CLAUSE_END.split(text[max(0, match.start() - reach) : match.start()])[-1]
    ahead, behind = _head_of(after) or _last_of_phrase(after), list(_MEASURE.finditer(before))
    if match[0].casefold() in _BEFORE_ITS_MEASURE:
        behind = []
    found = ahead or (behind[-1] if behind else None)
    return _MEASURES.get(found[0].casefold(), ("", 0)) if found else ("", 0)


_NO_HEAD = ("同时", "情况", "前提", "基础", "条件")
_REACH_OF_HEAD = 8


def _head_of(text: str) -> re.Match[str] | None:
    """Return the measure to which all before its 的 belongs, as the second one in 误差的建模能力."""
    before, of, head = text.rpartition("的")
    if not of or head.startswith(_NO_HEAD) or _POINTING.search(before):
        return None
    return _last_of_phrase(head) if _MEASURE.search(head[:_REACH_OF_HEAD]) else None


def _last_of_phrase(text: str) -> re.Match[str] | None:
    """Return the first measure of a text, or the last of those right after it, as in accuracy loss."""
    found: re.Match[str] | None = None
    for each in _MEASURE.finditer(text):
        if found and each.start() > found.end() + 1:
            break
        found = each
    return found
