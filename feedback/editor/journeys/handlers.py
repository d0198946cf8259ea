"""Every handler of the journey pages."""

from feedback.editor.journeys import archive_routes, order_routes, part_routes, routes

handlers = [
    *routes.handlers,
    *order_routes.handlers,
    *part_routes.handlers,
    *archive_routes.handlers,
]
