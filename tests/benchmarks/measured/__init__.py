"""What the bot costs beside what one would use instead: `python -m tests.benchmarks` prints one table."""
