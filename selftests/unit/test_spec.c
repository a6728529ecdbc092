// SPDX-License-Identifier: GPL-2.0
/*
 * arch/x86/spec.c: known hosts, and rules that hold for every host there
 * could be.
 */
#include <string.h>

#include <linux/bitops.h>
#include <linux/kernel.h>

#include "spec.h"
#include "test.h"

#define L1D	(SPEC_L1D_COND | SPEC_L1D_ALWAYS | SPEC_L1D_MISSING)
#define IBPB	(SPEC_IBPB_EXIT | SPEC_IBPB_PUT | SPEC_IBPB_LOAD)

static void test_hosts(void)
{
	/* Skylake: L1TF, MDS, retbleed by IBRS, VMSCAPE */
	struct spec_host skylake = {
		.vmx = true, .l1tf = true, .l1d = SPEC_L1D_WHEN_DIRTY,
		.flush_cmd = true, .verw = true, .rsb_vmexit = true,
		.kernel_ibrs = true, .ibpb = true, .ibpb_user = true,
	};
	/* Alder Lake: enhanced IBRS, PBRSB, RFDS, BHI by a loop */
	struct spec_host alder = {
		.vmx = true, .verw = true, .rsb_lite = true, .bhb_loop = true,
		.ibpb = true,
	};
	/* Zen 3: SRSO, TSA */
	struct spec_host zen3 = {
		.verw = true, .verw_svm = true, .rsb_vmexit = true,
		.unret = true, .ibpb = true, .ibpb_user = true,
	};
	struct spec_host zen_ibpb = {
		.ibpb = true, .ibpb_vmexit = true, .ibpb_user = true,
	};
	struct spec_host none = { .vmx = true };

	CHECK_EQ(spec_decide(&skylake), SPEC_L1D_COND | SPEC_VERW |
		 SPEC_RSB_FILL | SPEC_IBRS | SPEC_IBPB_PUT);
	skylake.l1d = SPEC_L1D_EACH_ENTRY;
	CHECK_EQ(spec_decide(&skylake) & L1D, SPEC_L1D_ALWAYS);
	skylake.flush_cmd = false;
	CHECK_EQ(spec_decide(&skylake) & L1D, SPEC_L1D_MISSING);
	skylake.l1d = SPEC_L1D_NEVER;
	CHECK_EQ(spec_decide(&skylake) & L1D, 0);
	skylake.off = true;
	CHECK_EQ(spec_decide(&skylake), 0);
	CHECK_EQ(spec_decide(&alder), SPEC_VERW | SPEC_RSB_LITE | SPEC_BHB |
		 SPEC_IBPB_LOAD);
	CHECK_EQ(spec_decide(&zen3), SPEC_VERW | SPEC_RSB_FILL |
		 SPEC_UNTRAIN | SPEC_IBPB_PUT);
	zen3.verw_svm = false;
	CHECK_EQ(spec_decide(&zen3) & SPEC_VERW, 0);
	CHECK_EQ(spec_decide(&zen_ibpb), SPEC_IBPB_EXIT);
	CHECK_EQ(spec_decide(&none), 0);
}

static struct spec_host numbered(u32 n)
{
	struct spec_host host = {
		.off = n & 1, .vmx = n & 2, .l1tf = n & 4, .l1d = n >> 3 & 3,
		.flush_cmd = n & 32, .verw = n & 64, .verw_svm = n & 128,
		.rsb_vmexit = n & 256, .rsb_lite = n & 512,
		.kernel_ibrs = n & 1024, .bhb_loop = n & 2048,
		.unret = n & 4096, .ibpb = n & 8192, .ibpb_vmexit = n & 16384,
		.ibpb_user = n & 32768,
	};

	return host;
}

/* All hosts: an action has its reason, and a reason its action */
static void test_all(void)
{
	struct spec_host host;
	u32 n, actions;

	for (n = 0; n < 65536; n++) {
		host = numbered(n);
		if (host.l1d > SPEC_L1D_EACH_ENTRY)
			continue;
		actions = spec_decide(&host);
		CHECK_EQ(actions >> SPEC_ACTIONS, 0);
		CHECK(hweight64(actions & L1D) <= 1);
		CHECK(hweight64(actions & IBPB) <= 1);
		CHECK(hweight64(actions & (SPEC_RSB_FILL |
					   SPEC_RSB_LITE)) <= 1);
		if (host.off) {
			CHECK_EQ(actions, 0);
			continue;
		}
		CHECK_EQ(!!(actions & L1D),
			 host.vmx && host.l1tf && host.l1d);
		CHECK_EQ(!!(actions & IBPB), host.ibpb || host.ibpb_user ||
			 (!host.vmx && host.ibpb_vmexit));
		CHECK_EQ(!!(actions & SPEC_VERW),
			 host.vmx ? host.verw : host.verw_svm);
		CHECK_EQ(!!(actions & SPEC_RSB_FILL), host.rsb_vmexit);
		CHECK_EQ(!!(actions & SPEC_RSB_LITE), host.vmx &&
			 host.rsb_lite && !host.rsb_vmexit);
		CHECK_EQ(!!(actions & SPEC_IBRS),
			 host.vmx && host.kernel_ibrs);
		CHECK_EQ(!!(actions & SPEC_BHB), host.vmx && host.bhb_loop);
		CHECK_EQ(!!(actions & SPEC_UNTRAIN), !host.vmx && host.unret);
	}
}

static void test_words(void)
{
	char text[256], small[8];
	size_t size;

	CHECK_EQ(spec_describe(0, text, sizeof(text)), 0);
	CHECK_EQ(strlen(text), 0);
	CHECK_EQ(spec_describe(SPEC_VERW | SPEC_IBPB_PUT, text, sizeof(text)),
		 18);
	CHECK(!strcmp(text, "VERW, IBPB to user"));
	size = spec_describe(~0u, text, sizeof(text));
	CHECK(size < sizeof(text));
	CHECK_EQ(size, strlen(text));
	CHECK(strstr(text, "no L1D flush in microcode"));
	/* What does not fit is left out whole */
	CHECK_EQ(spec_describe(SPEC_VERW | SPEC_IBRS, small, sizeof(small)),
		 4);
	CHECK(!strcmp(small, "VERW"));
	CHECK_EQ(spec_describe(SPEC_VERW, small, 4), 0);
	CHECK_EQ(spec_describe(SPEC_VERW, small, 5), 4);
	CHECK_EQ(spec_describe(SPEC_L1D_COND, small, 1), 0);
	CHECK_EQ(small[0], 0);
}

static const struct test tests[] = {
	{ "hosts", test_hosts },
	{ "all hosts", test_all },
	{ "words", test_words },
};

int main(void)
{
	return run_tests(tests, ARRAY_SIZE(tests));
}
