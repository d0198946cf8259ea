"""What every page stands on: whole pages and blocks, files, forms, refusals."""
