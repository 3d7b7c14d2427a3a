import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.summaries.refusals import Cause, Refusal, error_in, refusal_of, refusal_within
from bot.summaries.retry_delays import asked_wait, go_duration, reset_wait

NOW = datetime(2025, 9, 29, 9, 0, tzinfo=UTC)
NO_HEADERS = httpx.Headers()


def refusal(status: int, body: object, headers: dict[str, str] | None = None, secret: str = "") -> Refusal:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return refusal_of(status, httpx.Headers(headers or {}), raw, NOW, secret)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"error": {"message": "Slow."}}, "Slow."),
        ([{"error": {"message": "Slow."}}], "Slow."),
        ({"error": [{"message": "Slow."}]}, "Slow."),
        ({"error": "Slow."}, "Slow."),
        ({"message": "Slow."}, "Slow."),
        ({"object": "error", "message": {"detail": [{"msg": "Slow."}]}}, "Slow."),
        ({"detail": "Slow."}, "Slow."),
        ({"detail": [{"msg": "Slow", "loc": ["body", "model"], "input": "a paper"}]}, "Slow body model"),
        (
            {"error": {"message": "Slow.", "metadata": {"raw": "Truly.", "provider_name": "x"}}},
            "Slow. Truly.",
        ),
        (b"Slow.\r\nTruly.", "Slow. Truly."),
    ],
)
def test_what_an_endpoint_says_is_found_wherever_it_stands(body: object, said: str) -> None:
    assert refusal(429, body) == Refusal(
        Cause.RATE_LIMITED, f"answered with HTTP status 429 (“{said}”)", None
    )


@pytest.mark.parametrize("body", [b"", b"<!doctype html><title>Slow</title>", b"{}", b"[]", b"null", b"\xff"])
def test_an_endpoint_may_say_nothing(body: bytes) -> None:
    assert refusal(503, body).what.removesuffix(" (“�”)") == "answered with HTTP status 503"


@pytest.mark.parametrize(
    ("status", "message", "cause"),
    [
        (200, "", Cause.WRONG_ADDRESS),
        (302, "", Cause.WRONG_ADDRESS),
        (400, "Something.", Cause.UNCLEAR),
        (400, "Invalid schema for response_format 'answer'", Cause.NO_FORM),
        (400, "Invalid parameter: 'response_format' is not supported with this model.", Cause.NO_FORM),
        (400, "'max_tokens' is not supported with this model.", Cause.NO_MOST_TOKENS),
        (400, "'temperature' does not support 0.2 with this model.", Cause.NO_TEMPERATURE),
        (
            400,
            "'max_tokens' is too large: 4000. This model's maximum context length is 4096",
            Cause.TOO_LONG,
        ),
        (400, "Content Exists Risk", Cause.FILTERED),
        (400, "x is not a valid model ID", Cause.WRONG_MODEL),
        (400, "API key not valid. Please pass a valid API key.", Cause.WRONG_KEY),
        (401, "Something.", Cause.WRONG_KEY),
        (402, "This request requires more credits, or fewer max_tokens.", Cause.EXHAUSTED),
        (403, "Something.", Cause.WRONG_KEY),
        (403, "Project does not have access to model_not_found", Cause.WRONG_MODEL),
        (404, "Something.", Cause.WRONG_ADDRESS),
        (404, "models/x is not found for API version v1main", Cause.WRONG_MODEL),
        (404, "No endpoints found for some/model.", Cause.WRONG_MODEL),
        (408, "Something.", Cause.FAILED),
        (413, "Something.", Cause.TOO_LONG),
        (418, "Something.", Cause.UNKNOWN),
        (422, "Something.", Cause.UNCLEAR),
        (429, "Resource has been exhausted (e.g. check quota).", Cause.RATE_LIMITED),
        (429, "Quota exceeded for quota metric 'requests' and limit 'per minute'.", Cause.RATE_LIMITED),
        (429, "Rate limit exceeded: free-models-per-day.", Cause.EXHAUSTED),
        (429, "You exceeded your current quota.", Cause.EXHAUSTED),
        (429, "You exceeded your current quota. Please retry in 20.04466179s.", Cause.RATE_LIMITED),
        (403, "Country, region, or territory not supported", Cause.BARRED),
        (403, "This model is not available in your region.", Cause.BARRED),
        (400, "User location is not supported for the API use.", Cause.BARRED),
        (403, "当前地区不支持访问", Cause.BARRED),
        (403, "The IP 203.0.113.7 is not in the whitelist", Cause.BARRED),
        (403, "账户已欠费，请充值", Cause.EXHAUSTED),
        (429, "您的账户余额不足，请充值后再试", Cause.EXHAUSTED),
        (429, "您的账户已达到速率限制", Cause.RATE_LIMITED),
        (400, "输入内容包含敏感信息", Cause.FILTERED),
        (400, "模型 rome-1 不存在", Cause.WRONG_MODEL),
        (400, "Model names are case-sensitive: no such model", Cause.WRONG_MODEL),
        (400, "输入过长，超出模型的上下文长度", Cause.TOO_LONG),
        (401, "令牌已过期", Cause.WRONG_KEY),
        (
            429,
            "Request too large for rome-1 on tokens per min (TPM): Limit 6000, Requested 14012.",
            Cause.TOO_LONG,
        ),
        (429, "Rate limit reached on tokens per min. Limit: 6,000 / min. Requested: 14,012", Cause.TOO_LONG),
        (429, "Limit 30000, Used 29000, Requested 2000. Please try again in 2s.", Cause.RATE_LIMITED),
        (400, "The input token count (1,200,000) exceeds what the model takes.", Cause.TOO_LONG),
        (400, "InvalidParameter: Range of input length should be [1, 98304]", Cause.TOO_LONG),
        (400, "Your request exceeded model token limit: 8192", Cause.TOO_LONG),
        (400, "`inputs` tokens + `max_new_tokens` must be <= 8192", Cause.TOO_LONG),
        (400, "It has a maxOutputTokens value of 90000, the range ends at 65537", Cause.NO_MOST_TOKENS),
        (403, "Model access denied.", Cause.WRONG_MODEL),
        (403, "You are not allowed to sample from this model", Cause.WRONG_MODEL),
        (404, "Not found the model garden-9 or permission denied", Cause.WRONG_MODEL),
        (404, "The API deployment for this resource does not exist.", Cause.WRONG_MODEL),
        (404, "Your account has not activated the model garden. Open it in the console.", Cause.WRONG_MODEL),
        (400, "您无权访问garden-9。", Cause.WRONG_MODEL),
        (403, "Access denied due to Virtual Network/Firewall rules.", Cause.BARRED),
        (403, "Request not allowed", Cause.BARRED),
        (403, "Sorry, your account balance is insufficient", Cause.EXHAUSTED),
        (403, "The free tier of the model has been exhausted.", Cause.EXHAUSTED),
        (429, "您的账户已达到今日调用次数限额", Cause.EXHAUSTED),
        (429, f"Limit {'9' * 5000}, Requested {'8' * 5000}.", Cause.RATE_LIMITED),
        (500, "The API key is wrong.", Cause.FAILED),
        (529, "Overloaded", Cause.FAILED),
    ],
)
def test_a_trouble_is_told_by_status_and_words(status: int, message: str, cause: Cause) -> None:
    assert refusal(status, {"error": {"message": message}}).cause is cause


@pytest.mark.parametrize(
    ("quotas", "cause"),
    [
        (["GenerateRequestsPerMinutePerProjectPerModel-FreeTier"], Cause.RATE_LIMITED),
        (["InputTokensPerModelPerMinute", "GenerateRequestsPerDayPerProjectPerModel"], Cause.EXHAUSTED),
        ([], Cause.EXHAUSTED),
    ],
)
def test_the_names_of_its_quotas_tell_what_google_means(quotas: list[str], cause: Cause) -> None:
    violations = [{"quotaId": quota} for quota in quotas]
    error = {"message": "You exceeded your current quota.", "details": [{"violations": violations}, "odd"]}

    assert refusal(429, [{"error": error}]).cause is cause


def test_an_error_within_200_has_its_status_in_its_code_or_by_its_name() -> None:
    codes: list[tuple[Any, Any, Cause]] = [
        (429, None, Cause.RATE_LIMITED),
        ("429", None, Cause.RATE_LIMITED),
        (502, None, Cause.FAILED),
        (None, "RESOURCE_EXHAUSTED", Cause.RATE_LIMITED),
        ("invalid_api_key", "invalid_request_error", Cause.WRONG_KEY),
        ("not_found", None, Cause.WRONG_ADDRESS),
        (None, "invalid_request_error", Cause.UNCLEAR),
        (1234, None, Cause.FAILED),
        (None, None, Cause.FAILED),
    ]
    found = [
        refusal_within({"code": code, "type": kind}, NO_HEADERS, NOW, "").cause for code, kind, _ in codes
    ]

    assert found == [cause for _, _, cause in codes]


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        ({"base_resp": {"status_code": 1008, "status_msg": "insufficient balance"}}, Cause.EXHAUSTED),
        ({"base_resp": {"status_code": 1004, "status_msg": "login fail: api key is wrong"}}, Cause.WRONG_KEY),
        ({"base_resp": {"status_code": 1002, "status_msg": "rate limit"}}, Cause.RATE_LIMITED),
        ({"base_resp": {"status_code": 1027, "status_msg": "output new_sensitive"}}, Cause.FILTERED),
        ({"code": 1113, "msg": "您的账户已欠费，请充值后重试"}, Cause.EXHAUSTED),
        ({"code": 1302, "msg": "当前 API 请求并发数过高"}, Cause.RATE_LIMITED),
        (
            {"code": "Arrearage", "message": "Access denied, check that your account is in order."},
            Cause.EXHAUSTED,
        ),
        ({"code": 401, "msg": "身份验证失败"}, Cause.WRONG_KEY),
        (
            {"base_resp": {"status_code": 1004, "status_msg": "login fail: carry the API secret key"}},
            Cause.WRONG_KEY,
        ),
        ({"base_resp": {"status_code": 1039, "status_msg": "token limit exceeded"}}, Cause.TOO_LONG),
        ({"error_code": 17, "error_msg": "Open api daily request limit reached"}, Cause.EXHAUSTED),
        ({"error_code": 18, "error_msg": "Open api qps request limit reached"}, Cause.RATE_LIMITED),
        ({"error_code": 110, "error_msg": "Access token invalid or no longer valid"}, Cause.WRONG_KEY),
        ({"code": 10007, "message": "用户流量受限"}, Cause.RATE_LIMITED),
        ({"choices": [{"finish_reason": "insufficient_system_resource"}]}, Cause.FAILED),
        ({"error_code": 336000, "error_msg": "Internal error"}, Cause.FAILED),
    ],
)
def test_an_error_of_a_shape_of_its_own_is_told_by_its_words_and_they_are_kept(
    body: dict[str, Any], cause: Cause
) -> None:
    error = error_in(body) or {}
    found = refusal_within(error, NO_HEADERS, NOW, "")

    assert found.cause is cause
    assert any(str(text) in found.what for text in error.values())


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"error": {"code": 1}}, {"code": 1}),
        ([{"error": {"code": 1}}], {"code": 1}),
        ({"error": "bad"}, {"message": "bad"}),
        ({"error": "slow", "retry_after": 3, "id": 1}, {"message": "slow", "retry_after": 3}),
        (
            {"choices": [{"finish_reason": "network_error", "message": {"content": "{"}}]},
            {"code": 503, "message": "network_error"},
        ),
        ({"choices": [{"error": {"code": 1}}]}, {"code": 1}),
        ({"error": None, "choices": [{}]}, None),
        ({"error": {}}, None),
        ({"choices": ["x"]}, None),
        (
            {"choices": None, "base_resp": {"status_code": 1008, "status_msg": "insufficient balance"}},
            {"status_code": 1008, "status_msg": "insufficient balance"},
        ),
        ({"choices": [{}], "base_resp": {"status_code": 0, "status_msg": ""}}, None),
        ({"code": 1113, "msg": "欠费"}, {"code": 1113, "msg": "欠费"}),
        ({"error_code": 17, "error_msg": "Daily"}, {"error_code": 17, "error_msg": "Daily"}),
        ({"code": 0, "msg": "ok", "choices": [{}]}, None),
        ([], None),
        ("x", None),
        (None, None),
    ],
)
def test_an_error_is_found_beside_or_instead_of_an_answer(body: object, error: object) -> None:
    assert error_in(body) == error


def test_a_key_is_left_out_of_what_is_quoted_before_that_is_cut() -> None:
    secret = "sk-garden-0123456789"

    for status in (400, 404, 418, 429, 500):
        what = refusal(status, {"message": "x" * 190 + secret + secret}, secret=secret).what
        assert "sk-" not in what
        assert "xxx…" in what


@pytest.mark.parametrize(
    "told",
    ["sk-garden-0123456789", "sk-g***6789", "sk-garde...6789", "****6789", "garden-0123456789.", "sk-1"],
)
@pytest.mark.parametrize("status", [401, 403])
def test_what_is_said_of_a_key_is_kept_without_the_key(told: str, status: int) -> None:
    body = {"message": f"Incorrect API key provided: {told} See https://example.com/keys."}

    assert refusal(status, body, secret="sk-garden-0123456789").what == (
        f"answered with HTTP status {status} (“Incorrect API key provided: … See https://example.com/keys.”)"
    )


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("6m0s", 360),
        ("12ms", 0.012),
        ("34.4s", 34.4),
        ("1h2m3.5s", 3723.5),
        ("250us", 0.00025),
        ("250µs", 0.00025),
        ("0s", 0),
        ("6", None),
        ("", None),
        ("6m 0s", None),
        ("-1s", None),
        ("6 minutes", None),
    ],
)
def test_a_duration_is_read_as_go_writes_it(text: str, seconds: float | None) -> None:
    assert go_duration(text) == (None if seconds is None else pytest.approx(seconds))


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("Limit 30000. Please try again in 3.89s. Visit https://x", 3.89),
        ("Please try again in 174ms. ...", 0.174),
        ("Try again in 1m30.5s.", 90.5),
        ("Please retry in 20.04466179s.", 20.04466179),
        ("Please retry after 26 seconds.", 26),
        ("Please wait 2 minutes", 120),
        ("wait for 1 hour", 3600),
        ("Please try again in 999h", 86400),
        ("Please try again later.", None),
        ("Please try again in 0s", None),
        ("took 3s", None),
    ],
)
def test_a_wait_is_read_from_a_sentence(said: str, seconds: float | None) -> None:
    assert asked_wait(NO_HEADERS, {}, said, NOW) == (None if seconds is None else pytest.approx(seconds))


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7),
        ({"Retry-After": "0"}, 5),
        ({"Retry-After": "soon"}, 5),
        ({"Retry-After": "-1"}, 5),
        ({"Retry-After": "999999999"}, 86400),
        ({"Retry-After": format_datetime(NOW + timedelta(seconds=9), usegmt=True)}, 9),
        ({"Retry-After": format_datetime(NOW - timedelta(seconds=9), usegmt=True)}, 5),
        ({"Retry-After-Ms": "1500", "Retry-After": "2"}, 1.5),
        ({}, 5),
    ],
)
def test_a_header_counts_before_the_body_where_it_says_something(
    headers: dict[str, str], seconds: float
) -> None:
    error = {"details": [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "5s"}]}

    assert asked_wait(httpx.Headers(headers), error, "try again in 3s", NOW) == seconds


@pytest.mark.parametrize(
    ("error", "seconds"),
    [
        ({"retry_after": 7}, 7),
        ({"retry_after": "2.5"}, 2.5),
        ({"retry_after_ms": 1500}, 1.5),
        ({"metadata": {"retry_after_seconds": 4}}, 4),
        ({"retry_after": 10**8}, 86400),
        ({"retry_after": "soon"}, 3),
        ({"retry_after": None}, 3),
        ({"retry_after": True}, 3),
        ({"retry_after": -1}, 3),
        ({"retry_after": []}, 3),
        ({"retry_after": float("nan")}, 3),
        ({"retry_after": 10**4000}, 3),
    ],
)
def test_a_wait_named_in_the_body_counts_before_a_sentence_where_it_is_a_number(
    error: dict[str, Any], seconds: float
) -> None:
    assert asked_wait(NO_HEADERS, error, "try again in 3s", NOW) == seconds


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"x-ratelimit-reset-requests": "1s", "x-ratelimit-reset-tokens": "6m0s"}, 360),
        ({"x-ratelimit-reset-requests": "12ms"}, 0.012),
        ({"x-ratelimit-reset-tokens": "0"}, None),
        ({"x-ratelimit-reset-tokens": "20"}, 20),
        ({"x-ratelimit-reset": str(int(NOW.timestamp()) + 30)}, 30),
        ({"X-RateLimit-Reset": str(1000 * int(NOW.timestamp()) + 30_500)}, 30.5),
        ({"x-ratelimit-reset": "9999999999999"}, 86400),
        ({"x-ratelimit-reset": "soon"}, None),
    ],
)
def test_the_latest_reset_counts(headers: dict[str, str], seconds: float | None) -> None:
    assert reset_wait(httpx.Headers(headers), {}, NOW) == seconds
    assert reset_wait(NO_HEADERS, {"metadata": {"headers": headers}}, NOW) == seconds


@given(
    st.integers(100, 599),
    st.dictionaries(
        st.sampled_from(["Retry-After", "x-ratelimit-reset", "Date"]), st.text("0123456789-:sm GMT")
    ),
    st.binary()
    | st.recursive(
        st.none() | st.integers() | st.floats(allow_nan=False) | st.text(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["error", "message", "code", "details", "violations", "detail"]), inner
            )
        ),
    ).map(lambda body: json.dumps(body).encode()),
)
def test_any_refusal_is_understood_somehow(status: int, headers: dict[str, str], body: bytes) -> None:
    found = refusal_of(status, httpx.Headers(headers), body, NOW, "")

    assert found.wait is None or 0 < found.wait <= 86400
    assert "\n" not in found.what
