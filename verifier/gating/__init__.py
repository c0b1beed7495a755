"""The gate: verdicts compared with those that are expected, for continuous integration."""
