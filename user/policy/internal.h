/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of this room share: a policy as it is kept, and what is parsed. */
#ifndef PORTTRACE_POLICY_INTERNAL_H
#define PORTTRACE_POLICY_INTERNAL_H

#include "base/parse.h"
#include "policy/policy.h"

/* --- a policy as it is kept ------------------------------------------------------------- */

enum action { ACTION_ALLOW, ACTION_REQUIRE, ACTION_IGNORE, ACTION_ALERT };

enum rule_key {
	KEY_ON,
	KEY_EXE,
	KEY_USER,
	KEY_GROUP,
	KEY_UNIT,
	KEY_CONTAINER,
	KEY_NETNS,
	KEY_IFACE,
	KEY_EXE_DELETED, /* no criterion: rule.deleted_ok */
	KEY_HOOK,        /* no criterion: rule.hook */
	KEYS
};

/* "on", "exe", … */
const char *rule_key_name(enum rule_key key);

/* Bits; one of them is a socket's. */
enum rule_proto {
	PROTO_TCP = 1,
	PROTO_UDP = 2,
	PROTO_UDPLITE = 4,
	PROTO_MPTCP = 8,
	PROTO_SCTP = 16,
	PROTO_OTHER = 32,
	PROTO_ANY = 63,
};

#define PROTOS 6

enum element_kind {
	ELEMENT_TEXT,    /* text itself */
	ELEMENT_GLOB,    /* text is a pattern for glob_match_escaped() */
	ELEMENT_NUMBER,  /* of a user, a group, a network namespace; text is it as written */
	ELEMENT_SCOPE,   /* number: enum scope */
	ELEMENT_CIDR,    /* addr, family and bits */
	ELEMENT_DELETED, /* exe=deleted */
	ELEMENT_MEMFD,   /* text is a pattern for the name behind "memfd:" */
};

/* One of a list. */
struct element {
	enum element_kind kind;
	bool negated;
	uint16_t family;
	uint16_t bits;
	uint32_t number;
	uint8_t addr[16];
	char *text;          /* owned, or NULL */
	unsigned int column; /* where it stands, and how wide it is; in bytes, from 0 */
	unsigned int width;
};

/* KEY=LIST of a rule. */
struct criterion {
	enum rule_key key;
	bool has_positive;
	bool has_any;  /* on=any is among them */
	char *written; /* owned: the list as the policy has it */
	struct element *elements;
	size_t n;
};

struct rule {
	enum action action;
	enum severity severity; /* of ACTION_ALERT */
	uint8_t protos;
	bool all_ports;
	bool ephemeral; /* is in the list of ports */
	bool deleted_ok;
	struct port_set ports;
	struct criterion *criteria; /* cheap ones first: in the order of enum rule_key */
	size_t n_criteria;
	uint32_t keys; /* bits of enum rule_key */
	char *hook;    /* NULL: none */
	char *place;   /* "porttrace.policy:2" */
	char *text;    /* the rule as written, without a comment */
	char *proto;   /* as written */
	char *target;  /* as written: "tcp/80,443" */
	/* For problems that are found later: where it stands. */
	const char *file; /* of policy.files */
	unsigned int order;
	unsigned int line;
	char *line_text;
};

struct index;

struct policy {
	struct rule *rules;
	size_t n_rules;
	size_t cap_rules;
	char **files; /* the paths they came from */
	size_t n_files;
	bool has_default;
	enum action default_action;
	enum severity default_severity;
	char *default_place; /* where it stands; NULL: nowhere */
	char *default_text;  /* "default alert:warning" */
	uint32_t keys;       /* of all rules */
	bool asks_ephemeral;
	struct policy_required *required;
	size_t *required_rules; /* the rule of each */
	size_t n_required;
	struct index *index;
};

void rule_free(struct rule *rule);

/* --- problems --------------------------------------------------------------------------- */

/* A part of a line; at NULL: the line as a whole. */
struct span {
	const char *at;
	size_t len;
};

/* Where a problem is, and where it goes. */
struct line {
	struct policy_problems *problems;
	const char *file;
	unsigned int order;  /* of the file */
	unsigned int number; /* 0: the file as a whole */
	const char *text;    /* NULL: none */
	size_t len;
};

/* Where a rule stands, for problems that are found later. */
static inline struct line rule_line(const struct rule *rule, struct policy_problems *problems)
{
	return (struct line){
		.problems = problems,
		.file = rule->file,
		.order = rule->order,
		.number = rule->line,
		.text = rule->line_text,
		.len = strlen(rule->line_text),
	};
}

/* Adds a problem. suggestion may be NULL. When memory lacks, an error is counted all the same. */
void complain(const struct line *line, enum problem_level level, struct span where,
	      const char *suggestion, const char *format, ...)
	__attribute__((format(printf, 5, 6)));
/* By file and line, as it was promised. */
void problems_sort(struct policy_problems *problems);

/* --- words ------------------------------------------------------------------------------ */

/*
 * The next word at *at, quotes and all, which moves on; a comment ends the line. False: there is
 * none. What cannot be a word is told as a problem, and the word is given nevertheless.
 */
bool word_next(const struct line *line, const char **at, struct span *word);
/* Splits a list at commas that are not quoted; false: there is no more. *at NULL: from the start. */
bool list_next(struct span list, const char **at, struct span *part);
bool span_is(struct span span, const char *text);
/* How many bytes the character takes (n > 0 are left); 0: it is none that is printed as it is. */
size_t visible(const char *text, size_t n);
/* A copy, NUL-ended; NULL: no memory. */
char *span_copy(struct span span);
/* The word of names that is near; NULL: none. */
const char *span_nearest(struct span span, const char *const *names, size_t n);

/*
 * A word without its quotes. If a wildcard stands outside of quotes, *glob is set and the text is a
 * pattern for glob_match_escaped(); else it is the plain text. 0; -EINVAL after telling why; -ENOMEM.
 */
int unquote(const struct line *line, struct span word, char **text, bool *glob);

/* --- parsing ---------------------------------------------------------------------------- */

/*
 * The rule that stands in a line from its first word on; *at is behind that word. 0, -EINVAL after
 * telling what is wrong, -ENOMEM. On failure there is nothing in *rule to free.
 */
int rule_parse(const struct line *line, struct span first, const char *at, struct rule *rule);
/* An action with its severity. Whether there is such a one; if not, it was told. */
bool action_parse(const struct line *line, struct span word, enum action *action,
		  enum severity *severity);
/* "80,443", "8000-8100", "*", "ephemeral". As rule_parse(). */
int ports_parse(const struct line *line, struct span word, struct rule *rule);
/* The list of a key into a criterion, which is freed with criterion_free() in any case. */
int criterion_parse(const struct line *line, enum rule_key key, struct span list,
		    struct criterion *criterion);
void criterion_free(struct criterion *criterion);
/* An address of on=. */
int cidr_parse(const struct line *line, struct span where, const char *text,
	       struct element *element);

/* Tells of rules that never decide, since an earlier one matches whatever they do. 0 or -ENOMEM. */
int warn_shadowed(const struct policy *policy, struct policy_problems *problems);

/* --- matching --------------------------------------------------------------------------- */

/* Of what is not known, nobody knows whether it matches. In this order: and is min, or is max. */
enum truth { TRUTH_NO, TRUTH_MAYBE, TRUTH_YES };

/* A subject, and what is worked out once for all rules. */
struct view {
	const struct policy_subject *subject;
	uint8_t proto; /* a bit of enum rule_proto */
	enum scope scope;
	bool ipv4;
	const uint8_t *addr; /* 4 or 16 bytes */
	enum exe_standing standing;
};

/* Whether both addresses begin with the same bits; of a, those behind them are zero. */
bool same_prefix(const uint8_t *a, const uint8_t *b, unsigned int bits);
void view_init(struct view *view, const struct policy_subject *subject);
enum truth element_truth(const struct rule *rule, const struct criterion *criterion,
			 const struct element *element, const struct view *view);
enum truth criterion_truth(const struct rule *rule, const struct criterion *criterion,
			   const struct view *view);
enum truth rule_truth(const struct rule *rule, const struct view *view);
/* What lets through needs a proof, and what alerts needs none. */
bool rule_matches(const struct rule *rule, const struct view *view);

/* --- explaining ------------------------------------------------------------------------- */

/* The rule that names the number and differs in least. */
struct nearest {
	const struct rule *rule; /* NULL: none names it */
	size_t differ;           /* keys */
	bool exact;              /* the number itself is written, and not a range it is in */
	bool known;              /* one of the keys is known to differ */
};

/* Looks at one rule more. One that does not differ at all leaves differ at 0. */
void nearest_consider(struct nearest *nearest, const struct rule *rule, const struct view *view);
void explain_nearest(const struct nearest *nearest, const struct view *view,
		     char text[POLICY_WHY_MAX]);
/* What each key of the rule is about: what is, and what it wants. */
void explain_match(const struct rule *rule, const struct view *view, char text[POLICY_WHY_MAX]);
/* rule NULL: the default. */
void explain_alert(const struct rule *rule, const struct view *view, char text[POLICY_WHY_MAX]);

#endif
