"""What people wrote: searched, tagged and counted."""
