"""Words and phrases as people type them, and the texts that have them."""

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text.terms import Term, first_term, fold, read_terms

FOUND = [
    # As whole words, in any case, and as a plural.
    ("RAG", "RAG with rag and RAGs"),
    ("agent", "Agents!"),
    ("AI", "AI's"),
    ("policy", "two policies"),
    ('"agent"*', "agentic"),
    ("π_0", "π₀ and π0"),
    ("A*", "A∗ search"),
    ("matrix", "two matrices"),
    ("index", "two indexes"),
    ("analysis", "two analyses"),
    ("class", "two classes"),
    ("quiz", "two quizzes"),
    ("parallel corpus", "parallel corpora and corpuses"),
    ("corpus", "two corpuses"),
    ("criterion", "two criteria"),
    ("criterion", "criterions"),
    ("wolf", "two wolves"),
    ("leaf", "two leaves"),
    ("knife", "two knives"),
    ("H100", "eight H100s"),
    # As a singular, where it is typed as a plural.
    ("agents", "one agent"),
    ("agents", "two agents"),
    ("LLM agents", "an LLM agent"),
    ("GPUs", "a GPU"),
    ("APIs", "an API"),
    ("policies", "a policy"),
    ("movies", "a movie"),
    ("matrices", "a matrix"),
    ("devices", "a device"),
    ("analyses", "an analysis"),
    ("databases", "a database"),
    ("classes", "a class"),
    ("caches", "a cache"),
    ("viruses", "a virus"),
    ("virus", "two viruses"),
    ("corpora", "a corpus"),
    ("criteria", "one criterion"),
    ("wolves", "a wolf"),
    ("knives", "a knife"),
    ("metrics", "a metric"),
    ("reinforcement learning", "Reinforcement\nLearning"),
    ("mixture of experts", "a Mixture-of-Experts"),
    # By another spelling of the same name.
    ("GPT-4o", "GPT 4o mini"),
    ("GPT-4o", "gpt4o"),
    ("GPT4", "with GPT-4."),
    ("GPT4", "with GPT 4."),
    ("Qwen 2.5", "Qwen2.5"),
    ("Llama 3", "LLaMA-3"),
    ("self‑play", "self-play"),
    ("R1", "DeepSeek-R1"),
    ("C++", "written in C++."),
    ("C", "written in C."),
    ("π0", "π₀ grasps"),
    ("π0.5", "π_0.5 grasps"),
    # Without regard to accents, width and ligatures.
    ("Schrödinger", "a schrodinger bridge"),
    ("schrodinger", "a Schrödinger bridge"),
    ("café", "cafe\u0301s"),
    ("fine-tuning", "ﬁne‑tuning"),
    ("ＲＡＧ", "RAG"),
    # By its beginning, and in quotes.
    ("agent*", "agentic"),
    ('"world model"', "a World  model"),
    ("“world model”", "a world model"),
    ("‘world model’", "a world model"),
    # A letter and a star are a name, and so is what ends in a mark.
    ("A*", "the A* search"),
    ("transformers’", "transformers"),
    # Chinese, Japanese and Korean anywhere, and Latin words beside them.
    ("智能体", "多智能体系统"),
    ("智*", "多智能体系统"),
    ("RAG", "使用RAG技术"),
    ("RAG技术", "使用ＲＡＧ技术"),
    ("한국어", "한국어를"),
    ("多模态 LLM", "多模态LLMs"),
    ("多模态LLM", "一个多模态 LLM"),
    ("RAG系统", "RAG 系统"),
    ("第3章", "第 3 章"),
    ("C++ 入门", "C++入门"),
]

NOT_FOUND = [
    ("RAG", "storage on average"),
    ("RL", "world"),
    ("AI", "OpenAI and XAI"),
    ("LLM", "vLLM"),
    ("agent*", "a reagent"),
    ('"agent"', "agents"),
    ("“world model”", "world models"),
    ("R1", "R10"),
    ("GPT-4", "GPT-4.5"),
    ("GPT 4", "GPT 45"),
    ("R1", "R 1"),
    ("π0", "π0.5"),
    ("5", "1.5"),
    ("C", "C++ and C#"),
    ("C++", "C"),
    ("A*", "a search"),
    ("‘agent’", "agents"),
    ("RAG技术", "FRAG技术"),
    ("が", "か"),
    ("多模态 LLM", "多模态vLLM"),
    ("RAG系统", "DRAG 系统"),
    ("智 能", "智能"),
    ("chef", "cheves"),
    ("corpus", "corpus2"),
    ("news", "new methods"),
    ("lens", "of len 3"),
    ("physics", "physic"),
    ("dynamics", "dynamic"),
    ("GPS", "a GP"),
    ("loss", "los"),
    ("uses", "for us"),
    ("basis", "a basi"),
    ("‘agents’", "an agent"),
    ("agents", "agentic"),
]


@pytest.mark.parametrize(("term", "text"), FOUND)
def test_a_term_is_found(term: str, text: str) -> None:
    assert Term(term).is_in(fold(text))


@pytest.mark.parametrize(("term", "text"), NOT_FOUND)
def test_a_term_is_not_found_in_what_only_looks_like_it(term: str, text: str) -> None:
    assert not Term(term).is_in(fold(text))


@pytest.mark.parametrize(
    ("typed", "terms"),
    [
        ("RAG, LLM", ("RAG", "LLM")),
        ("RAG，智能体、LLM；x\ny", ("RAG", "智能体", "LLM", "x", "y")),
        ('"a, b", c', ('"a, b"', "c")),
        ("“a, b”, RAG, RAG", ('"a, b"', "RAG")),
        (' , *, "", " , RAG', ("RAG",)),
        ("RAG, world models.", ("RAG", "world models")),
        ("智能体，大模型。", ("智能体", "大模型")),
        ("RAG, LLM!", ("RAG", "LLM")),
        ("智能体？；大模型：", ("智能体", "大模型")),
        ("“Ready?”, C#.", ('"Ready?"', "C#")),
        ("?, …, !", ("…",)),
        ("“a, b.”.", ('"a, b."',)),
        ("\u200bRAG；\u00a0LL\u00adM", ("RAG", "LLM")),
        ("", ()),
    ],
)
def test_a_list_of_terms_is_read_as_it_was_meant(typed: str, terms: tuple[str, ...]) -> None:
    assert read_terms(typed) == terms


def test_the_first_term_that_a_text_has_is_told() -> None:
    assert first_term(["AI", "RAG", "LLM"], fold("LLMs with RAG")) == "RAG"
    assert first_term(["AI"], fold("LLMs with RAG")) == ""


@given(term=st.text(max_size=30), text=st.text(max_size=60))
def test_any_text_may_be_a_term(term: str, text: str) -> None:
    Term(term).is_in(fold(text))
    assert read_terms(",".join(read_terms(term))) == read_terms(term)


def test_a_term_is_found_wherever_in_a_text_it_stands() -> None:
    text = fold("storage, RAGged; a DRAG and RAG")

    assert Term("RAG").is_in(text)
    assert not Term("RAG").is_in(text.removesuffix("rag"))


@given(st.text(max_size=60))
def test_folding_a_folded_text_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_short_words_find_the_papers_that_are_about_them(shared_data: Path) -> None:
    with gzip.open(shared_data / "corpus" / "arxiv-9998.jsonl.gz", "rt", encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines]
    texts = [fold(f"{record['title']}\n{record['summary'] or ''}") for record in records]

    counts = {term: sum(Term(term).is_in(text) for text in texts) for term in ("RAG", "RL", "AI")}

    assert counts == {"RAG": 255, "RL": 300, "AI": 1162}
