"""The survey as a page of its own: its `form`, `page` and `steps`."""
