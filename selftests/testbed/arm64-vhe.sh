# SPDX-License-Identifier: GPL-2.0
# Testbed arm64-vhe: EL2 with the virtualization host extensions, GICv3.
# shellcheck shell=bash disable=SC2034
tb_arch=arm64
tb_kernels="6.1 6.12"
tb_emulator=(emulate-qemu qemu-system-aarch64 -M "virt,virtualization=on,gic-version=3" -cpu neoverse-n1)
tb_append="console=ttyAMA0 kvm-arm.mode=none"
