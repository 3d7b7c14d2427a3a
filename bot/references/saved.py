"""Papers of a person's list as references, and back; pure."""

from collections.abc import Iterable, Mapping

from bot.references.reference import ReadingStatus, Reference
from storage import records
from storage.records import SavedPaper

_STATUSES: Mapping[records.ReadingStatus, ReadingStatus] = {
    records.ReadingStatus.UNREAD: ReadingStatus.TO_READ,
    records.ReadingStatus.READING: ReadingStatus.READING,
    records.ReadingStatus.READ: ReadingStatus.READ,
}
_OWN_STATUSES = {named: own for own, named in _STATUSES.items()}


def references_of(papers: Iterable[SavedPaper]) -> list[Reference]:
    """Return saved papers as references, in their order; where they were saved is left out."""
    return [
        Reference(saved.paper, saved.saved_at, _STATUSES[saved.status], saved.tags, saved.note)
        for saved in papers
    ]


def own_status(status: ReadingStatus) -> records.ReadingStatus:
    """Return how a list names the status of a reference."""
    return _OWN_STATUSES[status]
