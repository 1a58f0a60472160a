"""The environment variables that begin like those of the settings: which ones count, and warnings for the others."""

import re
from collections.abc import Iterable, Iterator, Mapping

from artifact_state.closest_name import closest

PREFIX = "ARTIFACT_EMULATOR_"
_OTHERS = ("CONFIG", "TRACEBACKS")
"""The variables that are not settings, without the prefix."""
# What Kubernetes sets in every pod for a Service named artifact-emulator, or artifact-emulator-NAME:
# https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables
_LINK_NAME = re.compile(r"(\w+_)?(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)")
_LINK_ADDRESS = re.compile(r"(tcp|udp|sctp)://\S+:\d+")


def is_service_link(name: str, text: str) -> bool:
    """Return whether Kubernetes has set a variable, and not the user."""
    if not name.startswith(PREFIX):
        return False
    rest = name.removeprefix(PREFIX)
    is_address = rest.endswith("PORT") and _LINK_ADDRESS.fullmatch(text) is not None
    return is_address or _LINK_NAME.fullmatch(rest) is not None


def warnings(names: Iterable[str], environ: Mapping[str, str]) -> Iterator[str]:
    """Yield a warning for the service links of Kubernetes, and one for each other unknown variable."""
    known = [*(name.removeprefix(PREFIX) for name in names), *_OTHERS]
    own = sorted(name for name in environ if name.startswith(PREFIX))
    links = [name for name in own if is_service_link(name, environ[name])]
    if links:
        yield (
            f"{links[0]}={environ[links[0]]} is ignored: Kubernetes sets it for a Service of that name; "
            "the pod does not get it with `enableServiceLinks: false`"
        )
    for name in own:
        rest = name.removeprefix(PREFIX)
        if name not in links and rest not in known:
            yield f"{name} is ignored: there is no setting {rest}{closest(rest, known)}"
