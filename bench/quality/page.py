"""The page that is published: what was run, how to run it again, and what came of it."""

from bench.quality.judge import ORDER, PLANNED, YARDSTICK_ORACLE, YARDSTICK_RIVAL, Verdict

HEAD = """# Quality

How near decisions come to the best possible, on {scenarios} simulated worlds with
{seeds}. This page is written by

    make quality

from the scenario files in [bench/quality](../bench/quality), and those of recorded workloads where these lie beside the
checkout; the same figures as data are in [quality.json](quality.json). Everything is a function of scenario, strategy
and seed.

- **Cost** is the mean time from arrival to success; a task that is given up counts as 30 mean best service times.
- **The greedy oracle** knows every worker's true speed and failure rate of the moment, and never waits for a better
  one. It is no bound: where workers are contended, others can beat it, so a ratio below 1 is possible.
- **The best fixed rule** is the one with the lowest mean cost in hindsight among round-robin, least-loaded,
  capability-based, performance-based, random, join-the-shortest-queue, power of two choices, peak-EWMA and
  latency-based routing. (Central FCFS is not among them: it knows nominal speeds.)
- Each ratio is a mean over seeds ± its standard error; both costs of a ratio are measured on the same traffic with the
  same luck. ✗: above {oracle:.2f} of the oracle, or above {rival:.2f} of the best fixed rule, by more than two standard
  errors.

## Adaptive

*Selected*: `LoadBalancer.select_worker`, one task after the other. *Planned*: the machine matches the front of the
queue with the workers, as the runtime does.

| scenario | load | selected / oracle | | selected / best fixed rule | | which | planned / oracle |
| --- | --- | --- | --- | --- | --- | --- | --- |"""

EVERYBODY = """
## Everybody

Cost / the greedy oracle's, mean over seeds; the last column is the oracle's own cost in seconds.
"""


def page(verdicts: list[Verdict]) -> str:
    """Return the page as Markdown."""
    limits = {"oracle": YARDSTICK_ORACLE, "rival": YARDSTICK_RIVAL}
    head = HEAD.format(scenarios=len(verdicts), seeds=_seeds(verdicts), **limits)
    lines = [head, *map(_row, verdicts), "", _summary(verdicts), *_short(verdicts), EVERYBODY, *_everybody(verdicts)]
    return "\n".join(lines) + "\n"


def _seeds(verdicts: list[Verdict]) -> str:
    """Return with how many seeds each was run, and which with fewer."""
    most = max(verdict.seeds for verdict in verdicts)
    fewer = ", ".join(f"{verdict.seeds} of {verdict.title!r}" for verdict in verdicts if verdict.seeds < most)
    return f"{most} seeds each" + (f" (only {fewer})" if fewer else "")


def _row(verdict: Verdict) -> str:
    adaptive, planned = verdict.to_oracle["adaptive"], verdict.to_oracle.get(PLANNED)
    cells = [
        f"[{verdict.title}](../bench/quality/{verdict.scenario}.toml)",
        f"{verdict.load:.2f}",
        str(adaptive) if planned is not None else "",
        _mark(verdict.near_oracle),
        str(verdict.to_rival),
        _mark(verdict.beats_rivals),
        verdict.rival,
        str(planned if planned is not None else adaptive),
    ]
    return f"| {' | '.join(cells)} |"


def _mark(good: bool) -> str:
    return "✓" if good else "✗"


def _summary(verdicts: list[Verdict]) -> str:
    near, ahead = sum(each.near_oracle for each in verdicts), sum(each.beats_rivals for each in verdicts)
    return (
        f"Near the oracle on {near} of {len(verdicts)} scenarios, not behind the best fixed rule on {ahead}.\n"
        "Load is work at the best workers' speed / what all slots can do; on unequal workers 0.3 to 0.4 is busy."
    )


def _short(verdicts: list[Verdict]) -> list[str]:
    """Return where its mean is beyond a limit, selected or planned, be it by chance or not."""
    lines = [line for verdict in verdicts if (line := _shortfall(verdict))]
    return [
        "",
        "Where its mean is beyond a limit; the [log of experiments](research/learning.md) says why, as far as known:",
        "",
        *lines,
    ]


def _shortfall(verdict: Verdict) -> str:
    found = []
    for how, to_oracle, to_rival in (
        ("selected", verdict.to_oracle["adaptive"], verdict.to_rival),
        ("planned", verdict.to_oracle.get(PLANNED), verdict.planned_to_rival),
    ):
        if to_oracle is not None and to_oracle.mean > YARDSTICK_ORACLE:
            found.append(f"{how} {to_oracle} of the oracle")
        if to_rival is not None and to_rival.mean > YARDSTICK_RIVAL:
            found.append(f"{how} {to_rival} of {verdict.rival}")
    return f"- {verdict.title}: {', '.join(found)}" if found else ""


def _everybody(verdicts: list[Verdict]) -> list[str]:
    names = [name for name in ORDER if any(name in verdict.costs for verdict in verdicts)]
    lines = [f"| scenario | {' | '.join(names)} | oracle, s |", f"| --- |{' --- |' * (len(names) + 1)}"]
    for verdict in verdicts:
        ratios = [f"{verdict.to_oracle[name].mean:.2f}" if name in verdict.to_oracle else "" for name in names]
        lines.append(f"| {verdict.title} | {' | '.join(ratios)} | {verdict.costs['greedy-oracle']:.4g} |")
    return lines
