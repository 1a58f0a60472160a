"""Who may use the control API and the console: they need no credential, and a browser goes wherever a page sends it."""

from collections.abc import Collection, Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit


def refusal_of(headers: Mapping[str, str], allowed_hosts: Collection[str]) -> str | None:
    """Tell why a request is refused, if it is: another site sent it, or its Host is a stranger's.

    A stranger's name may resolve to this machine (DNS rebinding); an address cannot, so every address is let through.
    """
    if _is_of_another_site(headers):
        return "A page of another site may not call this."
    host = _name_of(headers.get("host", ""))
    if host is None or not (_is_local(host) or host in allowed_hosts):
        return f"{headers.get('host', '')!r} is no local host: `--allow-host` takes the names by which you reach this."
    return None


def _is_of_another_site(headers: Mapping[str, str]) -> bool:
    """Tell by what browsers add.

    Sec-Fetch-Site goes to this machine and to servers with TLS alone, and old browsers lack it: Origin is the rest.
    Source: https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header
    """
    site, origin = headers.get("sec-fetch-site", "none"), headers.get("origin")
    if site != "none" or origin is None:
        return site not in ("none", "same-origin")
    return origin.partition("://")[2].lower() != headers.get("host", "").lower()


def _name_of(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


def _is_local(name: str) -> bool:
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
