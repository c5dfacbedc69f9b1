#!/bin/sh
# Runs a thing as a service: `sh run.sh CONFIG.json` with MicroPython, or the command in JINN_PYTHON. SIGTERM and SIGINT become the
# end of its standard input, upon which it says good-bye: the unix port of MicroPython itself has no signals.
set -u
here=$(dirname "$0")
pipe=$(mktemp -u "${TMPDIR:-/tmp}/jinn-thing.XXXXXX")
mkfifo -m 600 "$pipe" || exit 2
${JINN_PYTHON:-micropython} "$here/main.py" "$@" <"$pipe" &
thing=$!
exec 3>"$pipe"
rm -f "$pipe"
trap 'exec 3>&-' TERM INT
# A signal ends the first wait; the second gets the exit code.
wait "$thing"
code=$?
while kill -0 "$thing" 2>/dev/null; do
    wait "$thing"
    code=$?
done
exit "$code"
