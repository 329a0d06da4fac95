#!/bin/sh
# Fetches the kernels that the guests boot: stock Debian "cloud" kernels, from the mirror that this machine already uses.
#
#   kernels.sh [--allow-missing] OUTDIR [NAME...]     without a NAME: all kernels of the ring
#   kernels.sh --list                                 prints the names of the ring
#
# For each kernel it makes OUTDIR/NAME/ with vmlinuz, config, version (the output of uname -r), and a few modules, if the
# kernel's own package has them: socket family AF_ALG for the demo, and connection tracking, which has functions for BPF
# programs, with the modules that it needs. A kernel that exists is not fetched again; to fetch it again, remove its directory.
# If a kernel cannot be fetched, OUTDIR/NAME/missing contains the reason, and the run fails. With --allow-missing only 6.1 and
# 6.12, the kernels of the release itself, make it fail.
#
# Nothing is installed, and the machine's own apt state does not change: apt runs with a separate configuration, with sources,
# lists and cache in a scratch directory. The result is moved into place in one step, so a run may be killed at any time.
set -eu

# Name, versions, and the suites to search; the highest version in any of them is used. Usually sid has the newest kernel;
# sometimes the backports have a newer one.
ring() {
    cat <<'END'
5.10    5.10.[0-9]*                 bullseye bullseye-security
6.1     6.1.[0-9]*                  bookworm bookworm-security
6.12    6.12.[0-9]*                 bookworm-backports bookworm-security
6.18    6.18.[0-9]*                 trixie-backports
newest  [0-9]*.[0-9]*.[0-9]*        trixie-backports sid
END
}

# In the order in which they can be loaded.
modules="crypto/af_alg fs/overlayfs/overlay lib/libcrc32c net/ipv4/netfilter/nf_defrag_ipv4 net/ipv6/netfilter/nf_defrag_ipv6 net/netfilter/nf_conntrack"

keyring=/usr/share/keyrings/debian-archive-keyring.gpg

names() { ring | cut -d " " -f 1; }
versions_of() { ring | awk -v name="$1" '$1 == name { print $2 }'; }
suites_of() { ring | awk -v name="$1" '$1 == name { sub(/^[^ ]+ +[^ ]+ +/, ""); print }'; }

die() {
    echo "kernels.sh: $*" >&2
    exit 2
}

# Not if it was unpacked for another list of modules.
is_here() {
    [ -s "$out/$1/vmlinuz" ] && [ -s "$out/$1/version" ] && [ "$(cat "$out/$1/modules" 2>/dev/null)" = "$modules" ]
}

# Prints the repository in the machine's own sources that has this label ("Debian", or "Debian-Security").
mirror() {
    # shellcheck disable=SC2016  # fields of apt, not of the shell
    apt-get indextargets --format '$(LABEL)|$(REPO_URI)' 'Origin: Debian' 2>/dev/null |
        awk -F'|' -v label="$1" '$1 == label { print $2; exit }'
}

write_sources() {
    for suite in $(for name in "$@"; do suites_of "$name"; done | sort -u); do
        case $suite in
            *-security) uri=$security_mirror ;;
            *) uri=$main_mirror ;;
        esac
        [ -z "$uri" ] || echo "deb [arch=amd64 target=Packages signed-by=$keyring] $uri $suite main"
    done >"$work/sources.list"
}

# Proxies and similar settings still come from the machine's configuration; its hooks do not, because they may clean its own
# cache. Downloads run as root, because _apt, the usual user, may not be able to write here.
write_configuration() {
    mkdir -p "$work/state/lists/partial" "$work/cache/archives/partial"
    : >"$work/status"
    cat >"$work/apt.conf" <<END
Dir::Etc::sourcelist "$work/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Dir::State "$work/state";
Dir::State::status "$work/status";
Dir::Cache "$work/cache";
Dir::Cache::pkgcache "pkgcache.bin";
Dir::Cache::srcpkgcache "srcpkgcache.bin";
Acquire::Retries "2";
Acquire::http::Timeout "20";
APT::Architecture "amd64";
APT::Sandbox::User "root";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
END
}

# Prints the version of the package, and the release that uname -r will print. Empty packages that only depend on the newest
# kernel of a series (linux-image-6.12-cloud-amd64) have no third number in their names, so they do not match.
find_package() {
    versions=$(versions_of "$1")
    apt-cache -c "$work/apt.conf" pkgnames linux-image- |
        while read -r package; do
            # shellcheck disable=SC2254  # a pattern on purpose
            case $package in
                linux-image-$versions-cloud-amd64) echo "$package" ;;
            esac
        done |
        xargs -r apt-cache -c "$work/apt.conf" madison |
        awk -F' *[|] *' '{ release = $1; sub(/^ *linux-image-/, "", release); print $2, release }' |
        sort -V | tail -n 1
}

# Up to 6.18 one package contains everything. Later the image package is empty, and others contain kernel, config and modules.
packages_of() {
    parts=
    for part in binary base modules; do
        ! apt-cache -c "$work/apt.conf" show "linux-$part-$2=$1" >/dev/null 2>&1 || parts="$parts linux-$part-$2=$1"
    done
    case $parts in
        *linux-binary-*) echo "$parts" ;;
        *) echo "linux-image-$2=$1" ;;
    esac
}

# The other modules, nine tenths of a package, are not unpacked.
unpack() {
    printf '%s\n' './boot/*' './usr/lib/modules/*/vmlinuz' './usr/lib/modules/*/config' >"$work/patterns"
    # shellcheck disable=SC2086  # one word per module
    printf '*/kernel/%s.ko*\n' $modules >>"$work/patterns"
    for package in "$work"/deb/*.deb; do
        dpkg --fsys-tarfile "$package" |
            tar -x -C "$work/root" --wildcards -T "$work/patterns" 2>/dev/null
    done
    mkdir -p "$work/$1"
    find "$work/root" -name 'vmlinuz*' -exec mv {} "$work/$1/vmlinuz" \;
    find "$work/root" -name 'config*' -exec mv {} "$work/$1/config" \;
    find "$work/root" -name '*.ko.xz' -exec xz -d {} +
    find "$work/root" -name '*.ko' -exec mv {} "$work/$1/" \;
    [ -s "$work/$1/vmlinuz" ] && [ -s "$work/$1/config" ]
}

# Prints the reason if it fails.
fetch() {
    name=$1
    found=$(find_package "$name")
    if [ -z "$found" ]; then
        complaint=$(grep -m 1 '^[EW]:' "$work/update.log" || true)
        echo "no linux-image-$(versions_of "$name")-cloud-amd64 in $(suites_of "$name")${complaint:+ ($complaint)}"
        return 1
    fi
    version=${found% *}
    release=${found#* }
    rm -rf "$work/deb" "$work/root"
    mkdir -p "$work/deb" "$work/root"
    # shellcheck disable=SC2046  # one word per package
    if ! (cd "$work/deb" && apt-get -c "$work/apt.conf" download $(packages_of "$version" "$release")) \
        >"$work/download.log" 2>&1; then
        echo "linux-image-$release cannot be downloaded: $(grep -m 1 '^[EW]:' "$work/download.log")"
        return 1
    fi
    if ! unpack "$name"; then
        echo "linux-image-$release holds no kernel where one was expected"
        return 1
    fi
    echo "$release" >"$work/$name/version"
    echo "$modules" >"$work/$name/modules"
    rm -rf "${out:?}/$name"
    mv "$work/$name" "$out/$name"
}

note_missing() {
    mkdir -p "$out/$1"
    echo "$2" >"$work/missing"
    mv "$work/missing" "$out/$1/missing"
    echo "kernels.sh: $1: $2" >&2
}

is_forgiven() {
    case $1 in
        6.1 | 6.12) false ;;
        *) [ -n "$allow_missing" ] ;;
    esac
}

allow_missing=
if [ "${1-}" = --list ]; then
    names
    exit
fi
if [ "${1-}" = --allow-missing ]; then
    allow_missing=yes
    shift
fi
[ $# -ge 1 ] || die "usage: kernels.sh [--allow-missing] OUTDIR [NAME...], or kernels.sh --list"
mkdir -p "$1"
out=$(cd "$1" && pwd)
shift
# shellcheck disable=SC2046  # one word per name
[ $# -ge 1 ] || set -- $(names)

missing=
for name in "$@"; do
    [ -n "$(versions_of "$name")" ] || die "no kernel is called '$name'; there are: $(names | xargs)"
    is_here "$name" || missing="$missing $name"
done
[ -n "$missing" ] || exit 0

# One run at a time. The lock ends with the process that holds it, so a scratch directory that exists is from a killed run.
exec 9>"$out/.lock"
flock 9
work=$out/.fetch
rm -rf "$work"
mkdir "$work"
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

main_mirror=$(mirror Debian)
security_mirror=$(mirror Debian-Security)
write_configuration
# shellcheck disable=SC2086  # one word per name
write_sources $missing
if [ -n "$main_mirror" ]; then
    apt-get -c "$work/apt.conf" update >"$work/update.log" 2>&1 || true  # a suite that failed is reported for each kernel
else
    echo 'W: apt knows no Debian mirror here; run apt-get update first' >"$work/update.log"
fi

failed=0
for name in $missing; do
    is_here "$name" && continue
    if reason=$(fetch "$name"); then
        echo "$name: $(cat "$out/$name/version")"
    else
        note_missing "$name" "$reason"
        is_forgiven "$name" || failed=1
    fi
done
exit "$failed"
