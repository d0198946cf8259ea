"""What people who answer are told: who asks, what for, how long, and what stays with them."""
