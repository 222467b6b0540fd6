"""What does each step of the table of forms."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from edge_agent.provision.accepting import accepting
from edge_agent.provision.applying import apply, dry_run
from edge_agent.provision.calibration import calibration
from edge_agent.provision.colours import colours
from edge_agent.provision.finding import discovery, draft
from edge_agent.provision.forms import FORMS
from edge_agent.provision.identity import clock, identity
from edge_agent.provision.lanes import lanes
from edge_agent.provision.observed import live
from edge_agent.provision.soaking import soaking
from edge_agent.provision.visit import Result, Step, Visit
from edge_agent.provision.walking import walking
from edge_agent.provision.weighing import weighing

_RUN: Mapping[str, Callable[[Visit], Awaitable[Result]]] = {
    "identity": identity,
    "clock": clock,
    "discovery": discovery,
    "draft": draft,
    "live": live,
    "lanes": lanes,
    "calibration": calibration,
    "weighing": weighing,
    "walking": walking,
    "colours": colours,
    "dry-run": dry_run,
    "apply": apply,
    "soak": soaking,
}
_BEFORE = tuple(Step(form.id, form.en, form.vi, _RUN[form.id]) for form in FORMS if form.id in _RUN)
_LAST = FORMS[-1]

STEPS = (*_BEFORE, Step(_LAST.id, _LAST.en, _LAST.vi, partial(accepting, before=_BEFORE)))
