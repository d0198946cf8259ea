"""An address as a code that telephones read."""

import io


def qr_code(link: str) -> bytes:
    """An SVG of the link, black on white with its quiet zone, readable from a print."""
    import segno  # its tables take a while

    out = io.BytesIO()
    code = segno.make(link, error="m", micro=False)
    code.save(out, kind="svg", scale=8, border=4, dark="#000", light="#fff", svgclass=None)
    return out.getvalue()
