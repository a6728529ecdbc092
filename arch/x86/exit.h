/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What stands in the vendors' tables of exits: the rows, and the handlers of
 * exits that both have and that need no translation.
 */
#ifndef ZXVM_X86_EXIT_H
#define ZXVM_X86_EXIT_H

#include <linux/types.h>

#include "arch.h"

/**
 * struct zxvm_reason - one reason for an exit
 * @name: in zxvm/exits
 * @handler: what is done, loaded and with interrupts off. Returns what is
 *	left to do
 * @insn_len: vcpu->arch.insn_len is to be set before
 */
struct zxvm_reason {
	const char *name;
	enum zxvm_run (*handler)(struct zxvm_vcpu *vcpu,
				 struct zxvm_exit *exit);
	bool insn_len;
};

/* clock.c, exit.c, msr_exit.c */
enum zxvm_run zxvm_handle_cpuid(struct zxvm_vcpu *vcpu,
				struct zxvm_exit *exit);
enum zxvm_run zxvm_handle_gp(struct zxvm_vcpu *vcpu, struct zxvm_exit *exit);
enum zxvm_run zxvm_handle_hlt(struct zxvm_vcpu *vcpu, struct zxvm_exit *exit);
enum zxvm_run zxvm_handle_hypercall(struct zxvm_vcpu *vcpu,
				    struct zxvm_exit *exit);
enum zxvm_run zxvm_handle_interrupt(struct zxvm_vcpu *vcpu,
				    struct zxvm_exit *exit);
enum zxvm_run zxvm_handle_mov_dr(struct zxvm_vcpu *vcpu,
				 struct zxvm_exit *exit);
enum zxvm_run zxvm_handle_nop(struct zxvm_vcpu *vcpu, struct zxvm_exit *exit);
enum zxvm_run zxvm_handle_rdmsr(struct zxvm_vcpu *vcpu,
				struct zxvm_exit *exit);
enum zxvm_run zxvm_handle_refused(struct zxvm_vcpu *vcpu,
				  struct zxvm_exit *exit);
enum zxvm_run zxvm_handle_shutdown(struct zxvm_vcpu *vcpu,
				   struct zxvm_exit *exit);
enum zxvm_run zxvm_handle_ud(struct zxvm_vcpu *vcpu, struct zxvm_exit *exit);
enum zxvm_run zxvm_handle_window(struct zxvm_vcpu *vcpu,
				 struct zxvm_exit *exit);
enum zxvm_run zxvm_handle_wrmsr(struct zxvm_vcpu *vcpu,
				struct zxvm_exit *exit);
enum zxvm_run zxvm_handle_xsetbv(struct zxvm_vcpu *vcpu,
				 struct zxvm_exit *exit);

#endif /* ZXVM_X86_EXIT_H */
