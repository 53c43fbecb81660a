"""The verbs of `./fleet`."""
