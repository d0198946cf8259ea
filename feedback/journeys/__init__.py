"""Journeys, their stages, and the touchpoints where feedback is asked."""
