"""Bring every catalogue up to date with the words in the code: `make locales`.

New words arrive untranslated, words that are gone are dropped, nothing is guessed. There is no
template file and there are no line numbers, so a catalogue changes only when a text does.
"""

from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
LOCALES = ROOT / "locales"
METHODS = [
    ("feedback/**.py", "python"),
    ("templates/**.html", "jinja2"),
    ("templates/**.txt", "jinja2"),
]
# Blanks as in feedback/web/page.py: a text cut otherwise here would not be found there.
JINJA = {"trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}
OPTIONS = {pattern: JINJA for pattern, method in METHODS if method == "jinja2"}
HEADER = """\
# The interface in {name}. `make locales` finds new words; write their translation here.
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Language: {code}\\n"
"Plural-Forms: {plural_forms}\\n"

"""


def extract_words() -> Catalog:
    """Every text of the interface, as it stands in the Python code and the templates."""
    words = Catalog()
    for _, _, message, comments, context in extract_from_dir(
        ROOT, METHODS, OPTIONS, keywords=DEFAULT_KEYWORDS, comment_tags=("i18n:",)
    ):
        words.add(message, auto_comments=comments, context=context)
    return words


def catalogues() -> list[Path]:
    return sorted(LOCALES.glob("*/LC_MESSAGES/feedback.po"))


def read_catalogue(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.parts[-3])


def updated(path: Path, words: Catalog) -> bytes:
    """The bytes of a catalogue's file with exactly these words, sorted."""
    catalogue = read_catalogue(path)
    catalogue.update(words, no_fuzzy_matching=True, update_header_comment=False)
    body = BytesIO()
    write_po(
        body, catalogue, omit_header=True, no_location=True, sort_output=True, ignore_obsolete=True
    )
    code = path.parts[-3]
    header = HEADER.format(
        name=Locale.parse(code).english_name, code=code, plural_forms=catalogue.plural_forms
    )
    return header.encode() + body.getvalue()


def untranslated(catalogue: Catalog) -> list[Message]:
    """The messages that lack the words of any of their forms."""
    return [message for message in catalogue if message.id and not _is_written(message)]


def _is_written(message: Message) -> bool:
    written = message.string
    return bool(written) if isinstance(written, str) else all(written or [""])


def main() -> None:
    words = extract_words()
    for path in catalogues():
        path.write_bytes(updated(path, words))
        missing = untranslated(read_catalogue(path))
        print(f"{path.relative_to(ROOT)}: {len(words)} texts, {len(missing)} to translate")
        for message in missing:
            print(f"  {message.id if isinstance(message.id, str) else message.id[0]}")


if __name__ == "__main__":
    main()
