"""Data of people, apart from everything else: each person's sealed with keys of their own; destroying them erases."""
