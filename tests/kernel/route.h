/* SPDX-License-Identifier: GPL-2.0-only */
/* Routes of the current network namespace that lead nowhere. */
#ifndef LIVE_ROUTE_H
#define LIVE_ROUTE_H

/* 192.0.2.0/24 (TEST-NET-1) by that type: RTN_UNREACHABLE, RTN_PROHIBIT. */
void route_add(unsigned char type);

#endif
