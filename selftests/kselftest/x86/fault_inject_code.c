// SPDX-License-Identifier: GPL-2.0
/* What the kernel reads of the guest's code can fail, too */
#include "inject.h"
#include "probe.h"

SNIPPET(store,
	"1:" ASK
	"jmp 1b");
#define STORE_LENGTH	7

#define SVM_FEATURES	0x8000000a
#define DECODE_ASSISTS	(1u << 7)	/* EDX */

/* VMX its length, decode assists its bytes: nothing has to be read then */
static bool cpu_tells_the_instruction(void)
{
	u32 regs[4];

	if (backend() != ZXVM_BACKEND_SVM)
		return true;
	host_cpuid(SVM_FEATURES, 0, regs);
	return regs[3] & DECODE_ASSISTS;
}

/* What was read once is not read again unless the mappings change */
static void forget_the_instruction(u8 *mem)
{
	ASSERT_OK(zx_map(vm.vmar, RWX | ZXVM_VM_SPECIFIC, HOLE, mem, PAGE));
	ASSERT_OK(zx_unmap(vm.vmar, HOLE, PAGE));
}

/* The guest gets no fault for it, and the packet is the same as ever */
TEST_FT(reads_of_guest_code, inject_setup, 120)
{
	bool hit = true;
	int n, err;
	u8 *mem;

	PROBE(store);
	mem = vm_alloc(PAGE);
	/* From now on no page of the guest is new */
	EXPECT_ASK();
	for (n = 1; hit && n < MAX_FAULTS; n++) {
		forget_the_instruction(mem);
		arm(n);
		err = zx_enter(vm.vcpu, NULL);
		hit = happened();
		if (err) {
			ASSERT_ERR(err, ENOMEM);
			ASSERT_OK(zx_enter(vm.vcpu, NULL));
		}
		vm.pkt = vm.page->packet;
		EXPECT_MEM(&vm.pkt, TELL_DONE);
		EXPECT_EQ(vm.pkt.u.mem_x86.instruction_size, STORE_LENGTH);
	}
	EXPECT_EQ(n > 2, !cpu_tells_the_instruction());
	EXPECT_LT(n, MAX_FAULTS);
	printf("# %d faults\n", n - 2);
}
