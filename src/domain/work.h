/*
 * work.h - hands the store's questions about work on to the api: what became of a job that a
 * request waits for, when a worker last gave a sign of life, how much waits.
 */
#ifndef DOMAIN_WORK_H
#define DOMAIN_WORK_H

#include "store/job.h"
#include "store/work.h"

#endif
