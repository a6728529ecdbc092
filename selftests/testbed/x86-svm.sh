# SPDX-License-Identifier: GPL-2.0
# Testbed x86-svm: AMD SVM with nested paging and vGIF, without NRIP save and decode assists; QEMU.
# shellcheck shell=bash disable=SC2034
tb_arch=x86
tb_kernels="6.1 6.12"
tb_emulator=(emulate-qemu qemu-system-x86_64 -M pc -cpu "max,+svm" -no-user-config)
tb_append="console=ttyS0,115200 mitigations=off cryptomgr.notests secretmem.enable=1 zxvm_wakes=1"
# Seven minutes, and nothing in it depends on the kernel's version: once is enough for every run of all tests.
tb_left_out="stress/6.12"
