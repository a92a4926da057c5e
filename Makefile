# Every recipe is one command that takes make's place in the process table, so that SIGTERM to make reaches it.
PYTHON ?= python3
.PHONY: run stop test check bench

# Start everything on this machine; PORT (8000) and ASNHR_HOME (.asnhr) are honoured. Ctrl-C stops.
run:
	@exec $(PYTHON) -I asnhr/stack/bootstrap.py run

# Stop what `make run` started in another window.
stop:
	@exec $(PYTHON) -I asnhr/stack/bootstrap.py stop

# Linters, types, floors, missing migrations, then pytest with real servers and a real browser.
test:
	@exec $(PYTHON) -I asnhr/stack/bootstrap.py test

# The linters alone.
check:
	@exec $(PYTHON) -I asnhr/stack/bootstrap.py check

# Ratios against hand-written SQL, as JSON.
bench:
	@exec $(PYTHON) -I asnhr/stack/bootstrap.py bench
