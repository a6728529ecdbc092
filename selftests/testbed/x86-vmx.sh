# SPDX-License-Identifier: GPL-2.0
# Testbed x86-vmx: Intel VMX with EPT, VPID, unrestricted guest and virtual-interrupt delivery; Bochs.
# Linux does not use XSAVE and AVX on this model: see x86-vmx-haswell.
# shellcheck shell=bash disable=SC2034
. "$TB/bochs.sh"
tb_emulator=(emulate-bochs corei7_skylake_x)
