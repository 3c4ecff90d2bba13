# shellcheck shell=bash
# What the scripts share: find a Python, make the virtual environment, install the pinned packages once.
# Rule: whatever a newcomer lacks is said in one sentence; a second run costs no more than reading two files.

ROOT=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
VENV=${VIESTI_VENV:-$ROOT/.venv}
case $VENV in /*) ;; *) VENV=$PWD/$VENV ;; esac

die() {
    printf '%s\n' "$*" >&2
    exit 1
}

# Prints the first Python that is new enough. Each is run, because a name on the PATH may be a shim of none.
find_python() {
    local candidate found=""
    for candidate in python3 python3.14 python3.13 python3.12 python3.11 python; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
        [ -n "$found" ] || found=$("$candidate" -c 'import platform; print(platform.python_version())' 2>/dev/null) || true
    done
    die "Viesti needs Python 3.11 or later, and this machine has ${found:-none} on its PATH; install a newer one."
}

# What the installed packages depend on, in one line.
wanted_state() {
    printf '%s %s' "$ROOT" "$(cat "$ROOT/constraints.txt" "$ROOT/pyproject.toml" | cksum)"
}

# ensure_environment demo|test: afterwards "$VENV/bin" holds what the demo, or the tests too, need.
ensure_environment() {
    local level=$1 stamp state
    stamp=$VENV/.viesti-$level
    state=$(wanted_state)
    if [ -x "$VENV/bin/viesti" ] && [ -f "$stamp" ] && [ "$(<"$stamp")" = "$state" ]; then
        return
    fi
    make_environment
    echo "Installing the pinned packages into $VENV (once; this can take a minute) ..."
    rm -f "$VENV"/.viesti-*
    local project=$ROOT extra=""
    [ "$level" = demo ] || extra="[test]"
    [ -w "$ROOT/src" ] || project=$(stage_project)
    install_packages setuptools
    install_packages --no-build-isolation --editable "$project$extra"
    printf '%s' "$state" >"$VENV/.viesti-demo"
    [ "$level" = demo ] || printf '%s' "$state" >"$stamp"
}

make_environment() {
    local python
    if ! mkdir -p "$VENV" 2>/dev/null || [ ! -w "$VENV" ]; then
        die "The folder $VENV can't be written; name another for the virtual environment, such as" \
            "VIESTI_VENV=\$HOME/.cache/viesti $0"
    fi
    if "$VENV/bin/python" -c 'import sys, pip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        return
    fi
    if [ ! -f "$VENV/pyvenv.cfg" ] && [ -n "$(ls -A "$VENV")" ]; then
        die "The folder $VENV holds something that is not a virtual environment; name another by VIESTI_VENV."
    fi
    python=$(find_python) || exit 1
    "$python" -c 'import ensurepip, venv' 2>/dev/null ||
        die "$python can't make virtual environments; install its venv module (on Debian: apt install python3-venv)."
    "$python" -m venv --clear "$VENV" >"${TMPDIR:-/tmp}/viesti-venv.$$" 2>&1 ||
        die "The virtual environment $VENV could not be made: $(tail -n 1 "${TMPDIR:-/tmp}/viesti-venv.$$")"
    rm -f "${TMPDIR:-/tmp}/viesti-venv.$$"
}

# A build writes beside the sources; where those can't be written, it works on a folder that leads to them.
stage_project() {
    local stage=$VENV/project
    rm -rf "$stage"
    mkdir -p "$stage/src"
    cp "$ROOT/pyproject.toml" "$ROOT/README.md" "$ROOT/LICENSE" "$stage/"
    ln -s "$ROOT/src/viesti" "$stage/src/viesti"
    printf '%s' "$stage"
}

install_packages() {
    local log=$VENV/install.log said
    if ! "$VENV/bin/python" -m pip install --disable-pip-version-check --retries 2 \
        --constraint "$ROOT/constraints.txt" "$@" >"$log" 2>&1; then
        said=$(grep -m 1 -i '^ *error' "$log" || tail -n 1 "$log")
        if grep -q -i -E 'connection|resolve host|name resolution|timed out|network is unreachable' "$log"; then
            die "The pinned packages could not be fetched, because pip reached no package index: is there a network?" \
                "Its words are in $log."
        fi
        die "The pinned packages could not be installed; pip said \"$said\", and the rest is in $log."
    fi
}
