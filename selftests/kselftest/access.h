/* SPDX-License-Identifier: GPL-2.0 */
/* Loads and stores by a guest, one at a time, as a test likes them */
#ifndef ACCESS_H
#define ACCESS_H

#include "zx.h"

#define SCRATCH		(RAM_SIZE - PAGE)

/* Boot the guest access in the global vm, up to its first question */
static inline void access_boot(void)
{
	VM_BOOT(&vm, access);
	EXPECT_STORE(&vm, TELL_DONE, 0);
}

static inline int access_run(u64 gpa, bool store, u64 *value)
{
	int err;

	ARG(1) = gpa;
	ARG(2) = store ? *value : 0;
	ARG(3) = store;
	err = vm_enter(&vm);
	if (err)	/* let the instruction end somewhere else */
		ARG(1) = SCRATCH;
	if (!store) {
		if (err)
			ASSERT_OK(vm_enter(&vm));
		EXPECT_MEM(&vm.pkt, TELL_A);
		*value = TOLD(&vm);
		ASSERT_OK(vm_enter(&vm));
	} else if (err) {
		ASSERT_OK(vm_enter(&vm));
	}
	EXPECT_MEM(&vm.pkt, TELL_DONE);
	return err;
}

/* The guest stores; returns what enter says */
static inline int poke(u64 gpa, u64 value)
{
	return access_run(gpa, true, &value);
}

/* The guest loads; returns what enter says */
static inline int peek_err(u64 gpa)
{
	u64 value;

	return access_run(gpa, false, &value);
}

/* The guest loads; returns the value */
static inline u64 peek(u64 gpa)
{
	u64 value = 0;

	EXPECT_OK(access_run(gpa, false, &value));
	return value;
}

#endif /* ACCESS_H */
