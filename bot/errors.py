"""The tree of errors; each is a sentence for a person, never a code."""

from dataclasses import dataclass


class PaperRoundError(Exception):
    """An error whose message tells a person what is wrong and what to do."""


class SettingsError(PaperRoundError):
    """A setting is missing or malformed; the message names the variable and what it expects."""


class NotADigestError(PaperRoundError):
    """A file is not in the digest format; the message gives the expected and the actual line."""


class StorageError(PaperRoundError):
    """The database cannot be opened or used; the message names the file and what to do."""


class UnwritableStorageError(StorageError):
    """The database cannot be written, as its disk is full or read-only; it may be readable."""


class OutdatedStorageError(StorageError):
    """The tables are not up to date, and cannot be brought there where the database cannot be written."""


class BackupError(StorageError):
    """A backup cannot be made or restored; the message names the file and what to do."""


class BackupStoppedError(BackupError):
    """A backup was stopped before it was whole; nothing of it is left."""


class DamagedRowError(StorageError):
    """A row holds a value that cannot be read; the message names its table and column."""


class StorageGoneError(StorageError):
    """The database is not available for now, and nothing of the last change was written; try again."""


class StorageSlowError(StorageError):
    """A query took longer than it may; what it would have found is not known."""


class CommitLostError(StorageError):
    """The database was lost while it committed; whether it did is not known."""


class SlackUnavailableError(PaperRoundError):
    """Slack is unreachable, busy, or rejected a token; the message says which, and what to do."""


class SlackCallError(PaperRoundError):
    """Slack refused one call, or gave no answer that can be read.

    `reason` is Slack's error code, or what came in its place; `is_passing` is whether a second try may help.
    """

    def __init__(self, reason: str, *, is_passing: bool, needed: str = "") -> None:
        super().__init__(f"Slack did not take the call ({reason}).")
        self.reason, self.is_passing = reason, is_passing
        #: The scope that the app lacks, where Slack names one.
        self.needed = needed


class NotInstalledError(PaperRoundError):
    """The bot is not installed in a workspace, or no longer; the message names it."""


class UnreadableTokenError(PaperRoundError):
    """A stored token was encrypted with a key that is not among the settings."""


class TokenRenewalError(PaperRoundError):
    """A workspace's token has expired, and Slack gave no new one.

    `reason` is Slack's error code, or what came in its place; `is_passing` is whether a later try may help.
    """

    def __init__(self, workspace: str, reason: str, *, is_passing: bool) -> None:
        what_to_do = "It is tried again." if is_passing else "Have the app installed there again."
        super().__init__(
            f"The token of {workspace} has expired, and Slack gave no new one ({reason}). {what_to_do}"
        )
        self.workspace, self.reason, self.is_passing = workspace, reason, is_passing


class UnreadableValueError(PaperRoundError):
    """A value that came back from a button, a menu or a form is none of those that this version sends."""

    def __init__(self, what: str) -> None:
        super().__init__(f"What came back is no {what} of this version.")


class ArchiveError(PaperRoundError):
    """A file of an archive cannot be written; the message names it."""


class NothingListedError(PaperRoundError):
    """Nothing is listed for the requested day; the message names the nearest days."""


class UnknownChannelError(PaperRoundError):
    """The named channel cannot have digests; the message names it and says why."""


class UnknownSourceError(PaperRoundError):
    """The named source does not exist; the message names those that do."""


class InvalidPreferenceError(PaperRoundError):
    """A preference cannot be read: its text (`found`), what it is not (`what`), and an `example` of that."""

    def __init__(self, what: str, found: str, example: str) -> None:
        super().__init__(f"“{found}” isn't {what}. Write it like {example}.")
        self.what, self.found, self.example = what, found, example


class UnknownCategoryError(InvalidPreferenceError):
    """arXiv has no such category; `nearest` are the names most like it, perhaps none."""

    def __init__(self, found: str, nearest: tuple[str, ...]) -> None:
        super().__init__("a category", found, ", ".join(nearest) or "cs.CL")
        *others, last = nearest or ("",)
        either = f"{', '.join(others)} or {last}" if others else last
        suggestion = f"Did you mean {either}?" if nearest else "Write it like cs.CL."
        self.args = (f"arXiv has no category “{found}”. {suggestion}",)
        self.nearest = nearest


class TooLongListError(InvalidPreferenceError):
    """A list of words or categories has more than `most` characters, with a comma and a space between two."""

    def __init__(self, found: str, most: int) -> None:
        super().__init__("a list", found, "RAG, world model")
        sentence = (
            f"“{found[:40]}…” has {len(found):,} characters with its commas, and a list may have {most:,}. "
            "Leave some out."
        )
        self.args = (sentence,)
        self.most = most


class LeaseLostError(PaperRoundError):
    """Another worker has claimed the work; this one's writes are refused."""


class OutdatedChoiceError(PaperRoundError):
    """What was chosen to be posted is no longer what is wanted; choose again."""


class SourceError(PaperRoundError):
    """A source could not be read; the message names the service and what it did."""


class SourceUnreachableError(SourceError):
    """No answer came: a timeout, no connection, no such host."""


class SourceRefusedError(SourceError):
    """The service answered with an HTTP `status` of 400 or above.

    `retry_after` is the wait in seconds that it asks for, if any.
    """

    def __init__(self, sentence: str, status: int, retry_after: float | None = None) -> None:
        super().__init__(sentence)
        self.status, self.retry_after = status, retry_after


class SourceAnswerError(SourceError):
    """An answer cannot be used: too large, cut off, redirected elsewhere, or of an unknown shape."""


class SummaryError(PaperRoundError):
    """Some of the requested summaries failed."""


class TokensUsedUpError(PaperRoundError):
    """The day's tokens are used up; the message says until when, and names the setting."""


@dataclass(frozen=True, slots=True)
class Usage:
    """The tokens that a language model counted; errors carry it too, since a failure costs tokens."""

    prompt_tokens: int = 0
    completion_tokens: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.prompt_tokens + other.prompt_tokens, self.completion_tokens + other.completion_tokens
        )


class ModelError(PaperRoundError):
    """A language model gave no usable answer; `usage` is what that cost."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.usage = Usage()


class ModelUnavailableError(ModelError):
    """The model is unreachable, fails, or limits its rate for longer than a question waits.

    `retry_after` is the wait in seconds that it asks for, if any.
    """

    def __init__(self, sentence: str, retry_after: float | None = None) -> None:
        super().__init__(sentence)
        self.retry_after = retry_after


class ModelQuotaError(ModelError):
    """The model's quota is exhausted: for today, or until somebody pays."""


class ModelRefusedError(ModelError):
    """No question will be answered until a setting changes; the message names it, never the key."""


class ModelAnswerError(ModelError):
    """The model's answer to this question cannot be used; other questions may do better."""


class ModelSlipError(ModelAnswerError):
    """The model's answer has a slip of form: the `slip` in a sentence, and the `answer` as it was written."""

    def __init__(self, sentence: str, slip: str, answer: str) -> None:
        super().__init__(sentence)
        self.slip, self.answer = slip, answer


class ModelCutOffError(ModelAnswerError):
    """The model's answer was cut off; with more tokens it may come to its end."""


class ModelThoughtError(ModelCutOffError):
    """The model spent the tokens of its answer on thoughts, as it would on those of the next."""
