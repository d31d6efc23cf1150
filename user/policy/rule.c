// SPDX-License-Identifier: GPL-2.0-only
/* One rule: ACTION PROTO["/"PORTS] {KEY"="VALUE} */
#include "policy/internal.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define SPAN(text) ((struct span){ (text), strlen(text) })
#define NOWHERE ((struct span){ 0 })

static const char *const key_names[KEYS] = {
	[KEY_ON] = "on",       [KEY_EXE] = "exe",     [KEY_USER] = "user",
	[KEY_GROUP] = "group", [KEY_UNIT] = "unit",   [KEY_CONTAINER] = "container",
	[KEY_NETNS] = "netns", [KEY_IFACE] = "iface", [KEY_EXE_DELETED] = "exe-deleted",
	[KEY_HOOK] = "hook",
};

const char *rule_key_name(enum rule_key key)
{
	return key_names[key];
}

/* --- the action ------------------------------------------------------------------------- */

static bool severity_parse(const struct line *line, struct span word, enum severity *severity)
{
	const char *names[SEVERITIES];

	for (unsigned int i = 0; i < SEVERITIES; i++) {
		names[i] = severity_name((enum severity)i);
		if (span_is(word, names[i])) {
			*severity = (enum severity)i;
			return true;
		}
	}
	complain(line, PROBLEM_ERROR, word, span_nearest(word, names, SEVERITIES),
		 "unknown severity '%.*s' (info, warning, crit)", (int)word.len, word.at);
	return false;
}

bool action_parse(const struct line *line, struct span word, enum action *action,
		  enum severity *severity)
{
	static const char *const names[] = {
		[ACTION_ALLOW] = "allow",
		[ACTION_REQUIRE] = "require",
		[ACTION_IGNORE] = "ignore",
		[ACTION_ALERT] = "alert",
	};
	/* What may begin a line, for a suggestion. */
	static const char *const begins[] = { "allow", "require", "ignore",
					      "alert", "default", "include" };
	const char *colon = memchr(word.at, ':', word.len);
	struct span name = { word.at, colon ? (size_t)(colon - word.at) : word.len };

	*severity = SEVERITY_WARNING;
	for (size_t i = 0; i < COUNT(names); i++) {
		if (!span_is(name, names[i]))
			continue;
		*action = (enum action)i;
		if (!colon)
			return true;
		if (*action == ACTION_ALERT)
			return severity_parse(line,
					      (struct span){ colon + 1, word.len - name.len - 1 },
					      severity);
		complain(line, PROBLEM_ERROR, (struct span){ colon, word.len - name.len }, NULL,
			 "only alert has a severity");
		return false;
	}
	complain(line, PROBLEM_ERROR, name, span_nearest(name, begins, COUNT(begins)),
		 "unknown action '%.*s' (allow, require, ignore, alert, default, include)",
		 (int)name.len, name.at);
	return false;
}

/* --- the protocol and the ports --------------------------------------------------------- */

static const struct {
	const char *name;
	uint8_t protos;
} protos[] = {
	/* A socket of MPTCP takes connections of TCP as well: it is a port of TCP. */
	{ "tcp", PROTO_TCP | PROTO_MPTCP }, { "udp", PROTO_UDP },   { "udplite", PROTO_UDPLITE },
	{ "mptcp", PROTO_MPTCP },           { "sctp", PROTO_SCTP }, { "any", PROTO_ANY },
};

static int proto_parse(const struct line *line, struct span word, struct rule *rule)
{
	const char *names[COUNT(protos)];

	for (size_t i = 0; i < COUNT(protos); i++) {
		names[i] = protos[i].name;
		if (!span_is(word, names[i]))
			continue;
		rule->protos = protos[i].protos;
		rule->proto = span_copy(word);
		return rule->proto ? 0 : -ENOMEM;
	}
	complain(line, PROBLEM_ERROR, word, span_nearest(word, names, COUNT(protos)),
		 "unknown protocol '%.*s' (tcp, udp, udplite, mptcp, sctp, any)", (int)word.len,
		 word.at);
	return -EINVAL;
}

static int port_parse(const struct line *line, struct span part, struct rule *rule)
{
	static const char *const words[] = { "ephemeral" };
	char *text = span_copy(part);
	const char *bad = NULL, *near = NULL;
	int err;

	if (!text)
		return -ENOMEM;
	if (!strcmp(text, "ephemeral")) {
		rule->ephemeral = true;
		free(text);
		return 0;
	}
	err = parse_ports(text, &rule->ports, &bad);
	if (err == -EINVAL) {
		near = span_nearest(part, words, COUNT(words));
		if (*text == '!')
			bad = "ports are not negated: list those that are meant";
		else if (!strcmp(text, "*"))
			bad = "'*' is every port: it stands alone";
		complain(line, PROBLEM_ERROR, part, near, "%s", bad);
	}
	free(text);
	return err;
}

int ports_parse(const struct line *line, struct span word, struct rule *rule)
{
	const char *at = NULL;
	struct span part;
	size_t n = 0;
	int err = 0, bad = 0;

	if (span_is(word, "*")) {
		rule->all_ports = true;
		return 0;
	}
	while (err != -ENOMEM && list_next(word, &at, &part)) {
		if (++n > POLICY_LIST_MAX) {
			complain(line, PROBLEM_ERROR, word, NULL, "more than %d ports in a list",
				 POLICY_LIST_MAX);
			return -EINVAL;
		}
		err = port_parse(line, part, rule);
		if (err)
			bad = err;
	}
	return bad;
}

static int target_parse(const struct line *line, struct span word, struct rule *rule)
{
	const char *slash = memchr(word.at, '/', word.len);
	struct span proto = { word.at, slash ? (size_t)(slash - word.at) : word.len };
	struct span ports = { slash ? slash + 1 : NULL, word.len - proto.len - !!slash };
	int err = proto_parse(line, proto, rule), bad = 0;

	rule->target = span_copy(word);
	if (!rule->target || err == -ENOMEM)
		return -ENOMEM;
	if (slash)
		bad = ports_parse(line, ports, rule);
	else
		rule->all_ports = true;
	return bad ? bad : err;
}

/* --- keys ------------------------------------------------------------------------------- */

/* Those that are no list. */
static int plain_parse(const struct line *line, enum rule_key key, struct span word,
		       struct span value, struct rule *rule)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				      "0123456789._-";

	if (key == KEY_EXE_DELETED) {
		rule->deleted_ok = true;
		if (span_is(value, "ok"))
			return 0;
		complain(line, PROBLEM_ERROR, value.len ? value : word, "ok",
			 "exe-deleted takes one word");
		return -EINVAL;
	}
	rule->hook = span_copy(value);
	if (!rule->hook)
		return -ENOMEM;
	if (rule->action != ACTION_ALERT && rule->action != ACTION_REQUIRE)
		complain(line, PROBLEM_ERROR, word, NULL,
			 "a hook belongs to alert and require: here nothing happens to run it for");
	else if (!value.len || value.len > NAME_MAX || strspn(rule->hook, allowed) != value.len ||
		 *rule->hook == '.')
		complain(
			line, PROBLEM_ERROR, value.len ? value : word, NULL,
			"a hook is the name of a file in /etc/porttrace/hooks.d: letters, digits, '.', "
			"'_' and '-', 255 at most, no '.' at its beginning");
	else
		return 0;
	return -EINVAL;
}

static int unknown_key(const struct line *line, struct span name)
{
	if (span_is(name, "comm"))
		complain(
			line, PROBLEM_ERROR, name, NULL,
			"there is no comm=, since anyone can call itself sshd: use exe=, unit= or user=");
	else
		complain(line, PROBLEM_ERROR, name, span_nearest(name, key_names, KEYS),
			 "unknown key '%.*s'", (int)name.len, name.at);
	return -EINVAL;
}

static int list_parse(const struct line *line, enum rule_key key, struct span value,
		      struct rule *rule)
{
	struct criterion *criteria;
	size_t at = rule->n_criteria;

	criteria = reallocarray(rule->criteria, rule->n_criteria + 1, sizeof(*criteria));
	if (!criteria)
		return -ENOMEM;
	rule->criteria = criteria;
	/* The order of the keys is that of what they cost. */
	for (; at && criteria[at - 1].key > key; at--)
		criteria[at] = criteria[at - 1];
	rule->n_criteria++;
	return criterion_parse(line, key, value, &criteria[at]);
}

static int key_parse(const struct line *line, struct span word, struct rule *rule)
{
	const char *equals = memchr(word.at, '=', word.len);
	struct span name = { word.at, equals ? (size_t)(equals - word.at) : word.len };
	struct span value = { equals ? equals + 1 : NULL, word.len - name.len - !!equals };
	unsigned int key = 0;

	while (key < KEYS && !span_is(name, key_names[key]))
		key++;
	if (!equals) {
		complain(line, PROBLEM_ERROR, word,
			 key < KEYS ? NULL : span_nearest(name, key_names, KEYS),
			 "KEY=VALUE belongs here");
		return -EINVAL;
	}
	if (key == KEYS)
		return unknown_key(line, name);
	if (rule->keys & 1u << key) {
		complain(line, PROBLEM_ERROR, name, NULL,
			 "a second %s= in one rule: join the values with a comma", key_names[key]);
		return -EINVAL;
	}
	rule->keys |= 1u << key;
	if (key == KEY_EXE_DELETED || key == KEY_HOOK)
		return plain_parse(line, (enum rule_key)key, word, value, rule);
	if (!value.len) {
		complain(line, PROBLEM_ERROR, word, NULL, "%s= lacks its value", key_names[key]);
		return -EINVAL;
	}
	return list_parse(line, (enum rule_key)key, value, rule);
}

/* --- the rule --------------------------------------------------------------------------- */

/* What the parts say together. */
static int check_whole(const struct line *line, struct span target, const struct rule *rule)
{
	if (rule->action == ACTION_REQUIRE && (rule->all_ports || rule->ephemeral)) {
		complain(line, PROBLEM_ERROR, target, NULL,
			 "require needs ports by number: nobody could say which one is missing");
		return -EINVAL;
	}
	if (rule->deleted_ok && !(rule->keys & 1u << KEY_EXE))
		complain(line, PROBLEM_WARNING, NOWHERE, NULL,
			 "exe-deleted=ok says nothing without exe=");
	return 0;
}

static int parse_words(const struct line *line, const char *at, struct rule *rule, const char **end)
{
	struct span word, target = { 0 };
	int err = 0, bad = 0;

	while (err != -ENOMEM && word_next(line, &at, &word)) {
		*end = word.at + word.len;
		if (!target.at) {
			target = word;
			err = target_parse(line, word, rule);
		} else {
			err = key_parse(line, word, rule);
		}
		if (err)
			bad = err;
	}
	if (!target.at) {
		complain(line, PROBLEM_ERROR, (struct span){ line->text + line->len, 0 }, NULL,
			 "a protocol and ports belong behind the action, such as tcp/80,443");
		return -EINVAL;
	}
	return bad ? bad : check_whole(line, target, rule);
}

int rule_parse(const struct line *line, struct span first, const char *at, struct rule *rule)
{
	const char *end = first.at + first.len;
	bool known;
	int err;

	*rule = (struct rule){ .line = line->number, .order = line->order };
	known = action_parse(line, first, &rule->action, &rule->severity);
	if (!known && !rule->action)
		rule->action =
			ACTION_ALERT; /* what has no action is not told to be wrong with it */
	err = parse_words(line, at, rule, &end);
	if (!err && !known)
		err = -EINVAL;
	if (!err) {
		rule->text = strndup(first.at, (size_t)(end - first.at));
		rule->line_text = strndup(line->text, line->len);
		if (!rule->text || !rule->line_text)
			err = -ENOMEM;
	}
	if (err)
		rule_free(rule);
	return err;
}

void rule_free(struct rule *rule)
{
	for (size_t i = 0; i < rule->n_criteria; i++)
		criterion_free(&rule->criteria[i]);
	free(rule->criteria);
	port_set_free(&rule->ports);
	free(rule->hook);
	free(rule->place);
	free(rule->text);
	free(rule->proto);
	free(rule->target);
	free(rule->line_text);
	*rule = (struct rule){ 0 };
}
