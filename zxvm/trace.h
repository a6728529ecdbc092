/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracepoints.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM zxvm

#if !defined(ZXVM_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define ZXVM_TRACE_H

#include <linux/tracepoint.h>

TRACE_EVENT(zxvm_exit,
	TP_PROTO(u32 vcpu, u32 code, u64 pc, u64 info),
	TP_ARGS(vcpu, code, pc, info),
	TP_STRUCT__entry(
		__field(u32, vcpu)
		__field(u32, code)
		__field(u64, pc)
		__field(u64, info)
	),
	TP_fast_assign(
		__entry->vcpu = vcpu;
		__entry->code = code;
		__entry->pc = pc;
		__entry->info = info;
	),
	TP_printk("vcpu %u code 0x%x pc 0x%llx info 0x%llx", __entry->vcpu,
		  __entry->code, __entry->pc, __entry->info)
);

TRACE_EVENT(zxvm_enter_return,
	TP_PROTO(u32 vcpu, int status, u32 reason),
	TP_ARGS(vcpu, status, reason),
	TP_STRUCT__entry(
		__field(u32, vcpu)
		__field(int, status)
		__field(u32, reason)
	),
	TP_fast_assign(
		__entry->vcpu = vcpu;
		__entry->status = status;
		__entry->reason = reason;
	),
	TP_printk("vcpu %u status %d reason %u", __entry->vcpu,
		  __entry->status, __entry->reason)
);

TRACE_EVENT(zxvm_fault,
	TP_PROTO(u32 vcpu, u64 gpa, u32 access, int result),
	TP_ARGS(vcpu, gpa, access, result),
	TP_STRUCT__entry(
		__field(u32, vcpu)
		__field(u64, gpa)
		__field(u32, access)
		__field(int, result)
	),
	TP_fast_assign(
		__entry->vcpu = vcpu;
		__entry->gpa = gpa;
		__entry->access = access;
		__entry->result = result;
	),
	TP_printk("vcpu %u gpa 0x%llx access 0x%x result %d", __entry->vcpu,
		  __entry->gpa, __entry->access, __entry->result)
);

TRACE_EVENT(zxvm_interrupt,
	TP_PROTO(u32 vcpu, u32 vector),
	TP_ARGS(vcpu, vector),
	TP_STRUCT__entry(
		__field(u32, vcpu)
		__field(u32, vector)
	),
	TP_fast_assign(
		__entry->vcpu = vcpu;
		__entry->vector = vector;
	),
	TP_printk("vcpu %u vector %u", __entry->vcpu, __entry->vector)
);

#endif /* ZXVM_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace

#include <trace/define_trace.h>
