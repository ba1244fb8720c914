package io.cairn.cli;

/** How results are written. */
enum Format { simple, json, table, raw }
