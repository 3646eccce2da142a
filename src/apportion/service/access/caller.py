"""Who calls, and whom he may see and act for."""

from __future__ import annotations

from dataclasses import dataclass

from apportion.errors import UnknownTaskError
from apportion.model.task_record import Task
from apportion.model.token import ADMIN, CLIENT, DEFAULT_TENANT, WORKER, Token
from apportion.service.problems import ProblemError


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls.

    Attributes:
        role: what he is.
        token: id of his token; None: the service runs open.
        tenant: the only one whose tasks he may see and change; None: all.
        worker: the only one that he may act for, once that is known; None: not known, or any.
        session: id of the browser's session that he called with, or None.
    """

    role: str
    token: str | None = None
    tenant: str | None = None
    worker: str | None = None
    session: str | None = None

    @property
    def binds(self) -> bool:
        """Whether the next worker that he registers becomes his only one."""
        return self.role == WORKER and self.worker is None

    def tenant_for(self, asked: str | None) -> str | None:
        """Return the tenant that is meant: his own where he may see no other.

        Raises:
            ProblemError: he asks for another one.
        """
        if self.tenant is None or asked in {None, self.tenant}:
            return self.tenant or asked
        raise ProblemError(403, "this token is for the tasks of another tenant", field="tenant")

    def sees(self, task: Task) -> Task:
        """Return the task, if he may know of it.

        Raises:
            UnknownTaskError: he may not; it is as if it were not there.
        """
        if self.tenant is not None and task.tenant != self.tenant:
            raise UnknownTaskError(task.id)
        return task

    def acts_for(self, worker_id: str, field: str | None = None) -> None:
        """Let him act for a worker.

        Raises:
            ProblemError: he may not.
        """
        if self.role == WORKER and worker_id != self.worker:
            whose = "no worker has registered with this token yet"
            if self.worker is not None:
                whose = f"this token is for the worker {self.worker!r} alone"
            raise ProblemError(403, whose, field=field)


OPEN = Caller(ADMIN)
"""Anybody, as long as there is no token."""


def caller_of(token: Token) -> Caller:
    """Return who calls with a token, or with the session of one."""
    tenant = (token.tenant or DEFAULT_TENANT) if token.role == CLIENT else None
    if token.parent is None:
        return Caller(token.role, token.id, tenant, token.worker)
    return Caller(token.role, token.parent, tenant, token.worker, token.id)
