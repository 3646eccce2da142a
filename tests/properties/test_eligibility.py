"""Eligibility against a model of its own, written from the words of the promise and nothing else."""

from hypothesis import given

from apportion.core.rules import eligible, rejections, suitable
from tests import generators as some

COMPARE = {
    "==": lambda label, value: (type(label) is bool) == (type(value) is bool) and label == value,
    "<": lambda label, value: label < value,
    "<=": lambda label, value: label <= value,
    ">": lambda label, value: label > value,
    ">=": lambda label, value: label >= value,
}


def satisfies(constraint, labels):
    if constraint.operator == "exists":
        return constraint.label in labels
    if constraint.label not in labels:
        return constraint.operator in {"!=", "not-in"}
    label = labels[constraint.label]
    if constraint.operator in {"in", "not-in"}:
        found = any(COMPARE["=="](label, value) for value in constraint.value)
        return found == (constraint.operator == "in")
    if constraint.operator == "!=":
        return not COMPARE["=="](label, constraint.value)
    try:
        return COMPARE[constraint.operator](label, constraint.value)
    except TypeError:
        return False


def refusals(task, worker):
    """Return the codes of all that speaks against the pair."""
    against = {
        "offline": worker.status == "offline",
        "draining": worker.status == "draining",
        "overloaded": worker.status == "overloaded",
        "task-type": worker.task_types is not None and task.task_type not in worker.task_types,
        "missing-capability": any(name not in worker.capabilities for name in task.capabilities),
        "insufficient-capacity": worker.current_load + task.complexity > worker.max_capacity,
        "anti-affinity": worker.id in task.anti_affinity,
        "constraint": any(not satisfies(each, worker.labels) for each in task.constraints if each.weight is None),
    }
    return [code for code, holds in against.items() if holds]


@given(some.tasks(), some.workers())
def test_rejections_are_those_of_the_model(task, worker):
    assert [reason.code for reason in rejections(task, worker)] == refusals(task, worker)


@given(some.tasks(), some.workers())
def test_eligible_is_to_have_no_rejection_and_suitable_none_but_capacity(task, worker):
    assert eligible(task, worker) == (not refusals(task, worker))
    assert suitable(task, worker) == (set(refusals(task, worker)) <= {"insufficient-capacity"})
