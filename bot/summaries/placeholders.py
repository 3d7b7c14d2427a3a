"""Recognises placeholders and failure messages in place of a text; pure."""

import re

from bot.text.mrkdwn import without_bold
from storage.records import SUMMARY_PARTS

_NOTHING = re.compile(
    r"""
    n\s?/\s?a | none | null | nil | nan | undefined | unknown | todo | tbd | string | text | placeholder
    | empty | missing | not\ (?:available|applicable|provided|specified|mentioned|found)
    | no\ (?:summary|information|data|content|text|abstract|answer)
      (?:\ (?:is\ )?(?:available|provided|found))?
    | lorem\ ipsum.{0,60}
    | 无 | 無 | 没有 | 未知 | 未提供 | 未提及 | 不适用 | 空 | 待补充 | 略 | 暂无(?:摘要|总结|内容|信息|数据)?
    | なし | 不明 | 該当なし | 없음 | 해당\ 없음 | 알\ 수\ 없음
    | keine\ (?:angaben?|daten) | nicht\ (?:verfügbar|angegeben) | unbekannt
    | aucune?(?:\ (?:information|donnée))? | non\ (?:disponible|précisé|spécifié) | inconnu
    | ningun[oa] | no\ (?:disponible|especificado|aplica) | desconocido
    """,
    re.IGNORECASE | re.VERBOSE,
)
_FAILURE = re.compile(
    r"""
    ^(?:error|fehler|erreur|exception|traceback)\b.{0,5}[:：]
    | \b(?:summar\w+|generation|request|api\ call|analysis|translation)\ (?:has\ )?
      (?:failed|failure|error|unavailable)\b
    | \bfailed\ to\ (?:summari[sz]e|\w+\ (?:an?\ |the\ )?(?:summary|response|answer|content|text|paper))\b
    | ^(?:(?:i['’]?m|i\ am|we\ are)\ )?(?:sorry|unable\ to|afraid)\b
    | ^i\ (?:cannot|can['’]?t|can\ not|could\ not)\b
    | \bas\ an\ ai\ (?:language\ )?(?:model|assistant)\b
    | ^(?:论文|摘要|总结|内容|翻译|请求|分析|AI)*
      (?:生成|处理|获取|总结|翻译|请求|调用)(?:失败|出错|错误)
    | ^很?抱歉 | ^对不起 | ^无法(?:生成|总结|获取|提供)
    | 作为(?:一个|一名)?(?:AI|人工智能)(?:语言)?(?:模型|助手)
    | (?:要約|生成)[にの]?(?:失敗|エラー) | ^申し訳
    | 요약(?:에|을|\s)?\s?(?:실패|생성하지) | ^죄송
    | zusammenfassung\ (?:fehlgeschlagen|nicht\ verfügbar) | ^es\ tut\ mir\ leid
    | résumé\ (?:indisponible|échoué) | ^désolé | ^lo\ siento | resumen\ (?:fallido|no\ disponible)
    """,
    re.IGNORECASE | re.VERBOSE,
)
_LONGEST_FAILURE = 160
"""Papers write about failures and errors too, so only a short text can be one."""

_NAMES_OF_PARTS = frozenset(
    {*SUMMARY_PARTS, "tl;dr", "summary", "one sentence summary", "one-sentence summary", "key results"}
)
_AROUND = " \t\n.。!！…-–—_*#<>[](){}（）【】「」“”\"'`:：;；,，/\\|~=+?？"


def says_something(text: str, part: str) -> bool:
    """Whether a part's text is more than punctuation, its own name, a placeholder or a failure message."""
    core = without_bold(text).strip(_AROUND)
    if not any(map(str.isalpha, core)) or _NOTHING.fullmatch(core):
        return False
    if part != "keywords" and core.casefold().replace("_", " ") in _NAMES_OF_PARTS:
        return False
    return len(core) > _LONGEST_FAILURE or _FAILURE.search(core) is None
