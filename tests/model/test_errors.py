"""Errors travel: a process pool, a debugger and a test runner copy and pickle them."""

import copy
import pickle

import pytest

from apportion import errors

RAISED = [
    errors.FieldError("WorkerInfo.id", "must not be empty"),
    errors.FieldTypeError("WorkerInfo.id", "must be a string, not 3 (int)"),
    errors.UnknownStrategyError("fasted", ["fastest", "random"]),
    errors.UnknownWorkerError("w1", "it has left"),
    errors.UnknownTaskError("t1"),
    errors.DuplicateError("worker", "w1"),
    errors.WorkerUnavailableError("w1", "draining", "it is draining"),
    errors.TaskConflictError("t1", "queued", "nobody holds it"),
    errors.NotRunningError(),
    errors.InputFileError("tasks.jsonl", 3, "no JSON"),
    errors.MissingExtraError("apportion serve", "service"),
    errors.NotAllowedError(401, "no token"),
    errors.StoreHeldError("tasks.db", "process 7"),
    errors.QueueFullError(10, 1.5),
    errors.ServiceUnavailableError("http://localhost:1", 2, "refused"),
    errors.ResultTimeoutError("not yet"),
    errors.StrategyError("mine", "raised ValueError"),
    errors.TaskFailedError("t1", "failed", "exit code 1"),
]


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda error: pickle.loads(pickle.dumps(error))])
@pytest.mark.parametrize("error", RAISED, ids=lambda error: type(error).__name__)
def test_an_error_is_copied_and_pickled_with_all_that_it_says(error, copied):
    again = copied(error)
    assert type(again) is type(error)
    assert (str(again), again.args, vars(again)) == (str(error), error.args, vars(error))
