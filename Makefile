# Needs Python 3.11 or newer and make, and nothing else. Paths are relative: this folder's name may hold spaces.

NEW_ENOUGH := import sys; assert sys.version_info >= (3, 11)
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$name -c '$(NEW_ENOUGH)' 2>/dev/null && echo $$name && break; done)
VENV := .venv
RUN := $(VENV)/bin/python
PIP := $(RUN) -m pip install -qq --no-input --disable-pip-version-check

DEBUG ?= 1
export DEBUG

# Bytecode is kept, whatever the environment sets: the tests start the program dozens of times.
unexport PYTHONDONTWRITEBYTECODE

# A virtual environment whose Python is gone (upgraded, removed) is created again.
ifneq ($(shell $(RUN) -c '$(NEW_ENOUGH)' 2>/dev/null && echo yes),yes)
$(shell rm -f $(VENV)/*.installed)
endif

PROCESSES := --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

.PHONY: run test test-fast test-days bench screenshots check
.DEFAULT_GOAL := run

## make run [PORT=8000] [WORKERS=2] [DATA_DIR=data] [DEMO=0]: the site with its database and demo data
run: $(VENV)/run.installed
	@exec $(RUN) manage.py serve $(if $(PORT),--port "$(PORT)") $(if $(WORKERS),--workers "$(WORKERS)") \
		$(if $(filter 0,$(DEMO)),,--demo)

## make test [TESTS=tests/devserver]: every test, those in a browser included, one process per core (at most four)
test: $(VENV)/test.installed browser pgbouncer nginx caddy office
	@$(RUN) -m pytest $(PROCESSES) $(TESTS)

## make test-fast: the tests that need neither a browser, nor an office, nor millions of rows, nor a second server
test-fast: $(VENV)/test.installed
	@$(RUN) -m pytest $(PROCESSES) -m "not browser and not office and not large and not servers" $(TESTS)

## make test-days [DAY="leap-day month-end"] [TESTS=tests/ledger/search]: the tests of test-fast on other days of the calendar, under
## faketime: ends of months and years, changes of clocks, 29 February, a Sunday, a Monday (tests/days.py)
test-days: $(VENV)/test.installed faketime
	@$(RUN) -m tests.days $(if $(DAY),--day $(DAY)) $(PROCESSES) $(TESTS)

## make bench [EVENTS=1000000] [ROUNDS=20] [ONLY="writes sign_in"]: measures costs beside comparable packages, into docs/reference/benchmarks.md
bench:
	@$(MAKE) --no-print-directory VENV=.venv-bench .venv-bench/bench.installed
	@.venv-bench/bin/python -m benchmarks $(if $(EVENTS),--events "$(EVENTS)") $(if $(ROUNDS),--rounds "$(ROUNDS)") \
		$(if $(ONLY),--only $(ONLY))

## make screenshots [DATA=folder]: the pictures in docs/pictures/, from a demo made for them, and the steps of three tasks
screenshots: $(VENV)/test.installed browser
	@$(RUN) -m tests.browser.showing.screenshots $(if $(DATA),--data "$(DATA)")

## make check: style, types, imports, migrations, a new database, deployment, dependencies, security
check: $(VENV)/test.installed
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m mypy
	$(VENV)/bin/lint-imports
	$(RUN) manage.py makemigrations --check
	$(RUN) manage.py check_new_database
	DEBUG=0 ALLOWED_HOSTS=example.com SITE_URL=https://example.com SECRET_KEY="$$($(RUN) -c 'import secrets; print(secrets.token_urlsafe(50))')" \
		FACTOR_KEYS="$$(head -c 32 /dev/urandom | base64)" SIGNING_KEY="$$(head -c 32 /dev/urandom | base64)" \
		$(RUN) manage.py check --deploy --fail-level WARNING
	$(RUN) -m deptry .
	$(RUN) -m bandit --quiet --recursive --configfile pyproject.toml manage.py wisely_security login_activity audit_trail

$(VENV)/run.installed: requirements.txt
	@$(make_environment)
	@echo "Installing …"
	@$(PIP) -r requirements.txt
	@touch $@

$(VENV)/test.installed: requirements.txt requirements-dev.txt
	@$(make_environment)
	@echo "Installing …"
	@$(PIP) -r requirements-dev.txt
	@touch $@ $(VENV)/run.installed

$(VENV)/bench.installed: requirements.txt requirements-bench.txt
	@$(make_environment)
	@echo "Installing …"
	@$(PIP) -r requirements-bench.txt
	@touch $@

define make_environment
$(RUN) -c '$(NEW_ENOUGH); import pip' 2>/dev/null || { \
	"$(PYTHON)" -c '$(NEW_ENOUGH)' 2>/dev/null || { \
		echo "Python 3.11 or newer is needed. If it has another name here: make run PYTHON=/path/to/python" >&2; exit 1; \
	}; \
	echo "Making the environment $(VENV) with $$("$(PYTHON)" --version) …"; \
	"$(PYTHON)" -m venv --clear $(VENV) >$(VENV).log 2>&1 || { \
		cat $(VENV).log >&2; rm -rf $(VENV) $(VENV).log; \
		echo "Python could not make an environment. On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; \
	}; rm -f $(VENV).log; \
}
endef

# Installs Debian packages that some tests need, when run as root. Tests without their program are skipped, with the reason.
# $(call debian,PROGRAMS,PACKAGE): any one of the programs is enough.
define debian
for program in $(1); do PATH="$$PATH:/usr/sbin" command -v $$program >/dev/null && exit 0; done; \
[ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null || exit 0; \
echo "Installing $(2) …"; \
{ apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends $(2); } \
	</dev/null >/dev/null 2>&1 || { echo "$(2) could not be installed."; exit 0; }; \
$(3)
endef

.PHONY: browser pgbouncer nginx caddy office faketime
browser:
	@$(call debian,chromium-headless-shell,chromium-headless-shell)
	@$(call debian,chromium-headless-shell chromium chromium-browser google-chrome,chromium)

# Debian would start these as services, which the tests don't use.
pgbouncer nginx caddy:
	@$(call debian,$@,$@,systemctl disable --now $@ >/dev/null 2>&1 || true;)

office:
	@$(call debian,soffice,libreoffice-calc)

faketime:
	@$(call debian,faketime,faketime)
