"""The widget: one script on the customer's site, and the configuration it asks for."""
