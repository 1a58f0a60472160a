"""Prints how old the catalog's data is, as the test of its dates records it."""

import pytest

AGE = "age of catalog data"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the ages that passed tests recorded; they are no failure, since nothing but time need have passed."""
    reports = terminalreporter.getreports("passed")
    for age in (value for report in reports for name, value in report.user_properties if name == AGE):
        terminalreporter.write_line(str(age))
