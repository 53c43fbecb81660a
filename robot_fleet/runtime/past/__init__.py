"""The past of a fleet, shown as the present is: merged of the ledger and the history of telemetry."""
