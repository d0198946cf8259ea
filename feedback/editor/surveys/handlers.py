"""Every handler of the survey pages, and the QR code that anybody may load."""

from feedback.editor.after_rating import routes as follow_up_routes
from feedback.editor.share import preview as share_preview
from feedback.editor.share import routes as share_routes
from feedback.editor.surveys import anonymity, edit_routes, routes
from feedback.editor.widget_settings import routes as widget_settings_routes

handlers = [
    *routes.handlers,
    *edit_routes.handlers,
    anonymity.change_anonymity,
    *follow_up_routes.handlers,
    *share_routes.handlers,
    *widget_settings_routes.handlers,
    share_preview.widget_preview,
]
public_handlers = share_routes.public_handlers
