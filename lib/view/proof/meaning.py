"""The figures of the proof in words, for the passport.

meaning   a figure -> how it is computed, by the definitions in force
"""

from lib.measures.health.proven import LEAST_LOST
from lib.view import door


def meaning() -> dict[str, str]:
    """How the figures are computed."""
    words = door.definitions().health
    return {
        "Lost": "customers whose last term ended in the period without another within the grace days; each once.",
        "Red before": f"the colour of the last reading {words.proof_days} days before the loss, by the rules of that week; "
        f"green to the end: green {words.final_days} days before. Readings are made of what was known on their day.",
        "Held down": "red only because an override held the score down, as a notice or a request to cancel does.",
        "Warning": "days since when the account was red without a break to its last reading before the loss.",
        "AUC": "how often an account that is lost had the worse score of two (Mann and Whitney), with intervals over accounts "
        "(Obuchowski), since accounts come in several readings. Where 0.5 is inside, the score ranks no better than chance.",
        "Right when red, found by red, lift": "precision, recall, and precision against the base rate; intervals over accounts. "
        "Red of the prediction: on each day as many of the riskiest as the rules call red.",
        "Calibration": "Cox’s slope, 1 where chances mean what they say; lost / expected in the large.",
        "Too few": f"with fewer than {LEAST_LOST} accounts lost nothing is said.",
        "Drift": "a quarter against the first, by q (Benjamini and Hochberg) over all quarters and scores.",
    }
