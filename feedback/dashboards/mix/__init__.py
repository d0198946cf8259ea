"""What differences are made of: within channels or touchpoints, or of another mix of them."""
