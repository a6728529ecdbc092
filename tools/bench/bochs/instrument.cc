// SPDX-License-Identifier: GPL-2.0
/*
 * Bochs counts instructions by kind between the marks of the bench, one line
 * for each interval in the file that $BENCH_COUNTS names, as the plug-in of
 * QEMU does. What a guest executes is left out. There is one CPU.
 */
#include "bochs.h"
#include "cpu/cpu.h"

extern "C" {
#include "classify.h"
}

#define KERNEL	(1ULL << 63)

static uint64_t counts[KINDS];
static bool counting;

static void begin(void)
{
	memset(counts, 0, sizeof(counts));
	counting = true;
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
}

void bx_instr_before_execution(unsigned int cpu, bxInstruction_c *i)
{
	bool kernel;
	int kind;

	if (!counting && i->ilen() != MARK_SIZE)
		return;
	if (BX_CPU(cpu)->in_vmx_guest || BX_CPU(cpu)->in_svm_guest)
		return;
	kernel = BX_CPU(cpu)->get_instruction_pointer() & KERNEL;
	kind = classify(i->get_opcode_bytes(), i->ilen(), kernel);
	if (kind == MARK_BEGIN)
		begin();
	else if (kind == MARK_END)
		end();
	else if (kind >= 0)
		counts[kind]++;
	counts[KIND_KERNEL] += kernel;
}
