"""What runs on each robot's computer: it follows one order at a time, and goes on doing so when the network is gone.

Nothing in this package knows ROS, threads or a clock. A caller on any runtime hands in orders and the time, and takes
reports out; the robot itself is reached through two ports of `robot_fleet.core.ports`, Navigator and Actuator, and
what must survive a power cut goes through a third, `journal.Journal`.

    agent          Agent: the caller's four verbs (start, accept, tick, report), and what may be said in a report
    conduct        what is done in each state
    order_machine  the states of a robot under orders and the table of what leads from one to the next
    admission      which orders are taken, which are old news, which are refused
    logbook        what the agent knows about its order, folded from the journal
    journal        the journal of steps, on disk or in memory
    motion         one goal of the navigator: drives merged, extended, shortened, stopped
    acting         one act of the actuator, and what may be said of it after a restart
    corridor       whether a robot is where its order allows it to be
    codec          orders, steps and results as JSON
"""
