/*
 * visitor.c - c->actor is NULL here: the visitor's token was the permission, and it names one
 * visitor of one channel.
 */
#include "domain/visitor.h"

enum status visitor_load_thread(struct ctx *c, struct uuid channel_id, struct uuid visitor,
                                struct visitor_thread *out, bool *found)
{
    return visitor_thread_find(c, channel_id, visitor, out, found);
}

enum status visitor_messages(struct ctx *c, const struct visitor_thread *thread, struct uuid after,
                             int limit, struct thread *out)
{
    struct message_page page = {
        .conversation_id = thread->conversation_id,
        .limit = limit,
        .after_id = after,
        .public_only = true,
    };

    return message_thread(c, &page, out);
}

enum status visitor_of_conversation(struct ctx *c, struct uuid conversation_id,
                                    struct uuid *channel_id, struct uuid *visitor, bool *found)
{
    return visitor_find_by_conversation(c, conversation_id, channel_id, visitor, found);
}

enum status visitor_demo_chat(struct ctx *c, struct uuid *channel_id)
{
    return visitor_demo_channel(c, channel_id);
}

enum status visitor_is_attended(struct ctx *c, bool *out)
{
    return visitor_members_are_online(c, out);
}

enum status visitor_may_upload(struct ctx *c, struct uuid visitor)
{
    int64_t waiting;

    TRY(visitor_lock_uploads(c, visitor));
    TRY(visitor_count_uploads(c, visitor, &waiting));
    if (waiting >= VISITOR_UPLOADS_MAX)
        return FAIL(c, ERR_RATE_LIMITED, "please send the files that are uploaded first");
    return OK;
}

enum status visitor_check_uploads(struct ctx *c, struct uuid visitor, const struct uuid *ids,
                                  size_t n)
{
    struct attachment file;

    for (size_t i = 0; i < n; i++) {
        enum status s = attachment_select(c, ids[i], &file);

        if (s != OK && s != ERR_NOT_FOUND)
            return s;
        if (s != OK || !uuid_eq(file.visitor_id, visitor) || !uuid_is_zero(file.message_id) ||
            file.state != ATTACHMENT_STORED)
            return FAIL_FIELD(c, "upload_ids", "there is no such file to send");
    }
    return OK;
}
