"""Right of way: which robot may have which lanes, such that no two touch and none blocks another for ever."""
