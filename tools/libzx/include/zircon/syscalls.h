/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The Zircon calls that libzx provides on Linux.
 *
 * Every call on a handle checks, before anything else, in this order:
 * ZX_ERR_BAD_HANDLE (no such handle), ZX_ERR_WRONG_TYPE (another kind of
 * object), ZX_ERR_ACCESS_DENIED (a right is missing). These three are not
 * repeated below. A NULL where a result must go is ZX_ERR_INVALID_ARGS.
 * On an error nothing is written through the pointers.
 */
#ifndef ZIRCON_SYSCALLS_H_
#define ZIRCON_SYSCALLS_H_

#include <zircon/process.h>
#include <zircon/syscalls/types.h>
#include <zircon/types.h>

__BEGIN_CDECLS

/* Handles */

/**
 * zx_handle_close() - give a handle back
 * @handle: any handle, or ZX_HANDLE_INVALID, which is fine
 *
 * Never waits: a call that another thread has under way on the handle ends
 * as if the handle were still there, and the object lives until then.
 *
 * Return: ZX_OK or ZX_ERR_BAD_HANDLE.
 */
zx_status_t zx_handle_close(zx_handle_t handle);

/**
 * zx_handle_close_many() - give many handles back
 * @handles: @num_handles handles; ZX_HANDLE_INVALID is skipped
 * @num_handles: how many
 *
 * Return: ZX_OK, or ZX_ERR_BAD_HANDLE if one was bad; the others are closed.
 */
zx_status_t zx_handle_close_many(const zx_handle_t *handles,
				 size_t num_handles);

/**
 * zx_handle_duplicate() - a second handle to the same object
 * @handle: right DUPLICATE
 * @rights: a subset of the handle's, or ZX_RIGHT_SAME_RIGHTS
 * @out: the new handle
 *
 * Return: ZX_OK; ZX_ERR_INVALID_ARGS for rights that @handle lacks;
 * ZX_ERR_NO_MEMORY, ZX_ERR_NO_RESOURCES.
 */
zx_status_t zx_handle_duplicate(zx_handle_t handle, zx_rights_t rights,
				zx_handle_t *out);

/**
 * zx_handle_replace() - swap a handle for one with fewer rights
 * @handle: is gone afterwards, whatever is returned
 * @rights: a subset of the handle's, or ZX_RIGHT_SAME_RIGHTS
 * @out: the new handle
 *
 * Return: as zx_handle_duplicate().
 */
zx_status_t zx_handle_replace(zx_handle_t handle, zx_rights_t rights,
			      zx_handle_t *out);

/* Objects */

/**
 * zx_object_get_info() - ask about an object
 * @handle: right INSPECT for ZX_INFO_VMAR and ZX_INFO_VCPU, none for others
 * @topic: ZX_INFO_HANDLE_VALID, _HANDLE_BASIC, _VMAR or _VCPU
 * @buffer: the record of the topic
 * @buffer_size: its size; larger is fine
 * @actual: records written, may be NULL
 * @avail: records there are, may be NULL
 *
 * Return: ZX_OK; ZX_ERR_BUFFER_TOO_SMALL (@actual and @avail are still
 * written); ZX_ERR_NOT_SUPPORTED for another topic; ZX_ERR_BAD_STATE for a
 * region that was destroyed.
 */
zx_status_t zx_object_get_info(zx_handle_t handle, uint32_t topic,
			       void *buffer, size_t buffer_size,
			       size_t *actual, size_t *avail);

/**
 * zx_object_get_property() - read a property
 * @handle: right GET_PROPERTY
 * @property: ZX_PROP_NAME
 * @value: ZX_MAX_NAME_LEN bytes, padded with zeros
 * @value_size: at least ZX_MAX_NAME_LEN
 *
 * Return: ZX_OK; ZX_ERR_BUFFER_TOO_SMALL; ZX_ERR_NOT_SUPPORTED for another
 * property.
 */
zx_status_t zx_object_get_property(zx_handle_t handle, uint32_t property,
				   void *value, size_t value_size);

/**
 * zx_object_set_property() - write a property
 * @handle: right SET_PROPERTY
 * @property: ZX_PROP_NAME
 * @value: the name; no closing zero is needed, what is too long is cut
 * @value_size: its length
 *
 * Return: ZX_OK; ZX_ERR_NOT_SUPPORTED for another property.
 */
zx_status_t zx_object_set_property(zx_handle_t handle, uint32_t property,
				   const void *value, size_t value_size);

/**
 * zx_object_signal() - change the signals of an object of this process
 * @handle: right SIGNAL; an event, a VMO or a VCPU
 * @clear_mask: signals to clear
 * @set_mask: signals to set
 *
 * Only ZX_USER_SIGNAL_* and, on an event, ZX_EVENT_SIGNALED can be changed.
 * Signals live in this process: another process that received the object
 * does not see them.
 *
 * Return: ZX_OK; ZX_ERR_INVALID_ARGS for other signals.
 */
zx_status_t zx_object_signal(zx_handle_t handle, zx_signals_t clear_mask,
			     zx_signals_t set_mask);

/**
 * zx_object_wait_one() - wait for a signal
 * @handle: right WAIT, so not a port, guest or VMAR
 * @signals: any of these ends the wait
 * @deadline: when to give up
 * @observed: all signals at the end, also when it timed out; may be NULL
 *
 * A thread has ZX_THREAD_RUNNING until it has ZX_THREAD_TERMINATED.
 *
 * Return: ZX_OK; ZX_ERR_TIMED_OUT; ZX_ERR_CANCELED when @handle was closed
 * meanwhile.
 */
zx_status_t zx_object_wait_one(zx_handle_t handle, zx_signals_t signals,
			       zx_time_t deadline, zx_signals_t *observed);

/**
 * zx_object_wait_async() - have a port told of a signal
 *
 * Not available: signals live in the process, ports in the kernel. Use
 * zx_object_wait_one() on a thread that queues a packet, or the descriptors
 * of the objects with poll.
 *
 * Return: ZX_ERR_NOT_SUPPORTED.
 */
zx_status_t zx_object_wait_async(zx_handle_t handle, zx_handle_t port,
				 uint64_t key, zx_signals_t signals,
				 uint32_t options);

/**
 * zx_event_create() - an object that has nothing but signals
 * @options: 0
 * @out: the event
 *
 * Return: ZX_OK; ZX_ERR_INVALID_ARGS; ZX_ERR_NO_MEMORY.
 */
zx_status_t zx_event_create(uint32_t options, zx_handle_t *out);

/* Guests and VCPUs */

/**
 * zx_guest_create() - make a guest
 * @resource: not looked at; access to /dev/zxvm is the permission
 * @options: 0
 * @guest_handle: the guest
 * @vmar_handle: its physical address space, empty
 *
 * Return: ZX_OK; ZX_ERR_INVALID_ARGS; ZX_ERR_ACCESS_DENIED without
 * permission for the device; ZX_ERR_NOT_SUPPORTED without the device or the
 * hardware; ZX_ERR_UNAVAILABLE while another hypervisor has the hardware;
 * ZX_ERR_NO_MEMORY, ZX_ERR_NO_RESOURCES.
 */
zx_status_t zx_guest_create(zx_handle_t resource, uint32_t options,
			    zx_handle_t *guest_handle,
			    zx_handle_t *vmar_handle);

/**
 * zx_guest_set_trap() - be told of the guest's accesses to a range
 * @handle: the guest; right WRITE
 * @kind: ZX_GUEST_TRAP_BELL, _MEM or (x86) _IO
 * @addr: start of the range; a multiple of 4096 unless _IO
 * @size: its size; likewise
 * @port_handle: _BELL: where packets go, right WRITE; else ZX_HANDLE_INVALID
 * @key: comes back in the packets
 *
 * The range is taken out of the guest's mappings and sub-regions.
 *
 * Return: ZX_OK; ZX_ERR_INVALID_ARGS; ZX_ERR_OUT_OF_RANGE (_IO);
 * ZX_ERR_ALREADY_EXISTS if it meets another trap; ZX_ERR_NOT_SUPPORTED for
 * _IO elsewhere than x86; ZX_ERR_NO_MEMORY.
 */
zx_status_t zx_guest_set_trap(zx_handle_t handle, uint32_t kind,
			      zx_gpaddr_t addr, size_t size,
			      zx_handle_t port_handle, uint64_t key);

/**
 * zx_vcpu_create() - make a VCPU that belongs to the calling thread
 * @guest: right MANAGE_THREAD
 * @options: 0; anything else is ZX_ERR_INVALID_ARGS before @guest is looked at
 * @entry: where it starts
 * @out: the VCPU
 *
 * Return: ZX_OK; ZX_ERR_INVALID_ARGS; ZX_ERR_BAD_STATE if the thread owns a
 * VCPU; ZX_ERR_NO_RESOURCES if the guest has as many as it can;
 * ZX_ERR_NO_MEMORY; ZX_ERR_NOT_SUPPORTED.
 */
zx_status_t zx_vcpu_create(zx_handle_t guest, uint32_t options,
			   zx_gpaddr_t entry, zx_handle_t *out);

/**
 * zx_vcpu_enter() - run the guest until it needs its owner
 * @handle: right EXECUTE; called by the owner thread
 * @packet: what happened
 *
 * Signals do not end it. One system call.
 *
 * Return: ZX_OK; ZX_ERR_CANCELED after a kick (zxvm_vcpu_exit_reason() tells
 * it from a reset asked for by the guest); ZX_ERR_STOP and
 * ZX_ERR_UNAVAILABLE when the guest switched off this VCPU or itself;
 * ZX_ERR_BAD_STATE from another thread; ZX_ERR_NOT_FOUND for memory that is
 * neither mapped nor trapped; other errors for what a guest cannot do.
 */
zx_status_t zx_vcpu_enter(zx_handle_t handle, zx_port_packet_t *packet);

/**
 * zx_vcpu_kick() - make the current or next enter return ZX_ERR_CANCELED
 * @handle: right EXECUTE; any thread
 *
 * Return: ZX_OK.
 */
zx_status_t zx_vcpu_kick(zx_handle_t handle);

/**
 * zx_vcpu_interrupt() - make an interrupt pending
 * @handle: right SIGNAL; any thread
 * @vector: below 256
 *
 * Return: ZX_OK; ZX_ERR_OUT_OF_RANGE.
 */
zx_status_t zx_vcpu_interrupt(zx_handle_t handle, uint32_t vector);

/**
 * zx_vcpu_read_state() - read the general registers
 * @handle: right READ; called by the owner thread
 * @kind: ZX_VCPU_STATE
 * @buffer: a zx_vcpu_state_t
 * @buffer_size: exactly its size
 *
 * No system call when the VCPU page has what is asked for.
 *
 * Return: ZX_OK; ZX_ERR_INVALID_ARGS; ZX_ERR_BAD_STATE from another thread.
 */
zx_status_t zx_vcpu_read_state(zx_handle_t handle, uint32_t kind,
			       void *buffer, size_t buffer_size);

/**
 * zx_vcpu_write_state() - write the general registers, or the result of IN
 * @handle: right WRITE; called by the owner thread
 * @kind: ZX_VCPU_STATE, or (x86) ZX_VCPU_IO
 * @buffer: a zx_vcpu_state_t or zx_vcpu_io_t
 * @buffer_size: exactly its size
 *
 * x86: rflags counts when its bit 1 is set. No system call for ZX_VCPU_STATE.
 *
 * Return: ZX_OK; ZX_ERR_INVALID_ARGS; ZX_ERR_BAD_STATE from another thread.
 */
zx_status_t zx_vcpu_write_state(zx_handle_t handle, uint32_t kind,
				const void *buffer, size_t buffer_size);

/* Memory objects */

/**
 * zx_vmo_create() - make memory, all zero, that takes room when touched
 * @size: rounded up to a page
 * @options: 0 or ZX_VMO_RESIZABLE
 * @out: the VMO; with right RESIZE if it is resizable
 *
 * Return: ZX_OK; ZX_ERR_INVALID_ARGS; ZX_ERR_OUT_OF_RANGE for too large a
 * size; ZX_ERR_NOT_SUPPORTED for other options of Zircon; ZX_ERR_NO_MEMORY,
 * ZX_ERR_NO_RESOURCES.
 */
zx_status_t zx_vmo_create(uint64_t size, uint32_t options, zx_handle_t *out);

/**
 * zx_vmo_read() - copy out of a VMO
 * @handle: right READ
 * @buffer: @buffer_size bytes
 * @offset: from here on
 * @buffer_size: how many
 *
 * Return: ZX_OK; ZX_ERR_OUT_OF_RANGE past the end; ZX_ERR_INVALID_ARGS for a
 * bad pointer.
 */
zx_status_t zx_vmo_read(zx_handle_t handle, void *buffer, uint64_t offset,
			size_t buffer_size);

/**
 * zx_vmo_write() - copy into a VMO
 * @handle: right WRITE
 * @buffer: @buffer_size bytes
 * @offset: from here on
 * @buffer_size: how many
 *
 * Return: as zx_vmo_read(), and ZX_ERR_NO_MEMORY.
 */
zx_status_t zx_vmo_write(zx_handle_t handle, const void *buffer,
			 uint64_t offset, size_t buffer_size);

/**
 * zx_vmo_get_size() - how large a VMO is
 * @handle: no right needed
 * @size: in bytes
 *
 * Return: ZX_OK.
 */
zx_status_t zx_vmo_get_size(zx_handle_t handle, uint64_t *size);

/**
 * zx_vmo_set_size() - change how large a resizable VMO is
 * @handle: rights WRITE and RESIZE
 * @size: rounded up to a page
 *
 * Return: ZX_OK; ZX_ERR_UNAVAILABLE for a VMO that is not resizable;
 * ZX_ERR_OUT_OF_RANGE; ZX_ERR_NO_MEMORY.
 */
zx_status_t zx_vmo_set_size(zx_handle_t handle, uint64_t size);

/**
 * zx_vmo_op_range() - do something to a range of a VMO
 * @handle: right WRITE for COMMIT, DECOMMIT and ZERO; READ for the others
 * @op: ZX_VMO_OP_*
 * @offset: start; a multiple of the page size for DECOMMIT
 * @size: size; likewise
 * @buffer: not used
 * @buffer_size: not used
 *
 * COMMIT takes the memory now, DECOMMIT gives it back (it reads zero), ZERO
 * writes zeros and may give back. PREFETCH, ALWAYS_NEED and DONT_NEED are
 * hints. CACHE_* need no work on a machine with coherent caches.
 *
 * Return: ZX_OK; ZX_ERR_OUT_OF_RANGE; ZX_ERR_INVALID_ARGS;
 * ZX_ERR_NOT_SUPPORTED for locks; ZX_ERR_NO_MEMORY.
 */
zx_status_t zx_vmo_op_range(zx_handle_t handle, uint32_t op, uint64_t offset,
			    uint64_t size, void *buffer, size_t buffer_size);

/**
 * zx_vmo_replace_as_executable() - a handle with the right EXECUTE
 * @handle: is gone afterwards, whatever is returned
 * @vmex: not looked at
 * @out: the new handle
 *
 * Return: ZX_OK.
 */
zx_status_t zx_vmo_replace_as_executable(zx_handle_t handle, zx_handle_t vmex,
					 zx_handle_t *out);

/* Address regions: of this process, or of a guest */

/**
 * zx_vmar_map() - map memory into a region
 * @handle: with READ, WRITE, EXECUTE as @options ask for
 * @options: ZX_VM_PERM_*, _SPECIFIC, _SPECIFIC_OVERWRITE, _MAP_RANGE,
 *	_REQUIRE_NON_RESIZABLE, _ALLOW_FAULTS, _OFFSET_IS_UPPER_LIMIT, ALIGN_*
 * @vmar_offset: where in the region, for _SPECIFIC; the upper limit, for
 *	_OFFSET_IS_UPPER_LIMIT; else 0
 * @vmo: right MAP, and READ, WRITE, EXECUTE as @options ask for
 * @vmo_offset: a multiple of the page size
 * @len: rounded up to a page
 * @mapped_addr: the address: in this process, or guest-physical
 *
 * Return: ZX_OK; ZX_ERR_INVALID_ARGS; ZX_ERR_ALREADY_EXISTS if something is
 * there; ZX_ERR_BUFFER_TOO_SMALL past the end of the VMO without
 * _ALLOW_FAULTS; ZX_ERR_OUT_OF_RANGE; ZX_ERR_NOT_SUPPORTED for a resizable
 * VMO with _REQUIRE_NON_RESIZABLE; ZX_ERR_BAD_STATE for a destroyed region;
 * ZX_ERR_NO_RESOURCES if there is no room; ZX_ERR_NO_MEMORY.
 */
zx_status_t zx_vmar_map(zx_handle_t handle, zx_vm_option_t options,
			uint64_t vmar_offset, zx_handle_t vmo,
			uint64_t vmo_offset, uint64_t len,
			zx_vaddr_t *mapped_addr);

/**
 * zx_vmar_unmap() - take mappings out of a region
 * @handle: any right
 * @addr: a multiple of the page size
 * @len: rounded up to a page
 *
 * Sub-regions that lie inside are destroyed.
 *
 * Return: ZX_OK; ZX_ERR_INVALID_ARGS, also for half a sub-region;
 * ZX_ERR_BAD_STATE.
 */
zx_status_t zx_vmar_unmap(zx_handle_t handle, zx_vaddr_t addr, uint64_t len);

/**
 * zx_vmar_protect() - change what mappings allow
 * @handle: with READ, WRITE, EXECUTE as @options ask for
 * @options: ZX_VM_PERM_*
 * @addr: a multiple of the page size
 * @len: rounded up to a page
 *
 * Return: ZX_OK; ZX_ERR_INVALID_ARGS; ZX_ERR_NOT_FOUND if a part is not
 * mapped; ZX_ERR_ACCESS_DENIED if the VMO was mapped with fewer rights;
 * ZX_ERR_BAD_STATE; ZX_ERR_NO_MEMORY.
 */
zx_status_t zx_vmar_protect(zx_handle_t handle, zx_vm_option_t options,
			    zx_vaddr_t addr, uint64_t len);

/**
 * zx_vmar_allocate() - make a sub-region
 * @parent_vmar: with READ, WRITE, EXECUTE as ZX_VM_CAN_MAP_* ask for
 * @options: ZX_VM_CAN_MAP_*, _SPECIFIC, _COMPACT, _OFFSET_IS_UPPER_LIMIT,
 *	ALIGN_*
 * @offset: as in zx_vmar_map()
 * @size: rounded up to a page
 * @child_vmar: the region
 * @child_addr: its address
 *
 * The region stays when its handle is closed; zx_vmar_destroy() or
 * unmapping it from its parent ends it.
 *
 * Return: as zx_vmar_map().
 */
zx_status_t zx_vmar_allocate(zx_handle_t parent_vmar, zx_vm_option_t options,
			     uint64_t offset, uint64_t size,
			     zx_handle_t *child_vmar, zx_vaddr_t *child_addr);

/**
 * zx_vmar_destroy() - end a sub-region and all in it
 * @handle: right OP_CHILDREN
 *
 * Return: ZX_OK; ZX_ERR_BAD_STATE if it was; ZX_ERR_NOT_SUPPORTED for a root.
 */
zx_status_t zx_vmar_destroy(zx_handle_t handle);

/**
 * zx_vmar_op_range() - do something to the memory mapped in a range
 * @handle: right WRITE for COMMIT, DECOMMIT and ZERO, else none
 * @op: ZX_VMAR_OP_*
 * @address: a multiple of the page size
 * @size: likewise
 * @buffer: not used
 * @buffer_size: not used
 *
 * Return: ZX_OK; ZX_ERR_INVALID_ARGS; ZX_ERR_NOT_FOUND if a part is not
 * mapped by zx_vmar_map(); ZX_ERR_ACCESS_DENIED if it is not writable;
 * ZX_ERR_OUT_OF_RANGE; ZX_ERR_BAD_STATE.
 */
zx_status_t zx_vmar_op_range(zx_handle_t handle, uint32_t op,
			     zx_vaddr_t address, size_t size, void *buffer,
			     size_t buffer_size);

/* Ports */

/**
 * zx_port_create() - make a queue of packets
 * @options: 0 or ZX_PORT_BIND_TO_INTERRUPT, which changes nothing here
 * @out: the port
 *
 * Return: ZX_OK; ZX_ERR_INVALID_ARGS; as zx_guest_create() for the device.
 */
zx_status_t zx_port_create(uint32_t options, zx_handle_t *out);

/**
 * zx_port_queue() - put a user packet into a port
 * @handle: right WRITE
 * @packet: key, status and 32 bytes are taken; type becomes USER
 *
 * Return: ZX_OK; ZX_ERR_SHOULD_WAIT while too many wait; ZX_ERR_NO_MEMORY.
 */
zx_status_t zx_port_queue(zx_handle_t handle, const zx_port_packet_t *packet);

/**
 * zx_port_wait() - take the oldest packet out of a port
 * @handle: right READ
 * @deadline: when to give up; in the past: do not wait
 * @packet: the packet
 *
 * Return: ZX_OK; ZX_ERR_TIMED_OUT.
 */
zx_status_t zx_port_wait(zx_handle_t handle, zx_time_t deadline,
			 zx_port_packet_t *packet);

/**
 * zx_port_cancel() - take back what an object queued
 * @handle: right WRITE
 * @source: the guest whose bells are meant
 * @key: their key
 *
 * Return: ZX_OK; ZX_ERR_NOT_FOUND if there was none.
 */
zx_status_t zx_port_cancel(zx_handle_t handle, zx_handle_t source,
			   uint64_t key);

/**
 * zx_port_cancel_key() - take back all packets with a key
 * @handle: right WRITE
 * @options: 0
 * @key: the key
 *
 * Return: ZX_OK; ZX_ERR_NOT_FOUND; ZX_ERR_INVALID_ARGS.
 */
zx_status_t zx_port_cancel_key(zx_handle_t handle, uint32_t options,
			       uint64_t key);

/* Time, machine, chance */

/**
 * zx_clock_get_monotonic() - now
 *
 * Return: nanoseconds of CLOCK_MONOTONIC.
 */
zx_instant_mono_t zx_clock_get_monotonic(void);

/**
 * zx_deadline_after() - a time from now
 * @nanoseconds: how far; ends at ZX_TIME_INFINITE rather than overflow
 *
 * Return: the time.
 */
zx_instant_mono_t zx_deadline_after(zx_duration_mono_t nanoseconds);

/**
 * zx_nanosleep() - sleep
 * @deadline: until then
 *
 * Return: ZX_OK.
 */
zx_status_t zx_nanosleep(zx_instant_mono_t deadline);

/**
 * zx_ticks_get() - a fine counter
 *
 * Return: ticks; here, nanoseconds of CLOCK_MONOTONIC.
 */
zx_ticks_t zx_ticks_get(void);

/**
 * zx_ticks_per_second() - the rate of zx_ticks_get()
 *
 * Return: ticks per second.
 */
zx_ticks_t zx_ticks_per_second(void);

/**
 * zx_system_get_page_size() - bytes of a page
 *
 * Return: a power of two.
 */
uint32_t zx_system_get_page_size(void);

/**
 * zx_system_get_num_cpus() - processors of the machine that are on
 *
 * Return: at least 1.
 */
uint32_t zx_system_get_num_cpus(void);

/**
 * zx_system_get_physmem() - memory of the machine
 *
 * Return: in bytes.
 */
uint64_t zx_system_get_physmem(void);

/**
 * zx_cprng_draw() - unpredictable bytes
 * @buffer: where to
 * @buffer_size: how many
 */
void zx_cprng_draw(void *buffer, size_t buffer_size);

__END_CDECLS

#endif /* ZIRCON_SYSCALLS_H_ */
