"""Polls with `reader`; runs under any Python that has it, alone: it imports nothing of ours.

Called with the server's address, the number of feeds, a database path and a text that edits hold;
then for each line on its input it updates all feeds once and answers with a line of JSON.
"""

from __future__ import annotations

import importlib
import json
import platform
import resource
import sys
import time


def main(base: str, feeds: int, database: str, edited: str) -> None:
    library = importlib.import_module("reader")
    reader = library.make_reader(database)
    for number in range(feeds):
        reader.add_feed(f"{base}/feed/{number}")
    print(json.dumps({"name": f"reader {library.__version__}, Python {platform.python_version()}"}))
    sys.stdout.flush()
    for line in sys.stdin:
        if line.strip() == "count":
            entries = list(reader.get_entries())
            held = sum(edited in entry.content[0].value for entry in entries)
            answer: dict[str, float] = {"entries": len(entries), "edited": held}
        else:
            wall, cpu = time.perf_counter(), time.process_time()
            # Without scheduled=False it would visit only what was not visited for an hour.
            reader.update_feeds(scheduled=False, workers=16)
            answer = {
                "wall": time.perf_counter() - wall,
                "cpu": time.process_time() - cpu,
                "rss": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            }
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4])
