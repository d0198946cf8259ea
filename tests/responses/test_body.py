"""The quick look at a body gives what the strict decoder gives, or leaves it to that one."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.responses import body as bodies
from feedback.responses.body import Refused, read_json

WHITE = st.text(" \t\r\n", max_size=2)
# What could pass for a key and its colon, or for none.
TEXTS = st.text(st.sampled_from('ab":,{}[]\\é\x7f \t0'), max_size=6) | st.text(max_size=6)
NUMBERS = st.sampled_from(
    ["0", "-0", "7", "1.5", "-0.0", "1e5", "1E400", "NaN", "9" * 17, "9" * 18, "9" * 19]
    + ["-" + "9" * 17, "-" + "9" * 18, "9" * 5000, "01", "1.", "18446744073709551616"]
)
SCALARS = NUMBERS | st.sampled_from(["true", "false", "null", "tru"]) | TEXTS.map(json.dumps)
RAW = TEXTS.map(lambda text: f'"{text}"')  # unescaped: a body somebody put together by hand


@st.composite
def objects(draw: st.DrawFn, depth: int = 3) -> str:
    def value() -> str:
        choices = [SCALARS, RAW, st.just("[]"), st.just("[1, 2]")]
        if depth:
            choices.append(objects(depth - 1))
        return draw(st.one_of(choices))

    names = draw(st.lists(st.sampled_from("abc").map(json.dumps) | TEXTS.map(json.dumps)))
    pairs = [draw(WHITE) + name + draw(WHITE) + ":" + draw(WHITE) + value() for name in names]
    return "{" + ",".join(pairs) + draw(WHITE) + "}"


def told(body: bytes) -> Any:
    """repr, so that 1, 1.0 and True are three values."""
    try:
        return repr(read_json(body))
    except Refused as refused:
        return refused.reason


def strictly(body: bytes, monkeypatch: pytest.MonkeyPatch) -> Any:
    with monkeypatch.context() as patch:
        patch.setattr(bodies, "_plain", lambda _body: None)
        return told(body)


@given(text=objects())
def test_whatever_comes_is_read_as_the_strict_decoder_reads_it(text: str) -> None:
    body = text.encode("utf-8", "surrogatepass")
    assert told(body) == strictly(body, pytest.MonkeyPatch())


@pytest.mark.parametrize(
    "body",
    [
        b'{"a": 1, "a" : 2}',  # one colon after a quote for two keys, which pass for one
        b'{"a": "x", "a": "y", "b" : 1}',
        b'{"a": {"b": 1, "b": 2}}',
        b'{"a": "\\":", "b": 1, "b" : 2}',
        b'{"a": [{"b": 1, "b": 2}]}',
        b'{"a":' * 33 + b"1" + b"}" * 33,
        b"[" * 60_000,
        b'{"a":' + b"[" * 60_000,
        b'{"a":' * 12_000,
        b"",
        b"\xef\xbb\xbf{}",
        b'{"a": "\xed\xa0\x80"}',
        b'{"\xff": 1}',
        b'{"a": "\x00"}',
        b"{} {}",
    ],
)
def test_what_breaks_a_rule_is_refused(body: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Refused) as refused:
        read_json(body)
    assert refused.value.error == "body_malformed"
    assert refused.value.reason == strictly(body, monkeypatch)


def test_what_the_widget_sends_needs_no_second_look() -> None:
    sent = {"v": 1, "rating": 9, "comment": "so: 'fine' {really}", "contact": {"id": "c-7"}}
    body = json.dumps(sent, separators=(",", ":")).encode()
    assert bodies._plain(body) == sent
