/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Handles that a process has from its start. */
#ifndef ZIRCON_PROCESS_H_
#define ZIRCON_PROCESS_H_

#include <zircon/types.h>

__BEGIN_CDECLS

/**
 * zx_vmar_root_self() - the address space of this process
 *
 * The handle is borrowed: it is the same one at every call.
 *
 * Return: a VMAR handle, or ZX_HANDLE_INVALID without memory.
 */
zx_handle_t zx_vmar_root_self(void);

/**
 * zx_process_self() - this process
 *
 * Good for names and for ZX_INFO_HANDLE_BASIC. Borrowed.
 *
 * Return: a process handle, or ZX_HANDLE_INVALID without memory.
 */
zx_handle_t zx_process_self(void);

/**
 * zx_thread_self() - the calling thread
 *
 * Good for names, for ZX_INFO_HANDLE_BASIC and, duplicated, for other threads
 * to wait for ZX_THREAD_TERMINATED. Borrowed; gone when the thread ends.
 *
 * Return: a thread handle, or ZX_HANDLE_INVALID without memory.
 */
zx_handle_t zx_thread_self(void);

__END_CDECLS

#endif /* ZIRCON_PROCESS_H_ */
