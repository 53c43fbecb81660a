"""Other people's solvers as contestants: each module translates a problem for one of them and its answer back."""
