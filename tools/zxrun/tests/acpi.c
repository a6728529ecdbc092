// SPDX-License-Identifier: GPL-2.0
/* The ACPI tables: found as a guest finds them, and read by iasl where there is one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../bytes.h"
#include "../x86/acpi.h"
#include "../zxrun.h"
#include "tap.h"

#define BASE	0xe0000
#define SIZE	0x10000

static uint8_t memory[SIZE];

static uint8_t sum(const uint8_t *bytes, size_t size)
{
	uint8_t total = 0;

	while (size--)
		total += *bytes++;
	return total;
}

/* The table at a guest-physical address, if it is what it should be */
static const uint8_t *table_at(uint64_t address, const char *signature)
{
	const uint8_t *table;
	uint64_t length;

	CHECK(address >= BASE && address < BASE + SIZE - 36);
	table = memory + (address - BASE);
	length = get_le(table + 4, 4);
	CHECK(!memcmp(table, signature, 4));
	CHECK(length >= 36 && length <= BASE + SIZE - address);
	CHECK_EQUAL(sum(table, length), 0);
	return table;
}

static const uint8_t *build(unsigned int cpus)
{
	size_t used;

	memset(memory, 0xee, sizeof(memory));
	used = acpi_build(memory, sizeof(memory), BASE, cpus);
	CHECK(used > 36 && used < SIZE);
	CHECK_EQUAL(memory[used], 0xee);
	CHECK(!memcmp(memory, "RSD PTR ", 8));
	CHECK_EQUAL(sum(memory, 20), 0);
	CHECK_EQUAL(sum(memory, 36), 0);
	CHECK_EQUAL(memory[15], 2);
	CHECK_EQUAL(get_le(memory + 16, 4), 0);
	return table_at(get_le(memory + 24, 8), "XSDT");
}

void test_acpi_fadt(void)
{
	const uint8_t *xsdt = build(1), *fadt;

	CHECK_EQUAL(get_le(xsdt + 4, 4), 36 + 2 * 8);
	fadt = table_at(get_le(xsdt + 36, 8), "FACP");
	CHECK_EQUAL(get_le(fadt + 4, 4), 276);
	CHECK_EQUAL(fadt[8], 6);
	/* Hardware-reduced, with a reset register; no VGA, no 8042 */
	CHECK_EQUAL(get_le(fadt + 112, 4) & (1u << 20 | 1u << 10), 1u << 20 | 1u << 10);
	CHECK_EQUAL(get_le(fadt + 109, 2), 5);
	CHECK_EQUAL(get_le(fadt + 120, 8), 0xcf9);
	CHECK_EQUAL(fadt[128], 6);
	CHECK_EQUAL(get_le(fadt + 248, 8), 0x600);
	CHECK_EQUAL(get_le(fadt + 260, 8), 0x601);
	CHECK_EQUAL(get_le(fadt + 40, 4), get_le(fadt + 140, 8));
	table_at(get_le(fadt + 140, 8), "DSDT");
}

void test_acpi_madt(void)
{
	const uint8_t *madt, *entry;
	unsigned int cpus = 0, ioapics = 0;
	uint64_t seen = 0;

	madt = table_at(get_le(build(64) + 44, 8), "APIC");
	CHECK_EQUAL(get_le(madt + 36, 4), 0xfee00000);
	CHECK_EQUAL(get_le(madt + 40, 4), 0);
	for (entry = madt + 44; entry < madt + get_le(madt + 4, 4); entry += entry[1]) {
		CHECK(entry[1] >= 8);
		switch (entry[0]) {
		case 0:
			cpus++;
			seen |= 1ull << entry[3];
			CHECK_EQUAL(get_le(entry + 4, 4), 1);
			break;
		case 1:
			ioapics++;
			CHECK_EQUAL(entry[2], 64);
			CHECK_EQUAL(get_le(entry + 4, 4), 0xfec00000);
			CHECK_EQUAL(get_le(entry + 8, 4), 0);
			break;
		default:
			CHECK(false);
		}
	}
	CHECK(entry == madt + get_le(madt + 4, 4));
	CHECK(cpus == 64 && ioapics == 1 && seen == UINT64_MAX);
}

/* Nothing is written beyond what it may. */
void test_acpi_too_small(void)
{
	size_t need = acpi_build(memory, sizeof(memory), BASE, 4), size;
	uint8_t *small;

	for (size = 0; size <= need; size++) {
		small = malloc(size + !size);
		CHECK_EQUAL(acpi_build(small, size, BASE, 4), size == need ? need : 0);
		free(small);
	}
}

/* iasl disassembles each table to a file; its complaints are in its output. */
static void disassemble(const uint8_t *table, const char *want)
{
	char path[] = "/tmp/zxrun-acpi-XXXXXX", command[256];
	int fd = mkstemp(path);
	size_t length = get_le(table + 4, 4);

	CHECK(fd >= 0 && write(fd, table, length) == (ssize_t)length);
	close(fd);
	snprintf(command, sizeof(command),
		 "! iasl -p %s -d %s 2>&1 | grep -iE '%s' && grep -q '%s' %s.dsl",
		 path, path, "error|warning|invalid|checksum", want, path);
	CHECK_EQUAL(system(command), 0);
	snprintf(command, sizeof(command), "rm %s %s.dsl", path, path);
	CHECK_EQUAL(system(command), 0);
}

void test_acpi_passes_iasl(void)
{
	const uint8_t *xsdt = build(4), *fadt;

	if (system("command -v iasl >/dev/null 2>&1"))
		return;
	fadt = table_at(get_le(xsdt + 36, 8), "FACP");
	disassemble(xsdt, "ACPI Table Address   1");
	disassemble(fadt, "Hardware Reduced (V5) : 1");
	disassemble(table_at(get_le(xsdt + 44, 8), "APIC"), "Subtable Type : 01 .I/O APIC");
	disassemble(table_at(get_le(fadt + 140, 8), "DSDT"), "PNP0501");
}
