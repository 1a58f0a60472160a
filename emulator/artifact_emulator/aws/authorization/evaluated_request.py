"""The decision on one action and resource of a call, with what it was made from."""

from typing import NamedTuple

from artifact_state.policy_evaluation.partial import PartialRequest, applies_leniently, applies_strictly
from artifact_state.policy_evaluation.policies import ApplicablePolicies, Decision
from artifact_state.policy_syntax.policy import EvaluationRequest, Statement


class EvaluatedRequest(NamedTuple):
    """The decision on one action and resource of a call, with the policies that were evaluated."""

    request: EvaluationRequest
    policies: ApplicablePolicies
    decision: Decision
    partial: PartialRequest | None = None
    """The request as far as it is known, for a call of a service that is not emulated."""
    open_parts: tuple[str, ...] = ()
    """What is not known and would have to be for a decision, in words; none if the unknown does not matter."""

    def applies(self, statement: Statement, request: EvaluationRequest) -> bool:
        """Return whether a statement applies, as the decision has it where that is not known."""
        return self._applies(statement, request, is_lenient=self.decision.allowed)

    def applies_otherwise(self, statement: Statement, request: EvaluationRequest) -> bool:
        """Return whether a statement applies, as the opposite decision has it where that is not known."""
        return self._applies(statement, request, is_lenient=not self.decision.allowed)

    def _applies(self, statement: Statement, request: EvaluationRequest, *, is_lenient: bool) -> bool:
        if self.partial is None:
            return statement.applies_to(request)
        return (applies_leniently if is_lenient else applies_strictly)(statement, self.partial)
