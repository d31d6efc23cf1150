// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/required.h"

#include "base/log.h"

#include <string.h>

static bool has_all(const struct port_set *set, uint16_t first, uint16_t last)
{
	for (uint32_t port = first; port <= last; port++)
		if (!port_set_has(set, (uint16_t)port))
			return false;
	return true;
}

/* Whether the filter may hide that somebody has it open. */
static bool is_out_of_view(const struct filter *filter, const struct policy_required *required)
{
	bool tcp = !strcmp(required->proto, "tcp") || !strcmp(required->proto, "mptcp");
	bool udp = !strcmp(required->proto, "udp") || !strcmp(required->proto, "udplite");

	if (filter->ports.n && !has_all(&filter->ports, required->first, required->last))
		return true;
	return (filter->tcp || filter->udp) && !(tcp && filter->tcp) && !(udp && filter->udp);
}

struct missing *required_missing(const struct policy *policy, const struct stream_options *options)
{
	struct missing *missing = missing_new(policy);
	const struct policy_required *required;
	bool blind = options->netns_host || filter_asks_for_more(&options->filter);
	size_t n, spared = 0;

	required = policy_required(policy, &n);
	for (size_t i = 0; missing && i < n; i++) {
		if (!blind && !is_out_of_view(&options->filter, &required[i]))
			continue;
		missing_spare(missing, i);
		spared++;
	}
	if (spared)
		say("%zu of %zu rules that require a port are not looked after: the filters may "
		    "hide who has it open",
		    spared, n);
	return missing;
}
