/*
 * media.c - files of inbound messages: found, fetched, looked at, kept.
 *
 * The provider's word on what a file is counts for nothing; its bytes decide (libmagic), and where
 * they contradict the message's kind the file is a document, which is only ever downloaded.
 *
 * An address that a provider gives lives for minutes, so each attempt asks for a new one.
 */
#include <unistd.h>

#include "blob/blob.h"
#include "domain/channel.h"
#include "domain/message.h"
#include "domain/upload.h"
#include "jobs/parts.h"
#include "store/attachment.h"
#include "store/message.h"

enum { LOCATE_MS = 20000, FETCH_MS = 100000 };

struct fetching {
    struct attachment row;
    struct channel_account account;
    const struct channel_ops *ops;
    bool needless;
    str words; /* for the agent, when it failed for good */
};

static enum status load(struct run *r, void *arg)
{
    struct fetching *f = arg;
    enum status s = attachment_select(&r->c, f->row.id, &f->row);

    f->needless = s == ERR_NOT_FOUND || (s == OK && f->row.state != ATTACHMENT_PENDING);
    if (f->needless)
        return OK;
    TRY(s);
    TRY(channel_account_load(&r->c, r->worker->keys, f->row.channel_id, &f->account, &f->ops));
    if (!f->ops->media || !f->ops->media->fetch)
        return FAIL(&r->c, ERR_INVALID, "this channel has no files");
    return OK;
}

static enum status locate(struct run *r, struct fetching *f, str *url)
{
    struct http_request request;
    struct http_response response;

    *url = f->row.provider_url;
    if (url->len > 0 && r->job->attempts == 1)
        return OK;
    if (f->row.provider_ref.len == 0)
        return url->len > 0 ? OK : FAIL(&r->c, ERR_INVALID, "the file has no address");
    TRY(f->ops->media->locate(&r->c, &f->account, f->row.provider_ref, &request));
    TRY(run_call(r, &request, LOCATE_MS, &response));
    return f->ops->media->located(&r->c, &response, url);
}

static int64_t most_bytes(const struct run *r, const struct fetching *f)
{
    int64_t most = r->worker->options.upload_max_bytes;

    if (f->ops->media->max_bytes > 0 && (int64_t)f->ops->media->max_bytes < most)
        most = (int64_t)f->ops->media->max_bytes;
    return most;
}

static enum status judge_fetch(struct run *r, const struct http_response *response)
{
    struct ctx *c = &r->c;

    if (response->failure == HTTP_ANSWER_TOO_BIG)
        return FAIL(c, ERR_TOO_LARGE, "The file is larger than what is kept here.");
    if (response->failure != HTTP_ANSWERED)
        return FAIL(c, ERR_UNAVAILABLE, "The file could not be fetched: %.*s",
                    STR_ARG(response->why));
    if (response->status == 200 && response->bytes == 0)
        return FAIL(c, ERR_UNAVAILABLE, "The file came empty.");
    if (response->status == 200)
        return OK;
    /* 404 and the like may only mean that the address is too old: the next attempt asks anew */
    return FAIL(c, ERR_UNAVAILABLE, "The provider answered %d instead of the file.",
                response->status);
}

/* What it is, by its bytes; the message's word counts within the same family. */
static enum message_kind kind_by_content(enum message_kind said, str type)
{
    enum message_kind is = upload_kind(type);

    if (said == MESSAGE_DOCUMENT)
        return MESSAGE_DOCUMENT;
    if (said == MESSAGE_VOICE && is == MESSAGE_AUDIO)
        return MESSAGE_VOICE;
    if (said == MESSAGE_STICKER && is == MESSAGE_IMAGE)
        return MESSAGE_STICKER;
    /* a container that may hold either: an audio file that libmagic takes for a film */
    if ((said == MESSAGE_AUDIO || said == MESSAGE_VOICE) && is == MESSAGE_VIDEO)
        return said;
    return is;
}

static enum status keep(struct run *r, struct fetching *f, str path)
{
    struct blob_store *blobs = r->worker->options.blobs;
    struct blob_facts facts;
    uint8_t *digest = arena_alloc(r->c.arena, 32);

    TRY(blob_examine(&r->c, blobs, path, &facts));
    for (size_t i = 0; i < 32; i++)
        digest[i] = facts.sha256[i];
    TRY(blobs->ops->put(&r->c, blobs, blob_key(r->c.arena, r->c.org, facts.sha256), path));
    f->row.kind = kind_by_content(f->row.kind, facts.media_type);
    f->row.media_type = facts.media_type;
    f->row.bytes = facts.bytes;
    f->row.sha256 = (struct bytes){
        {(const char *)digest, 32}
    };
    f->row.state = ATTACHMENT_STORED;
    return OK;
}

static enum status fetch(struct run *r, struct fetching *f)
{
    struct http_request request;
    struct http_response response;
    str url, path;
    enum status s;
    int fd;

    TRY(locate(r, f, &url));
    TRY(f->ops->media->fetch(&r->c, &f->account, url, &request));
    TRY(blob_scratch(&r->c, r->worker->options.blobs, &path, &fd));
    close(fd);
    request.save_to = path;
    request.max_answer = (size_t)most_bytes(r, f);
    s = run_call(r, &request, FETCH_MS, &response);
    if (s == OK)
        s = judge_fetch(r, &response);
    if (s == OK)
        s = keep(r, f, path);
    unlink(path.ptr);
    return s;
}

static enum status write_end(struct run *r, const struct fetching *f)
{
    return f->row.state == ATTACHMENT_STORED ? attachment_update_stored(&r->c, &f->row)
                                             : attachment_update_failed(&r->c, f->row.id, f->words);
}

/* The message shows its file, or that there is none.  The conversation is locked before the file's
 * row, as by everybody who writes both: its author may be taking the message back. */
static enum status write_and_publish(struct run *r, const struct fetching *f)
{
    struct conversation conv;
    struct message msg;
    int64_t version;

    if (uuid_is_zero(f->row.message_id))
        return write_end(r, f);
    TRY(message_select(&r->c, f->row.message_id, &msg));
    TRY(conversation_lock(&r->c, msg.conversation_id, &conv));
    TRY(write_end(r, f));
    TRY(message_bump(&r->c, msg.id, &version));
    return message_publish(&r->c, msg.id, &conv, version);
}

static enum status record(struct run *r, void *arg)
{
    struct fetching *f = arg;

    TRY(write_and_publish(r, f));
    r->settled = true;
    return f->row.state == ATTACHMENT_STORED ? job_finish(&r->c, r->job, S(""))
                                             : job_fail(&r->c, r->job, f->words, S(""));
}

enum status job_fetch_media(struct run *r)
{
    struct fetching f = {.needless = false};
    enum status s;

    TRY(run_arg_id(r, "attachment_id", &f.row.id));
    s = run_in_tx(r, load, &f);
    if (s == OK && f.needless)
        return OK;
    if (s == OK)
        s = fetch(r, &f);
    /* a channel that was disconnected meanwhile does not come back */
    if (s != OK && s != ERR_CONFLICT && is_passing(s) &&
        r->job->attempts < kinds[r->task->kind].max_attempts)
        return s;
    if (s != OK)
        f.words = arena_copy(r->c.arena, str_of(r->c.err.msg));
    return run_in_tx(r, record, &f);
}
