"""The files of a site as pydantic models, one module for each file: unknown keys are errors, types are strict."""
