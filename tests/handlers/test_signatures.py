"""Only what Slack signed, just now and for the first time, counts."""

from datetime import timedelta

import pytest

from handlers.signatures import SIGNATURE, TIMESTAMP, Refused, Signatures, signature_of
from tests.support.clocks import SimulatedClock
from tests.support.slack_requests import SECRET, signed, signed_as, without
from tests.support.stage import NOON

BODY = b'{"type": "event_callback"}'


def signatures() -> Signatures:
    return Signatures(SECRET, SimulatedClock(NOON))


def test_the_signature_is_the_one_of_slacks_example() -> None:
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
        b"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
        b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554"
        b"%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )

    assert signature_of(SECRET.encode(), "1531420618", body) == (
        b"v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
    )


def test_what_slack_signed_just_now_counts() -> None:
    assert signatures().check(signed(BODY, NOON), BODY) is None


@pytest.mark.parametrize("seconds", [-300, 300])
def test_clocks_may_be_five_minutes_apart(seconds: int) -> None:
    assert signatures().check(signed(BODY, NOON + timedelta(seconds=seconds)), BODY) is None


@pytest.mark.parametrize(
    "timestamp",
    [
        str(int(NOON.timestamp()) - 301),
        str(int(NOON.timestamp()) + 301),
        "",
        "soon",
        "1e9",
        "-1",
        "nan",
        "1_759_147_200",
        f" {int(NOON.timestamp())}",
        "9" * 400,
        str(int(NOON.timestamp())).translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")),
    ],
)
def test_another_time_is_refused_even_under_its_signature(timestamp: str) -> None:
    assert signatures().check(signed_as(timestamp, BODY), BODY) is Refused.TIMESTAMP


def test_a_request_without_a_time_or_without_a_signature_is_refused() -> None:
    headers = signed(BODY, NOON)

    assert signatures().check(without(headers, TIMESTAMP), BODY) is Refused.TIMESTAMP
    assert signatures().check(without(headers, SIGNATURE), BODY) is Refused.SIGNATURE


@pytest.mark.parametrize("signature", ["v0=", "v1=00", "é", "\udcff", "v0=" + "0" * 64])
def test_any_other_signature_is_refused(signature: str) -> None:
    assert signatures().check(signed(BODY, NOON) | {SIGNATURE: signature}, BODY) is Refused.SIGNATURE


def test_a_signature_is_for_one_body_one_time_and_one_secret() -> None:
    headers = signed(BODY, NOON)
    later = str(int(NOON.timestamp()) + 1)

    assert signatures().check(headers, BODY + b" ") is Refused.SIGNATURE
    assert signatures().check(headers | {TIMESTAMP: later}, BODY) is Refused.SIGNATURE
    assert signatures().check(signed(BODY, NOON, secret="another"), BODY) is Refused.SIGNATURE


def test_a_replay_is_refused_for_as_long_as_its_time_would_let_it_count() -> None:
    clock = SimulatedClock(NOON)
    seen = Signatures(SECRET, clock)
    headers = signed(BODY, NOON + timedelta(seconds=300))

    assert seen.check(headers, BODY) is None
    assert seen.check(headers, BODY) is Refused.REPLAY
    clock.advance(599)
    assert seen.check(headers, BODY) is Refused.REPLAY
    clock.advance(2)
    assert seen.check(headers, BODY) is Refused.TIMESTAMP


def test_a_retry_of_slacks_has_a_signature_of_its_own_and_counts() -> None:
    clock = SimulatedClock(NOON)
    seen = Signatures(SECRET, clock)

    assert seen.check(signed(BODY, clock.now()), BODY) is None
    clock.advance(1)
    assert seen.check(signed(BODY, clock.now()), BODY) is None


def test_what_came_to_nothing_may_come_again_within_the_same_second() -> None:
    seen = signatures()
    headers = signed(BODY, NOON)
    seen.check(headers, BODY)
    seen.give_back(headers)

    assert seen.check(headers, BODY) is None


def test_a_stranger_cannot_have_a_request_of_slacks_refused() -> None:
    seen = signatures()
    headers = signed(BODY, NOON)

    assert seen.check(headers, BODY + b" ") is Refused.SIGNATURE
    assert seen.check(headers, BODY) is None


def test_what_can_count_no_longer_is_forgotten() -> None:
    clock = SimulatedClock(NOON)
    seen = Signatures(SECRET, clock)
    for number in range(2000):
        body = str(number).encode()
        assert seen.check(signed(body, clock.now()), body) is None
        clock.advance(1)

    assert len(seen._seen) < 310
