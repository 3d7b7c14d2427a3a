"""Sets off what strangers wrote from what a model is asked to do; pure."""

import re
from hashlib import sha256

# What models read as the start or end of a turn: <|im_end|>, </s>, <think>, [INST].
_CONTROL = re.compile(r"<(?=[/|｜!]*[A-Za-z|｜])|\[(?=/?[A-Z_]{3,}\])")


def harmless(text: str) -> str:
    """Return the text without control tokens, which an endpoint may interpret even in a user's turn."""
    return _CONTROL.sub(lambda opening: f"{opening[0]} ", text)


def mark_for(text: str, kind: str = "paper") -> str:
    """Return a mark that is derived from the text, so that questions repeat, and that is not in it."""
    digest = sha256(text.encode("utf-8", "replace")).hexdigest()
    while (mark := f"{kind}-{digest[:16]}") in text:
        digest = sha256(digest.encode()).hexdigest()
    return mark
