"""A server that strangers reach takes small, whole requests in time, over real sockets."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

import httpx
import pytest

from bot.errors import SettingsError
from bot.http.server import Answer, HttpServer, Limits, Request, Route, for_readers
from tests.support.plain_client import plain_client
from tests.support.waiting import PATIENCE

MANY = 1000
PATIENT = Limits(seconds=PATIENCE, lingering_seconds=PATIENCE)


async def echo(request: Request) -> Answer:
    return Answer(200, f"{len(request.body)} bytes", keeps_open=True)


async def fail(_: Request) -> Answer:
    raise ZeroDivisionError


ROUTES = {
    "/echo": Route(frozenset({"POST"}), echo),
    "/page": for_readers(echo),
    "/fail": for_readers(fail),
}


@asynccontextmanager
async def serving(limits: Limits = PATIENT) -> AsyncIterator[HttpServer]:
    server = HttpServer(ROUTES, 0, "127.0.0.1", limits)
    await server.start()
    try:
        yield server
    finally:
        await server.aclose()


async def ask(
    server: HttpServer, method: str, path: str, content: bytes = b"", headers: Mapping[str, str] | None = None
) -> httpx.Response:
    async with plain_client() as client:
        url = f"http://127.0.0.1:{server.port}{path}"
        return await client.request(method, url, content=content, headers=headers)


async def connect(server: HttpServer) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", server.port)


async def rest(reader: asyncio.StreamReader) -> bytes:
    """Return what comes until the connection ends, however it does."""
    try:
        return await asyncio.wait_for(reader.read(), PATIENCE)
    except ConnectionResetError:
        return b""


async def said(server: HttpServer, sent: bytes) -> bytes:
    """Send the bytes and return the first line that comes back, empty where the connection is cut."""
    reader, writer = await connect(server)
    writer.write(sent)
    answer = await rest(reader)
    writer.close()
    return answer.partition(b"\r\n")[0]


async def test_each_path_takes_its_methods_and_nothing_else_is_there() -> None:
    async with serving() as server:
        answers = [
            await ask(server, method, path)
            for method, path in [
                ("POST", "/echo"),
                ("GET", "/page"),
                ("HEAD", "/page"),
                ("GET", "/echo"),
                ("PUT", "/page"),
                ("GET", "/"),
                ("GET", "/page/"),
            ]
        ]

    assert [(each.status_code, each.text) for each in answers] == [
        (200, "0 bytes"),
        (200, "0 bytes"),
        (200, ""),
        (405, "Method Not Allowed\n"),
        (405, "Method Not Allowed\n"),
        (404, "Not Found\n"),
        (404, "Not Found\n"),
    ]
    assert answers[4].headers["Allow"] == "GET, HEAD"


async def test_every_answer_tells_browsers_to_load_keep_and_tell_nothing() -> None:
    async with serving() as server:
        headers = (await ask(server, "GET", "/page")).headers

    assert {name: headers[name] for name in headers if name not in {"date", "content-length"}} == {
        "cache-control": "no-store",
        "content-security-policy": (
            "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        ),
        "content-type": "text/plain; charset=utf-8",
        "referrer-policy": "no-referrer",
        "server": "Paper Round",
        "x-content-type-options": "nosniff",
    }


@pytest.mark.parametrize(("size", "status"), [(1_000_000, 200), (1_000_001, 413), (10_000_000, 413)])
async def test_a_body_has_a_megabyte_at_most(size: int, status: int) -> None:
    async with serving() as server:
        assert (await ask(server, "POST", "/echo", b"x" * size)).status_code == status


async def test_a_long_body_is_refused_before_it_comes() -> None:
    async with serving(Limits(seconds=PATIENCE)) as server:
        assert await said(server, b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10000000\r\n\r\n") == (
            b"HTTP/1.1 413 Request Entity Too Large"
        )


async def test_a_long_body_in_pieces_is_cut_off_early() -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(160):
            yield b"x" * 65_536

    async with serving() as server, plain_client() as client:
        answer = await client.post(f"http://127.0.0.1:{server.port}/echo", content=pieces())

    assert answer.status_code == 413


async def test_what_is_packed_is_taken_as_it_came() -> None:
    async with serving() as server:
        answer = await ask(server, "POST", "/echo", b"no gzip", {"Content-Encoding": "gzip"})

    assert answer.text == "7 bytes"


@pytest.mark.parametrize(
    "sent",
    [b"", b"P", b"POST /echo HTTP/1.1\r\nHost: x\r\n", b"\r\n\r\n"],
    ids="nothing letter head lines".split(),
)
async def test_a_connection_without_a_whole_head_is_cut_off_in_time(sent: bytes) -> None:
    async with serving(Limits(seconds=0.05)) as server:
        assert await said(server, sent) in {b"", b"HTTP/1.1 400 Bad Request"}


async def test_a_body_that_does_not_come_is_waited_for_no_longer() -> None:
    async with serving(Limits(seconds=0.05)) as server:
        answer = await said(server, b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nx")

    assert answer == b"HTTP/1.1 408 Request Timeout"


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 40,
        b"no http at all\r\n\r\n",
        b"GET /page HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 100_000 + b"\r\n\r\n",
        b"GET /page HTTP/1.1\r\n" + b"X: x\r\n" * 1000 + b"\r\n",
        b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"POST /echo HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ],
    ids="tls words header headers negative chunk smuggled".split(),
)
async def test_what_is_no_http_is_refused_without_a_line_in_the_log(
    sent: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    async with serving() as server:
        answer = await said(server, sent)

    assert answer in {b"HTTP/1.1 400 Bad Request", b"HTTP/1.0 400 Bad Request"}
    assert caplog.messages == []


async def test_a_sender_that_leaves_amid_its_body_leaves_no_line_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with serving() as server:
        _, writer = await connect(server)
        writer.write(b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nx")
        await writer.drain()
        assert (await ask(server, "GET", "/page")).status_code == 200
        writer.transport.abort()
        assert (await ask(server, "GET", "/page")).status_code == 200

    assert caplog.messages == []


async def test_an_error_of_ours_is_logged_and_not_shown(caplog: pytest.LogCaptureFixture) -> None:
    async with serving() as server:
        with caplog.at_level(logging.ERROR):
            answer = await ask(server, "GET", "/fail")

    assert (answer.status_code, answer.text) == (500, "Internal Server Error\n")
    assert caplog.messages == ["A request to /fail failed"]


async def test_the_oldest_connections_that_send_nothing_give_way_and_proper_requests_pass() -> None:
    async with serving(Limits(seconds=PATIENCE, newcomers=50)) as server, AsyncExitStack() as stack:
        readers = []
        for number in range(MANY):
            reader, writer = await connect(server)
            stack.callback(writer.close)
            readers.append(reader)
            if number % 200 == 0:
                assert (await ask(server, "POST", "/echo", b"proper")).text == "6 bytes"
        # Each of those that gave way has ended; so this ends only if they are as many as they have to be.
        assert await asyncio.gather(*map(rest, readers[:-50])) == [b""] * (MANY - 50)
        assert not any(reader.at_eof() for reader in readers[-49:])


async def test_connections_that_send_a_head_alone_are_counted_too() -> None:
    async with serving(Limits(seconds=PATIENCE, newcomers=5)) as server, AsyncExitStack() as stack:
        readers = []
        for _ in range(50):
            reader, writer = await connect(server)
            stack.callback(writer.close)
            writer.write(b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n")
            readers.append(reader)
        assert await asyncio.gather(*map(rest, readers[:-5])) == [b""] * 45


async def test_whoever_is_refused_keeps_no_connection_and_whoever_is_served_may() -> None:
    async with serving() as server:
        reader, writer = await connect(server)
        for _ in range(2):
            writer.write(b"GET /page HTTP/1.1\r\nHost: x\r\n\r\n")
            assert await reader.readuntil(b"0 bytes")
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (await rest(reader)).startswith(b"HTTP/1.1 404 Not Found")
        writer.close()


async def test_a_port_that_is_taken_is_said() -> None:
    async with serving() as server:
        second = HttpServer(ROUTES, server.port, "127.0.0.1")
        with pytest.raises(SettingsError) as caught:
            await second.start()
        assert str(caught.value) == (
            f"Nothing can listen on port {server.port} (Address already in use). Set PORT to a free one."
        )


async def test_a_request_under_way_is_answered_when_the_server_closes() -> None:
    has_begun, may_end = asyncio.Event(), asyncio.Event()

    async def slow(_: Request) -> Answer:
        has_begun.set()
        await may_end.wait()
        return Answer(200, "done")

    server = HttpServer({"/slow": for_readers(slow)}, 0, "127.0.0.1")
    await server.start()
    asking = asyncio.create_task(ask(server, "GET", "/slow"))
    await has_begun.wait()
    closing = asyncio.create_task(server.aclose())
    await asyncio.sleep(0)
    may_end.set()

    assert (await asking).text == "done"
    await closing
