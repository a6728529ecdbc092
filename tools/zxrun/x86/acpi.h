/* SPDX-License-Identifier: GPL-2.0 */
/* The ACPI tables that describe the machine to its guest. */
#ifndef ZXRUN_X86_ACPI_H
#define ZXRUN_X86_ACPI_H

#include <stddef.h>
#include <stdint.h>

/*
 * Writes RSDP, XSDT, FADT, MADT and DSDT for cpus CPUs to table, which the
 * guest sees at guest-physical base. The RSDP is the first. Returns the size
 * of all, or 0 if size does not suffice.
 */
size_t acpi_build(uint8_t *table, size_t size, uint64_t base, unsigned int cpus);

#endif
