"""A pytest plugin: `--require-marks browser,postgres` fails a run without such tests."""

from collections import Counter

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--require-marks",
        default="",
        metavar="MARKS",
        help="comma-separated marks; each must have passing tests, and none skipped",
    )


def pytest_configure(config: pytest.Config) -> None:
    marks = [mark for mark in config.getoption("--require-marks").split(",") if mark]
    is_xdist_worker = hasattr(config, "workerinput")
    if marks and not is_xdist_worker:
        config.pluginmanager.register(RequiredMarks(marks))


class RequiredMarks:
    def __init__(self, marks: list[str]) -> None:
        self.marks = marks
        self.seen: Counter[tuple[str, str]] = Counter()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or report.skipped:
            self.seen.update(
                (mark, report.outcome) for mark in self.marks if mark in report.keywords
            )

    def complaints(self) -> list[str]:
        idle = [f"no `{m}` test passed" for m in self.marks if not self.seen[m, "passed"]]
        skips = [(m, self.seen[m, "skipped"]) for m in self.marks]
        return idle + [f"{n} `{mark}` test(s) were skipped" for mark, n in skips if n]

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.complaints() and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        for complaint in self.complaints():
            terminalreporter.write_line(f"Required but missing: {complaint}", red=True)
        for mark in self.marks:
            terminalreporter.write_line(f"Ran {self.seen[mark, 'passed']} `{mark}` tests")
