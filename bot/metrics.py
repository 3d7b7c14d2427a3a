"""What is counted of what the bot does, for `/metrics`; never whose it is.

A process has one registry, which only ever counts up: who looks at it compares two moments.
No label holds a token, or the name of a person or a channel.
"""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

REGISTRY = CollectorRegistry()

ProcessCollector(registry=REGISTRY)

POSTS = Counter(
    "paper_round_posts",
    "Tries to post one message of a digest, by what came of it",
    ["outcome"],
    registry=REGISTRY,
)
REQUESTS = Counter(
    "paper_round_requests",
    "Requests that Slack sent, by kind and outcome",
    ["kind", "outcome"],
    registry=REGISTRY,
)
REFUSED_REQUESTS = Counter(
    "paper_round_refused_requests",
    "HTTP requests that did not come from Slack, by reason",
    ["reason"],
    registry=REGISTRY,
)
ANSWER_SECONDS = Histogram(
    "paper_round_answer_seconds",
    "From a request's arrival until all of its answer is with Slack",
    ["kind"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 30),
    registry=REGISTRY,
)
UNEXPECTED_ERRORS = Counter(
    "paper_round_unexpected_errors",
    "Errors that nobody foresaw, by where they surfaced",
    ["place"],
    registry=REGISTRY,
)
SOURCE_POLLS = Counter(
    "paper_round_source_polls",
    "Polls of a source for one day, by source and outcome",
    ["source", "outcome"],
    registry=REGISTRY,
)
MODEL_REQUESTS = Counter(
    "paper_round_model_requests",
    "Requests to the language model: answered, or by error",
    ["outcome"],
    registry=REGISTRY,
)
SUMMARIES_MISSING = Gauge(
    "paper_round_summaries_missing",
    "Summaries that channels wait for, as this process last saw it",
    registry=REGISTRY,
)
MODEL_TOKENS = Counter(
    "paper_round_model_tokens", "Tokens that the language model counted, by kind", ["kind"], registry=REGISTRY
)
RATE_LIMITS = Counter(
    "paper_round_rate_limits",
    "Calls that Slack put off because of its rate limits, by method",
    ["method"],
    registry=REGISTRY,
)
