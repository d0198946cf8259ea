"""Somebody is forgotten: what of them is found, taken away, and kept from coming back."""
