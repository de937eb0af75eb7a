/*
 * list.h - the channels there are.  To add one: a line here, and in channels.c.
 */
#ifndef PROVIDER_LIST_H
#define PROVIDER_LIST_H

#include "provider/channel.h"

extern const struct channel_ops whatsapp_channel;
extern const struct channel_ops webchat_channel;
extern const struct channel_ops null_channel;

#endif
