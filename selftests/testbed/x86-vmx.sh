# SPDX-License-Identifier: GPL-2.0
# Testbed x86-vmx: Intel VMX with EPT, VPID, unrestricted guest, virtual-interrupt delivery and posted interrupts, AVX-512, XSAVES,
# protection keys, CET; Bochs.
# shellcheck shell=bash disable=SC2034
. "$TB/bochs.sh"
tb_emulator=(emulate-bochs tigerlake)
