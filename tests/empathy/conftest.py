"""The shop of the dashboards' tests, in the middle of March 2026."""

from tests.dashboards.conftest import counted, march, years

__all__ = ["counted", "march", "years"]
