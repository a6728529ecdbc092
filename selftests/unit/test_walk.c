// SPDX-License-Identifier: GPL-2.0
/*
 * arch/x86/walk.c: tables made by hand in each paging mode, and random ones
 * against a model that is written from the manual's figures, bit by bit.
 */
#include <string.h>

#include <asm/msr-index.h>
#include <asm/processor-flags.h>

#include <linux/errno.h>

#include "test.h"
#include "walk.h"

#define MEMORY		0x10000
#define USER		WALK_USER
#define P_FAULT		0x1

/* The guest's memory: the first 64 KiB, and nothing behind it */
static u8 memory[MEMORY];
static unsigned int reads;

static int read_memory(void *ctx, u64 gpa, u64 *word)
{
	CHECK(!(gpa & 7));
	CHECK(ctx == memory);
	reads++;
	if (gpa > MEMORY - 8)
		return -EIO;
	memcpy(word, memory + gpa, 8);
	return 0;
}

static void put64(u64 gpa, u64 entry)
{
	memcpy(memory + gpa, &entry, 8);
}

static void put32(u64 gpa, u32 entry)
{
	memcpy(memory + gpa, &entry, 4);
}

static const struct walk_regs no_paging;

static const struct walk_regs legacy = {
	.cr0 = X86_CR0_PG | X86_CR0_WP,
	.cr3 = 0x1018,		/* PCD and PWT say nothing here */
	.cr4 = X86_CR4_PSE,
	.phys_bits = 40,
};

static const struct walk_regs pae = {
	.cr0 = X86_CR0_PG | X86_CR0_WP,
	.cr3 = 0x1020,		/* aligned to 32 bytes */
	.cr4 = X86_CR4_PAE,
	.efer = EFER_NX,
	.phys_bits = 40,
};

static const struct walk_regs four = {
	.cr0 = X86_CR0_PG | X86_CR0_WP,
	.cr3 = 0x8000000000001fffULL,	/* no PCID, and PCID 0xfff */
	.cr4 = X86_CR4_PAE,
	.efer = EFER_LMA | EFER_NX,
	.phys_bits = 40,
	.pages_1g = true,
};

static const struct walk_regs five = {
	.cr0 = X86_CR0_PG | X86_CR0_WP,
	.cr3 = 0x1000,
	.cr4 = X86_CR4_PAE | X86_CR4_LA57,
	.efer = EFER_LMA | EFER_NX,
	.phys_bits = 52,
	.pages_1g = true,
};

static void translates(const struct walk_regs *regs, u64 address, u32 access,
		       u64 want)
{
	u64 gpa = ~0ULL;
	u32 error;

	reads = 0;
	CHECK_EQ(walk_address(regs, address, access, read_memory, memory, &gpa,
			      &error), 0);
	CHECK_EQ(gpa, want);
}

static void faults(const struct walk_regs *regs, u64 address, u32 access,
		   u32 want)
{
	u32 error = ~0U;
	u64 gpa;

	CHECK_EQ(walk_address(regs, address, access, read_memory, memory, &gpa,
			      &error), WALK_PAGE_FAULT);
	CHECK_EQ(error, want);
}

static void returns(const struct walk_regs *regs, u64 address, int want)
{
	u32 error;
	u64 gpa;

	CHECK_EQ(walk_address(regs, address, 0, read_memory, memory, &gpa,
			      &error), (u64)want);
}

static void clear(void)
{
	memset(memory, 0, sizeof(memory));
}

static void test_no_paging(void)
{
	translates(&no_paging, 0x123456789, WALK_WRITE | USER, 0x23456789);
	translates(&no_paging, 0xfffffff0, WALK_FETCH, 0xfffffff0);
	CHECK_EQ(reads, 0);
}

static void test_32bit(void)
{
	struct walk_regs regs = legacy;
	u64 at = 0x00c03abc;		/* PDE 3, PTE 3 */

	clear();
	faults(&legacy, at, USER, WALK_ERROR_U);
	put32(0x100c, 0x2007);
	faults(&legacy, at, WALK_FETCH, 0);
	put32(0x200c, 0xabcde007);
	translates(&legacy, at, USER | WALK_WRITE, 0xabcdeabc);
	CHECK_EQ(reads, 2);
	translates(&legacy, at | BIT_ULL(35), 0, 0xabcdeabc);
	/* Bit 7 of a PTE is the PAT's. */
	put32(0x200c, 0xabcde087);
	translates(&legacy, at, 0, 0xabcdeabc);

	/* 4 MiB, above 4 GiB: bits 39:32 are in bits 20:13 */
	put32(0x100c, 0xffc00087 | 0xa5 << 13);
	translates(&legacy, 0x00f23abc, 0, 0xa5fff23abcULL);
	put32(0x100c, 0xffc01087);	/* PAT */
	translates(&legacy, 0x00f23abc, 0, 0xfff23abc);
	put32(0x100c, 0xffe00087);
	faults(&legacy, 0x00f23abc, 0, P_FAULT | WALK_ERROR_RSVD);
	regs.phys_bits = 36;
	put32(0x100c, 0xffc00087 | 0x0f << 13);
	translates(&regs, 0x00f23abc, 0, 0x0ffff23abcULL);
	put32(0x100c, 0xffc00087 | 0x10 << 13);
	faults(&regs, 0x00f23abc, USER | WALK_WRITE,
	       P_FAULT | WALK_ERROR_RSVD | WALK_ERROR_U | WALK_ERROR_W);

	/* Without CR4.PSE that bit is ignored. */
	regs.cr4 = 0;
	put32(0x100c, 0x2087);
	put32(0x2000 + 4 * 0x323, 0x5007);
	translates(&regs, 0x00f23abc, 0, 0x5abc);
}

static void test_pae(void)
{
	struct walk_regs regs = pae;
	u64 at = 0xc0403abc;		/* PDPTE 3, PDE 2, PTE 3 */

	clear();
	faults(&pae, at, 0, 0);
	put64(0x1038, 0x2001);
	faults(&pae, at, WALK_FETCH, WALK_ERROR_ID);
	put64(0x2010, 0x3007);
	faults(&pae, at, 0, 0);
	put64(0x3018, 0xabcdef0007ULL);
	translates(&pae, at, USER | WALK_WRITE, 0xabcdef0abcULL);
	CHECK_EQ(reads, 3);
	translates(&pae, at | BIT_ULL(40), 0, 0xabcdef0abcULL);
	put64(0x2010, 0x80000000e7ULL);
	translates(&pae, at, WALK_FETCH, 0x8000003abcULL);
	put64(0x2010, 0x80000020e7ULL);
	faults(&pae, at, 0, P_FAULT | WALK_ERROR_RSVD);

	/* Reserved: what is above the width, and much of a PDPTE */
	put64(0x2010, 0x100000000e7ULL);
	faults(&pae, at, 0, P_FAULT | WALK_ERROR_RSVD);
	put64(0x2010, 0x40000000000000e7ULL);
	faults(&pae, at, 0, P_FAULT | WALK_ERROR_RSVD);
	put64(0x2010, 0xe7);
	put64(0x1038, 0x2003);
	faults(&pae, at, 0, P_FAULT | WALK_ERROR_RSVD);
	put64(0x1038, 0x2081);
	faults(&pae, at, 0, P_FAULT | WALK_ERROR_RSVD);
	put64(0x1038, 0x8000000000002001ULL);
	faults(&pae, at, 0, P_FAULT | WALK_ERROR_RSVD);
	put64(0x1038, 0x2e19);
	translates(&pae, at, 0, 0x3abc);
	put64(0x2010, 0x80000000000000e7ULL);
	translates(&pae, at, 0, 0x3abc);
	faults(&pae, at, WALK_FETCH, P_FAULT | WALK_ERROR_ID);
	regs.efer = 0;
	faults(&regs, at, WALK_FETCH, P_FAULT | WALK_ERROR_RSVD);
}

static void test_four_levels(void)
{
	struct walk_regs regs = four;
	u64 at = 0xffff808040403abcULL;	/* 257, 1, 2, 3 */

	clear();
	faults(&four, at, 0, 0);
	put64(0x1808, 0x2007);
	put64(0x2008, 0x3007);
	put64(0x3010, 0x4007);
	put64(0x4018, 0x78abcdef0007007ULL);
	faults(&four, at, 0, P_FAULT | WALK_ERROR_RSVD);
	put64(0x4018, 0x7ff0000000007087ULL);	/* ignored bits, PAT */
	translates(&four, at, USER | WALK_WRITE | WALK_FETCH, 0x7abc);
	CHECK_EQ(reads, 4);

	returns(&four, 0x0000808040403abcULL, WALK_NON_CANONICAL);
	returns(&four, 0x0000800000000000ULL, WALK_NON_CANONICAL);
	returns(&four, 0xffff7fffffffffffULL, WALK_NON_CANONICAL);
	faults(&four, 0x00007fffffffffffULL, 0, 0);
	faults(&four, 0xffff800000000000ULL, 0, 0);

	put64(0x3010, 0x6000e7ULL);		/* 2 MiB */
	translates(&four, at, 0, 0x603abc);
	put64(0x3010, 0x6010e7ULL);		/* its PAT bit */
	translates(&four, at, 0, 0x603abc);
	put64(0x3010, 0x7000e7ULL);
	faults(&four, at, 0, P_FAULT | WALK_ERROR_RSVD);
	put64(0x2008, 0xc00000e7ULL);		/* 1 GiB */
	translates(&four, at, 0, 0xc0403abc);
	put64(0x2008, 0xe00000e7ULL);
	faults(&four, at, 0, P_FAULT | WALK_ERROR_RSVD);
	put64(0x2008, 0xc00000e7ULL);
	regs.pages_1g = false;
	faults(&regs, at, 0, P_FAULT | WALK_ERROR_RSVD);
	put64(0x1808, 0x2087);
	faults(&four, at, 0, P_FAULT | WALK_ERROR_RSVD);

	/* Tables that are nowhere */
	put64(0x1808, MEMORY | 7);
	returns(&four, at, -EIO);
}

static void test_five_levels(void)
{
	u64 at = 0xff00808040403abcULL;	/* 256, 257, 1, 2, 3 */

	clear();
	put64(0x1800, 0x2007);
	put64(0x2808, 0x3007);
	put64(0x3008, 0x4007);
	put64(0x4010, 0x5007);
	put64(0x5018, 0xffffffffff007ULL);
	translates(&five, at, USER | WALK_WRITE | WALK_FETCH,
		   0xffffffffffabcULL);
	CHECK_EQ(reads, 5);
	returns(&five, 0x0100000000000000ULL, WALK_NON_CANONICAL);
	returns(&five, 0xfeffffffffffffffULL, WALK_NON_CANONICAL);
	faults(&five, 0x00ffffffffffffffULL, 0, 0);
	faults(&five, 0x0000800000000000ULL, 0, 0);
	put64(0x1800, 0x2087);
	faults(&five, at, 0, P_FAULT | WALK_ERROR_RSVD);
}

/* Makes a page at 0 with @rights in the PTE and @above in the other levels */
static void page(u64 rights, u64 above)
{
	clear();
	put64(0x1000, 0x2001 | above);
	put64(0x2000, 0x3001 | above);
	put64(0x3000, 0x4001 | above);
	put64(0x4000, 0x5001 | rights);
}

static void test_rights(void)
{
	const u32 p = P_FAULT, w = WALK_ERROR_W, u = WALK_ERROR_U;
	const u64 nx = BIT_ULL(63);
	struct walk_regs regs = four;

	/* A kernel's page, to be read alone; above it everything is allowed */
	page(0, 6);
	translates(&four, 0, 0, 0x5000);
	translates(&four, 0, WALK_FETCH, 0x5000);
	faults(&four, 0, WALK_WRITE, p | w);
	faults(&four, 0, USER, p | u);
	faults(&four, 0, USER | WALK_WRITE, p | u | w);
	faults(&four, 0, USER | WALK_FETCH, p | u | WALK_ERROR_ID);
	regs.cr0 &= ~X86_CR0_WP;
	translates(&regs, 0, WALK_WRITE, 0x5000);

	/* All levels have to allow it, and one that forbids to execute will do */
	page(6, 2);
	faults(&four, 0, USER, p | u);
	translates(&four, 0, WALK_WRITE, 0x5000);
	page(6, 4);
	faults(&four, 0, USER | WALK_WRITE, p | u | w);
	faults(&regs, 0, USER | WALK_WRITE, p | u | w);
	translates(&four, 0, USER, 0x5000);
	page(6, 6 | nx);
	translates(&four, 0, USER | WALK_WRITE, 0x5000);
	faults(&four, 0, WALK_FETCH, p | WALK_ERROR_ID);
	faults(&four, 0, USER | WALK_FETCH, p | u | WALK_ERROR_ID);

	/* A user's page, and a kernel that is not to touch it */
	page(6, 6);
	regs = four;
	regs.cr4 |= X86_CR4_SMEP;
	translates(&regs, 0, USER | WALK_FETCH, 0x5000);
	translates(&regs, 0, WALK_WRITE, 0x5000);
	faults(&regs, 0, WALK_FETCH, p | WALK_ERROR_ID);
	regs.efer = EFER_LMA;
	faults(&regs, 0, WALK_FETCH, p | WALK_ERROR_ID);
	regs.cr4 = X86_CR4_PAE | X86_CR4_SMAP;
	translates(&regs, 0, USER | WALK_WRITE, 0x5000);
	translates(&regs, 0, WALK_FETCH, 0x5000);
	faults(&regs, 0, 0, p);
	faults(&regs, 0, WALK_WRITE, p | w);
	regs.ac = true;
	translates(&regs, 0, WALK_WRITE, 0x5000);

	/* Without NX and SMEP nobody says that it was a fetch. */
	page(0, 6);
	regs.cr4 = X86_CR4_PAE;
	faults(&regs, 0, USER | WALK_FETCH, p | u);
}

/*
 * The model: what a bit of an entry is, by the figures of SDM vol. 3, 4.3 to
 * 4.5. One level, then all others.
 */
struct model {
	const struct walk_regs *regs;
	u64 address;
	u32 access;
	bool legacy, pae, nxe;
	bool all_w, all_u, any_nx;
};

static bool model_is_large(const struct model *m, u64 e, int level)
{
	if (level == 1 || !(e >> 7 & 1))
		return false;
	if (m->legacy)
		return m->regs->cr4 & X86_CR4_PSE;
	return level == 2 || (level == 3 && !m->pae && m->regs->pages_1g);
}

static bool model_reserved(const struct model *m, int bit, int level,
			   bool large)
{
	int phys = m->regs->phys_bits;

	if (m->legacy)
		return large && ((bit >= 13 && bit <= 20 &&
				  bit - 13 + 32 >= phys) || bit == 21);
	if (bit == 63)
		return !m->nxe || (m->pae && level == 3);
	if (bit >= 52)
		return m->pae;
	if (bit >= phys)
		return true;
	if (m->pae && level == 3)
		return bit == 1 || bit == 2 || (bit >= 5 && bit <= 8);
	if (bit == 7)
		return level > 1 && !large && (level > 3 || level == 3);
	if (large)
		return bit >= 13 && bit < (level == 2 ? 21 : 30);
	return false;
}

/* Return as walk_address(); the error code without what the access says */
static int model_level(struct model *m, u64 table, int level, u64 *gpa,
		       u32 *error)
{
	int size = m->legacy ? 4 : 8, bits = m->legacy ? 10 : 9, bit;
	int low = 12 + bits * (level - 1);
	u64 at = table + (m->address >> low) % (1ULL << bits) * size, e = 0;
	bool large;

	*error = 0;
	if (at > MEMORY - size)
		return -EIO;
	memcpy(&e, memory + at, size);
	if (!(e & 1))
		return WALK_PAGE_FAULT;
	large = model_is_large(m, e, level);
	*error = P_FAULT | WALK_ERROR_RSVD;
	for (bit = 0; bit < size * 8; bit++) {
		if ((e >> bit & 1) && model_reserved(m, bit, level, large))
			return WALK_PAGE_FAULT;
	}
	if (!(m->pae && level == 3)) {
		m->all_w = m->all_w && (e >> 1 & 1);
		m->all_u = m->all_u && (e >> 2 & 1);
		m->any_nx = m->any_nx || (!m->legacy && e >> 63);
	}
	e &= 0xfffffffffffffULL;
	if (level > 1 && !large)
		return model_level(m, e & ~0xfffULL, level - 1, gpa, error);
	*gpa = (e >> low << low) + m->address % (1ULL << low);
	if (m->legacy && large)
		*gpa += (e & 0x1fe000) << 19;
	*error = P_FAULT;
	return 0;
}

static bool model_forbids(const struct model *m)
{
	bool user = m->access & WALK_USER, fetch = m->access & WALK_FETCH;

	if (user && !m->all_u)
		return true;
	if (!user && m->all_u && fetch && (m->regs->cr4 & X86_CR4_SMEP))
		return true;
	if (!user && m->all_u && !fetch && (m->regs->cr4 & X86_CR4_SMAP) &&
	    !m->regs->ac)
		return true;
	if ((m->access & WALK_WRITE) && !m->all_w &&
	    (user || (m->regs->cr0 & X86_CR0_WP)))
		return true;
	return fetch && m->any_nx;
}

static int model_walk(const struct walk_regs *regs, u64 address, u32 access,
		      u64 *gpa, u32 *error)
{
	bool is_long = regs->efer & EFER_LMA, is_pae = regs->cr4 & X86_CR4_PAE;
	struct model m = {
		.regs = regs, .address = is_long ? address : (u32)address,
		.access = access, .legacy = !is_long && !is_pae,
		.pae = !is_long && is_pae, .nxe = regs->efer & EFER_NX,
		.all_w = true, .all_u = true,
	};
	int levels = is_long ? (regs->cr4 & X86_CR4_LA57 ? 5 : 4) :
			       is_pae ? 3 : 2;
	int top = 12 + 9 * levels - 1, ret, bit;
	u64 root = regs->cr3 & 0xffffffffff000ULL;

	for (bit = top; is_long && bit < 64; bit++) {
		if ((address >> bit & 1) != (address >> top & 1))
			return WALK_NON_CANONICAL;
	}
	if (!is_long)
		root = regs->cr3 & (is_pae ? 0xffffffe0 : 0xfffff000);
	ret = model_level(&m, root, levels, gpa, error);
	if (!ret && model_forbids(&m))
		ret = WALK_PAGE_FAULT;
	if (access & WALK_WRITE)
		*error |= 2;
	if (access & WALK_USER)
		*error |= 4;
	if ((access & WALK_FETCH) &&
	    ((regs->cr4 & X86_CR4_SMEP) || (m.nxe && !m.legacy)))
		*error |= 16;
	return ret;
}

/* Entries that mostly lead on, with a bit here and there that may not be */
static u64 random_entry(u64 *seed)
{
	u64 entry = test_random(seed) % (MEMORY + 0x1000) & ~0xfffULL;

	entry |= test_random(seed) % 0x1000;
	if (test_random(seed) % 16)
		entry |= 1;
	if (test_random(seed) % 4)
		entry |= 6;
	if (test_random(seed) % 3)
		entry &= ~0x1e0ULL;
	if (!(test_random(seed) % 4))
		entry |= 1ULL << test_random(seed) % 64;
	if (!(test_random(seed) % 8))
		entry &= ~0x3fffe000ULL;
	return entry;
}

static void random_regs(struct walk_regs *regs, u64 *seed)
{
	u64 bits = test_random(seed);

	*regs = (struct walk_regs) {
		.cr0 = X86_CR0_PG | (bits & X86_CR0_WP),
		.cr3 = test_random(seed) % MEMORY,
		.cr4 = bits & (X86_CR4_PSE | X86_CR4_PAE | X86_CR4_LA57 |
			       X86_CR4_SMEP | X86_CR4_SMAP),
		.efer = bits & (EFER_NX | EFER_LMA),
		.phys_bits = 32 + test_random(seed) % 21,
		.pages_1g = bits & BIT(0),
		.ac = bits & BIT(1),
	};
	if (regs->efer & EFER_LMA)
		regs->cr4 |= X86_CR4_PAE;
	else
		regs->cr3 |= bits & BIT_ULL(32);	/* is not looked at */
}

static void test_random_walks(void)
{
	unsigned int count[4] = {}, i;
	u64 seed = 11;

	for (i = 0; i < 1000000; i++) {
		u64 address = test_random(&seed), have_gpa = 0, want_gpa = 0;
		u32 access = test_random(&seed) % 8, have = 0, want = 0;
		struct walk_regs regs;
		int ret;

		if (i % 5000 == 0) {
			u64 gpa;

			for (gpa = 0; gpa < MEMORY; gpa += 8)
				put64(gpa, random_entry(&seed));
		}
		random_regs(&regs, &seed);
		if (i % 8)
			address = (u64)((s64)(address << 16) >> 16);
		ret = model_walk(&regs, address, access, &want_gpa, &want);
		CHECK_EQ(walk_address(&regs, address, access, read_memory,
				      memory, &have_gpa, &have), (u64)ret);
		if (!ret)
			CHECK_EQ(have_gpa, want_gpa);
		if (ret == WALK_PAGE_FAULT)
			CHECK_EQ(have, want);
		count[ret < 0 ? 3 : ret]++;
		if (test_failures)
			break;
	}
	printf("# %u translated, %u page faults, %u not canonical, %u errors\n",
	       count[0], count[1], count[2], count[3]);
	for (i = 0; i < 4; i++)
		CHECK(count[i] > 10000);
}

static const struct test tests[] = {
	{ "walk: no paging", test_no_paging },
	{ "walk: 32-bit paging", test_32bit },
	{ "walk: PAE paging", test_pae },
	{ "walk: four levels", test_four_levels },
	{ "walk: five levels", test_five_levels },
	{ "walk: rights", test_rights },
	{ "walk: random tables, as the model has it", test_random_walks },
};

int main(void)
{
	return run_tests(tests, ARRAY_SIZE(tests));
}
