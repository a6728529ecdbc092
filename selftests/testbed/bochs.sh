# SPDX-License-Identifier: GPL-2.0
# What the testbeds on Bochs have in common. About 50 million instructions a second is all that Bochs emulates, so
# - a second of the host's is as many instructions (ips), the kernel is told so (tsc_early_khz: CPUID claims 3.5 GHz), and
# - limits are stretched.
# - guests leave out the 740 million instructions of the crypto self tests, as the host does (zxvm_guest).
# idle=halt: an idle CPU that waits with MWAIT would miss what another one writes.
# shellcheck shell=bash disable=SC2034
tb_arch=x86
tb_kernels="6.1 6.12"
tb_append="console=ttyS0,115200 tsc_early_khz=50000 edd=off idle=halt norandmaps nokaslr mitigations=off cryptomgr.notests zxvm_guest=cryptomgr.notests"
tb_memory=1024
tb_threads=1
tb_scale=4
# Long tests that know no vendor are x86-svm's. They can be asked for by name: make check TESTBEDS=x86-vmx/6.1 TESTS="stress
# zxrun-console". So can takeover, which takes a quarter of an hour: kexec hashes each kernel three times.
# On the debug kernel all takes Bochs ten to twenty times as long: ports and linux, which know no vendor either, are left out there.
tb_left_out="stress zxrun-console takeover ports/debug linux/debug"
