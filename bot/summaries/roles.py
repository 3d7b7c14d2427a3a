"""Tells whether two figures of a summary stand for each other's things in the sentence that has both; pure.

Each figure is compared by what it counts or measures, and by the names beside it, which both languages have,
then by what its part of the sentence or its item of a list speaks of, as train or test.
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
from bot.summaries.names import names_in
from bot.summaries.numerals import Kind, Number
from bot.summaries.terms import words
from bot.text.regex import regex

_MOST_FIGURES = 40
_REACH, _REACH_WIDE = 60, 18
_CLAUSE_END = re.compile(
    r"[,;:()，；：（）。、]|\b(?:and|while|across|from|of|in|on|with|over|spanning|covering|are|is|was|were)\b"
    r"|\b(?:than|above|below|outperform\w*|exceed\w*|surpass\w*)\b|和|与|及|并|优于|高于|低于|超过|超越|相比|跨|涵盖|覆盖"
)
_INTERVAL = re.compile(
    r",?\s?(?:[(\[]\s?)?(?:9[0-9](?:\.[0-9])?)\s?\\?%\s?(?:CIs?|CrI|confidence intervals?)\b"
    r"[^)\];]{0,40}[)\]]",
    re.IGNORECASE,
)
"""How sure a figure is, which stands between it and what it measures."""
_DEVIATION = re.compile(r"\s?[{$]?(?:±|\+/-|\\pm)[}$]?\s?[0-9]+(?:\.[0-9]+)?")
"""How far a figure varies, which is none of those that stand beside others."""
_WITHIN_PHRASE = re.compile(r"[\s-]*(?:[A-Za-z]{1,12}[\s-]*)?|[\u3400-\u9fff]{1,2}")
_OF_ANYTHING = "例"
"""Counts patients or whatever is named after it."""
_ACTING = re.compile(r"\s?[\u3400-\u9fff]?(?:影响|调节|调控|编码|来自|用于|涉及|包含|具有|针对)")
"""What a thing does stands in Chinese before its name."""
_PREPOSITION = re.compile(
    r"^\s*(?:(?:[\w-]+\s){0,2}(?:reduction|improvement|increase|decrease|gain|drop|boost|decline|rise)s?\s)?"
    r"(?:of|in|on|with|for|across|from)\b"
)
_LINK = re.compile(
    r"(?:\b(?:of|at|to|by|is|was|reaching|reached|about|over|up|above|exceeding|near|nearly)|[)）(（\[=:：~]"
    r"|(?:高达|达到|达|超过|超|约|为|至|是|取得|分别))\s*$"
)
_MOST_LINKS = 3
_REACH_OF_PART = 90
_OF_ITEMS = re.compile(r"\s?(?:on|for|in|across|with|under|from)\b")
_LAST_JOINT = re.compile(r"\band\b|[和与及]")
_JOINT = re.compile(r"[,，、]")
_ITEM_END = re.compile(r"[,;.，；。]")
_LITTLE = frozenset("of on in at to by an is as or up it we be us no so if via per".split())
_PART_END = re.compile(r"[,;，；。：]|\b(?:and|while|whereas|but|versus|vs)\b|[和与及而、]")
"""Where what belongs to a figure ends, prepositions included."""
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
    volunteers users respondents children adults students graduates
    毕业生 患者 受访者 学生 儿童 人 参与者 受试者 捐赠者 用户 个体 病人
control controls 对照者 对照 对照组
case cases patients records 病例 案例 例 病历
doctor doctors physicians clinicians clinician residents radiologists pathologists experts annotators raters
    医生 医师 专家 标注者
report reports notes documents 报告 文档 笔记
dataset datasets corpora 数据集 语料库 队列 cohorts cohort
image images pictures photographs scans radiographs 图像 图片 张 影像
text texts pair pairs caption 图文 文本
question questions qa queries problems 问答 问题 题
task tasks tracks 任务 赛道
benchmark benchmarks 基准
scenario scenarios setting settings 场景 设置 设定
condition conditions disease diseases disorders 疾病 罕见病 状况 病种 癌症 癌种 cancer cancers tumors tumours
modality modalities 模态
language languages 语言
model models llm vlms llms mllms lvlms networks classifiers 模型 网络
method methods approach approaches baselines algorithms algorithm pipelines tools 方法 基线 算法 工具 流程
architecture architectures scaffolds backbones 架构 骨干
strategy strategies 策略
family families trios 家族 家系 三人组
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
tissue tissues sections region regions brain 组织 区域 脑区
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
step steps turns 步
round rounds turns epochs 轮
layer layers 层
parameter parameters 参数
token tokens 词元
dimension dimensions 维
class classes categories types 类别 类 种类
domain domains fields 领域 字段
center centers hospitals sites centres institutions 中心 医院 机构 地区
study studies papers articles 研究 论文 文章
organ organs 器官
specialty specialties subspecialties 专业 专科 科室
framework frameworks systems 框架 系统
country countries 国家
protein proteins sequences peptides antibodies 蛋白 蛋白质 序列 肽段 抗体
molecule molecules ligands 分子 配体
feature features descriptors 特征 描述符 描述子
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
chip chips arrays 芯片
place niches microenvironments neighborhoods 微环境 生态位 邻域
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

_SIDE_MARK = "@"

# What tells one of two or more figures of a measure from the others, one a line, in both languages.
_SIDES = """
early 早期
intermediate mid middle 中期 中间
late 晚期
internal 内部
external 外部
train training trained developed 训练
test testing 测试
validation 验证集
unseen held-out held 未见
simulation simulations simulated 模拟
benchmark benchmarks 公开 基准
median 中位
mean average 平均
largest maximum max highest peak 最大 最高
smallest minimum min lowest 最小 最低
new novel 新
base 基础
binary 二分类
multi-class five-class 5-class 多分类 五分类
subtyping subtype subtypes 亚型 亚分类
slide slides slide-level 切片 幻灯片
tile tiles patch patches 图块 补丁 瓦片
full entire 全量 全部
clinical 临床
imaging image image-only 图像 影像
male men 男性
female women 女性
positive 阳性 正
negative 阴性 负
zero-shot zero 零样本
few-shot few 少样本
fine-tuned tuned fine-tuning 微调
supervised 监督
unsupervised 无监督
baseline baselines 基线
short 短
long 长
"""


def _marked(lists: str, mark: str) -> dict[str, frozenset[str]]:
    """Return what each word means, marked, as the summary may use any of a line's words."""
    names: dict[str, set[str]] = {}
    for line in lists.strip().replace("\n    ", " ").split("\n"):
        for word in line.split():
            names.setdefault(word, set()).add(f"{mark}{line.split()[0]}")
    return {word: frozenset(found) for word, found in names.items()}


_NAMES_OF_SIDES = _marked(_SIDES, _SIDE_MARK)
_SIDES_BY_LENGTH = sorted(_NAMES_OF_SIDES, key=len, reverse=True)
_SIDE_WORD = regex(
    rf"\b(?:{'|'.join(word for word in _SIDES_BY_LENGTH if word.isascii())})\b|"
    + "|".join(word for word in _SIDES_BY_LENGTH if not word.isascii()),
    re.IGNORECASE,
)
_NAMES_OF_COUNTED = _marked(_COUNTED, _COUNTED_MARK)
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
    #: What is spoken of in its part of the sentence; in a list of figures, in its item of the list of things.
    around: frozenset[str]
    #: The names in the same.
    names: frozenset[str]

    @property
    def is_count(self) -> bool:
        """Whether it counts things."""
        return _is_count(self.numbers[-1])


_InSentence = tuple[str, _Placed]


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


def turned_fractions(text: str, figures: Iterable[StatedFigure]) -> Iterator[StatedFigure]:
    """Yield both numbers of a fraction whose lower one is one, as in `14/1`."""
    stated = list(figures)
    for at, (first, second) in enumerate(pairwise(_placed_figures(text, tuple(stated)))):
        is_fraction = text[first.end : second.start] == "/" and not _ANOTHER.match(text, second.end)
        are_counts = first.is_count and second.is_count and len(first.numbers) == len(second.numbers) == 1
        if is_fraction and are_counts and first.numbers[0].value > second.numbers[0].value == 1:
            yield from stated[at : at + 2]


_ANOTHER = re.compile(r"\s?[/:-]")
_RISING = re.compile(r"[，,；;]?[^0-9，,；;。]{0,8}?(?P<way>提升|提高|增加|增至|升|降低|下降|减少|降)[至到]")
_LONGEST_TREND = 14


def turned_trends(text: str, figures: Iterable[StatedFigure]) -> Iterator[StatedFigure]:
    """Yield both figures where one of the same measure rises to a smaller or falls to a greater one.

    As in `F1达0.86，微调后提升至0.82`.
    """
    stated = list(figures)
    for at, (first, second) in enumerate(pairwise(_placed_figures(text, tuple(stated)))):
        between = text[first.end : second.start]
        trend = _RISING.fullmatch(between) if len(between) <= _LONGEST_TREND else None
        if trend is None or not _alike(first, second) or _spoken_of(between):
            continue
        is_rise = first.numbers[0].value < second.numbers[0].value
        if is_rise == (trend["way"][0] in "降减下"):
            yield from stated[at : at + 2]


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
    if gain := next(filter(None, _gains(first, second, pairs, is_list=bool(_LISTED.fullmatch(between)))), 0):
        return gain < 0
    together = [(sentence, one, two) for (sentence, one), (other, two) in pairs if sentence is other]
    if not together or any(one.start < two.start for _, one, two in together):
        return False
    sentence, one, two = together[0]
    if _LISTED.fullmatch(between):
        return True
    return not _TURNED.search(between) and not _TURNED.search(sentence[two.end : one.start])


def _gains(
    first: _Placed, second: _Placed, pairs: list[tuple[_InSentence, _InSentence]], *, is_list: bool
) -> Iterator[int]:
    """Yield how much better two figures fit straight than crosswise, by what tells most first."""
    apart = [] if is_list else [(one[1], two[1]) for one, two in pairs if not _is_list(*one, *two)]
    placed = [(one[1], two[1]) for one, two in pairs]
    yield _best(_crossing_both(first.names, second.names, one.names, two.names) for one, two in placed)
    yield _best(_gain(first, second, one, two) for one, two in apart)
    yield _best(_gain_of_all(first, second, one, two) for one, two in apart)
    yield _best(_crossing_both(first.around, second.around, one.around, two.around) for one, two in placed)
    yield _best(_gain_of_sentences(first, second, one[0], two[0]) for one, two in pairs)


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
    return _crossing(*(each.after | each.before for each in (first, second, one, two)))


def _gain_of_sentences(first: _Placed, second: _Placed, one: str, two: str) -> int:
    """Return the same by what two sentences speak of, where each has one of the figures."""
    return 0 if one is two else _crossing_both(first.around, second.around, _told(one), _told(two))


def _crossing(
    own: frozenset[str], other: frozenset[str], theirs: frozenset[str], crosswise: frozenset[str]
) -> int:
    return len(own & theirs) + len(other & crosswise) - len(own & crosswise) - len(other & theirs)


def _crossing_both(
    own: frozenset[str], other: frozenset[str], theirs: frozenset[str], crosswise: frozenset[str]
) -> int:
    """Return the same, but nothing against them where only one of the two fits the other's place."""
    gain = _crossing(own, other, theirs, crosswise)
    return gain if gain > 0 or (own & crosswise and other & theirs) else 0


def _best(gains: Iterable[int]) -> int:
    return max(gains, default=0)


@lru_cache(maxsize=4_096)
def _told(sentence: str) -> frozenset[str]:
    return (_spoken_of(sentence) | _sides_in(sentence)) - _LITTLE


def _names(text: str) -> frozenset[str]:
    """Return the names in a text, with those of measures and of what is counted left out."""
    names = (name for name in names_in(text) if not measures_in(name) and not _COUNTED_WORD.fullmatch(name))
    return frozenset(word for name in names for word in words(name))


@lru_cache(maxsize=64)
def _placed_figures(text: str, stated: tuple[StatedFigure, ...]) -> tuple[_Placed, ...]:
    """Return where a claim's figures stand; each rule looks at the same ones."""
    return _placed(text, [(figure.start, figure.end, figure.numbers) for figure in stated])


@lru_cache(maxsize=4_096)
def _placed_in(sentence: str) -> tuple[str, tuple[_Placed, ...]]:
    without = _DEVIATION.sub("", _INTERVAL.sub("", sentence))
    return without, _placed(without, numbers_at(without))


def _placed(text: str, found: Iterable[tuple[int, int, tuple[Number, ...]]]) -> tuple[_Placed, ...]:
    spans = [each for each in found if each[2]]
    reach = _REACH_WIDE if _WIDE.search(text) else _REACH
    placed: list[_Placed] = []
    parts = _parts(text, [(start, end) for start, end, _ in spans])
    for at, (start, end, numbers) in enumerate(spans):
        low = max(start - reach, spans[at - 1][1] if at else 0)
        high = min(end + reach, spans[at + 1][0] if at + 1 < len(spans) else len(text))
        told = text[end:high] if _is_count(numbers[-1]) else _PREPOSITION.sub("", text[end:high])
        after = _of_head(_CLAUSE_END.split(told, maxsplit=1)[0])
        counted = _counted_in(after) if len(after) < reach else frozenset()
        led = text[low:start] if _is_count(numbers[-1]) else _without_links(text[low:start])
        before = _CLAUSE_END.split(led)[-1]
        around = _told(parts[at])
        beside = (_spoken_of(after), _spoken_of(before))
        placed.append(_Placed(start, end, numbers, *beside, counted, around, _names(parts[at])))
    return tuple(placed)


def _parts(text: str, spans: list[tuple[int, int]]) -> list[str]:
    """Return what belongs to each figure in its part of the sentence, and of a list only its own item."""
    parts: list[str] = []
    ends = [0, *(end for _, end in spans)]
    starts = [*(start for start, _ in spans[1:]), len(text)]
    for first, last in _runs(text, spans):
        before = text[max(ends[first], spans[first][0] - _REACH_OF_PART) : spans[first][0]]
        after = text[spans[last][1] : min(starts[last], spans[last][1] + _REACH_OF_PART)]
        if first == last:
            parts.append(f"{_PART_END.split(before)[-1]} {_PART_END.split(after, maxsplit=1)[0]}")
        else:
            is_fraction = "/" in text[spans[first][1] : spans[last][0]]
            count = last - first + 1
            parts += [""] * count if is_fraction else _items(before, after, count)
    return parts


def _runs(text: str, spans: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield the first and the last of the figures that stand in one list."""
    first = 0
    for at, (start, _) in enumerate(spans):
        if at and not _LISTED.fullmatch(text, spans[at - 1][1], start):
            yield first, at - 1
            first = at
    if spans:
        yield first, len(spans) - 1


def _items(before: str, after: str, count: int) -> list[str]:
    """Return the things that a list of figures tells of in turn, one for each, or nothing for each."""
    of = _OF_ITEMS.match(after)
    if of and (items := _listed_items(after[of.end() :], count, is_before=False)):
        return items
    return _listed_items(before, count, is_before=True) or [""] * count


def _listed_items(text: str, count: int, *, is_before: bool) -> list[str]:
    """Return the things of a list that ends or begins a text, where it has as many."""
    joints = list(_LAST_JOINT.finditer(text))
    if not joints:
        return []
    joint = joints[-1 if is_before else 0]
    others = _JOINT.split(text[: joint.start()].rstrip(", "))
    first, *rest = others[-count + 1 :] if is_before else others
    last = _ITEM_END.split(text[joint.end() :], maxsplit=1)[0]
    items = [_CLAUSE_END.split(first)[-1] if is_before else first, *rest, last]
    return items if len(items) == count else []


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
        if found and text[:end] != _OF_ANYTHING and not _WITHIN_PHRASE.fullmatch(text, end, each.start()):
            break
        found |= _meaning(each)
        end = each.end()
    return frozenset(found)


def _meaning(counted: re.Match[str]) -> frozenset[str]:
    return _NAMES_OF_COUNTED[(counted["word"] or counted["sign"]).casefold()]


def _sides_in(text: str) -> frozenset[str]:
    """Return what tells one figure from others of its measure, in whichever language."""
    return frozenset().union(*(_NAMES_OF_SIDES[each[0].casefold()] for each in _SIDE_WORD.finditer(text)))


def _spoken_of(text: str) -> frozenset[str]:
    counted = {name for each in _COUNTED_WORD.finditer(text) for name in _meaning(each)}
    return frozenset(counted | measures_in(text) | words(text))
