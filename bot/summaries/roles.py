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
from bot.text.regex import regex

_MOST_FIGURES = 40
_REACH, _REACH_WIDE = 60, 18
_CLAUSE_END = re.compile(
    r"[,;:()，；：（）。、]|\b(?:and|while|across|from|of|in|on|with|over|spanning|covering|are|is|was|were)\b"
    r"|\b(?:than|above|below|outperform\w*|exceed\w*|surpass\w*)\b|和|与|及|并|优于|高于|低于|超过|超越|相比"
)
_INTERVAL = re.compile(
    r",?\s?(?:[(\[]\s?)?(?:9[0-9](?:\.[0-9])?)\s?\\?%\s?(?:CIs?|CrI|confidence intervals?)\b"
    r"[^)\];]{0,40}[)\]]",
    re.IGNORECASE,
)
"""How sure a figure is, which stands between it and what it measures."""
_WITHIN_PHRASE = re.compile(r"[\s-]*(?:[A-Za-z]{1,12}[\s-]*)?|[\u3400-\u9fff]{1,2}")
_ACTING = re.compile(r"\s?[\u3400-\u9fff]?(?:影响|调节|调控|编码|来自|用于|涉及|包含|具有|针对)")
"""What a thing does stands in Chinese before its name."""
_PREPOSITION = re.compile(
    r"^\s*(?:(?:[\w-]+\s){0,2}(?:reduction|improvement|increase|decrease|gain|drop|boost|decline|rise)s?\s)?"
    r"(?:of|in|on|with|for|across|from)\b"
)
_LINK = re.compile(r"(?:\b(?:of|at|to|by|is|was|reaching|about|over)|[(（\[=:：])\s*$")
_MOST_LINKS = 3
_WIDE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_LISTED = re.compile(r"(?:[\s、,，和与及/]|\band\b)+")
_TREND = re.compile(r"[升高增降低减少]\w{0,3}[至到为]|^\s?(?:至|到|\bto\b)")
_TURNED = re.compile(
    r"[的在中对于上从将占超比高低优多至到]|\b(?:of|across|from|for|in|on|over|out|than|compared|versus|vs|with|under|against"
    r"|when|to|spanning|within)\b"
)

_COUNTED_MARK = "#"

# What is counted, one a line, in both languages.
_COUNTED = """
patient patients individual individuals participant participants people person subject subjects donor donors
    volunteers users respondents children adults students
    患者 受访者 学生 儿童 人 参与者 受试者 捐赠者 用户 个体 病人
control controls 对照者 对照 对照组
case cases patients records 病例 案例 例 病历
doctor physicians clinicians clinician residents radiologists pathologists experts annotators raters
    医生 医师 专家 标注者
report reports notes documents 报告 文档 笔记
dataset datasets corpora 数据集 语料库 队列 cohorts cohort
image images pictures photographs scans radiographs 图像 图片 张 影像
text texts pair pairs caption 图文 对 文本
question questions qa queries 问答 问题 题
task tasks 任务
benchmark benchmarks 基准
scenario scenarios setting settings 场景 设置 设定
condition conditions disease diseases disorders 疾病 罕见病 状况 病种 癌症 癌种 cancers tumors tumours
modality modalities 模态
language languages 语言
model models llm vlms llms mllms lvlms networks classifiers 模型 网络
method methods approach approaches baselines algorithms algorithm pipelines tools 方法 基线 算法 工具 流程
architecture architectures scaffolds backbones 架构 骨干
strategy strategies 策略
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
species crops 物种 作物
plant plants 株 植株
population populations 群体 人群
strain strains isolates 品系 菌株 分离株
relation relations relationships interactions loops 关系 相互作用 互作
fold folds 折
antibiotic antibiotics 抗生素
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
specialty specialties subspecialties 专业 专科 科室
framework frameworks systems 框架 系统
country countries 国家
protein proteins sequences peptides antibodies 蛋白 蛋白质 序列 肽段 抗体
molecule molecules ligands 分子 配体
feature features 特征
region regions loci 区域
cluster clusters subtypes groups 聚类 簇 亚型
slide slides wsis patches 切片
trial trials experiments simulations 试验 实验 模拟
variety varieties accessions lines cultivars 品种 材料 品系
word words sentences terms concepts 词 句子 术语 概念
trajectory trajectories episodes demonstrations 轨迹
robot robots robotic 机器人
object objects 物体 对象
skill skills 技能
repository repositories projects 仓库 项目
prompt prompts instructions 提示 指令
category subcategories topics themes 主题
gpu gpus 显卡
agent agents 智能体
metric metrics indicators 指标
code codes 代码
signal signals 信号
stage stages phases 阶段
module modules components 模块 组件
attribute attributes properties 属性 性质
node nodes 节点
platform platforms 平台
target targets 靶点
mechanism mechanisms 机制
pathway pathways paths 通路 路径 途径
mutation mutations 突变
haplotype haplotypes 单倍型
allele alleles 等位基因
genotype genotypes 基因型
chromosome chromosomes 染色体
transcript transcripts isoforms 转录本 异构体
neuron neurons 神经元
factor factors 因子 因素
metabolite metabolites 代谢物
event events 事件
iteration iterations 迭代
abstract abstracts 摘要
visit visits admissions encounters stays 就诊 住院 入院
death deaths 死亡
man men males male 男性
woman women females female 女性
community communities 社区
operator operators 算子
hypothesis hypotheses 假设
school schools universities 学校 大学 高校
company companies firms 公司 企业
city cities 城市
vehicle vehicles 车辆
sensor sensors channels 传感器 通道
dialogue dialogues conversations 对话
comment comments reviews reviewers 评论 评审 审稿
rule rules constraints 规则 约束
criterion criteria 标准 准则 维度
level levels grades 级别 等级 层级
mistake mistakes errors bugs 错误 缺陷
file files 文件
website websites pages 网站 网页 页面
table tables 表格
entity entities triples 实体 三元组
game games 游戏
seed seeds 种子
qtl qtls
association associations 关联
label labels 标签
"""


def _counted() -> dict[str, frozenset[str]]:
    """Return what each word counts, marked, as the summary may use any of its words."""
    names: dict[str, set[str]] = {}
    for line in _COUNTED.strip().replace("\n    ", " ").split("\n"):
        for word in line.split():
            names.setdefault(word, set()).add(f"{_COUNTED_MARK}{line.split()[0]}")
    return {word: frozenset(found) for word, found in names.items()}


_NAMES_OF_COUNTED = _counted()
_COUNTED_WORD = regex(
    rf"\b(?:(?:sub|meta)-?)?(?P<word>{'|'.join(word for word in _NAMES_OF_COUNTED if word.isascii())})\b"
    "|(?P<sign>"
    + "|".join(sorted((word for word in _NAMES_OF_COUNTED if not word.isascii()), key=len, reverse=True))
    + ")",
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
    #: What it counts, of what is known.
    counted: frozenset[str]

    @property
    def is_count(self) -> bool:
        """Whether it counts things."""
        return _is_count(self.numbers[-1])


def exchanged(text: str, figures: Iterable[StatedFigure], named: Iterable[str]) -> Iterator[StatedFigure]:
    """Yield the figures of a text that the named sentences have in each other's place."""
    stated = list(figures)
    own = _placed_figures(text, tuple(stated))
    others = [
        (sentence, placed) for sentence, placed in map(_placed_in, named) if len(placed) <= _MOST_FIGURES
    ]
    for at, (first, second) in enumerate(pairwise(own)):
        between = text[first.end : second.start]
        if _TREND.search(between) or not _alike(first, second):
            continue
        if _is_exchanged(text, first, second, others):
            yield from stated[at : at + 2]


def misplaced(text: str, figures: Iterable[StatedFigure], named: Iterable[str]) -> Iterator[StatedFigure]:
    """Yield the counts that the named sentences have for other things, where they count these otherwise."""
    stated = list(figures)
    own = _placed_figures(text, tuple(stated))
    others = [each for sentence in named for each in _placed_in(sentence)[1]]
    if len(others) <= _MOST_FIGURES:
        yield from (figure for figure, each in zip(stated, own, strict=True) if _is_misplaced(each, others))


def _is_misplaced(own: _Placed, others: list[_Placed]) -> bool:
    if len(own.numbers) != 1 or not own.is_count or not own.counted:
        return False
    same = [each for each in others if stands_in(own.numbers[0], each.numbers)]
    if not same or any(not each.counted or each.counted & own.counted for each in same):
        return False
    return any(each.is_count and each.counted & own.counted for each in others)


def repeated(text: str, figures: Iterable[StatedFigure], named: Iterable[str]) -> Iterator[StatedFigure]:
    """Yield the figures that a text has for more things than the named sentences do.

    As in `14个数据集和14种方法` for "14 datasets and 11 methods".
    """
    stated = list(figures)
    own = _placed_figures(text, tuple(stated))
    others = [each for sentence in named for each in _placed_in(sentence)[1]]
    if max(len(own), len(others)) > _MOST_FIGURES:
        return
    for figure, each in zip(stated, own, strict=True):
        if len(each.numbers) != 1:
            continue
        things = [one for one in own if one.numbers == each.numbers and (one is each or _differ(one, each))]
        same = [other for other in others if stands_in(each.numbers[0], other.numbers)]
        if 0 < len(same) < len(things):
            yield figure


def _differ(one: _Placed, other: _Placed) -> bool:
    return (one.after or one.before).isdisjoint(other.after or other.before)


_OF_WHOLE = re.compile(
    r"[，,；;]?\s?(?:其中|of (?:which|these|them|whom)|among (?:which|these|them))\W{0,2}\s?(?:有|约|the\s)?$"
)
_AMONG = re.compile(r"中[，,]|\bout of\b|\bamong\b")
_OF = re.compile(r"\s?(?:out of|of)\s?(?:the\s)?")
_LONGEST_WHOLE = 30


def exceeding_wholes(text: str, figures: Iterable[StatedFigure]) -> Iterator[StatedFigure]:
    """Yield both counts where a part is more than its whole.

    As in `40个位点，其中90个`, `在10个任务中，它在16个任务上领先` or `19 of 17`.
    """
    stated = list(figures)
    own = _placed_figures(text, tuple(stated))
    for at, (first, second) in enumerate(pairwise(own)):
        if len(first.numbers) != 1 or len(second.numbers) != 1 or not (first.is_count and second.is_count):
            continue
        if _exceeds(text[first.end : second.start], first, second):
            yield from stated[at : at + 2]


def _exceeds(between: str, first: _Placed, second: _Placed) -> bool:
    if len(between) > _LONGEST_WHOLE:
        return False
    if first.numbers[0].value > second.numbers[0].value:
        return bool(_OF.fullmatch(between))
    is_less = first.numbers[0].value < second.numbers[0].value
    are_alike = bool(first.counted & second.counted and _AMONG.search(between))
    return is_less and (are_alike or bool(_OF_WHOLE.search(between)))


_COUNTER = re.compile(r"[个种项例名张份次条组株](?!月|百?分点|点|标准差|单位|数量级|小时|星期|SD|σ)")


def fractions_of_things(text: str, figures: Iterable[StatedFigure]) -> Iterator[StatedFigure]:
    """Yield what counts a fraction of a thing, as in `0.97个样本`."""
    stated = list(figures)
    own = _placed_figures(text, tuple(stated))
    for figure, each in zip(stated, own, strict=True):
        is_fraction = all(number.kind is Kind.PLAIN and number.step < 1 for number in each.numbers)
        if is_fraction and each.counted and _COUNTER.match(text[each.end :]):
            yield figure


def _is_count(number: Number) -> bool:
    return number.kind is Kind.PLAIN and number.step >= 1


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
    between = text[first.end : second.start]
    if not _LISTED.fullmatch(between):
        apart = [(one[1], two[1]) for one, two in pairs if not _is_list(*one, *two)]
        for gain_of in (_gain, _gain_of_all):
            if gain := max((gain_of(first, second, one, two) for one, two in apart), default=0):
                return gain < 0
    together = [(sentence, one, two) for (sentence, one), (other, two) in pairs if sentence is other]
    if not together or any(one.start < two.start for _, one, two in together):
        return False
    sentence, one, two = together[0]
    if _LISTED.fullmatch(between):
        return True
    return not _TURNED.search(between) and not _TURNED.search(sentence[two.end : one.start])


def _is_list(sentence: str, one: _Placed, other: str, two: _Placed) -> bool:
    low, high = sorted([(one.start, one.end), (two.start, two.end)])
    return sentence is other and bool(_LISTED.fullmatch(sentence, low[1], high[0]))


def _gain(first: _Placed, second: _Placed, one: _Placed, two: _Placed) -> int:
    """Return how much better two figures fit two numbers straight than crosswise."""
    for own, other in ((first.after, second.after), (first.before, second.before)):
        for theirs, crosswise in ((one.after, two.after), (one.before, two.before)):
            straight = len(own & theirs) + len(other & crosswise)
            if gain := straight - len(own & crosswise) - len(other & theirs):
                return gain
    return 0


def _gain_of_all(first: _Placed, second: _Placed, one: _Placed, two: _Placed) -> int:
    """Return the same by what stands on either side, as in `0.82的AUROC` for `an AUROC of 0.82`.

    What a list of both figures has beside it, as its measure, belongs to both.
    """
    own, other, theirs, crosswise = (each.after | each.before for each in (first, second, one, two))
    return len(own & theirs) + len(other & crosswise) - len(own & crosswise) - len(other & theirs)


@lru_cache(maxsize=64)
def _placed_figures(text: str, stated: tuple[StatedFigure, ...]) -> tuple[_Placed, ...]:
    """Return where a claim's figures stand; each rule looks at the same ones."""
    return _placed(text, [(figure.start, figure.end, figure.numbers) for figure in stated])


@lru_cache(maxsize=4_096)
def _placed_in(sentence: str) -> tuple[str, tuple[_Placed, ...]]:
    without = _INTERVAL.sub("", sentence)
    return without, _placed(without, numbers_at(without))


def _placed(text: str, found: Iterable[tuple[int, int, tuple[Number, ...]]]) -> tuple[_Placed, ...]:
    spans = [each for each in found if each[2]]
    reach = _REACH_WIDE if _WIDE.search(text) else _REACH
    placed: list[_Placed] = []
    for at, (start, end, numbers) in enumerate(spans):
        low = max(start - reach, spans[at - 1][1] if at else 0)
        high = min(end + reach, spans[at + 1][0] if at + 1 < len(spans) else len(text))
        told = text[end:high] if _is_count(numbers[-1]) else _PREPOSITION.sub("", text[end:high])
        after = _of_head(_CLAUSE_END.split(told, maxsplit=1)[0])
        counted = _counted_in(after) if len(after) < reach else frozenset()
        led = text[low:start] if _is_count(numbers[-1]) else _without_links(text[low:start])
        before = _CLAUSE_END.split(led)[-1]
        placed.append(_Placed(start, end, numbers, _spoken_of(after), _spoken_of(before), counted))
    return tuple(placed)


def _of_head(text: str) -> str:
    """Return what is counted without what belongs to it, as in `90个样本的大规模细胞数据`."""
    head, of, _ = text.partition("的")
    return head if of and _COUNTED_WORD.search(head) else text


def _without_links(text: str) -> str:
    """Return what stands before a figure without what only leads to it, as in `an AUC of` or `AUC (`."""
    for _ in range(_MOST_LINKS):
        text = _LINK.sub("", text)
    return text


def _counted_in(text: str) -> frozenset[str]:
    """Return what the first counted words of a text mean, up to the end of their phrase."""
    if _ACTING.match(text):
        return frozenset()
    found: set[str] = set()
    end = 0
    for each in _COUNTED_WORD.finditer(text):
        if found and not _WITHIN_PHRASE.fullmatch(text, end, each.start()):
            break
        found |= _meaning(each)
        end = each.end()
    return frozenset(found)


def _meaning(counted: re.Match[str]) -> frozenset[str]:
    return _NAMES_OF_COUNTED[(counted["word"] or counted["sign"]).casefold()]


def _spoken_of(text: str) -> frozenset[str]:
    counted = {name for each in _COUNTED_WORD.finditer(text) for name in _meaning(each)}
    return frozenset(counted | measures_in(text) | words(text))
