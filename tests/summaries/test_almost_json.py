import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.summaries.almost_json import AlmostJsonError, read_object

EXPECTED = ("keywords", "tldr", "problem", "takeaway")
FIELDS = {
    "keywords": ["TREE", "weed counting"],
    "tldr": "TREE grows by rule, and gains 12% in 花园.",
    "problem": "Trees grow by habit, and nobody counts weeds.",
    "takeaway": "Use it where it's small: {beds} [1].",
}
WRITTEN = json.dumps(FIELDS, ensure_ascii=False)
INDENTED = json.dumps(FIELDS, ensure_ascii=False, indent=2)


def _quoted(opening: str, closing: str) -> str:
    return re.sub('"([^"]*)"', rf"{opening}\1{closing}", WRITTEN)


def changed(part: str, old: str, new: str) -> dict[str, Any]:
    return {**FIELDS, part: str(FIELDS[part]).replace(old, new)}


@pytest.mark.parametrize(
    "text",
    [
        WRITTEN,
        f"\ufeff\n{WRITTEN}",
        f"```json\n{WRITTEN}\n```",
        f"```JSON\n[{WRITTEN}]\n```",
        f"Here {{it}} is:\n```json\n{WRITTEN}\n```\nAnything else?",
        f"<think>Maybe {WRITTEN[:-5]}</think>{WRITTEN}",
        f"[{WRITTEN}]",
        f"{WRITTEN}\n{WRITTEN}",
        json.dumps(WRITTEN),
        json.dumps({"answer": WRITTEN}),
        json.dumps({"data": {"answer": [FIELDS]}}),
        json.dumps({"keywords": FIELDS["keywords"], "summary": {**FIELDS, "keywords": None}}),
        json.dumps({**FIELDS, "keywords": json.dumps(FIELDS["keywords"])}),
        json.dumps({"摘要": FIELDS}, ensure_ascii=False),
        json.dumps({"tldr": FIELDS}),
        json.dumps({"takeaway": [FIELDS]}),
        json.dumps({"problem": WRITTEN}),
        json.dumps({"结论": {"tldr": FIELDS}}),
        json.dumps({"keywords": FIELDS["keywords"], "概述": {**FIELDS, "keywords": None}}),
        json.dumps({"tldr": FIELDS})[:-1] + ",}",
        f'{{"tldr": {WRITTEN[:-1]},}}}}',
        json.dumps({"Keywords": FIELDS["keywords"], "TL;DR": FIELDS["tldr"], **FIELDS})[:-1] + "}",
    ],
)
def test_the_object_is_found_however_it_is_wrapped(text: str) -> None:
    assert {part: read_object(text, EXPECTED)[part] for part in EXPECTED} == FIELDS


def test_fields_may_be_named_in_chinese_and_otherwise() -> None:
    named = {"关键词": 1, "一句话总结": 2, "研究问题": 3, "启示": 4}

    assert read_object(json.dumps(named, ensure_ascii=False), EXPECTED) == {
        "keywords": 1,
        "tldr": 2,
        "problem": 3,
        "takeaway": 4,
    }
    assert read_object('{"TL;DR": "a", "other": "b"}', EXPECTED) == {"tldr": "a", "other": "b"}


@pytest.mark.parametrize(
    "text",
    [
        WRITTEN,
        f"Here it is: {WRITTEN} Anything else?",
        f"{WRITTEN[:-1]},}}",
        WRITTEN.replace("small", '"small"'),
        f"{json.dumps({**FIELDS, 'tldr': 'A draft.', 'english_keywords': ['trees']})}\n{WRITTEN}",
        f'{WRITTEN}\n{{"english_keywords": ["trees"]}}',
    ],
)
def test_an_answer_needs_no_keywords_in_english(text: str) -> None:
    fields = read_object(text, (*EXPECTED, "english_keywords"))

    assert {part: str(value).replace('"', "") for part, value in fields.items()} == {
        part: str(value) for part, value in FIELDS.items()
    }


@pytest.mark.parametrize(
    "name",
    [
        *(
            "english_keywords",
            "English Keywords",
            "englishKeywords",
            "Keywords (English)",
            "2. Keywords (EN)",
        ),
        *(
            "英文关键词",
            "关键词（英文）",
            "关键词 (English)",
            "英文关键词 / English keywords",
            "英語キーワード",
        ),
    ],
)
@pytest.mark.parametrize("plain", ["keywords", "关键词", "Keywords (中文)"])
def test_keywords_in_english_are_told_from_the_others(name: str, plain: str) -> None:
    rest = {part: value for part, value in FIELDS.items() if part != "keywords"}
    first = {name: ["trees"], plain: ["树"], **rest}
    last = {plain: ["树"], **rest, name: ["trees"]}

    for fields in (first, last):
        assert read_object(json.dumps(fields), (*EXPECTED, "english_keywords")) == {
            "keywords": ["树"],
            "english_keywords": ["trees"],
            **rest,
        }


def test_a_repair_keeps_the_keywords_in_english() -> None:
    written = json.dumps({**FIELDS, "english_keywords": ["trees", "beds"]})

    assert read_object(written.replace("small", '"small"'), (*EXPECTED, "english_keywords")) == {
        **changed("takeaway", "small", '"small"'),
        "english_keywords": ["trees", "beds"],
    }


@pytest.mark.parametrize(
    ("keywords", "tldr", "problem", "takeaway"),
    [
        ("1. 关键词", "2. 一句话总结", "3. 问题", "4. 启示"),
        ("一、关键词", "二、一句话", "三、研究问题", "四、实践意义"),
        ("① 关键词", "（2）一句话总结", "3）问题", "4 对从业者的意义"),
        ("关键词（keywords）", "一句话总结（tldr）", "问题(problem)", "启示 / takeaway"),
        ("关键词 Keywords", "TL;DR 一句话总结", "Problem: 问题", "takeaway【启示】"),
        ("1. keywords", "Summary", "Problem statement", "Key takeaways"),
        ("Keywords (3-6)", "one-sentence summary", "motivation", "takeaways"),
    ],
)
def test_names_may_be_numbered_doubled_or_others_of_the_same_sense(
    keywords: str, tldr: str, problem: str, takeaway: str
) -> None:
    named = {keywords: ["a"], tldr: "b", problem: "c", takeaway: "d"}
    meant = {"keywords": ["a"], "tldr": "b", "problem": "c", "takeaway": "d"}

    assert read_object(json.dumps(named, ensure_ascii=False), EXPECTED) == meant


@pytest.mark.parametrize(
    ("loose", "exact", "part"),
    [
        ("摘要", "一句话总结", "tldr"),
        ("摘要", "一句话总结（tldr）", "tldr"),
        ("summary", "TL;DR", "tldr"),
        ("结论", "启示", "takeaway"),
        ("conclusion", "takeaways", "takeaway"),
        ("背景", "2. 问题", "problem"),
        ("motivation", "问题", "problem"),
        ("Problem: Table 2", "problem", "problem"),
    ],
)
def test_of_two_names_the_exact_one_counts(loose: str, exact: str, part: str) -> None:
    for names in ((loose, exact), (exact, loose)):
        named = {name: "right" if name == exact else "wrong" for name in names}
        assert read_object(json.dumps(named, ensure_ascii=False), EXPECTED)[part] == "right"


def test_a_name_that_only_holds_another_is_none() -> None:
    named = {"城市": "Rome", "problematic": "a", "第一": "b", "2": "c", "": "d", "()": "e"}

    assert read_object(json.dumps(named, ensure_ascii=False), EXPECTED) == named
    assert read_object('{"summary": "Rome"}', ("summary",)) == {"summary": "Rome"}


def test_an_object_without_fields_stays_the_value_of_its_own() -> None:
    fields = {**FIELDS, "problem": {"a": "Trees", "b": "weeds"}}

    assert read_object(json.dumps(fields), EXPECTED) == fields
    assert read_object('{"tldr": {"x": 1}, "摘要": "a"}', EXPECTED) == {"tldr": "a"}


def test_what_stands_beside_the_object_is_kept_beside_its_fields() -> None:
    assert read_object(json.dumps({"title": "T", "summary": FIELDS}), EXPECTED) == {"title": "T", **FIELDS}


@pytest.mark.parametrize(
    ("slip", "text"),
    [
        ("a trailing comma", WRITTEN[:-1] + ",\n}"),
        ("a trailing comma in a list", WRITTEN.replace("], ", ",], ")),
        ("a trailing comma after the object", f"[{WRITTEN},]"),
        ("Python", repr(FIELDS)),
        ("Python in a list and a fence", f"```python\n[{FIELDS!r}]\n```"),
        ("a comment behind a value", INDENTED.replace('",\n', '",  // see https://x.y, "so"\n')),
        ("comments of other languages", INDENTED.replace("],\n", "],  # six at most\n/* one\nonly */\n")),
        ("Chinese commas", WRITTEN.replace('"TREE", "', '"TREE"，"').replace('", "', '" ， "')),
        ("Chinese commas in a list", WRITTEN.replace('"TREE", "', '"TREE"、"')),
        ("Chinese colons", WRITTEN.replace('": ', '"：')),
        ("typographic quotes", _quoted("“", "”")),
        (
            "typographic quotes with Chinese marks",
            _quoted("“", "”").replace("”: ", "”：").replace("”, ", "”，"),
        ),
        ("closing quotes alone", _quoted("”", "”")),
        ("German quotes", _quoted("„", "“")),
        ("full-width quotes", _quoted("＂", "＂")),
        ("all quotes escaped", WRITTEN.replace('"', '\\"')),
        ("all quotes and lines escaped", f"Sure: {json.dumps(INDENTED)[1:-1]}"),
        ("a list of Python in a string", json.dumps({**FIELDS, "keywords": str(FIELDS["keywords"])})),
        ("no comma", WRITTEN.replace('", "problem"', '"\n"problem"')),
        ("no colon", WRITTEN.replace('"tldr":', '"tldr"')),
        ("names without quotes", WRITTEN.replace('"tldr"', "tldr").replace('"problem"', "problem")),
        ("prose around", f"Sure:\n{WRITTEN[:-1]},}}\nDone."),
        ("thoughts before", f"<think>{WRITTEN[:-9]}</think>{WRITTEN[:-1]},}}"),
    ],
)
def test_a_slip_of_form_is_repaired(slip: str, text: str) -> None:
    assert read_object(text, EXPECTED) == FIELDS, slip


@pytest.mark.parametrize(
    ("old", "new", "meant"),
    [
        ("by habit,", 'by "habit",', 'by "habit",'),
        ("by habit,", '"by" habit,', '"by" habit,'),
        ("Trees", '"Trees"', '"Trees"'),
        ("weeds.", '"weeds."', '"weeds."'),
        ("by habit", '„by habit"', "„by habit”"),
        ("habit", "\\ud83chabit", "habit"),
        ("habit", "\\ud83d\\ude00", "😀"),
        ("by habit", r"3$\times$, $\nu=1$ by 45\%", r"3$\times$, $\nu=1$ by 45\%"),
        ("by habit,", 'by "habit"，"rule",', 'by "habit"，"rule",'),
        ("by habit,", 'by [a]、{b} "habit",', 'by [a]、{b} "habit",'),
        ("by habit", "by // habit", "by // habit"),
        ("by habit", "by #1 /* habit */", "by #1 /* habit */"),
        ("by habit", r"by\nhabit", "by\nhabit"),
        ("by habit", "by\nhabit", "by\nhabit"),
    ],
)
def test_a_slip_within_a_value_is_read_as_it_was_meant(old: str, new: str, meant: str) -> None:
    assert read_object(WRITTEN.replace(old, new), EXPECTED) == changed("problem", old, meant)


@pytest.mark.parametrize(
    "written", [WRITTEN, repr(FIELDS), f"Sure:\n```json\n{WRITTEN}", WRITTEN[:-1] + ",}"]
)
def test_an_answer_that_breaks_off_is_never_made_whole(written: str) -> None:
    for end in range(len(written)):
        with pytest.raises(AlmostJsonError):
            read_object(written[:end], EXPECTED)


@pytest.mark.parametrize(
    "end",
    [r"costs \\frac{1}{2}", r"costs \\frac{1}{2}}", 'the set {"a"}', "", '"', '", "', '"]'],
)
def test_a_brace_within_the_last_value_is_not_the_end(end: str) -> None:
    with pytest.raises(AlmostJsonError, match="breaks off"):
        read_object(f'{{"keywords": ["a"], "tldr": "b", "problem": "c", "takeaway": "{end}', EXPECTED)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "holds no JSON object"),
        ("Trees grow {fast}.", "holds no JSON object"),
        ("Nothing: {}", "holds no JSON object"),
        ("[1, 2]", "is JSON but not an object"),
        ("null", "is JSON but not an object"),
        ('"a"', "is JSON but not an object"),
        ('{"tldr": NaN}', "holds NaN, which is not JSON"),
        ('{"tldr": "\\u0007"}', "the control character U+0007"),
        ('{"tldr": "\\b a"}', "the control character U+0008"),
        ('{"tldr": "\x1b[31m"}', "the control character U+001B"),
        ('{"keywords": ["\\u0000"]}', "the control character U+0000"),
        ("[" * 100_000, "is JSON but too deep"),
        ('{"a":' * 900 + "1" + "}" * 900, "too deep"),
        ("9" * 5000, "holds a number that cannot be read"),
        (f"<think>{WRITTEN}", "holds no JSON object"),
        ('{"tldr": "Trees', "breaks off"),
        ('{"tldr": {"a": 1}, "pro', "breaks off"),
        (WRITTEN.replace("by habit,", 'by "a", "b": "c",'), "after “"),
        (WRITTEN.replace('"tldr"', '; "tldr"'), "property name"),
        (WRITTEN.replace("by habit", 'by "}" habit'), "breaks off"),
        (WRITTEN.replace('"problem": ', ""), "Expecting"),
        (WRITTEN.replace('"TREE"', '""TREE" growing"'), "Expecting"),
        (WRITTEN.replace("by habit", 'by " + "habit"'), "Expecting"),
        (repr(FIELDS).replace("'TREE'", "..."), "Expecting"),
    ],
)
def test_what_cannot_be_read_as_it_was_meant_names_the_slip(text: str, sentence: str) -> None:
    with pytest.raises(AlmostJsonError) as raised:
        read_object(text, EXPECTED)

    assert sentence in str(raised.value)
    assert len(str(raised.value)) < 200
    assert "\n" not in str(raised.value)


WORDS = ["trees", "12%", '"rule"', "it's", "a:", "b,", "(c)", "花园", "$n^2$", "3×", "“q”", "\\alpha"]
VALUES = st.lists(st.sampled_from(WORDS), min_size=1, max_size=7).map(" ".join)
OBJECTS = st.fixed_dictionaries(
    {"keywords": st.lists(VALUES, max_size=3)} | dict.fromkeys(EXPECTED[1:], VALUES)
)
WRAPPINGS = st.sampled_from(["{}", "[{}]", "Sure:\n{}\nDone.", "```json\n{}\n```"])


@given(OBJECTS, st.sampled_from([json.dumps, repr]), WRAPPINGS)
def test_exact_repairs_give_back_what_was_written(
    fields: dict[str, Any], write: Callable[[object], str], wrapping: str
) -> None:
    text = wrapping.replace("{}", write(fields)[:-1] + ",}")

    assert read_object(text, EXPECTED) == fields


@given(OBJECTS)
@example({"keywords": [], "tldr": "trees", "problem": '"rule" "rule" (c)', "takeaway": "trees"})
def test_quotes_without_backslashes_keep_every_word_or_are_refused(fields: dict[str, Any]) -> None:
    values = [f'"{part}": "{fields[part]}"'.replace("\\", "\\\\") for part in EXPECTED[1:]]
    text = f'{{"keywords": {json.dumps(fields["keywords"])}, {", ".join(values)}}}'
    try:
        got = read_object(text, EXPECTED)
    except AlmostJsonError:
        return
    for part in EXPECTED[1:]:
        assert got[part].strip(' ",') == fields[part].strip(' ",')


@given(
    st.text()
    | st.lists(st.sampled_from([*"{}[]\",:\\'\n ", "tldr", '"tldr":', "null", "1"]), max_size=40).map("".join)
)
def test_any_text_gives_an_object_that_can_be_stored_or_one_error(text: str) -> None:
    try:
        fields = read_object(text, ("tldr",))
    except AlmostJsonError:
        return
    json.dumps(fields, allow_nan=False, ensure_ascii=False).encode()
