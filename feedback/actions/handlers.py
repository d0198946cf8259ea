"""Every handler of the action pages."""

from feedback.actions import edit_routes, routes

handlers = [*edit_routes.handlers, *routes.handlers]
