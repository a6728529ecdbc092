// SPDX-License-Identifier: GPL-2.0
/*
 * The ACPI tables: a hardware-reduced platform (ACPI 6.4, 4.1), which has no
 * PIC, PIT, PM timer or SCI. What it has beside its CPUs is in the DSDT.
 */
#include <string.h>

#include "../bytes.h"
#include "../zxrun.h"
#include "acpi.h"
#include "layout.h"
#include "power.h"

#define HEADER		36u	/* of every table but the RSDP */
#define HEADER_LENGTH	4
#define HEADER_CHECKSUM	9
#define RSDP_SIZE	36u
#define FADT_SIZE	276u

/* 5.2.9, table 5.9 and 5.10 */
#define FADT_LEGACY_DEVICES	(1u << 0)
#define FADT_NO_VGA		(1u << 2)
#define FADT_WBINVD		(1u << 0)
#define FADT_PROC_C1		(1u << 2)
#define FADT_NO_POWER_BUTTON	(1u << 4)
#define FADT_NO_SLEEP_BUTTON	(1u << 5)
#define FADT_NO_FIXED_RTC	(1u << 6)
#define FADT_RESET_REGISTER	(1u << 10)
#define FADT_HW_REDUCED		(1u << 20)

struct writer {
	uint8_t *table;
	size_t size;
	size_t used;
	uint64_t base;
};

/*
 * AML, as ASL would say it; 20.2 has the encoding.
 *	Name (_S5, Package () { 5, 0 })
 *	Scope (\_SB) {
 *		Device (COM1) {
 *			Name (_HID, EisaId ("PNP0501"))
 *			Name (_CRS, ResourceTemplate () {
 *				IO (Decode16, 0x3f8, 0x3f8, 0, 8)
 *				Interrupt (ResourceConsumer, Level, ActiveHigh, Exclusive) { 4 }
 *			})
 *		}
 *		Device (RTC0) {
 *			Name (_HID, EisaId ("PNP0B00"))
 *			Name (_CRS, ResourceTemplate () {
 *				IO (Decode16, 0x70, 0x70, 0, 2)
 *				Interrupt (ResourceConsumer, Level, ActiveHigh, Exclusive) { 8 }
 *			})
 *		}
 *	}
 */
#define NAME		0x08
#define SCOPE		0x10
#define BUFFER		0x11
#define PACKAGE		0x12
#define BYTE_CONST	0x0a
#define DWORD_CONST	0x0c
#define DEVICE		0x5b, 0x82
#define CRS_SIZE	19	/* of the bytes in the buffers below */
#define PORT(port)		(port) & 0xff, (port) >> 8
#define IO_PORTS(port, count)	0x47, 1, PORT(port), PORT(port), 0, (count)
#define INTERRUPT(pin)		0x89, 6, 0, 1, 1, (pin), 0, 0, 0
#define END_TAG			0x79, 0

static const uint8_t aml[] = {
	NAME, '_', 'S', '5', '_', PACKAGE, 5, 2, BYTE_CONST, SLEEP_TYPE_OFF, 0,
	SCOPE, 0x46, 0x05, '\\', '_', 'S', 'B', '_',
		DEVICE, 0x26, 'C', 'O', 'M', '1',
			NAME, '_', 'H', 'I', 'D', DWORD_CONST, 0x41, 0xd0, 0x05, 0x01,
			NAME, '_', 'C', 'R', 'S', BUFFER, CRS_SIZE + 3, BYTE_CONST, CRS_SIZE,
				IO_PORTS(UART_PORT, 8), INTERRUPT(UART_PIN), END_TAG,
		DEVICE, 0x26, 'R', 'T', 'C', '0',
			NAME, '_', 'H', 'I', 'D', DWORD_CONST, 0x41, 0xd0, 0x0b, 0x00,
			NAME, '_', 'C', 'R', 'S', BUFFER, CRS_SIZE + 3, BYTE_CONST, CRS_SIZE,
				IO_PORTS(CMOS_PORT, 2), INTERRUPT(CMOS_PIN), END_TAG,
};

static uint8_t checksum(const uint8_t *bytes, size_t size)
{
	uint8_t sum = 0;

	while (size--)
		sum += *bytes++;
	return (uint8_t)-sum;
}

/* Room for a table, zeroed and 16-byte aligned; NULL if there is none. */
static uint8_t *reserve(struct writer *writer, size_t size)
{
	size_t at = (size_t)align_up(writer->used, 16);

	if (at > writer->size || size > writer->size - at)
		return NULL;
	writer->used = at + size;
	return memset(writer->table + at, 0, size);
}

static uint64_t address(const struct writer *writer, const uint8_t *table)
{
	return writer->base + (uint64_t)(table - writer->table);
}

/* 5.2.6 */
static uint8_t *start(struct writer *writer, const char *signature, uint8_t revision, size_t size)
{
	uint8_t *table = reserve(writer, size);

	if (!table)
		return NULL;
	memcpy(table, signature, 4);
	put_le(table + HEADER_LENGTH, 4, size);
	table[8] = revision;
	memcpy(table + 10, "ZXVM  ZXRUN   ", 14);
	put_le(table + 24, 4, 1);
	memcpy(table + 28, "ZXVM", 4);
	put_le(table + 32, 4, 1);
	return table;
}

static void finish(uint8_t *table)
{
	table[HEADER_CHECKSUM] = checksum(table, get_le(table + HEADER_LENGTH, 4));
}

static uint8_t *build_dsdt(struct writer *writer)
{
	uint8_t *table = start(writer, "DSDT", 2, HEADER + sizeof(aml));

	if (!table)
		return NULL;
	memcpy(table + HEADER, aml, sizeof(aml));
	finish(table);
	return table;
}

/* 5.2.3.2: a register of 8 bits in I/O space */
static void put_port(uint8_t *register_, uint64_t port)
{
	register_[0] = 1;
	register_[1] = 8;
	register_[3] = 1;
	put_le(register_ + 4, 8, port);
}

/* 5.2.9 */
static uint8_t *build_fadt(struct writer *writer, uint64_t dsdt)
{
	uint8_t *table = start(writer, "FACP", 6, FADT_SIZE);

	if (!table)
		return NULL;
	put_le(table + 40, 4, dsdt);
	put_le(table + 109, 2, FADT_LEGACY_DEVICES | FADT_NO_VGA);
	put_le(table + 112, 4,
	       FADT_WBINVD | FADT_PROC_C1 | FADT_NO_POWER_BUTTON | FADT_NO_SLEEP_BUTTON |
	       FADT_NO_FIXED_RTC | FADT_RESET_REGISTER | FADT_HW_REDUCED);
	put_port(table + 116, RESET_PORT);
	table[128] = RESET_FULL;
	table[131] = 4;		/* minor version */
	put_le(table + 140, 8, dsdt);
	put_port(table + 244, SLEEP_PORT);
	put_port(table + 256, SLEEP_PORT + 1);
	finish(table);
	return table;
}

/* 5.2.12: the number of a VCPU is its APIC ID; the I/O APIC's is after them. */
static uint8_t *build_madt(struct writer *writer, unsigned int cpus)
{
	uint8_t *table = start(writer, "APIC", 5, HEADER + 8 + 8 * cpus + 12);
	uint8_t *entry;
	unsigned int i;

	if (!table)
		return NULL;
	put_le(table + HEADER, 4, LAPIC_BASE);
	entry = table + HEADER + 8;
	for (i = 0; i < cpus; i++, entry += 8) {
		entry[1] = 8;
		entry[2] = (uint8_t)i;
		entry[3] = (uint8_t)i;
		entry[4] = 1;	/* enabled */
	}
	entry[0] = 1;
	entry[1] = 12;
	entry[2] = (uint8_t)cpus;
	put_le(entry + 4, 4, IOAPIC_BASE);
	finish(table);
	return table;
}

/* 5.2.8 */
static uint8_t *build_xsdt(struct writer *writer, uint64_t fadt, uint64_t madt)
{
	uint8_t *table = start(writer, "XSDT", 1, HEADER + 16);

	if (!table)
		return NULL;
	put_le(table + HEADER, 8, fadt);
	put_le(table + HEADER + 8, 8, madt);
	finish(table);
	return table;
}

/* 5.2.5.3: the checksum of its first 20 bytes, and the one of all */
static void fill_rsdp(uint8_t *rsdp, uint64_t xsdt)
{
	memcpy(rsdp, "RSD PTR ", 8);
	memcpy(rsdp + 9, "ZXVM  ", 6);
	rsdp[15] = 2;
	put_le(rsdp + 20, 4, RSDP_SIZE);
	put_le(rsdp + 24, 8, xsdt);
	rsdp[8] = checksum(rsdp, 20);
	rsdp[32] = checksum(rsdp, RSDP_SIZE);
}

size_t acpi_build(uint8_t *table, size_t size, uint64_t base, unsigned int cpus)
{
	struct writer writer = { .table = table, .size = size, .base = base };
	uint8_t *rsdp, *dsdt, *fadt, *madt, *xsdt;

	rsdp = reserve(&writer, RSDP_SIZE);
	dsdt = rsdp ? build_dsdt(&writer) : NULL;
	fadt = dsdt ? build_fadt(&writer, address(&writer, dsdt)) : NULL;
	madt = fadt ? build_madt(&writer, cpus) : NULL;
	xsdt = madt ? build_xsdt(&writer, address(&writer, fadt), address(&writer, madt)) : NULL;
	if (!xsdt)
		return 0;
	fill_rsdp(rsdp, address(&writer, xsdt));
	return writer.used;
}
