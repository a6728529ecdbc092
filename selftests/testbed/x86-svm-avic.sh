# SPDX-License-Identifier: GPL-2.0
# Testbed x86-svm-avic: x86-svm-bochs with decode assists and AVIC; only the tests that are about them.
# shellcheck shell=bash disable=SC2034
. "$TB/bochs.sh"
tb_emulator=(emulate-bochs ryzen)
tb_append+=" zxvm_options=avic=1"
tb_tests="exits traps mem io events irqchip ipi corners"
