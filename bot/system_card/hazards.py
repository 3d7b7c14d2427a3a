"""Known hazards of summaries, with identifiers that stay: none is ever given to another hazard."""

from dataclasses import dataclass
from enum import StrEnum

from bot.summaries.checks import FaultKind
from bot.system_card.measured import (
    EXCHANGED_BETWEEN_PARTS,
    EXCHANGED_WITHIN_A_PART,
    FOUND_BY_CHANCE,
    IN_THE_ABSTRACT,
)
from storage.card_updates import CARDS_CHANGE_FOR


class HazardStatus(StrEnum):
    """How far a hazard is guarded against."""

    #: Code finds most of it.
    GUARDED = "guarded"
    #: Code finds some of it.
    PARTLY = "partly"
    #: The card says what there is to know; nothing finds it.
    LABELLED = "labelled"
    #: Nothing finds it, and nothing tells of it.
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Hazard:
    """Something that can go wrong with a summary."""

    id: str
    title: str
    #: What a reader would meet.
    happens: str
    #: What is done against it.
    guards: str
    #: What remains all the same.
    left: str
    status: HazardStatus
    #: The checks that look for it.
    checks: tuple[FaultKind, ...] = ()


_ALTERED = ", ".join(
    f"{rate:.1f} in a text with {figures} figures" for figures, rate in FOUND_BY_CHANCE.items()
)

HAZARDS = (
    Hazard(
        "H1",
        "A figure that the paper does not have",
        "The model invents, misreads or converts a figure.",
        "Every figure is looked up in the sentences that the model names for it, and in the rest of the text "
        "that it was given; the model is asked once more; what is still not found carries a mark.",
        "Without named sentences, of 100 altered figures some are found by chance and carry no mark: "
        f"{_ALTERED}.",
        HazardStatus.GUARDED,
        (FaultKind.FIGURE_NOT_FOUND,),
    ),
    Hazard(
        "H2",
        "A figure of the paper, said of another thing",
        "Two figures change places, or a result is given for the wrong model, data set or measure.",
        "Where the model names sentences of the paper, a figure has to stand in them or beside them, or "
        "“Sources” says that it does not. Without them it counts as found only where the text around it "
        "shares words, names or other figures with the claim, or where it has four significant digits.",
        f"Without named sentences, of 100 figures that changed places, {EXCHANGED_WITHIN_A_PART:.1f} are "
        f"marked if both are in one part of the summary, and {EXCHANGED_BETWEEN_PARTS:.1f} if in two.",
        HazardStatus.PARTLY,
        (FaultKind.FIGURE_NOT_FOUND, FaultKind.FIGURE_ELSEWHERE),
    ),
    Hazard(
        "H3",
        "A wrong statement in words",
        "The summary claims what the paper does not, leaves out a limit, or praises.",
        "The model names the sentences of the paper that each sentence rests on. Code takes them from the "
        "paper and compares names and direction. Then the model reads each sentence once more, beside these "
        "alone. What it does not find there it is told, and asked to mend; what stays is marked. “Sources” "
        "shows both side by side, and what is the model's own inference. Anyone can report a mistake or have "
        "the summary made anew.",
        "Of seven lists of 39 summaries that strangers made wrong by one thing, the checks of words left 17 "
        "to 25 unmarked: another cause, another baseline in words, a turned conclusion. A strong model's "
        "second reading found all of the four lists that it was given. On 240 papers of other fields it "
        "marked 133 of 1,726 published sentences, and code 10 names and figures; of these 143 marks 140 "
        "were deserved, read by eye. It overlooks a unit that is lost, which code finds. A weaker model was "
        "not measured. Without a second reading (`LLM_SECOND_READING=off`, or no tokens left) most marks on "
        "a direction are undeserved on such papers: there, two of a hundred true sentences carry one. Rates "
        "differ by field: in papers on physics words alone miss 6 of 100 changed digits and a third of "
        "exchanged figures.",
        HazardStatus.PARTLY,
        (
            FaultKind.UNKNOWN_NUMBER,
            FaultKind.NO_SENTENCE,
            FaultKind.NOTHING_SHARED,
            FaultKind.OTHER_DIRECTION,
            FaultKind.NAME_NOT_FOUND,
            FaultKind.BASELINE_ELSEWHERE,
            FaultKind.UNSUPPORTED,
        ),
    ),
    Hazard(
        "H4",
        "Only a part of the paper was read",
        "The text is longer than the model is given, breaks off, is another file of the submission, or "
        "the endpoint cuts it unasked.",
        "The most telling sections are chosen. HTML that breaks off gives way to the PDF. An endpoint "
        "that counts far fewer tokens than were sent is noticed. The card says full text, part of it, or "
        "abstract.",
        "What stands in pictures, and in tables that lose their form, is not read. Whether an endpoint "
        "cut a text is an estimate, which a small cut escapes.",
        HazardStatus.GUARDED,
    ),
    Hazard(
        "H5",
        "Instructions to the model in a paper's text",
        "A paper tells the model to praise it, to say something else, or to post a link.",
        "The text stands between marks that cannot occur in it, its control tokens are broken, and the "
        "prompt says that nothing in it is an instruction. The checks run in code and read no "
        "instructions. Links and mentions are removed. The model has no tools, no access to Slack, and no"
        " text from Slack.",
        "A paper can still colour the words of its own summary, and may talk the second reading out of a "
        "doubt.",
        HazardStatus.PARTLY,
        (FaultKind.LINK_OR_MENTION, FaultKind.OTHER_PAPER, FaultKind.FIGURE_NOT_FOUND),
    ),
    Hazard(
        "H6",
        "A withdrawn paper",
        "A summary speaks for a paper that its authors took back.",
        "A paper that arXiv says is withdrawn is not summarised, and its cards give the notice; for "
        f"{CARDS_CHANGE_FOR.days} days after it was posted a paper is looked up again and its cards are "
        "updated.",
        "arXiv states it only in a comment or in place of the abstract, so a notice in odd words is "
        "missed; so is a later one, and a retraction elsewhere.",
        HazardStatus.GUARDED,
    ),
    Hazard(
        "H7",
        "The wrong language, or a wrong translation",
        "A part is in another language than the channel's, or a term is translated into something else.",
        "The language of each part is checked, figures are compared across languages, and names stay as "
        "they are in the paper.",
        "Languages that share a script may pass for one another; the sense of a translation is not checked.",
        HazardStatus.PARTLY,
        (FaultKind.WRONG_LANGUAGE, FaultKind.FIGURE_NOT_FOUND),
    ),
    Hazard(
        "H8",
        "A summary of another paper",
        "The model speaks of a paper that it remembers, or that this one cites.",
        "The summary has to share a name, or enough words of the title, with the paper.",
        "A paper that uses the same names passes.",
        HazardStatus.GUARDED,
        (FaultKind.OTHER_PAPER,),
    ),
    Hazard(
        "H9",
        "No model's summary",
        "No model is set, the day's tokens are used up, or a summary failed or was dropped.",
        "The card shows Hugging Face's sentence and keywords, or sentences of the abstract, says so, and "
        "is updated when the summary comes. `paper-round status` says why summaries failed.",
        "The abstract has the authors' own claims; Hugging Face's sentence is by a model of theirs. "
        "Neither is checked.",
        HazardStatus.LABELLED,
    ),
    Hazard(
        "H10",
        "An imported summary",
        "A digest file brings a summary with any of these faults.",
        "The card says that it comes from a digest file and, where the file tells it, by which model; a "
        "model's own summary here takes its place.",
        "It is not checked, and its figures carry no marks.",
        HazardStatus.LABELLED,
    ),
    Hazard(
        "H11",
        "A newer version of the paper",
        "The authors correct a result, and the summary still has the old one.",
        "A paper that somebody saved or will read is looked up each day for a year. Where a newer version "
        "came, its text is read, its summaries are made anew within the day's tokens, and its cards of the "
        "last year say what changed in the abstract. Until then the card and “Sources” say that the summary "
        "was written before that version.",
        "Of other papers no newer version is noticed: the card has the date of the summary. Of a summary "
        "from a file, or from before versions were kept, only dates tell whether it is older: a version that "
        "came on its day is not told from the one that was read.",
        HazardStatus.PARTLY,
    ),
    Hazard(
        "H12",
        "A right figure that is marked",
        "A figure is right and carries the mark, because it stands in a picture, in a part that was not "
        "read, or follows from more than two figures.",
        "The mark opens the nearest sentences of the paper, and says whether the paper, a part or the "
        "abstract was searched.",
        "Where only the abstract was read, expect many: of 100 figures of published summaries, the "
        f"abstracts have {IN_THE_ABSTRACT:.1f}.",
        HazardStatus.LABELLED,
        (FaultKind.FIGURE_NOT_FOUND,),
    ),
    Hazard(
        "H13",
        "Another model under the same name",
        "A provider changes what answers to a model's name, or sends a request to another one.",
        "Each summary keeps the name that the endpoint gave in its answer, the version of the prompt and "
        "the date.",
        "A change that the endpoint does not tell is not seen.",
        HazardStatus.LABELLED,
    ),
)
