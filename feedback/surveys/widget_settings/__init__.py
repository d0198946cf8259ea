"""The page "Widget" of a survey: where it appears, in which colours, when and to whom."""
