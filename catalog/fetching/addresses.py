"""Which machines may be reached.

A name is resolved once, each of its addresses is checked, and the connection goes to a checked address, never to the name:
a name server that answers differently a moment later (DNS rebinding) changes nothing. Addresses that carry an IPv4
address inside (mapped, translated, tunnelled) are refused as they stand, since they lead to machines that the inner
address names.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from .failure import FetchFailed, HostRefused

Address = IPv4Address | IPv6Address
#: Host and port -> the addresses that the name has, as text.
Resolver = Callable[[str, int], Sequence[str]]

#: Never reached, whatever is allowed: services of a cloud that hand out its keys to whoever asks.
_NEVER = frozenset(
    map(ip_address, ("169.254.169.254", "100.100.100.200", "168.63.129.16", "fd00:ec2::254", "fd20:ce::254"))
)
#: Ranges that the ``ipaddress`` module counts as global, or did in some version, and that are not (IANA's registries of
#: special-purpose addresses, RFC 6890).
_SPECIAL = tuple(
    ip_network(network)
    for network in (
        "0.0.0.0/8",  # this network
        "100.64.0.0/10",  # shared by carriers
        "192.0.0.0/24",  # protocol assignments
        "192.88.99.0/24",  # 6to4 relays
        "198.18.0.0/15",  # benchmarks
        "240.0.0.0/4",  # reserved
        "::/96",  # IPv4-compatible
        "::ffff:0:0/96",  # IPv4-mapped
        "::ffff:0:0:0/96",  # IPv4-translated
        "64:ff9b::/96",  # NAT64
        "64:ff9b:1::/48",  # NAT64 of a site
        "100::/64",  # discarded
        "2001::/23",  # protocol assignments, Teredo among them
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4
        "3fff::/20",  # documentation
        "5f00::/16",  # segment routing
        "fc00::/7",  # unique local
        "fec0::/10",  # site-local
    )
)


def resolve(host: str, port: int) -> list[str]:
    """Return the addresses of a host by the system's resolver. Raises FetchFailed when it has none."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise FetchFailed(f"The host {host} is not known.", again=True) from error
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def checked(host: str, port: int, *, private: bool = False, resolver: Resolver = resolve) -> list[str]:
    """Return those addresses of a host that may be connected to, in the resolver's order; at least one.

    ``private`` allows machines that are not on the public internet. Raises FetchFailed when the name has no address,
    HostRefused when it has none that may be reached.
    """
    found = resolver(host, port)
    allowed = [text for text in found if may_reach(text, private=private)]
    if not allowed:
        hint = "" if private else " (--allow-private allows hosts of your own network)"
        raise HostRefused(f"The host {host} is not on the public internet, so it is not asked{hint}.")
    return allowed


def may_reach(text: str, *, private: bool = False) -> bool:
    """Return whether the machine at an address, given as text, may be connected to."""
    try:
        address = ip_address(text)
    except ValueError:
        return False
    plain = _plain(address)
    if plain in _NEVER or plain.is_multicast or plain.is_unspecified or plain == IPv4Address("255.255.255.255"):
        return False
    return private or is_public(address)


def is_public(address: Address) -> bool:
    """Return whether an address is one machine's on the public internet, in its plain form."""
    if isinstance(address, IPv6Address) and address.scope_id:
        return False
    if any(address in network for network in _SPECIAL if network.version == address.version):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_link_local)


def _plain(address: Address) -> Address:
    """An address without its zone, and the IPv4 address inside one that carries it in its last 32 bits."""
    if isinstance(address, IPv4Address):
        return address
    bare = IPv6Address(int(address))
    if (
        any(bare in network for network in _SPECIAL if network.version == 6 and network.prefixlen == 96)
        and int(bare) > 1
    ):
        return IPv4Address(int(bare) & 0xFFFFFFFF)
    return bare
