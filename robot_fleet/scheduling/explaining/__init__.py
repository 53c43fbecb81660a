"""Why a task is where it is, or nowhere: as data and in words."""
