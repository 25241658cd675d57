"""The engine: plans which facts are needed, computes them once, gives one of four verdicts."""

from scrubjay.engine.evaluate import Judgement, judge
from scrubjay.engine.plan import Plan, make_plan
from scrubjay.engine.run import RunResult, run_edits
from scrubjay.intake.prefetch import prefetched

__all__ = ["Judgement", "Plan", "RunResult", "judge", "make_plan", "prefetched", "run_edits"]
