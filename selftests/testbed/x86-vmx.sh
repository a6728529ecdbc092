# SPDX-License-Identifier: GPL-2.0
# Testbed x86-vmx: Intel VMX with EPT, VPID, unrestricted guest and virtual-interrupt delivery; Bochs.
# Without XSAVE and AVX for Linux: see x86-vmx-haswell.
# shellcheck shell=bash disable=SC2034
. "$TB/bochs.sh"
tb_emulator=(emulate-bochs corei7_skylake_x)
# Its sizes of XSAVE areas do not add up. Linux would find out, warn, and leave XSAVE alone.
tb_append+=" noxsave"
