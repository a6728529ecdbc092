/* SPDX-License-Identifier: GPL-2.0 */
#ifndef ZXVM_UNIT_PROCESSOR_FLAGS_H
#define ZXVM_UNIT_PROCESSOR_FLAGS_H

#define X86_CR0_WP		(1UL << 16)
#define X86_CR0_PG		(1UL << 31)
#define X86_CR4_PSE		(1UL << 4)
#define X86_CR4_PAE		(1UL << 5)
#define X86_CR4_LA57		(1UL << 12)
#define X86_CR4_SMEP		(1UL << 20)
#define X86_CR4_SMAP		(1UL << 21)

#endif /* ZXVM_UNIT_PROCESSOR_FLAGS_H */
