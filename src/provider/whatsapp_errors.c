/*
 * Meta's error codes.  Only the code decides: Meta changes the texts.  The
 * table has what can befall a message, a file or the account; Meta's codes for
 * calls, groups and the making of templates cannot reach us, and a code that is
 * not here is judged by the HTTP status and shown in Meta's own words.
 *
 * The words are for an agent: what happened, what can be done.  They promise no
 * second try, since a failed status comes when there will be none.
 *
 * To add a code: a row in order of the code; tests/unit/test_whatsapp_send.c
 * compares the table with the published list.
 */
#include "provider/whatsapp.h"

#include <stdlib.h>

#define RETRY    DELIVERY_RETRY
#define REJECTED DELIVERY_REJECTED

#define TOKEN "The access token of this channel is no longer valid. An administrator must renew it."
#define RIGHTS \
    "The access token of this channel lacks a permission. An administrator must grant it."
#define RATE     "WhatsApp limits how fast this channel may send."
#define QUALITY  "WhatsApp limits this number because of complaints or its messaging limit."
#define LOCKED   "WhatsApp has locked or restricted this account. An administrator must look into it."
#define TROUBLE  "WhatsApp had a problem of its own."
#define REQUEST  "WhatsApp did not accept this message as it was written."
#define TEMPLATE "The template does not fit, or is not approved, paused or disabled."

static const struct whatsapp_error errors[] = {
    {0,      REJECTED, true,  0,   TOKEN                                                            },
    {2,      RETRY,    false, 0,   TROUBLE                                                          },
    {3,      REJECTED, true,  0,   RIGHTS                                                           },
    {4,      RETRY,    false, 60,  RATE                                                             },
    {10,     REJECTED, true,  0,   RIGHTS                                                           },
    {100,    REJECTED, false, 0,   REQUEST                                                          },
    {190,    REJECTED, true,  0,   TOKEN                                                            },
    {200,    REJECTED, true,  0,   RIGHTS                                                           }, /* and up to 299, see whatsapp_error_find */
    {368,    REJECTED, true,  0,   LOCKED                                                           },
    {80007,  RETRY,    false, 60,  RATE                                                             },
    {130429, RETRY,    false, 0,   RATE                                                             },
    {130472, REJECTED, false, 0,
     "WhatsApp withholds this message: the customer is part of an experiment of Meta's."            },
    {130497, REJECTED, false, 0,   "WhatsApp does not let this business write to that country."     },
    {131000, RETRY,    false, 0,   TROUBLE                                                          },
    {131005, REJECTED, true,  0,   RIGHTS                                                           },
    {131008, REJECTED, false, 0,   REQUEST                                                          },
    {131009, REJECTED, false, 0,   REQUEST                                                          },
    {131016, RETRY,    false, 0,   TROUBLE                                                          },
    {131021, REJECTED, false, 0,   "The customer's number is the business's own number."            },
    {131026, REJECTED, false, 0,
     "The customer cannot get this: not on WhatsApp, an old app, or the business is blocked."       },
    {131030, REJECTED, false, 0,
     "This is a test number, and the customer is not on its list of recipients."                    },
    {131031, REJECTED, true,  0,   LOCKED                                                           },
    {131037, REJECTED, true,  0,   "WhatsApp has not approved the display name of this number yet." },
    {131042, REJECTED, true,  0,   "WhatsApp wants a payment method put in order before it sends."  },
    {131044, REJECTED, true,  0,   "WhatsApp wants a payment method put in order before it sends."  },
    {131045, REJECTED, true,  0,
     "This number is not registered. An administrator must register it."                            },
    {131047, REJECTED, false, 0,
     "More than 24 hours have passed since the customer wrote. Only a template can be sent."        },
    {131048, RETRY,    true,  900, QUALITY                                                          },
    {131049, REJECTED, false, 0,
     "WhatsApp held this back to spare the customer marketing. Do not send it again today."         },
    {131050, REJECTED, false, 0,   "The customer has stopped marketing messages from this business."},
    {131051, REJECTED, false, 0,   "WhatsApp does not pass on this kind of message."                },
    {131052, REJECTED, false, 0,   "WhatsApp could not fetch the customer's file."                  },
    {131053, REJECTED, false, 0,   "WhatsApp could not take this file: wrong type or too large."    },
    {131056, RETRY,    false, 6,   "Too many messages to this customer in a short time."            },
    {131057, RETRY,    false, 300, "WhatsApp has this account in maintenance."                      },
    {131062, REJECTED, false, 0,   "WhatsApp needs the customer's phone number for this message."   },
    {131063, REJECTED, false, 0,   "WhatsApp takes marketing templates only by its marketing API."  },
    {131064, RETRY,    true,  900, QUALITY                                                          },
    {132000, REJECTED, false, 0,   TEMPLATE                                                         },
    {132001, REJECTED, false, 0,   TEMPLATE                                                         },
    {132005, REJECTED, false, 0,   TEMPLATE                                                         },
    {132007, REJECTED, false, 0,   TEMPLATE                                                         },
    {132008, REJECTED, false, 0,   TEMPLATE                                                         },
    {132012, REJECTED, false, 0,   TEMPLATE                                                         },
    {132015, REJECTED, false, 0,   TEMPLATE                                                         },
    {132016, REJECTED, false, 0,   TEMPLATE                                                         },
    {132068, REJECTED, false, 0,   TEMPLATE                                                         },
    {132069, REJECTED, false, 0,   TEMPLATE                                                         },
    {133010, REJECTED, true,  0,
     "This number is not registered. An administrator must register it."                            },
    {133016, RETRY,    false, 0,   RATE                                                             },
    {135000, REJECTED, false, 0,   REQUEST                                                          },
    {137000, REJECTED, false, 0,
     "The customer's identity has changed. Confirm who they are before you go on."                  },
};

static int compare_code(const void *key, const void *row)
{
    int64_t code = *(const int64_t *)key;
    const struct whatsapp_error *error = row;

    return code < error->code ? -1 : code > error->code;
}

const struct whatsapp_error *whatsapp_error_find(int64_t code)
{
    if (code > 200 && code <= 299)
        code = 200;
    return bsearch(&code, errors, sizeof errors / sizeof *errors, sizeof *errors, compare_code);
}

/* Meta's own words, the most precise first. */
static str their_words(struct ctx *c, const struct json *error)
{
    str words = lenient_text(c, json_get(error, "error_data"), "details", CHANNEL_MAX_ERROR);

    if (str_is_empty(words))
        words = lenient_text(c, error, "message", CHANNEL_MAX_ERROR);
    if (str_is_empty(words))
        words = lenient_text(c, error, "title", CHANNEL_MAX_ERROR);
    return words;
}

struct whatsapp_complaint whatsapp_complaint(struct ctx *c, const struct json *error)
{
    struct whatsapp_complaint result = {.code = lenient_id(c, error, "code", 20)};
    int64_t code;

    if (str_parse_i64(result.code, &code))
        result.known = whatsapp_error_find(code);
    result.words = result.known != NULL ? str_of(result.known->words) : their_words(c, error);
    return result;
}
