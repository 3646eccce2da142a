"""Readers of public formats: on samples that can be checked by hand, and on the recorded workloads where they are."""

import json
from pathlib import Path

import pytest

from apportion.clock import fresh_random
from apportion.errors import InputFileError
from apportion.simulation.scenario.row import Row
from apportion.simulation.traces import READERS
from apportion.simulation.traces.trace_file import TraceFile

SWF = "; comment\n1 10 5 100 4 -1 -1 8 200 -1 1 7 1 3 2 -1 -1 -1\n2 20 0 0 1 -1 -1 1 50 -1 0 7 1 -1 2 -1 -1 -1\n"


def rows(format: str, path: Path) -> list[Row]:
    return list(TraceFile(format, str(path)).rows(fresh_random(1)))


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_azure_llm(tmp_path: Path):
    """Services are merged on one clock, and the seventh decimal is read."""
    head = "TIMESTAMP,ContextTokens,GeneratedTokens\n"
    written(tmp_path / "AzureLLMInferenceTrace_code.csv", head + "2023-11-16 18:15:47.5000000,1000,10\n")
    written(tmp_path / "AzureLLMInferenceTrace_conv.csv", head + "2023-11-16 18:15:46.0000000,500,100\n")
    first, second = rows("azure-llm-2023", tmp_path)
    assert (first.task_type, second.task_type) == ("conv", "code")
    assert first.work == pytest.approx(2.1)
    assert second.arrival == pytest.approx(1.5, abs=1e-4)
    assert second.columns["output_tokens"] == 10


def test_mooncake(tmp_path: Path):
    """A request that repeats two leading blocks joins their session, one that repeats only the first does not."""
    given = [(0, [0, 1, 2]), (1000, [0, 1, 5]), (2000, [0, 9]), (2000, [0, 1, 2, 3])]
    lines = [
        json.dumps({"timestamp": at, "input_length": 9000, "output_length": 50, "hash_ids": blocks})
        for at, blocks in given
    ]
    read = rows("mooncake", written(tmp_path / "m.jsonl", "\n".join(lines)))
    assert [row.key for row in read] == ["s1", "s1", "s3", "s1"]
    assert (read[1].arrival, read[1].task_type) == (1.0, "long")
    assert read[1].work == pytest.approx(2.8)
    assert [row.columns["reused_tokens"] for row in read] == [0, 1024, 0, 1536]
    assert read[3].columns["fresh_tokens"] == 9000 - 1536


def test_openb(tmp_path: Path):
    """Pods that never ran and those of the first months are left out; models are a constraint."""
    text = (
        "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,"
        "creation_time,deletion_time,scheduled_time\n"
        "a,1000,1,1,1000,,LS,Running,5,9,6\nb,1000,1,1,1000,,LS,Pending,10014950,10014960,\n"
        "c,4000,1,1,500,T4|A10,BE,Succeeded,10014956,10015056,10014960\n"
    )
    (pod,) = rows("openb-gpu-2023", written(tmp_path / "pods.csv", text))
    assert (pod.arrival, pod.work, pod.task_type, pod.priority) == (10.0, 96.0, "gpu-share", 3.0)
    assert pod.capabilities == {"gpu"}
    assert pod.constraints[0].value == ("A10", "T4")


def test_pytorch_ci(tmp_path: Path):
    """Jobs of unknown length are left out; a red one is doomed; migrating runners are the same machines."""
    text = (
        "job_id,start_s,conclusion,env,config,shard,num_shards,runner,est_duration_s\n"
        "1,3,failure,e,default,1,2,lf.linux.2xlarge,120\n2,4,success,e,inductor,1,2,linux.g5,\n"
    )
    (job,) = rows("pytorch-ci-2024", written(tmp_path / "jobs.csv", text))
    assert (job.arrival, job.work, job.task_type, job.doomed) == (3.0, 120.0, "default", True)
    assert job.capabilities == {"linux.2xlarge"}


def test_iofrol(tmp_path: Path):
    """All tests of a cycle arrive at once, after the work of the cycles before."""
    text = "id,run_s,cycle,test,duration_s,failed\n1,0,1,7,30,0\n2,0,1,8,50,1\n3,9,2,7,30,0\n"
    read = rows("iofrol-ci-2015", written(tmp_path / "iofrol.csv", text))
    assert [(row.arrival, row.doomed, row.key) for row in read] == [
        (0.0, False, "cycle-1"), (0.0, True, "cycle-1"), (80.0, False, "cycle-2"),
    ]  # fmt: skip


def test_azure_functions(tmp_path: Path):
    """Each call lies within its minute, and its duration within the function's percentiles."""
    percentiles = ",".join(f"percentile_Average_{percent}" for percent in (0, 1, 25, 50, 75, 99, 100))
    written(tmp_path / "x_inv.csv", "HashFunction,HashOwner,HashApp,minute_1,minute_2\nabcdefgh99,o,p,2,1\n")
    written(tmp_path / "x_run.csv", f"HashFunction,{percentiles}\nabcdefgh99,100,110,200,300,400,900,1000\n")
    read = rows("azure-functions-2019", tmp_path)
    assert rows("azure-functions-2019", tmp_path / "x_inv.csv") == read
    assert [int(row.arrival // 60) for row in read] == [0, 0, 1]
    assert all(0.1 <= row.work <= 1.0 and row.task_type == "abcdefgh" for row in read)


def test_swf(tmp_path: Path):
    """Comments and jobs that never ran are left out; the fields are where the format has them."""
    (job,) = rows("swf", written(tmp_path / "log.swf", SWF))
    assert (job.arrival, job.work, job.task_type, job.key) == (10.0, 100.0, "application-3", "user-7")
    assert job.columns["processors"] == 8


def test_what_apportion_exports_is_read_as_it_is(tmp_path: Path):
    """One task for each that an attempt ended, in the order of submits; lines stand in the order of ends."""
    common = {"kind": "decision", "task_type": "lint", "requirements": {"complexity": 2}, "worker": "w"}
    lines = [
        {"kind": "worker", "at": 1.0, "worker": {"id": "w", "capabilities": [], "max_capacity": 1}},
        {**common, "at": 5.0, "state": "succeeded", "outcome": "succeeded", "duration": 1.0},
        {**common, "at": 2.0, "state": "queued", "outcome": "failed", "duration": 9.0},
        {**common, "at": 2.0, "state": "failed", "outcome": "failed", "duration": 3.0},
        {**common, "at": 3.0, "state": "assigned", "outcome": "running", "duration": None},
    ]
    found = rows("apportion", written(tmp_path / "decisions.jsonl", "".join(json.dumps(line) + "\n" for line in lines)))
    by_time = sorted(found, key=lambda row: row.arrival)
    assert [(row.arrival, row.work, row.complexity) for row in by_time] == [(0.0, 3.0, 2), (3.0, 1.0, 2)]
    assert [row.columns["success"] for row in by_time] == [False, True]


def test_apportion(tmp_path: Path):
    """What a running service recorded is read with its requirements."""
    line = {"at": 1000.5, "task_type": "lint", "duration": 2.5, "requirements": {"capabilities": ["py"], "priority": 7}}
    (task,) = rows("apportion", written(tmp_path / "decisions.jsonl", json.dumps(line)))
    assert (task.arrival, task.work, task.task_type, task.priority) == (0.0, 2.5, "lint", 7)
    assert task.capabilities == {"py"}


@pytest.mark.parametrize(
    ("format", "text", "wanted"),
    [
        ("swf", "1 2 3\n", "line 1: must have 18 numbers, and has 3"),
        ("swf", SWF.replace("100 4", "x 4"), "line 2: field 4: must be a number, not 'x'"),
        ("iofrol-ci-2015", "id,cycle\n", "has no column 'test'"),
        ("mooncake", "{}\n", "line 1: must be an object with timestamp"),
        ("apportion", '{"at": 1, "task_type": "a", "duration": 1, "requirements": {"complexity": 0}}', "complexity"),
        ("azure-llm-2023", "TIMESTAMP,ContextTokens,GeneratedTokens\nnow,1,1\n", "line 2: TIMESTAMP: must be a date"),
    ],
)
def test_a_broken_file_is_named_with_its_line(format: str, text: str, wanted: str, tmp_path: Path):
    """A trace that is not of its format says where and why."""
    with pytest.raises(InputFileError, match=wanted):
        rows(format, written(tmp_path / "broken", text))


def test_arrivals_are_cut_and_scaled(tmp_path: Path):
    """``begin``, ``end`` and ``limit`` cut before ``time_scale`` stretches."""
    text = "id,run_s,cycle,test,duration_s,failed\n" + "".join(f"{n},0,{n},t,10,0\n" for n in range(1, 9))
    path = written(tmp_path / "iofrol.csv", text)
    read = list(TraceFile("iofrol-ci-2015", str(path), 0.5, 20.0, 60.0, 3).rows(fresh_random(1)))
    assert [row.arrival for row in read] == [0.0, 5.0, 10.0]


AZURE_WORK = 0.0002 * (8819 * 2048 + 19366 * 1155) + 0.02 * (8819 * 27.88 + 19366 * 211.1)


@pytest.mark.parametrize(
    ("format", "path", "tasks", "work"),
    [
        ("azure-llm-2023", "azure-llm-2023", 28185, AZURE_WORK),
        ("mooncake", "mooncake-conversation/conversation_trace.jsonl", 12031, 12031 * (0.0002 * 12040 + 0.02 * 342.6)),
        ("iofrol-ci-2015", "iofrol-ci-2015/iofrol.csv", 32260, 32260 * 92.24),
        ("pytorch-ci-2024", "pytorch-ci-2024/test_jobs.csv", 6534, 6534 * 4944),
        ("azure-functions-2019", "azure-functions-2019", 259251, None),
        ("openb-gpu-2023", "openb-gpu-2023/openb_pod_list_gpuspec33.csv", 7175, None),
    ],
)  # fmt: skip
def test_recorded_workloads_are_read_whole(traces: Path, format: str, path: str, tasks: int, work: float | None):
    """Rows and work are those that the workloads' own statistics have."""
    read = list(READERS[format].read(traces / path, fresh_random(1)))
    assert len(read) == tasks
    if work is not None:
        assert sum(row.work for row in read) == pytest.approx(work, rel=2e-3)


def test_sessions_of_mooncake_are_those_of_its_statistics(traces: Path):
    """7373 sessions, the largest of 43 requests."""
    read = list(READERS["mooncake"].read(traces / "mooncake-conversation/conversation_trace.jsonl", fresh_random(1)))
    keys = [row.key for row in read]
    assert len(set(keys)) == 7373
    assert max(map(keys.count, set(keys[:2000]))) <= 43
