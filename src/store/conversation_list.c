/*
 * conversation_list.c - the inbox: one page of it is one statement, whose cost does not depend on
 * how many conversations there are.
 *
 * Every combination must end in ordered walks of an index with a LIMIT.  One state, and
 * everybody's, one's own, a team's or nobody's: the index has that order, and plain filters do.  What
 * a reader of less than all sees, and "any state", have no index order; there a fragment picks the ids
 * first, by one walk for each state and assignee or team (conversation_pick_*), and the plain filters
 * only check.  A search
 * and a contact's list are short by themselves.
 *
 * A channel's list is the exception: it filters the walk of its state.
 *
 * LIMIT stands in the text and not in a parameter: with generic plans the planner must see that a
 * page is short.
 */
#include "store/conversation.h"

#include "db/db.h"
#include "store/conversation.sql.h"
#include "store/search.h"

static const struct field conversation_item_row[] = {
    FIELD(struct conversation_item, id, 0, 0),
    FIELD(struct conversation_item, number, 0, 0),
    FIELD_ENUM(struct conversation_item, state, 0, &conversation_state_names),
    FIELD(struct conversation_item, snoozed_until, F_NULL, 0),
    FIELD(struct conversation_item, assignee_id, F_NULL, 0),
    FIELD(struct conversation_item, team_id, F_NULL, 0),
    FIELD(struct conversation_item, contact_id, 0, 0),
    FIELD(struct conversation_item, contact_name, 0, 0),
    FIELD(struct conversation_item, avatar_id, F_NULL, 0),
    FIELD(struct conversation_item, stage_id, F_NULL, 0),
    FIELD(struct conversation_item, next_follow_up_at, F_NULL, 0),
    FIELD(struct conversation_item, channel_id, 0, 0),
    FIELD(struct conversation_item, channel_kind, 0, 0),
    FIELD(struct conversation_item, channel_name, 0, 0),
    FIELD(struct conversation_item, address, 0, 0),
    FIELD(struct conversation_item, last_message_at, F_NULL, 0),
    FIELD(struct conversation_item, last_preview, 0, 0),
    FIELD(struct conversation_item, last_kind, F_NULL, 0),
    FIELD(struct conversation_item, last_direction, F_NULL, 0),
    FIELD(struct conversation_item, last_state, F_NULL, 0),
    FIELD(struct conversation_item, last_author_id, F_NULL, 0),
    FIELD(struct conversation_item, unread, 0, 0),
    FIELD(struct conversation_item, attention, F_NULL, 0),
    FIELD(struct conversation_item, attention_text, F_NULL, 0),
    FIELD(struct conversation_item, window_closes_at, F_NULL, 0),
    FIELD(struct conversation_item, waiting_since, F_NULL, 0),
    FIELD(struct conversation_item, contact_seen_at, F_NULL, 0),
    FIELD(struct conversation_item, sort_at, 0, 0),
    FIELD(struct conversation_item, version, 0, 0),
    FIELD_END,
};

enum { MAX_ARGS = 40, SMALL_PAGE = 25 };

/* The filters of one list, and the parameters they point to. */
struct choice {
    struct db_filter filters[DB_MAX_FILTERS];
    size_t n;
    struct db_arg args[MAX_ARGS];
    int n_args;
};

static void choose(struct choice *choice, const struct db_fragment *fragment,
                   const struct db_arg *args, int n)
{
    struct db_arg *kept = &choice->args[choice->n_args];

    for (int i = 0; i < n; i++)
        kept[i] = args[i];
    choice->n_args += n;
    choice->filters[choice->n++] = (struct db_filter){fragment, kept, n};
}

/* The reader, where their own are in reach; none otherwise.  The same for their teams'. */
static struct uuid mine(const struct conversation_scope *scope)
{
    return scope->all || scope->assigned ? scope->user_id : (struct uuid){{0}};
}

static struct uuid teams(const struct conversation_scope *scope)
{
    return scope->team ? scope->user_id : (struct uuid){{0}};
}

/* The reader's reach, as a plain test. */
static void choose_scope(struct choice *choice, const struct conversation_scope *scope)
{
    if (scope->all)
        return;
    choose(choice, &conversation_within_fragment,
           DB_ARGS(A(mine(scope)), A(scope->unassigned), A(teams(scope))));
}

static void choose_named(struct ctx *c, struct choice *choice, str q)
{
    str address = search_address(c->arena, q);

    choose(choice, &conversation_named_fragment,
           DB_ARGS(A(q), A(q), A(q), A(q), A(address), A(address)));
}

/* Later than any time, and after any id: where a list without a cursor begins. */
static const struct instant the_end = {INT64_C(253402300799000000)}; /* 9999-12-31 */
static const struct uuid last_id = {
    {255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255}
};

static void choose_pick(struct choice *choice, const struct conversation_page *page,
                        struct instant before, struct uuid before_id)
{
    static const str every[] = {STR_INIT("open"), STR_INIT("pending"), STR_INIT("snoozed"),
                                STR_INIT("resolved")};
    struct str_array states = {page->state ? &every[page->state - CONVERSATION_OPEN] : every,
                               page->state ? 1 : 4};
    const struct conversation_scope *scope = &page->scope;
    struct uuid nobody = {{0}};
    struct uuid own = page->only_unassigned ? nobody : mine(scope);
    struct uuid of_teams = page->only_mine ? nobody : teams(scope);
    bool of_others = !page->only_mine;
    struct uuid all_of_teams = page->only_unassigned ? nobody : of_teams;

    choose(choice,
           page->limit <= SMALL_PAGE ? &conversation_pick_26_fragment
                                     : &conversation_pick_101_fragment,
           DB_ARGS(A(states), A(own), A(before), A(before_id), A(of_others), A(scope->all),
                   A(scope->unassigned), A(of_teams), A(before), A(before_id), A(before),
                   A(before_id), A(all_of_teams)));
}

/* One team's in any state. */
static void choose_pick_team(struct choice *choice, const struct conversation_page *page,
                             struct instant before, struct uuid before_id)
{
    const struct conversation_scope *scope = &page->scope;

    choose(choice,
           page->limit <= SMALL_PAGE ? &conversation_pick_team_26_fragment
                                     : &conversation_pick_team_101_fragment,
           DB_ARGS(A(page->team_id), A(scope->all), A(mine(scope)), A(teams(scope)), A(before),
                   A(before_id)));
}

/* Where the walk over the index goes: see above. */
static void choose_walk(struct choice *choice, const struct conversation_page *page)
{
    bool cursor = !instant_is_none(page->before);
    struct instant before = cursor ? page->before : the_end;
    struct uuid before_id = cursor ? page->before_id : last_id;
    bool is_short = page->q.len > 0 || !uuid_is_zero(page->channel_id);
    bool one_assignee = page->only_mine || page->only_unassigned;
    bool of_team = !uuid_is_zero(page->team_id);

    choose_scope(choice, &page->scope);
    if (cursor)
        choose(choice, &conversation_before_fragment, DB_ARGS(A(before), A(before_id)));
    if (is_short || (page->state != 0 && (one_assignee || page->scope.all || of_team)))
        return;
    if (of_team && !one_assignee) {
        choose_pick_team(choice, page, before, before_id);
        return;
    }
    if (of_team)
        return; /* somebody's or nobody's in one team: few */
    if (one_assignee || !page->scope.all)
        choose_pick(choice, page, before, before_id);
    else
        choose(choice,
               page->limit <= SMALL_PAGE ? &conversation_pick_any_state_26_fragment
                                         : &conversation_pick_any_state_101_fragment,
               DB_ARGS(A(before), A(before_id)));
}

static const struct db_fragment *page_fragment(int limit)
{
    if (limit <= SMALL_PAGE)
        return &conversation_page_26_fragment;
    return limit <= 50 ? &conversation_page_51_fragment : &conversation_page_101_fragment;
}

static enum status read_items(struct ctx *c, const struct db_rows *rows, size_t max,
                              struct list *out)
{
    TRY(db_read_all(c, rows, conversation_item_row, sizeof(struct conversation_item), out));
    if (out->n > max)
        out->n = max;
    return OK;
}

enum status conversation_list(struct ctx *c, const struct conversation_page *page, struct list *out)
{
    struct choice choice = {.n = 0};
    struct db_rows *rows;

    if (page->state)
        choose(&choice, &conversation_in_state_fragment,
               DB_ARGS(A_WORD(&conversation_state_names, page->state)));
    if (page->only_mine)
        choose(&choice, &conversation_mine_fragment, DB_ARGS(A(page->scope.user_id)));
    if (page->only_unassigned)
        choose(&choice, &conversation_unassigned_fragment, NULL, 0);
    if (!uuid_is_zero(page->channel_id))
        choose(&choice, &conversation_on_channel_fragment, DB_ARGS(A(page->channel_id)));
    if (!uuid_is_zero(page->team_id))
        choose(&choice, &conversation_of_team_fragment, DB_ARGS(A(page->team_id)));
    if (page->q.len > 0)
        choose_named(c, &choice, page->q);
    choose_walk(&choice, page);
    TRY(db_list(c, &conversation_list_sql, DB_ARGS(A(c->org), A(page->scope.user_id)),
                choice.filters, choice.n, page_fragment(page->limit), &rows));
    return read_items(c, rows, (size_t)page->limit + 1, out);
}

enum status conversation_view(struct ctx *c, struct uuid id, const struct conversation_scope *scope,
                              struct conversation_item *out)
{
    struct choice choice = {.n = 0};
    struct db_rows *rows;

    choose(&choice, &conversation_of_id_fragment, DB_ARGS(A(id)));
    choose_scope(&choice, scope);
    TRY(db_list(c, &conversation_list_sql, DB_ARGS(A(c->org), A(scope->user_id)), choice.filters,
                choice.n, NULL, &rows));
    if (db_count(rows) == 0)
        return FAIL(c, ERR_NOT_FOUND, "no such conversation");
    return db_read(c, rows, 0, conversation_item_row, out);
}

enum status conversation_list_by_contacts(struct ctx *c, const struct uuid *contacts, size_t n,
                                          const struct conversation_scope *scope, struct list *out)
{
    struct uuid_array ids = {contacts, n};
    struct choice choice = {.n = 0};
    struct db_rows *rows;

    choose(&choice, &conversation_of_contacts_fragment, DB_ARGS(A(ids)));
    choose_scope(&choice, scope);
    TRY(db_list(c, &conversation_list_sql, DB_ARGS(A(c->org), A(scope->user_id)), choice.filters,
                choice.n, &conversation_page_500_fragment, &rows));
    return read_items(c, rows, SIZE_MAX, out);
}

struct counted {
    int64_t mine, unassigned, everyone, colleagues, snoozed;
};

static const struct field counted_row[] = {
    FIELD(struct counted, mine, 0, 0),
    FIELD(struct counted, unassigned, 0, 0),
    FIELD(struct counted, everyone, F_NULL, 0),
    FIELD(struct counted, colleagues, 0, 0), /* of the reader's teams */
    FIELD(struct counted, snoozed, 0, 0),
    FIELD_END,
};

enum status conversation_count(struct ctx *c, const struct conversation_scope *scope,
                               struct conversation_counts *out)
{
    struct db_rows *rows;
    struct counted n;
    int64_t reachable;

    TRY(db_query(c, &conversation_count_sql,
                 DB_ARGS(A(c->org), A(scope->user_id), A(scope->all), A(scope->unassigned),
                         A(teams(scope)), A(scope->assigned)),
                 &rows));
    TRY(db_read(c, rows, 0, counted_row, &n));
    reachable = n.mine + n.unassigned + n.colleagues;
    *out = (struct conversation_counts){
        .mine = n.mine,
        .unassigned = n.unassigned,
        .all = scope->all        ? n.everyone
               : reachable > 100 ? 100
                                 : reachable,
        .snoozed = n.snoozed,
    };
    return OK;
}
