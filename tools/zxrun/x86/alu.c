// SPDX-License-Identifier: GPL-2.0
/* The status flags (SDM 1, 3.4.3.1). */
#include "execute.h"

#define FLAGS_ALL	(FLAG_CF | FLAG_PF | FLAG_AF | FLAG_ZF | FLAG_SF | FLAG_OF)

static uint64_t sign_of(unsigned int size)
{
	return 1ull << (8 * size - 1);
}

static uint64_t mask_of(unsigned int size)
{
	return sign_of(size) | (sign_of(size) - 1);
}

/* What the result alone tells */
static uint64_t flags_result(uint64_t rflags, uint64_t result, unsigned int size)
{
	rflags &= ~(uint64_t)FLAGS_ALL;
	if (!(result & mask_of(size)))
		rflags |= FLAG_ZF;
	if (result & sign_of(size))
		rflags |= FLAG_SF;
	if (!(__builtin_popcount(result & 0xff) & 1))
		rflags |= FLAG_PF;
	return rflags;
}

uint64_t flags_logic(uint64_t rflags, uint64_t result, unsigned int size)
{
	return flags_result(rflags, result, size);
}

/* Bit n of carries: there is a carry out of it. */
static uint64_t flags_carries(uint64_t rflags, uint64_t carries, unsigned int size)
{
	bool out = carries & sign_of(size);
	bool in = carries & (sign_of(size) >> 1);

	if (out)
		rflags |= FLAG_CF;
	if (carries & 1u << 3)
		rflags |= FLAG_AF;
	if (out != in)
		rflags |= FLAG_OF;
	return rflags;
}

uint64_t flags_add(uint64_t rflags, uint64_t a, uint64_t b, bool carry, unsigned int size)
{
	uint64_t result = a + b + carry;

	rflags = flags_result(rflags, result, size);
	return flags_carries(rflags, (a & b) | ((a | b) & ~result), size);
}

uint64_t flags_sub(uint64_t rflags, uint64_t a, uint64_t b, bool borrow, unsigned int size)
{
	uint64_t result = a - b - borrow;

	rflags = flags_result(rflags, result, size);
	return flags_carries(rflags, (~a & b) | (~(a ^ b) & result), size);
}
