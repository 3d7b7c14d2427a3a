"""The links in a message of which an app hears, by its registered domains; pure.

docs.slack.dev/messaging/unfurling-links-in-messages: subdomains and paths of a registered domain match, and a
subdomain that is registered leaves the naked domain out. A link needs its protocol; a port does not matter.
"""

import re
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from bot.sandbox.checks import Json

# Slack's client sends links in angle brackets, and people are quoted here as they type.
_LINK = re.compile(r"https?://[^\s<>|]+", re.IGNORECASE)
_AFTER = ".,;:!?'\")]}，。；：！？、）】》」』"


def found_in(text: str, domains: Iterable[str]) -> list[Json]:
    """Return the links to the domains in a stored text, each once, with the domain that matched.

    They have Slack's entities, as in the text (reported: link_shared has `&amp;`).
    """
    registered = tuple(domains)
    found = {url: domain for url in _links(text) if (domain := _matching(url, registered))}
    return [{"domain": domain, "url": url} for url, domain in found.items()]


def _links(text: str) -> Iterator[str]:
    for match in _LINK.finditer(text):
        yield match[0].rstrip(_AFTER)


def _matching(url: str, domains: tuple[str, ...]) -> str | None:
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return None
    return next((each for each in domains if host == each or host.endswith(f".{each}")), None)
