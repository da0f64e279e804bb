#!/bin/sh
# Compile requirements*.in into hashed lock files that name no download address.
# Run it in an environment that has pip-tools (./run env makes one); add --upgrade to take newer releases.
set -eu
cd "$(dirname "$0")/.."
export CUSTOM_COMPILE_COMMAND=deploy/lock.sh
for name in requirements-build requirements requirements-dev; do
    python3 -m piptools compile -q --generate-hashes --allow-unsafe --strip-extras --no-emit-index-url \
        --no-emit-trusted-host --no-emit-find-links --no-emit-options "$@" -o "$name.txt" "deploy/$name.in"
done
if grep -n '://' requirements*.txt; then
    echo "a lock file names an address" >&2
    exit 1
fi
