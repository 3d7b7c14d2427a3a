"""The head of a person's own digest: picked by what they saved, with the reason, and steered by feedback."""

from datetime import date
from pathlib import Path

from bot.cards import ids
from bot.sandbox import Member
from storage.records import Listing, ListingState, Paper
from storage.tables import Tables
from tests.handlers.digests import cards_of, choose_digest, digests_of, has_digest, headings_of, tick
from tests.handlers.talking import last_with, say, shows
from tests.support.stage import Stage, on_each_engine, set_stage

ROBOT_ARM, ROBOT_LEG = (
    Paper("2508.00001", "Robot arms that grasp"),
    Paper("2508.00002", "Robot legs that walk"),
)
SPEECH, SONG = Paper("2508.00003", "Speech of whales"), Paper("2508.00004", "Songs of whales")
WHALES, GRASP, WALK, PROOFS, VIDEO = (
    Paper("2509.00001", "Whales in speech and songs", votes=9),
    Paper("2509.00002", "Grasp with soft robot hands", votes=1),
    Paper("2509.00003", "Walk on robot legs", votes=2),
    Paper("2509.00004", "Proofs by search", votes=50),
    Paper("2509.00005", "Video worlds", votes=40),
)
TODAYS = (WHALES, GRASP, WALK, PROOFS, VIDEO)


async def list_papers(stage: Stage, day: date, *papers: Paper) -> None:
    def write(tables: Tables) -> None:
        for paper in papers:
            tables.papers.add(paper)
        listed = tuple(paper.id for paper in papers)
        listing = Listing("digest-file", day, ListingState.COMPLETE, listed, looked_at=stage.clock.now())
        tables.listings.put(listing)

    await stage.bot.storage.write(write)


async def publish(stage: Stage) -> None:
    """List some papers to be saved, and those of a day."""
    await list_papers(stage, date(2025, 9, 1), ROBOT_ARM, ROBOT_LEG, SPEECH, SONG)
    await list_papers(stage, date(2025, 9, 28), *TODAYS)


async def save(person: Member, *papers: Paper) -> None:
    for paper in papers:
        await say(person, f"/papers save {paper.id}", "Saved: ")


async def want_digest(stage: Stage, person: Member, at: str = "14:00") -> None:
    await choose_digest(person, at)
    await has_digest(stage, person, at=at)


@on_each_engine
async def test_the_best_of_the_day_stand_at_the_head_with_the_saved_paper_that_is_the_reason(
    stage: Stage,
) -> None:
    await publish(stage)
    ada = stage.person("ada")
    await save(ada, ROBOT_ARM, ROBOT_LEG)
    await say(ada, "/papers follow proofs", "You follow")
    await want_digest(stage, ada)
    await tick(stage, 14)
    [message] = ada.direct_messages()

    assert headings_of(message) == ["For you · September 29, 2025", "What you follow"]
    assert cards_of(message) == [
        ("Walk on robot legs", "Because you saved Robot legs that walk"),
        ("Grasp with soft robot hands", "Because you saved Robot arms that grasp"),
        ("Proofs by search", "You follow proofs"),
    ]


async def test_what_one_follows_is_not_picked_besides_and_what_one_muted_is_nowhere(tmp_path: Path) -> None:
    async with set_stage(tmp_path / "test.db") as stage:
        await publish(stage)
        ada = stage.person("ada")
        await save(ada, ROBOT_ARM, ROBOT_LEG)
        await say(ada, "/papers follow grasp", "You follow")
        await say(ada, "/papers mute walk", "left out")
        await want_digest(stage, ada)
        await tick(stage, 14)
        [message] = ada.direct_messages()

    assert headings_of(message) == ["What you follow · September 29, 2025"]
    assert cards_of(message) == [("Grasp with soft robot hands", "You follow grasp")]


async def test_similar_to_a_saved_paper_says_so(tmp_path: Path) -> None:
    async with set_stage(tmp_path / "test.db") as stage:
        await publish(stage)
        ada = stage.person("ada")
        await save(ada, ROBOT_ARM)
        await say(ada, f"/papers follow similar:{ROBOT_ARM.id}", "You follow")
        await want_digest(stage, ada)
        await tick(stage, 14)
        [message] = ada.direct_messages()

    assert ("Grasp with soft robot hands", "Similar to Robot arms that grasp, which you saved") in cards_of(
        message
    )


async def test_who_saved_too_little_gets_the_channel_s_order_and_is_told(tmp_path: Path) -> None:
    async with set_stage(tmp_path / "test.db") as stage:
        await publish(stage)
        ada = stage.person("ada")
        await save(ada, ROBOT_ARM)
        await say(ada, "/papers follow grasp", "You follow")
        await want_digest(stage, ada)
        await tick(stage, 14)
        [message] = ada.direct_messages()

    assert "You have saved fewer than two papers" in str(message["blocks"])
    assert cards_of(message) == [
        ("Proofs by search", ""),
        ("Video worlds", ""),
        ("Whales in speech and songs", ""),
        ("Grasp with soft robot hands", "You follow grasp"),
    ]
    assert ids.FEEDBACK not in str(message["blocks"])


async def test_no_message_comes_of_the_channel_s_order_alone(tmp_path: Path) -> None:
    async with set_stage(tmp_path / "test.db") as stage:
        await publish(stage)
        ada = stage.person("ada")
        await say(ada, "/papers follow geology", "You follow")
        await want_digest(stage, ada)
        await tick(stage, 14)

        assert ada.direct_messages() == []


async def test_what_is_picked_comes_to_who_follows_nothing_and_not_again_on_a_quiet_day(
    tmp_path: Path,
) -> None:
    async with set_stage(tmp_path / "test.db") as stage:
        rooms = ("kitchens", "gardens", "workshops", "ships", "mines")
        more = tuple(Paper(f"2509.0001{n}", f"Robot arms in {room}") for n, room in enumerate(rooms))
        others = tuple(Paper(f"2507.{n:05}", f"Minerals of valley{n}") for n in range(30))
        await list_papers(stage, date(2025, 9, 1), ROBOT_ARM, ROBOT_LEG, *others)
        await list_papers(stage, date(2025, 9, 28), *more)
        ada = stage.person("ada")
        await save(ada, ROBOT_ARM, ROBOT_LEG)
        await want_digest(stage, ada)
        for hours in (14, 24):
            await tick(stage, hours)
        quiet = digests_of(ada)
        await list_papers(stage, date(2025, 9, 30), GRASP, *more)
        await tick(stage, 24)
        later = digests_of(ada)

    assert [len(cards_of(each)) for each in quiet] == [3]
    titles = [title for each in later for title, _ in cards_of(each)]
    assert len(titles) == len(set(titles)) == 6
    assert "Grasp with soft robot hands" in titles


@on_each_engine
async def test_feedback_counts_the_next_day_and_can_be_taken_back(stage: Stage) -> None:
    await publish(stage)
    ada = stage.person("ada")
    await save(ada, ROBOT_ARM, ROBOT_LEG)
    await want_digest(stage, ada)
    await tick(stage, 14)
    [message] = ada.direct_messages()
    for paper, is_liked, said in (
        (GRASP, False, "You want fewer like Grasp"),
        (WALK, True, "You want more like Walk"),
    ):
        await ada.click(message, ids.FEEDBACK, value=ids.feedback_value(paper.id, is_liked=is_liked))
        await ada.sees(shows(said))
    await list_papers(stage, date(2025, 9, 30), Paper("2509.00009", "Soft hands that grasp"))
    await tick(stage, 48)
    without = len(digests_of(ada))
    await ada.click(undo_of(ada, GRASP), ids.UNDO_FEEDBACK)
    await ada.sees(shows("What you said about Grasp"))
    kept = await stage.bot.storage.read(lambda tables: tables.opinions.latest(stage.bot.workspace, ada.id, 9))

    assert without == 1
    assert [(each.paper_id, each.is_liked) for each in kept] == [(WALK.id, True)]


def undo_of(person: Member, paper: Paper) -> dict[str, object]:
    """Return the answer whose button takes back what the person said of a paper."""
    messages = person.view()["messages"].values()
    answers = [each for some in messages for each in some if ids.UNDO_FEEDBACK in str(each["blocks"])]
    return next(each for each in answers if paper.title in each["text"])


@on_each_engine
async def test_one_s_own_digest_is_in_one_s_status_and_in_nobody_else_s(stage: Stage) -> None:
    await publish(stage)
    ada, emmy = stage.person("ada"), stage.person("emmy")
    await save(ada, ROBOT_ARM, ROBOT_LEG)
    await want_digest(stage, ada)
    before = await say(ada, "/papers status", "Your own digest")
    await tick(stage, 14)
    own = await stage.bot.storage.read(
        lambda tables: tables.subscriptions.personal(stage.bot.workspace, ada.id)
    )
    assert own
    after = await say(ada, "/papers status", "Last digest")
    in_ours = await say(ada, "/papers status", "This is your own digest", channel=own.channel)
    of_emmy = await say(emmy, "/papers status", "This channel has no daily digest.")
    kept = await say(ada, "/papers forget me", "This is what I keep")

    assert "Your own digest, which only you see:\nNo digest here yet.\nNext digest: " in before
    assert "Your own digest, which only you see:\nLast digest: " in after
    assert "2 of 2 papers." in after
    assert "Your own digest" not in in_ours
    assert "digest, which" not in of_emmy
    assert own.channel not in before + after + in_ours + of_emmy
    assert "• your own digest, with what it has brought you" in kept
    assert "channel's digest" not in kept


async def test_that_slack_lets_no_message_through_is_told_without_the_id_of_the_direct_messages(
    tmp_path: Path,
) -> None:
    async with set_stage(tmp_path / "test.db") as stage:
        await publish(stage)
        ada = stage.person("ada")
        await say(ada, "/papers follow proofs", "You follow")
        await want_digest(stage, ada)
        stage.workspace.faults.add("error", method="chat.postMessage", error="restricted_action")
        await tick(stage, 14)
        status = await say(ada, "/papers status", "Your own digest")

    assert "Slack won't let me post in our direct messages (restricted_action)" in status


async def test_two_people_who_save_follow_mute_and_judge_at_once_see_their_own_alone(tmp_path: Path) -> None:
    async with set_stage(tmp_path / "test.db") as stage:
        await publish(stage)
        ada, emmy = stage.person("ada"), stage.person("emmy")
        await save(ada, ROBOT_ARM, ROBOT_LEG)
        await save(emmy, SPEECH, SONG)
        await say(ada, "/papers follow proofs", "You follow")
        await say(emmy, "/papers follow video", "You follow")
        await say(emmy, "/papers mute proofs", "left out")
        for person in (ada, emmy):
            await want_digest(stage, person)
        for _ in range(4):
            # They live in different zones.
            await tick(stage, 6)
        [of_ada], [of_emmy] = digests_of(ada), digests_of(emmy)
        for person, message, paper in ((ada, of_ada, GRASP), (emmy, of_emmy, WHALES)):
            await person.click(
                message, ids.FEEDBACK, value=ids.feedback_value(paper.id, is_liked=person is ada)
            )
            await person.sees(shows(f"like {paper.title}"))
        screens = [await screen_with_home(person) for person in (ada, emmy)]
        await forget(ada)
        left = await stage.bot.storage.read(lambda tables: kept_of(tables, stage, ada, emmy))
        await list_papers(stage, date(2025, 9, 30), Paper("2509.00011", "Proofs on video with robot arms"))
        await tick(stage, 48)
        counts = [len(digests_of(person)) for person in (ada, emmy)]

    assert cards_of(of_ada) == [
        ("Walk on robot legs", "Because you saved Robot legs that walk"),
        ("Grasp with soft robot hands", "Because you saved Robot arms that grasp"),
        ("Proofs by search", "You follow proofs"),
    ]
    assert [title for title, _ in cards_of(of_emmy)] == ["Whales in speech and songs", "Video worlds"]
    assert [each for each in ("Speech of", "Songs of", "follow video") if each in screens[0]] == []
    assert [
        each for each in ("Robot arms that", "Robot legs that", "follow proofs") if each in screens[1]
    ] == []
    assert left == ([0, 0, 0, False], [2, 1, 2, True])
    # Emmy follows video, and mutes proofs.
    assert counts == [1, 1]


async def screen_with_home(person: Member) -> str:
    """Return all that the person sees, with their Home tab."""
    await person.open_home()
    await person.sees(lambda _: "What you follow" in str(person.home()))
    return str(person.view())


async def forget(person: Member) -> None:
    await say(person, "/papers forget me", "This is what I keep")
    await person.click(last_with(person, ids.FORGET_ME), ids.FORGET_ME)
    await person.sees(shows("Done."))


def kept_of(tables: Tables, stage: Stage, *people: Member) -> tuple[list[object], ...]:
    """Return how much is kept of what each saved, judged and follows, and whether their digest comes."""
    found: list[list[object]] = []
    for person in people:
        whose = (stage.bot.workspace, person.id)
        found.append(
            [
                len(tables.saved_papers.newest(*whose, 9)),
                len(tables.opinions.latest(*whose, 9)),
                len(tables.follows.of_person(*whose)),
                tables.subscriptions.personal(*whose) is not None,
            ]
        )
    return tuple(found)
