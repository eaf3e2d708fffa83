"""Answers about renewals: what went with them, and what lies ahead.

MEASURES   name -> Measure
"""

from lib.measures.registry.options import Measure, Option

LEAD = Option("lead_days", "whole", "days before the renewal on which accounts are read (default: of the definitions)")

MEASURES = {
    "renewal_deciles": Measure(
        "lib.measures.renewals.deciles:renewal_deciles",
        "what goes with renewing: the renewal rate in tenths of what accounts had before",
        (Option("trait", "text", "one trait alone (default: all)"), LEAD),
    ),
}
