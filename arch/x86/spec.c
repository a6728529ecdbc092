// SPDX-License-Identifier: GPL-2.0
/*
 * Speculation: from what the kernel has chosen to what is done for guests.
 * The table is in Documentation/mitigations-x86.rst.
 */
#include <linux/kernel.h>

#include "spec.h"

static u32 decide_l1d(const struct spec_host *host)
{
	if (!host->vmx || !host->l1tf || host->l1d == SPEC_L1D_NEVER)
		return 0;
	if (!host->flush_cmd)
		return SPEC_L1D_MISSING;
	return host->l1d == SPEC_L1D_EACH_ENTRY ? SPEC_L1D_ALWAYS :
						  SPEC_L1D_COND;
}

static u32 decide_after_exit(const struct spec_host *host)
{
	u32 actions = 0;

	if (host->rsb_vmexit)
		actions |= SPEC_RSB_FILL;
	else if (host->vmx && host->rsb_lite)
		actions |= SPEC_RSB_LITE;
	if (host->vmx && host->kernel_ibrs)
		actions |= SPEC_IBRS;
	if (host->vmx && host->bhb_loop)
		actions |= SPEC_BHB;
	if (!host->vmx && host->unret)
		actions |= SPEC_UNTRAIN;
	return actions;
}

/*
 * One barrier is enough: after an exit it also stands between a guest and
 * user space, and between two VCPUs; so does the second one for the third.
 */
static u32 decide_ibpb(const struct spec_host *host)
{
	if (!host->vmx && host->ibpb_vmexit)
		return SPEC_IBPB_EXIT;
	if (host->ibpb_user)
		return SPEC_IBPB_PUT;
	return host->ibpb ? SPEC_IBPB_LOAD : 0;
}

/**
 * spec_decide() - what is to be done on this host
 * @host: what it is like
 *
 * Context: any.
 * Return: SPEC_*.
 */
u32 spec_decide(const struct spec_host *host)
{
	u32 actions;

	if (host->off)
		return 0;
	actions = decide_l1d(host) | decide_after_exit(host) |
		  decide_ibpb(host);
	if (host->vmx ? host->verw : host->verw_svm)
		actions |= SPEC_VERW;
	return actions;
}

static const char * const action_names[SPEC_ACTIONS] = {
	"L1D flush if other code ran", "L1D flush", "VERW", "RSB fill",
	"RSB call", "IBRS", "BHB clear", "untrain", "IBPB on exit",
	"IBPB to user", "IBPB on VCPU switch", "no L1D flush in microcode",
};

/**
 * spec_describe() - actions in words
 * @actions: SPEC_*
 * @text: gets the words, cut off at the end of the last that fits
 * @size: of @text, not 0
 *
 * Context: any.
 * Return: length of the text.
 */
size_t spec_describe(u32 actions, char *text, size_t size)
{
	size_t length = 0, part;
	unsigned int i;

	text[0] = '\0';
	for (i = 0; i < SPEC_ACTIONS; i++) {
		if (!(actions & BIT(i)))
			continue;
		part = snprintf(text + length, size - length, "%s%s",
				length ? ", " : "", action_names[i]);
		if (part >= size - length) {
			text[length] = '\0';
			break;
		}
		length += part;
	}
	return length;
}
