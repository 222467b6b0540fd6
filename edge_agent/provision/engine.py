"""Drives the steps in their order; those that are on record are not made again."""

from collections.abc import Sequence
from datetime import UTC, datetime

from edge_agent.provision.record import ProvisionError
from edge_agent.provision.visit import Result, Steps, Visit


async def run(
    visit: Visit, steps: Steps, only: str = "", forget: Sequence[str] = ()
) -> dict[str, Result]:
    """Make what is left to make.

    Args:
        visit: By whom, where.
        steps: In their order.
        only: Make this step anew, and it alone; those before it must be on record, and those
            after it, which build on it, are forgotten.
        forget: Answers that are asked anew.

    Returns:
        The result of every step, by id.

    Raises:
        ProvisionError: A step cannot end, one before it is not done, or somebody else is at it.
            What is done stays done.
    """
    since = datetime.fromtimestamp(visit.clock.utc_ms() / 1000, UTC).isoformat(timespec="seconds")
    results: dict[str, Result] = {}
    with visit.record.held(visit.who, since):
        if only:
            at = [step.id for step in steps].index(only)
            for step in steps[at:]:
                visit.record.forget(step.id)
        for key in forget:
            visit.answers.forget(key)
        for number, step in enumerate(steps, 1):
            head = f"{number}/{len(steps)} {step.en} · {step.vi}"
            kept = visit.record.result(step.id)
            if kept is not None:
                results[step.id] = Result(
                    kept["state"], kept["why"], kept["facts"], tuple(kept["pictures"])
                )
                if not only:
                    visit.tell(f"{head}: {kept['state']} (done before)")
                continue
            if only and step.id != only:
                raise ProvisionError(f"{step.en} comes first")
            visit.tell(f"{head} …")
            try:
                result = await step.run(visit)
            except ProvisionError as error:
                raise ProvisionError(f"{step.en}: {error}") from error
            visit.record.done(step.id, result.as_json())
            visit.record.hand_over()
            results[step.id] = result
            visit.tell(f"    {result.state}{f': {result.why}' if result.why else ''}")
            if step.id == only:
                break
    return results
