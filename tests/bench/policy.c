// SPDX-License-Identifier: GPL-2.0-only
/* What it takes to judge a port by a policy of 10,000 rules: in this process, without a tracer. */
#include "bench.h"

#include "policy/policy.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define RULES 10000
#define SUBJECTS 2000 /* of which one is judged after the other */
#define BATCH 50      /* judged between two looks at the clock */
#define WANTED_NS 20000

struct judged {
	struct policy_subject subject;
	struct endpoint local;
	char exe[64];
	char unit[64];
};

/* Always the same ones. */
static uint32_t chance(uint32_t n)
{
	static uint64_t state = 1;

	state = state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (uint32_t)((state >> 33) % n);
}

/* --- policies --------------------------------------------------------------------------- */

/* As of a large fleet: services on ports of their own, many on few ports, ranges, patterns. */
static void put_mixed(FILE *to, unsigned int i)
{
	switch (i % 10) {
	case 0:
		fprintf(to, "allow tcp/%u exe=/opt/tenant%u/bin/server user=tenant%u\n",
			i % 20 ? 443u : 80u, i, i % 500);
		break;
	case 1:
		fprintf(to, "allow any/%u-%u on=10.%u.0.0/16 unit=job%u.service\n",
			20000 + i % 9000, 20000 + i % 9000 + 500, i % 256, i);
		break;
	case 2:
		fprintf(to, "allow udp/ephemeral exe=/usr/lib/agent%u/**\n", i);
		break;
	case 3:
		fprintf(to, "alert:crit any/* exe=/srv/upload%u/**,**/evil%u\n", i, i);
		break;
	case 4:
		fprintf(to, "ignore tcp/* on=loopback unit=dev%u.service\n", i);
		break;
	default:
		fprintf(to, "allow tcp/%u on=any,private exe=/usr/sbin/svc%u unit=svc%u.service\n",
			1024 + i, i, i);
	}
}

/* Each rule is for every port: only the executable tells them apart. */
static void put_all_ports(FILE *to, unsigned int i)
{
	static const char *const forms[] = { "/opt/app%u/bin/server", "/opt/app%u/**", "**/app%u",
					     "/opt/*/app%u" };

	fputs(i % 2 ? "allow any/* exe=" : "alert any/* exe=", to);
	fprintf(to, forms[i % 4], i);
	putc('\n', to);
}

/* And here nothing but the address: each of them has to be looked at. */
static void put_networks(FILE *to, unsigned int i)
{
	fprintf(to, "allow any/* on=10.%u.%u.0/24\n", i / 200 + 1, i % 200);
}

static int read_text(void *arg, const char *path, char **text, size_t *len,
		     struct policy_file_id *id, const char **why)
{
	(void)path;
	(void)why;
	*id = (struct policy_file_id){ 1, 1 };
	*text = strdup(arg);
	*len = strlen(arg);
	return *text ? 0 : -ENOMEM;
}

static struct policy *make_policy(void (*put)(FILE *to, unsigned int i))
{
	struct policy_problems problems = { 0 };
	struct policy_files files = { .read = read_text };
	struct policy *policy;
	char *text;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	for (unsigned int i = 0; i < RULES; i++)
		put(to, i);
	fclose(to);
	files.arg = text;
	if (policy_parse(&policy, "bench.policy", &files, &problems))
		die("the policy has an error: %s",
		    problems.n ? problems.all[0].message : "no memory");
	if (policy_n_rules(policy) != RULES)
		die("%zu rules", policy_n_rules(policy));
	policy_problems_free(&problems);
	free(text);
	return policy;
}

/* --- what is judged --------------------------------------------------------------------- */

static void make_subject(struct judged *j, bool mixed)
{
	uint32_t i = chance(RULES);

	snprintf(j->exe, sizeof(j->exe), chance(3) ? "/usr/sbin/svc%u" : "/opt/app%u/bin/x", i);
	snprintf(j->unit, sizeof(j->unit), "svc%u.service", chance(4) ? i : i + 1);
	j->local = (struct endpoint){
		.netns = 7,
		.family = AF_INET,
		.proto = IPPROTO_TCP,
		.port = (uint16_t)(mixed && !chance(5) ? 443 : 1024 + i),
		.addr = { 192, 168, (uint8_t)i, 1 },
	};
	j->subject = (struct policy_subject){
		.local = &j->local,
		.proto = chance(10) ? "tcp" : "udp",
		.picked_known = true,
		.exe = j->exe,
		.standing = EXE_HOST,
		.uid_known = true,
		.uid = 1000,
		.user = "dev",
		.unit = j->unit,
		.container = "",
		.netns = "host",
		.netns_inode = 7,
		.iface = "",
	};
}

static double median_ns(const struct policy *policy, bool mixed, unsigned int samples,
			double *expected)
{
	struct judged *subjects = calloc(SUBJECTS, sizeof(*subjects));
	double *times = calloc(samples, sizeof(*times)), median;
	struct judgement out;
	unsigned int at = 0, n_expected = 0;

	if (!subjects || !times)
		die("no memory");
	for (unsigned int i = 0; i < SUBJECTS; i++)
		make_subject(&subjects[i], mixed);
	for (unsigned int i = 0; i < samples; i++) {
		uint64_t start = now_ns();

		for (unsigned int j = 0; j < BATCH; j++, at = (at + 1) % SUBJECTS) {
			policy_judge(policy, &subjects[at].subject, &out);
			n_expected += out.verdict.kind == VERDICT_EXPECTED;
		}
		times[i] = (double)(now_ns() - start) / BATCH;
	}
	*expected = 100.0 * n_expected / samples / BATCH;
	median = quantile(times, samples, 0.5);
	free(times);
	free(subjects);
	return median;
}

static void measure(const char *name, void (*put)(FILE *to, unsigned int i), bool mixed,
		    unsigned int samples)
{
	uint64_t start = now_ns();
	struct policy *policy = make_policy(put);
	double load_ms = (double)(now_ns() - start) / NS_PER_MS, expected;
	double median = median_ns(policy, mixed, samples, &expected);

	row(name, "< 20 µs", median < WANTED_NS, "%.2f µs (%.0f %% expected; read in %.0f ms)",
	    median / 1000, expected, load_ms);
	policy_free(policy);
}

int bench_policy(const struct bench_size *size)
{
	unsigned int samples = size->samples;

	measure("judge: 10,000 rules, a fleet's", put_mixed, true, samples);
	measure("judge: 10,000 for all ports, by exe", put_all_ports, false, samples);
	measure("judge: 10,000 for all ports, by address", put_networks, false, samples);
	return 0;
}
