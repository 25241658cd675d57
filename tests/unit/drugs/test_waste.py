from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from scrubjay.drugs.waste import Demand, DiscardRule, decide, known_settings, setting_rule


def test_settings():
    assert {"office", "hopd", "asc", "inpatient", "rhc", "fqhc", "cah"} <= set(known_settings())
    hopd = setting_rule("hopd")
    assert hopd is not None
    assert hopd.payable == ("G", "K")
    assert hopd.packaged == ("N",)
    assert setting_rule("moon") is None


def rule(jw, jz):
    return DiscardRule("p", jw, jz, "contract")


def ask(asked, *, pays=True, single=True, excluded=False):
    decision = decide(asked, is_separately_payable=pays, is_single_dose=single, is_excluded=excluded)
    return decision.bills_discarded, decision.marks_none


def test_predicate():
    both = rule(Demand.REQUIRED, Demand.REQUIRED)
    assert ask(both) == (True, True)
    assert ask(both, single=False) == (False, False)
    assert ask(both, pays=False) == (False, False)
    assert ask(both, excluded=True) == (False, False)
    assert ask(both, single=None) == (None, None)
    assert ask(both, pays=None) == (None, None)
    assert ask(rule(Demand.REQUIRED, Demand.OPTIONAL)) == (True, False)
    assert ask(rule(Demand.REQUIRED, Demand.NOT_ACCEPTED), single=None) == (None, False)
    assert ask(rule(Demand.UNKNOWN, Demand.UNKNOWN)) == (None, None)
    assert ask(rule(Demand.OPTIONAL, Demand.OPTIONAL)) == (True, False)


@given(
    st.sampled_from(Demand),
    st.sampled_from(Demand),
    st.sampled_from([None, True, False]),
    st.sampled_from([None, True, False]),
)
def test_nothing_is_billed_on_what_is_unknown(jw, jz, pays, single):
    bills, marks = ask(rule(jw, jz), pays=pays, single=single)
    if pays is not True or single is not True:
        assert bills is not True
        assert marks is not True
