"""Tells whether two figures of a summary stand for each other's things in the sentence that has both; pure.

Each figure is compared by what it counts or measures, and by the names beside it, which both languages have.
Where these do not tell, the order does: a list keeps it in translation, unless a word such as 的 turns it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from bot.summaries.directions import measures_in
from bot.summaries.figures import StatedFigure, numbers_at
from bot.summaries.grounding import stands_in
from bot.summaries.numerals import Kind, Number
from bot.summaries.terms import words

_MOST_FIGURES = 40
_REACH, _REACH_WIDE = 60, 18
_CLAUSE_END = re.compile(
    r"[,;:()，；：（）。、]|\b(?:and|while|across|from|of|in|on|with|over|spanning|covering)\b|和|与|及|并"
)
_PREPOSITION = re.compile(r"^\s*(?:of|in|on|with|for|across|from)\b")
_WIDE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_LISTED = re.compile(r"(?:[\s、,，和与及/]|\band\b)+")
_TREND = re.compile(r"[升高增降低减少]\w{0,3}[至到为]|^\s?(?:至|到|\bto\b)")
_TURNED = re.compile(
    r"[的在中对于上从将占超比高低优多至到]|\b(?:of|across|from|for|in|on|over|out|than|compared|versus|vs|with|under|against"
    r"|when|to|spanning|within)\b"
)

# What is counted, one a line, in both languages.
_COUNTED = """
patient patients individual individuals participant participants people person subject subjects donor donors
    volunteers users 患者 人 参与者 受试者 捐赠者 用户 个体 病人
case cases patients 病例 案例 例
doctor physicians clinicians experts annotators 医生 专家 标注者
report reports notes documents 报告 文档 笔记
dataset datasets corpora 数据集 语料库 队列 cohorts cohort
image images pictures photographs scans radiographs 图像 图片 张 影像
text texts pair pairs caption 图文 对 文本
question questions qa queries 问答 问题 题
task tasks 任务
benchmark benchmarks 基准
scenario scenarios setting settings 场景 设置 设定
condition conditions disease diseases disorders 疾病 状况 病种
modality modalities 模态
language languages 语言
model models vlms llms mllms lvlms 模型
method methods approaches baselines 方法 基线
algorithm algorithms 算法
architecture architectures 架构
strategy strategies 策略
tool tools 工具
family families 家族
configuration configurations 配置
estimate estimates 估计值
variant variants variation 变异
locus loci 位点
gene genes 基因
genome genomes 基因组
snp snps
phenotype phenotypes 表型
trait traits 性状 特征
marker markers biomarkers 标记 标志物
cell cells nuclei 细胞 核
tissue tissues region regions brain 组织 区域 脑区
drug drugs compounds 药物 化合物
combination combinations 组合
species plants crops populations 物种 作物 株 群体
environment environments 环境
hybrid hybrids 杂交种
observation observations records 观测 记录
sample samples instances examples 样本 实例 示例
year years 年
day days 天
hour hours 小时
minute minutes 分钟
second seconds 秒
week weeks 周
month months 个月
video videos 视频
frame frames keyframes 帧 关键帧
step steps 步
round rounds turns epochs 轮
layer layers 层
parameter parameters 参数
token tokens 词元
dimension dimensions 维
class classes categories types 类别 类 种类
domain domains fields 领域
center centers hospitals sites centres institutions 中心 医院 机构 地区
study studies papers articles 研究 论文 文章
organ organs 器官
gpu gpus 显卡
agent agents 智能体
metric metrics indicators 指标
code codes 代码
signal signals 信号
"""


def _counted() -> dict[str, str]:
    lines = _COUNTED.strip().replace("\n    ", " ").split("\n")
    return {word: line.split()[0] for line in lines for word in line.split()}


_NAMES_OF_COUNTED = _counted()
_COUNTED_WORD = re.compile(
    rf"\b(?:{'|'.join(word for word in _NAMES_OF_COUNTED if word.isascii())})\b|"
    + "|".join(sorted((word for word in _NAMES_OF_COUNTED if not word.isascii()), key=len, reverse=True)),
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Placed:
    """A number in a text, with what is spoken of right after it and right before it."""

    start: int
    end: int
    numbers: tuple[Number, ...]
    after: frozenset[str]
    before: frozenset[str]


def exchanged(text: str, figures: Iterable[StatedFigure], named: Iterable[str]) -> Iterator[StatedFigure]:
    """Yield the figures of a text that the named sentences have in each other's place."""
    stated = list(figures)
    own = _placed(text, [(figure.start, figure.end, figure.numbers) for figure in stated])
    others = [
        (sentence, placed) for sentence, placed in map(_placed_in, named) if len(placed) <= _MOST_FIGURES
    ]
    for at, (first, second) in enumerate(pairwise(own)):
        between = text[first.end : second.start]
        if _TREND.search(between) or not _alike(first, second):
            continue
        if _is_exchanged(text, first, second, others):
            yield from stated[at : at + 2]


def _alike(first: _Placed, second: _Placed) -> bool:
    if len(first.numbers) != 1 or len(second.numbers) != 1:
        return False
    one, other = first.numbers[0], second.numbers[0]
    return one.kind is other.kind and one.value != other.value


def _is_exchanged(
    text: str, first: _Placed, second: _Placed, others: list[tuple[str, tuple[_Placed, ...]]]
) -> bool:
    """Whether two figures fit the numbers of the sentences better crosswise, or stand the other way round."""
    everywhere = [(sentence, each) for sentence, placed in others for each in placed]
    ones = [each for each in everywhere if stands_in(first.numbers[0], each[1].numbers)]
    twos = [each for each in everywhere if stands_in(second.numbers[0], each[1].numbers)]
    pairs = [(one, two) for one in ones for two in twos if one[1] is not two[1]]
    if gain := max((_gain(first, second, one[1], two[1]) for one, two in pairs), default=0):
        return gain < 0
    together = [(sentence, one, two) for (sentence, one), (other, two) in pairs if sentence is other]
    if not together or any(one.start < two.start for _, one, two in together):
        return False
    between = text[first.end : second.start]
    sentence, one, two = together[0]
    if _LISTED.fullmatch(between):
        return True
    return not _TURNED.search(between) and not _TURNED.search(sentence[two.end : one.start])


def _gain(first: _Placed, second: _Placed, one: _Placed, two: _Placed) -> int:
    """Return how much better two figures fit two numbers straight than crosswise."""
    for own, other in ((first.after, second.after), (first.before, second.before)):
        for theirs, crosswise in ((one.after, two.after), (one.before, two.before)):
            straight = len(own & theirs) + len(other & crosswise)
            if gain := straight - len(own & crosswise) - len(other & theirs):
                return gain
    return 0


@lru_cache(maxsize=4_096)
def _placed_in(sentence: str) -> tuple[str, tuple[_Placed, ...]]:
    return sentence, _placed(sentence, numbers_at(sentence))


def _placed(text: str, found: Iterable[tuple[int, int, tuple[Number, ...]]]) -> tuple[_Placed, ...]:
    spans = [each for each in found if each[2]]
    reach = _REACH_WIDE if _WIDE.search(text) else _REACH
    placed: list[_Placed] = []
    for at, (start, end, numbers) in enumerate(spans):
        low = max(start - reach, spans[at - 1][1] if at else 0)
        high = min(end + reach, spans[at + 1][0] if at + 1 < len(spans) else len(text))
        is_count = numbers[-1].kind is Kind.PLAIN and numbers[-1].step >= 1
        told = text[end:high] if is_count else _PREPOSITION.sub("", text[end:high])
        after = _CLAUSE_END.split(told, maxsplit=1)[0]
        before = _CLAUSE_END.split(text[low:start])[-1]
        placed.append(_Placed(start, end, numbers, _spoken_of(after), _spoken_of(before)))
    return tuple(placed)


def _spoken_of(text: str) -> frozenset[str]:
    counted = {_NAMES_OF_COUNTED[each[0].casefold()] for each in _COUNTED_WORD.finditer(text)}
    return frozenset(counted | measures_in(text) | words(text))
