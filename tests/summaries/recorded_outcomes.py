"""What each recorded answer of a real endpoint ends in, after how many requests and how long a wait."""

from datetime import timedelta
from random import Random

from bot.errors import ModelAnswerError, ModelCutOffError, ModelQuotaError, ModelRefusedError
from tests.summaries.asking import ROME

GROWING = timedelta(seconds=Random(1).uniform(1, 2))
NO_WAIT = timedelta()
RECORDED: dict[str, tuple[object, int, timedelta]] = {
    "anthropic-text": (ModelRefusedError, 1, NO_WAIT),
    "deepseek-json": ({"location": "San Francisco", "condition": "cloudy", "temperature": 7}, 1, NO_WAIT),
    "reported-0 deepseek 400": (ROME, 2, NO_WAIT),
    "reported-1 deepseek 422": (ROME, 2, NO_WAIT),
    "reported-2 deepseek 400": (ROME, 2, NO_WAIT),
    "reported-3 gemini openai-compat 400": (ROME, 2, NO_WAIT),
    "reported-4 gemini openai-compat 400": (ROME, 2, NO_WAIT),
    "reported-5 openai 429": (ModelQuotaError, 1, NO_WAIT),
    "reported-6 openai 429": (ROME, 2, timedelta(seconds=3.89)),
    "reported-7 openai 429": (ROME, 2, timedelta(milliseconds=174)),
    "reported-8 openai 200": (ROME, 1, NO_WAIT),
    "reported-9 openai 200": (ROME, 1, NO_WAIT),
    "reported-10 azure openai (responses API) 429": (ROME, 2, GROWING),
    "google-429-retry-info": (ROME, 2, timedelta(seconds=34.4)),
    "ollama-json-schema 0": ({"city": "Paris", "country": "France"}, 1, NO_WAIT),
    "openai-error.1": (ModelQuotaError, 1, NO_WAIT),
    "openai-json-schema 0": (ModelAnswerError, 1, NO_WAIT),
    "openai-json-schema 1": ({"city": "Mexico City", "country": "Mexico"}, 1, NO_WAIT),
    "openai-test_parse_max_tokens_reached.length": (ModelCutOffError, 1, NO_WAIT),
    "openai-test_parse_pydantic_model.stop": (
        {"city": "San Francisco", "temperature": 65, "units": "f"},
        1,
        NO_WAIT,
    ),
    "openai-test_parse_pydantic_model_refusal.stop-refusal": (ModelAnswerError, 1, NO_WAIT),
    "openrouter-429 0": (ROME, 2, GROWING),
    "openrouter-429 1": (ROME, 2, GROWING),
    "openrouter-429 2": (ROME, 2, GROWING),
}
