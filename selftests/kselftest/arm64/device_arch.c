// SPDX-License-Identifier: GPL-2.0
/* What /dev/zxvm says of an arm64 host, and the options of its irqchip */
#include "zx.h"

#define GICD_BASE	0x800000000ULL
#define GICR_BASE	0x800010000ULL

TEST(features)
{
	struct zxvm_features f;
	unsigned int i;

	memset(&f, 0xff, sizeof(f));
	ASSERT_OK(zx_ioctl(zx_device(), ZXVM_GET_FEATURES, &f));
	EXPECT_EQ(f.version, ZXVM_ABI_VERSION);
	EXPECT_TRUE(f.backend == ZXVM_BACKEND_ARM64_VHE ||
		    f.backend == ZXVM_BACKEND_ARM64_NVHE);
	EXPECT_EQ(f.features & ~(ZXVM_FEATURE_IRQCHIP | ZXVM_FEATURE_FP |
				 ZXVM_FEATURE_AARCH32_EL0 |
				 ZXVM_FEATURE_BLOCK_2M |
				 ZXVM_FEATURE_TLB_RANGE), 0);
	EXPECT_TRUE(f.features & ZXVM_FEATURE_FP);
	EXPECT_EQ(f.max_vcpus, ZXVM_MAX_VCPUS);
	EXPECT_EQ(f.address_bits, 36);
	EXPECT_TRUE(f.vmid_bits == 8 || f.vmid_bits == 16);
	EXPECT_TRUE(f.list_registers >= 1 && f.list_registers <= 16);
	for (i = 0; i < ARRAY_SIZE(f.hardware); i++)
		EXPECT_EQ(f.hardware[i], 0);
}

TEST(guest_create_irqchip)
{
	static const u32 good[] = { 0, 32, 64, 224, 960 };
	static const u32 bad[] = { 1, 16, 31, 33, 961, 992, 1024, ~0u, ~31u };
	struct zxvm_guest_create arg;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(good); i++) {
		arg = (struct zxvm_guest_create){
			.options = ZXVM_GUEST_IRQCHIP, .irqchip_lines = good[i],
		};
		EXPECT_OK(try_guest_create(&arg));
	}
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		arg = (struct zxvm_guest_create){
			.options = ZXVM_GUEST_IRQCHIP, .irqchip_lines = bad[i],
		};
		EXPECT_ERR(try_guest_create(&arg), EINVAL);
	}
}

TEST(guest_create_irqchip_bases)
{
	static const u64 frames = ZXVM_MAX_VCPUS * 0x20000ULL;
	const struct { u64 dist, redist; int err; } cases[] = {
		{ GICD_BASE, GICR_BASE, 0 },
		{ 0x08000000, 0x080a0000, 0 },
		{ 0, ASPACE_SIZE - frames, 0 },
		{ ASPACE_SIZE - 0x10000, 0, 0 },
		{ 0x08000000 + frames, 0x08000000, 0 },
		{ GICD_BASE + 0x1000, GICR_BASE, EINVAL },
		{ GICD_BASE, GICR_BASE + 0x8000, EINVAL },
		{ GICD_BASE + 1, 0, EINVAL },
		{ ASPACE_SIZE, 0, EINVAL },
		{ 0, ASPACE_SIZE, EINVAL },
		{ 0, ASPACE_SIZE - frames + 0x10000, EINVAL },
		{ ~0xffffULL, 0, EINVAL },
		{ 0, ~0xffffULL, EINVAL },
		/* One in the other */
		{ 0x08000000, 0x08000000, EINVAL },
		{ 0x08000000 + frames - 0x10000, 0x08000000, EINVAL },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct zxvm_guest_create arg = {
			.options = ZXVM_GUEST_IRQCHIP,
			.irqchip_base = { cases[i].dist, cases[i].redist },
		};
		int err = try_guest_create(&arg);

		CHECK_(0, err == cases[i].err, "case %u: got %s, not %s", i,
		       err_name(err), err_name(cases[i].err));
	}
}
