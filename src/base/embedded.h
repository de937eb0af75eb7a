/*
 * embedded.h - text files that are part of the program, put into it by tools/embed_files.py.
 */
#ifndef BASE_EMBEDDED_H
#define BASE_EMBEDDED_H

struct embedded_file {
    const char *name; /* without its folder; NULL ends a table */
    const char *text;
    const char *sha256; /* hex */
};

#endif
