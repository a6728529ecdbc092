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

void zxvm_tables_init(void);

#endif /* ZXVM_X86_TABLES_H */
