"""Work that waits: one table of jobs, leases, a worker, schedules, and what the jobs made."""
