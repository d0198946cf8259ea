"""Where customers find a survey."""

from urllib.parse import urlencode


def privacy_link(base_url: str, key: str, language: str = "") -> str:
    """Where people are told what the answers to a survey are for; else in their browser's language.

    >>> privacy_link("https://f.example", "abc", "fr")
    'https://f.example/privacy/abc?lang=fr'
    """
    return f"{base_url}/privacy/{key}" + (f"?{urlencode({'lang': language})}" if language else "")


def survey_link(base_url: str, key: str, **parameters: str) -> str:
    """The address of the hosted page, with link parameters."""
    return f"{base_url}/s/{key}" + (f"?{urlencode(parameters)}" if parameters else "")
