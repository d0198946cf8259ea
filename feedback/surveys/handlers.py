"""Every handler of the survey pages, and the QR code that anybody may load."""

from feedback.surveys import (
    edit_routes,
    follow_up_routes,
    identity_routes,
    routes,
    share_preview,
    share_routes,
    widget_settings_routes,
)

handlers = [
    *routes.handlers,
    *edit_routes.handlers,
    *follow_up_routes.handlers,
    *identity_routes.handlers,
    *share_routes.handlers,
    *widget_settings_routes.handlers,
    share_preview.widget_preview,
]
public_handlers = share_routes.public_handlers
