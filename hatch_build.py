"""Build hook: what stands beside the package in a checkout goes into it in the wheel.

`templates` and `migrations` as they are; of `locales` the compiled catalogues, so that no .mo is
ever committed. An editable install needs none of it: it finds the folders of its checkout.
"""

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

BUNDLE = "feedback/_bundled"


class BundleBuildHook(BuildHookInterface[Any]):
    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        included: dict[str, str] = build_data["force_include"]
        for folder in ("templates", "migrations"):
            included[str(Path(self.root, folder))] = f"{BUNDLE}/{folder}"
        for catalogue in sorted(Path(self.root, "locales").glob("*/LC_MESSAGES/*.po")):
            compiled = self._compile(catalogue)
            included[str(compiled)] = f"{BUNDLE}/locales/{'/'.join(compiled.parts[-3:])}"

    def _compile(self, catalogue: Path) -> Path:
        language, folder = catalogue.parts[-3:-1]
        compiled = Path(self.directory, ".mo", language, folder, f"{catalogue.stem}.mo")
        compiled.parent.mkdir(parents=True, exist_ok=True)
        with catalogue.open("rb") as source, compiled.open("wb") as target:
            write_mo(target, read_po(source, locale=language))
        return compiled
