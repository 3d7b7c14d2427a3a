"""Papers' pictures: which addresses that a source gives are its own."""

import re
from urllib.parse import urlsplit

_DOMAIN = "huggingface.co"
"""Hugging Face's thumbnails are at cdn-thumbnails.huggingface.co; no other source has any."""

# Nothing but labels: a browser ends the host of https://elsewhere.org\.huggingface.co at the backslash.
_OWN_HOST = re.compile(rf"(?:[a-z0-9-]+\.)*{re.escape(_DOMAIN)}")

_MOST_CHARACTERS = 3000
"""The longest address that Slack takes: https://docs.slack.dev/reference/block-kit/blocks/image-block"""


def picture_url(url: str | None) -> str | None:
    """Return the address of a picture, `None` for one that is no `https` address of a source's own host."""
    if not url or len(url) > _MOST_CHARACTERS or not url.isascii() or not url.isprintable() or " " in url:
        return None
    try:
        read = urlsplit(url)
        is_bare = read.username is None and read.password is None and read.port is None
    except ValueError:
        return None
    is_own = bool(_OWN_HOST.fullmatch(read.hostname or ""))
    return url if read.scheme == "https" and is_bare and is_own else None
