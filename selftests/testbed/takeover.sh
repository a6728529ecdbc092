#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Runs in a testbed, three times: in the kernel that the testbed boots, in a second one that takes over by kexec, and in a third
# that takes over when the second crashes. Each time guests run on all CPUs, and virtualization has to work again. Prints KTAP.
# $zxvm_life comes from the kernel's command line.
life=${zxvm_life:-1}
dmesg -n 1

say() { sed 's/^/takeover| /'; }

leave() { # TEST WORDS-FOR-THE-NEXT-KERNEL FILE-IT-DOES-NOT-NEED
	next_cmdline="$(sed 's/ zxvm_life=.*//' /proc/cmdline) zxvm_life=$((life + 1)) $2"
	export next_cmdline
	# The kernel hashes all of it, which takes Bochs half a minute. The last kernel needs no other.
	(cd / && { printf '%s\n' dev proc sys tmp && find init bin lib* t | grep -v "^$3\$"; } | cpio -o -H newc) >/tmp/next.cpio 2>/dev/null
	echo 0 >/proc/sys/kernel/watchdog
	/t/takeover "$1" | sed '/^TAP/d; /^1\.\./d' | say
}

[ "$life" != 1 ] || echo "zxvm-test: begin takeover"
if [ ! -e /sys/kernel/kexec_loaded ]; then
	echo "1..0 # SKIP this kernel has no kexec" | say
	echo "zxvm-test: end takeover 0"
	exit
fi
[ "$life" != 1 ] || echo 1..3 | say
insmod /t/zxvm.ko
if /t/takeover guests_run_on_all_cpus >/tmp/output; then result=ok; else result="not ok"; fi
{ sed 's/^/# /' /tmp/output; echo "$result $life guests run on all CPUs of kernel $life"; } | say
case $life in
1) leave leave_by_kexec crashkernel=256M none ;;
2) leave leave_by_crash '' t/kernel ;;
3) rmmod zxvm; echo "zxvm-test: end takeover $? $(cut -d. -f1 /proc/uptime)"; exit ;;
esac
echo "zxvm-test: end takeover 1"
exit 1
