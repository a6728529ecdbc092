/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Registers of a VCPU for tests that hold for every machine. */
#ifndef LIBZX_TEST_ARCH_H
#define LIBZX_TEST_ARCH_H

#include "../src/arch.h"

#if defined(__aarch64__)

#define FLAGS		0x60000000u
#define FLAGS_NOT_GIVEN	FLAGS		/* always given */
#define FLAGS_SAME	0x60000001u	/* in all that a VMM may change */
#define FLAGS_OTHER	0x80000000u

static inline uint64_t *arch_general(zx_vcpu_state_t *state)
{
	return &state->x[0];
}

static inline uint64_t arch_stack(const zx_vcpu_state_t *state)
{
	return state->sp;
}

static inline void arch_set_flags(zx_vcpu_state_t *state, uint32_t flags)
{
	state->cpsr = flags;
	memset(state->padding1, 0, sizeof(state->padding1));
}

static inline uint64_t arch_page_flags(const struct zxvm_vcpu_page *page)
{
	return page->state.arm64.cpsr;
}

#elif defined(__x86_64__)

#define FLAGS		0x202u
#define FLAGS_NOT_GIVEN	0x000u
#define FLAGS_SAME	0x002u		/* in all that a VMM may change */
#define FLAGS_OTHER	0x043u

static inline uint64_t *arch_general(zx_vcpu_state_t *state)
{
	return &state->rax;
}

static inline uint64_t arch_stack(const zx_vcpu_state_t *state)
{
	return state->rsp;
}

static inline void arch_set_flags(zx_vcpu_state_t *state, uint32_t flags)
{
	state->rflags = flags;
}

static inline uint64_t arch_page_flags(const struct zxvm_vcpu_page *page)
{
	return page->state.x86.rflags;
}

#endif

#endif /* LIBZX_TEST_ARCH_H */
