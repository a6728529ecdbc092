// SPDX-License-Identifier: GPL-2.0
/*
 * CPUID and the MSRs of guests on this host.
 */
#include <linux/init.h>

#include <asm/processor.h>

#include "tables.h"
#include "x86.h"

/* CPUID Fn8000_0001 EDX */
#define CPUID_EDX_PAGES_1G	BIT(26)

struct cpuid_table zxvm_cpuid_table __ro_after_init;
struct msr_table zxvm_msr_table __ro_after_init;
u8 zxvm_guest_phys_bits __ro_after_init;
bool zxvm_guest_pages_1g __ro_after_init;

static void host_cpuid(u32 leaf, u32 subleaf, struct zxvm_cpuid *out)
{
	cpuid_count(leaf, subleaf, &out->reg[CPUID_OUT_EAX], &out->reg[CPUID_OUT_EBX],
		    &out->reg[CPUID_OUT_ECX], &out->reg[CPUID_OUT_EDX]);
}

static u32 cpuid_has(void)
{
	return (zxvm_host.invpcid ? CPUID_HAS_INVPCID : 0) |
	       (zxvm_host.rdtscp ? CPUID_HAS_RDTSCP : 0) |
	       (zxvm_host.stable_tsc ? CPUID_HAS_STABLE_TSC : 0);
}

static u32 msr_when(void)
{
	return (zxvm_vendor->backend == ZXVM_BACKEND_SVM ? MSR_WHEN_AMD :
							   MSR_WHEN_INTEL) |
	       (zxvm_host.rdtscp ? MSR_WHEN_RDTSCP : 0) |
	       MSR_WHEN_NO_SPEC_CTRL;
}

static void query_addresses(void)
{
	struct cpuid_view view = { };
	struct zxvm_cpuid out;

	cpuid_query(&zxvm_cpuid_table, &view, 0x80000001, 0, &out);
	zxvm_guest_pages_1g = out.reg[CPUID_OUT_EDX] & CPUID_EDX_PAGES_1G;
	cpuid_query(&zxvm_cpuid_table, &view, 0x80000008, 0, &out);
	zxvm_guest_phys_bits = out.reg[CPUID_OUT_EAX] & 0xff;
}

/**
 * zxvm_tables_init() - make the tables; zxvm_host is complete
 *
 * Context: module load.
 */
void zxvm_tables_init(void)
{
	struct cpuid_host host = {
		.read = host_cpuid,
		.xcr0 = zxvm_host.xcr0,
		.has = cpuid_has(),
	};

	cpuid_init(&zxvm_cpuid_table, &host);
	msr_init(&zxvm_msr_table, msr_when());
	query_addresses();
}
