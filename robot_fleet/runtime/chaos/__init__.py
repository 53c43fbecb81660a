"""A loaded fleet while things fail, and the verdict on what it made of it.

Nothing in the product knows of this package but three seams, which are wired only where chaos is asked for: a manager's
links may be disturbed ones, its clock may run ahead, and a simulator may be told to let a robot's goal fail.

    faults      the classes of faults as data, and how many may be at work at once
    situations  what a robot is in the middle of: loaded, docking, in a narrow passage
    schedule    which fault strikes whom and when: seeded, in even shares, at bad moments by choice
    messages    a robot link that loses, doubles and delays what goes through it
    load        the requests that keep a fleet busy
    navigator   a navigator whose robot is wrong about where it is
    passing     states that pass by themselves
    mortal      log, journal and link of processes that may be killed, stopped or out of disk
    fleet       the virtual fleet with such parts
    virtual     a chaos run on the virtual clock
    real        a chaos run over ROS, with real processes
    strikes     what it does to them
    control     how it tells them what only they can let fail
    account     what physically happened, from the simulator's checkpoint
    replayed    what the ledger amounts to
    evidence    what a run leaves behind: ledger, journals, the simulator's account
    verdict     what must hold of it
    outcome     the result as JSON
"""
