"""A person's own list as a file, sent to them in a direct message."""

import asyncio

from bot.cards.blocks import Message
from bot.cards.notices import notice
from bot.errors import SlackCallError
from bot.locale import Words
from bot.lookup.own_list import Owner, own_query_text, whole_list
from bot.references.export import FORMATS, TITLES, export
from bot.references.saved import references_of
from bot.text.mrkdwn import cut
from handlers.channels import Requester
from handlers.parts import Parts
from handlers.requests import Export
from handlers.slack_calls import send_file
from storage.records import SavedPaper

_ECHOED_CHARACTERS = 200
_MISSING_SCOPE = "missing_scope"


async def export_list(parts: Parts, requester: Requester, request: Export) -> Message:
    """Send the person a file of their list, or of the part that they look for, and say so."""
    person, words = requester.person, requester.person.words
    owner = Owner(person.workspace, person.id)
    papers = await whole_list(parts.storage, request.wanted, owner)
    if not papers:
        return _nothing(own_query_text(request.wanted), words)
    content = await asyncio.to_thread(_written, request.format_name, papers)
    name = f"saved-papers-{person.today(parts.clock.now())}{FORMATS[request.format_name]}"
    comment = words.count("export.file", len(papers), format=TITLES[request.format_name])
    try:
        await send_file(requester.channel.client, person.id, name, content, comment)
    except SlackCallError as error:
        return refused(error, words)
    return notice(words.mrkdwn("export.sent", name=name))


def refused(error: SlackCallError, words: Words, key: str = "export.refused") -> Message:
    """Return why Slack refused a call, by the sentence `key`, or else the scope that the app lacks for it."""
    if error.reason == _MISSING_SCOPE:
        return notice(words.mrkdwn("error.missing_scope", scope=error.needed or "files:write"))
    return notice(words.mrkdwn(key, reason=error.reason))


def _nothing(text: str, words: Words) -> Message:
    if not text:
        return notice(words.mrkdwn("saved.empty"))
    # What is typed for a format that is not there, such as pdf, is read as words to look for.
    formats = words.series(list(TITLES.values()))
    return notice(words.mrkdwn("export.nothing_fits", text=cut(text, _ECHOED_CHARACTERS), formats=formats))


def _written(format_name: str, papers: list[SavedPaper]) -> bytes:
    return export(format_name, references_of(papers)).encode()
