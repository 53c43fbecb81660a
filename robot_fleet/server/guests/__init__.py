"""What people may do who are no users: see what their pass is for, ask, answer, and say how it was. See ADR 23."""
