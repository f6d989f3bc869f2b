"""How fast the product is, always beside the least that could do the same work, in the same run on the same machine.

    .venv/bin/python -m bench all            # everything, about 50 minutes on two cores
    .venv/bin/python -m bench pages --size 100000
    .venv/bin/python -m bench queries --size 100000
    .venv/bin/python -m bench pdf
    .venv/bin/python -m bench chain
    .venv/bin/python -m bench audit
    .venv/bin/python -m bench agreements
    .venv/bin/python -m bench signed_pdfs
    .venv/bin/python -m bench engine
    .venv/bin/python -m bench dry_run
    .venv/bin/python -m bench stop           # stop the bench's own PostgreSQL and Redis
    .venv/bin/python -m bench remove         # ... and delete its data

Every command does its own set-up: a PostgreSQL of its own under var/bench, the incidents, the static files, the web
servers and, for the pages, the peer's own environment. Results are printed and kept under var/bench/results as JSON.
docs/performance.md says what was seen. Nothing here is a test: no number fails a build.
"""
