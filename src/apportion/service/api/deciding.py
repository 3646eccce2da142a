"""Who decides, why, and what should move."""

from __future__ import annotations

from msgspec import convert

from apportion.model.task import TaskRequirements
from apportion.runtime.shadow_report import ShadowReport
from apportion.runtime.weight_history import MOST
from apportion.service.route import ADMINS, READERS, WATCHERS, Asked, Reply, Route
from apportion.service.service import Service
from apportion.service.submitting import plain_requirements
from apportion.wire.deciding import (
    Applied,
    AppliedAll,
    Explained,
    Recommendation,
    Recommendations,
    ShadowView,
    StrategyChoice,
    StrategyView,
    WeightsThen,
)
from apportion.wire.tasks import TypedRequirements

WORKERS_NAMED = 100
"""Workers that an explanation names, and as many under each refusal; the others are counted."""


async def explain(service: Service, asked: Asked) -> Reply:
    """Say what would be decided for a task that is not submitted."""
    requirements = TaskRequirements.from_dict(plain_requirements(asked.body))
    explanation = await service.distributor.explain_requirements(requirements, WORKERS_NAMED)
    return Reply(200, Explained(**explanation.to_dict()))


async def show_strategy(service: Service, asked: Asked) -> Reply:
    """Show who decides."""
    balancer = service.distributor.balancer
    adaptive = balancer.adaptive
    weights = {} if adaptive is None else dict(adaptive.get_weights())
    past = [*service.board.watch.weights, *service.distributor.weight_history()]
    return Reply(
        200,
        StrategyView(
            name=balancer.get_current_strategy(),
            available=balancer.get_available_strategies(),
            weights=weights,
            history=[WeightsThen(*point) for point in past[-MOST:]],
            shadows=[_shadow_view(report) for report in service.distributor.shadows()],
        ),
    )


def _shadow_view(report: ShadowReport) -> ShadowView:
    return convert(report.to_dict(), ShadowView)


async def choose_strategy(service: Service, asked: Asked) -> Reply:
    """Let another strategy decide from now on."""
    choice: StrategyChoice = asked.body
    service.distributor.switch(choice.name)
    return await show_strategy(service, asked)


async def recommend(service: Service, asked: Asked) -> Reply:
    """Show advice on overload and migration."""
    advice = await service.distributor.advice()
    items = [convert(each, Recommendation, from_attributes=True) for each in advice.items]
    return Reply(200, Recommendations(items, advice.at))


async def apply(service: Service, asked: Asked) -> Reply:
    """Carry out what can be carried out of the advice."""
    done = await service.distributor.apply_advice()
    return Reply(200, AppliedAll([Applied(**each.to_dict(), applied=not why, why=why) for each, why in done]))


ROUTES = (
    Route("POST", "/v1/explain", explain, READERS, "What would be decided", {200: Explained}, body=TypedRequirements),
    Route("GET", "/v1/strategy", show_strategy, WATCHERS, "Who decides", {200: StrategyView}),
    Route(
        "PUT",
        "/v1/strategy",
        choose_strategy,
        ADMINS,
        "Switch live",
        {200: StrategyView},
        body=StrategyChoice,
        act="strategy.switch",
    ),
    Route("GET", "/v1/recommendations", recommend, WATCHERS, "Advice", {200: Recommendations}),
    Route(
        "POST",
        "/v1/recommendations/apply",
        apply,
        ADMINS,
        "Carry out the advice, as far as nothing that has started is moved",
        {200: AppliedAll},
        act="recommendations.apply",
    ),
)
