"""Where a run's time went: seconds of set-up, call and teardown, by folder."""

from collections import defaultdict
from typing import Any

from pytest import TerminalReporter

PHASES = ("setup", "call", "teardown")


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    if terminalreporter.config.getoption("durations") is None:
        return
    spent: dict[str, dict[str, float]] = defaultdict(lambda: dict.fromkeys(PHASES, 0.0))
    tests: dict[str, set[str]] = defaultdict(set)
    for report in _reports(terminalreporter):
        for name in (_folder(report.nodeid), "all"):
            spent[name][report.when] += report.duration
            tests[name].add(report.nodeid)
    terminalreporter.section("seconds by folder, over all workers")
    terminalreporter.write_line(f"{'':24}{'tests':>7}" + "".join(f"{p:>10}" for p in PHASES))
    for name, by_phase in sorted(spent.items(), key=lambda each: -sum(each[1].values())):
        seconds = "".join(f"{by_phase[phase]:10.1f}" for phase in PHASES)
        terminalreporter.write_line(f"{name:24}{len(tests[name]):7}{seconds}")


def _reports(reporter: TerminalReporter) -> list[Any]:
    return [
        each
        for found in reporter.stats.values()
        for each in found
        if hasattr(each, "duration") and getattr(each, "when", "") in PHASES
    ]


def _folder(nodeid: str) -> str:
    return "/".join(nodeid.partition("::")[0].split("/")[:2])
