"""The deterministic core: vocabulary, lifecycles, facts, effects, ports and the Fleet. Standard library only."""
