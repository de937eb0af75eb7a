/*
 * whatsapp_sends.h - every kind of request that we make of Meta, by name.
 *
 * One list for two witnesses: test_whatsapp_send.c says what each must hold,
 * print_whatsapp_sends.c prints them for the check against Meta's own schema.
 * To add one: a row.
 */
#ifndef TESTS_WHATSAPP_SENDS_H
#define TESTS_WHATSAPP_SENDS_H

#include "provider/channel.h"

struct whatsapp_case {
    const char *name;
    struct outbound m;
};

#define PHONE                              \
    {                                      \
        .address = STR_INIT("60121111111") \
    }
#define ID_ONLY                                          \
    {                                                    \
        .scoped_id = STR_INIT("MY.13491208655302741918") \
    }
#define REFERENCE                                                            \
    {                                                                        \
        {                                                                    \
            0x01, 0x97, 0xf3, 0xa0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, 1 \
        }                                                                    \
    }
#define FILE(k, t) .kind = (k), .file_id = STR_INIT("1479537139650973"), .file_type = STR_INIT(t)

static const struct whatsapp_case whatsapp_cases[] = {
    {"text",
     {.id = REFERENCE,
      .to = PHONE,
      .kind = MESSAGE_TEXT,
      .text = STR_INIT("Selamat pagi \"Aisyah\" \xf0\x9f\x91\x8b\n\xe4\xbd\xa0\xe5\xa5\xbd")}                          },
    {"text with a link",
     {.id = REFERENCE,
      .to = PHONE,
      .kind = MESSAGE_TEXT,
      .text = STR_INIT("see https://example.com/a?b=1")}                                                               },
    {"text to a user id",
     {.id = REFERENCE, .to = ID_ONLY, .kind = MESSAGE_TEXT, .text = STR_INIT("hello")}                                 },
    {"reply",
     {.id = REFERENCE,
      .to = PHONE,
      .kind = MESSAGE_TEXT,
      .text = STR_INIT("yes"),
      .reply_to = STR_INIT("wamid.IN=")}                                                                               },
    {"image",                             {.id = REFERENCE, .to = PHONE, FILE(MESSAGE_IMAGE, "image/jpeg")}            },
    {"image with caption in reply",
     {.id = REFERENCE,
      .to = PHONE,
      FILE(MESSAGE_IMAGE, "image/png"),
      .text = STR_INIT("our shop"),
      .reply_to = STR_INIT("wamid.IN=")}                                                                               },
    {"image that WhatsApp does not show",
     {.id = REFERENCE,
      .to = PHONE,
      FILE(MESSAGE_IMAGE, "image/gif"),
      .file_name = STR_INIT("cat.gif")}                                                                                },
    {"video",
     {.id = REFERENCE,
      .to = PHONE,
      FILE(MESSAGE_VIDEO, "video/mp4"),
      .text = STR_INIT("how it works")}                                                                                },
    {"video that WhatsApp does not show",
     {.id = REFERENCE,
      .to = PHONE,
      FILE(MESSAGE_VIDEO, "video/webm"),
      .file_name = STR_INIT("a.webm")}                                                                                 },
    {"audio",                             {.id = REFERENCE, .to = PHONE, FILE(MESSAGE_AUDIO, "audio/mpeg")}            },
    {"voice",                             {.id = REFERENCE, .to = PHONE, FILE(MESSAGE_VOICE, "audio/ogg; codecs=opus")}},
    {"audio with words",
     {.id = REFERENCE,
      .to = PHONE,
      FILE(MESSAGE_AUDIO, "audio/mpeg"),
      .text = STR_INIT("listen"),
      .file_name = STR_INIT("a.mp3")}                                                                                  },
    {"audio in libmagic's words",
     {.id = REFERENCE, .to = PHONE, FILE(MESSAGE_AUDIO, "audio/x-m4a")}                                                },
    {"audio that WhatsApp does not play",
     {.id = REFERENCE,
      .to = PHONE,
      FILE(MESSAGE_AUDIO, "audio/flac"),
      .file_name = STR_INIT("a.flac")}                                                                                 },
    {"document",
     {.id = REFERENCE,
      .to = PHONE,
      FILE(MESSAGE_DOCUMENT, "application/pdf"),
      .file_name = STR_INIT("invoice \xe7\x99\xbc\xe7\xa5\xa8.pdf"),
      .text = STR_INIT("your invoice")}                                                                                },
    {"document to a user id",
     {.id = REFERENCE, .to = ID_ONLY, FILE(MESSAGE_DOCUMENT, "text/plain")}                                            },
    {"sticker",                           {.id = REFERENCE, .to = PHONE, FILE(MESSAGE_STICKER, "image/webp")}          },
    {"reaction",
     {.id = REFERENCE,
      .to = PHONE,
      .emoji = STR_INIT("\xf0\x9f\x91\x8d"),
      .target_id = STR_INIT("wamid.IN=")}                                                                              },
    {"reaction taken back",               {.id = REFERENCE, .to = PHONE, .target_id = STR_INIT("wamid.IN=")}           },
    {"read mark",                         {.mark_read = true, .target_id = STR_INIT("wamid.IN=")}                      },
};

#undef FILE
#undef PHONE
#undef ID_ONLY
#undef REFERENCE

enum { WHATSAPP_CASES = sizeof whatsapp_cases / sizeof *whatsapp_cases };

#endif
