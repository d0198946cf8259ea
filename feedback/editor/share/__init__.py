"""How a survey reaches people: links, QR code, mail block, script tag; and where it was seen."""
