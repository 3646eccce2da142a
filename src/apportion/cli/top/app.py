"""The view as a program: keys, what they do, and when what is anew."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import ContentSwitcher, Footer, Static

from apportion.cli.remote.views.task import task_view
from apportion.cli.remote.views.worker_list import worker_view
from apportion.cli.terminal import harmless
from apportion.cli.top import head
from apportion.cli.top.dialogs import Line, Question, Reading
from apportion.cli.top.feed import Choice, Feed
from apportion.cli.top.lists import TASK_COLUMNS, WORKER_COLUMNS, Listing, task_row, worker_row
from apportion.clock import wall_clock
from apportion.errors import ApportionError
from apportion.wire.looking_closer import TaskHistory

if TYPE_CHECKING:
    from apportion.client import AsyncClient
    from apportion.wire.overview import Overview

SORTS = ("load", "id", "held", "completed", "success", "duration")
STATES = ("assigned", "queued", "failed")
FAILED_LOOKED_AT = 50

BETWEEN_TRIES = 1.0
"""Seconds before a service that does not answer is asked again."""

HELP = """\
Tab        workers, or tasks
s          workers: sort by load, id, held, done, success, mean
           tasks: those that are assigned, queued, failed
/          only workers whose id, kind or region contains a word
Enter      all that is known of the worker or task under the cursor
e          why the task is where it is
d          drain the worker: nothing new for it
c          cancel the task
r          retry the task, if it failed or was cancelled
p          the problems, and what to do about them
q, Ctrl-C  leave; the service goes on
"""


class Top(App[None]):
    """A service as it is now.

    Args:
        client: asks it; closed by its owner.
    """

    TITLE = "apportion top"
    ENABLE_COMMAND_PALETTE = False
    CSS = """
    #head { height: 6; padding: 0 1; }
    #lists { height: 1fr; }
    DataTable { height: 1fr; scrollbar-size-vertical: 1; scrollbar-size-horizontal: 0; }
    #caption { height: 1; padding: 0 1; }
    #failures { height: 3; padding: 0 1; }
    ModalScreen { align: center middle; }
    .dialog { width: 92%; height: auto; max-height: 90%; border: round $primary; background: $surface; padding: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "turn", "workers/tasks", priority=True),
        Binding("s", "sort", "sort"),
        Binding("slash", "search", "filter", key_display="/"),
        Binding("enter", "show", "show", priority=False),
        Binding("e", "explain", "explain"),
        Binding("d", "drain", "drain"),
        Binding("c", "cancel", "cancel"),
        Binding("r", "retry", "retry", show=False),
        Binding("p", "problems", "problems", show=False),
        Binding("question_mark", "help", "help", key_display="?"),
        Binding("q", "quit", "quit"),
        Binding("ctrl+c", "quit", "quit", show=False, priority=True),
    ]

    def __init__(self, client: AsyncClient) -> None:
        super().__init__()
        self._client = client
        self._feed = Feed(client)
        self._choice = Choice()
        self._overview: Overview | None = None

    def compose(self) -> ComposeResult:
        """Lay it out."""
        yield Static(Text(f"asking {harmless(self._client.url)} …", style="dim"), id="head")
        yield Static(id="caption")
        with ContentSwitcher(initial="workers", id="lists"):
            yield Listing(WORKER_COLUMNS, "workers")
            yield Listing(TASK_COLUMNS, "tasks")
        yield Static(id="failures")
        yield Footer(compact=True)

    def on_mount(self) -> None:
        """Begin to listen."""
        self._listing("workers").focus()
        self.run_worker(self._listen(), exit_on_error=True)

    # --- what comes -------------------------------------------------------------------------------------------------

    async def _listen(self) -> None:
        while True:
            try:
                async for overview in self._feed.overviews():
                    self._overview = overview
                    await self._refresh()
            except ApportionError as error:
                self._overview = None
                self.query_one("#head", Static).update(head.away(self._client.url, str(error)))
                await asyncio.sleep(BETWEEN_TRIES)

    async def _refresh(self) -> None:
        """Show everything anew."""
        if self._overview is None:
            return
        now, choice = wall_clock(), self._choice
        workers = await self._feed.workers(choice)
        failed = await self._feed.tasks("failed", FAILED_LOOKED_AT)
        shown = self._head()
        if shown == "tasks":
            tasks = failed if choice.state == "failed" else await self._feed.tasks(choice.state)
            self._listing("tasks").fill([task_row(task, now) for task in tasks])
        self._listing("workers").fill([worker_row(worker) for worker in workers.items])
        self.query_one("#failures", Static).update(head.failures(failed, now))
        self.query_one("#caption", Static).update(self._caption(workers.total))

    def _head(self) -> str:
        assert self._overview is not None
        lines = head.head(self._overview, self._client.url, self._feed.done, self.size.width)
        self.query_one("#head", Static).update(lines)
        return self._shown

    def _caption(self, workers: int) -> Text:
        if self._shown == "tasks":
            return Text(f"tasks that are {self._choice.state}, newest first", style="bold")
        found = f" with {harmless(self._choice.search)!r}" if self._choice.search else ""
        return Text(f"{workers} workers{found}, by {self._choice.sort}", style="bold")

    @property
    def _shown(self) -> str:
        return self.query_one(ContentSwitcher).current or "workers"

    def _listing(self, name: str) -> Listing:
        return self.query_one(f"#{name}", Listing)

    # --- what keys do -----------------------------------------------------------------------------------------------

    def action_turn(self) -> None:
        """Turn to the other list."""
        turned = "tasks" if self._shown == "workers" else "workers"
        self.query_one(ContentSwitcher).current = turned
        self._listing(turned).focus()
        self._do(self._refresh)

    def action_sort(self) -> None:
        """Sort workers by what comes next; show tasks of the next state."""
        choice = self._choice
        if self._shown == "tasks":
            self._choice = replace(choice, state=STATES[(STATES.index(choice.state) + 1) % len(STATES)])
        else:
            self._choice = replace(choice, sort=SORTS[(SORTS.index(choice.sort) + 1) % len(SORTS)])
        self._do(self._refresh)

    def action_search(self) -> None:
        """Ask what workers have to contain."""

        def chosen(word: str | None) -> None:
            if word is not None:
                self._choice = replace(self._choice, search=word)
                self._do(self._refresh)

        self.push_screen(Line("only workers whose id, kind or region contains:", self._choice.search), chosen)

    def action_help(self) -> None:
        """Show the keys."""
        self.push_screen(Reading(Text(HELP)))

    def action_problems(self) -> None:
        """Show all problems."""
        if self._overview is not None:
            self.push_screen(Reading(head.problems(self._overview)))

    def on_data_table_row_selected(self) -> None:
        """Enter in a list."""
        self.action_show()

    def action_show(self) -> None:
        """Show all that is known of what is under the cursor."""
        id = self._listing(self._shown).chosen
        if id is not None:
            self._do(lambda: self._show_task(id) if self._shown == "tasks" else self._show_worker(id))

    def action_explain(self) -> None:
        """Say why the task is where it is."""
        self._with_task(self._show_task)

    def action_drain(self) -> None:
        """Drain the worker, once that is confirmed."""
        id = self._listing("workers").chosen
        if self._shown != "workers" or id is None:
            self.notify("draining is for workers: Tab", markup=False)
        else:
            self._confirmed(f"drain {id}? It gets nothing new, and finishes what it holds.", self._client.drain, id)

    def action_cancel(self) -> None:
        """Cancel the task, once that is confirmed."""
        self._with_task(lambda task: self._confirmed(f"cancel task {task}?", self._client.cancel, task))

    def action_retry(self) -> None:
        """Retry the task, once that is confirmed."""
        self._with_task(lambda task: self._confirmed(f"retry task {task}?", self._client.retry, task))

    # --- how it is done ---------------------------------------------------------------------------------------------

    def _with_task(self, do: Callable[[str], Awaitable[None] | None]) -> None:
        id = self._listing("tasks").chosen if self._shown == "tasks" else None
        if id is None:
            self.notify("choose a task first: Tab", markup=False)
            return
        done = do(id)
        if done is not None:
            self._do(lambda: done)

    def _confirmed(self, question: str, do: Callable[[str], Awaitable[object]], id: str) -> None:
        def answered(yes: bool | None) -> None:
            if yes:
                self._do(lambda: do(id))
                self._do(self._refresh)

        self.push_screen(Question(question), answered)

    def _do(self, do: Callable[[], Awaitable[object]]) -> None:
        """Do something that may be refused; the refusal is shown, and the view goes on."""

        async def careful() -> None:
            try:
                await do()
            except ApportionError as error:
                self.notify(harmless(error), severity="error", markup=False)

        self.run_worker(careful())

    async def _show_task(self, id: str) -> None:
        calls = self._client.calls
        task = await self._client.get(id)
        history = await self._client.run(calls.fetch(("tasks", id, "history"), TaskHistory))
        why = await self._client.explain_task(id)
        self.push_screen(Reading(task_view(task, history, why, wall_clock())))

    async def _show_worker(self, id: str) -> None:
        worker = await self._client.worker(id)
        held = (await self._client.page(state="assigned", worker=id, limit=50)).items
        self.push_screen(Reading(worker_view(worker, held, wall_clock())))
