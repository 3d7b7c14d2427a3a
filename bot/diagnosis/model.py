"""Whether the language model answers."""

from random import Random

import httpx
from pydantic import SecretStr

from bot.clock import Clock
from bot.diagnosis.finding import Finding, not_checked, ok, warning
from bot.errors import ModelError
from bot.summaries.model import ModelClient

PART = "model"
_SECONDS = 30.0
_NONE = "No model is set, so cards show what the abstract says."


def no_model_finding() -> Finding:
    """Return that summaries are made without a model."""
    return not_checked(PART, _NONE, "For AI summaries set LLM_MODEL and LLM_API_KEY.")


async def model_finding(
    client: httpx.AsyncClient, clock: Clock, *, url: str, key: SecretStr | None, model: str
) -> Finding:
    """Ask for one token and return whether it came; raises `SettingsError` for a malformed address."""
    asking = ModelClient(
        client,
        clock,
        base_url=url,
        api_key=key,
        model=model,
        random=Random(),  # noqa: S311 -- it only spreads waits
        seconds=_SECONDS,
    )
    try:
        answered = await asking.try_token()
    except ModelError as error:
        what, _, remedy = str(error).partition(". ")
        return warning(PART, f"{what.rstrip('.')}.", remedy or "Try again later, or set another LLM_MODEL.")
    return ok(PART, f"{answered} answers at {httpx.URL(url).host}.")
