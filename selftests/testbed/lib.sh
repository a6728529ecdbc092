# SPDX-License-Identifier: GPL-2.0
# Shared by the testbed scripts: where things are, how kernels are named, how a step is announced.
# shellcheck shell=bash
set -euo pipefail
export LC_ALL=C

TB=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
TOP=$(cd "$TB/../.." && pwd)
CACHE=${ZXVM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/zxvm}
export TB TOP CACHE

# shellcheck disable=SC2034 # for the scripts that source this file
KERNELS="6.1 6.12"

say() { printf 'zxvm: %s\n' "$*" >&2; }
die() { printf 'zxvm: error: %s\n' "$*" >&2; exit 1; }

# quietly LOG COMMAND...: run a command with its output in LOG; show the log only if the command fails.
quietly() {
	local log=$1
	shift
	mkdir -p "$(dirname "$log")"
	"$@" >"$log" 2>&1 </dev/null || {
		tail -n 60 "$log" >&2
		die "$1 failed (all of its output is in $log)"
	}
}

# lock_cache WHAT: runs that share the cache take turns until this script ends.
lock_cache() {
	mkdir -p "$CACHE"
	exec {CACHE_LOCK}>"$CACHE/lock.$1"
	flock -n "$CACHE_LOCK" && return
	say "waiting for another run that uses $CACHE"
	flock "$CACHE_LOCK"
}

# A kernel is named by an alias: 6.1 and 6.12 are Debian's stock kernels, debug is our own build.
kernel_root() { printf '%s/kernel-%s' "$CACHE" "$1"; }
kernel_release() { cat "$(kernel_root "$1")/release" 2>/dev/null || die "no kernel $1 here: run selftests/testbed/fetch"; }

# The architecture's name in Debian's packages.
deb_arch() { case $1 in x86) echo amd64 ;; *) echo "$1" ;; esac; }

kernel_headers() { # ARCH ALIAS
	local root
	root=$(kernel_root "$2")
	case $2 in
	debug) echo "$root/build" ;;
	*) echo "$root/usr/src/linux-headers-$(kernel_release "$2")-$(deb_arch "$1")" ;;
	esac
}

kernel_image() { # ARCH ALIAS
	local root
	root=$(kernel_root "$2")
	case $2 in
	debug) echo "$root/build/arch/arm64/boot/Image" ;;
	*) echo "$root/boot/vmlinuz-$(kernel_release "$2")-$(deb_arch "$1")" ;;
	esac
}

cross_compile() { case $1 in arm64) echo aarch64-linux-gnu- ;; esac; }

sysroot() { printf '%s/sysroot-%s' "$CACHE" "$1"; }
build_dir() { printf '%s/build/%s-%s' "$CACHE" "$1" "$2"; } # ARCH ALIAS-or-purpose

# The project's own files: what git tracks or would track. A tree that came as a tarball has no git.
source_files() {
	local f
	if git -C "$TOP" rev-parse --is-inside-work-tree >/dev/null 2>&1; then
		git -C "$TOP" ls-files -co --exclude-standard --deduplicate -- "$@"
	else
		(cd "$TOP" && find "$@" -path ./.git -prune -o -type f -print | sed 's|^\./||')
	fi | sort -u | while read -r f; do
		if [ -e "$TOP/$f" ]; then printf '%s\n' "$f"; fi
	done
}
