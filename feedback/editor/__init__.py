"""The pages that make journeys and surveys."""
