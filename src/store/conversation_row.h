/* conversation_row.h - how a row of conversation is read.  For the files of store/conversation only. */
#ifndef STORE_CONVERSATION_ROW_H
#define STORE_CONVERSATION_ROW_H

#include "base/field.h"

extern const struct field conversation_row[];

#endif
