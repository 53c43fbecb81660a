"""Evidence of keeping the law: the log, its files, and a check from the trace alone."""
