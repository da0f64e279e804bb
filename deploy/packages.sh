#!/bin/sh
# Install Debian packages as root without starting a service or making PostgreSQL's default cluster.
# The two files that see to this are removed again; where the machine has its own, they are left as they are.
set -eu

policy=/usr/sbin/policy-rc.d cluster=/etc/postgresql-common/createcluster.conf made=
clean_up() {
    # shellcheck disable=SC2086 # a list of paths without spaces
    [ -z "$made" ] || rm -f $made
}
trap clean_up EXIT
trap 'exit 130' INT TERM HUP

if [ ! -e "$policy" ]; then
    made="$made $policy"
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
fi
if [ ! -e "$cluster" ]; then
    made="$made $cluster"
    mkdir -p "${cluster%/*}"
    echo 'create_main_cluster = false' >"$cluster"
fi

export DEBIAN_FRONTEND=noninteractive UCF_FORCE_CONFFOLD=1
apt-get update -qq
apt-get install -y -qq --no-install-recommends "$@" </dev/null >/dev/null
