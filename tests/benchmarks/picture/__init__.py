"""What rendered graphics look like in the browser, and when: ``python -m tests.benchmarks.picture``."""
