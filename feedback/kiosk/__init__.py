"""The survey on a screen of its own, one visitor after another, with or without a network."""
