"""The miss of a margin, split by hand: six parts that add up to it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from models.misses import PARTS, Forecast, Miss, Rate, Rates, Seen, split_misses, summed

# Sums of six amounts of some thousands.
SUMMED = 1e-9
WRITTEN = 1e-3  # amounts written out to three decimals below
# 2,000 draws: the mean of a part with a standard deviation of 4 is known to 0.09; three of them.
CHANCE = 0.3


def forecast() -> Forecast:
    return Forecast(
        start=150.0,
        customers=np.array([142.5, 135.0]),
        retention=np.array([0.95, 0.95]),
        margin=np.array([2_850.0, 2_700.0]),
        score=np.array([4.0, 4.0]),
    )


def seen() -> Seen:
    """100 homes at 10 and 50 firms at 40 of margin, half of revenue; by the second period the rate is 0.475."""
    start = pd.DataFrame(
        {"persona": ["home", "firm"], "customers": [100, 50], "revenue": [2_000, 4_000], "margin": [1_000, 2_000]}
    )
    rows = [
        ("home", 0, 95, 0, 3, 1_900, 950, 1_900, 950),
        ("firm", 0, 47.5, 0, 0, 3_800, 1_900, 3_800, 1_900),
        ("home", 1, 90, 1, 1, 1_800, 855, 1_800, 900),
        ("firm", 1, 36, 0, 0, 2_880, 1_368, 2_880, 1_440),
    ]
    columns = ["persona", "place", "customers", "returned", "left_otherwise", "revenue", "margin"]
    money = pd.DataFrame(rows, columns=[*columns, "start_revenue", "start_margin"])
    none = np.zeros(2)
    return Seen(start=start, money=money, score=np.array([3.8, 4.0]), score_se=none, priced=np.array([False, False]))


def second(found: tuple[Miss, ...]) -> dict[str, float]:
    return {name: part[0] for name, part in found[1].parts.items()}


def test_a_miss_without_slopes_is_the_written_out_case() -> None:
    # 126 there at 17.6429 against 135 at 20: a customer is 18.8214 in the mean of both, a unit of money 130.5 customers
    found = split_misses(forecast(), seen(), Rates(), seed=1)
    assert second(found) == {
        "volume": pytest.approx((1 - 4) * 18.8214, abs=WRITTEN),
        "retention": pytest.approx((126 - 135 + 3) * 18.8214, abs=WRITTEN),
        "satisfaction": 0.0,
        "mix": pytest.approx((10 - 40) * (90 / 126 - 100 / 150) * 130.5, abs=WRITTEN),
        "price": pytest.approx((0.475 - 0.5) * 4_680 / 126 * 130.5, abs=WRITTEN),
        "unexplained": pytest.approx(0.0, abs=WRITTEN),
    }
    assert found[1].actual - found[1].forecast == pytest.approx(-477.0)


def test_a_lower_score_shows_a_period_later_in_leaving_and_in_money() -> None:
    rates = Rates(leaving=Rate(estimate=-0.5, se=0.0), log_money=Rate(estimate=0.05, se=0.0))
    found = split_misses(forecast(), seen(), rates, seed=1)
    gone = 135 * np.expm1(np.log(0.95) * np.expm1(0.5 * 0.2))
    spent = 20 * np.expm1(-0.05 * 0.2)
    assert found[0].parts["satisfaction"] == (0.0, 0.0, 0.0)
    assert second(found)["satisfaction"] == pytest.approx(gone * 18.8214 + spent * 130.5, abs=WRITTEN)
    assert second(found)["retention"] == pytest.approx((126 - 135 + 3 - gone) * 18.8214, abs=WRITTEN)
    assert second(found)["unexplained"] == pytest.approx(-spent * 130.5, abs=WRITTEN)


@pytest.mark.parametrize("rates", [Rates(), Rates(leaving=Rate(estimate=-0.4, se=0.2), money=Rate(estimate=1, se=2))])
def test_the_parts_add_up_to_the_miss(rates: Rates) -> None:
    told = replace(seen(), priced=np.array([False, True]), score_se=np.array([0.1, 0.1]))
    found = split_misses(replace(forecast(), start=160.0), told, rates, seed=4)
    for miss in found:
        assert tuple(miss.parts) == PARTS
        assert sum(part[0] for part in miss.parts.values()) == pytest.approx(miss.actual - miss.forecast, abs=SUMMED)
    whole = sum(miss.actual - miss.forecast for miss in found)
    assert sum(summed(found).values()) == pytest.approx(whole, abs=SUMMED)


def test_a_slope_and_a_score_that_are_not_known_give_a_range() -> None:
    rates = Rates(money=Rate(estimate=1.0, se=0.2))
    told = replace(seen(), score_se=np.array([0.1, 0.0]))
    mean, low, high = split_misses(forecast(), told, rates, seed=2)[1].parts["satisfaction"]
    assert mean == pytest.approx(-0.2 * 130.5, abs=CHANCE * 4)
    assert low < mean < high
    volume = split_misses(forecast(), told, rates, seed=2)[1].parts["volume"]
    assert volume[0] == volume[1] == volume[2]


def test_what_the_same_customers_pay_is_price_only_once_a_price_event_began() -> None:
    told = seen()
    dearer = told.money.assign(revenue=told.money["revenue"] * 1.1, margin=told.money["margin"] * 1.1)
    before = second(split_misses(forecast(), replace(told, money=dearer), Rates(), seed=1))
    priced = replace(told, money=dearer, priced=np.array([False, True]))
    after = second(split_misses(forecast(), priced, Rates(), seed=1))
    assert before["unexplained"] == pytest.approx(0.1 * 0.5 * 4_680 / 126 * 130.5, abs=WRITTEN)
    assert after["unexplained"] == pytest.approx(0.0, abs=WRITTEN)
    assert after["price"] - before["price"] == pytest.approx(before["unexplained"], abs=WRITTEN)


def test_a_period_in_which_it_cannot_be_told_who_is_gone_is_left_out() -> None:
    told = seen()
    unknown = told.money.assign(customers=told.money["customers"].where(told.money["place"] == 0))
    assert [miss.place for miss in split_misses(forecast(), replace(told, money=unknown), Rates(), seed=1)] == [0]


def test_customers_that_a_corrected_ledger_has_fewer_of_are_volume_and_no_leaving() -> None:
    found = split_misses(replace(forecast(), start=160.0), seen(), Rates(), seed=1)
    assert second(found)["volume"] == pytest.approx((1 - 4 - 10 * 135 / 160) * 18.8214, abs=WRITTEN)
