"""The product with a commit for each answer: what group commit is measured against."""

from litestar import Litestar

from feedback.app import create_app
from feedback.responses import writer


def single_commit_app() -> Litestar:
    writer.BATCH_LIMIT = 1
    return create_app()
