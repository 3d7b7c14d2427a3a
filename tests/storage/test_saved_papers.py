"""A person's own list: what is saved, noted, tagged, removed and put back, on both engines."""

from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text.full_text import Phrase, Term
from bot.text.index_tokens import exact
from bot.text.tags import read_tag, read_tags
from storage.database import connect
from storage.people import TABLES
from storage.records import (
    FROM_MODEL,
    FollowKind,
    MistakeReport,
    Opinion,
    Paper,
    PersonalData,
    PersonSettings,
    ReadingStatus,
    SavedFilter,
    SavedIn,
    SavedPaper,
    SaveOutcome,
    Topic,
    TopicOwner,
)
from storage.tables import Tables
from tests.support.subscribing import subscribe
from tests.support.tables import empty_tables

NOW = datetime(2025, 9, 29, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
PAPERS = tuple(Paper(id=f"2509.0000{number}", title=f"Garden {number}") for number in range(6))
IDS = tuple(paper.id for paper in PAPERS)
ME = ("T1", "U1")
OTHERS = (("T1", "U2"), ("T2", "U1"))
PLACE = SavedIn("C1", "1759136400.000100", "1759136400.000000")


@pytest.fixture
def shelf(tables: Tables) -> Tables:
    for paper in PAPERS:
        tables.papers.add(paper)
    return tables


def save_all(tables: Tables) -> None:
    for number, paper_id in enumerate(IDS):
        tables.saved_papers.save(*ME, paper_id, NOW + timedelta(minutes=number))


def test_a_paper_is_saved_with_tags_note_and_place(shelf: Tables) -> None:
    outcome = shelf.saved_papers.save(*ME, IDS[0], NOW, tags=["rl", "花园"], note="Read it.", saved_in=PLACE)

    assert outcome == SaveOutcome(is_new=True, new_tags=("rl", "花园"), is_note_new=True)
    assert shelf.saved_papers.get(*ME, IDS[0]) == SavedPaper(
        *ME, PAPERS[0], NOW, tags=("rl", "花园"), note="Read it.", saved_in=PLACE
    )


def test_saving_again_adds_tags_and_note_and_keeps_the_rest(shelf: Tables) -> None:
    saved = shelf.saved_papers
    saved.save(*ME, IDS[0], NOW, tags=["rl"], note="Read it.", saved_in=PLACE)
    saved.set_status(*ME, IDS[0], ReadingStatus.READING, NOW)
    outcomes = [
        saved.save(*ME, IDS[0], LATER),
        saved.save(*ME, IDS[0], LATER, tags=["rl", "agents"], note="Twice.", saved_in=SavedIn("C2", "2.0")),
        saved.save(*ME, IDS[0], LATER, note="Twice."),
    ]

    assert outcomes == [
        SaveOutcome(is_new=False),
        SaveOutcome(is_new=False, new_tags=("agents",), is_note_new=True),
        SaveOutcome(is_new=False),
    ]
    assert saved.get(*ME, IDS[0]) == SavedPaper(
        *ME, PAPERS[0], NOW, ReadingStatus.READING, None, ("agents", "rl"), "Read it.\nTwice.", PLACE
    )


def test_a_paper_takes_twenty_tags_and_a_note_of_3000_characters(shelf: Tables) -> None:
    saved = shelf.saved_papers
    saved.save(*ME, IDS[0], NOW, tags=[f"tag-{number}" for number in range(19)], note="a" * 2_999)

    outcome = saved.save(*ME, IDS[0], NOW, tags=["x", "y", "z"], note="b")

    assert outcome == SaveOutcome(False, ("x",), ("y", "z"), is_note_left_out=True)
    kept = saved.get(*ME, IDS[0])
    assert kept
    assert (len(kept.tags), kept.note) == (20, "a" * 2_999)


def test_a_note_is_counted_as_a_form_counts_it(shelf: Tables) -> None:
    saved = shelf.saved_papers
    saved.save(*ME, IDS[0], NOW)

    left_out = saved.save(*ME, IDS[0], NOW, note="&" * 601)
    saved.set_note(*ME, IDS[0], "&" * 3_000)

    kept = saved.get(*ME, IDS[0])
    assert left_out == SaveOutcome(False, is_note_left_out=True)
    assert kept
    assert kept.note == "&" * 600


def test_a_removed_paper_comes_back_exactly_as_it_was(shelf: Tables) -> None:
    saved = shelf.saved_papers
    saved.save(*ME, IDS[0], NOW, tags=["rl", "花园"], note="“Yes”\n= 1", saved_in=PLACE)
    saved.set_status(*ME, IDS[0], ReadingStatus.READ, LATER)
    before = saved.get(*ME, IDS[0])

    removed = saved.remove(*ME, IDS[0], LATER)
    gone = saved.get(*ME, IDS[0]), saved.tags(*ME), saved.count(*ME)
    restored = saved.restore(*ME, IDS[0])

    assert (removed, gone, restored) == (before, (None, {}, 0), before)
    assert saved.get(*ME, IDS[0]) == before
    assert saved.noted_with(*ME, Term((Phrase(("rl",)),))) == [IDS[0]]
    assert saved.restore(*ME, IDS[0]) is None


def test_nobody_puts_back_what_another_removed(shelf: Tables) -> None:
    shelf.saved_papers.save(*ME, IDS[0], NOW)
    shelf.saved_papers.remove(*ME, IDS[0], NOW)

    assert [shelf.saved_papers.restore(*other, IDS[0]) for other in OTHERS] == [None, None]


def test_a_paper_saved_again_after_its_removal_gets_back_what_was_noted_before(shelf: Tables) -> None:
    saved = shelf.saved_papers
    saved.save(*ME, IDS[0], NOW, note="First.", tags=["rl"])
    saved.remove(*ME, IDS[0], NOW)
    saved.save(*ME, IDS[0], LATER, note="Second.")

    assert saved.restore(*ME, IDS[0]) == SavedPaper(
        *ME, PAPERS[0], LATER, note="Second.\nFirst.", tags=("rl",)
    )
    assert saved.restore(*ME, IDS[0]) is None


def test_removed_papers_go_for_good_the_longest_removed_first(shelf: Tables) -> None:
    saved = shelf.saved_papers
    for number, paper_id in enumerate(IDS[:3]):
        saved.save(*ME, paper_id, NOW)
        saved.remove(*ME, paper_id, NOW + timedelta(hours=number))

    assert [saved.delete_removed(NOW + timedelta(hours=2), 1) for _ in range(3)] == [1, 1, 0]
    assert [bool(saved.restore(*ME, paper_id)) for paper_id in IDS[:3]] == [False, False, True]


def test_a_status_is_set_and_the_moment_of_reading_kept(shelf: Tables) -> None:
    saved = shelf.saved_papers
    saved.save(*ME, IDS[0], NOW)
    moments = []
    for status, at in [("read", NOW), ("read", LATER), ("reading", LATER), ("read", LATER)]:
        assert saved.set_status(*ME, IDS[0], ReadingStatus(status), at)
        kept = saved.get(*ME, IDS[0])
        moments.append(kept and (kept.status, kept.read_at))

    assert moments == [("read", NOW), ("read", NOW), ("reading", None), ("read", LATER)]
    assert not saved.set_status(*ME, IDS[1], ReadingStatus.READ, NOW)


def test_note_and_tags_are_replaced_on_that_list_alone(shelf: Tables) -> None:
    saved = shelf.saved_papers
    for whose in (ME, *OTHERS):
        saved.save(*whose, IDS[0], NOW, tags=["old"], note="Old.")

    assert saved.set_note(*ME, IDS[0], "New.")
    assert saved.set_tags(*ME, IDS[0], ["new"])
    assert not saved.set_note(*ME, IDS[1], "New.")
    assert not saved.set_tags(*ME, IDS[1], ["new"])
    found = [saved.get(*whose, IDS[0]) for whose in (ME, *OTHERS)]
    assert [each and (each.tags, each.note) for each in found] == [
        (("new",), "New."),
        (("old",), "Old."),
        (("old",), "Old."),
    ]


def test_a_list_is_filtered_and_counted_by_status_and_tags(shelf: Tables) -> None:
    saved = shelf.saved_papers
    save_all(shelf)
    for paper_id in IDS[:4]:
        saved.set_tags(*ME, paper_id, ["rl", "agents"] if paper_id in IDS[:2] else ["rl"])
    for paper_id in (IDS[0], IDS[3]):
        saved.set_status(*ME, paper_id, ReadingStatus.READ, NOW)
    chosen = SavedFilter(ReadingStatus.UNREAD, ("rl",))

    assert [each.paper.id for each in saved.page(*ME, chosen, offset=0, limit=9)] == [IDS[2], IDS[1]]
    assert [each.paper.id for each in saved.page(*ME, chosen, offset=1, limit=9)] == [IDS[1]]
    assert saved.count(*ME, chosen) == 2
    assert saved.counts(*ME) == {"unread": 4, "read": 2}
    assert saved.counts(*ME, ["rl", "agents"]) == {"unread": 1, "read": 1}
    assert saved.tags(*ME) == {"rl": 4, "agents": 2}
    assert list(saved.tags(*ME, 1)) == ["rl"]
    assert [saved.counts(*other) for other in OTHERS] == [{}, {}]


def test_a_list_is_read_in_batches_that_miss_and_repeat_nothing(shelf: Tables) -> None:
    saved = shelf.saved_papers
    for paper_id in IDS:
        saved.save(*ME, paper_id, NOW)
    found: list[SavedPaper] = []
    while batch := saved.following(*ME, found[-1] if found else None, limit=4):
        found += batch

    assert [each.paper.id for each in found] == sorted(IDS, reverse=True)
    assert saved.of_ids(*ME, [IDS[2], "x", IDS[0], IDS[2]]) == (found[3], found[5])
    assert saved.newest_first(*ME, [IDS[0], "x", IDS[5]]) == [IDS[5], IDS[0]]


def test_notes_and_tags_are_found_as_texts_of_papers_are(shelf: Tables) -> None:
    saved = shelf.saved_papers
    notes = ["Our agents, fine-tuned.", "花园里的河流", "100% off_by_one", "", "An agentic view", "GPT-4o"]
    for paper_id, note in zip(IDS, notes, strict=True):
        saved.save(*ME, paper_id, NOW, note=note, tags=["世界模型"] if paper_id == IDS[3] else [])
    saved.save("T1", "U2", IDS[3], NOW, note="Our agents.")
    terms = {
        "agent": Term((Phrase(("agent",)),)),
        "exactly agents": Term((Phrase(("agent",)),), (exact("agents"),)),
        "ag*": Term((Phrase((exact("ag"),), is_prefix=True),)),
        "finetuned": Term((Phrase(("finetun",)),)),
        "花园": Term((Phrase(("花园",)),)),
        "模型": Term((Phrase(("模型",)),)),
        "%": Term((Phrase(("10",)),)),
        "gpt 4": Term((Phrase(("gpt", "4")),)),
    }

    found = {name: saved.noted_with(*ME, term) for name, term in terms.items()}

    assert found == {
        "agent": [IDS[4], IDS[0]],
        "exactly agents": [IDS[0]],
        "ag*": [IDS[4], IDS[0]],
        "finetuned": [IDS[0]],
        "花园": [IDS[1]],
        "模型": [IDS[3]],
        "%": [],
        "gpt 4": [IDS[5]],
    }
    read = SavedFilter(ReadingStatus.READ)
    assert saved.noted_with(*ME, terms["agent"], read) == []


def test_three_savers_of_a_workspace_are_counted_and_two_are_not(shelf: Tables) -> None:
    for person in ("U1", "U2", "U3"):
        shelf.saved_papers.save("T1", person, IDS[0], NOW)
    for workspace, person in (("T1", "U1"), ("T1", "U2"), ("T2", "U3")):
        shelf.saved_papers.save(workspace, person, IDS[1], NOW)

    assert shelf.saved_papers.savers("T1", IDS) == {IDS[0]: 3}


def test_all_of_a_person_is_told_and_forgotten_and_nobody_else(shelf: Tables) -> None:
    for whose in (ME, *OTHERS):
        shelf.saved_papers.save(*whose, IDS[0], NOW, tags=["rl", "agents"], note="Mine.")
        shelf.saved_papers.save(*whose, IDS[1], NOW, tags=["rl"])
        shelf.saved_papers.save(*whose, IDS[2], NOW)
        shelf.saved_papers.remove(*whose, IDS[2], NOW)
        shelf.opinions.put(*whose, IDS[1], NOW, is_liked=False)
        shelf.personal_settings.put(PersonSettings(*whose))
        shelf.follows.put(*whose, FollowKind.SIMILAR, IDS[0], NOW)
        shelf.readers.add(whose[0], "C1", whose[1], IDS[0], NOW)
        planned = shelf.discussions.plan(
            *(whose[0], "C1", IDS[int(whose[1][1:])], NOW.date()),
            presenter=whose[1],
            planned_by=whose[1],
            now=NOW,
        )
        assert planned
        shelf.discussions.give_verdict(whose[0], planned.id, whose[1], NOW, is_worth=True)
        shelf.topics.put(TopicOwner(*whose), [Topic("rivers", 1)])
        shelf.topics.propose(TopicOwner(*whose), [Topic("seas", 1)])
        shelf.summary_requests.add(*whose, IDS[0], "en", NOW)
        shelf.mistake_reports.add(MistakeReport(*whose, IDS[0], "en", NOW, "No.", FROM_MODEL, NOW.date()))
    subscribe(shelf, "T1", "C1", created_by="U1")
    together = {"readings": 1, "discussions": 1, "verdicts": 1}
    everything = PersonalData(2, 1, 2, 1, 1, 1, 1, 1, opinions=1, follows=1, topics=2, **together)

    assert shelf.people.what_is_kept(*ME) == everything
    assert shelf.people.forget(*ME) == everything
    assert shelf.people.what_is_kept(*ME) == PersonalData()
    kept = [shelf.people.what_is_kept(*other) for other in OTHERS]
    assert kept == [PersonalData(2, 1, 2, 1, 1, 1, 1, 0, opinions=1, follows=1, topics=2, **together)] * 2


def test_the_last_opinion_of_a_paper_counts_and_can_be_taken_back(shelf: Tables) -> None:
    opinions, later = shelf.opinions, NOW + timedelta(hours=1)
    for whose in (ME, *OTHERS):
        opinions.put(*whose, IDS[0], NOW, is_liked=True)
    opinions.put(*ME, IDS[1], NOW, is_liked=True)
    opinions.put(*ME, IDS[0], later, is_liked=False)

    latest = [opinions.latest(*ME, limit) for limit in (9, 1)]
    removed = [opinions.remove(*ME, IDS[1]) for _ in range(2)]

    changed, first = Opinion(IDS[0], is_liked=False, at=later), Opinion(IDS[1], is_liked=True, at=NOW)
    assert latest == [(changed, first), (changed,)]
    assert removed == [True, False]
    assert opinions.latest(*ME, 9) == (changed,)
    assert [opinions.latest(*each, 9) for each in OTHERS] == [(Opinion(IDS[0], is_liked=True, at=NOW),)] * 2


def test_the_newest_saved_papers_come_first(shelf: Tables) -> None:
    for hours, paper_id in enumerate(IDS[:3]):
        shelf.saved_papers.save(*ME, paper_id, NOW + timedelta(hours=hours))

    assert shelf.saved_papers.newest(*ME, 2) == (IDS[2], IDS[1])


def test_no_table_with_a_person_in_it_is_overlooked(tmp_path: Path) -> None:
    with closing(connect(empty_tables(tmp_path / "test.db"))) as engine:
        rows = engine.query(
            """
            SELECT tables.name FROM sqlite_master AS tables JOIN pragma_table_info(tables.name) AS columns
            WHERE tables.type = 'table'
                AND columns.name IN ('person', 'created_by', 'presenter', 'planned_by')
            """
        )

        assert {row["name"] for row in rows} == {*TABLES, "subscriptions", "discussions"}


def test_a_reminder_is_begun_once(shelf: Tables) -> None:
    settings = shelf.personal_settings
    due, week = PersonSettings(*ME, next_reminder_at=NOW), timedelta(days=7)
    settings.put(due)
    settings.put(PersonSettings("T1", "U2", next_reminder_at=LATER))
    settings.put(PersonSettings("T1", "U3"))

    assert settings.due_reminders(NOW, 9) == (due,)
    assert [settings.begin_reminder(due, NOW + week) for _ in range(2)] == [True, False]
    assert settings.due_reminders(NOW, 9) == ()
    assert settings.get(*ME) == PersonSettings(*ME, next_reminder_at=NOW + week)


@pytest.mark.parametrize(
    ("typed", "tag"),
    [
        ("#RL", "rl"),
        ("＃世界模型", "世界模型"),
        ("#World Model", "world-model"),
        ("#Ünïcode!", "ünïcode"),
        ("#c++", "c++"),
        ("#🔥", "🔥"),
        ("#NLP (natural, written; spoken)", "nlp-(natural-written-spoken"),
        ("#机器学习、视觉，", "机器学习-视觉"),
        ("#İ.＃", "i̇"),
        ("#", None),
        ("\u202e", None),
        ("...", None),
        ("#" + "a" * 60, "a" * 50),
    ],
)
def test_a_tag_has_one_form(typed: str, tag: str | None) -> None:
    assert read_tag(typed) == tag


@given(st.text(max_size=60) | st.text('a#＃,;、() .-:"“】İßſ½㈱\u200b\u00ad树', max_size=60))
def test_a_tag_is_read_back_as_itself_alone_and_from_a_list(typed: str) -> None:
    tag = read_tag(typed)

    assert tag is None or (read_tag(tag), read_tags(f"#{tag} #other")) == (tag, (tag, "other"))


def test_tags_are_read_from_a_list() -> None:
    assert read_tags("rl, #Agents #RL，世界模型#x  ") == ("rl", "agents", "世界模型", "x")
