"""Build hook: compile the locales' .po files into the wheel, so that no .mo is ever committed."""

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CatalogueBuildHook(BuildHookInterface[Any]):
    """Puts `feedback/_bundled/locales/<language>/LC_MESSAGES/<domain>.mo` into the wheel."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if self.target_name != "wheel" or version == "editable":
            return  # a checkout reads its .po files itself
        for catalogue in sorted(Path(self.root, "locales").glob("*/LC_MESSAGES/*.po")):
            compiled = self._compile(catalogue)
            inside = Path(*compiled.parts[-3:]).as_posix()
            build_data["force_include"][str(compiled)] = f"feedback/_bundled/locales/{inside}"

    def _compile(self, catalogue: Path) -> Path:
        language, folder = catalogue.parts[-3:-1]
        compiled = Path(self.directory, ".mo", language, folder, f"{catalogue.stem}.mo")
        compiled.parent.mkdir(parents=True, exist_ok=True)
        with catalogue.open("rb") as source, compiled.open("wb") as target:
            write_mo(target, read_po(source, locale=language))
        return compiled
