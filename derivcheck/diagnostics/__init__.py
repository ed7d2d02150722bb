"""What is said to a person: diagnostics with their places, verdicts as values, the pages of `explain`."""
