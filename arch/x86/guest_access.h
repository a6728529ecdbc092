/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Guest memory as the guest's own instructions see it: segments and page
 * tables on the way, and the instruction at RIP (fetch.c). For the owner
 * thread, loaded, with interrupts on; zxvm_fetch_again() with them off, too.
 */
#ifndef ZXVM_X86_GUEST_ACCESS_H
#define ZXVM_X86_GUEST_ACCESS_H

#include <linux/types.h>

#include "insn.h"
#include "vendor.h"
#include "walk.h"

u64 zxvm_linear(struct zxvm_vcpu *vcpu, enum zxvm_seg seg, u64 offset);
bool zxvm_segment_allows(struct zxvm_vcpu *vcpu, enum zxvm_seg seg, u64 first,
			 u64 last, bool write);
enum zxvm_run zxvm_unreadable(struct zxvm_exit *exit, int error);
enum zxvm_run zxvm_translate(struct zxvm_vcpu *vcpu, struct zxvm_exit *exit,
			     u64 linear, u32 access, u64 *gpa);
void zxvm_walk_regs(struct zxvm_vcpu *vcpu, const struct zxvm_code *code,
		    struct walk_regs *regs);

int zxvm_fetch_init(struct zxvm_vcpu *vcpu);
void zxvm_fetch_destroy(struct zxvm_vcpu *vcpu);
bool zxvm_fetch_again(struct zxvm_vcpu *vcpu, const struct zxvm_code *code);
int zxvm_fetch_insn(struct zxvm_vcpu *vcpu, struct insn *insn);

#endif /* ZXVM_X86_GUEST_ACCESS_H */
