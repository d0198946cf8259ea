"""Where customers find a survey."""

from urllib.parse import urlencode


def survey_link(base_url: str, key: str, **parameters: str) -> str:
    """The address of the hosted page, with link parameters."""
    return f"{base_url}/s/{key}" + (f"?{urlencode(parameters)}" if parameters else "")
