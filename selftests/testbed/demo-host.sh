#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Runs in the demo's testbed: load the module and boot a guest. $zxvm_shell, $zxvm_size and $zxvm_cpus come from the kernel's command line.
insmod /t/zxvm.ko || exit
[ -z "$zxvm_size" ] || stty rows "${zxvm_size%x*}" cols "${zxvm_size#*x}"
echo "testbed: $(uname -sr) with zxvm loaded; booting the guest"
# Host and guest are of one architecture, and their serial lines have the same name.
console=$(sed 's/.* //' /sys/class/tty/console/active)
zxrun -c "${zxvm_cpus:-4}" -m 512 -i /t/shell.cpio -a "console=$console ${zxvm_guest:-} ${zxvm_shell:+quiet zxvm_shell=1 zxvm_size=$zxvm_size}" /t/Image
status=$?
echo "testbed: zxrun ended with status $status"
# 130: the user told zxrun to quit.
[ $status = 130 ] || exit $status
