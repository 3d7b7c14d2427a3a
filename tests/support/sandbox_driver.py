"""A client of the sandbox's control API, for tests with a sandbox or bot in another process."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from types import TracebackType
from typing import Any, TypeVar

import httpx

from bot.sandbox.checks import Json
from bot.sandbox.errors import NeverSeenError, NotAnsweredError, NotPossibleError

_Seen = TypeVar("_Seen")
_ACTION_SECONDS = 30.0
"""The longest that one action may take: more than the 3 seconds in which an app must acknowledge."""


class Driver:
    """Drives the sandbox at `url`. Used as an async context manager."""

    def __init__(self, url: str) -> None:
        self._http = httpx.AsyncClient(base_url=url, timeout=_ACTION_SECONDS, trust_env=False)

    async def __aenter__(self) -> "Driver":
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._http.aclose()

    async def workspace(self) -> Json:
        """Return the team, its people, the app, its commands and shortcuts."""
        return await self._get("/control/workspace")

    async def person(self, name: str) -> "RemoteMember":
        """Return the person with this name or id, to act as them. Raises NotPossibleError."""
        people = (await self.workspace())["people"]
        for person in people:
            if name in {person["id"], person["name"]}:
                return RemoteMember(self, person["id"])
        raise NotPossibleError(f"No person is called {name!r}.")

    async def view(self, person_id: str) -> Json:
        """Return everything that a person sees."""
        return await self._get("/control/view", **{"as": person_id})

    async def transcript(self, person_id: str, channel: str) -> str:
        """Return a conversation as this person sees it, as text."""
        response = await self._http.get("/control/transcript", params={"as": person_id, "channel": channel})
        return response.text

    async def act(self, body: Json) -> Json:
        """Act as a person. Raises NotPossibleError, or NotAnsweredError where the app did not answer."""
        return _checked((await self._http.post("/control/act", json=body)).json())

    async def upload(self, person_id: str, name: str, content: bytes) -> Json:
        """Upload a file as a person and return its file object. Raises NotPossibleError."""
        headers = {"Content-Type": "application/octet-stream"}
        query = {"as": person_id, "name": name}
        answer = await self._http.post("/control/upload", params=query, content=content, headers=headers)
        file: Json = _checked(answer.json())["file"]
        return file

    async def add_fault(self, kind: str, **options: Any) -> None:
        """Add a fault. Raises NotPossibleError."""
        _checked((await self._http.post("/control/faults", json={"kind": kind, **options})).json())

    async def clear_faults(self) -> None:
        """Remove all faults."""
        _checked((await self._http.delete("/control/faults")).json())

    async def advance(self, seconds: float) -> None:
        """Advance the sandbox's clock. Raises NotPossibleError if that is not possible."""
        _checked((await self._http.post("/control/clock", json={"advance": seconds})).json())

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Have the sandbox disconnect all sockets of the app."""
        _checked((await self._http.post("/control/disconnect", json={"reason": reason})).json())

    # ---- Several workspaces, at the address of all of them

    async def teams(self) -> list[Json]:
        """Return the workspaces, each with the `url` at which a driver of its own drives it."""
        teams: list[Json] = (await self._get("/control/teams"))["teams"]
        return teams

    async def allow(self, address: str, team_id: str, person: str, *, org_wide: bool = False) -> str:
        """Allow the installation that the app asks for at `address`, and return where Slack redirects to.

        Raises NotPossibleError.
        """
        body = {"address": address, "team": team_id, "as": person, "org_wide": org_wide}
        return str(_checked((await self._http.post("/control/allow", json=body)).json())["redirect"])

    async def cancel(self, address: str) -> str:
        """Cancel the installation, and return where Slack redirects to. Raises NotPossibleError."""
        answer = await self._http.post("/control/cancel", json={"address": address})
        return str(_checked(answer.json())["redirect"])

    async def uninstall(self, team_id: str) -> None:
        """Remove the app as an admin. Raises NotPossibleError."""
        _checked((await self._http.post("/control/uninstall", json={"team": team_id})).json())

    async def revisions(self) -> AsyncIterator[int]:
        """Yield the workspace's revision now and at each change."""
        async with self._http.stream("GET", "/control/events", timeout=None) as response:
            async for line in response.aiter_lines():
                if line.startswith("data: "):
                    yield int(json.loads(line.removeprefix("data: "))["revision"])

    async def _get(self, path: str, **parameters: str) -> Json:
        return _checked((await self._http.get(path, params=parameters)).json())


class RemoteMember:
    """One person of a sandbox in another process, who acts and looks."""

    def __init__(self, driver: Driver, person_id: str) -> None:
        self._driver = driver
        self.id = person_id

    async def act(self, do: str, **more: Any) -> Json:
        """Perform one of the actions of CONTROL.md. Raises NotPossibleError or NotAnsweredError."""
        return await self._driver.act({"as": self.id, "do": do, **more})

    async def upload(self, name: str, content: bytes) -> Json:
        """Upload a file for a modal and return its file object. Raises NotPossibleError."""
        return await self._driver.upload(self.id, name, content)

    async def view(self) -> Json:
        """Return everything that this person sees."""
        return await self._driver.view(self.id)

    async def transcript(self, channel: str) -> str:
        """Return a conversation as this person sees it, as text."""
        return await self._driver.transcript(self.id, channel)

    async def sees(self, condition: Callable[[Json], _Seen], within: float = 60.0) -> _Seen:
        """Wait until `condition` holds for what this person sees, and return its result.

        Each change of the workspace is checked; `within` is in real seconds. Raises NeverSeenError.
        """
        view: Json = {}
        try:
            async with asyncio.timeout(within):
                async for _ in self._driver.revisions():
                    view = await self.view()
                    if result := condition(view):
                        return result
        except TimeoutError:
            pass
        seen = json.dumps(view, ensure_ascii=False, indent=1)
        raise NeverSeenError(f"The condition did not hold within {within} s:\n{seen}")


def _checked(answer: Json) -> Json:
    if answer.get("ok", True):
        return answer
    if answer["error"] == "not_possible":
        raise NotPossibleError(answer["message"])
    raise NotAnsweredError(answer["error"], answer["message"])
