"""Every metric there is: a new one is a line here, and where it is counted or read."""

from __future__ import annotations

from apportion.metrics.metric import Metric

_WAITS = (0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3600.0)
_RUNS = (0.001, 0.01, 0.1, 0.5, 1.0, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3600.0, 14400.0)
_DECISIONS = (0.000_01, 0.000_025, 0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.005, 0.01, 0.1)

# --- counted from what happened

EVENTS = Metric("apportion_events", "counter", "What happened to tasks and workers.", ("kind",))
DECISIONS = Metric(
    "apportion_decisions", "counter", "Tasks given to a worker, by the strategy in charge.", ("strategy",)
)
DECISION_TIME = Metric(
    "apportion_decision_seconds", "histogram", "Time taken to place a task, the queue's included.", (), _DECISIONS
)
WAIT = Metric(
    "apportion_wait_seconds", "histogram", "From queued to given to a worker, by task type.", ("task_type",), _WAITS
)
RUN = Metric(
    "apportion_run_seconds", "histogram", "From given to a worker to the attempt's end.", ("task_type",), _RUNS
)
OUTCOMES = Metric("apportion_outcomes", "counter", "How attempts ended, by task type.", ("task_type", "outcome"))
LEASES_LOST = Metric("apportion_leases_lost", "counter", "Leases that were not renewed.")
REFUSALS = Metric(
    "apportion_refusals", "counter", "Requests that were refused, by status and what for.", ("status", "reason")
)

# --- read when somebody asks

TASKS = Metric("apportion_tasks", "gauge", "Tasks that wait or are held.", ("state",))
QUEUE_DEPTH = Metric("apportion_queue_depth", "gauge", "Tasks that wait, by type.", ("task_type",))
QUEUE_AGE = Metric(
    "apportion_queue_oldest_seconds", "gauge", "Longest wait at the front of the queue, by type.", ("task_type",)
)
WORKERS = Metric("apportion_workers", "gauge", "Workers, by status.", ("status",))
CAPACITY = Metric("apportion_capacity", "gauge", "Units of capacity of all workers, and how many are taken.", ("kind",))
WORKER_LOAD = Metric("apportion_worker_load", "gauge", "Units of capacity taken on a worker.", ("worker",))
WORKER_USE = Metric("apportion_worker_utilisation", "gauge", "Load by capacity of a worker, from 0 on.", ("worker",))
WORKERS_UNLISTED = Metric("apportion_workers_unlisted", "gauge", "Workers without a series of their own.")
WEIGHTS = Metric("apportion_strategy_weight", "gauge", "Weights of the adaptive strategy.", ("strategy",))
RECOMMENDATIONS = Metric("apportion_recommendations", "gauge", "Overloaded workers, by what would help.", ("kind",))

METRICS = (
    EVENTS,
    DECISIONS,
    DECISION_TIME,
    WAIT,
    RUN,
    OUTCOMES,
    LEASES_LOST,
    REFUSALS,
    TASKS,
    QUEUE_DEPTH,
    QUEUE_AGE,
    WORKERS,
    CAPACITY,
    WORKER_LOAD,
    WORKER_USE,
    WORKERS_UNLISTED,
    WEIGHTS,
    RECOMMENDATIONS,
)
