// SPDX-License-Identifier: GPL-2.0
/*
 * What this CPU's VMX offers. SDM vol. 3, appendix A.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/printk.h>

#include <asm/cpufeature.h>
#include <asm/msr.h>
#include <asm/perf_event.h>

#include "../posted.h"
#include "vmx.h"

struct vmx_caps vmx_caps __ro_after_init;

/* IA32_VMX_BASIC, A.1 */
#define BASIC_REVISION		GENMASK_ULL(30, 0)
#define BASIC_MEMORY_TYPE	GENMASK_ULL(53, 50)
#define BASIC_MEMORY_WB		(6ULL << 50)
#define BASIC_IO_INFO		BIT_ULL(54)
#define BASIC_TRUE_CONTROLS	BIT_ULL(55)

/**
 * struct control - one VM-execution, exit or entry control that we set
 * @bit: its bit
 * @name: as the manual has it
 */
struct control {
	u32 bit;
	const char *name;
};

static const struct control pin_needed[] = {
	{ PIN_BASED_EXT_INTR_MASK, "external-interrupt exiting" },
	{ PIN_BASED_NMI_EXITING, "NMI exiting" },
	{ PIN_BASED_VIRTUAL_NMIS, "virtual NMIs" },
	{ }
};

static const struct control exec_needed[] = {
	{ CPU_BASED_HLT_EXITING, "HLT exiting" },
	{ CPU_BASED_MWAIT_EXITING, "MWAIT exiting" },
	{ CPU_BASED_MONITOR_EXITING, "MONITOR exiting" },
	{ CPU_BASED_RDPMC_EXITING, "RDPMC exiting" },
	{ CPU_BASED_MOV_DR_EXITING, "MOV-DR exiting" },
	{ CPU_BASED_UNCOND_IO_EXITING, "unconditional I/O exiting" },
	{ CPU_BASED_USE_MSR_BITMAPS, "MSR bitmaps" },
	{ CPU_BASED_TPR_SHADOW, "TPR shadow" },
	{ CPU_BASED_ACTIVATE_SECONDARY_CONTROLS, "secondary controls" },
	{ }
};

/* Set and cleared as the guest needs them */
static const struct control exec_windows[] = {
	{ CPU_BASED_INTR_WINDOW_EXITING, "interrupt-window exiting" },
	{ CPU_BASED_NMI_WINDOW_EXITING, "NMI-window exiting" },
	{ }
};

static const struct control exec2_needed[] = {
	{ SECONDARY_EXEC_ENABLE_EPT, "EPT" },
	{ SECONDARY_EXEC_ENABLE_VPID, "VPID" },
	{ SECONDARY_EXEC_UNRESTRICTED_GUEST, "unrestricted guest" },
	{ SECONDARY_EXEC_WBINVD_EXITING, "WBINVD exiting" },
	{ }
};

static const struct control exec2_wanted[] = {
	{ SECONDARY_EXEC_ENABLE_RDTSCP, "RDTSCP" },
	{ SECONDARY_EXEC_ENABLE_INVPCID, "INVPCID" },
	{ SECONDARY_EXEC_PAUSE_LOOP_EXITING, "PAUSE-loop exiting" },
	{ SECONDARY_EXEC_ENCLS_EXITING, "ENCLS exiting" },
	{ }
};

static const struct control exit_needed[] = {
	{ VM_EXIT_HOST_ADDR_SPACE_SIZE, "64-bit host" },
	{ VM_EXIT_SAVE_DEBUG_CONTROLS, "save debug controls" },
	{ VM_EXIT_SAVE_IA32_PAT, "save IA32_PAT" },
	{ VM_EXIT_LOAD_IA32_PAT, "load IA32_PAT" },
	{ VM_EXIT_SAVE_IA32_EFER, "save IA32_EFER" },
	{ VM_EXIT_LOAD_IA32_EFER, "load IA32_EFER" },
	{ }
};

/*
 * Set if they are there and the host has a use for them: decide_perf(),
 * decide_apic()
 */
static const struct control exit_wanted[] = {
	{ VM_EXIT_LOAD_IA32_PERF_GLOBAL_CTRL, "load IA32_PERF_GLOBAL_CTRL" },
	{ VM_EXIT_ACK_INTR_ON_EXIT, "acknowledge interrupt on exit" },
	{ }
};

static const struct control entry_needed[] = {
	{ VM_ENTRY_LOAD_DEBUG_CONTROLS, "load debug controls" },
	{ VM_ENTRY_LOAD_IA32_PAT, "load IA32_PAT" },
	{ VM_ENTRY_LOAD_IA32_EFER, "load IA32_EFER" },
	{ }
};

static const struct control entry_perf[] = {
	{ VM_ENTRY_LOAD_IA32_PERF_GLOBAL_CTRL, "load IA32_PERF_GLOBAL_CTRL" },
	{ }
};

static bool missing(const char *name)
{
	pr_err("this CPU's VMX has no \"%s\"\n", name);
	return true;
}

/*
 * The low half of a capability MSR has the bits that must be set, the high
 * half those that may be. A.2 to A.5
 */
static int adjust(u64 cap, const struct control *needed,
		  const struct control *wanted, u32 *value)
{
	u32 must = cap, may = cap >> 32;

	*value = must;
	for (; needed->bit; needed++) {
		if (!(may & needed->bit) && missing(needed->name))
			return -EOPNOTSUPP;
		*value |= needed->bit;
	}
	for (; wanted && wanted->bit; wanted++)
		*value |= may & wanted->bit;
	return 0;
}

static int check_ept(u64 cap)
{
	if (!(cap & VMX_EPT_PAGE_WALK_4_BIT) &&
	    missing("EPT page walk of 4 levels"))
		return -EOPNOTSUPP;
	if (!(cap & VMX_EPTP_WB_BIT) && missing("EPT memory type write-back"))
		return -EOPNOTSUPP;
	if (!(cap & VMX_EPT_INVEPT_BIT && cap & VMX_EPT_EXTENT_CONTEXT_BIT) &&
	    missing("single-context INVEPT"))
		return -EOPNOTSUPP;
	/* The kernel's names count VPID's bits from 32. */
	if (!(cap >> 32 & VMX_VPID_INVVPID_BIT &&
	      cap >> 32 & VMX_VPID_EXTENT_SINGLE_CONTEXT_BIT) &&
	    missing("single-context INVVPID"))
		return -EOPNOTSUPP;
	return 0;
}

static int check_basic(u64 basic)
{
	if (!(basic & BASIC_TRUE_CONTROLS) && missing("true controls"))
		return -EOPNOTSUPP;
	if (!(basic & BASIC_IO_INFO) && missing("information on INS and OUTS"))
		return -EOPNOTSUPP;
	if ((basic & BASIC_MEMORY_TYPE) != BASIC_MEMORY_WB &&
	    missing("VMCS of memory type write-back"))
		return -EOPNOTSUPP;
	return 0;
}

static u64 capability(u32 msr)
{
	u64 value = 0;

	rdmsrl_safe(msr, &value);
	return value;
}

/* Does the host count with IA32_PERF_GLOBAL_CTRL, as it tells hypervisors? */
static bool host_counts(void)
{
	const struct perf_guest_switch_msr *msrs;
	bool counts;
	int nr = 0;

	preempt_disable();
	msrs = perf_guest_get_msrs(&nr, NULL);
	counts = msrs && nr && msrs->msr == MSR_CORE_PERF_GLOBAL_CTRL;
	preempt_enable();
	return counts;
}

/* Both ways, or neither */
static void decide_perf(void)
{
	vmx_caps.perf = vmx_caps.exit & VM_EXIT_LOAD_IA32_PERF_GLOBAL_CTRL &&
			vmx_caps.entry & VM_ENTRY_LOAD_IA32_PERF_GLOBAL_CTRL &&
			host_counts();
	if (vmx_caps.perf)
		return;
	vmx_caps.exit &= ~VM_EXIT_LOAD_IA32_PERF_GLOBAL_CTRL;
	vmx_caps.entry &= ~VM_ENTRY_LOAD_IA32_PERF_GLOBAL_CTRL;
}

/* Who has interrupts posted acknowledges those of the host; 27.2.1.1 */
static void decide_apic(u64 pin, u64 exec2)
{
	vmx_caps.apicv = (exec2 >> 32 & VMX_APICV) == VMX_APICV;
	vmx_caps.posted = vmx_caps.apicv && zxvm_has_posted_vector() &&
			  zxvm_host_uses_idt() &&
			  pin >> 32 & PIN_BASED_POSTED_INTR &&
			  vmx_caps.exit & VM_EXIT_ACK_INTR_ON_EXIT;
	if (!vmx_caps.posted)
		vmx_caps.exit &= ~VM_EXIT_ACK_INTR_ON_EXIT;
	zxvm_host.apic_hw = vmx_caps.apicv;
	zxvm_host.apic_posts = vmx_caps.posted;
}

/* X86_BUG_ITLB_MULTIHIT: CVE-2018-12207 */
static u32 pt_flags(void)
{
	u32 flags = PT_EPT;

	if (vmx_caps.ept & VMX_EPT_2MB_PAGE_BIT)
		flags |= PT_2M;
	if (vmx_caps.ept & VMX_EPT_1GB_PAGE_BIT)
		flags |= PT_1G;
	if (vmx_caps.ept & VMX_EPT_AD_BIT)
		flags |= PT_EPT_AD;
	if (boot_cpu_has_bug(X86_BUG_ITLB_MULTIHIT))
		flags |= PT_NO_EXEC_HUGE;
	return flags;
}

/**
 * vmx_probe() - see vendor.h
 *
 * Return: 0, -ENODEV or -EOPNOTSUPP.
 */
int vmx_probe(void)
{
	u64 pin, exec, exec2, exit, entry, basic;
	u32 windows;
	int ret;

	basic = capability(MSR_IA32_VMX_BASIC);
	pin = capability(MSR_IA32_VMX_TRUE_PINBASED_CTLS);
	exec = capability(MSR_IA32_VMX_TRUE_PROCBASED_CTLS);
	exec2 = capability(MSR_IA32_VMX_PROCBASED_CTLS2);
	exit = capability(MSR_IA32_VMX_TRUE_EXIT_CTLS);
	entry = capability(MSR_IA32_VMX_TRUE_ENTRY_CTLS);
	vmx_caps.ept = capability(MSR_IA32_VMX_EPT_VPID_CAP);
	pr_debug("VMX basic %#llx, pin %#llx, primary %#llx, secondary %#llx, exit %#llx, entry %#llx, EPT and VPID %#llx\n",
		 basic, pin, exec, exec2, exit, entry, vmx_caps.ept);

	ret = check_basic(basic) ?:
	      adjust(pin, pin_needed, NULL, &vmx_caps.pin) ?:
	      adjust(exec, exec_windows, NULL, &windows) ?:
	      adjust(exec, exec_needed, NULL, &vmx_caps.exec) ?:
	      adjust(exec2, exec2_needed, exec2_wanted, &vmx_caps.exec2) ?:
	      adjust(exit, exit_needed, exit_wanted, &vmx_caps.exit) ?:
	      adjust(entry, entry_needed, entry_perf, &vmx_caps.entry) ?:
	      check_ept(vmx_caps.ept);
	if (ret)
		return ret;
	decide_perf();
	decide_apic(pin, exec2);
	/*
	 * The manual promises the length for no EPT violation (28.2.5), every
	 * CPU has it; another hypervisor under us may have not.
	 */
	vmx_caps.insn_len = !boot_cpu_has(X86_FEATURE_HYPERVISOR);
	if (!(vmx_caps.exec2 & SECONDARY_EXEC_ENABLE_RDTSCP))
		zxvm_host.rdtscp = false;
	if (!(vmx_caps.exec2 & SECONDARY_EXEC_ENABLE_INVPCID))
		zxvm_host.invpcid = false;
	zxvm_host.cr4 &= capability(MSR_IA32_VMX_CR4_FIXED1);
	zxvm_host.pt_flags = pt_flags();
	vmx_caps.revision = basic & BASIC_REVISION;
	vmx_caps.allowed[0] = pin >> 32 | (exec & GENMASK_ULL(63, 32));
	vmx_caps.allowed[1] = exec2 >> 32;
	vmx_caps.allowed[2] = exit >> 32 | (entry & GENMASK_ULL(63, 32));
	return 0;
}

/**
 * vmx_features() - see vendor.h
 * @features: to be filled
 */
void vmx_features(struct zxvm_features *features)
{
	features->vmid_bits = 16;
	if (vmx_caps.insn_len)
		features->features |= ZXVM_FEATURE_NEXT_RIP;
	if (vmx_caps.ept & VMX_EPT_2MB_PAGE_BIT)
		features->features |= ZXVM_FEATURE_BLOCK_2M;
	if (vmx_caps.ept & VMX_EPT_1GB_PAGE_BIT)
		features->features |= ZXVM_FEATURE_BLOCK_1G;
	features->hardware[0] = vmx_caps.allowed[0];
	features->hardware[1] = vmx_caps.allowed[1];
	features->hardware[2] = vmx_caps.allowed[2];
	features->hardware[3] = vmx_caps.ept;
}
