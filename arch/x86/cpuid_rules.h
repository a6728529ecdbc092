/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The CPUID leaves of a guest. SDM vol. 2, CPUID; APM vol. 3, appendix E.
 *
 * An allow list: a leaf, a register or a bit that no rule names is zero.
 * Included with these macros defined:
 *
 *   CPUID_LEAF(leaf, subleaves, fixup, text): a leaf that is in the table;
 *	fixup is that of its first subleaf
 *   CPUID_RULE(leaf, subleaf, reg, when, keep, set, text): bits that are the
 *	host's and bits that are 1, if all of when holds; ANY subleaf
 *   CPUID_HIDE(leaf, subleaf, reg, text): why others are hidden
 *
 * The texts are for Documentation/cpuid-x86.rst.
 */

CPUID_LEAF(0x0, 0, FIXED, "Vendor, highest basic leaf")
CPUID_RULE(0x0, ANY, EAX, 0, 0, 0, "Host's, 0xb at least, 0x16 at most")
CPUID_RULE(0x0, ANY, EBX, 0, ~0u, 0, "Vendor")
CPUID_RULE(0x0, ANY, ECX, 0, ~0u, 0, "Vendor")
CPUID_RULE(0x0, ANY, EDX, 0, ~0u, 0, "Vendor")

CPUID_LEAF(0x1, 0, FIX_FEATURES, "Features")
CPUID_RULE(0x1, ANY, EAX, 0, ~0u, 0, "Family, model, stepping")
CPUID_RULE(0x1, ANY, EBX, 0, GENMASK(15, 0), BIT(16),
	   "CLFLUSH size, brand; one logical processor; APIC id of the VCPU in 31:24")
CPUID_RULE(0x1, ANY, ECX, 0,
	   BIT(0) | BIT(1) | BIT(9) | BIT(13) | BIT(17) | BIT(19) | BIT(20), 0,
	   "SSE3, PCLMULQDQ, SSSE3, CMPXCHG16B, PCID, SSE4.1, SSE4.2")
CPUID_RULE(0x1, ANY, ECX, 0, BIT(22) | BIT(23) | BIT(25) | BIT(30), 0,
	   "MOVBE, POPCNT, AES, RDRAND")
CPUID_RULE(0x1, ANY, ECX, 0, 0, BIT(21) | BIT(24) | BIT(31),
	   "x2APIC, TSC deadline timer, hypervisor")
CPUID_RULE(0x1, ANY, ECX, CPUID_WHEN_XSAVE, BIT(26), 0,
	   "XSAVE; OSXSAVE (27) is the guest's CR4.OSXSAVE")
CPUID_RULE(0x1, ANY, ECX, CPUID_WHEN_AVX, BIT(12) | BIT(28) | BIT(29), 0,
	   "FMA, AVX, F16C")
CPUID_HIDE(0x1, ANY, ECX,
	   "DTES64, DS-CPL, PDCM: no PMU; MONITOR: not virtualized")
CPUID_HIDE(0x1, ANY, ECX, "VMX, SMX: no nesting")
CPUID_HIDE(0x1, ANY, ECX,
	   "EIST, TM2, xTPR, DCA, CNXT-ID, SDBG: their MSRs are the host's")
CPUID_RULE(0x1, ANY, EDX, 0,
	   GENMASK(8, 0), 0, "FPU, VME, DE, PSE, TSC, MSR, PAE, MCE, CX8")
CPUID_RULE(0x1, ANY, EDX, 0, GENMASK(17, 12) | BIT(19), 0,
	   "MTRR, PGE, MCA, CMOV, PAT, PSE-36, CLFSH")
CPUID_RULE(0x1, ANY, EDX, 0, GENMASK(27, 23), 0,
	   "MMX, FXSR, SSE, SSE2, SS")
CPUID_RULE(0x1, ANY, EDX, 0, 0, BIT(9) | BIT(11), "APIC, SEP")
CPUID_HIDE(0x1, ANY, EDX,
	   "PSN: the host's; DS: no PMU; HTT: one processor in a package")
CPUID_HIDE(0x1, ANY, EDX, "ACPI, TM, PBE: thermal state of the host")

CPUID_LEAF(0x2, 0, FIXED, "Cache and TLB descriptors")
CPUID_RULE(0x2, ANY, EAX, 0, ~0u, 0, "All of it")
CPUID_RULE(0x2, ANY, EBX, 0, ~0u, 0, "All of it")
CPUID_RULE(0x2, ANY, ECX, 0, ~0u, 0, "All of it")
CPUID_RULE(0x2, ANY, EDX, 0, ~0u, 0, "All of it")

CPUID_LEAF(0x4, 8, FIXED, "Caches (Intel)")
CPUID_RULE(0x4, ANY, EAX, 0, GENMASK(9, 0), 0, "Type, level")
CPUID_HIDE(0x4, ANY, EAX,
	   "25:14, 31:26: no processor shares a cache, one core in a package")
CPUID_RULE(0x4, ANY, EBX, 0, ~0u, 0, "Line size, partitions, ways")
CPUID_RULE(0x4, ANY, ECX, 0, ~0u, 0, "Sets")
CPUID_RULE(0x4, ANY, EDX, 0, GENMASK(2, 0), 0,
	   "Behaviour of WBINVD, inclusiveness, indexing")

CPUID_LEAF(0x6, 0, FIXED, "Power")
CPUID_RULE(0x6, ANY, EAX, 0, 0, BIT(2),
	   "ARAT: the timer of the virtual APIC never stops")
CPUID_HIDE(0x6, ANY, EAX, "DTS, turbo, PLN, PTM, HWP, HFI: the host's")
CPUID_HIDE(0x6, ANY, ECX, "APERF and MPERF, energy bias: the host's")

CPUID_LEAF(0x7, 3, FIX_OSPKE, "Extended features")
CPUID_RULE(0x7, 0, EAX, 0, 0, 0, "Host's highest subleaf, 2 at most")
CPUID_RULE(0x7, 0, EBX, 0,
	   BIT(0) | BIT(3) | BIT(4) | BIT(6) | GENMASK(9, 7) | BIT(11) |
	   BIT(13), 0,
	   "FSGSBASE, BMI1, HLE, FDP_EXCPTN_ONLY, SMEP, BMI2, ERMS, RTM, no FCS and FDS")
CPUID_RULE(0x7, 0, EBX, 0,
	   GENMASK(20, 18) | BIT(23) | BIT(24) | BIT(29), 0,
	   "RDSEED, ADX, SMAP, CLFLUSHOPT, CLWB, SHA")
CPUID_RULE(0x7, 0, EBX, CPUID_WHEN_AVX, BIT(5), 0, "AVX2")
CPUID_RULE(0x7, 0, EBX, CPUID_HAS_INVPCID, BIT(10), 0, "INVPCID")
CPUID_RULE(0x7, 0, EBX, CPUID_WHEN_AVX512,
	   BIT(16) | BIT(17) | BIT(21) | GENMASK(28, 26) | BIT(30) | BIT(31), 0,
	   "AVX512F, DQ, IFMA, PF, ER, CD, BW, VL")
CPUID_HIDE(0x7, 0, EBX,
	   "TSC_ADJUST: the guest has the host's TSC")
CPUID_HIDE(0x7, 0, EBX,
	   "SGX, MPX, PT, RDT-M, RDT-A, PCOMMIT: not virtualized")
CPUID_RULE(0x7, 0, ECX, 0,
	   BIT(0) | BIT(2) | BIT(8) | BIT(25) | BIT(27) | BIT(28), 0,
	   "PREFETCHWT1, UMIP, GFNI, CLDEMOTE, MOVDIRI, MOVDIR64B")
CPUID_RULE(0x7, 0, ECX, CPUID_WHEN_AVX, BIT(9) | BIT(10), 0,
	   "VAES, VPCLMULQDQ")
CPUID_RULE(0x7, 0, ECX, CPUID_WHEN_AVX512,
	   BIT(1) | BIT(6) | BIT(11) | BIT(12) | BIT(14), 0,
	   "AVX512_VBMI, VBMI2, VNNI, BITALG, VPOPCNTDQ")
CPUID_RULE(0x7, 0, ECX, CPUID_WHEN_PKU, BIT(3), 0,
	   "PKU; OSPKE (4) is the guest's CR4.PKE")
CPUID_RULE(0x7, 0, ECX, CPUID_HAS_RDTSCP, BIT(22), 0, "RDPID")
CPUID_HIDE(0x7, 0, ECX,
	   "WAITPKG, CET_SS, PKS, KL, ENQCMD, SGX_LC, BUS_LOCK_DETECT, TME: not switched")
CPUID_HIDE(0x7, 0, ECX, "LA57: a VMM walks four levels; MAWAU: no MPX")
CPUID_RULE(0x7, 0, EDX, 0, BIT(4) | BIT(10) | BIT(14), 0,
	   "FSRM, MD_CLEAR, SERIALIZE")
CPUID_RULE(0x7, 0, EDX, CPUID_WHEN_AVX512, BIT(8) | BIT(23), 0,
	   "AVX512_VP2INTERSECT, FP16")
CPUID_RULE(0x7, 0, EDX, CPUID_HAS_SPEC_CTRL, BIT(26) | BIT(27) | BIT(31), 0,
	   "IBRS and IBPB, STIBP, SSBD")
CPUID_HIDE(0x7, 0, EDX,
	   "AVX512_4VNNIW, 4FMAPS: as Zircon; HYBRID: VCPUs are alike")
CPUID_HIDE(0x7, 0, EDX,
	   "UINTR, CET_IBT, LBR, PCONFIG, AMX, TSXLDTRK: not switched")
CPUID_HIDE(0x7, 0, EDX,
	   "SRBDS_CTRL, RTM_ALWAYS_ABORT, TSX_FORCE_ABORT, L1D_FLUSH: the host's")
CPUID_HIDE(0x7, 0, EDX,
	   "ARCH_CAPABILITIES, CORE_CAPABILITIES: MSRs of the host")
CPUID_RULE(0x7, 1, EAX, 0, BIT(7) | GENMASK(12, 10), 0,
	   "CMPCCXADD, FZLRM, FSRS, FSRCS")
CPUID_RULE(0x7, 1, EAX, CPUID_WHEN_AVX,
	   BIT(0) | BIT(1) | BIT(2) | BIT(4) | BIT(23), 0,
	   "SHA512, SM3, SM4, AVX_VNNI, AVX_IFMA")
CPUID_RULE(0x7, 1, EAX, CPUID_WHEN_AVX512, BIT(5), 0, "AVX512_BF16")
CPUID_HIDE(0x7, 1, EAX,
	   "FRED, LKGS, WRMSRNS, LAM, HRESET, ARCHPERFMONEXT, AMX: not virtualized")
CPUID_RULE(0x7, 1, EDX, CPUID_WHEN_AVX, BIT(4) | BIT(5) | BIT(10), 0,
	   "AVX_VNNI_INT8, AVX_NE_CONVERT, AVX_VNNI_INT16")
CPUID_RULE(0x7, 1, EDX, 0, BIT(14), 0, "PREFETCHI")
CPUID_HIDE(0x7, 1, EDX, "AMX, CET_SSS, AVX10, APX, UIRET_UIF: no state")
CPUID_RULE(0x7, 2, EDX, 0, BIT(5), 0, "MCDT_NO")
CPUID_HIDE(0x7, 2, EDX,
	   "PSFD, IPRED, RRSBA, DDPD and BHI controls: bits of SPEC_CTRL")

CPUID_LEAF(0xa, 0, FIXED, "PMU")
CPUID_RULE(0xa, ANY, EBX, 0, 0, 0x7f, "No architectural event")
CPUID_HIDE(0xa, ANY, EAX, "There is no PMU")

CPUID_LEAF(0xb, 1, FIX_TOPOLOGY, "Topology")
CPUID_RULE(0xb, 0, EBX, 0, 0, 1, "One logical processor at this level")
CPUID_RULE(0xb, 0, ECX, 0, 0, 0x100, "Level 0 is SMT")
CPUID_RULE(0xb, 0, EDX, 0, 0, 0, "x2APIC id of the VCPU")

CPUID_LEAF(0xd, CPUID_XCR0_COMPONENTS, FIX_XSAVE_SIZE, "XSAVE")
CPUID_RULE(0xd, 0, EAX, 0, 0, 0,
	   "x87 and SSE, AVX, AVX-512, PKRU, as far as they are in the host's XCR0")
CPUID_RULE(0xd, 0, EBX, 0, 0, 0, "Size for the guest's XCR0")
CPUID_RULE(0xd, 0, ECX, 0, 0, 0, "Size for all of EAX")
CPUID_RULE(0xd, 1, EAX, CPUID_WHEN_XSAVE, GENMASK(2, 0), 0,
	   "XSAVEOPT, XSAVEC, XGETBV with ECX = 1")
CPUID_RULE(0xd, 1, EBX, 0, 0, 0,
	   "Compacted size for the guest's XCR0, with XSAVEC")
CPUID_HIDE(0xd, 1, EAX, "XSAVES: no supervisor state. XFD: no AMX")
CPUID_HIDE(0xd, 0, EAX,
	   "MPX, PT, PASID, CET, HDC, UINTR, LBR, HWP, AMX, APX, LWP: not switched")

CPUID_LEAF(0x15, 0, FIXED, "TSC and crystal")
CPUID_RULE(0x15, ANY, EAX, 0, ~0u, 0, "All of it")
CPUID_RULE(0x15, ANY, EBX, 0, ~0u, 0, "All of it")
CPUID_RULE(0x15, ANY, ECX, 0, ~0u, 0, "All of it")

CPUID_LEAF(0x16, 0, FIXED, "Frequencies")
CPUID_RULE(0x16, ANY, EAX, 0, GENMASK(15, 0), 0, "Host's base")
CPUID_RULE(0x16, ANY, EBX, 0, GENMASK(15, 0), 0, "Host's maximum")
CPUID_RULE(0x16, ANY, ECX, 0, GENMASK(15, 0), 0, "Host's bus")

CPUID_LEAF(0x40000000, 0, FIXED, "Hypervisor")
CPUID_RULE(0x40000000, ANY, EAX, 0, 0, CPUID_KVM_MAX, "Highest such leaf")
CPUID_RULE(0x40000000, ANY, EBX, 0, 0, 0x4b4d564b, "KVMK")
CPUID_RULE(0x40000000, ANY, ECX, 0, 0, 0x564b4d56, "VMKV")
CPUID_RULE(0x40000000, ANY, EDX, 0, 0, 0x4d, "M")

CPUID_LEAF(0x40000001, 0, FIXED, "Paravirtual features")
CPUID_RULE(0x40000001, ANY, EAX, 0, 0, BIT(0) | BIT(1) | BIT(3),
	   "Clock, no I/O delay, clock with the new MSRs")
CPUID_RULE(0x40000001, ANY, EAX, CPUID_HAS_STABLE_TSC, 0, BIT(24),
	   "The clock is the same on all VCPUs")

CPUID_LEAF(0x80000000, 0, FIXED, "Vendor, highest extended leaf")
CPUID_RULE(0x80000000, ANY, EAX, 0, 0, 0, "Host's, 0x80000021 at most")
CPUID_RULE(0x80000000, ANY, EBX, 0, ~0u, 0, "Vendor")
CPUID_RULE(0x80000000, ANY, ECX, 0, ~0u, 0, "Vendor")
CPUID_RULE(0x80000000, ANY, EDX, 0, ~0u, 0, "Vendor")

CPUID_LEAF(0x80000001, 0, FIXED, "Features")
CPUID_RULE(0x80000001, ANY, EAX, 0, ~0u, 0, "Family, model, stepping")
CPUID_RULE(0x80000001, ANY, EBX, 0, ~0u, 0, "Brand, package type")
CPUID_RULE(0x80000001, ANY, ECX, 0,
	   BIT(0) | GENMASK(8, 4) | BIT(21) | BIT(22), 0,
	   "LAHF, AltMovCr8, LZCNT, SSE4A, MISALIGNSSE, PREFETCHW, TBM, TOPOEXT")
CPUID_RULE(0x80000001, ANY, ECX, CPUID_WHEN_AVX, BIT(11) | BIT(16), 0,
	   "XOP, FMA4")
CPUID_HIDE(0x80000001, ANY, ECX,
	   "CMP_LEGACY: one core in a package; SVM, SKINIT: no nesting")
CPUID_HIDE(0x80000001, ANY, ECX,
	   "EXTAPIC, OSVW, IBS, WDT, LWP, TCE, NODEID_MSR, BPEXT: the host's")
CPUID_HIDE(0x80000001, ANY, ECX,
	   "PERFCTR, PERFTSC, ADDRMASKEXT: no PMU; MWAITX: not virtualized")
CPUID_RULE(0x80000001, ANY, EDX, 0,
	   GENMASK(9, 0) | GENMASK(17, 11) | BIT(20) | GENMASK(24, 22) |
	   BIT(26) | GENMASK(31, 29), 0,
	   "As leaf 1; SYSCALL, NX, MMXEXT, 1 GiB pages, LM, 3DNow")
CPUID_RULE(0x80000001, ANY, EDX, CPUID_HAS_RDTSCP, BIT(27), 0, "RDTSCP")
CPUID_HIDE(0x80000001, ANY, EDX, "FFXSR: a bit of EFER; MP")

CPUID_LEAF(0x80000002, 0, FIXED, "Name, first part")
CPUID_RULE(0x80000002, ANY, EAX, 0, ~0u, 0, "All of it")
CPUID_RULE(0x80000002, ANY, EBX, 0, ~0u, 0, "All of it")
CPUID_RULE(0x80000002, ANY, ECX, 0, ~0u, 0, "All of it")
CPUID_RULE(0x80000002, ANY, EDX, 0, ~0u, 0, "All of it")
CPUID_LEAF(0x80000003, 0, FIXED, "Name, second part")
CPUID_RULE(0x80000003, ANY, EAX, 0, ~0u, 0, "All of it")
CPUID_RULE(0x80000003, ANY, EBX, 0, ~0u, 0, "All of it")
CPUID_RULE(0x80000003, ANY, ECX, 0, ~0u, 0, "All of it")
CPUID_RULE(0x80000003, ANY, EDX, 0, ~0u, 0, "All of it")
CPUID_LEAF(0x80000004, 0, FIXED, "Name, third part")
CPUID_RULE(0x80000004, ANY, EAX, 0, ~0u, 0, "All of it")
CPUID_RULE(0x80000004, ANY, EBX, 0, ~0u, 0, "All of it")
CPUID_RULE(0x80000004, ANY, ECX, 0, ~0u, 0, "All of it")
CPUID_RULE(0x80000004, ANY, EDX, 0, ~0u, 0, "All of it")

CPUID_LEAF(0x80000005, 0, FIXED, "L1 caches and TLBs (AMD)")
CPUID_RULE(0x80000005, ANY, EAX, 0, ~0u, 0, "All of it")
CPUID_RULE(0x80000005, ANY, EBX, 0, ~0u, 0, "All of it")
CPUID_RULE(0x80000005, ANY, ECX, 0, ~0u, 0, "All of it")
CPUID_RULE(0x80000005, ANY, EDX, 0, ~0u, 0, "All of it")
CPUID_LEAF(0x80000006, 0, FIXED, "L2 and L3 caches and TLBs")
CPUID_RULE(0x80000006, ANY, EAX, 0, ~0u, 0, "All of it")
CPUID_RULE(0x80000006, ANY, EBX, 0, ~0u, 0, "All of it")
CPUID_RULE(0x80000006, ANY, ECX, 0, ~0u, 0, "All of it")
CPUID_RULE(0x80000006, ANY, EDX, 0, ~0u, 0, "All of it")

CPUID_LEAF(0x80000007, 0, FIXED, "Power (AMD), TSC")
CPUID_RULE(0x80000007, ANY, EDX, CPUID_HAS_STABLE_TSC, BIT(8), 0,
	   "Invariant TSC")
CPUID_HIDE(0x80000007, ANY, EDX, "Power and thermal state of the host")

CPUID_LEAF(0x80000008, 0, FIXED, "Address sizes")
CPUID_RULE(0x80000008, ANY, EAX, 0, 0, 0,
	   "Host's physical and linear size, 48 each at most")
CPUID_RULE(0x80000008, ANY, EBX, 0,
	   BIT(0) | BIT(9) | BIT(20) | BIT(26) | BIT(29), 0,
	   "CLZERO, WBNOINVD, no EFER.LMSLE, SSB_NO, BTC_NO")
CPUID_RULE(0x80000008, ANY, EBX, CPUID_WHEN_XSAVE, BIT(2), 0, "XSAVEERPTR")
CPUID_RULE(0x80000008, ANY, EBX, CPUID_HAS_SPEC_CTRL,
	   BIT(12) | GENMASK(19, 14) | BIT(24) | BIT(28) | BIT(30), 0,
	   "IBPB, IBRS, STIBP and how to use them, SSBD, PSFD, IBPB_RET")
CPUID_HIDE(0x80000008, ANY, EBX,
	   "INSTRETCNT, RDPRU, MCOMMIT, INVLPGB, PPIN, CPPC, VIRT_SSBD: the host's")
CPUID_HIDE(0x80000008, ANY, ECX, "One core in a package")

CPUID_LEAF(0x80000019, 0, FIXED, "TLBs for 1 GiB pages (AMD)")
CPUID_RULE(0x80000019, ANY, EAX, 0, ~0u, 0, "All of it")
CPUID_RULE(0x80000019, ANY, EBX, 0, ~0u, 0, "All of it")

CPUID_LEAF(0x8000001a, 0, FIXED, "Performance hints (AMD)")
CPUID_RULE(0x8000001a, ANY, EAX, 0, GENMASK(2, 0), 0, "FP128, MOVU, FP256")

CPUID_LEAF(0x8000001d, 8, FIXED, "Caches (AMD)")
CPUID_RULE(0x8000001d, ANY, EAX, 0, GENMASK(9, 0), 0, "Type, level")
CPUID_HIDE(0x8000001d, ANY, EAX, "25:14: no processor shares a cache")
CPUID_RULE(0x8000001d, ANY, EBX, 0, ~0u, 0, "Line size, partitions, ways")
CPUID_RULE(0x8000001d, ANY, ECX, 0, ~0u, 0, "Sets")
CPUID_RULE(0x8000001d, ANY, EDX, 0, GENMASK(1, 0), 0,
	   "Behaviour of WBINVD, inclusiveness")

CPUID_LEAF(0x8000001e, 0, FIX_AMD_TOPOLOGY, "Topology (AMD)")
CPUID_RULE(0x8000001e, ANY, EAX, 0, 0, 0, "APIC id of the VCPU")
CPUID_RULE(0x8000001e, ANY, EBX, 0, 0, 0,
	   "Core id: the low 8 bits of the APIC id; one thread in a core")
CPUID_RULE(0x8000001e, ANY, ECX, 0, 0, 0, "Node 0, one node")

CPUID_LEAF(0x80000021, 0, FIXED, "More features (AMD)")
CPUID_RULE(0x80000021, ANY, EAX, 0,
	   GENMASK(2, 0) | BIT(6), 0,
	   "NoNestedDataBp, WRMSR of FS and GS base or LFENCE serializes, null clears base")
CPUID_RULE(0x80000021, ANY, EAX, 0, BIT(10) | BIT(11) | BIT(29), 0,
	   "FSRS, FSRC, SRSO_NO")
CPUID_HIDE(0x80000021, ANY, EAX,
	   "Automatic IBRS, UAI: bits of EFER; SBPB, IBPB_BRTYPE: of PRED_CMD")
CPUID_HIDE(0x80000021, ANY, EAX,
	   "PREFETCHCTL, SMM_CTL, PMC: MSRs of the host")
