"""The fleet as Open-RMF's clients know one: task requests and task states in the JSON of `rmf_api_msgs`."""
