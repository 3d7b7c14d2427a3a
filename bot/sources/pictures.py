"""Papers' pictures: which addresses that a source gives are its own."""

from urllib.parse import urlsplit

_DOMAIN = "huggingface.co"
"""Hugging Face's thumbnails are at cdn-thumbnails.huggingface.co; no other source has any."""

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
    host = read.hostname or ""
    is_own = host == _DOMAIN or host.endswith(f".{_DOMAIN}")
    return url if read.scheme == "https" and is_bare and is_own else None
