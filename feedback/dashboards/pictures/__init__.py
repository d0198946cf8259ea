"""Charts as files: drawn by matplotlib in a job, handed out by `routes`."""
