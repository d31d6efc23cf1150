// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whether a rule matches a subject. What is not known makes a MAYBE, and so
 * does an executable that has the right path and is not proved to be the
 * host's file. A rule that lets something through needs a YES, one that alerts
 * needs no more than a MAYBE: so nothing gets through, and nothing is spared,
 * by what is not known; and a negation turns it round as it has to.
 */
#include "base/glob.h"
#include "model/filter.h"
#include "policy/internal.h"

#include <string.h>
#include <sys/socket.h>

static enum truth truth_of(bool yes)
{
	return yes ? TRUTH_YES : TRUTH_NO;
}

static uint8_t proto_bit(const char *name)
{
	static const struct {
		const char *name;
		uint8_t bit;
	} table[] = {
		{ "tcp", PROTO_TCP },     { "udp", PROTO_UDP },   { "udplite", PROTO_UDPLITE },
		{ "mptcp", PROTO_MPTCP }, { "sctp", PROTO_SCTP },
	};

	for (size_t i = 0; name && i < sizeof(table) / sizeof(*table); i++)
		if (!strcmp(name, table[i].name))
			return table[i].bit;
	return PROTO_OTHER;
}

void view_init(struct view *view, const struct policy_subject *subject)
{
	const struct endpoint *local = subject->local;
	bool mapped = endpoint_is_mapped(local);

	*view = (struct view){
		.subject = subject,
		.proto = proto_bit(subject->proto),
		.scope = endpoint_scope(local),
		.ipv4 = local->family == AF_INET || mapped,
		.addr = mapped ? local->addr + 12 : local->addr,
		.standing = subject->standing,
	};
}

/* --- on= -------------------------------------------------------------------------------- */

bool same_prefix(const uint8_t *a, const uint8_t *b, unsigned int bits)
{
	unsigned int whole = bits / 8, rest = bits % 8;
	uint8_t mask = (uint8_t)(0xff00 >> rest);

	return !memcmp(a, b, whole) && (!rest || (b[whole] & mask) == a[whole]);
}

static bool in_cidr(const struct element *element, const struct view *view)
{
	return (element->family == AF_INET) == view->ipv4 &&
	       same_prefix(element->addr, view->addr, element->bits);
}

/*
 * A wildcard bind is "any" alone. But it reaches whatever a negation excludes:
 * on=!public does not let it through, and does not spare it, unless the list
 * has "any" itself.
 */
static enum truth on_truth(const struct criterion *criterion, const struct element *element,
			   const struct view *view)
{
	bool is_any = element->kind == ELEMENT_SCOPE && element->number == SCOPE_ANY;

	if (view->scope == SCOPE_ANY && !is_any)
		return element->negated && !criterion->has_any ? TRUTH_MAYBE : TRUTH_NO;
	if (element->kind == ELEMENT_SCOPE)
		return truth_of(element->number == (uint32_t)view->scope);
	return truth_of(in_cidr(element, view));
}

/* --- texts ------------------------------------------------------------------------------ */

static bool text_match(const struct element *element, const char *text)
{
	if (element->kind == ELEMENT_GLOB)
		return glob_match_escaped(element->text, text);
	return !strcmp(element->text, text);
}

/* "" is none for certain, which no pattern matches. */
static enum truth text_truth(const struct element *element, const char *text)
{
	if (!text)
		return TRUTH_MAYBE;
	return truth_of(*text && text_match(element, text));
}

static bool container_form_match(const void *element, const char *text)
{
	return text_match(element, text);
}

static enum truth container_truth(const struct element *element, const char *container)
{
	if (!container)
		return TRUTH_MAYBE;
	return truth_of(*container && container_any_form(container, container_form_match, element));
}

/* --- exe= ------------------------------------------------------------------------------- */

static const char *memfd_name(const char *exe)
{
	if (*exe == '/')
		exe++;
	return strncmp(exe, "memfd:", strlen("memfd:")) ? NULL : exe + strlen("memfd:");
}

static enum truth memfd_truth(const struct element *element, const struct view *view)
{
	const char *exe = view->subject->exe, *name = exe ? memfd_name(exe) : NULL;

	if (view->standing != EXE_MEMFD && view->standing != EXE_UNKNOWN)
		return TRUTH_NO;
	if (exe && !*exe)
		return TRUTH_NO;
	if (exe && (!name || !glob_match_escaped(element->text, name)))
		return TRUTH_NO;
	return exe && view->standing == EXE_MEMFD ? TRUTH_YES : TRUTH_MAYBE;
}

/* Also of what was no file of the host's: it is no less gone. */
static enum truth deleted_truth(const struct view *view)
{
	const char *exe = view->subject->exe;

	if (view->subject->deleted && view->standing != EXE_MEMFD &&
	    (view->standing != EXE_UNKNOWN || (exe && !memfd_name(exe))))
		return TRUTH_YES;
	if (view->standing == EXE_UNKNOWN && !(exe && !*exe))
		return TRUTH_MAYBE;
	return truth_of(view->standing == EXE_DELETED);
}

/* The path, and whether it is the host's file of that path. */
static enum truth path_truth(const struct rule *rule, const struct element *element,
			     const struct view *view)
{
	enum truth path = text_truth(element, view->subject->exe);
	bool proved = view->standing == EXE_HOST ||
		      (view->standing == EXE_DELETED && rule->deleted_ok);

	return path == TRUTH_YES && !proved ? TRUTH_MAYBE : path;
}

static enum truth exe_truth(const struct rule *rule, const struct element *element,
			    const struct view *view)
{
	if (element->kind == ELEMENT_DELETED)
		return deleted_truth(view);
	if (element->kind == ELEMENT_MEMFD)
		return memfd_truth(element, view);
	return path_truth(rule, element, view);
}

/* --- names and numbers ------------------------------------------------------------------ */

static enum truth user_truth(const struct element *element, const struct policy_subject *subject)
{
	if (element->kind != ELEMENT_NUMBER)
		return text_truth(element, subject->user);
	return subject->uid_known ? truth_of(element->number == subject->uid) : TRUTH_MAYBE;
}

static enum truth gid_truth(uint32_t gid, const struct policy_subject *subject)
{
	if (subject->gid_known && subject->gid == gid)
		return TRUTH_YES;
	if (!subject->group_ids)
		return TRUTH_MAYBE;
	for (size_t i = 0; i < subject->n_groups; i++)
		if (subject->group_ids[i] == gid)
			return TRUTH_YES;
	return subject->gid_known ? TRUTH_NO : TRUTH_MAYBE;
}

static enum truth group_truth(const struct element *element, const struct policy_subject *subject)
{
	if (element->kind == ELEMENT_NUMBER)
		return gid_truth(element->number, subject);
	if (!subject->groups)
		return TRUTH_MAYBE;
	for (size_t i = 0; i < subject->n_groups; i++)
		if (text_truth(element, subject->groups[i]) == TRUTH_YES)
			return TRUTH_YES;
	return TRUTH_NO;
}

/* A number is the inode's, or a name of digits. */
static enum truth netns_truth(const struct element *element, const struct policy_subject *subject)
{
	if (element->kind != ELEMENT_NUMBER)
		return text_truth(element, subject->netns);
	if (subject->netns_inode == element->number && subject->netns_inode)
		return TRUTH_YES;
	if (subject->netns && !strcmp(subject->netns, element->text))
		return TRUTH_YES;
	return subject->netns_inode && subject->netns ? TRUTH_NO : TRUTH_MAYBE;
}

/* --- rules ------------------------------------------------------------------------------ */

enum truth element_truth(const struct rule *rule, const struct criterion *criterion,
			 const struct element *element, const struct view *view)
{
	const struct policy_subject *subject = view->subject;

	switch (criterion->key) {
	case KEY_ON:
		return on_truth(criterion, element, view);
	case KEY_EXE:
		return exe_truth(rule, element, view);
	case KEY_USER:
		return user_truth(element, subject);
	case KEY_GROUP:
		return group_truth(element, subject);
	case KEY_UNIT:
		return text_truth(element, subject->unit);
	case KEY_CONTAINER:
		return container_truth(element, subject->container);
	case KEY_NETNS:
		return netns_truth(element, subject);
	case KEY_IFACE:
		return text_truth(element, subject->iface);
	default:
		return TRUTH_MAYBE; /* no criterion */
	}
}

/* One that is not negated matches, if there is such a one, and none that is. */
enum truth criterion_truth(const struct rule *rule, const struct criterion *criterion,
			   const struct view *view)
{
	enum truth any = criterion->has_positive ? TRUTH_NO : TRUTH_YES, none = TRUTH_YES;

	for (size_t i = 0; i < criterion->n; i++) {
		const struct element *element = &criterion->elements[i];
		enum truth truth = element_truth(rule, criterion, element, view);

		if (!element->negated)
			any = truth > any ? truth : any;
		else if (TRUTH_YES - truth < none)
			none = (enum truth)(TRUTH_YES - truth);
	}
	return any < none ? any : none;
}

static enum truth ephemeral_truth(const struct policy_subject *subject)
{
	uint16_t port = subject->local->port;

	if (subject->picked_known)
		return truth_of(subject->picked);
	if (!subject->ephemeral_first)
		return TRUTH_MAYBE;
	return truth_of(port >= subject->ephemeral_first && port <= subject->ephemeral_last);
}

static enum truth port_truth(const struct rule *rule, const struct policy_subject *subject)
{
	if (rule->all_ports || port_set_has(&rule->ports, subject->local->port))
		return TRUTH_YES;
	return rule->ephemeral ? ephemeral_truth(subject) : TRUTH_NO;
}

enum truth rule_truth(const struct rule *rule, const struct view *view)
{
	enum truth truth = truth_of(rule->protos & view->proto);

	if (truth)
		truth = port_truth(rule, view->subject);
	for (size_t i = 0; truth && i < rule->n_criteria; i++) {
		enum truth one = criterion_truth(rule, &rule->criteria[i], view);

		truth = one < truth ? one : truth;
	}
	return truth;
}

bool rule_matches(const struct rule *rule, const struct view *view)
{
	return rule_truth(rule, view) >= (rule->action == ACTION_ALERT ? TRUTH_MAYBE : TRUTH_YES);
}
