"""What is left after tax, beside the headline.

Tax is taken on the net cash of each period: what is spent counts as a deduction when it is paid, and a period that
ends below nil is set off against the company's other profit of the same period. Nothing is depreciated or carried
forward, and the discount rate is the study's own.
"""

from __future__ import annotations

import numpy as np


def after_tax(net: np.ndarray, tax_rate: float) -> np.ndarray:
    """Net cash after tax, of the same shape: net - tax_rate x net, in periods of loss as in periods of gain."""
    return np.asarray(net - tax_rate * net)
