#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Runs in the demo's testbed: load the module and boot a guest. $zxvm_shell and $zxvm_size come from the kernel's command line.
insmod /t/zxvm.ko || exit
[ -z "$zxvm_size" ] || stty rows "${zxvm_size%x*}" cols "${zxvm_size#*x}"
echo "testbed: $(uname -sr) with zxvm loaded; booting the guest"
zxrun -c 2 -m 512 -i /t/shell.cpio -a "console=ttyAMA0 ${zxvm_shell:+quiet zxvm_shell=1 zxvm_size=$zxvm_size}" /t/Image
status=$?
echo "testbed: zxrun ended with status $status"
exit $status
