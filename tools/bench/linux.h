/* SPDX-License-Identifier: GPL-2.0 */
/* The row linux: what its machines have in common, and what differs. */
#ifndef BENCH_LINUX_H
#define BENCH_LINUX_H

#include "../zxrun/devices/device.h"
#include "bench.h"

#define LINUX_MEMORY	(128UL << 20)

/* What the kernel is told on every machine */
#define LINUX_WORDS	"norandmaps mitigations=off cryptomgr.notests panic=-1"

/* linux.c */
const uint8_t *linux_file(const char *path, size_t *size);
void linux_line_init(struct line *line, struct vm *vm, unsigned int number);
void linux_console(struct serial *serial);
uint8_t linux_last_printed(void);
int64_t linux_now(void);
void linux_arm(struct alarm_clock *alarm, int64_t second);

/*
 * ARCH/linux.c: create @vm with its memory, @vcpu and devices; load a kernel;
 * answer an event, until that is what the first process does.
 */
void linux_arch_create(struct vm *vm, struct vcpu *vcpu);
void linux_arch_load(struct vm *vm, const char *kernel, const char *initramfs);
bool linux_arch_serve(struct vcpu *vcpu);

#endif /* BENCH_LINUX_H */
