/* SPDX-License-Identifier: GPL-2.0 */
/* Functions of PSCI; DEN 0022 */
#ifndef PSCI_H
#define PSCI_H

#define PSCI_VERSION		0x84000000u
#define PSCI_CPU_OFF		0x84000002u
#define PSCI_CPU_ON		0xc4000003u
#define PSCI_AFFINITY_INFO	0xc4000004u
#define PSCI_SYSTEM_OFF		0x84000008u
#define PSCI_SYSTEM_RESET	0x84000009u
#define PSCI_FEATURES		0x8400000au

#endif /* PSCI_H */
