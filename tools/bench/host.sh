#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154 # $bench_*: from the kernel's command line
# Runs in a testbed: measure what the kernel's command line says: $bench_on is zxvm or kvm, $bench_args are for the bench.
# The bench's threads have real-time priorities: let them have all of the CPU, but for what interrupts leave to be done.
echo -1 >/proc/sys/kernel/sched_rt_runtime_us
softirqs=$(pidof ksoftirqd/0) || exit
# Let the work of the boot end. It costs nothing: idle time is skipped.
sleep 5
if [ "$bench_on" = zxvm ]; then
	if [ -e /t/floor.ko ]; then
		insmod /t/floor.ko || exit
		dmesg | sed -n 's/.*floor: row /row /p'
		rmmod floor
	fi
	insmod /t/zxvm.ko || exit
fi
# Where KVM is a module. One of the two is of the other make.
if [ "$bench_on" = kvm ] && [ -e /t/kvm.ko ]; then
	insmod /t/irqbypass.ko && insmod /t/kvm.ko || exit
	insmod /t/kvm-intel.ko 2>/dev/null || insmod /t/kvm-amd.ko || exit
fi
# shellcheck disable=SC2086 # lists
/t/bench -p "$softirqs" $bench_args "$bench_on" $bench_rows || exit
[ -e /t/initramfs ] || exit 0
# The first warms up.
for _ in 1 2 3 4; do /t/bench -l "$bench_on" /t/vmlinuz-* /t/initramfs || exit; done
