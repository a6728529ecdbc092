// SPDX-License-Identifier: GPL-2.0
/* What the kernel reads of the guest's tables and code can fail, too */
#include "inject.h"
#include "probe.h"

#define KEY_IO	0x3333
#define PORT	0x1234

SNIPPET(out_string,
	"mov $" STRING(PORT) ", %edx\n"
	"1:" ASK
	"mov $" STRING(DATA) ", %esi\n"
	"outsb\n"
	"jmp 1b");

/* The guest gets no fault for it, and the packet is the same as ever */
TEST_FT(reads_of_guest_tables, inject_setup, 120)
{
	bool hit = true;
	int n, err;

	PROBE(out_string);
	ASSERT_OK(zx_trap(vm.guest, ZXVM_TRAP_IO, PORT, 1, -1, KEY_IO));
	for (n = 1; hit && n < MAX_FAULTS; n++) {
		EXPECT_ASK();
		arm(n);
		err = zx_enter(vm.vcpu, NULL);
		hit = happened();
		if (err) {
			ASSERT_ERR(err, ENOMEM);
			ASSERT_OK(zx_enter(vm.vcpu, NULL));
		}
		ASSERT_EQ(vm.page->packet.type, ZXVM_PKT_GUEST_IO);
		EXPECT_EQ(vm.page->packet.u.io.address, DATA);
		EXPECT_EQ(vm.page->packet.u.io.count, 1);
	}
	/* At least the tables of two levels were read */
	EXPECT_GT(n, 2);
	EXPECT_LT(n, MAX_FAULTS);
	printf("# %d faults\n", n - 2);
}
