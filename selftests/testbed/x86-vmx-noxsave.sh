# SPDX-License-Identifier: GPL-2.0
# Testbed x86-vmx-noxsave: the CPU of x86-vmx with a kernel that makes use of FXSAVE alone, for the tests that are about it; Bochs.
# shellcheck shell=bash disable=SC2034
. "$TB/bochs.sh"
tb_kernels=6.1
tb_emulator=(emulate-bochs tigerlake)
tb_append+=" noxsave"
tb_tests=fpu
