"""Where templates, migrations and catalogues are: beside the checkout or inside the wheel."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def resource_dir(name: str) -> Path:
    """The folder `name` of the checkout, an editable install or an installed wheel."""
    for folder in (PACKAGE / "_bundled" / name, PACKAGE.parent / name):
        if folder.is_dir():
            return folder
    raise RuntimeError(f"the folder {name} is missing from this installation")
