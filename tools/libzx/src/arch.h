/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The register state in the VCPU page, as zx_vcpu_state_t has it.
 *
 * General registers may be copied as they are. The stack pointer and the
 * flags are up to date when their bit is in @valid, or in @dirty because we
 * stored them; storing them takes setting their dirty bit, which costs the
 * next enter, so it is done for a change alone.
 */
#ifndef LIBZX_ARCH_H
#define LIBZX_ARCH_H

#include <string.h>

#include "internal.h"

#define PAGE_ALL (ZXVM_PAGE_SP | ZXVM_PAGE_FLAGS)

#if defined(__aarch64__)

#define ARCH_ADDRESS_BITS 48
#define ARCH_HAS_IO	0
#define ARCH_NZCV	0xf0000000u

_Static_assert(sizeof(struct zxvm_vcpu_state_arm64) == sizeof(zx_vcpu_state_t),
	       "one layout");

static inline void *arch_page_state(struct zxvm_vcpu_page *page)
{
	return &page->state.arm64;
}

/* What we stored and no enter has taken over yet wins. */
static inline void arch_merge_dirty(const struct zxvm_vcpu_page *page,
				    zx_vcpu_state_t *state)
{
	if (page->dirty & ZXVM_PAGE_SP)
		state->sp = page->state.arm64.sp;
	if (page->dirty & ZXVM_PAGE_FLAGS)
		state->cpsr = page->state.arm64.cpsr;
}

static inline void arch_write_page(struct zxvm_vcpu_page *page,
				   const zx_vcpu_state_t *state)
{
	struct zxvm_vcpu_state_arm64 *to = &page->state.arm64;
	uint32_t known = page->valid | page->dirty;
	uint32_t cpsr = state->cpsr & ARCH_NZCV;

	memcpy(to->x, state->x, sizeof(to->x));
	if (!(known & ZXVM_PAGE_SP) || to->sp != state->sp) {
		to->sp = state->sp;
		page->dirty |= ZXVM_PAGE_SP;
	}
	if (!(known & ZXVM_PAGE_FLAGS) || to->cpsr != cpsr) {
		to->cpsr = cpsr;
		page->dirty |= ZXVM_PAGE_FLAGS;
	}
}

static inline void arch_write_io(struct zxvm_vcpu_page *page,
				 const zx_vcpu_io_t *io)
{
	(void)page;
	(void)io;
}

#elif defined(__x86_64__)

#define ARCH_ADDRESS_BITS 47
#define ARCH_HAS_IO	1
#define ARCH_FLAGS_GIVEN (1u << 1)
#define ARCH_FLAGS	0x244dd5u	/* those that a VMM may change */

_Static_assert(sizeof(struct zxvm_vcpu_state_x86) == sizeof(zx_vcpu_state_t),
	       "one layout");

static inline void *arch_page_state(struct zxvm_vcpu_page *page)
{
	return &page->state.x86;
}

/* What we stored and no enter has taken over yet wins. */
static inline void arch_merge_dirty(const struct zxvm_vcpu_page *page,
				    zx_vcpu_state_t *state)
{
	if (page->dirty & ZXVM_PAGE_SP)
		state->rsp = page->state.x86.rsp;
	if (page->dirty & ZXVM_PAGE_FLAGS)
		state->rflags = page->state.x86.rflags;
}

static inline void arch_write_page(struct zxvm_vcpu_page *page,
				   const zx_vcpu_state_t *state)
{
	struct zxvm_vcpu_state_x86 *to = &page->state.x86;
	uint32_t known = page->valid | page->dirty;
	uint64_t rflags = to->rflags;
	uint64_t rsp = to->rsp;

	memcpy(to, state, sizeof(*to));
	if (!(known & ZXVM_PAGE_SP) || rsp != state->rsp)
		page->dirty |= ZXVM_PAGE_SP;
	to->rflags = rflags;
	if (!(state->rflags & ARCH_FLAGS_GIVEN))
		return;
	if (!(known & ZXVM_PAGE_FLAGS) ||
	    (rflags ^ state->rflags) & ARCH_FLAGS) {
		to->rflags = state->rflags;
		page->dirty |= ZXVM_PAGE_FLAGS;
	}
}

static inline void arch_write_io(struct zxvm_vcpu_page *page,
				 const zx_vcpu_io_t *io)
{
	memcpy(&page->state.x86.rax, io->data, io->access_size);
}

#endif

#endif /* LIBZX_ARCH_H */
