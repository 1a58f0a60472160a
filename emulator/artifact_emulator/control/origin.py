"""Origin checks for the control API and the console, which need no credentials.

Without them, any page open in a browser on this machine could call both.
"""

from collections.abc import Collection, Mapping
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import urlsplit


def refusal_of(headers: Mapping[str, str], allowed_hosts: Collection[str]) -> str | None:
    """Return why a request is refused, or None: it comes from another site, or its Host is a foreign name.

    A foreign name may resolve to this machine (DNS rebinding); an address cannot, so every address is allowed.
    """
    if _is_cross_site(headers):
        return "Requests from pages of other sites are refused."
    host = host_name(headers.get("host", ""))
    if host is None or not (is_local(host) or is_allowed(host, allowed_hosts)):
        return f"{headers.get('host', '')!r} is not a local host name: allow it with the switch `--allow-host NAME`."
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


def host_name(host: str) -> str | None:
    """Return the name or address in a Host header, without the port; None if it is invalid."""
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


def is_allowed(name: str, allowed_hosts: Collection[str]) -> bool:
    """Return whether a name is among the allowed ones, of which `*.example` stands for all names below `example`."""
    return name in allowed_hosts or any(
        pattern.startswith("*.") and name.endswith(pattern[1:]) for pattern in allowed_hosts
    )


def is_local(name: str) -> bool:
    """Return whether a name is this machine's own, or an address, which no name server can rebind."""
    return _is_localhost(name) or _address(name) is not None


def is_loopback(name: str) -> bool:
    """Return whether a name or an address is certainly this machine's."""
    address = _address(name)
    return _is_localhost(name) or (address is not None and address.is_loopback)


def _is_localhost(name: str) -> bool:
    return name == "localhost" or name.endswith(".localhost")


def _address(name: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(name)
    except ValueError:
        return None
