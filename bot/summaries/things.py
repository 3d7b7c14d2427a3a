"""What figures count, and what tells one of them from the others, as both languages say it; pure."""

import re

from bot.summaries.measures import measures_in
from bot.summaries.terms import words
from bot.text.regex import regex

_WITHIN_PHRASE = re.compile(r"[\s-]*(?:[A-Za-z]{1,12}[\s-]*)?|[\u3400-\u9fff]{1,2}")
_OF_ANYTHING = "例"
"""Counts patients or whatever is named after it."""
_ACTING = re.compile(r"\s?[\u3400-\u9fff]?(?:影响|调节|调控|编码|来自|用于|涉及|包含|具有|针对)")
"""What a thing does stands in Chinese before its name."""
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
model models llm slm slms vlm vlms llms mllms lvlms networks classifiers 模型 网络
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
positive 阳性 正 误报 假阳
negative 阴性 负 漏报 假阴
zero-shot zero 零样本
few-shot few 少样本
fine-tuned tuned fine-tuning 微调
supervised 监督
unsupervised 无监督
baseline baselines 基线
short 短
long 长
reasoning 推理
coding code 代码 编程
knowledge 知识
math maths mathematical 数学
general 通用
safety safe 安全
harmful harmfulness 有害
attack attacks attacker 攻击
defense defence 防御
refusal refusals refuse 拒绝
clean 干净
poisoned poisoning poison 中毒 投毒
hallucination hallucinations 幻觉
conflict conflicts 冲突
forgetting 遗忘
coverage 覆盖率
leakage leaking leak spillover 泄露 泄漏
benign 良性
malicious 恶意
seen 已见
source 源
target 目标
teacher 教师
student 学生模型
frozen 冻结
pretrained pre-trained pretraining pre-training 预训练
retrieval 检索
generation 生成
planning 规划
navigation 导航
simulated 仿真
real-world real 真实
easy 简单
hard difficult 困难
single-turn 单轮
multi-turn 多轮
first 首次 第一
last final 最终 最后
upper 上限
lower 下限
encoder 编码器
decoder 解码器
inference 推断
speed speedup throughput 速度 吞吐
memory 内存 显存
cost costs 成本
energy 能耗 能量
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
    rf"(?<![A-Za-z0-9])(?:{'|'.join(word for word in _SIDES_BY_LENGTH if word.isascii())})(?![A-Za-z0-9])|"
    + "|".join(word for word in _SIDES_BY_LENGTH if not word.isascii()),
    re.IGNORECASE,
)
_NAMES_OF_COUNTED = _marked(_COUNTED, _COUNTED_MARK)
_COUNTED_WORD = regex(
    r"(?<![A-Za-z0-9])(?:(?:sub|meta)-?)?"
    rf"(?P<word>{'|'.join(word for word in _NAMES_OF_COUNTED if word.isascii())})(?![A-Za-z0-9])"
    "|(?P<sign>"
    + "|".join(sorted((word for word in _NAMES_OF_COUNTED if not word.isascii()), key=len, reverse=True))
    + ")",
    re.IGNORECASE,
)


def has_counted(text: str) -> bool:
    """Whether a text has a word for what figures count."""
    return bool(_COUNTED_WORD.search(text))


def is_counted(name: str) -> bool:
    """Whether a name is no more than such a word, as LLMs."""
    return bool(_COUNTED_WORD.fullmatch(name))


def counted_in(text: str) -> frozenset[str]:
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


def sides_in(text: str) -> frozenset[str]:
    """Return what tells one figure from others of its measure, in whichever language."""
    return frozenset().union(*(_NAMES_OF_SIDES[each[0].casefold()] for each in _SIDE_WORD.finditer(text)))


def spoken_of(text: str) -> frozenset[str]:
    """Return what a text speaks of: what is counted, the measures and the words of either language."""
    counted = {name for each in _COUNTED_WORD.finditer(text) for name in _meaning(each)}
    return frozenset(counted | measures_in(text) | words(text))
