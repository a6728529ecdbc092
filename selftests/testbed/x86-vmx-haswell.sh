# SPDX-License-Identifier: GPL-2.0
# Testbed x86-vmx-haswell: an Intel CPU whose XSAVE and AVX Linux uses, for the tests that are about them; Bochs.
# shellcheck shell=bash disable=SC2034
. "$TB/bochs.sh"
tb_emulator=(emulate-bochs corei7_haswell_4770)
tb_tests="fpu exits"
