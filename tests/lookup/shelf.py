"""A small shelf of papers, put into the tables as a source and a model would."""

from datetime import date

from bot.lookup.found import SearchReader
from storage.records import FROM_DIGEST_FILE, FROM_MODEL, Listing, ListingState, Paper, Provenance, Summary
from storage.tables import Tables

FIRST, SECOND, THIRD = date(2025, 9, 26), date(2025, 9, 29), date(2025, 10, 1)
READER = SearchReader("T1", "U1", "en", date(2025, 10, 2))

PAPERS = (
    Paper(
        "2509.00001",
        "Tree Search for Gardening Agents",
        ("Ada Léng", "Emmy Noether"),
        "We grow agents in gardens. Their tree search prunes what bears no fruit.",
        votes=5,
        categories=("cs.CL", "cs.AI"),
        code_url="https://github.com/example/gardens",
    ),
    Paper(
        "2509.00002",
        "Watering Roses by Reinforcement Learning",
        ("Kaiming Rose",),
        "Roses are watered by an agent. Nobody prunes a tree here.",
        votes=50,
        categories=("cs.RO",),
    ),
    Paper(
        "2509.00003",
        "Qwen3-8B and GPT-4o on the π0.5 Lawn",
        ("Grace Hopper",),
        "Fine-tuned models mow lawns with R1.",
        categories=("cs.LG",),
    ),
    Paper("2509.00004", "TreeMind: Optimised Hedges", ("Alan Turing",), "Hedges are optimised.", votes=1),
)
SUMMARIES = (
    Summary(
        "2509.00002",
        "zh-CN",
        Provenance(FROM_DIGEST_FILE, SECOND),
        keywords=("强化学习",),
        tldr="用强化学习给玫瑰浇水。",
        method="先看土壤湿度，再决定浇多少水。",
    ),
    Summary(
        "2509.00004",
        "zh-CN",
        Provenance(FROM_MODEL, SECOND, "example-1"),
        keywords=("树篱",),
        english_keywords=("topiary",),
        tldr="论文优化树篱的修剪。",
    ),
)


def fill(tables: Tables) -> None:
    """Put the shelf into the tables, indexed."""
    for paper in PAPERS:
        tables.papers.add(paper)
    for summary in SUMMARIES:
        tables.summaries.put(summary)
    tables.listings.put(Listing("huggingface", FIRST, ListingState.COMPLETE, ("2509.00001",)))
    tables.listings.put(
        Listing("huggingface", SECOND, ListingState.COMPLETE, tuple(paper.id for paper in PAPERS[1:]))
    )
    # Another source lists it again.
    tables.listings.put(Listing("arxiv:cs.CL", THIRD, ListingState.COMPLETE, ("2509.00001",)))
    tables.search_index.update()
