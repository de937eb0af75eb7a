/*
 * upload.c - files that people hand us.
 *
 * The list of what a browser may show in place is short and of types that cannot hold scripts: no
 * SVG, no HTML, no PDF.
 */
#include "domain/upload.h"

static const char *const images[] = {"image/jpeg", "image/png", "image/gif", "image/webp", NULL};
static const char *const sounds[] = {"audio/aac",   "audio/amr",   "audio/mp4",  "audio/mpeg",
                                     "audio/ogg",   "audio/opus",  "audio/wav",  "audio/webm",
                                     "audio/x-wav", "audio/x-m4a", "audio/flac", NULL};
static const char *const films[] = {"video/mp4",       "video/webm", "video/3gpp",
                                    "video/quicktime", "video/ogg",  NULL};

static bool is_one_of(const char *const *types, str media_type)
{
    for (; *types; types++)
        if (str_eq_fold(media_type, str_of(*types)))
            return true;
    return false;
}

enum message_kind upload_kind(str media_type)
{
    if (is_one_of(images, media_type))
        return MESSAGE_IMAGE;
    if (is_one_of(sounds, media_type))
        return MESSAGE_AUDIO;
    return is_one_of(films, media_type) ? MESSAGE_VIDEO : MESSAGE_DOCUMENT;
}

bool upload_shows_inline(str media_type)
{
    return upload_kind(media_type) != MESSAGE_DOCUMENT;
}

/* What follows the last separator of any system. */
static str without_path(str name)
{
    for (size_t i = name.len; i > 0; i--)
        if (name.ptr[i - 1] == '/' || name.ptr[i - 1] == '\\')
            return str_slice(name, i, name.len);
    return name;
}

str upload_safe_name(struct arena *a, str name)
{
    str last = str_is_utf8(name) ? str_trim(without_path(name)) : S("");
    char *out = arena_alloc(a, last.len + 1);
    size_t n = 0;
    str cut;

    for (size_t i = 0; i < last.len; i++) {
        unsigned char ch = (unsigned char)last.ptr[i];

        if (ch >= ' ' && ch != 0x7f && ch != '"')
            out[n++] = (char)ch;
    }
    cut = str_utf8_cut((str){out, n}, ATTACHMENT_NAME_MAX);
    if (cut.len == 0 || str_eq(cut, S(".")) || str_eq(cut, S("..")))
        return S("file");
    return cut;
}

enum status upload_keep(struct ctx *c, const struct upload *in, struct attachment *out)
{
    struct attachment row = {
        .id = uuid_new(),
        .channel_id = in->channel_id,
        .uploaded_by = uuid_is_zero(in->visitor_id) ? actor_id(c) : (struct uuid){{0}},
        .visitor_id = in->visitor_id,
        .kind = upload_kind(in->media_type),
        .name = upload_safe_name(c->arena, in->name),
        .media_type = in->media_type,
        .bytes = in->bytes,
        .sha256 = in->sha256,
        .state = ATTACHMENT_STORED,
    };

    if (in->bytes <= 0)
        return FAIL(c, ERR_INVALID, "the file is empty");
    if (in->voice && row.kind == MESSAGE_AUDIO)
        row.kind = MESSAGE_VOICE;
    TRY(attachment_insert(c, &row));
    return attachment_select(c, row.id, out);
}

enum status upload_find(struct ctx *c, struct uuid id, struct attachment *out)
{
    return attachment_select(c, id, out);
}
