"""What is checked in a model's summary before anybody reads it, and what no check sees."""

from dataclasses import dataclass

from bot.summaries.checks import FaultKind
from bot.summaries.figures import LEAST_IN_WORDS


@dataclass(frozen=True, slots=True)
class Check:
    """A check of `bot/summaries/`, by the name of the fault that it finds."""

    id: FaultKind
    #: What has to hold, in a sentence.
    asks: str
    #: What happens where it does not, after the model was asked once more.
    otherwise: str


_KEPT_WITHOUT = "The part stays empty; the summary is dropped if its one sentence or two parts are absent."

_MARKED = "The sentence carries a mark, and “Sources” says why."

CHECKS = (
    Check(FaultKind.MISSING_PART, "Each part says something.", _KEPT_WITHOUT),
    Check(
        FaultKind.PLACEHOLDER,
        "No part is a placeholder or a failure message, such as “N/A”.",
        _KEPT_WITHOUT,
    ),
    Check(FaultKind.REPEATED_PART, "No part repeats another one word for word.", _KEPT_WITHOUT),
    Check(
        FaultKind.TOO_LONG,
        "Each part fits its place on a card.",
        "It is cut at the end of a sentence or a word.",
    ),
    Check(FaultKind.TOO_MANY_KEYWORDS, "There are no more keywords than asked for.", "The last ones go."),
    Check(
        FaultKind.WRONG_LANGUAGE,
        "Each part is in the language asked for, by script, characters and commonest words.",
        "The summary is dropped.",
    ),
    Check(
        FaultKind.OTHER_PAPER,
        "The summary shares a name or enough words of the title with the paper.",
        "The summary is dropped.",
    ),
    Check(
        FaultKind.LINK_OR_MENTION,
        "No part has a link or a mention.",
        "It is removed, as is all other markup.",
    ),
    Check(
        FaultKind.FIGURE_NOT_FOUND,
        "Each figure is in the text that the model was given, equal or rounded, or it is the difference or "
        "ratio of two figures of one sentence. If its sentence names none of the paper, it has to be where "
        "the text speaks of the same.",
        "The figure carries a mark and opens beside the nearest sentences; the summary is dropped if "
        "three figures or more are not found and these are more than half.",
    ),
    Check(
        FaultKind.UNKNOWN_NUMBER,
        "Each number that a sentence names is that of a sentence of the text.",
        "The number is dropped.",
    ),
    Check(
        FaultKind.NO_SENTENCE,
        "Each sentence names one to three of the paper, but for the one that sums up and what the takeaway "
        "concludes.",
        _MARKED,
    ),
    Check(
        FaultKind.NOTHING_SHARED,
        "Each sentence shares a name, a figure or a term with the sentences that it names.",
        f"{_MARKED} It is left out, and shown as left out, if it also has a name or a figure that the paper "
        "does not have and its part has another sentence.",
    ),
    Check(
        FaultKind.OTHER_DIRECTION,
        "Better, worse, more, fewer and not agree with the sentences that a sentence names, and what it "
        "calls worse is worse in them too.",
        _MARKED,
    ),
    Check(FaultKind.NAME_NOT_FOUND, "Each name in Latin letters occurs in the paper.", _MARKED),
    Check(
        FaultKind.BASELINE_ELSEWHERE,
        "What a sentence compares with by name stands in the sentences that it names or beside them.",
        _MARKED,
    ),
    Check(
        FaultKind.FIGURE_ELSEWHERE,
        "Each figure stands in the sentences that its sentence names or beside them, and for the same thing "
        "where they tell.",
        "“Sources” says that the figure stands elsewhere in the paper.",
    ),
    Check(
        FaultKind.UNSUPPORTED,
        "The model, asked a second time with nothing but a sentence and the sentences of the paper that it "
        "names, finds that these support it. Where it answers, this replaces the checks of direction, "
        "baseline and common words. (Not with `LLM_SECOND_READING=off`.)",
        _MARKED,
    ),
)
"""All checks, in the order of their kinds of faults."""

PROCEDURE = (
    "Where a check finds a fault, other than a link, a surplus keyword or a figure that is elsewhere in the"
    " paper, the model is told what is wrong"
    " and asked once more; the better of its two answers counts. A summary that is dropped is tried again"
    " later, and until then the card shows the abstract."
)

BLIND_SPOTS = (
    (
        "No check knows what is true: a sentence is compared with those that the model names for it, by code "
        "in its figures, names and direction, and by the model itself, whose second look is no better than "
        "the model."
    ),
    (
        "What the takeaway concludes, the one sentence where it names none of the paper's, and a summary "
        "whose model names none, are compared with the figures of the whole text alone."
    ),
    "A figure of the paper that is said of another thing is seen only where the text around the two differs.",
    "A figure with four significant digits counts as found wherever the text has it.",
    "A figure is found by chance more often the more figures the text has.",
    f"Words for numbers below {LEAST_IN_WORDS}, years, dates, and digits in names are no figures.",
    "Figures in what was left out of the text, and those in pictures, are not found.",
    "Latin letters: only English, German, French, Spanish, Italian, Portuguese and Dutch are told apart.",
    "How well something is translated, and whether an important result is left out, is not checked.",
    "Only models' summaries are checked: neither imported ones nor what Hugging Face says of a paper.",
)
