"""Which of a paper's summaries fits its reader best; pure."""

from collections.abc import Iterable

from bot.summaries.without_model import draw
from bot.text.language import primary_language
from storage.records import FROM_MODEL, Paper, Summary


def stored_summary(summaries: Iterable[Summary], language: str) -> Summary | None:
    """Return the best stored summary in this language, or in a variant of it.

    A model's comes before an imported one.
    """
    related = [
        summary
        for summary in _model_first(summaries)
        if primary_language(summary.language) == primary_language(language)
    ]
    exact = [summary for summary in related if summary.language == language]
    return next(iter([*exact, *related]), None)


def best_summary(paper: Paper, summaries: Iterable[Summary], language: str) -> Summary | None:
    """Return the reader's summary: a stored one in their language, else one without a model.

    Where neither exists, it is a stored one in another language; `None` where only the title is known.
    """
    ranked = _model_first(summaries)
    return stored_summary(ranked, language) or draw(paper) or next(iter(ranked), None)


def _model_first(summaries: Iterable[Summary]) -> list[Summary]:
    return sorted(
        summaries, key=lambda each: (each.provenance.source != FROM_MODEL, not each.provenance.model)
    )
