"""Options that several commands share: declared once, and handed to each command as one argument."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from typing import Any

CommandFunction = Callable[..., None]


def gathering(
    into: str, options: Sequence[inspect.Parameter], make: Callable[..., Any]
) -> Callable[[CommandFunction], CommandFunction]:
    """Return a decorator that gives a command these options, and hands it what is made of them.

    Args:
        into: the command's argument for that.
        options: keyword-only, as typer reads them.
        make: called with the options by name.
    """
    names = [option.name for option in options]

    def decorate(command: CommandFunction) -> CommandFunction:
        own = inspect.signature(command, eval_str=True)
        kept = [parameter for parameter in own.parameters.values() if parameter.name != into]

        @functools.wraps(command)
        def gathered(**arguments: Any) -> None:
            made = make(**{name: arguments.pop(name) for name in names})
            command(**arguments, **{into: made})

        # The command line is made from the signature, so this one says what can be given.
        gathered.__signature__ = own.replace(parameters=[*kept, *options])  # type: ignore[attr-defined]
        return gathered

    return decorate


def option(name: str, annotation: Any, default: Any = None) -> inspect.Parameter:
    """Return an option as typer reads it.

    Args:
        name: of the argument.
        annotation: ``Annotated[type, typer.Option(…)]``, or a plain type where ``default`` is a ``typer.Option``.
        default: what it is where nobody says anything.
    """
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
