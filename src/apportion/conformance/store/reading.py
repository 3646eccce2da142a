"""S4, and what each way of reading answers."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

from apportion.conformance.claims import equal, refused
from apportion.conformance.store.place import Check, Place, ids, in_state, inserted, moved, task
from apportion.model.lifecycle import TaskState
from apportion.model.ranks import LATER, PARKED
from apportion.ports import Forget, Insert, Remember, TaskFilter

QUEUED, ASSIGNED, SUCCEEDED = TaskState.QUEUED, TaskState.ASSIGNED, TaskState.SUCCEEDED


def s4_a_read_sees_every_commit_before_it(place: Place) -> None:
    """By each way of reading."""
    store = inserted(place, task("a", idempotency_key="key"))
    held = replace(task("a", idempotency_key="key"), state=ASSIGNED, lease=1, assigned_worker="quick")
    equal(ids(store.queued("default", 9)), ["a"], "a new task is in the queue")
    store.commit([moved(task("a"), ASSIGNED, lease=1, assigned_worker="quick")])
    equal(store.get("a"), held, "get sees the commit before it")
    equal(store.find("default", "key"), held, "find sees the commit before it")
    equal(store.get_all(["a"]), {"a": held}, "get_all sees the commit before it")
    equal(store.find_all("default", ["key"]), {"key": held}, "find_all sees the commit before it")
    equal(store.queued("default", 9), [], "queued sees the commit before it")
    equal(list(store.assigned()), [held], "assigned sees the commit before it")
    equal(store.page(TaskFilter(state=ASSIGNED), 9), ([held], None), "page sees the commit before it")
    equal(store.counts()[ASSIGNED], 1, "counts sees the commit before it")
    store.close()


def what_is_not_there_is_none(place: Place) -> None:
    """Whatever is asked for, text that no store could hold included."""
    store = inserted(place, task("a", idempotency_key="key"))
    for name in ("unknown", "A", "", "\0", "\ud800"):
        equal(store.get(name), None, f"get of {name!r} is None")
        equal(store.find("default", name), None, f"find of the key {name!r} is None")
        equal(store.find(name, "key"), None, f"find of the tenant {name!r} is None")
        equal(list(store.get_all([name, "a"])), ["a"], f"get_all of {name!r} and another is the other")
        equal(list(store.find_all("default", [name, "key"])), ["key"], f"find_all of {name!r} and another is the other")
        equal(store.find_all(name, ["key"]), {}, f"find_all of the tenant {name!r} is nothing")
        equal(store.recall(name), None, f"recall of {name!r} is None")
        equal(store.page(TaskFilter(tenant=name), 9)[0], [], f"no task is of the tenant {name!r}")
    store.close()


def many_are_read_at_once(place: Place) -> None:
    """By their ids, or their keys: as many as anybody asks for, each its own."""
    tasks = [task(f"t{number}", idempotency_key=f"k{number}") for number in range(1200)]
    others = [task("other", tenant="another", idempotency_key="k1"), task("keyless")]
    store = inserted(place, *tasks, *others)
    names = ["keyless", "other", *(each.id for each in reversed(tasks)), "nobody", "t1"]
    equal(store.get_all(names), {each.id: each for each in (*tasks, *others)}, "all that are there, each once")
    keys = [f"k{number}" for number in range(1300)]
    equal(store.find_all("default", keys), {f"k{n}": each for n, each in enumerate(tasks)}, "a tenant's own")
    equal(store.find_all("another", keys), {"k1": others[0]}, "and no other's")
    equal((len(store.get_all([])), len(store.find_all("default", []))), (0, 0), "nothing, where nothing is asked for")
    store.close()


def the_queue_is_read_by_rank_and_id(place: Place) -> None:
    """A task stands where its rank says; after a position comes what is behind it, whether or not it is still there."""
    order = [("c", -1.5), ("a", 0.0), ("b", 0.0), ("é", 0.0), ("😀", 0.0), ("d", 2.0)]
    store = inserted(place, *(task(id, rank=rank) for id, rank in reversed(order)), in_state("held", ASSIGNED))
    expected = [id for id, _ in order]
    equal(ids(store.queued("default", 100)), expected, "lower rank first, then by id")
    equal(ids(store.queued("default", 2)), expected[:2], "no more than the limit")
    equal(store.queued("default", 0), [], "a limit of nothing")
    for index, (id, rank) in enumerate(order):
        equal(ids(store.queued("default", 100, (rank, id))), expected[index + 1 :], "only those behind the position")
    equal(ids(store.queued("default", 100, (0.0, "aa"))), ["b", "é", "😀", "d"], "a position at which no task stands")
    equal(ids(store.queued("default", 1, (-9.0, ""))), ["c"], "a position before all")
    refused(ValueError, "a limit below 0 is refused", store.queued, "default", -1)
    store.close()


def each_tenant_has_a_queue_of_its_own(place: Place) -> None:
    """Of what may start; what must not start yet is in one line, by its time."""
    soon, late, parked = (task(id, rank=rank) for id, rank in (("soon", LATER + 1), ("late", LATER + 2), ("p", PARKED)))
    store = inserted(place, task("a", tenant="one", rank=2.0), task("b", tenant="two", rank=1.0), late, parked, soon)
    equal(store.tenants(), ["one", "two"], "tenants that have something to start, in order")
    equal((ids(store.queued("one", 9)), ids(store.queued("two", 9))), (["a"], ["b"]), "each its own")
    equal(store.queued("default", 9), [], "what must not start yet is in no tenant's queue")
    equal(ids(store.later(9)), ["soon", "late", "p"], "it is in one line")
    equal(ids(store.later(1, (late.rank, "late"))), ["p"], "that can be read from a position on")
    store.commit([moved(parked, QUEUED, rank=0.0), moved(soon, ASSIGNED, lease=1)])
    equal((ids(store.queued("default", 9)), ids(store.later(9))), (["p"], ["late"]), "until it may start")
    store.close()


def what_is_given_up_soonest_comes_first(place: Place) -> None:
    """Of the tasks that wait."""
    tasks = [task("b", expires=1.0), task("a", expires=1.0), task("c", expires=0.5, rank=PARKED), task("never")]
    store = inserted(place, *tasks, replace(in_state("held", ASSIGNED), expires=0.1))
    equal(ids(store.expiring(9)), ["c", "a", "b"], "by time and id")
    equal(ids(store.expiring(1)), ["c"], "no more than the limit")
    store.commit([moved(tasks[1], ASSIGNED, lease=1)])
    equal(ids(store.expiring(9)), ["c", "b"], "one that started is not given up")
    store.close()


def those_who_wait_for_a_task_are_found(place: Place) -> None:
    """As long as they wait, and no longer."""
    waiting = [task(id, after=after, rank=PARKED) for id, after in (("x", ("a",)), ("y", ("a", "b")), ("z", ("b",)))]
    store = inserted(place, *waiting, task("free", after=("a",)), in_state("a", SUCCEEDED))
    equal(store.waiting_for(["a", "c"], 9), (waiting[:2], None), "those who wait for it, in the order of their ids")
    equal(store.waiting_for(["a", "b"], 2), (waiting[:2], "y"), "page by page")
    equal(store.waiting_for(["a", "b"], 2, "y"), (waiting[2:], None), "to the end")
    equal(store.states(["a", "b", "x"]), {"a": SUCCEEDED, "x": QUEUED}, "the states of those that are there")
    store.commit([moved(waiting[0], QUEUED, rank=1.0)])
    equal(store.waiting_for(["a"], 9), ([waiting[1]], None), "one that may start does not wait")
    found, cursor = store.waiting_for([], 9)
    equal((len(found), cursor, len(store.states([]))), (0, None, 0), "nobody waits for nothing")
    store.close()


def what_ended_long_ago_is_found(place: Place) -> None:
    """Oldest first, but not what others still wait for."""
    old = [replace(in_state(id, SUCCEEDED), finished_at=at) for id, at in (("b", 1.0), ("a", 2.0), ("c", 3.0))]
    waiting = task("w", after=("b",), rank=PARKED)
    store = inserted(place, *old, waiting, task("queued"))
    equal(store.ended(3.0, 9), ["a"], "what ended before that, and nobody waits for")
    store.commit([moved(waiting, QUEUED, rank=0.0)])
    equal((store.ended(4.0, 9), store.ended(4.0, 2)), (["b", "a", "c"], ["b", "a"]), "oldest first, up to the limit")
    store.commit([Forget("b")])
    equal(store.ended(4.0, 9), ["a", "c"], "what was forgotten is gone")
    store.close()


def a_requeued_task_stands_where_its_new_rank_says(place: Place) -> None:
    """The rank is written anew with each transition."""
    first, second = task("first", rank=1.0), task("second", rank=2.0)
    store = inserted(place, first, second)
    held = moved(first, ASSIGNED, lease=1)
    store.commit([held, moved(held.task, QUEUED, rank=3.0)])
    equal(ids(store.queued("default", 9)), ["second", "first"], "a requeued task stands where its new rank says")
    store.close()


def assigned_tasks_are_all_found(place: Place) -> None:
    """Each once, however many."""
    held = [in_state(f"held-{number:04}", ASSIGNED) for number in range(1234)]
    store = inserted(place, *held, *(in_state(state.value, state) for state in TaskState if state is not ASSIGNED))
    equal(list(store.assigned()), held, "every assigned task, once")
    store.close()


def pages_hold_what_was_meant(place: Place) -> None:
    """Each condition by itself, and all together."""
    kinds = [
        (f"{number:02}", list(TaskState)[number % 5], f"type-{number % 2}", f"tenant-{number % 3}")
        for number in range(30)
    ]
    tasks = [replace(in_state(id, state), task_type=kind, tenant=tenant) for id, state, kind, tenant in kinds]
    store = inserted(place, *reversed(tasks))
    for chosen, meant in {
        TaskFilter(): tasks,
        **{TaskFilter(state=state): [each for each in tasks if each.state is state] for state in TaskState},
        TaskFilter(task_type="type-1"): [each for each in tasks if each.task_type == "type-1"],
        TaskFilter(tenant="tenant-2"): [each for each in tasks if each.tenant == "tenant-2"],
        TaskFilter(worker="quick"): [each for each in tasks if each.assigned_worker == "quick"],
        TaskFilter(SUCCEEDED, "type-0", "tenant-0", "quick"): [tasks[12]],
        TaskFilter(QUEUED, worker="quick"): [],
        TaskFilter(task_type="' OR 1=1 --"): [],
    }.items():
        equal(store.page(chosen, 100), (meant, None), f"the tasks that {chosen} means, in the order of their ids")
        turned = store.page(chosen, 100, newest_first=True)
        equal(turned, (meant[::-1], None), f"the tasks that {chosen} means, the other way round")
    store.close()


def pages_follow_each_other(place: Place) -> None:
    """The cursor leads to what comes next, and None says that nothing does."""
    tasks = [in_state(f"{number:02}", ASSIGNED) for number in range(6)]
    store = inserted(place, *tasks)
    for limit, newest_first in product((1, 2, 4, 6, 7), (False, True)):
        found, cursor = store.page(TaskFilter(), limit, newest_first=newest_first)
        sizes = [len(found)]
        while cursor is not None:
            more, cursor = store.page(TaskFilter(), limit, cursor, newest_first=newest_first)
            found += more
            sizes.append(len(more))
        equal(found, tasks[::-1] if newest_first else tasks, f"pages of {limit} make the whole")
        equal(
            sizes,
            [limit] * (6 // limit) + [6 % limit] * (6 % limit > 0),
            f"pages of {limit} are full, but for the last",
        )
    _, cursor = store.page(TaskFilter(), 2)
    store.commit([moved(tasks[1], SUCCEEDED), Forget("01")])
    equal(ids(store.page(TaskFilter(), 2, cursor)[0]), ["02", "03"], "a cursor holds when its task is gone")
    equal(ids(store.page(TaskFilter(), 2, cursor, newest_first=True)[0]), ["00"], "and the other way round")
    refused(ValueError, "a page of nothing is refused", store.page, TaskFilter(), 0)
    store.close()


def counts_name_every_state(place: Place) -> None:
    """Those without tasks included."""
    store = place.open()
    equal(store.counts(), dict.fromkeys(TaskState, 0), "an empty store counts 0 of each")
    store.close()


def unfinished_tasks_are_counted_by_state_type_and_tenant(place: Place) -> None:
    """Those that have ended are not among them."""
    store = place.open()
    equal(store.unfinished(), {}, "an empty store has none")
    kinds = [("a", QUEUED, "x", "t"), ("b", QUEUED, "x", "t"), ("c", ASSIGNED, "x", "t"), ("d", QUEUED, "y", "u")]
    waiting = [replace(in_state(id, state), task_type=kind, tenant=tenant) for id, state, kind, tenant in kinds]
    store.commit([*map(Insert, waiting), Insert(in_state("e", SUCCEEDED))])
    expected = {(QUEUED, "x", "t"): 2, (ASSIGNED, "x", "t"): 1, (QUEUED, "y", "u"): 1}
    equal(store.unfinished(), expected, "each group counts its own")
    store.close()


def documents_replace_each_other(place: Place) -> None:
    """One of a name, the last."""
    store = place.open()
    equal(
        store.commit([Remember("learned", {"a": [1]}), Remember("learned", [2]), Remember("run", 3)]),
        [True] * 3,
        "kept",
    )
    equal((store.recall("learned"), store.recall("run")), ([2], 3), "the last document of a name")
    store.commit([Remember("learned", None)])
    equal(store.recall("learned"), None, "a document can be nothing")
    store.close()


CHECKS: tuple[Check, ...] = (
    s4_a_read_sees_every_commit_before_it,
    what_is_not_there_is_none,
    many_are_read_at_once,
    the_queue_is_read_by_rank_and_id,
    each_tenant_has_a_queue_of_its_own,
    what_is_given_up_soonest_comes_first,
    those_who_wait_for_a_task_are_found,
    what_ended_long_ago_is_found,
    a_requeued_task_stands_where_its_new_rank_says,
    assigned_tasks_are_all_found,
    pages_hold_what_was_meant,
    pages_follow_each_other,
    counts_name_every_state,
    unfinished_tasks_are_counted_by_state_type_and_tenant,
    documents_replace_each_other,
)
