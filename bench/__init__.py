"""`make bench`: the budgets of the product, measured side by side in one run."""
