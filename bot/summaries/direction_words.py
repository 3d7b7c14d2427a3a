"""The words that tell a direction, by kind; pure."""

import re

from bot.summaries.alternatives import alternatives

_BETTER = (
    r"outperform\w*|surpass\w*|superior\w*|better|exceed\w*|beats?|beating|improv\w+|gains?|boost\w*"
    r"|enhanc\w+|mitigat\w+|alleviat\w+|advantages?|faster|fastest|quicker|speed-?ups?|speeds? up"
    r"|accelerat\w+|stronger|strengthen\w*|wins?|outpac\w+|outscor\w+"
    r"|safer|cleaner|clearer|sharper|cheaper|easier"
    r"|优于|超越|超过|胜过|领先(?!模型)|更好|更优|改善|改进|增强(?<!检索增强)(?![生检型])|强化(?!学习)"
    r"|优势(?!函数)|好于|超出|击败|更快|快于|加速(?!度)|提速|更强|强于|较好|较优|较快|赶超|缓解(?![策措])|减轻|缩小差距"
)
_WORSE = (
    r"underperform\w*|inferior\w*|worse\w*|worst|degrad(?:e|es|ed(?!-)|ing|ation|ations)|deteriorat\w+"
    r"|falls? short|falling short|erod\w+|erosion|undermin\w+|compromis\w+|weaken\w*|regress(?:es|ed|ing)"
    r"|lag(?:s|ged|ging)?|trail(?:s|ed|ing)|slower|slowest|slow(?:s|ed|ing)? down|weaker|impair\w*"
    r"|harm(?:s|ed|ing)?|hurts?|damag\w+|sacrific\w+|exacerbat\w+|aggravat\w+|worsen\w*"
    r"|los(?:es|ing) to|collaps\w+|struggl\w+|suffers?|poorer|劣于|逊于|不如"
    r"|不及|落后|更差|差于|最差|恶化|退化(?<!非退化)(?![图数样为输条])|弱于|变差(?<!总变差)(?<!二次变差)|逊色"
    r"|更慢|慢于|减速|减慢|更弱|较差|较慢|退步|下滑|倒退|变坏|拖慢|牺牲|加剧|加重|变弱|变慢|折损"
    r"|受损(?![数样图切组神细器])|减弱"
    r"|削弱|崩溃|更易受|更容易受"
)
_MORE = (
    r"higher|highest|more(?! than\b)|larg(?:er|est)|great(?:er|est)"
    r"|increas\w+|rises?|rising|rose|grows?|growing|grew|growth"
    r"|raises?|raising|raised|longer|above|lift(?:s|ed|ing)|elevat\w+|climb(?:s|ed|ing)"
    r"|jump(?:s|ed|ing)|surg(?:es|ed|ing)|soar\w*|expand(?:s|ed|ing)|broaden\w*|doubl(?:es|ed|ing)"
    r"|tripl(?:es|ed|ing)|inflat\w+|widen\w*|prolong\w*|lengthen\w*|heighten\w*"
    r"|amplif\w+|intensif\w+|escalat\w+|upregulat\w+"
    r"|高于|更高|最高(?![可能达到降低提高升增加减少仅只需为约近超 ]*[0-9])"
    r"|提高|提升|增加|增长|上升(?<!梯度上升)|大于|更大|更多|多于|增大"
    r"|上涨|翻倍|较高|升高|升至|增至|提至|高出|更长|扩大|推高|延长|抬高|抬升|攀升|走高|拉高|加大|激增"
    r"|飙升|拉长|扩充|增多"
)
_LESS = (
    r"lower\w*|lowest|less(?! than\b)|fewer|small(?:er|est)|reduc\w+|decreas\w+|drop(?:s|ped|ping)?|declin\w+"
    r"|shrink\w*|shrank|(?<!-)cuts?|cutting|shorter|shorten\w*|below|sav(?:es?|ed|ings?)|diminish\w*"
    r"|eliminat\w+|clos(?:e|es|ed|ing)(?=[^,;]{0,40}\bgaps?\b)|fell|falls?(?= to\b)|falls?(?= from\b)"
    r"|falls?(?= by\b)|falling(?= to\b)|falling(?= from\b)|lessen\w*|curb\w*|curtail\w*|slash\w*"
    r"|trim(?:s|med|ming)|plummet\w*|plung\w+|slump\w*|attenuat\w+|dampen\w*|eras(?:e|es|ed|ing)|dips?|dipped"
    r"|narrow(?:s|ed|ing)|inhibit(?:s|ed|ing|ion)|downregulat\w+|suppress\w*|minimi[sz]\w+|halv\w+|低于|更低"
    r"|最低(?![可能达到降低提高升增加减少仅只需为约近超 ]*[0-9])|降低|减少"
    r"|下降(?<!梯度下降)(?<!坐标下降)(?![法算沿])|缩短|小于|更小|更少|少于|节省|减小|削减|消除|跌至"
    r"|降至|降到|较低|缩小|缩减|锐减|骤降|下跌|跌落|减退|压低|走低|回落|收窄|变少|变小"
)
_WITHOUT = (
    r"without|instead of|no need|(?:requir\w+|needs?|needed) no|requir\w+ only|only requir\w+|needs? only"
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
COMPARISON = re.compile(
    r"(?:out|under)perform\w*|surpass\w*|superior\w*|inferior\w*|better|best|worse|worst|exceed\w*"
    r"|beat\w*|falls? short|falling short|lag\w*|优于|超越|超过|胜过|领先|更好|更优|最优|好于|超出|击败"
    r"|劣于|逊于|不如|不及|落后|更差|差于|弱于|强于",
    re.IGNORECASE | re.ASCII,
)
_GOOD = (
    r"state[- ]of[- ]the[- ]art|sota|high(?!-dim)|strong\w*|robust\w*|effective\w*|efficient\w*|excel\w*"
    r"|enabl\w+|success\w*|competitive|comparable|accurate\w*|scalable|reliabl\w+|promising"
    r"|outstanding|advanc\w+|substantial gains|best|facilitat\w+|preserv\w+|optimal|well"
    r"|feasib\w+|viable|suitable|suited|help\w*|useful|resist\w*"
    r"|最优|最好|最佳|最强|先进|卓越|优异|优秀|高效|有效|鲁棒|稳健|成功|可行|适合|有助于|帮助|有用|抵抗|抵御"
)
_BAD = (
    r"low(?!-)|fragile|susceptib\w+|poor\w*|fail\w*|challeng\w+|limit(?:s|ed|ing|ations?)|difficult\w*|lack\w*|unable"
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

POINTING = re.compile(
    "|".join(f"(?P<{name}>{alternatives(words)})" for name, words in _KINDS), re.IGNORECASE | re.ASCII
)
