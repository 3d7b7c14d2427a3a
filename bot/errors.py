"""One small tree of errors; each is a sentence for a person, never a code."""

from dataclasses import dataclass


class PaperRoundError(Exception):
    """Something that can be told to a person in one sentence: what was wrong and what to do."""


class SettingsError(PaperRoundError):
    """A setting is missing or malformed; the sentence names the variable and what it wants."""


class NotADigestError(PaperRoundError):
    """A file is not in the digest format; the sentence says which line was expected and found."""


class StorageError(PaperRoundError):
    """The database cannot be opened or used; the sentence names the file and what to do."""


class SlackUnavailableError(PaperRoundError):
    """Slack cannot be reached, or does not let the bot in; the sentence says which, and what to look at."""


class ArchiveError(PaperRoundError):
    """A file of an archive cannot be written; the sentence names it."""


class NothingListedError(PaperRoundError):
    """A day was asked for on which nothing is listed; the sentence names the days around it."""


class UnknownSourceError(PaperRoundError):
    """A source was named that the bot cannot ask; the sentence names those that it can."""


class WrongWishError(PaperRoundError):
    """A setting of a subscription cannot be read: which one (`what`), what was found and an example."""

    def __init__(self, what: str, found: str, example: str) -> None:
        super().__init__(f"The {what} “{found}” cannot be read. Write it as {example}.")
        self.what, self.found, self.example = what, found, example


class UnknownCategoryError(PaperRoundError):
    """arXiv has no such category; `nearest` are the names most like it, perhaps none."""

    def __init__(self, text: str, nearest: tuple[str, ...]) -> None:
        suggestion = f" Did you mean {' or '.join(nearest)}?" if nearest else ""
        super().__init__(f"arXiv has no category “{text}”.{suggestion}")
        self.text, self.nearest = text, nearest


class LeaseLostError(PaperRoundError):
    """Another process works on this delivery now; what this one would still write is refused."""


class SourceError(PaperRoundError):
    """What a source publishes cannot be had now; the sentence names the service and what it did."""


class SourceUnreachableError(SourceError):
    """No answer came: out of time, no connection, no such host."""


class SourceRefusedError(SourceError):
    """The service answered with an HTTP `status` of 400 or above.

    `retry_after` is for how many seconds it asks to be left alone, or `None` where it did not say.
    """

    def __init__(self, sentence: str, status: int, retry_after: float | None = None) -> None:
        super().__init__(sentence)
        self.status, self.retry_after = status, retry_after


class SourceAnswerError(SourceError):
    """An answer came and cannot be used: too large, cut off, sent elsewhere, or not in its known shape."""


class SummaryError(PaperRoundError):
    """Summaries that were asked for could not be had."""


class TokensUsedUpError(PaperRoundError):
    """As many tokens as a day may take are spent; the sentence says until when, and which setting it is."""


@dataclass(frozen=True, slots=True)
class Usage:
    """The tokens that a language model counted; a failure has spent some too, so it stands beside them."""

    prompt_tokens: int = 0
    completion_tokens: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.prompt_tokens + other.prompt_tokens, self.completion_tokens + other.completion_tokens
        )


class ModelError(PaperRoundError):
    """A language model gave nothing that can be used; `usage` is what was spent nevertheless."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.usage = Usage()


class ModelUnavailableError(ModelError):
    """The model cannot be reached, is out of order, or limits its rate for longer than anybody waits here.

    `retry_after` is for how many seconds it wants to be left alone, or `None` where it did not say.
    """

    def __init__(self, sentence: str, retry_after: float | None = None) -> None:
        super().__init__(sentence)
        self.retry_after = retry_after


class ModelQuotaError(ModelError):
    """What may be asked of the model is used up: for today, or until somebody pays."""


class ModelRefusedError(ModelError):
    """No question will be answered before a setting changes; the sentence names it, and never the key."""


class ModelAnswerError(ModelError):
    """The model's answer to this question cannot be used; another question may be answered."""
