"""Web addresses: one spelling for one page, and the document number inside a Register address."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from feeds.secrets import without_secrets

_MAX_URL = 4_000

#: Every dash that people and programs type for "-", for `str.translate`.
DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"), "-")

#: Query parameters that say how a reader came, not what he reads.
_TRACKING = frozenset(
    """
    fbclid gclid gclsrc dclid gbraid wbraid msclkid yclid twclid ttclid igshid igsh li_fat_id mc_cid
    mc_eid mkt_tok _hsenc _hsmi __hstc __hssc oly_anon_id oly_enc_id vero_id wickedid s_cid cmpid
    ncid ocid guccounter guce_referrer guce_referrer_sig smid smtyp sr_share taid spm ref_src
    ref_url __twitter_impression _ga _gl
    """.split()  # noqa: SIM905 - a table of words
)
_TRACKING_PREFIXES = (
    "utm_",
    "at_custom",
    "at_medium",
    "at_campaign",
    "pk_",
    "mtm_",
    "hsa_",
    "matomo_",
)
#: Parameters dropped only with the value "rss": they mean other things elsewhere.
_RSS_MARKS = frozenset({"ref", "source", "src", "from", "mod", "partner", "emc", "cmp", "feature"})
_AMP = frozenset(
    {("amp", ""), ("amp", "1"), ("amp", "true"), ("outputtype", "amp"), ("output", "amp")}
)
_FOLDED_LABELS = frozenset({"www", "m", "mobile", "amp"})
#: A page kept by an AMP cache: its address stands in the cache's path.
_AMP_CACHE = re.compile(r"/(?:amp|[acv])/(?:s/)?(?P<address>[^/]+\..+)")
#: What counts as a dot between the labels of a host (RFC 3490, section 3.1).
_DOTS = dict.fromkeys(map(ord, "\u3002\uff0e\uff61"), ".")
#: Fragments that say how a reader came, or where on the page he starts.
_IDLE_FRAGMENT = re.compile(r"(?:utm_|xtor=|ref=|at_|rss$|comments?$|respond$)", re.IGNORECASE)


@lru_cache(maxsize=1_024)
def canonical_url(url: str) -> str:
    """Give one spelling for the addresses of one page; for comparing, never for opening.

    Folded: scheme and host case, http, default port, fragment, user name, `www.`, mobile and AMP
    forms, tracking parameters, parameter order, trailing slash. Total: what is no web address
    comes back stripped.
    """
    text = url.strip()[:_MAX_URL]
    for _ in range(3):  # an AMP cache may hold an AMP page
        try:
            parts = urlsplit(text)
            host, port = (parts.hostname or "").translate(_DOTS), parts.port
        except ValueError:
            return text
        host = re.sub(r"(?<![\s.])[\s.]+\Z", "", host)
        if parts.scheme not in {"http", "https"} or not host:
            return text
        cached = _AMP_CACHE.fullmatch(parts.path) if _is_amp_cache(host) else None
        if cached is None:
            break
        text = "https://" + cached["address"] + ("?" + parts.query if parts.query else "")
    shown_port = "" if port in {None, 80, 443} else f":{port}"
    query = _query(parts.query)
    return f"https://{_host(host)}{shown_port}{_path(parts.path)}{'?' + query if query else ''}"


def _is_amp_cache(host: str) -> bool:
    return host.endswith(".cdn.ampproject.org") or host in {"www.google.com", "google.com"}


def _host(host: str) -> str:
    if ":" in host:
        return f"[{host}]"
    labels = host.split(".")
    while len(labels) > 2 and labels[0] in _FOLDED_LABELS:
        labels.pop(0)
    name = ".".join(labels)
    try:
        return name if name.isascii() else name.encode("idna").decode("ascii")
    except UnicodeError:
        return name


def _path(path: str) -> str:
    # An address typed with letters and one typed with percent signs are the same address.
    path = quote(path, safe="/%:@!$&'()*+,;=~-._", errors="replace")
    path = re.sub(r"%[0-9a-f]{2}", lambda escape: escape[0].upper(), path, flags=re.IGNORECASE)
    shorter = _without_form(path)
    while shorter != path:  # under one sign of a mobile form there may be another
        path, shorter = shorter, _without_form(shorter)
    return path


def _without_form(path: str) -> str:
    segments = path.split("/")
    while segments and segments[-1].lower() in {"amp", "amp.html", ""}:
        segments.pop()
    while len(segments) > 2 and segments[1].lower() == "amp":
        segments.pop(1)
    return re.sub(r"(?:\.amp)+(\.html?)?$", r"\1", "/".join(segments), flags=re.IGNORECASE)


def _query(query: str) -> str:
    if not query:
        return ""
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=200)
    except ValueError:
        return query
    kept = (pair for pair in pairs if not _is_tracking(*pair))
    return "&".join(sorted(urlencode([pair], errors="replace") for pair in kept))


def _is_tracking(name: str, value: str) -> bool:
    name, value = name.lower(), value.lower()
    return (
        name in _TRACKING
        or name.startswith(_TRACKING_PREFIXES)
        or (name in _RSS_MARKS and value == "rss")
        or (name, value) in _AMP
    )


def is_web(text: str) -> bool:
    """Whether a text begins as a web address does."""
    return text[:8].lower().startswith(("http://", "https://"))


def url_problem(url: str) -> str:
    """Say what is wrong with the address of a feed; empty when nothing is."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return f"{without_secrets(url)[:80]!r} is not an address"
    if parts.scheme not in {"http", "https"}:
        return f"{without_secrets(url)[:80]!r} does not begin with https:// or http://"
    if not host or re.search(r"[\s<>\"]", url):
        return f"{without_secrets(url)[:80]!r} is not an address"
    return "an address must not hold a user name or password" if "@" in parts.netloc else ""


def page_of(address: str) -> str:
    """Return the canonical address with its fragment; empty for a home page or no web address.

    The fragment stays because some feeds tell their items apart by it alone.
    """
    address = address.strip()
    canonical = canonical_url(address)
    fragment = address.partition("#")[2].strip()
    if not is_web(address):
        return ""
    if fragment and not _IDLE_FRAGMENT.match(fragment):
        return f"{canonical}#{fragment}"
    return canonical if re.search(r"[/?]", canonical.partition("://")[2]) else ""


_NUMBER = r"(?P<number>(?:[A-Z]\d*-)?(?:[A-Z]\d|\d{4}|\d{2})-\d{1,6})"
#: Addresses of one document at federalregister.gov, in its API, and at govinfo.gov.
_DOCUMENT_PATHS = tuple(
    re.compile(shape)
    for shape in (
        rf"/(?:documents|articles)/\d{{4}}/\d\d/\d\d/{_NUMBER}(?:/[^/]*)?/?",
        rf"/(?:d|a|public-inspection)/{_NUMBER}(?:/[^/]*)?/?",
        rf"/documents/full_text/\w+/\d{{4}}/\d\d/\d\d/{_NUMBER}\.\w+",
        rf"/api/v1/(?:documents|public-inspection-documents)/{_NUMBER}(?:\.json)?",
        rf"/content/pkg/FR-\d{{4}}-\d\d-\d\d/(?:pdf|html|xml)/{_NUMBER}\.\w+",
        rf"/(?:public-inspection\.federalregister\.gov/)?{_NUMBER}\.pdf",
    )
)


def register_number(url: str) -> str | None:
    """Read the document number out of the address of a Register document; None for other pages."""
    return _number_in(url, _DOCUMENT_PATHS)


def register_page(url: str) -> str | None:
    """As `register_number`, of the address with day and number that the Register's own feeds link to.

    On any host; no other site is known to have such addresses.
    """
    return _number_in(url, _DOCUMENT_PATHS[:1])


def _number_in(url: str, shapes: Iterable[re.Pattern[str]]) -> str | None:
    try:
        path = urlsplit(url.strip()[:_MAX_URL]).path.translate(DASHES)
    except ValueError:
        return None
    for shape in shapes:
        if found := shape.fullmatch(path):
            return found["number"]
    return None
