# `make` alone lists the targets. ARGS="..." is handed on: make scenarios ARGS="--repeat 3".
# Nothing here needs a GNU make newer than 4.0.

PYTHON := .venv/bin/python
ARGS ?=
# What `make android` runs on, by its name in devices.yaml; never from the environment, where others
# may mean another thing by it.
DEVICE := android
# The interpreter that .venv is made with; when empty, the newest one on PATH that the locks serve.
BASE_PYTHON ?=
UV_VERSION := 0.13.9

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export BASE_PYTHON

.DEFAULT_GOAL := help
.PHONY: help setup scenarios android ocr test check bench lock clean

help:  ## List the targets.
	@sed -n 's/^\([a-z][a-z-]*\):[^#]*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) \
	  | while IFS='|' read -r name text; do printf '  make %-10s %s\n' "$$name" "$$text"; done

setup: .venv/dev.stamp  ## Make .venv with everything that running, testing and checking need.

scenarios: .venv/run.stamp  ## Run the citizen tasks; ARGS goes to pytest, as in ARGS="--device ID".
	@$(PYTHON) -m pytest scenarios/ $(ARGS)

android: .venv/run.stamp node_modules/.installed.stamp  ## Run the tasks through Appium and adb; needs Node.js 20.19, 22.12 or 24.
	@sh -c "$$chromium_sh"
	@$(PYTHON) -m pytest scenarios/ --device $(DEVICE) $(ARGS)

ocr: .venv/ocr.stamp  ## Install what reads the text of pictures, for audit-privacy and --read-pictures.

test: .venv/dev.stamp  ## Run the tests of the harness and of the scoring; ARGS goes to pytest.
	@$(PYTHON) -m pytest $(ARGS)

check: .venv/dev.stamp  ## Check style, format and types; changes no file.
	@$(PYTHON) -m ruff check
	@$(PYTHON) -m ruff format --check
	@$(PYTHON) -m mypy

bench: .venv/dev.stamp  ## Measure the harness itself: its speed and the error of its clocks.
	@$(PYTHON) -m benchmarks $(ARGS)

lock:  ## Write requirements/*.lock anew from *.in; ARGS=--upgrade moves to the newest versions.
	@sh -c "$$lock_sh" lock $(ARGS)

clean:  ## Delete .venv, node_modules and all caches; results/ stays.
	rm -rf .venv node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -path ./results -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +

# Set-up. A stamp in .venv says that a lock is installed, and is written last. dev.lock holds all
# of run.lock, so its stamp stands for both. The flock on requirements/ lets a second make wait for
# the first; without flock (macOS) do not set up twice at once.
FLOCK := $(shell command -v flock >/dev/null 2>&1 && echo 'flock requirements')

.venv/run.stamp: requirements/run.lock
	@$(FLOCK) sh -c "$$setup_sh" setup run

.venv/dev.stamp: requirements/dev.lock
	@$(FLOCK) sh -c "$$setup_sh" setup dev

# Goes on top of what is there: either lock fits beside it.
.venv/ocr.stamp: requirements/ocr.lock | .venv/run.stamp
	@$(FLOCK) sh -c "$$setup_sh" setup ocr

# npm ci begins by deleting node_modules, stamp and all: one that was cut off starts over.
node_modules/.installed.stamp: package.json package-lock.json
	@$(FLOCK) sh -c "$$node_sh"

# A .venv whose interpreter has gone is made again, whatever its stamps say.
ifneq ($(shell test -x $(PYTHON) && echo works),works)
.PHONY: .venv/run.stamp .venv/dev.stamp .venv/ocr.stamp
endif

define find_python_sh
# Sets base to BASE_PYTHON, or to the newest Python from 3.11 to 3.14 on PATH that can make a venv.
find_python() {
  seen=""
  for name in "$${BASE_PYTHON:-}" python3.14 python3.13 python3.12 python3.11 python3 python; do
    [ -n "$$name" ] || continue
    # The shell's own look-up takes the first of a name; a shim that does not work hides others.
    case $$name in
      */*) places=$$name ;;
      *) places=$$(echo "$$PATH" | tr ':' '\n' | sed "s|$$|/$$name|") ;;
    esac
    old_ifs=$$IFS; IFS='
'
    for place in $$places; do
      IFS=$$old_ifs
      [ -x "$$place" ] || continue
      version=$$("$$place" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || continue
      case $$version in
        3.11|3.12|3.13|3.14)
          if "$$place" -c 'import ensurepip, venv' 2>/dev/null; then base=$$place; return 0; fi
          seen="$$seen  $$place: $$version, but it cannot make a venv (on Debian and Ubuntu: install python$$version-venv)\n" ;;
        *) seen="$$seen  $$place: $$version\n" ;;
      esac
    done
    IFS=$$old_ifs
    [ "$$name" != "$${BASE_PYTHON:-}" ] || break
  done
  [ -z "$${BASE_PYTHON:-}" ] || seen="$${seen:-  $$BASE_PYTHON: does not run\n}"
  printf 'Zhangce needs Python 3.11, 3.12, 3.13 or 3.14. Found:\n%b' "$${seen:-  none\n}" >&2
  printf 'Install one of them, or name one: make setup BASE_PYTHON=/path/to/python3.\n' >&2
  return 2
}
endef

define setup_sh
set -eu
$(find_python_sh)
lock=requirements/$$1.lock
stamp=.venv/$$1.stamp
works() { [ -x .venv/bin/python ] && .venv/bin/python -m pip --version >/dev/null 2>&1; }
# Another make may have finished while we waited for the lock.
if [ -e "$$stamp" ] && [ ! "$$lock" -nt "$$stamp" ] && works; then exit 0; fi
# .venv/unfinished is there from the first act to the last: a set-up that was cut off starts over.
if [ -e .venv/unfinished ] || ! works; then
  find_python
  echo "Making .venv with $$("$$base" --version) ($$base)."
  mkdir -p .venv
  "$$base" -m venv --clear .venv
fi
touch .venv/unfinished
echo "Installing $$lock into .venv; about a minute the first time."
if ! .venv/bin/python -m pip install -qq --no-compile --require-hashes --only-binary :all: -r "$$lock"; then
  echo "Set-up stopped while it installed $$lock: see the line above. The next make starts it over." >&2
  exit 3
fi
# Pip compiles on one processor, the libraries' own tests too. What is left out here, or does not
# compile, is compiled when somebody imports it.
.venv/bin/python -m compileall -qq -j 0 -x '/tests?/' .venv/lib || true
[ "$$1" != dev ] || touch .venv/run.stamp
touch "$$stamp"
rm .venv/unfinished
endef

define node_sh
set -eu
# Another make may have finished while we waited for the lock.
stamp=node_modules/.installed.stamp
if [ -e "$$stamp" ] && [ ! package-lock.json -nt "$$stamp" ] && [ ! package.json -nt "$$stamp" ]; then exit 0; fi
needs() {
  printf '%s\n' "$$1" "Appium needs Node.js 20.19 or a later 20, 22.12 or a later 22, or from 24 on, with its npm." \
    "Install it from https://nodejs.org/en/download, then: make android" >&2
  exit 2
}
command -v node >/dev/null || needs "Node.js was not found."
node -e 'const [a, b] = process.versions.node.split(".").map(Number);
  process.exit(a >= 24 || (a == 22 && b >= 12) || (a == 20 && b >= 19) ? 0 : 1)' \
  || needs "$$(command -v node) is Node.js $$(node --version)."
command -v npm >/dev/null || needs "npm was not found."
echo "Installing package-lock.json into node_modules; about a minute the first time."
if ! npm ci --ignore-scripts --no-audit --no-fund --loglevel=error; then
  echo "Set-up stopped while it installed package-lock.json: see the lines above. The next make starts it over." >&2
  exit 3
fi
touch "$$stamp"
endef

define chromium_sh
# Web pages in Apps are shown by Chromium and driven by chromedriver; all else works without them.
if command -v chromedriver >/dev/null && { command -v chromium || command -v chromium-browser || command -v google-chrome; } >/dev/null; then exit 0; fi
install="apt-get update && apt-get install -y --no-install-recommends chromium chromium-driver fonts-wqy-microhei"
if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "Installing Chromium and its driver, for the web pages in Apps."
  export DEBIAN_FRONTEND=noninteractive
  if sh -c "$$install" >/dev/null && command -v chromedriver >/dev/null; then exit 0; fi
fi
echo "Chromium or chromedriver was not found: tasks with web pages in Apps are left out." >&2
echo "On Debian, as root: $$install" >&2
echo "Elsewhere: Chromium or Chrome, and the chromedriver of its version, both on PATH." >&2
endef

define lock_sh
set -eu
$(find_python_sh)
find_python
tools=$$(mktemp -d)
trap 'rm -rf "$$tools"' EXIT
"$$base" -m venv "$$tools"
"$$tools/bin/python" -m pip install -qq uv==$(UV_VERSION)
for name in run dev ocr; do
  # dev.lock and ocr.lock must hold the very versions of run.lock.
  [ "$$name" = run ] && same= || same="--constraints requirements/run.lock"
  "$$tools/bin/uv" pip compile -q --universal --python-version 3.11 --generate-hashes \
    --no-emit-index-url --no-emit-find-links --no-annotate --custom-compile-command "make lock" \
    "$$@" $$same requirements/$$name.in -o requirements/$$name.lock
  echo "Wrote requirements/$$name.lock."
done
endef

export setup_sh node_sh chromium_sh lock_sh
