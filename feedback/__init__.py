"""feedback: NPS, CSAT and CES surveys on precise touchpoints of a customer journey."""
