/*
 * The list, and how an account's settings are read.  To add a channel: a line
 * in list.h and one here; docs/adding-a-channel.md tells the rest.
 */
#include "provider/list.h"

const struct channel_ops *const channels[] = {
    &whatsapp_channel,
    &webchat_channel,
    &null_channel,
    NULL,
};

const struct channel_ops *channel_find(str name)
{
    for (size_t i = 0; channels[i] != NULL; i++) {
        if (str_eq(name, str_of(channels[i]->name)))
            return channels[i];
    }
    return NULL;
}

str account_setting(const struct channel_account *acc, const char *key)
{
    return json_get_str(acc->settings, key);
}

struct secret account_secret(const struct channel_account *acc, const char *key)
{
    str value = json_get_str(acc->secrets, key);

    return (struct secret){value.ptr, value.len};
}
