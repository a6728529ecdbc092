// SPDX-License-Identifier: GPL-2.0
/*
 * Bochs counts instructions by kind between the marks of the bench, one line
 * for each interval in the file that $BENCH_COUNTS names, as the plug-in of
 * QEMU does; and each instruction of the host's kernel by itself in the file
 * that $BENCH_PROFILE names. What a guest executes is left out. There is one CPU.
 */
#include <unordered_map>

#include "bochs.h"
#include "cpu/cpu.h"

extern "C" {
#include "classify.h"
}

#define KERNEL	(1ULL << 63)

static uint64_t counts[KINDS];
static std::unordered_map<uint64_t, uint64_t> profile;
static bool counting;

static void begin(void)
{
	memset(counts, 0, sizeof(counts));
	profile.clear();
	counting = true;
}

static void write_profile(void)
{
	static const char *name = getenv("BENCH_PROFILE");
	static FILE *out = name ? fopen(name, "w") : NULL;

	if (!out)
		return;
	fprintf(out, "interval\n");
	for (auto &slot : profile)
		fprintf(out, "%llx %llu\n", (unsigned long long)slot.first,
			(unsigned long long)slot.second);
	fflush(out);
}

static void end(void)
{
	static FILE *out = fopen(getenv("BENCH_COUNTS"), "w");

	counting = false;
	for (int kind = 0; kind < KINDS; kind++)
		if (kind_names[kind])
			fprintf(out, "%s=%llu ", kind_names[kind],
				(unsigned long long)counts[kind]);
	fprintf(out, "\n");
	fflush(out);
	write_profile();
}

void bx_instr_before_execution(unsigned int cpu, bxInstruction_c *i)
{
	uint64_t addr;
	bool kernel;
	int kind;

	if (!counting && i->ilen() != MARK_SIZE)
		return;
	if (BX_CPU(cpu)->in_vmx_guest || BX_CPU(cpu)->in_svm_guest)
		return;
	addr = BX_CPU(cpu)->get_instruction_pointer();
	kernel = addr & KERNEL;
	kind = classify(i->get_opcode_bytes(), i->ilen(), kernel);
	if (kind == MARK_BEGIN)
		begin();
	else if (kind == MARK_END)
		end();
	else if (kind >= 0)
		counts[kind]++;
	counts[kernel ? KIND_KERNEL : KIND_USER]++;
	if (kernel)
		profile[addr]++;
}
