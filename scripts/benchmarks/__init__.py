"""The benchmarks of `scripts/bench`: servers, loads, figures, and the page docs/benchmarks.md."""
