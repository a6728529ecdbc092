# SPDX-License-Identifier: GPL-2.0
# Testbed x86-svm: AMD SVM with nested paging and vGIF, without NRIP save and decode assists; QEMU.
# shellcheck shell=bash disable=SC2034
tb_arch=x86
tb_kernels="6.1 6.12"
tb_emulator=(emulate-qemu qemu-system-x86_64 -M pc -cpu "max,+svm" -no-user-config)
# With 6.12 it came up again in 45 suspends of 47; twice it reset itself behind "Suspending console(s)". Why is not known.
tb_append="console=ttyS0,115200 mitigations=off cryptomgr.notests secretmem.enable=1 zxvm_wakes=6.1."
# In QEMU 7.2 each CPU that loads an FPU's state writes the first CPU's flags back as it has just read them (cpu_clear_ignne). The
# flag that a #VMEXIT of the first CPU clears in between is set again, and the guest's state is lost: no guests there, unless it is
# the only one.
tb_spare=1
# Seven minutes, and nothing in it depends on the kernel's version: once is enough for every run of all tests.
tb_left_out="stress/6.12"
