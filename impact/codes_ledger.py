"""The catalogue's pages of the ledger's steps and of finance's tables: code, title, why, remedy."""

from __future__ import annotations

LEDGER_PAGES: tuple[tuple[str, str, str, str], ...] = (
    (
        "D371",
        "Relationship and shape say different things",
        "Sites are compared with themselves and do not leave; contracts and repeat customers may. The shape decides "
        "what is estimated.",
        'Set [study] shape to "customers" or "sites", or correct [study] relationship.',
    ),
    (
        "D372",
        "An unknown kind of leaving",
        "churn_kind says why a customer left; only voluntary leaving can be changed by what it experienced.",
        "Write voluntary, involuntary or migrated; leave it blank where the customer did not leave.",
    ),
    (
        "D373",
        "Leaving that is not voluntary is not counted",
        "A customer lost to a failed payment, or moved to another product, did not decide to leave. It is not at risk "
        "after, and counts neither as lost nor as kept in its last period.",
        "Nothing need be done where the kinds are right; fill in those that are blank.",
    ),
    (
        "D374",
        "Answers after a request to cancel set aside",
        "An answer given after its customer asked to leave may be what the leaving did to the answer. Incidents stay: "
        "a period cut short for leavers alone would make them look better served.",
        "Nothing need be done. By the day where both dates have one, else only answers of later periods.",
    ),
    (
        "D375",
        "A rate is missing",
        "Money of two currencies cannot be added without a rate for each period.",
        "Add a row of period, currency and rate: the study's currency for one unit of the other.",
    ),
    (
        "D376",
        "Money converted",
        "Revenue, margin and cost to serve of other currencies were converted at the rate of their period.",
        "Compare the sums with the books; give one mean rate a period.",
    ),
    (
        "D377",
        "Margins at or below zero",
        "Some rows cost more than they bring, or hold net credits. They are kept as they are and never put in "
        "logarithms: a logarithm would drop them and make the rest look better.",
        "Nothing need be done where they are right; book credits in the period they belong to.",
    ),
    (
        "D378",
        "A control tells who left",
        "A value that only customers about to leave have is a mark of leaving, not a cause. Held fixed, it takes away "
        "the effect that is to be measured.",
        "Take it out of [model] controls, or fill it in as it stood at the start of each period.",
    ),
    (
        "D379",
        "Revenue of the file is used or set aside, to the cent",
        "The revenue of the ledger file is compared with what the study uses and what it sets aside, as booked.",
        "Report it if it differs: a row was lost or doubled on the way.",
    ),
    (
        "D380",
        "A table of finance cannot be read",
        "Rates and control totals are small tables with a header row.",
        "Save it as .csv (UTF-8), .parquet or .xlsx with the columns named.",
    ),
    (
        "D381",
        "A cell of a table of finance is not allowed",
        "Each row needs a period that can be read, a number with a point for the decimals, and known words.",
        "Correct the cells named.",
    ),
    (
        "D382",
        "A row of a table of finance stands twice",
        "Two rates, or two totals, of the same thing in the same period of the ledger contradict each other.",
        "Keep one. Of finer periods give the mean rate, or the sum, of the ledger's period.",
    ),
    (
        "D383",
        "Customers may leave at a renewal only",
        "Where renewal_at is given a customer is at risk in its renewal periods alone, and decides on all it met since "
        "the last one. Customers without any date are at risk in every period.",
        "Nothing need be done where the dates are right; give every customer under contract its renewal_at.",
    ),
    (
        "D384",
        "Customers who left outside a renewal",
        "They left in a period that is not one of their renewal periods, so they are counted neither as lost nor as "
        "kept.",
        "Correct renewal_at: it names the last period that the running contract covers, the one whose row is the last "
        "where the customer does not renew.",
    ),
    (
        "D385",
        "Customers without a contract",
        "Nobody says that they leave: a customer without a row for [study] inactive_after periods counts as gone. Of "
        "the last periods nobody's outcome is taken, because it is not known yet.",
        "Set inactive_after so that few come back after it.",
    ),
    (
        "D386",
        "The ledger beside the books",
        "Customers, revenue and margin of the ledger are compared with finance's control totals by period and unit.",
        "Find what one of them leaves out (another population, tax, credits, a late booking) before quoting money.",
    ),
    (
        "D387",
        "Control totals that were not tied",
        "Totals after as_of have no ledger beside them, and a margin cannot be tied where the study has none.",
        "Nothing need be done; or add a margin column, or [study] margin_rate.",
    ),
)
