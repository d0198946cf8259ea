"""`feedback demo`: a filled workspace, served, with a link that signs in."""

import asyncio
import os
from typing import Annotated

import typer

DATABASE = "sqlite:///./feedback-demo.db"


def demo_command(
    port: Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65535)] = 8000,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    no_serve: Annotated[
        bool, typer.Option("--no-serve", help="Only rebuild ./feedback-demo.db.")
    ] = False,
    reload: Annotated[
        bool, typer.Option("--reload", hidden=True, help="Start again when a file changes.")
    ] = False,
) -> None:
    """Rebuild ./feedback-demo.db with two years of answers, serve it, print a sign-in link.

    Touches no other database, whatever the settings say.

    Example: feedback demo --port 8123
    """
    from feedback import clock
    from feedback.commands.serve import require_free_port, run_server
    from feedback.demo.build import build_demo
    from feedback.settings import PREFIX, load_settings

    name = "localhost" if host in ("127.0.0.1", "0.0.0.0", "::") else host
    os.environ[f"{PREFIX}DATABASE_URL"] = DATABASE
    os.environ.pop(f"{PREFIX}DATABASE_URL_FILE", None)
    os.environ[f"{PREFIX}DEMO"] = "true"
    os.environ.setdefault(f"{PREFIX}BASE_URL", f"http://{name}:{port}")
    settings = load_settings()
    if not no_serve:
        require_free_port(host, port)
    link = asyncio.run(build_demo(settings, clock.now()))
    if no_serve:
        print("Rebuilt feedback-demo.db with two years of answers.")
        return
    print(f"Open the demo (the link is good for a week): {settings.base_url}{link}?next=/demo")
    run_server(host, port, 1, reload=reload)
