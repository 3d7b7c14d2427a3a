"""One small tree of errors; each is a sentence for a person, never a code."""


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


class NothingListedError(PaperRoundError):
    """A day was asked for on which nothing is listed; the sentence names the days around it."""


class WrongWishError(PaperRoundError):
    """A setting of a subscription cannot be read: which one (`what`), what was found and an example."""

    def __init__(self, what: str, found: str, example: str) -> None:
        super().__init__(f"The {what} “{found}” cannot be read. Write it as {example}.")
        self.what, self.found, self.example = what, found, example


class LeaseLostError(PaperRoundError):
    """Another process works on this delivery now; what this one would still write is refused."""
