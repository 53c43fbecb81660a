"""Whether plans, reasons and explanations are right: worked out anew, sharing no code with planners.

What each module judges stands in `checker`.
"""
