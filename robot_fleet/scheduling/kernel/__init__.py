"""The planners' inner loops, compiled by numba: routes as arrays, insertion, ruin and recreate.

Everything here works on two tuples of arrays: a `Model` (what is to be planned, see `compiled`) and a `State` (the
routes as they stand). Nothing here knows names; `scheduling.compiled` translates.
"""
