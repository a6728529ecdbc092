# SPDX-License-Identifier: GPL-2.0
# Testbed x86-vmx: Intel VMX with EPT, VPID, unrestricted guest, virtual-interrupt delivery and posted interrupts, AVX-512, XSAVES,
# protection keys, CET; Bochs.
# shellcheck shell=bash disable=SC2034
. "$TB/bochs.sh"
tb_emulator=(emulate-bochs tigerlake)
# IA32_MISC_ENABLE has no fast strings: Linux then takes the CPU's word for short ones (FSRM) but not for all (ERMS), and
# memmove() of 6.1 fails.
tb_append+=" clearcpuid=fsrm"
