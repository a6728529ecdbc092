/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What every part of zxrun shares: the options of the command line, exit
 * statuses and the two ways to speak to the user.
 */
#ifndef ZXRUN_H
#define ZXRUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#define KIB ((uint64_t)1024)
#define MIB (1024 * KIB)
#define GIB (1024 * MIB)

/* zxrun's own exit statuses; the guest may choose any other by itself */
#define STATUS_POWER_OFF	0
#define STATUS_ERROR		1
#define STATUS_USAGE		64	/* EX_USAGE */
#define STATUS_QUIT		130	/* Ctrl-A x */

struct options {
	const char *kernel;
	const char *initrd;	/* NULL: none */
	const char *cmdline;
	uint64_t memory;	/* bytes, a multiple of 2 MiB */
	unsigned int cpus;
	bool no_reboot;
};

static inline uint64_t align_up(uint64_t value, uint64_t align)
{
	return (value + align - 1) & ~(align - 1);
}

/* One line on stderr, "zxrun: " in front, in a terminal of either mode. */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same, and -1, to be returned. */
int fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
