"""A model's answer that is JSON, or meant to be: from its text to the object that was asked for; pure.

What is only written otherwise is read as it was meant: a fence, a list or another object around the object,
JSON within a string, a trailing comma, Python's quotes, quotes within a value, half an emoji. A repair counts
only where it keeps each letter of the answer in its place and gives all that was asked for; an answer that
breaks off is never made whole.
"""

import ast
import json
import re
import warnings
from collections.abc import Collection, Iterator, Mapping
from itertools import islice
from typing import Any

import json_repair

from bot.summaries.escapes import with_latex
from bot.summaries.question import OPTIONAL_PARTS

_MOST_BRACES = 1000
_MOST_READ_IN_VAIN = 5_000_000
_DEEPEST = 4
_LONGEST_REPAIRED = 20_000
_SHOWN = 40


class AlmostJsonError(ValueError):
    """An answer cannot be read as it was meant; the sentence names the slip, for people and the model."""


def read_object(text: str, expected: Collection[str]) -> dict[str, Any]:
    r"""Return the object in a model's answer, the one with most of the expected fields, of several the last.

    A backslash before a command of LaTeX is a backslash: `\times` is no tab. Names are read without regard
    to case and punctuation, in Chinese too. Raises AlmostJsonError where there is no such object, where the
    answer breaks off, or where a value holds a control character.
    """
    try:
        found = _found(with_latex(text.lstrip("\ufeff")), expected)
        fields = {_whole_characters(name): storable(value) for name, value in found.items()}
        control = next(filter(None, map(_CONTROL.search, _texts(fields))), None)
    except RecursionError:
        raise AlmostJsonError("The answer is JSON but too deep.") from None
    if control:
        raise AlmostJsonError(f"A value holds the control character U+{ord(control[0]):04X}.")
    return fields


# --- Where the object is ---------------------------------------------------------------------------------

_THOUGHTS = re.compile(r"\s*<think(?:ing)?>")
_END_OF_THOUGHTS = re.compile(r"</think(?:ing)?>")
_FENCED = re.compile(r"\s*```(?:json)?\s(.*)```\s*", re.DOTALL | re.IGNORECASE)
_ESCAPED_OPENING = re.compile(r'\{(?:\s|\\n|\\t)*\\"')
_OPENING = re.compile(r"\{\s*(?:[\"'“”„‘＂]|[A-Za-z_]\w*\s*:)")


def _found(text: str, expected: Collection[str]) -> dict[str, Any]:
    fenced = _FENCED.fullmatch(text)
    try:
        return _whole(_decoded(fenced[1] if fenced else text), expected)
    except json.JSONDecodeError:
        pass
    rest = _without_escapes(without_thoughts(text))
    objects = list(_objects(rest))
    within = _best([value for value, _ in objects], expected)
    if within is not None and (_is_complete(within, expected) or not _is_a_part(rest, objects[-1][1])):
        return within
    return _repaired(rest, expected)


def _whole(value: object, expected: Collection[str]) -> dict[str, Any]:
    fields = _named(value, expected)
    if fields is None:
        raise AlmostJsonError("The answer is JSON but not an object.")
    return fields


def without_thoughts(text: str) -> str:
    """Return what comes after the thoughts; some templates write only the tag that ends them.

    Thoughts without an end are all there is: what they hold is a draft, and no answer.
    """
    if end := _END_OF_THOUGHTS.search(text):
        return text[end.end() :]
    return "" if _THOUGHTS.match(text) else text


def _without_escapes(text: str) -> str:
    """Return the JSON of a text in which each quote is escaped, as in a string without its own."""
    start, end = _ESCAPED_OPENING.search(text), text.rfind("}") + 1
    if start is None:
        return text
    try:
        return str(json.loads(f'"{text[start.start() : end]}"', strict=False))
    except json.JSONDecodeError:
        return text


def _objects(text: str) -> Iterator[tuple[dict[str, Any], int]]:
    """Yield the objects in a text with their ends, outermost first, and pass over what cannot be read."""
    decoder, end = json.JSONDecoder(strict=False, parse_constant=_no_number), 0
    left = _MOST_READ_IN_VAIN
    for brace in islice(re.finditer(r"\{", text), _MOST_BRACES):
        if brace.start() < end or left < 0:
            continue
        try:
            value, end = decoder.raw_decode(text, brace.start())
        except json.JSONDecodeError as error:
            left -= error.pos - brace.start()
            continue
        except (ValueError, RecursionError):
            continue
        yield value, end


def _is_a_part(text: str, end: int) -> bool:
    """Tell whether an object may be a part of another that is broken: more fields follow the last one's end.

    A quote within a value ends it too soon, and where a brace follows that quote, the object as well.
    """
    return _is_within_another(text) or _NAME.search(text, end) is not None


def _is_within_another(text: str) -> bool:
    """Tell whether the first object of a text is broken, so that one that can be read may be a part of it."""
    opening = _OPENING.search(text)
    if opening is None:
        return False
    try:
        json.JSONDecoder(strict=False).raw_decode(text, opening.start())
    except (ValueError, RecursionError):
        return True
    return False


def _best(objects: list[dict[str, Any]], expected: Collection[str]) -> dict[str, Any] | None:
    named = [fields for fields in (_named(each, expected) for each in objects) if fields is not None]
    most = max((_count(fields, expected) for fields in named), default=0)
    best = [fields for fields in named if _count(fields, expected) == most]
    return best[-1] if best and (most or not expected) else None


def _count(fields: Mapping[str, Any], expected: Collection[str]) -> int:
    """Return how many of the expected fields there are; an optional one is no reason to prefer an object."""
    return len(fields.keys() & set(expected) - OPTIONAL_PARTS)


def _is_complete(fields: Mapping[str, Any], expected: Collection[str]) -> bool:
    return fields.keys() >= set(expected) - OPTIONAL_PARTS


# --- Decoding --------------------------------------------------------------------------------------------

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def _decoded(text: str) -> Any:  # any JSON
    """Return the JSON that a text is; a line break within a string is let pass, since models write it."""
    try:
        return json.loads(text, strict=False, parse_constant=_no_number)
    except (json.JSONDecodeError, AlmostJsonError):
        raise
    except ValueError:
        raise AlmostJsonError("The answer holds a number that cannot be read.") from None


def _no_number(name: str) -> None:
    raise AlmostJsonError(f"The answer holds {name}, which is not JSON.")


def storable(value: object) -> object:
    """Return a JSON value without the halves of character pairs in its texts, which cannot be stored."""
    if isinstance(value, str):
        return _whole_characters(value)
    if isinstance(value, list):
        return [storable(each) for each in value]
    if isinstance(value, dict):
        return {_whole_characters(name): storable(each) for name, each in value.items()}
    return value


def _whole_characters(text: str) -> str:
    """Return the text without the halves of character pairs, which cannot be stored."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")


def _texts(value: object) -> Iterator[str]:
    """Yield all names and texts of a JSON value, in their order."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, dict):
        for name, each in value.items():
            yield from (name, *_texts(each))


# --- What the fields are called, and how deep they are ---------------------------------------------------

_NAMES = {
    name: (part, place)
    for part, names in {
        "keywords": "keywords keyword keyterms keyphrases 关键词 关键字 关键詞 關鍵詞 關鍵字 主题词 "
        "キーワード 키워드",
        "englishkeywords": "englishkeywords englishkeyword keywordsenglish keywordsinenglish keywordsen "
        "enkeywords 英文关键词 英文关键字 英语关键词 关键词英文 关键词english 英文關鍵詞 英文關鍵字 "
        "關鍵詞英文 關鍵詞english 英語キーワード キーワード英語 영어키워드 키워드영어",
        "tldr": "tldr onesentencesummary onelinesummary oneliner 一句话总结 一句话摘要 一句话概括 "
        "一句話總結 一句話摘要 一句话 一句話 summary 总结 總結 摘要 概要 概述 简介 要約 요약",
        "problem": "problem problems problemstatement researchproblem researchquestion 问题 問題 "
        "研究问题 研究問題 解决的问题 課題 문제 motivation 背景",
        "method": "method methods methodology approach 方法 研究方法 手法 提案手法 방법",
        "results": "results keyresults mainresults findings keyfindings mainfindings 结果 結果 实验结果 "
        "實驗結果 主要结果 主要結果 研究结果 결과",
        "takeaway": "takeaway takeaways keytakeaway keytakeaways implications practicalimplications "
        "启示 啟示 实践启示 对从业者的启示 实践意义 對從業者的意義 对从业者的意义 示唆 시사점 "
        "要点 要點 收获 收穫 意义 conclusion conclusions 结论 結論",
    }.items()
    for place, name in enumerate(names.split())
}
"""What the parts, in small letters alone, are called, from the exact name to the loosest.

Of two in an object the exact one counts.
"""

_NO_LETTER = re.compile(r"[\W_]+")
_NUMBER = re.compile(r"\W*(?:\d+|[①-⑳]|[一二三四五六七八九十]+(?=[、.．)）]))")
_BETWEEN = re.compile(
    r"[()（）\[\]【】/|:：]|(?<=[A-Za-z])\s*(?=[\u3040-\u9fff])|(?<=[\u3040-\u9fff])\s*(?=[A-Za-z])"
)


def _named(value: object, expected: Collection[str], depth: int = 0) -> dict[str, Any] | None:
    """Return the object that a value is or holds, its fields by the expected names, or `None`.

    What is missing in an object is looked for in those within it; of objects in a list the fullest counts.
    """
    value = _unquoted(value)
    if isinstance(value, list) and depth < _DEEPEST:
        held = [fields for fields in (_named(each, expected, depth + 1) for each in value) if fields]
        most = max((_count(fields, expected) for fields in held), default=0)
        return next((fields for fields in reversed(held) if _count(fields, expected) == most), None)
    return _fields(value, expected, depth) if isinstance(value, dict) else None


def _fields(value: Mapping[str, Any], expected: Collection[str], depth: int) -> dict[str, Any]:
    """Return an object's fields by the expected names; a field that is an object is first looked into."""
    parts = _parts(value, expected)
    fields: dict[str, Any] = {}
    taken = set()
    for name, part in parts.items():
        if part not in fields and not _holds_object(value[name]):
            fields[part] = _list_in(value[name])
            taken.add(name)
    others = {name: each for name, each in value.items() if name not in taken}
    if depth < _DEEPEST and not _is_complete(fields, expected):
        _fill(fields, others, expected, depth)
    for name, part in parts.items():
        if name in others and part not in fields:
            fields[part] = _list_in(others.pop(name))
    return {**others, **fields}


def _fill(fields: dict[str, Any], others: dict[str, Any], expected: Collection[str], depth: int) -> None:
    """Move what is missing from the fields to them, out of the objects among the others."""
    for name in list(others):
        within = _named(others[name], expected, depth + 1) or {}
        if missing := {part: within[part] for part in expected if part in within and part not in fields}:
            fields |= missing
            del others[name]


def _holds_object(value: object) -> bool:
    value = _unquoted(value)
    items = value if isinstance(value, list) else [value]
    return any(isinstance(each, dict) for each in items)


def _parts(value: Mapping[str, Any], expected: Collection[str]) -> dict[str, str]:
    """Return which of the expected parts the names of an object mean, the exact names first."""
    known = {_bare(name): name for name in expected}
    meant = {name: part for name in value if (part := _part(name, known))}
    return {name: meant[name][0] for name in sorted(meant, key=lambda name: meant[name][1:])}


def _part(name: str, known: Mapping[str, str]) -> tuple[str, int, bool] | None:
    """Return the part that a name means, how loosely, and whether there is more to the name.

    Case, punctuation and a number before it do not count; a name in two languages has two names. “Keywords
    (English)” is those in English.
    """
    unnumbered = _NUMBER.sub("", name, count=1) if _NUMBER.match(name) else name
    found = []
    for each in (name, unnumbered, *_BETWEEN.split(unnumbered)):
        bare = _bare(each)
        part, place = (bare, 0) if bare in known else _NAMES.get(bare, (bare, 0))
        if part in known:
            found.append((known[part], place, each != name))
    optional = [each for each in found if each[0] in OPTIONAL_PARTS]
    return min(optional or found, key=lambda each: each[1:], default=None)


def _bare(name: str) -> str:
    return _NO_LETTER.sub("", name).casefold()


def _list_in(value: object) -> object:
    """Return the list that a string holds, as models write keywords; any other value as it is."""
    if not isinstance(value, str) or not value.lstrip().startswith("["):
        return value
    unquoted = _unquoted(value)
    listed = unquoted if isinstance(unquoted, list) else _literal(value.strip())
    return listed if isinstance(listed, list) else value


def _unquoted(value: object) -> object:
    """Return the JSON that a string holds where it holds some."""
    for _ in range(_DEEPEST):
        if not isinstance(value, str) or not value.lstrip().startswith(("{", "[", '"')):
            break
        try:
            value = json.loads(with_latex(value), strict=False, parse_constant=_no_number)
        except (ValueError, RecursionError):
            break
    return value


# --- Repairs ---------------------------------------------------------------------------------------------

_PYTHON = re.compile(r"\{\s*'")
_LOW_QUOTED = re.compile(r"„([^\"„“”]{1,300})\"")
# What does not end is taken whole, so that nothing within it is looked through again.
_STRING = r'("(?:\\.|[^"\\])*+(?:"|\Z))'
_STRING_OR_COMMENT = re.compile(rf"{_STRING}|//[^\n]*|/\*.*?\*/|(/\*.*)|(?<=[\s,])#[^\n]*", re.DOTALL)
_STRING_OR_LAST_COMMA = re.compile(rf"{_STRING}|,(\s*[}}\]])", re.DOTALL)
_OTHER_QUOTES = {"{“": "“”", "{”": "”", "{„": "„“”", "{‘": "‘’", "{＂": "＂"}
_STRING_OR_WIDE_MARK = re.compile(rf"{_STRING}|[，、：]", re.DOTALL)
_PLAIN_MARKS = {"，": ",", "、": ",", "：": ":"}
_STRUCTURE = re.compile(r"[\s\"'“”„,:\[\]{}\\]+")
_CLOSED = re.compile(r"(?:[\"'“”’\[{]|:\s*(?:-?[0-9][0-9.eE+-]*|true|false|null|True|False|None))\Z")
_NAME = re.compile(r"[\"'“”](\s*):")
# A quoted word at the start of a list's text, and texts that code would add: the library errs.
_UNSURE = re.compile(r'[\[,]\s*""\w|"\s*\+\s*"')
_QUOTE = re.compile(r"[\"“”]")
_IN_SOURCE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\(.)", re.DOTALL)


def _repaired(text: str, expected: Collection[str]) -> dict[str, Any]:
    opening = _OPENING.search(text)
    if opening is None:
        raise AlmostJsonError("The answer holds no JSON object.")
    start, end = opening.start(), text.rfind("}") + 1
    source = text[start:end]
    for exactly in (_without_last_commas, _with_plain_marks, _in_python):
        fields = _named(exactly(source), expected)
        if fields is not None and _is_complete(fields, expected):
            return fields
    if _breaks_off(source, text[end:]):
        raise AlmostJsonError("The answer breaks off before its JSON object ends.")
    return _guessed(source, expected)


def _without_last_commas(source: str) -> object:
    """Return the JSON that a text is but for comments and commas before closing brackets, or `None`."""
    try:
        return _decoded(_STRING_OR_LAST_COMMA.sub(r"\1\2", _STRING_OR_COMMENT.sub(r"\1\2", source)))
    except ValueError:
        return None


def _with_plain_marks(source: str) -> object:
    """Return the JSON that a text is but for its quotes, commas and colons being typographic, or `None`."""
    quotes = _OTHER_QUOTES.get("".join(source[:40].split())[:2], "")
    plain = source.translate(dict.fromkeys(map(ord, quotes), '"'))
    return _without_last_commas(
        _STRING_OR_WIDE_MARK.sub(lambda found: _PLAIN_MARKS.get(found[0], found[0]), plain)
    )


def _in_python(source: str) -> object:
    """Return the value that a text is in Python, with its names in single quotes, or `None`."""
    return _literal(source) if _PYTHON.match(source) else None


def _literal(source: str) -> object:
    if len(source) > _LONGEST_REPAIRED:
        return None
    try:
        with warnings.catch_warnings(action="ignore"):
            value: object = json.loads(json.dumps(ast.literal_eval(source)))
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None
    return value


def _guessed(source: str, expected: Collection[str]) -> dict[str, Any]:
    """Return what json-repair makes of a text where that is surely all of it; raises the slip otherwise.

    json-repair drops the rest of a value, or makes a field of it, where it cannot tell which quote ends it.
    """
    slip, source = _slip(source), _LOW_QUOTED.sub(r"„\1”", source)
    if len(source) > _LONGEST_REPAIRED or _UNSURE.search(source):
        raise slip
    try:
        value = json_repair.loads(source)
    except (ValueError, RecursionError):
        raise slip from None
    fields = _named(value, expected)
    is_faithful = _signs_of(value) == _signs(_IN_SOURCE.sub(_meant, source))
    if fields is None or not (is_faithful and _is_complete(fields, expected) and _is_plain(value, expected)):
        raise slip
    return fields


def _is_plain(value: object, expected: Collection[str]) -> bool:
    """Tell whether objects hold what was asked for or other objects, and nothing beside it."""
    if isinstance(value, list):
        return all(isinstance(each, str) or _is_plain(each, expected) for each in value)
    if not isinstance(value, dict):
        return False
    if any(map(_QUOTE.search, value)):
        # The library took the rest of a value for the beginning of a name.
        return False
    known = {_bare(name): name for name in expected}
    return all(
        (_part(name, known) and _is_text(each)) or (isinstance(each, dict) and _is_plain(each, expected))
        for name, each in value.items()
    )


def _is_text(value: object) -> bool:
    """Tell whether a value is a text, a statement with the numbers that it names, or a list of these."""
    texts = value if isinstance(value, list) else [value]
    return all(isinstance(each, str | int) or _is_statement(each) for each in texts)


def _is_statement(value: object) -> bool:
    if not isinstance(value, dict) or value.keys() != {"from", "text"}:
        return False
    numbers = value["from"]
    are_numbers = isinstance(numbers, list) and all(isinstance(each, int) for each in numbers)
    return are_numbers and isinstance(value["text"], str)


def _breaks_off(source: str, rest: str) -> bool:
    """Tell whether an object ends before it is closed: in a value, or with fields after its last brace."""
    last = source.rstrip(" \t\r\n,]}")
    return (
        not source
        or source.count("{") != source.count("}")
        or not _CLOSED.search(last)
        or _NAME.search(rest) is not None
    )


def _slip(source: str) -> AlmostJsonError:
    """Return what is wrong with JSON, with the words before the place where it is."""
    try:
        _decoded(source)
    except json.JSONDecodeError as error:
        shown = source[max(0, error.pos - _SHOWN) : error.pos]
        before = " ".join("".join(sign if sign.isprintable() else " " for sign in shown).split())
        return AlmostJsonError(f"The answer is not JSON: {error.msg} after “{before}”.")
    except AlmostJsonError as error:
        return error
    return AlmostJsonError("The answer holds no JSON object.")


def _signs_of(value: object) -> str:
    if isinstance(value, list):
        return "".join(map(_signs_of, value))
    if isinstance(value, dict):
        return "".join(_signs(name) + _signs_of(each) for name, each in value.items())
    return _signs(value) if isinstance(value, str) else _signs(json.dumps(value))


def _meant(escape: re.Match[str]) -> str:
    return chr(int(escape[1], 16)) if escape[1] else " " if escape[2] in "nrtbf" else escape[2]


def _signs(text: str) -> str:
    """Return what is left of a text, or of JSON, without spaces and all that JSON is held together by."""
    return _STRUCTURE.sub("", text)
