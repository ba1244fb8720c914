/**
 * How numbers and bytes are laid out in records: a buffer that grows ({@link io.cairn.storage.bytes.BytesOut}) and a reader
 * that does not run over the end ({@link io.cairn.storage.bytes.BytesIn}). Used by every room that writes to an engine or into
 * a snapshot; it owns no thread and knows no record.
 */
package io.cairn.storage.bytes;
