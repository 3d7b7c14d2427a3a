"""How many of a summary's sentences have sentences of the paper, and what their numbers cost."""

import gzip
import json
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from bot.summaries.checks import check
from bot.summaries.excerpt import excerpt, tokens
from bot.summaries.grounding import SourceText
from bot.summaries.prompt import read_answer, read_claims
from bot.summaries.question import PROSE
from bot.summaries.sentences import sentences
from bot.text.mrkdwn import without_bold
from storage.records import FROM_MODEL, Evidence, Paper, Provenance, Summary, TextRead
from tests.summaries.changing import published_summaries
from tests.summaries.test_judgements import ANSWERS, TEXTS, assert_only_the_papers_own

pytestmark = pytest.mark.benchmark

LARGE = 200_000
MOST_GROWTH = 0.14
"""Of the tokens of a text, by our estimate."""

Names = Callable[[str, SourceText, int], list[int]]
"""The numbers that a played model names for a sentence of a paper with so many sentences."""


@pytest.fixture(scope="module")
def papers(shared_data: Path) -> dict[str, Paper]:
    with gzip.open(shared_data / "corpus" / "arxiv-9998.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    found = {
        row["id"]: Paper(row["id"], row["title"], abstract=row.get("summary") or row.get("abstract"))
        for row in rows
    }
    for path in sorted((shared_data / "hf").glob("20*.json")):
        for item in json.loads(path.read_text("utf-8")):
            paper = item["paper"]
            found[paper["id"]] = Paper(paper["id"], item["title"], abstract=paper["summary"])
    return found


def test_numbers_cost_little_beside_the_text(papers: Mapping[str, Paper]) -> None:
    given = [found for paper in papers.values() if (found := excerpt(paper, None, LARGE))]
    plain, numbered = sum(tokens(each.text) for each in given), sum(each.tokens for each in given)
    growth = numbered / plain - 1

    print(f"\n{len(given)} abstracts: {plain:,} tokens, with numbers {numbered:,}: +{100 * growth:.1f} %")
    assert growth < MOST_GROWTH


def nearest(sentence: str, source: SourceText, _count: int) -> list[int]:
    near = source.claim(sentence, ()).nearness
    return [max(near, key=lambda place: (near[place], -place)) + 1] if near else []


def another(sentence: str, source: SourceText, count: int) -> list[int]:
    right = nearest(sentence, source, count)
    wrong = [number for number in range(1, count + 1) if number not in right]
    return [random.Random(sentence).choice(wrong)] if wrong else []


def unknown(_sentence: str, _source: SourceText, count: int) -> list[int]:
    return [count + 7]


def nothing(_sentence: str, _source: SourceText, _count: int) -> list[int]:
    return []


PLAYED: Mapping[str, Names] = {"nearest": nearest, "another": another, "unknown": unknown, "none": nothing}


def played(summary: Summary, paper: Paper, names: Names) -> tuple[tuple[Evidence, ...], Counter[str]]:
    """Return the evidence of a published summary, whose model is played, and the kinds of its faults."""
    text = excerpt(paper, None, LARGE)
    assert text
    numbered = text.numbered.sentences
    source = SourceText("\n\n".join(each.text for each in numbered))
    fields: dict[str, Any] = {
        part: [
            {"from": names(each, source, len(numbered)), "text": each}
            for each in sentences(without_bold(getattr(summary, part)))
        ]
        for part in PROSE
    }
    answer = json.loads(json.dumps({**fields, "keywords": list(summary.keywords)}))
    made = Provenance(FROM_MODEL, summary.provenance.made_at, "played", "4", TextRead.ABSTRACT)
    read = read_answer(answer, paper.id, summary.language, made)
    checked = check(read, paper, text.text, read_claims(answer), text.numbered)
    assert all(
        sentence.text in " ".join(text.text.split())
        for each in checked.summary.evidence
        for sentence in each.sentences
    )
    return checked.summary.evidence, Counter(fault.kind for fault in checked.faults)


@pytest.mark.parametrize("name", PLAYED)
def test_the_share_of_sentences_with_evidence_is_told_by_part(
    name: str, shared_data: Path, papers: Mapping[str, Paper]
) -> None:
    shares: defaultdict[str, Counter[str]] = defaultdict(Counter)
    faults: Counter[str] = Counter()
    read = [each for each in published_summaries(shared_data) if each.paper_id in papers]
    for summary in read:
        evidence, kinds = played(summary, papers[summary.paper_id], PLAYED[name])
        faults += kinds
        for each in evidence:
            state = "inferred" if each.is_inference else "sourced" if each.sentences else "unsourced"
            shares[each.part][state] += 1
            shares[each.part]["doubted"] += bool(each.doubts)
            shares[each.part]["left out"] += each.is_left_out

    print(f"\n{name}: {len(read)} published summaries; faults {dict(faults)}")
    for part in PROSE:
        print(f"  {part:9} {dict(shares[part])}")
    sourced = sum(counts["sourced"] for counts in shares.values())
    assert bool(sourced) is (name in {"nearest", "another"})
    assert bool(sum(shares.values(), Counter())) is bool(sourced)


@settings(max_examples=10_000)
@given(ANSWERS, TEXTS)
def test_of_ten_thousand_odd_answers_none_shows_a_sentence_that_the_paper_does_not_have(
    fields: dict[str, Any], full_text: str
) -> None:
    assert_only_the_papers_own(fields, full_text)
