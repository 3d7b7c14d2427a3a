"""The state of a source's list in a sentence, for the status and for a digest without it."""

from collections.abc import Sequence
from datetime import datetime

from bot.cards.digest import source_name
from bot.locale import Reader, Words
from bot.sources.kinds import kind_of
from storage.records import FEW, Listing, ListingState

_DAYS_OFF = frozenset({5, 6})
"""Saturday and Sunday, counted from Monday as 0."""


def status_sentence(listing: Listing, reader: Reader) -> str:
    """Return the state of a source's latest list, and when the source was and will be polled."""
    state = _state(listing, reader)
    is_over = listing.state in {ListingState.COMPLETE, ListingState.NONE}
    is_quiet = is_over or (listing.state is not ListingState.STALLED and _is_day_off(listing))
    return _joined(reader.words, state, None if is_quiet else _looks(listing, reader))


def waiting_sentence(listing: Listing, reader: Reader) -> str:
    """Return why there is no digest yet, and that it will be posted with the list."""
    is_stalled = listing.state is ListingState.STALLED
    promise = reader.words("sources.will_post_then" if is_stalled else "sources.will_post")
    return _joined(reader.words, _why_missing(listing, reader), promise)


def missing_sentence(listing: Listing, reader: Reader) -> str:
    """Return whose papers a digest lacks and why, and that the next digest will have them."""
    return _joined(reader.words, _why_missing(listing, reader), reader.words("sources.with_next"))


def remarkable_sentence(listing: Listing, words: Words) -> str | None:
    """Return a digest's remark on a list that is empty, unusually short, or lost, if it is."""
    day = words.date(listing.day)
    if listing.is_lost:
        return _joined(words, _gone(listing, day, words))
    if listing.state is ListingState.NONE:
        return _joined(words, _empty(listing, day, words))
    if listing.state is ListingState.COMPLETE and listing.trouble == FEW:
        return _joined(words, _counted("sources.few", listing, day, words))
    return None


def given_up_sentence(sources: Sequence[str], words: Words, *, has_next: bool) -> str:
    """Return that a digest was given up, as sources did not answer before the next was due."""
    sentence = words("sources.given_up", sources=source_names(sources, words))
    return _joined(words, sentence, words("sources.papers_with_next") if has_next else None)


def source_names(sources: Sequence[str], words: Words) -> str:
    """Return the titles of these sources as a list in words."""
    return words.series([source_name(source, words) for source in sources])


def _state(listing: Listing, reader: Reader) -> str:
    words, day, is_few = reader.words, reader.day(listing.day), listing.trouble == FEW
    if listing.is_lost:
        return _gone(listing, day, words)
    if listing.state is ListingState.STALLED:
        return _stalled(listing, reader.time(_stalled_since(listing, reader)), words)
    if listing.state is ListingState.NONE or _is_day_off(listing):
        return _empty(listing, day, words)
    if listing.state is ListingState.WAITING:
        return words("sources.not_yet", source=source_name(listing.source, words))
    if listing.state is ListingState.PARTIAL:
        return _counted("sources.few_so_far" if is_few else "sources.so_far", listing, day, words)
    return _counted("sources.few" if is_few else "sources.complete", listing, day, words)


def _why_missing(listing: Listing, reader: Reader) -> str:
    words = reader.words
    if listing.state is ListingState.STALLED:
        return _stalled(listing, _written(_stalled_since(listing, reader), reader), words)
    return words("sources.not_here", source=source_name(listing.source, words), date=words.date(listing.day))


def _stalled(listing: Listing, since: str, words: Words) -> str:
    return words("sources.stalled", source=source_name(listing.source, words), since=since)


def _stalled_since(listing: Listing, reader: Reader) -> datetime:
    return listing.trouble_since or listing.looked_at or reader.now


def _written(at: datetime, reader: Reader) -> str:
    """Return a moment as a message in a channel has it, which is read on later days too."""
    local, now = at.astimezone(reader.zone), reader.now.astimezone(reader.zone)
    return reader.words.clock(local.time()) if local.date() == now.date() else reader.words.moment(local)


def _gone(listing: Listing, day: str, words: Words) -> str:
    return words("sources.gone", source=source_name(listing.source, words), date=day)


def _empty(listing: Listing, day: str, words: Words) -> str:
    name = source_name(listing.source, words)
    if _is_day_off(listing):
        return words("sources.day_off", source=name, weekday=words.weekday(listing.day.weekday()))
    return words("sources.empty", source=name, date=day)


def _is_day_off(listing: Listing) -> bool:
    rests = kind_of(listing.source).rests_on_weekends
    return rests and not listing.paper_ids and listing.day.weekday() in _DAYS_OFF


def _counted(key: str, listing: Listing, day: str, words: Words) -> str:
    name = source_name(listing.source, words)
    return words.count(key, len(listing.paper_ids), source=name, date=day)


def _looks(listing: Listing, reader: Reader) -> str | None:
    if listing.looked_at is None or listing.next_look_at is None:
        return None
    looked, following = (reader.time(at) for at in (listing.looked_at, listing.next_look_at))
    return reader.words("sources.looks", looked=looked, following=following)


def _joined(words: Words, first: str, second: str | None = None) -> str:
    if second is None:
        return words("sources.sentence", said=first)
    return words("sources.two_parts", first=first, second=second)
