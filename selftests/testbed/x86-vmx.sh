# SPDX-License-Identifier: GPL-2.0
# Testbed x86-vmx: Intel VMX with EPT, VPID, unrestricted guest and virtual-interrupt delivery, AVX-512; Bochs.
# shellcheck shell=bash disable=SC2034
. "$TB/bochs.sh"
tb_emulator=(emulate-bochs corei7_skylake_x)
# Its sizes of compacted XSAVE areas do not add up. Linux would find out, warn, and leave all of XSAVE alone: hide XSAVEC and XSAVES,
# bits 1 and 3 of the kernel's word 10.
tb_append+=" clearcpuid=321,323"
