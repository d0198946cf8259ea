"""What a person at a terminal or a page is told, in one line."""


class FeedbackError(Exception):
    """Refused input (exit code 2) or a failing environment (exit code 1), said in one sentence."""

    def __init__(self, message: str, *, exit_code: int = 2) -> None:
        super().__init__(message)
        self.message = message
        self.exit_code = exit_code
