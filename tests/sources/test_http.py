import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import SourceAnswerError, SourceError, SourceRefusedError, SourceUnreachableError
from bot.sources.http import Fetched, Fetcher, asked_wait, web_client
from tests.support.endless_answers import EndlessAnswers
from tests.support.virtual_time import run_virtual
from tests.support.waiting import PATIENCE
from tests.support.web_server import (
    Answer,
    cut_off,
    hanging_up,
    never_ending,
    redirecting,
    refusing_address,
    saying,
    serving,
    zipped,
)

MOST = 100_000
NOW = datetime(2025, 9, 29, 9, 0, tzinfo=UTC)


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with web_client(trust_env=False) as client:
        yield client


async def fetched(client: httpx.AsyncClient, **answers: Answer) -> Fetched:
    async with serving({f"/{path}": answer for path, answer in answers.items()}) as service:
        return await Fetcher(client).get(f"{service.address}/list", most_bytes=MOST, seconds=5)


async def error_of(client: httpx.AsyncClient, seconds: float = 5, **answers: Answer) -> SourceError:
    async with serving({f"/{path}": answer for path, answer in answers.items()}) as service:
        with pytest.raises(SourceError) as raised:
            await Fetcher(client).get(f"{service.address}/list", most_bytes=MOST, seconds=seconds)
    return raised.value


async def test_a_body_comes_whole_plain_or_in_gzip(client: httpx.AsyncClient) -> None:
    text = "Rivers and 花园. " * 500

    plain = await fetched(client, list=saying(text, ETag='"1"'))
    packed = await fetched(client, list=zipped(text))

    assert (plain.status, plain.body.decode(), plain.headers["ETag"]) == (200, text, '"1"')
    assert packed.body == plain.body


async def test_what_is_asked_goes_into_the_address_and_the_headers(client: httpx.AsyncClient) -> None:
    async with serving({"/list": saying("[]")}) as service:
        await Fetcher(client).get(
            f"{service.address}/list",
            params={"date": "2025-09-29", "limit": 100},
            headers={"User-Agent": "paper-round", "If-None-Match": '"1"'},
            most_bytes=MOST,
        )
        (request,) = service.requests

    assert dict(request.query) == {"date": "2025-09-29", "limit": "100"}
    asked = [request.headers[name] for name in ("User-Agent", "If-None-Match", "Accept-Encoding")]
    assert asked == ["paper-round", '"1"', "gzip"]


async def test_what_has_not_changed_has_no_body(client: httpx.AsyncClient) -> None:
    not_modified = await fetched(client, list=saying(b"", 304, ETag='"1"', Content_Encoding="gzip"))

    assert (not_modified.status, not_modified.body) == (304, b"")


def versions(*bodies: str, name: str = "ETag") -> Answer:
    """Answer with one version after the other, each with its own mark, and with 304 for the one known."""
    left = list(bodies)
    header = {"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}.get(name, "none")

    async def answer(request: web.Request) -> web.Response:
        body = left.pop(0) if len(left) > 1 else left[0]
        mark = {name: f'"{body}"'}
        if request.headers.get(header) == mark[name]:
            return web.Response(status=304, headers=mark)
        return web.Response(text=body, headers=mark)

    return answer


async def polled(fetcher: Fetcher, url: str, times: int) -> list[tuple[int, bytes]]:
    answers = [await fetcher.get(url, most_bytes=MOST, is_polled=True) for _ in range(times)]
    return [(answer.status, answer.body) for answer in answers]


async def test_an_answer_that_nothing_has_changed_is_none_where_nothing_is_kept(
    client: httpx.AsyncClient,
) -> None:
    async with serving({"/list": saying(b"", 304, ETag='"1"')}) as service:
        fetcher = Fetcher(client)
        with pytest.raises(SourceAnswerError, match="nothing has changed, without being asked"):
            await polled(fetcher, f"{service.address}/list", 1)
        service.answers["/list"] = versions("a")
        found = await polled(fetcher, f"{service.address}/list", 1)

    assert found == [(200, b"a")]


@pytest.mark.parametrize("name", ["ETag", "Last-Modified"])
async def test_what_is_polled_comes_from_memory_until_it_changes(
    client: httpx.AsyncClient, name: str
) -> None:
    async with serving({"/list": versions("a", "a", "b", "b", name=name)}) as service:
        found = await polled(Fetcher(client), f"{service.address}/list", 4)

    assert found == [(200, b"a"), (304, b"a"), (200, b"b"), (304, b"b")]


async def test_without_a_mark_what_is_polled_is_asked_for_whole(client: httpx.AsyncClient) -> None:
    async with serving({"/list": versions("a", name="X-Other")}) as service:
        found = await polled(Fetcher(client), f"{service.address}/list", 2)
        asked = [request.headers for request in service.requests]

    assert found == [(200, b"a"), (200, b"a")]
    assert not any(header.startswith("If-") for headers in asked for header in headers)


async def test_addresses_that_differ_in_what_they_ask_are_two(client: httpx.AsyncClient) -> None:
    async with serving({"/list": versions("a")}) as service:
        fetcher = Fetcher(client)
        answers = [
            await fetcher.get(f"{service.address}/list", params={"p": p}, most_bytes=MOST, is_polled=True)
            for p in (0, 1, 0)
        ]

    assert [answer.status for answer in answers] == [200, 200, 304]


async def test_a_failure_costs_nothing_of_what_is_known(client: httpx.AsyncClient) -> None:
    async with serving({"/list": versions("a")}) as service:
        fetcher, well = Fetcher(client), service.answers["/list"]
        await polled(fetcher, f"{service.address}/list", 1)
        service.answers["/list"] = saying("", 503)
        with pytest.raises(SourceRefusedError):
            await polled(fetcher, f"{service.address}/list", 1)
        service.answers["/list"] = well

        assert await polled(fetcher, f"{service.address}/list", 1) == [(304, b"a")]


async def test_the_answers_asked_for_longest_ago_make_room(client: httpx.AsyncClient) -> None:
    body = "x" * 1000
    async with serving({f"/{name}": versions(body) for name in "abc"}) as service:
        fetcher = Fetcher(client, most_kept_bytes=2500)
        found = [(await polled(fetcher, f"{service.address}/{name}", 1))[0] for name in "abacab"]

    # The third of three makes the one go that was asked for longest ago.
    assert [status for status, _ in found] == [200, 200, 304, 200, 304, 200]
    assert {text for _, text in found} == {body.encode()}


async def test_a_body_may_be_as_large_as_the_limit_and_not_a_byte_larger(client: httpx.AsyncClient) -> None:
    for answer in (saying, zipped):
        assert (await fetched(client, list=answer(b"x" * MOST))).body == b"x" * MOST
        error = await error_of(client, list=answer(b"x" * (MOST + 1)))
        assert isinstance(error, SourceAnswerError)
        assert str(error) == "The answer of 127.0.0.1 is larger than 100000 bytes."


async def test_a_bomb_is_never_unpacked(client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    unpacked: list[int] = []
    bomb = gzip.compress(bytes(30_000_000), mtime=0)
    real = zlib.decompressobj

    class Counting:
        def __init__(self, wbits: int) -> None:
            self._real = real(wbits)

        def decompress(self, piece: bytes, most: int) -> bytes:
            decoded = self._real.decompress(piece, most)
            unpacked.append(len(decoded))
            return decoded

        def __getattr__(self, name: str) -> object:
            return getattr(self._real, name)

    monkeypatch.setattr("bot.sources.http.zlib.decompressobj", Counting)
    error = await error_of(client, list=saying(bomb, Content_Encoding="gzip"))

    assert str(error) == "The answer of 127.0.0.1 is larger than 100000 bytes."
    assert sum(unpacked) == MOST + 1


async def test_an_answer_that_never_ends_is_given_up(client: httpx.AsyncClient) -> None:
    flood = await error_of(client, seconds=PATIENCE, list=never_ending(b"x" * 1000))
    silence = await error_of(client, seconds=0.05, list=never_ending())

    assert isinstance(flood, SourceAnswerError)
    assert isinstance(silence, SourceUnreachableError)
    assert str(silence) == "127.0.0.1 did not answer within 0.05 seconds."


def test_the_deadline_counts_the_whole_answer_and_not_only_its_pauses() -> None:
    async def read() -> float:
        async with httpx.AsyncClient(transport=EndlessAnswers(b"x", pause=4)) as client:
            with pytest.raises(SourceUnreachableError, match="did not answer within 30 seconds"):
                await Fetcher(client).get("http://source.example/list", most_bytes=MOST, seconds=30)
        return asyncio.get_running_loop().time()

    assert run_virtual(read()) == 30


async def test_a_body_that_is_cut_off_is_not_taken_for_a_short_one(client: httpx.AsyncClient) -> None:
    packed = gzip.compress(b"x" * 1000, mtime=0)

    plain = await error_of(client, list=cut_off(b"[]", promised=100))
    half = await error_of(client, list=saying(packed[:-9], Content_Encoding="gzip"))

    assert isinstance(plain, SourceAnswerError)
    assert isinstance(half, SourceAnswerError)
    assert str(plain) == "The answer of 127.0.0.1 was cut off."
    assert str(half) == "The answer of 127.0.0.1 was cut off."


@pytest.mark.parametrize(
    ("body", "encoding", "sentence"),
    [
        (b"\x1f\x8b but no gzip", "gzip", "is not valid gzip"),
        (gzip.compress(b"[1]", mtime=0)[:-8] + bytes(8), "gzip", "is not valid gzip"),
        (b"[]", "br", "is encoded as “br”, which was not requested"),
        (b"[]", "gzip, gzip", "is encoded as “gzip, gzip”, which was not requested"),
    ],
)
async def test_an_encoding_that_is_not_what_it_says_is_told(
    client: httpx.AsyncClient, body: bytes, encoding: str, sentence: str
) -> None:
    error = await error_of(client, list=saying(body, Content_Encoding=encoding))

    assert isinstance(error, SourceAnswerError)
    assert str(error) == f"The answer of 127.0.0.1 {sentence}."


PACKED = gzip.compress(b"[1, 2]", mtime=0)


@pytest.mark.parametrize(
    ("body", "encoding", "whole"),
    [
        (b"[1, 2]", "gzip", b"[1, 2]"),
        (b"", "gzip", b""),
        (b"[", "gzip", b"["),
        (PACKED, "", b"[1, 2]"),
        (PACKED, "identity", b"[1, 2]"),
        (PACKED, "utf-8", b"[1, 2]"),
        (PACKED + bytes(512), "gzip", b"[1, 2]"),
        (PACKED + b"more", "x-gzip", b"[1, 2]"),
        (PACKED + gzip.compress(b" [3]", mtime=0), "gzip", b"[1, 2] [3]"),
    ],
    ids="plain empty one-byte unlabelled identity charset padded trailed members".split(),
)
async def test_a_body_tells_by_itself_whether_it_is_gzip(
    client: httpx.AsyncClient, body: bytes, encoding: str, whole: bytes
) -> None:
    answer = saying(body, Content_Encoding=encoding) if encoding else saying(body)

    assert (await fetched(client, list=answer)).body == whole


async def test_members_of_gzip_are_limited_together(client: httpx.AsyncClient) -> None:
    error = await error_of(client, list=saying(gzip.compress(bytes(4_000), mtime=0) * 50))

    assert str(error) == f"The answer of 127.0.0.1 is larger than {MOST} bytes."


async def test_nobody_there_and_a_service_that_hangs_up_are_unreachable(client: httpx.AsyncClient) -> None:
    with pytest.raises(SourceUnreachableError, match=r"^127\.0\.0\.1 cannot be reached: .+\.$"):
        await Fetcher(client).get(f"{refusing_address()}list", most_bytes=MOST)

    error = await error_of(client, list=hanging_up())
    assert isinstance(error, SourceUnreachableError)


async def test_a_redirect_within_the_service_is_followed(client: httpx.AsyncClient) -> None:
    found = await fetched(
        client, list=redirecting("/moved", 301), moved=redirecting("new"), new=saying("[1]")
    )

    assert found.body == b"[1]"


async def test_before_each_redirect_the_caller_may_wait(client: httpx.AsyncClient) -> None:
    waits: list[int] = []

    async def wait() -> None:
        waits.append(len(service.requests))

    answers = {"/list": redirecting("/moved"), "/moved": redirecting("/new"), "/new": saying("[1]")}
    async with serving(answers) as service:
        url = f"{service.address}/list"
        await Fetcher(client).get(url, most_bytes=100, before_redirect=wait)

    assert waits == [1, 2]


async def test_a_circle_of_redirects_ends(client: httpx.AsyncClient) -> None:
    async with serving({"/list": redirecting("/list")}) as service:
        with pytest.raises(SourceAnswerError) as raised:
            await Fetcher(client).get(f"{service.address}/list", most_bytes=MOST)
        asked = len(service.requests)

    assert str(raised.value) == "127.0.0.1 redirected more than 3 times."
    assert asked == 4


async def test_a_redirect_elsewhere_is_not_followed(client: httpx.AsyncClient) -> None:
    async with serving({"/login": saying("Sign in")}) as elsewhere:
        other_port = await error_of(client, list=redirecting(f"{elsewhere.address}/login"))
        asked = elsewhere.requests
    other_host = await error_of(client, list=redirecting("https://login.example/"))
    nowhere = await error_of(client, list=saying(b"", 302))

    assert asked == []
    assert {type(error) for error in (other_port, other_host, nowhere)} == {SourceAnswerError}
    assert str(other_host) == (
        "127.0.0.1 redirected to another service, login.example, which is not followed."
    )
    assert str(nowhere) == "127.0.0.1 redirected without an address."


@pytest.mark.parametrize(
    ("first", "then", "follows"),
    [
        ("http://arxiv.org/a", "https://www.arxiv.org/a", True),
        ("https://export.arxiv.org/a", "https://arxiv.org/a", True),
        ("https://hf.co/a", "https://huggingface.co/a", True),
        ("https://arxiv.org/a", "http://arxiv.org/a", False),
        ("https://arxiv.org/a", "https://arxiv.org:8443/a", False),
        ("https://arxiv.org/a", "https://arxiv.org.example/a", False),
        ("https://arxiv.org/a", "https://huggingface.co/a", False),
    ],
)
async def test_a_service_is_known_by_its_hosts(first: str, then: str, follows: bool) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if str(request.url) == first:
            return httpx.Response(302, headers={"Location": then})
        return httpx.Response(200, stream=httpx.ByteStream(b"there"))

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        fetcher = Fetcher(client)
        if follows:
            assert (await fetcher.get(first, most_bytes=MOST)).body == b"there"
        else:
            with pytest.raises(SourceAnswerError):
                await fetcher.get(first, most_bytes=MOST)


async def test_a_refusal_says_its_status_and_how_long_to_wait(client: httpx.AsyncClient) -> None:
    refusals = [
        await error_of(client, list=saying("Rate exceeded.", 429)),
        await error_of(client, list=saying("", 429, RateLimit='"api";r=0;t=53')),
        await error_of(client, list=saying("", 503, Retry_After="120")),
        await error_of(client, list=saying("<html>", 500, RateLimit='"api";r=400;t=200')),
    ]

    told = [(r.status, r.retry_after, str(r)) for r in refusals if isinstance(r, SourceRefusedError)]
    assert told == [
        (429, None, "127.0.0.1 answered with HTTP status 429 Too Many Requests."),
        (429, 53.0, "127.0.0.1 answered with HTTP status 429 Too Many Requests."),
        (503, 120.0, "127.0.0.1 answered with HTTP status 503 Service Unavailable."),
        (500, None, "127.0.0.1 answered with HTTP status 500 Internal Server Error."),
    ]


def http_date(moment: datetime) -> str:
    return format_datetime(moment, usegmt=True)


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"Retry-After": http_date(NOW + timedelta(seconds=90)), "Date": http_date(NOW)}, 90.0),
        ({"Retry-After": http_date(NOW - timedelta(days=900)), "Date": http_date(NOW)}, 0.0),
        ({"Retry-After": http_date(NOW + timedelta(days=900)), "Date": http_date(NOW)}, 86400.0),
        ({"Retry-After": http_date(NOW), "Date": "yesterday"}, None),
        ({"Retry-After": http_date(NOW)}, None),
        ({"Retry-After": "Mon, 29 Sep 2025 09:00:00 -0000", "Date": http_date(NOW)}, None),
        ({"Retry-After": "999999999999999"}, None),
        ({"Retry-After": "999999999"}, 86400.0),
        ({"Retry-After": "-5"}, None),
        ({"Retry-After": "1.5"}, 1.5),
        ({"Retry-After": "7", "RateLimit": '"api";r=0;t=53'}, 7.0),
        ({"RateLimit": '"api";r=0;t=53, "pages";r=3;t=120'}, 120.0),
        ({"RateLimit": '"api";r=0'}, None),
        ({}, None),
    ],
)
def test_a_wait_is_read_in_every_form_and_at_most_a_day(headers: dict[str, str], wait: float | None) -> None:
    assert asked_wait(429, httpx.Headers(headers)) == wait


@given(st.text(), st.text(), st.text())
def test_no_header_breaks_the_reading_of_a_wait(asked: str, now: str, limit: str) -> None:
    headers = httpx.Headers({"Retry-After": asked, "Date": now, "RateLimit": limit}, encoding="utf-8")
    wait = asked_wait(429, headers)

    assert wait is None or 0 <= wait <= 86400
