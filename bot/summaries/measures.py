"""The measures of which a text speaks, and whether more or less of each is better; pure."""

import re

from bot.summaries.alternatives import alternatives

# One measure a line, with a low line for a space; of the first block less is better, of the second more, and
# of the third neither.
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
toxicity harm harms harmful harmfulness unsafe 毒性 有害 危害 不安全
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
attack attacks jailbreak jailbreaks leakage 攻击 越狱 泄露 泄漏
vulnerability vulnerabilities susceptibility 漏洞 脆弱 易感
over-refusal over-refusals 过度拒绝 过拒
sycophancy 谄媚 迎合
misalignment misaligned 失准 未对齐 错位
inconsistency inconsistencies 不一致
instability unstable 不稳定
overfitting 过拟合
overconfidence overconfident 过度自信
violence stereotypes stereotyping 刻板
annotation annotations labeling labelling 标注
degradation degradations deterioration collapse 退化 坍塌 坍缩 崩溃 衰退
false fpr fnr fdr 误报 漏报 假阳性 假阴性
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
explained_variance variance_explained 解释方差 方差解释
utility usability applicability 实用 适用 效用
trust trustworthiness 可信 信任
helpfulness 有用性 帮助性
adherence compliance 遵循 遵守 依从
correctness 正确
calibration 校准
resilience 韧性
privacy 隐私
flexibility 灵活
controllability 可控
realism 真实感 逼真
reproducibility 可复现 可重复
adaptability 适应
transferability 可迁移 迁移性
satisfaction 满足 满意
agreement concordance 吻合
plausibility 合理性
separability 可分
scalability 扩展性 可扩展
contiguity completeness 连续性 完整
"""
_NEITHER = """
asr attack_success 攻击成功 越狱成功
refusal refusals refuse refuses refused 拒绝 拒答
length lengths 长度
size sizes 规模 尺寸
temperature temperatures 温度
entropy 熵
similarity similarities 相似
probability probabilities likelihood 概率 可能性
frequency frequencies 频率 频次
confidence 置信
intensity 强度
depth 深度
rank 秩
share proportion proportions ratio ratios 比例 占比
density 密度
sparsity 稀疏
concentration concentrations 浓度
dimension dimensions dimensionality 维度 维数
resolution 分辨率
"""


def _measures() -> dict[str, tuple[str, int]]:
    """Return each word's measure, named by its first word, and whether more (1) or less (-1) is better."""
    return {
        word.replace("_", " "): (line.split()[0], worth)
        for worth, lines in ((-1, _LESS_IS_BETTER), (1, _MORE_IS_BETTER), (0, _NEITHER))
        for line in lines.strip().split("\n")
        for word in line.split()
    }


MEASURES = _measures()
MEASURE = re.compile(
    rf"(?:{alternatives('|'.join(map(re.escape, sorted(MEASURES, key=len, reverse=True))))})"
    r"(?!\s?(?:stratif|predict|scor|model|factor|分层|预测|评分|因素|位点|基因))",
    re.IGNORECASE,
)


def measures_in(text: str) -> set[str]:
    """Return the measures of which a text speaks, in whichever language."""
    return {f"%{MEASURES[each[0].casefold()][0]}" for each in MEASURE.finditer(text)}
