"""What can go wrong before the product runs.

BootstrapError
├── Unready      something of the machine is missing; nothing was changed
├── StepFailed   pip, cmake or ninja ended with an error
└── Refused      a question was not answered with yes, or the words make no sense
"""

from __future__ import annotations


class BootstrapError(Exception):
    """One line for the user (or several, one each) and the exit status that goes with it."""

    status = 1


class Unready(BootstrapError):
    """The machine lacks something; each line names it and the command that mends it."""

    status = 3


class StepFailed(BootstrapError):
    """A program of the set-up failed; the message ends with its last lines and the place of the whole log."""

    status = 4


class Refused(BootstrapError):
    """The user did not agree, nobody was there to ask, or nobody knows what was meant; nothing was changed."""

    status = 2
