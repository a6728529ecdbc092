/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What /dev/zxvm has beyond Zircon: the interrupt controller in the kernel,
 * exit reasons, the VCPU page, and handles as file descriptors.
 *
 * Handles are checked as in <zircon/syscalls.h>.
 */
#ifndef ZX_ZXVM_H_
#define ZX_ZXVM_H_

#include <linux/zxvm.h>
#include <zircon/syscalls/port.h>
#include <zircon/types.h>

__BEGIN_CDECLS

/**
 * struct zxvm_irqchip_config - the interrupt controller in the kernel
 *
 * All zero on x86, where it is a local APIC for each VCPU and an I/O APIC with
 * 24 pins at their usual addresses.
 *
 * @spi_count: shared lines: a multiple of 32 up to 960, or 0 for 224
 * @gicd_base: guest-physical address of the distributor, 64 KiB large and
 *	aligned; 0 for 0x800000000
 * @gicr_base: of the first redistributor, 128 KiB for each possible VCPU;
 *	0 for 0x800010000
 */
struct zxvm_irqchip_config {
	uint32_t spi_count;
	uint32_t reserved;
	uint64_t gicd_base;
	uint64_t gicr_base;
};

/**
 * zxvm_get_features() - what this host has
 * @features: the answer
 *
 * Return: ZX_OK; ZX_ERR_INVALID_ARGS; as zx_guest_create() for the device.
 */
zx_status_t zxvm_get_features(struct zxvm_features *features);

/**
 * zxvm_guest_create_irqchip() - make a guest with an interrupt controller
 * @config: its shape, or NULL for the default
 * @guest: the guest
 * @vmar: its physical address space
 *
 * Interrupts between VCPUs and PSCI are then the kernel's: neither
 * ZX_PKT_TYPE_GUEST_VCPU packets nor ZX_ERR_STOP are seen.
 *
 * Return: as zx_guest_create(); ZX_ERR_NOT_SUPPORTED on a host without it;
 * ZX_ERR_INVALID_ARGS for a shape that cannot be.
 */
zx_status_t zxvm_guest_create_irqchip(const struct zxvm_irqchip_config *config,
				      zx_handle_t *guest, zx_handle_t *vmar);

/**
 * zxvm_guest_set_line() - drive a level-triggered input
 * @guest: with an interrupt controller; right WRITE
 * @line: arm64: the INTID of an SPI, from 32 on; x86: the I/O APIC's pin
 * @level: up or down
 *
 * Return: ZX_OK; ZX_ERR_OUT_OF_RANGE or ZX_ERR_INVALID_ARGS for the line;
 * ZX_ERR_NOT_SUPPORTED without an interrupt controller.
 */
zx_status_t zxvm_guest_set_line(zx_handle_t guest, uint32_t line, bool level);

/**
 * zxvm_guest_irqfd() - have an eventfd pulse an input
 * @guest: with an interrupt controller; right WRITE
 * @eventfd: its descriptor
 * @line: arm64: the INTID of an SPI; x86: the I/O APIC's pin
 * @flags: 0, or ZXVM_IRQFD_DEASSIGN to undo it
 *
 * Return: as zxvm_guest_set_line(); ZX_ERR_BAD_HANDLE or ZX_ERR_INVALID_ARGS
 * for @eventfd; ZX_ERR_NOT_FOUND for what was not assigned.
 */
zx_status_t zxvm_guest_irqfd(zx_handle_t guest, int eventfd, uint32_t line,
			     uint32_t flags);

/**
 * zxvm_guest_irqfd_resample() - have an eventfd assert an input until the
 * guest has ended the interrupt (x86)
 * @guest: with an interrupt controller; right WRITE
 * @eventfd: its descriptor
 * @line: the I/O APIC's pin
 * @resamplefd: an eventfd that is signalled then
 *
 * Undone by zxvm_guest_irqfd().
 *
 * Return: as zxvm_guest_irqfd(); ZX_ERR_NOT_SUPPORTED on arm64.
 */
zx_status_t zxvm_guest_irqfd_resample(zx_handle_t guest, int eventfd,
				      uint32_t line, int resamplefd);

/**
 * zxvm_guest_msi() - send a message-signalled interrupt (x86)
 * @guest: with an interrupt controller; right WRITE
 * @address: that the device writes to
 * @data: that it writes
 *
 * Return: ZX_OK; ZX_ERR_INVALID_ARGS if it is none; ZX_ERR_NOT_SUPPORTED
 * without an interrupt controller, and on arm64.
 */
zx_status_t zxvm_guest_msi(zx_handle_t guest, uint64_t address, uint32_t data);

/**
 * struct zxvm_io_ops - how a VMM does what port I/O asks for
 * @context: handed to each of the functions
 * @in: read a port; the lowest @size bytes of the result count
 * @out: write a port; the bytes of @value above @size are zero
 * @memory: read or write guest-physical memory, all within one page; what is
 *	not ZX_OK ends zxvm_complete_io(). Only INS and OUTS come here
 *
 * @key is the trap's.
 */
struct zxvm_io_ops {
	void *context;
	uint32_t (*in)(void *context, uint64_t key, uint16_t port,
		       uint8_t size);
	void (*out)(void *context, uint64_t key, uint16_t port, uint8_t size,
		    uint32_t value);
	zx_status_t (*memory)(void *context, bool write, uint64_t address,
			      void *bytes, size_t size);
};

/**
 * zxvm_complete_io() - do what a ZX_PKT_TYPE_GUEST_IO packet asks for (x86)
 * @vcpu: whose enter returned the packet; right WRITE; called by its owner
 * @packet: of IN, OUT, or a part of INS or OUTS, which Zircon has not: see
 *	struct zxvm_packet
 * @ops: the devices and the memory
 *
 * The value of IN is in the VCPU's RAX then.
 *
 * Return: ZX_OK; ZX_ERR_INVALID_ARGS for another packet; what @ops returned;
 * as zx_vcpu_write_state().
 */
zx_status_t zxvm_complete_io(zx_handle_t vcpu, const zx_port_packet_t *packet,
			     const struct zxvm_io_ops *ops);

/**
 * zxvm_vcpu_exit_reason() - why the last enter of the calling thread returned
 * @vcpu: right READ; called by the owner thread
 *
 * Return: ZXVM_EXIT_*; or an error, below zero.
 */
int32_t zxvm_vcpu_exit_reason(zx_handle_t vcpu);

/**
 * zxvm_vcpu_regs() - the page that a VCPU shares with the kernel
 * @vcpu: rights READ and WRITE
 *
 * Lives as long as a handle to the VCPU. See struct zxvm_vcpu_page for who
 * may touch what and when.
 *
 * Return: the page, or NULL for a bad handle.
 */
struct zxvm_vcpu_page *zxvm_vcpu_regs(zx_handle_t vcpu);

/**
 * zxvm_vcpu_index() - the number of a VCPU in its guest
 * @vcpu: right INSPECT
 * @index: 0 is the boot VCPU
 *
 * Return: ZX_OK.
 */
zx_status_t zxvm_vcpu_index(zx_handle_t vcpu, uint32_t *index);

/**
 * zxvm_handle_fd() - the file behind a handle
 * @handle: a guest, guest VMAR (root), VCPU, port or VMO
 *
 * The descriptor is the handle's: do not close it; it is gone with the
 * handle. Good for poll, mmap and ioctl.
 *
 * Return: a descriptor; -1 if the handle is bad or has none.
 */
int zxvm_handle_fd(zx_handle_t handle);

/**
 * zxvm_handle_from_fd() - make a handle of a file
 * @fd: of /dev/zxvm, or a memfd; belongs to the handle on success
 * @handle: the handle; its rights are the file's
 *
 * Return: ZX_OK; ZX_ERR_BAD_HANDLE; ZX_ERR_WRONG_TYPE for another file;
 * ZX_ERR_NO_MEMORY.
 */
zx_status_t zxvm_handle_from_fd(int fd, zx_handle_t *handle);

/**
 * zxvm_handle_send() - move a handle to another process
 * @sock: a connected UNIX socket
 * @handle: right TRANSFER; is gone on success
 *
 * A VMO without the right WRITE is sent as a file open for reading.
 *
 * Return: ZX_OK; ZX_ERR_NOT_SUPPORTED for what has no file (sub-regions,
 * events, threads); ZX_ERR_SHOULD_WAIT, ZX_ERR_PEER_CLOSED, ZX_ERR_IO.
 */
zx_status_t zxvm_handle_send(int sock, zx_handle_t handle);

/**
 * zxvm_handle_recv() - take a handle that another process sent
 * @sock: a connected UNIX socket
 * @handle: the handle
 *
 * Return: ZX_OK; ZX_ERR_SHOULD_WAIT, ZX_ERR_PEER_CLOSED;
 * ZX_ERR_IO_DATA_INTEGRITY for a message of another kind; as
 * zxvm_handle_from_fd().
 */
zx_status_t zxvm_handle_recv(int sock, zx_handle_t *handle);

__END_CDECLS

#endif /* ZX_ZXVM_H_ */
