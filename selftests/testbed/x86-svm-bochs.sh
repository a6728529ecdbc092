# SPDX-License-Identifier: GPL-2.0
# Testbed x86-svm-bochs: AMD SVM with nested paging, NRIP save, pause filter and flush by ASID, without vGIF; Bochs.
# shellcheck shell=bash disable=SC2034
. "$TB/bochs.sh"
tb_emulator=(emulate-bochs trinity_apu)
