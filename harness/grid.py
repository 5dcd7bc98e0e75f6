"""What a Selenium Grid says of itself.

A session is kept from one attempt to the next, which saves seconds; where others
wait for a phone that would be unfair, and could keep them waiting for a whole run.
"""

from __future__ import annotations

import urllib3

ANSWERS_WITHIN_S = 5.0
QUESTION = {"query": "{ grid { sessionQueueSize } }"}


def requests_waiting(url: str) -> int:
    """How many requests wait for a phone in a Grid's queue; 0 where no Grid answers.

    Args:
        url: where sessions are opened, with or without `/wd/hub`.
    """
    grid = urllib3.util.parse_url(url)
    root = grid._replace(auth=None, path=None, query=None, fragment=None).url
    headers = urllib3.make_headers(basic_auth=grid.auth) if grid.auth else {}
    try:
        answer = urllib3.request(
            "POST",
            f"{root}/graphql",
            json=QUESTION,
            headers={"content-type": "application/json; charset=utf-8", **headers},
            timeout=ANSWERS_WITHIN_S,
            retries=False,
        )
        return int(answer.json()["data"]["grid"]["sessionQueueSize"])
    except (urllib3.exceptions.HTTPError, OSError, ValueError, KeyError, TypeError):
        return 0
