"""What the bot has counted, and since when: the metrics of a process only ever count up."""

from collections.abc import Mapping

from bot.metrics import REGISTRY


def counts() -> dict[tuple[str, str], float]:
    """Return every sample by its name and its labels."""
    return {
        (sample.name.removeprefix("paper_round_"), ",".join(sample.labels.values())): sample.value
        for family in REGISTRY.collect()
        for sample in family.samples
        if sample.name.startswith("paper_round_")
        and not sample.name.endswith(("_created", "_bucket", "_sum"))
    }


def since(before: Mapping[tuple[str, str], float]) -> dict[tuple[str, str], float]:
    """Return what has been counted since."""
    changes = {key: value - before.get(key, 0) for key, value in counts().items()}
    return {key: change for key, change in changes.items() if change}
