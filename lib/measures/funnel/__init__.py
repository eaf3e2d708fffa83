"""The funnel: how far accounts come on their journey, how long it takes them, and what slowness goes with.

indicator   `velocity_hazard`: does a slow first stage go with later loss?
"""
