#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Runs in a testbed: load the module, run each test of /t/tests.list, unload, look for leaks.
# $zxvm_options, for the module, come from the kernel's command line.
# A test's output is replayed in one piece while the kernel's is held back, so that no line of it is torn.

level=$(cut -f1 /proc/sys/kernel/printk)
scale=${zxvm_timeout_scale:-1}

# Changing a terminal waits until all that was written to it is out.
drain() { stty echo </dev/console; }

begin() { # NAME
	echo "zxvm-test: begin $1"
	drain
	began=$(date +%s)
}

replay() { # NAME STATUS FILE
	dmesg -n 1
	sed "s/^/$1| /" "$3"
	echo "zxvm-test: end $1 $2 $(($(date +%s) - began))"
	drain
	dmesg -n "$level"
}

run_test() { # NAME [timeout=SECONDS] [OPTION]...
	limit=180
	for option; do
		case $option in timeout=*) limit=${option#timeout=} ;; esac
	done
	begin "$1"
	while sleep 20; do echo "zxvm-test: $1 is running"; done & # a sign of life
	timeout -s KILL $((limit * scale)) "/t/$1" >/tmp/output 2>&1 </dev/null
	status=$?
	kill -KILL -1 2>/dev/null
	[ $status != 137 ] || echo "# killed, perhaps after its limit of $((limit * scale)) seconds" >>/tmp/output
	replay "$1" $status /tmp/output
	rm -rf /tmp/*
}

# own NAME COMMAND...: a test of our own, one result.
own() {
	name=$1
	shift
	begin "$name"
	if "$@" >/tmp/own 2>&1; then result=ok; else result="not ok"; fi
	{ echo 1..1; sed 's/^/# /' /tmp/own; echo "$result 1 $name"; } >/tmp/output
	replay "$name" 0 /tmp/output
}

unload() {
	for _ in 1 2 3 4 5; do
		rmmod zxvm && return
		sleep 1
	done
	lsmod
	return 1
}

no_leak() {
	# The first scan finds candidates, and the second those that stayed so.
	for _ in 1 2; do
		sleep 6
		echo scan >/sys/kernel/debug/kmemleak
	done
	cat /sys/kernel/debug/kmemleak >/tmp/leaks
	# With the module gone, its functions have no names in a report.
	grep -B 12 -A 6 -E '\[zxvm\]|>\] 0x[0-9a-f]+$' /tmp/leaks | head -n 100 >&2
	! grep -qE '\[zxvm\]|>\] 0x[0-9a-f]+$' /tmp/leaks
}

# shellcheck disable=SC2086 # they are words
own module-load insmod /t/zxvm.ko ${zxvm_options:-}
while read -r name options <&3; do
	case $name in '' | '#'*) continue ;; esac
	# shellcheck disable=SC2086 # they are words
	run_test "$name" $options
done 3</t/tests.list
[ ! -e /sys/kernel/debug/kmemleak ] || own kmemleak-loaded no_leak
own module-unload unload
[ ! -e /sys/kernel/debug/kmemleak ] || own kmemleak-unloaded no_leak
