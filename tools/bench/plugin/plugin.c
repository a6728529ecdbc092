// SPDX-License-Identifier: GPL-2.0
/*
 * A QEMU plug-in that counts instructions by kind between the marks of the
 * bench, one line for each interval:
 *
 *	-plugin count.so,out=FILE[,profile=FILE]
 *
 * The host's kernel is told by its addresses. With profile=, each of its
 * instructions is counted by itself.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api.h"
#include "classify.h"

#define SLOTS		(1U << 21)

int qemu_plugin_version = 1;
int qemu_plugin_install(uint64_t id, const struct qemu_info *info, int argc,
			char **argv);

struct slot {
	uint64_t addr;
	uint64_t count;
};

static uint64_t counts[KINDS];
static struct slot *slots;
static FILE *out, *profile;

static void begin(unsigned int vcpu, void *data)
{
	unsigned int i;

	(void)vcpu;
	(void)data;
	memset(counts, 0, sizeof(counts));
	for (i = 0; slots && i < SLOTS; i++)
		slots[i].count = 0;
}

static void end(unsigned int vcpu, void *data)
{
	unsigned int i;

	(void)vcpu;
	(void)data;
	for (i = 0; i < KINDS; i++)
		if (kind_names[i])
			fprintf(out, "%s=%llu ", kind_names[i],
				(unsigned long long)counts[i]);
	fprintf(out, "\n");
	fflush(out);
	if (!slots)
		return;
	fprintf(profile, "interval\n");
	for (i = 0; i < SLOTS; i++)
		if (slots[i].count)
			fprintf(profile, "%llx %llu\n",
				(unsigned long long)slots[i].addr,
				(unsigned long long)slots[i].count);
	fflush(profile);
}

static uint64_t *slot_of(uint64_t addr)
{
	unsigned int i = (addr >> 1) % SLOTS;

	while (slots[i].addr && slots[i].addr != addr)
		i = (i + 1) % SLOTS;
	slots[i].addr = addr;
	return &slots[i].count;
}

static void count(struct qemu_plugin_insn *insn, uint64_t *counter)
{
	qemu_plugin_register_vcpu_insn_exec_inline(insn, INLINE_ADD_U64,
						   counter, 1);
}

static void translate(uint64_t id, struct qemu_plugin_tb *tb)
{
	size_t i, n = qemu_plugin_tb_n_insns(tb);

	(void)id;
	for (i = 0; i < n; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		uint64_t addr = qemu_plugin_insn_vaddr(insn);
		enum side side = side_of(addr);
		int kind;

		if (side == SIDE_GUEST)
			continue;
		kind = classify(qemu_plugin_insn_data(insn),
				qemu_plugin_insn_size(insn),
				side == SIDE_KERNEL);
		if (kind == MARK_BEGIN)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, begin,
							       CB_NO_REGS, NULL);
		else if (kind == MARK_END)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, end,
							       CB_NO_REGS, NULL);
		else if (kind >= 0)
			count(insn, &counts[kind]);
		if (side == SIDE_USER)
			count(insn, &counts[KIND_USER]);
		if (side != SIDE_KERNEL)
			continue;
		count(insn, &counts[KIND_KERNEL]);
		if (slots)
			count(insn, slot_of(addr));
	}
}

/* Called by QEMU when it loads the plug-in. */
int qemu_plugin_install(uint64_t id, const struct qemu_info *info, int argc,
			char **argv)
{
	int i;

	(void)info;
	for (i = 0; i < argc; i++) {
		if (!strncmp(argv[i], "out=", 4))
			out = fopen(argv[i] + 4, "w");
		else if (!strncmp(argv[i], "profile=", 8))
			profile = fopen(argv[i] + 8, "w");
	}
	if (!out)
		return -1;
	if (profile)
		slots = calloc(SLOTS, sizeof(*slots));
	qemu_plugin_register_vcpu_tb_trans_cb(id, translate);
	return 0;
}
