"""One script per figure, each printed as a ratio with its limit: `python -m benchmarks.NAME`."""
