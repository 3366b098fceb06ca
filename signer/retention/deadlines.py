"""The days by which statements of support must be destroyed.

Source: Regulation (EU) 2019/788, Article 19(5).
"""

from datetime import date

from signer.scheme.months import months_after

MONTHS_AFTER_START = 21


def last_day_kept(collection_start: date) -> date:
    """Return the last day on which statements may be kept if nothing ends earlier: 21 months after the start.

    One month after the submission to the Commission comes earlier, where the initiative is submitted; that day is not
    known before it is there. Proceedings before a court or an authority may lengthen both.
    """
    return months_after(collection_start, MONTHS_AFTER_START)
