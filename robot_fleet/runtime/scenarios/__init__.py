"""Scenarios: a site, robots, a demand, faults and expectations in a file, run and judged.

A file is read (`read`, with the models in `file`, `faults`, `moments`, `expectations`) and held against its site
(`ground`, `check`). A run on a link (`virtual_run`, `real_run`) lets its faults strike (`striking`, `stage`,
`real_stage`), and is judged from its trace (`truth`, `judges`). `campaign` runs many; `result` and `junit` write what
came of it.
"""
