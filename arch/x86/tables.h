/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The tables that are made once from what the host has.
 */
#ifndef ZXVM_X86_TABLES_H
#define ZXVM_X86_TABLES_H

#include <linux/cache.h>

#include "cpuid.h"
#include "msr.h"

extern struct cpuid_table zxvm_cpuid_table __ro_after_init;
extern struct msr_table zxvm_msr_table __ro_after_init;

/* Of guests: width of a physical address; pages of 1 GiB */
extern u8 zxvm_guest_phys_bits __ro_after_init;
extern bool zxvm_guest_pages_1g __ro_after_init;

void zxvm_tables_init(void);

#endif /* ZXVM_X86_TABLES_H */
