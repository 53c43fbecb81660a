"""Who does what, where and when: insertion, search, the CP-SAT master, the independent checker and explanations.

`insertion` answers every event at once; `search` and `cpsat` improve the plan in a worker process; `checker` judges
every plan and shares no code with the others. `validate` refuses a problem that contradicts itself; `files` reads and
writes problems and plans as JSON.
"""
