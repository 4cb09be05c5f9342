# Sourced by the commands beside it, with $root set. POSIX sh.
#
# set_up run|dev   makes the Python environment that the command needs, once, and puts its folder into $venv.
#
# It takes Python 3 only: uv is used where one works and else installed for this checkout alone. Where the checkout is
# read-only, everything goes into the user's cache. Two at once wait for each other.

# What a caller's own Python, or the shim that it came through, has left for its children is not about us.
unset VIRTUAL_ENV PYTHONHOME PYTHONPATH UV_PROJECT_ENVIRONMENT PYENV_VERSION PYENV_DIR CDPATH
# Every start is of several processes; each would compile every module again.
unset PYTHONDONTWRITEBYTECODE

set_up() {
    level=$1
    choose_folders
    is_set_up && return
    mkdir -p "$tools" || fail "Cannot write to $tools: make it writable, or set XDG_CACHE_HOME to a folder that is."
    exec 9>"$tools/lock"
    lock
    is_set_up || install
    exec 9>&-
}

choose_folders() {
    tools=$root/.fairlead-tools venv=$root/.venv
    if ! [ -w "$root" ]; then
        key=$(printf '%s' "$root" | cksum | cut -d ' ' -f 1)
        tools=${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/fairlead/$key venv=$tools/venv
    fi
    wanted=$(cat "$root/uv.lock" "$root/pyproject.toml" "$root/.python-version" "$root/bin/set-up.sh" | cksum)
}

# What was installed is written down last, so an interrupted set-up is simply done again. "dev" includes "run".
is_set_up() {
    [ -x "$venv/bin/python" ] && [ -r "$venv/fairlead-set-up" ] || return 1
    case $(cat "$venv/fairlead-set-up") in
        "dev $root $wanted") return 0 ;;
        "$level $root $wanted") return 0 ;;
    esac
    return 1
}

install() {
    begin=$(date +%s)
    say "Installing the packages of Fairlead into $venv (half a minute or so, once) …"
    rm -f "$venv/fairlead-set-up"
    if ! { uv=$(find_uv) && sync; }; then
        uv=$tools/uv/bin/uv
        "$uv" --version >/dev/null 2>&1 || install_uv
        # Where Python 3.13 can be neither found nor fetched, another that will do.
        sync || sync --python '>=3.12' --no-python-downloads ||
            fail "The packages could not be installed: see above. It takes the network once, and Python 3.12 or newer" \
                "(UV_PYTHON names one that is not found)."
    fi
    printf '%s %s %s\n' "$level" "$root" "$wanted" >"$venv/fairlead-set-up"
    say "Installed in $(($(date +%s) - begin)) s."
}

# One that answers: a shim without a version behind it, or a program for another machine, does not.
find_uv() {
    for candidate in uv "${HOME:-}/.local/bin/uv" "${HOME:-}/.cargo/bin/uv"; do
        if "$candidate" --version >/dev/null 2>&1; then
            printf '%s\n' "$candidate"
            return
        fi
    done
    return 1
}

# From within the checkout: `.python-version` also tells pyenv which Python to show. Both levels have every typeface, so
# that a document is the same in both.
sync() {
    set -- --frozen --extra cjk "$@"
    [ "$level" = dev ] || set -- "$@" --no-dev --inexact
    [ -t 2 ] || set -- "$@" --quiet
    watched env UV_PROJECT_ENVIRONMENT="$venv" UV_COMPILE_BYTECODE=1 "$uv" --directory "$root" sync "$@" >&2
}

install_uv() {
    python=$(find_python) || fail "Python 3 is missing: install it (python3), or uv."
    say "Installing uv into $tools …"
    rm -rf "$tools/uv"
    watched "$python" -m venv "$tools/uv" >/dev/null 2>&1 &&
        watched "$tools/uv/bin/python" -m pip install --quiet --disable-pip-version-check uv >&2 ||
        # Some distributions leave out what makes environments, but not pip.
        { rm -rf "$tools/uv" && watched "$python" -m pip install --quiet --target "$tools/uv" uv >&2; } ||
        fail "uv could not be installed: install it by hand (https://docs.astral.sh/uv/), or python3-venv."
}

find_python() {
    for candidate in python3 /usr/bin/python3 /usr/local/bin/python3 python3.13 python3.12 python; do
        if (cd / && "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 8))') >/dev/null 2>&1; then
            printf '%s\n' "$candidate"
            return
        fi
    done
    return 1
}

# On our own descriptor, so it ends with us however we end. Not every machine has flock(1), but all have Python.
lock() {
    python=$(find_python) || return 0
    "$python" -c 'import fcntl; fcntl.flock(9, fcntl.LOCK_EX | fcntl.LOCK_NB)' 9>&9 2>/dev/null && return
    say "Waiting for another set-up of this checkout …"
    watched "$python" -c 'import fcntl; fcntl.flock(9, fcntl.LOCK_EX)' 9>&9
}

# Run a command that does not outlive us: a shell that is ended would leave it behind.
watched() {
    "$@" 9>&9 &
    child=$!
    trap 'kill "$child" 2>/dev/null; exit 143' HUP INT TERM
    wait "$child"
    status=$?
    trap - HUP INT TERM
    return "$status"
}

say() { printf '%s\n' "$*" >&2; }

fail() {
    say "fairlead: $*"
    exit 1
}
