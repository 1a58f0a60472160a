"""Origin checks for the control API and the console, which need no credentials.

Without them, any page open in a browser on this machine could call both.
"""

from collections.abc import Collection, Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit


def refusal_of(headers: Mapping[str, str], allowed_hosts: Collection[str]) -> str | None:
    """Return why a request is refused, or None: it comes from another site, or its Host is a foreign name.

    A foreign name may resolve to this machine (DNS rebinding); an address cannot, so every address is allowed.
    """
    if _is_cross_site(headers):
        return "Requests from pages of other sites are refused."
    host = _host_name(headers.get("host", ""))
    if host is None or not (_is_local(host) or host in allowed_hosts):
        return f"{headers.get('host', '')!r} is not a local host name: allow it with `serve --allow-host NAME`."
    return None


def _is_cross_site(headers: Mapping[str, str]) -> bool:
    """Return whether a browser sent the request for a page of another site.

    Browsers send Sec-Fetch-Site only to this machine and over TLS, and old ones never do; Origin covers the rest.
    Source: https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header
    """
    site, origin = headers.get("sec-fetch-site", "none"), headers.get("origin")
    if site != "none" or origin is None:
        return site not in ("none", "same-origin")
    return origin.partition("://")[2].lower() != headers.get("host", "").lower()


def _host_name(host: str) -> str | None:
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
