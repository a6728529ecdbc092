# SPDX-License-Identifier: GPL-2.0
# Testbed x86-vmx-haswell: an Intel CPU that has XSAVE without XSAVES, and of what helps with an APIC the TPR shadow alone, for the
# tests that are about these; Bochs.
# shellcheck shell=bash disable=SC2034
. "$TB/bochs.sh"
tb_emulator=(emulate-bochs corei7_haswell_4770)
tb_tests="fpu exits events irqchip ipi"
