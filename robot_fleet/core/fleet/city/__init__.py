"""Events of a city's platform: what follows from them, and what is given back when they are over."""
