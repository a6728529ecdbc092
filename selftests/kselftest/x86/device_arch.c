// SPDX-License-Identifier: GPL-2.0
/* What /dev/zxvm says of an x86 host, and the options of its irqchip */
#include "zx.h"

TEST(features)
{
	struct zxvm_features f;
	bool vmx;

	memset(&f, 0xff, sizeof(f));
	ASSERT_OK(zx_ioctl(zx_device(), ZXVM_GET_FEATURES, &f));
	EXPECT_EQ(f.version, ZXVM_ABI_VERSION);
	vmx = f.backend == ZXVM_BACKEND_VMX;
	EXPECT_TRUE(vmx || f.backend == ZXVM_BACKEND_SVM);
	EXPECT_EQ(f.features & ~(ZXVM_FEATURE_IRQCHIP | ZXVM_FEATURE_FP |
				 ZXVM_FEATURE_BLOCK_2M |
				 ZXVM_FEATURE_BLOCK_1G | ZXVM_FEATURE_XSAVE |
				 ZXVM_FEATURE_NEXT_RIP |
				 ZXVM_FEATURE_STABLE_CLOCK), 0);
	EXPECT_TRUE(f.features & ZXVM_FEATURE_FP);
	EXPECT_EQ(f.max_vcpus, ZXVM_MAX_VCPUS);
	EXPECT_EQ(f.address_bits, 48);
	EXPECT_TRUE(vmx ? f.vmid_bits == 16 :
		    f.vmid_bits >= 3 && f.vmid_bits <= 16);
	/* EPT and the like are among what VMX cannot do without */
	EXPECT_NE(f.hardware[0], 0);
	EXPECT_EQ(!!f.hardware[3], vmx);
}

TEST(guest_create_irqchip)
{
	static const u32 bad[] = { 1, 16, 23, 25, 32, 48, 224, 960, ~0u };
	struct zxvm_guest_create arg = { .options = ZXVM_GUEST_IRQCHIP };
	struct zxvm_features f = { };
	unsigned int i;

	ASSERT_OK(zx_ioctl(zx_device(), ZXVM_GET_FEATURES, &f));
	if (!(f.features & ZXVM_FEATURE_IRQCHIP))
		SKIP("this module has no irqchip for x86");
	EXPECT_OK(try_guest_create(&arg));
	arg.irqchip_lines = 24;
	EXPECT_OK(try_guest_create(&arg));
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		arg.irqchip_lines = bad[i];
		EXPECT_ERR(try_guest_create(&arg), EINVAL);
	}
	arg.irqchip_lines = 0;
	arg.irqchip_base[0] = HOLE;
	EXPECT_ERR(try_guest_create(&arg), EINVAL);
	arg.irqchip_base[0] = 0;
	arg.irqchip_base[1] = HOLE;
	EXPECT_ERR(try_guest_create(&arg), EINVAL);
}
