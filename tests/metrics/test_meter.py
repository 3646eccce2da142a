"""Figures: counted by the table, with few series however many names come by."""

from hypothesis import given
from hypothesis import strategies as st

from apportion.metrics.meter import MOST_VALUES, OTHER, Meter
from apportion.metrics.metric import Metric
from apportion.metrics.table import METRICS

COUNTER = Metric("apportion_test", "counter", "A test.", ("task_type",))
HISTOGRAM = Metric("apportion_test_seconds", "histogram", "A test.", ("task_type",), (0.1, 1.0))


@given(st.lists(st.tuples(st.integers(0, 300), st.integers(1, 5))))
def test_however_many_names_come_by_nothing_is_lost_and_the_series_are_few(counted):
    meter = Meter()
    for name, amount in counted:
        meter.add(COUNTER, f"t{name}", amount=amount)
    series = dict(meter.series(COUNTER))
    assert sum(series.values()) == sum(amount for _, amount in counted)
    assert len(series) <= MOST_VALUES + 1
    first = list(dict.fromkeys(f"t{name}" for name, _ in counted))[:MOST_VALUES]
    assert set(series) - {(OTHER,)} == {(name,) for name in first}


@given(st.lists(st.floats(0, 10), max_size=50))
def test_a_histogram_counts_each_value_in_the_bucket_that_it_does_not_exceed(values):
    meter = Meter()
    for value in values:
        meter.observe(HISTOGRAM, value, "t")
    if not values:
        assert not meter.histograms[HISTOGRAM]
        return
    (histogram,) = meter.histograms[HISTOGRAM].values()
    at_most = [sum(value <= bound for value in values) for bound in (0.1, 1.0)]
    assert histogram.counts == [at_most[0], at_most[1] - at_most[0], len(values) - at_most[1]]
    assert abs(histogram.total - sum(values)) < 1e-6


def test_labels_of_one_name_share_their_values_over_all_metrics():
    meter = Meter()
    for number in range(MOST_VALUES):
        meter.add(COUNTER, f"t{number}")
    meter.observe(HISTOGRAM, 1.0, "another")
    assert list(meter.histograms[HISTOGRAM]) == [(OTHER,)]


def test_the_table_is_in_order():
    names = [metric.name for metric in METRICS]
    assert len(set(names)) == len(names)
    for metric in METRICS:
        assert metric.name.startswith("apportion_")
        assert metric.help.endswith(".")
        assert (metric.kind == "histogram") == bool(metric.buckets)
        assert list(metric.buckets) == sorted(set(metric.buckets))
