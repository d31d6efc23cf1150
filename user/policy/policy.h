/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Policies: which ports are meant to be open, by whom. Text in, rules or a list
 * of problems out; then a subject in, a verdict out. Nothing here looks at the
 * machine but policy_load(), which reads files.
 */
#ifndef PORTTRACE_POLICY_POLICY_H
#define PORTTRACE_POLICY_POLICY_H

#include "base/buf.h"
#include "model/event.h"
#include "model/verdict.h"

#define POLICY_DEFAULT_PATH "/etc/porttrace/porttrace.policy"
#define POLICY_WHY_MAX 1024

/* Beyond these a file is refused, with the bound in the message. */
#define POLICY_FILE_MAX (8u << 20) /* bytes of one file */
#define POLICY_LINE_MAX 16384      /* bytes of one line */
#define POLICY_RULES_MAX 100000    /* of all files together */
#define POLICY_FILES_MAX 1000
#define POLICY_DEPTH_MAX 16      /* includes within includes */
#define POLICY_LIST_MAX 256      /* elements of one list, ports too */
#define POLICY_PROBLEMS_MAX 1000 /* kept; more are counted */

struct policy;
struct rule;
struct element;

enum problem_level { PROBLEM_WARNING, PROBLEM_ERROR };

/* One thing that is wrong with a file; texts are owned by the list. */
struct policy_problem {
	enum problem_level level;
	char *file;
	unsigned int line;   /* from 1; 0: the file as a whole */
	unsigned int column; /* from 1, in characters; 0: the line as a whole */
	unsigned int width;  /* of what is wrong, in characters; at least 1 */
	char *text;          /* the line; NULL: none */
	char *message;
	char *suggestion;   /* "did you mean"; NULL: none is near */
	unsigned int order; /* of its file among all that were read */
};

struct policy_problems {
	struct policy_problem *all; /* in the order of files and lines */
	size_t n;
	size_t cap;
	size_t n_errors; /* those that are not kept included */
	size_t n_warnings;
	bool cut; /* there were more than are kept */
};

/* Prints them as a compiler does: FILE:LINE:COLUMN: error: ..., the line, a caret. Escaped. */
void policy_problems_put(const struct policy_problems *problems, struct buf *out);
void policy_problems_free(struct policy_problems *problems);

/* What a file is, whatever path leads to it: so an include cannot loop. */
struct policy_file_id {
	uint64_t dev;
	uint64_t inode;
};

/* Where texts come from: the parser itself opens nothing. */
struct policy_files {
	/*
	 * The text of a file, NUL-ended, which the parser frees. 0, or -errno and
	 * *why, a static text that says what is wrong with the file (NULL: errno does).
	 */
	int (*read)(void *arg, const char *path, char **text, size_t *len,
		    struct policy_file_id *id, const char **why);
	/*
	 * The paths that match, for glob(7) with backslashes as quotes; the parser
	 * sorts them, and frees each and the array. 0, also where a folder has none of
	 * that kind; -ENOENT: there is nothing of that name, not even a folder; or -errno.
	 */
	int (*expand)(void *arg, const char *pattern, char ***paths, size_t *n);
	void *arg;
};

/*
 * Parses the file at path and what it includes. All problems are told, and a
 * policy is made only if none is an error. 0, -EINVAL (problems say why), -ENOMEM.
 */
int policy_parse(struct policy **out, const char *path, const struct policy_files *files,
		 struct policy_problems *problems);

/*
 * The same from the file system. As root it refuses a file that is not owned
 * by root, or is writable by group or others, or lies in a directory that is
 * (unless that is sticky and the file root's); checked on the open descriptor.
 */
int policy_load(struct policy **out, const char *path, struct policy_problems *problems);
void policy_free(struct policy *policy);
size_t policy_n_rules(const struct policy *policy);
size_t policy_n_files(const struct policy *policy);
/* Whether any rule has this key ("iface", "group") or the word "ephemeral" for its ports: what a
 * judge need not find out is not. */
bool policy_asks(const struct policy *policy, const char *key);
/* What a missing port is that has no severity of its own: the default's, else a warning. */
enum severity policy_default_severity(const struct policy *policy);

/* A value as a policy writes it: quoted where the plain text would mean something else. */
void policy_put_value(struct buf *out, const char *text);

/*
 * What is judged: texts borrowed. NULL: not known. "": there is none for certain (a process in no
 * unit, in no container; a kernel's socket, which has no executable): no pattern matches that.
 */
struct policy_subject {
	const struct endpoint *local; /* netns and ifindex in it are not looked at */
	const char *proto;            /* proto_name() */
	bool picked_known;            /* it is known whether the kernel picked the port */
	bool picked;
	uint16_t ephemeral_first; /* the range the kernel picks from; 0: not known */
	uint16_t ephemeral_last;
	const char *exe; /* whole; for EXE_MEMFD "memfd:NAME" or "/memfd:NAME" */
	enum exe_standing standing;
	bool deleted; /* its file was unlinked or replaced, wherever it lay; of a memfd it says nothing */
	bool uid_known;
	uint32_t uid;
	const char *user;
	bool gid_known;
	uint32_t gid;
	const char *const *groups; /* names: the process's own, and those its user is in */
	const uint32_t *group_ids; /* the same as numbers; NULL: not known */
	size_t n_groups;
	const char *unit;
	const char *container; /* "docker:ID" */
	const char *netns;     /* "host", a name */
	uint32_t netns_inode;
	const char *iface; /* the socket is bound to; "": to none */
};

struct judgement {
	struct verdict verdict; /* its texts live here, or as long as the policy */
	char why[POLICY_WHY_MAX];
};

/*
 * The first rule that matches decides, as if they were read in order. "why"
 * says which keys of the nearest rule differ where a rule names the number; else
 * what the rule that decided is against. NULL only for what is not unexpected.
 *
 * An unknown fact, or an executable that is not proved to be the host's, never
 * makes a rule match that lets something through (allow, require, ignore), and
 * never keeps an alert rule from matching.
 */
void policy_judge(const struct policy *policy, const struct policy_subject *subject,
		  struct judgement *out);

/*
 * What the verdict comes from, for a person who asks: as "why" for what is
 * unexpected, else what is and what the rule wants.
 */
void policy_explain(const struct policy *policy, const struct policy_subject *subject,
		    char why[POLICY_WHY_MAX]);
/* The rule of that place as it was written; "default": its line, or what is taken where there is none. */
const char *policy_rule_text(const struct policy *policy, const char *place);

/* A plain name in a rule, of a user say, and where it stands. */
struct policy_name {
	const char *name;
	const struct rule *rule;
	const struct element *element;
};

/* Calls back for each plain name (no pattern, no number) behind a key. */
void policy_each_name(const struct policy *policy, const char *key,
		      void (*fn)(void *arg, const struct policy_name *name), void *arg);
/* Adds a warning about a name. */
void policy_problems_warn(struct policy_problems *problems, const struct policy_name *name,
			  const char *format, ...) __attribute__((format(printf, 3, 4)));

/* One port, or one range of which any will do, that a "require" rule asks for. */
struct policy_required {
	const char *rule;  /* "porttrace.policy:2" */
	const char *text;  /* the rule, as it was written */
	const char *proto; /* as written: "tcp", "any" */
	const char *hook;  /* NULL: none */
	uint16_t first;
	uint16_t last;
};

/* n of them, in the order of the rules; borrowed. */
const struct policy_required *policy_required(const struct policy *policy, size_t *n);
/* Whether the subject is what that one asks for, whichever rule decides of it. */
bool policy_satisfies(const struct policy *policy, const struct policy_required *required,
		      const struct policy_subject *subject);

#endif
