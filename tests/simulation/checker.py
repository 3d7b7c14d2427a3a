"""Checks of a run against the promises of delivery, by what the channel shows.

The bot's tables are only checked for soundness.
"""

import itertools
from collections import Counter
from collections.abc import Iterator

from storage.address import Server
from storage.database import connect
from tests.simulation.people import channels_of_people, expected_digest, told_reasons
from tests.simulation.runs import Record
from tests.simulation.world import CAUSED, LONGEST_RUN

_LEAST_SECONDS = 0.999_999


def violations(record: Record) -> list[str]:
    """Return a sentence for each promise that the run broke."""
    return [
        *_stuck(record),
        *_lost_or_doubled(record),
        *_out_of_place(record),
        *_never_changed(record),
        *_begun_in_pause(record),
        *_doubled_in_passing(record),
        *_too_fast(record),
        *_unsound(record),
        *_unforeseen(record),
    ]


def violations_without_reading(record: Record) -> list[str]:
    """Return a sentence for each promise that a run without permission to read broke.

    Then nothing may be sent twice, and the parent must say how many papers are certain to be there.
    """
    return [
        *_stuck(record),
        *_sent_twice(record),
        *_missing_in_silence(record),
        *_unsound(record),
        *_unforeseen(record),
    ]


def violations_of_people(record: Record) -> list[str]:
    """Return a sentence for each promise that a run with people's own digests broke."""
    return [
        *_stuck(record),
        *_not_as_followed(record),
        *_doubled_in_passing(record),
        *_unsound(record),
        *_unforeseen(record),
    ]


def _not_as_followed(record: Record) -> Iterator[str]:
    """Check that each person has one message, with just their papers and why each is there."""
    for name, channel in channels_of_people(record.workspace).items():
        told = [
            told_reasons(message.blocks or []) for message in channel.messages.values() if message.metadata
        ]
        wanted = expected_digest(name, record.titles)
        if told != ([wanted] if wanted else []):
            yield f"{name} was told {told}, and should be told {wanted}"


def _sent_twice(record: Record) -> Iterator[str]:
    for (_, position), number in _copies(record).items():
        if number > 1:
            yield f"doubled: position {position} came {number} times"


def _missing_in_silence(record: Record) -> Iterator[str]:
    """Ignore a digest without any card: it ended early, and the notifier says so."""
    messages = list(record.workspace.channel("papers").messages.values())
    cards = len(messages) - 1
    if 0 < cards < len(record.titles) and "are here for sure" not in messages[0].text:
        yield f"missing in silence: {cards} of {len(record.titles)} cards are there"


def _stuck(record: Record) -> Iterator[str]:
    if record.ended_after is None:
        yield f"stuck: not at its end after {LONGEST_RUN}"


def _lost_or_doubled(record: Record) -> Iterator[str]:
    messages = record.workspace.channel("papers").messages.values()
    texts = [message.text for message in messages if message.metadata]
    for title in record.titles:
        times = sum(title in text.partition("\n")[0] for text in texts)
        if times != 1:
            yield f"{'lost' if times == 0 else 'doubled'}: {title!r} is there {times} times"
    if len(messages) != len(record.titles) + 1:
        yield f"the channel holds {len(messages)} messages, and should hold {len(record.titles) + 1}"


def _out_of_place(record: Record) -> Iterator[str]:
    messages = sorted(record.workspace.channel("papers").messages.values(), key=lambda each: each.ts)
    places = [each.metadata["event_payload"]["position"] if each.metadata else None for each in messages]
    if places != sorted(places, key=lambda place: -1 if place is None else place):
        yield f"out of order: {places}"
    if messages and any(each.thread_ts != messages[0].ts for each in messages[1:]):
        yield "a card is outside of the parent's thread"


def _never_changed(record: Record) -> Iterator[str]:
    """Check that the parent shows the digest in the end, whatever it said while its list was missing."""
    texts = [message.text for message in record.workspace.channel("papers").messages.values()]
    if texts and not texts[0].startswith("AI papers"):
        yield f"the parent was never changed: {texts[0]!r}"


def _begun_in_pause(record: Record) -> Iterator[str]:
    """Check that a pause stops the digest, and that the parent no longer says so after it went on."""
    if record.begun_in_pause:
        yield f"begun in a pause: positions {record.begun_in_pause}"
    texts = [message.text for message in record.workspace.channel("papers").messages.values()]
    if record.plan.pause and texts and "Stopped on request" in texts[0]:
        yield "the parent says that the digest was stopped, though it went on"


def _doubled_in_passing(record: Record) -> Iterator[str]:
    """Allow a second copy only if the first appeared after more than two settling times."""
    for (channel, position), number in sorted(_copies(record).items()):
        if number > 1 and (channel, position) not in record.very_late:
            yield f"doubled in passing: position {position} came {number} times"


def _copies(record: Record) -> Counter[tuple[str, int]]:
    """Return how often the post of each position came into each channel."""
    return Counter((arrival.channel, arrival.position) for arrival in record.arrivals)


def _too_fast(record: Record) -> Iterator[str]:
    stamps = [float(arrival.ts) for arrival in record.arrivals if not arrival.came_late]
    for earlier, later in itertools.pairwise(stamps):
        if later - earlier < _LEAST_SECONDS:
            yield f"too fast: {later - earlier:.3f} s between two messages"
    if record.crowded and not record.plan.other_lives:
        yield f"too fast: Slack refused a post of a worker that was alone, at {record.crowded[0]}"


def _unforeseen(record: Record) -> Iterator[str]:
    """Report the errors that the bot's loops survived, except those that the world caused."""
    unforeseen = {error for error in record.errors if not any(cause in error for cause in CAUSED)}
    yield from sorted(unforeseen)


def _unsound(record: Record) -> Iterator[str]:
    """Check a file by SQLite's own means; a server's constraints hold at each commit."""
    if isinstance(record.database, Server):
        return
    database = connect(record.database)
    try:
        integrity = [row["integrity_check"] for row in database.query("PRAGMA integrity_check")]
        dangling = list(database.query("PRAGMA foreign_key_check"))
    finally:
        database.close()
    if integrity != ["ok"] or dangling:
        yield f"the database is not sound: {integrity} {dangling}"
