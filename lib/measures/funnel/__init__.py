"""The journey as a funnel: who comes into a stage, who completes it, how long that takes, and where it takes too long.

stages      `funnel`: a row per stage, the whole journey first, and the bottleneck beyond chance
between     `stage_times`: how long it takes from one stage to another, in bins that stay the same
trend       `stage_trend`: the same stage for those who came into it in one quarter after another
listing     `stage_accounts`: the accounts behind the figures of a stage
laggards    `laggards`: the accounts inside a stage that are slow, by their peers (peers), and what is ahead of them (ahead)
indicator   `velocity_hazard`: does a slow first stage go with later loss?
stays       stays in a stage by their days and how they ended, and the curves of them
"""
