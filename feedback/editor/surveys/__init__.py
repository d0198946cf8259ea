"""Survey pages: list, one survey, its forms."""
