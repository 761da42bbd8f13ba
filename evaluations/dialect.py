"""The error format of evaluations: that of therapist training, with further errors."""

from analytics.dialect import TrainingDialect

from . import errors


class EvaluationDialect(TrainingDialect):
    table = {
        **TrainingDialect.table,
        errors.EvaluationUnknown: (404, "evaluation_not_found"),
        errors.SelfEvaluation: (403, "self_evaluation"),
    }


EVALUATION = EvaluationDialect()
