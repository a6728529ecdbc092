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

# A kernel is named by its architecture and an alias: 6.1 and 6.12 are Debian's stock kernels, debug is our own build.
kernel_root() { printf '%s/kernel-%s-%s' "$CACHE" "$1" "$2"; } # ARCH ALIAS
kernel_release() { # ARCH ALIAS
	cat "$(kernel_root "$1" "$2")/release" 2>/dev/null || die "no kernel $2 for $1 here: run selftests/testbed/fetch $1"
}

# The architecture's name in Debian's packages, and the flavour of its kernels that the testbeds boot:
# of those for amd64, the one for clouds has few drivers and needs little time to boot.
deb_arch() { case $1 in x86) echo amd64 ;; *) echo "$1" ;; esac; }
deb_flavour() { case $1 in x86) echo cloud-amd64 ;; *) echo "$1" ;; esac; }

kernel_headers() { # ARCH ALIAS [FLAVOUR]
	local root
	root=$(kernel_root "$1" "$2")
	case $2 in
	debug) echo "$root/build" ;;
	*) echo "$root/usr/src/linux-headers-$(kernel_release "$1" "$2")-${3:-$(deb_flavour "$1")}" ;;
	esac
}

kernel_image() { # ARCH ALIAS
	local root
	root=$(kernel_root "$1" "$2")
	case $2 in
	debug) echo "$root/build/arch/$1/boot/$(image_name "$1")" ;;
	*) echo "$root/boot/vmlinuz-$(kernel_release "$1" "$2")-$(deb_flavour "$1")" ;;
	esac
}

# What a kernel's makefile calls the image that it builds
image_name() { case $1 in x86) echo bzImage ;; *) echo Image ;; esac; }

# The prefix of the compiler for an architecture: none on a machine that is of this architecture.
cross_compile() {
	case $1/$(uname -m) in
	arm64/aarch64 | x86/x86_64) ;;
	arm64/*) echo aarch64-linux-gnu- ;;
	x86/*) echo x86_64-linux-gnu- ;;
	*) die "there is no architecture $1" ;;
	esac
}

kvm_modules() { # ALIAS
	case $1 in
	debug) echo "$(kernel_root x86 debug)/kvm" ;;
	*) echo "$CACHE/kvm-$1" ;;
	esac
}
bochs_root() { printf '%s/bochs' "$CACHE"; }
sysroot() { printf '%s/sysroot-%s' "$CACHE" "$1"; }
build_dir() { printf '%s/build/%s-%s' "$CACHE" "$1" "$2"; } # ARCH ALIAS-or-purpose

# claim DIRECTORY: make it if it is not there, and empty it if what another clone of the project has built is in it.
claim() {
	[ "$(cat "$1/.tree" 2>/dev/null)" != "$TOP" ] || return 0
	rm -rf "${1:?}"
	mkdir -p "$1"
	echo "$TOP" >"$1/.tree"
}

# The testbeds that there are, and what one is: its file sets
#   tb_arch      the architecture, as the kernel's makefiles call it
#   tb_kernels   the kernels that 'check' boots on it
#   tb_emulator  the program that emulates it (emulate-...) and its options
#   tb_append    words for the kernel's command line
#   tb_memory    MiB
#   tb_threads   CPUs of this machine that the emulator keeps busy
#   tb_spare     CPUs, from the first on, that the emulator has besides those asked for if they are several, and that run no guests
#   tb_scale     a test may take this many times as long as its limit says
#   tb_tests     the tests that 'check' runs on it, if not all
#   tb_left_out  those that it does not, with the reason: NAME, or NAME/KERNEL on one kernel
testbed_names() { (cd "$TB" && grep -l '^tb_emulator=' -- *.sh | sed 's/\.sh$//'); }
load_testbed() { # NAME
	[ -r "$TB/$1.sh" ] || die "there is no testbed $1"
	# shellcheck disable=SC2034 # for the scripts that source this file
	tb_memory=2048 tb_threads=2 tb_spare=0 tb_scale=1 tb_tests='' tb_left_out=''
	# shellcheck source=arm64-vhe.sh
	. "$TB/$1.sh"
}

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
